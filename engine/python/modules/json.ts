// The module `json`: `loads` and `dumps`, `load` and `dump`, and the classes behind them.
import { getAttribute } from "../attribute.ts";
import { isBytes } from "../bytes.ts";
import { decode } from "../codecs.ts";
import { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { call, method0, method1 } from "../function.ts";
import { forEach } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, type KwArgs, type PyValue } from "../object.ts";
import { truth } from "../operators.ts";
import { str } from "../representation.ts";
import { decodePlain, decoderFunctions, decoderType } from "./json-decoder.ts";
import { encodePieces, encodePlain, encoderFunctions, encoderType } from "./json-encoder.ts";
import { decodeErrorType } from "./json-scanner.ts";
import { pythonFunctions } from "./python-function.ts";

/** Options of `dumps`, in the order of its signature. */
const ENCODER_OPTIONS = [
  "skipkeys",
  "ensure_ascii",
  "check_circular",
  "allow_nan",
  "indent",
  "separators",
  "default",
  "sort_keys",
];

/** The encoder that the options ask for; undefined for the plain one. */
function encoderFor(
  options: readonly (PyValue | undefined)[],
  cls: PyValue,
  extra: PyDict,
): PyValue | undefined {
  const [
    skipkeys = false,
    ascii = true,
    circular = true,
    nan = true,
    indent = null,
    separators = null,
    fallback = null,
    sorted = false,
  ] = options;
  const plain =
    cls === null &&
    indent === null &&
    separators === null &&
    fallback === null &&
    extra.size === 0 &&
    !truth(skipkeys) &&
    truth(ascii) &&
    truth(circular) &&
    truth(nan) &&
    !truth(sorted);
  if (plain) return undefined;
  const values = [skipkeys, ascii, circular, nan, indent, separators, fallback, sorted];
  const keywords: KwArgs = new Map(ENCODER_OPTIONS.map((name, i) => [name, values[i] as PyValue]));
  for (const [name, value] of extra.entries()) keywords.set(name as string, value);
  return call(cls ?? encoderType, [], keywords);
}

/** Keyword arguments of `dumps` as they arrive, `cls` among them. */
type Options = [
  skipkeys: PyValue | undefined,
  ascii: PyValue | undefined,
  circular: PyValue | undefined,
  nan: PyValue | undefined,
  cls: PyValue | undefined,
  indent: PyValue | undefined,
  separators: PyValue | undefined,
  fallback: PyValue | undefined,
  sorted: PyValue | undefined,
  extra: PyDict,
];
function encoderOf([
  skipkeys,
  ascii,
  circular,
  nan,
  cls = null,
  indent,
  separators,
  fallback,
  sorted,
  extra,
]: Options): PyValue | undefined {
  return encoderFor([skipkeys, ascii, circular, nan, indent, separators, fallback, sorted], cls, extra);
}

/** The encoding that the first bytes of a JSON text speak of. */
function detectEncoding(bytes: Uint8Array): string {
  const begins = (...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte);
  if (begins(0, 0, 0xfe, 0xff) || begins(0xff, 0xfe, 0, 0)) return "utf-32";
  if (begins(0xfe, 0xff) || begins(0xff, 0xfe)) return "utf-16";
  if (begins(0xef, 0xbb, 0xbf)) return "utf-8-sig";
  const [a, b, c, d] = bytes;
  if (bytes.length >= 4) {
    if (a === 0) return b === 0 ? "utf-32-be" : "utf-16-be";
    if (b === 0) return c === 0 && d === 0 ? "utf-32-le" : "utf-16-le";
  } else if (bytes.length === 2) {
    if (a === 0) return "utf-16-be";
    if (b === 0) return "utf-16-le";
  }
  return "utf-8";
}

function loads(
  s: PyValue,
  cls: PyValue = null,
  objectHook: PyValue = null,
  parseFloat: PyValue = null,
  parseInt: PyValue = null,
  parseConstant: PyValue = null,
  pairsHook: PyValue = null,
  extra: PyDict = new PyDict(),
): PyValue {
  let doc = s;
  let text = asStr(s);
  if (text === undefined) {
    if (!isBytes(s)) {
      const name = str(getAttribute(getAttribute(s, "__class__"), "__name__"));
      throw typeError(`the JSON object must be str, bytes or bytearray, not ${name}`);
    }
    text = decode(s.bytes, detectEncoding(s.bytes), "surrogatepass");
    doc = text;
  } else if (text.startsWith("\ufeff")) {
    throw decodeErrorType.call(["Unexpected UTF-8 BOM (decode using utf-8-sig)", s, 0], null);
  }
  const hooks = Object.entries({
    object_hook: objectHook,
    object_pairs_hook: pairsHook,
    parse_float: parseFloat,
    parse_int: parseInt,
    parse_constant: parseConstant,
  }).filter(([, hook]) => hook !== null);
  if (cls === null && hooks.length === 0 && extra.size === 0) return decodePlain(doc, text);
  const keywords: KwArgs = new Map();
  for (const [name, value] of extra.entries()) keywords.set(name as string, value);
  for (const [name, hook] of hooks) keywords.set(name, hook);
  return method1(call(cls ?? decoderType, [], keywords), "decode", doc);
}

const OPTIONS =
  "*, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw";
const HOOKS =
  "*, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, **kw";

const functions = pythonFunctions({
  [`dumps(obj, ${OPTIONS})`]: (value: PyValue, ...options: Options) => {
    const encoder = encoderOf(options);
    return encoder === undefined ? encodePlain(value) : method1(encoder, "encode", value);
  },
  [`dump(obj, fp, ${OPTIONS})`]: (value: PyValue, file: PyValue, ...options: Options) => {
    const encoder = encoderOf(options);
    forEach(encoder === undefined ? encodePieces(value) : method1(encoder, "iterencode", value), (chunk) => {
      method1(file, "write", chunk);
    });
    return null;
  },
  [`loads(s, ${HOOKS})`]: loads,
  [`load(fp, ${HOOKS})`]: (
    file: PyValue,
    ...hooks: [PyValue?, PyValue?, PyValue?, PyValue?, PyValue?, PyValue?, PyDict?]
  ) => loads(method0(file, "read"), ...hooks),
});

defineModule("json", {
  values: {
    ...functions,
    JSONDecoder: decoderType,
    JSONDecodeError: decodeErrorType,
    JSONEncoder: encoderType,
  },
});
defineModule("json.decoder", {
  values: { ...decoderFunctions, JSONDecoder: decoderType, JSONDecodeError: decodeErrorType },
});
defineModule("json.encoder", { values: { ...encoderFunctions, JSONEncoder: encoderType } });
