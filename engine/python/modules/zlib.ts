// The module `zlib`: its checksums. Compression would be the worker's, and says that it is not there.
import { Exception, NotImplementedError, pyError } from "../exceptions.ts";
import { builtin } from "../function.ts";
import { defineModule } from "../module.ts";
import { makeType, type PyValue } from "../object.ts";
import { charge } from "../state.ts";
import { bytesArgument, crc32, low32 } from "./binascii.ts";
import { moduleFunctions } from "./python-function.ts";

const errorType = makeType("error", { base: Exception, module: "zlib" });
errorType.hasDict = true;

/** The largest prime below 65536. */
const MODULUS = 65521;
/** Bytes whose sums still fit into 32 bits. */
const STRETCH = 5552;

function adler32(data: PyValue, start: PyValue = 1): PyValue {
  const bytes = bytesArgument(data);
  const from = low32(start) >>> 0;
  let [low, high] = [from & 0xffff, from >>> 16];
  for (let at = 0; at === 0 || at < bytes.length; at += STRETCH) {
    charge(STRETCH >> 6);
    for (const byte of bytes.subarray(at, at + STRETCH)) {
      low += byte;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 65536 + low;
}

const refused: { [name: string]: PyValue } = {};
for (const name of "compress decompress compressobj decompressobj".split(" ")) {
  refused[name] = builtin(`${name}(*args, **kwargs)`, () => {
    throw pyError(NotImplementedError, `zlib.${name} is not available in an expression`);
  });
}

defineModule("zlib", {
  values: {
    error: errorType,
    ...refused,
    ...moduleFunctions("zlib", {
      "crc32(data, value=0, /)": (data: PyValue, start: PyValue = 0) =>
        crc32(bytesArgument(data), low32(start)),
      "adler32(data, value=1, /)": adler32,
    }),
  },
});
