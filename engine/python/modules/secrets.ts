// The module `secrets`: tokens and choices that cannot be guessed, unless the embedder has fixed the seed.
import { getAttribute } from "../attribute.ts";
import { PyBytes } from "../bytes.ts";
import { valueError } from "../exceptions.ts";
import { method1 } from "../function.ts";
import { defineModule } from "../module.ts";
import type { PyValue } from "../object.ts";
import { index, le, truth } from "../operators.ts";
import { randomBytes } from "../randomness.ts";
import { charge, perEvaluation } from "../state.ts";
import { base64Encode, hexText } from "./binascii.ts";
import { compareFunctions } from "./hmac.ts";
import { pythonFunctions } from "./python-function.ts";
import { systemRandomType } from "./random-source.ts";

const DEFAULT_ENTROPY = 32;

function tokenBytes(size: PyValue | undefined): Uint8Array {
  const count = size === undefined || size === null ? DEFAULT_ENTROPY : index(size);
  if (count < 0) throw valueError("negative argument not allowed");
  charge(Number(count) >> 2);
  return randomBytes(Number(count));
}

const shared = perEvaluation(() => systemRandomType.call([], null));

defineModule("secrets", {
  values: {
    SystemRandom: systemRandomType,
    DEFAULT_ENTROPY,
    ...compareFunctions,
    ...pythonFunctions({
      "randbelow(exclusive_upper_bound)": (bound: PyValue) => {
        if (truth(le(bound, 0))) throw valueError("Upper bound must be positive.");
        getAttribute(bound, "bit_length");
        return method1(shared(), "_randbelow", bound);
      },
      "token_bytes(nbytes=None)": (size?: PyValue) => new PyBytes(tokenBytes(size)),
      "token_hex(nbytes=None)": (size?: PyValue) => hexText(tokenBytes(size)),
      "token_urlsafe(nbytes=None)": (size?: PyValue) => {
        const text = base64Encode(tokenBytes(size), false);
        let out = "";
        for (const byte of text) out += byte === 43 ? "-" : byte === 47 ? "_" : String.fromCharCode(byte);
        return out.replace(/=+$/, "");
      },
    }),
  },
  fresh: {
    choice: () => getAttribute(shared(), "choice"),
    randbits: () => getAttribute(shared(), "getrandbits"),
  },
});
