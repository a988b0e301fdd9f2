// `json.JSONDecoder`: JSON text to values, with the hooks of its author.

import { getAttribute, setAttribute } from "../attribute.ts";
import { asBytes } from "../bytes.ts";
import { PyDict } from "../dict.ts";
import { keyError, PyException, raise, StopIteration, typeError, valueError } from "../exceptions.ts";
import { builtin, call2, method } from "../function.ts";
import { unpack } from "../iterator.ts";
import { asStr, floatType, intType, PyFloat, type PyValue, typeName } from "../object.ts";
import { index, truth } from "../operators.ts";
import { tuple } from "../sequence.ts";
import { pointIndex, textLength, unitOffset } from "../text.ts";
import { decodeError, decodeErrorType, NUMBERS, PyScanner, scanString, skipSpace } from "./json-scanner.ts";
import { moduleFunctions, pythonClass, pythonMethods } from "./python-function.ts";

/** `json.JSONDecoder`. */
export const decoderType = pythonClass("JSONDecoder", { module: "json.decoder" });
const parseConstant = builtin("__getitem__(key, /)", (key: PyValue) => {
  const number = typeof key === "string" ? NUMBERS.get(key) : undefined;
  if (number === undefined) throw keyError(key);
  return new PyFloat(number);
});
/** The functions of `json.decoder`. */
export const decoderFunctions = moduleFunctions("json", {
  "scanstring(string, end, strict=True, /)": (string: PyValue, end: PyValue, strict: PyValue = true) => {
    const text = asStr(string);
    if (text === undefined) throw typeError(`first argument must be a string, not ${typeName(string)}`);
    const at = Number(index(end));
    if (at < 0 || at > textLength(text)) throw valueError("end is out of bounds");
    const scanned = scanString({ doc: string, text }, unitOffset(text, at), truth(strict));
    return tuple([scanned.value, pointIndex(text, scanned.end)]);
  },
});

/** Reads a value; what starts none becomes a JSONDecodeError. */
function expectValue<T>(doc: PyValue, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PyException) || !error.cls.isSubtype(StopIteration)) throw error;
    const pos = getAttribute(error, "value");
    const complaint = decodeErrorType.call(["Expecting value", doc, pos], null) as PyException;
    complaint.context = error;
    complaint.suppressContext = true;
    throw raise(complaint);
  }
}
/** The value of a whole text: nothing but white space may stand around it. */
function decodeText(scanner: PyScanner, doc: PyValue, text: string): PyValue {
  const { value, end } = expectValue(doc, () => scanner.scan({ doc, text }, skipSpace(text, 0)));
  const rest = skipSpace(text, end);
  if (rest !== text.length) throw decodeError("Extra data", doc, text, rest);
  return value;
}

pythonMethods(decoderType, {
  "__init__(*, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, strict=True, object_pairs_hook=None)":
    (
      self: PyValue,
      objectHook: PyValue = null,
      parseFloat: PyValue = null,
      parseInt: PyValue = null,
      constant: PyValue = null,
      strict: PyValue = true,
      pairsHook: PyValue = null,
    ) => {
      setAttribute(self, "object_hook", objectHook);
      setAttribute(self, "parse_float", truth(parseFloat) ? parseFloat : floatType);
      setAttribute(self, "parse_int", truth(parseInt) ? parseInt : intType);
      setAttribute(self, "parse_constant", truth(constant) ? constant : parseConstant);
      setAttribute(self, "strict", strict);
      setAttribute(self, "object_pairs_hook", pairsHook);
      setAttribute(self, "parse_string", decoderFunctions.scanstring as PyValue);
      setAttribute(self, "memo", new PyDict());
      setAttribute(self, "scan_once", new PyScanner(self));
      return null;
    },
  "decode(s)": (self: PyValue, doc: PyValue) => {
    const text = asStr(doc);
    if (text === undefined) {
      throw typeError(
        asBytes(doc) === undefined
          ? `expected string or bytes-like object, got '${typeName(doc)}'`
          : "cannot use a string pattern on a bytes-like object",
      );
    }
    const start = skipSpace(text, 0);
    const read = method(self, "raw_decode", [doc], new Map([["idx", pointIndex(text, start)]]));
    const [value, end] = unpack(read, 2) as [PyValue, PyValue];
    const at = unitOffset(text, Number(index(end)));
    const rest = skipSpace(text, at);
    if (rest !== text.length) throw decodeError("Extra data", doc, text, rest);
    return value;
  },
  "raw_decode(s, idx=0)": (self: PyValue, doc: PyValue, idx: PyValue = 0) =>
    tuple(expectValue(doc, () => unpack(call2(getAttribute(self, "scan_once"), doc, idx), 2))),
});

/** `json.loads(text)` without options. */
export function decodePlain(doc: PyValue, text: string): PyValue {
  return decodeText(plainScanner, doc, text);
}
const plainScanner = new PyScanner(decoderType.call([], null));
