// `quote`, `unquote`, `urlencode`, `parse_qs` and their kin of `urllib.parse`.
import { findAttribute, getAttribute } from "../attribute.ts";
import { ByteSink, TextSink } from "../byte-sink.ts";
import { asBytes, bytesOf, isBytes, PyByteArray, PyBytes } from "../bytes.ts";
import { decode, encode } from "../codecs.ts";
import { PyDict } from "../dict.ts";
import { PyException, raise, TypeError_, typeError, valueError } from "../exceptions.ts";
import { call, method } from "../function.ts";
import { hash } from "../hash.ts";
import { collect, forEach, unpack } from "../iterator.ts";
import { asStr, PyObject, type PyValue, typeName } from "../object.ts";
import { add, contains, getItem, length, lt, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { allocateText, joinParts } from "../text.ts";
import { pythonFunctions } from "./python-function.ts";

// ---- quoting -------------------------------------------------------------------------------------

const ALWAYS_SAFE = /^[A-Za-z0-9_.~-]*$/;
const HEX = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`);

const SAFE_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  ALWAYS_SAFE.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** The ASCII characters that `safe` adds to those that are never quoted. */
function safeBytes(safe: PyValue): Uint8Array {
  const text = asStr(safe);
  if (text !== undefined) return encode(text, "ascii", "ignore");
  const small = collect(safe).filter((byte) => truth(lt(byte, 128)));
  return asBytes(call(bytesType(), [list(small)], null)) as Uint8Array;
}
const bytesType = (): PyValue => bytesOf("").cls;

function quoteBytes(bytes: Uint8Array, safe: PyValue): string {
  const kept = SAFE_BYTES.slice();
  for (const byte of safeBytes(safe)) kept[byte] = 1;
  charge(bytes.length >> 3);
  let size = 0;
  for (const byte of bytes) size += kept[byte] === 1 ? 1 : 3;
  allocateText(size);
  const out = new TextSink();
  for (const byte of bytes) {
    if (kept[byte] === 1) out.unit(byte);
    else {
      const escaped = HEX[byte] as string;
      for (let i = 0; i < 3; i++) out.unit(escaped.charCodeAt(i));
    }
  }
  return out.finish();
}
function quoteFromBytes(value: PyValue, safe: PyValue = "/"): PyValue {
  if (!isBytes(value)) throw typeError("quote_from_bytes() expected bytes");
  return value.bytes.length === 0 ? "" : quoteBytes(value.bytes, safe);
}
function quote(
  string: PyValue,
  safe: PyValue = "/",
  encoding: PyValue = null,
  errors: PyValue = null,
): PyValue {
  const text = asStr(string);
  if (text === undefined) {
    if (encoding !== null) throw typeError("quote() doesn't support 'encoding' for bytes");
    if (errors !== null) throw typeError("quote() doesn't support 'errors' for bytes");
    return quoteFromBytes(string, safe);
  }
  if (text === "") return string;
  if (encoding === null && errors === null) {
    if (ALWAYS_SAFE.test(text)) {
      safeBytes(safe);
      return text;
    }
    return quoteBytes(encode(text), safe);
  }
  return quoteFromBytes(method(string, "encode", [encoding ?? "utf-8", errors ?? "strict"], null), safe);
}
function quotePlus(
  string: PyValue,
  safe: PyValue = "",
  encoding: PyValue = null,
  errors: PyValue = null,
): PyValue {
  const text = asStr(string);
  if (text === undefined ? string instanceof PyBytes && !string.bytes.includes(32) : !text.includes(" ")) {
    return quote(string, safe, encoding, errors);
  }
  const space = asStr(safe) === undefined ? bytesOf(" ") : " ";
  return str(quote(string, add(safe, space), encoding, errors)).replaceAll(" ", "+");
}

// ---- unquoting -----------------------------------------------------------------------------------

const PERCENT = 37;

function hexValue(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
function unquoteBytes(bytes: Uint8Array): Uint8Array {
  charge(bytes.length >> 3);
  if (!bytes.includes(PERCENT)) return bytes;
  const out = new ByteSink(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const high = byte === PERCENT ? hexValue(bytes[i + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(bytes[i + 2]);
    if (low < 0) out.push(byte);
    else {
      out.push(high * 16 + low);
      i += 2;
    }
  }
  return out.finish();
}
function unquoteToBytes(string: PyValue): Uint8Array {
  if (!truth(string)) {
    getAttribute(string, "split");
    return new Uint8Array();
  }
  const text = asStr(string);
  if (text !== undefined) return unquoteBytes(encode(text));
  if (string instanceof PyByteArray && string.bytes.includes(PERCENT)) hash(string);
  if (isBytes(string)) return unquoteBytes(string.bytes);
  getAttribute(string, "split");
  throw typeError(`a bytes-like object is required, not '${typeName(string)}'`);
}
/** Bytes as text, in an encoding that the program names. */
function decoded(bytes: Uint8Array, encoding: PyValue, errors: PyValue): string {
  if (encoding === "utf-8" && errors === "replace") return decode(bytes, "utf-8", "replace");
  return str(method(new PyBytes(bytes), "decode", [encoding, errors], null));
}
function unquote(string: PyValue, encoding: PyValue = "utf-8", errors: PyValue = "replace"): PyValue {
  if (string instanceof PyBytes) return decoded(unquoteToBytes(string), encoding, errors);
  if (!contains(string, "%")) {
    getAttribute(string, "split");
    return string;
  }
  const text = asStr(string);
  if (text === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(string)}'`);
  // What is not ASCII stands as it is; only the stretches between are bytes.
  const parts = text
    .split(ASCII_RUN)
    .map((part, i) =>
      i % 2 === 0
        ? part
        : decoded(unquoteBytes(encode(part, "ascii")), encoding ?? "utf-8", errors ?? "replace"),
    );
  return joinParts(parts);
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII range.
const ASCII_RUN = /([\x00-\x7f]+)/;
function unquotePlus(string: PyValue, encoding: PyValue = "utf-8", errors: PyValue = "replace"): PyValue {
  const text = asStr(string);
  const spaced = text === undefined ? method(string, "replace", ["+", " "], null) : text.replaceAll("+", " ");
  return unquote(spaced, encoding, errors);
}

// ---- query strings -------------------------------------------------------------------------------

/** Options of `parse_qs` and `parse_qsl`, as they arrive. */
type QueryOptions = [
  keepBlank: PyValue | undefined,
  strict: PyValue | undefined,
  encoding: PyValue | undefined,
  errors: PyValue | undefined,
  most: PyValue | undefined,
  separator: PyValue | undefined,
];

function parseQuery(qs: PyValue, options: QueryOptions): [PyValue, PyValue][] {
  const [keepBlank = false, strict = false, encoding = "utf-8", errors = "replace", most = null, mark = "&"] =
    options;
  let separator = mark;
  if (!truth(separator) || (asStr(separator) === undefined && !(separator instanceof PyBytes))) {
    throw valueError("Separator must be of type string or bytes.");
  }
  const isText = asStr(qs) !== undefined;
  let query = qs;
  if (isText) {
    if (separator instanceof PyBytes) separator = decode(separator.bytes, "ascii");
  } else {
    if (!truth(qs)) return [];
    const bytes = asBytes(qs);
    if (bytes === undefined)
      throw typeError(`memoryview: a bytes-like object is required, not '${typeName(qs)}'`);
    query = new PyBytes(bytes);
    const text = asStr(separator);
    if (text !== undefined) separator = new PyBytes(encode(text, "ascii"));
  }
  if (!truth(query)) return [];
  if (most !== null) {
    const fields = add(1, method(query, "count", [separator], null));
    if (truth(lt(most, fields))) throw valueError("Max number of fields exceeded");
  }
  const unquoted = (value: PyValue): PyValue =>
    isText
      ? unquotePlus(value, encoding, errors)
      : new PyBytes(unquoteToBytes(method(value, "replace", [bytesOf("+"), bytesOf(" ")], null)));
  const pairs: [PyValue, PyValue][] = [];
  for (const field of (method(query, "split", [separator], null) as PyList).items) {
    charge(1);
    if (!truth(field) && !truth(strict)) continue;
    const [name, equals, value] = (method(field, "partition", [isText ? "=" : bytesOf("=")], null) as PyTuple)
      .items as [PyValue, PyValue, PyValue];
    if (!truth(equals) && truth(strict)) throw valueError(`bad query field: ${repr(field)}`);
    if (truth(value) || truth(keepBlank)) pairs.push([unquoted(name), unquoted(value)]);
  }
  return pairs;
}

const NOT_PAIRS = "not a valid non-string sequence or mapping object";

/** The pairs of what `urlencode` takes. */
function queryPairs(query: PyValue): PyValue {
  const items = query instanceof PyObject ? findAttribute(query, "items") : undefined;
  if (items !== undefined) return call(items, [], null);
  try {
    if (length(query) > 0 && !(getItem(query, 0) instanceof PyTuple))
      throw raise(new PyException(TypeError_, []));
  } catch (error) {
    if (!(error instanceof PyException) || !error.cls.isSubtype(TypeError_)) throw error;
    const complaint = typeError(NOT_PAIRS);
    complaint.cause = complaint.context = error;
    complaint.suppressContext = true;
    throw complaint;
  }
  return query;
}
/** How many values a sequence has; undefined for what is none. */
function sequenceLength(value: PyValue): number | undefined {
  try {
    return length(value);
  } catch (error) {
    if (error instanceof PyException && error.cls.isSubtype(TypeError_)) return undefined;
    throw error;
  }
}

function urlencode(
  query: PyValue,
  doseq: PyValue = false,
  safe: PyValue = "",
  encoding: PyValue = null,
  errors: PyValue = null,
  via: PyValue = quoteFunctions.quote_plus as PyValue,
): PyValue {
  const quoted = (value: PyValue): string => {
    const args = value instanceof PyBytes ? [value, safe] : [str(value), safe, encoding, errors];
    const made = call(via, args, null);
    const text = asStr(made);
    if (text === undefined)
      throw typeError(`unsupported operand type(s) for +: '${typeName(made)}' and 'str'`);
    return text;
  };
  const parts: string[] = [];
  const many = truth(doseq);
  forEach(queryPairs(query), (pair) => {
    const [key, value] = unpack(pair, 2) as [PyValue, PyValue];
    const name = quoted(key);
    const plain = !many || value instanceof PyBytes || asStr(value) !== undefined;
    if (plain || sequenceLength(value) === undefined) parts.push(`${name}=${quoted(value)}`);
    else forEach(value, (item) => parts.push(`${name}=${quoted(item)}`));
  });
  return joinParts(parts, "&");
}

const QUERY =
  "keep_blank_values=False, strict_parsing=False, encoding='utf-8', errors='replace', max_num_fields=None, separator='&'";

/** The functions of this file. */
export const quoteFunctions = pythonFunctions({
  "quote(string, safe='/', encoding=None, errors=None)": quote,
  "quote_plus(string, safe='', encoding=None, errors=None)": quotePlus,
  "quote_from_bytes(bs, safe='/')": quoteFromBytes,
  "unquote(string, encoding='utf-8', errors='replace')": unquote,
  "unquote_plus(string, encoding='utf-8', errors='replace')": unquotePlus,
  "unquote_to_bytes(string)": (string: PyValue) => new PyBytes(unquoteToBytes(string)),
  [`parse_qsl(qs, ${QUERY})`]: (qs: PyValue, ...options: QueryOptions) =>
    list(parseQuery(qs, options).map(tuple)),
  [`parse_qs(qs, ${QUERY})`]: (qs: PyValue, ...options: QueryOptions) => {
    const dict = new PyDict();
    for (const [name, value] of parseQuery(qs, options)) {
      const known = dict.get(name);
      if (known instanceof PyList) known.items.push(value);
      else dict.set(name, list([value]));
    }
    return dict;
  },
  "urlencode(query, doseq=False, safe='', encoding=None, errors=None, quote_via=quote_plus)": urlencode,
});
