// `requests.Response`: what came back.
import { getAttribute } from "../../python/attribute.ts";
import { asBytes, PyBytes } from "../../python/bytes.ts";
import { decode, isUnavailable } from "../../python/codecs.ts";
import { PyDict } from "../../python/dict.ts";
import {
  LookupError,
  PyException,
  pyError,
  raise,
  TypeError_,
  typeError,
  UnicodeDecodeError,
} from "../../python/exceptions.ts";
import { call, defineAttributes, defineMethods, method, method0 } from "../../python/function.ts";
import { importFrom } from "../../python/module.ts";
import { decodeErrorType } from "../../python/modules/json-scanner.ts";
import { pythonClass, pythonMethods } from "../../python/modules/python-function.ts";
import {
  asInt,
  asStr,
  PyFloat,
  PyInstance,
  type PyObject,
  type PyValue,
  typeOf,
} from "../../python/object.ts";
import { add, getItem, le, lt, truth } from "../../python/operators.ts";
import { caught } from "../../python/raising.ts";
import { repr, str } from "../../python/representation.ts";
import { list, type PyList } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { isAscii } from "../../python/unicode.ts";
import { jarFrom, type PyCookieJar } from "./cookies.ts";
import {
  HTTPError,
  installRequestOf,
  JSONDecodeError,
  RequestException,
  refused,
  requestError,
  shownUrl,
} from "./errors.ts";
import { generatorOf, headersOf, PyHeaders } from "./headers.ts";

export const responseType = pythonClass("Response", { module: "requests.models" });

const read = (self: PyValue, name: string): PyValue => getAttribute(self, name);
const content = (self: PyValue): Uint8Array => asBytes(read(self, "content")) ?? new Uint8Array(0);
const status = (self: PyValue): number => Number(asInt(read(self, "status_code")) ?? 0);
const headersIn = (self: PyValue): PyHeaders => {
  const headers = read(self, "headers");
  return headers instanceof PyHeaders ? headers : new PyHeaders();
};

/** What a response is made of. */
export interface ResponseParts {
  readonly status: number;
  readonly reason: string;
  /** As they came, one entry for each line. */
  readonly headers: readonly (readonly [string, string])[];
  /** Decoded as `content-encoding` says. */
  readonly body: Uint8Array;
  readonly elapsedMs: number;
}

/** Lines of the same name are one header, as urllib3 joins them. */
function joined(lines: ResponseParts["headers"]): PyHeaders {
  const values = new Map<string, [string, string[]]>();
  for (const [name, value] of lines) {
    const entry = values.get(name.toLowerCase());
    if (entry === undefined) values.set(name.toLowerCase(), [name, [value]]);
    else entry[1].push(value);
  }
  return headersOf([...values.values()].map(([name, list]) => [name, list.join(", ")]));
}

/** The response to a prepared request. */
export function makeResponse(parts: ResponseParts, request: PyObject): PyInstance {
  const self = new PyInstance(responseType);
  const attributes = self.dict as Map<string, PyValue>;
  initialize(attributes);
  const headers = joined(parts.headers);
  attributes.set("_content", new PyBytes(parts.body));
  attributes.set("_content_consumed", true);
  attributes.set("status_code", parts.status);
  attributes.set("headers", headers);
  attributes.set("encoding", encodingOf(headers));
  attributes.set("reason", parts.reason);
  attributes.set("url", read(request, "url"));
  attributes.set("request", request);
  attributes.set("_seconds", new PyFloat(parts.elapsedMs / 1000));
  return self;
}
function initialize(attributes: Map<string, PyValue>): void {
  attributes.set("_content", false);
  attributes.set("_content_consumed", false);
  attributes.set("_next", null);
  for (const name of ["status_code", "url", "encoding", "reason", "request", "raw"])
    attributes.set(name, null);
  attributes.set("headers", new PyHeaders());
  attributes.set("history", list([]));
  attributes.set("cookies", jarFrom(null));
}

/** `get_encoding_from_headers(headers)`. */
function encodingOf(headers: PyHeaders): PyValue {
  const header = asStr(headers.get("content-type") ?? null) ?? "";
  if (header === "") return null;
  const [type = "", ...parameters] = header.split(";");
  let charset: string | undefined;
  for (const parameter of parameters) {
    const text = parameter.trim();
    const equals = text.indexOf("=");
    if (equals < 0) continue;
    const strip = (part: string): string => part.replace(/^["' ]+|["' ]+$/g, "");
    if (strip(text.slice(0, equals)).toLowerCase() === "charset") charset = strip(text.slice(equals + 1));
  }
  if (charset !== undefined) return charset;
  if (type.trim().includes("text")) return "ISO-8859-1";
  return type.trim().includes("application/json") ? "utf-8" : null;
}

/**
 * The encoding of bytes that do not state theirs. requests asks a statistical detector here; what is certain is
 * answered, and what would be a guess is refused.
 */
function apparentEncoding(self: PyValue): string {
  const bytes = content(self);
  charge(bytes.length >> 5);
  try {
    return bytes.length > 0 && isAscii(decode(bytes)) ? "ascii" : "utf-8";
  } catch (error) {
    if (!caught(error).cls.isSubtype(UnicodeDecodeError)) throw error;
    throw pyError(
      RequestException,
      "the answer does not state its encoding and is not UTF-8; set response.encoding before reading its text",
    );
  }
}

function text(self: PyValue): string {
  const bytes = content(self);
  if (bytes.length === 0) return "";
  const stated = read(self, "encoding");
  const name = stated === null ? apparentEncoding(self) : (asStr(stated) ?? "");
  try {
    return decode(bytes, name === "" ? "utf-8" : name, "replace");
  } catch (error) {
    const { cls } = caught(error);
    if (!cls.isSubtype(LookupError) && !cls.isSubtype(TypeError_)) throw error;
    // A misspelled name is read as UTF-8; an encoding that CPython has and this object model has not is no such name.
    if (isUnavailable(name)) throw error;
    return decode(bytes, "utf-8", "replace");
  }
}

// ---- JSON ----------------------------------------------------------------------------------------

/** Which UTF the first bytes of a JSON text are; null where they fit none. */
function guessJsonUtf(bytes: Uint8Array): string | null {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const hex = [a, b, c, d].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex === "fffe0000" || hex === "0000feff") return "utf-32";
  if (hex.startsWith("efbbbf")) return "utf-8-sig";
  if (hex.startsWith("fffe") || hex.startsWith("feff")) return "utf-16";
  const zeros = [a, b, c, d].map((byte) => (byte === 0 ? "0" : "x")).join("");
  const known: { readonly [zeros: string]: string } = {
    xxxx: "utf-8",
    "0x0x": "utf-16-be",
    x0x0: "utf-16-le",
    "000x": "utf-32-be",
    x000: "utf-32-le",
  };
  return known[zeros] ?? null;
}

function loads(source: string, kwargs: PyDict): PyValue {
  const keywords = new Map([...kwargs.entries()] as [string, PyValue][]);
  try {
    return call(importFrom("json", "loads", 0), [source], keywords.size === 0 ? null : keywords);
  } catch (error) {
    const exception = caught(error);
    if (!exception.cls.isSubtype(decodeErrorType)) throw error;
    const about = ["msg", "doc", "pos"].map((name) => read(exception, name));
    throw raise(call(JSONDecodeError, about, null) as PyException);
  }
}
function json(self: PyValue, kwargs: PyDict): PyValue {
  const bytes = content(self);
  if (!truth(read(self, "encoding")) && bytes.length > 3) {
    const encoding = guessJsonUtf(bytes);
    if (encoding !== null) {
      let source: string | undefined;
      try {
        source = decode(bytes, encoding);
      } catch (error) {
        if (!caught(error).cls.isSubtype(UnicodeDecodeError)) throw error;
      }
      if (source !== undefined) return loads(source, kwargs);
    }
  }
  return loads(text(self), kwargs);
}

// ---- status --------------------------------------------------------------------------------------

function statusText(self: PyValue): string | undefined {
  const code = read(self, "status_code");
  const within = (from: number): boolean => truth(le(from, code)) && truth(lt(code, from + 100));
  const kind = within(400) ? "Client" : within(500) ? "Server" : undefined;
  if (kind === undefined) return undefined;
  const reason = read(self, "reason");
  const bytes = asBytes(reason);
  const said = bytes === undefined ? str(reason) : decode(bytes, "utf-8", "replace");
  return `${str(code)} ${kind} Error: ${said} for url: ${shownUrl(str(read(self, "url")))}`;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Is it an answer that points elsewhere? */
export function isRedirect(self: PyValue): boolean {
  return headersIn(self).has("location") && REDIRECTS.has(status(self));
}

// ---- pieces --------------------------------------------------------------------------------------

function* slices(bytes: Uint8Array, size: number): Generator<PyBytes> {
  const step = size <= 0 ? bytes.length : size;
  for (let at = 0; at < bytes.length; at += step) yield new PyBytes(bytes.slice(at, at + step));
}
function pieces(self: PyValue, size: PyValue, decodeUnicode: PyValue): Iterable<PyValue> {
  if (size !== null && asInt(size) === undefined) {
    throw typeError(`chunk_size must be an int, it is instead a ${repr(typeOf(size))}.`);
  }
  const length = size === null ? 0 : Number(asInt(size));
  const encoding = asStr(read(self, "encoding"));
  if (!truth(decodeUnicode) || encoding === undefined) return slices(content(self), length);
  return decodedPieces(content(self), length, encoding);
}
/** A character whose bytes are cut by the end of a piece comes with the next one, as an incremental decoder gives it. */
function* decodedPieces(bytes: Uint8Array, size: number, encoding: string): Generator<string> {
  if (/^(?:u(?:tf)?[-_ ]?(?:7|16|32)|puny|unicode|raw|idna)/i.test(encoding)) {
    throw refused(`${encoding} is not decoded piece by piece; read response.text`);
  }
  const utf8 = /^u(?:tf)?[-_ ]?8?$/i.test(encoding);
  const step = size <= 0 ? bytes.length : size;
  let start = 0;
  for (let at = step; start < bytes.length; at += step) {
    const end = at >= bytes.length ? bytes.length : at - (utf8 ? unfinished(bytes, at) : 0);
    if (end <= start) continue;
    yield decode(bytes.slice(start, end), encoding, "replace");
    start = end;
  }
}
/** How many bytes before `end` begin a character of UTF-8 that goes on after it. */
function unfinished(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    // What decodes to an error already is not waited for.
    const error = byte < 0xc2 || byte > 0xf4 || !continues(bytes, end - back, end);
    return size > back && !error ? back : 0;
  }
  return 0;
}
/** Do the bytes after a lead byte, up to `end`, fit it? The second one also excludes what UTF-8 may not hold. */
function continues(bytes: Uint8Array, lead: number, end: number): boolean {
  if (end - lead < 2) return true;
  const first = bytes[lead] as number;
  const second = bytes[lead + 1] as number;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

function* lines(
  self: PyValue,
  size: PyValue,
  decodeUnicode: PyValue,
  delimiter: PyValue,
): Generator<PyValue> {
  let pending: PyValue | undefined;
  for (const piece of pieces(self, size, decodeUnicode)) {
    const chunk = pending === undefined ? piece : add(pending, piece);
    const parts = truth(delimiter) ? method(chunk, "split", [delimiter], null) : method0(chunk, "splitlines");
    const items = [...(parts as PyList).items];
    const last = items.at(-1);
    // A last line that goes on to the end of the piece may go on in the next one.
    const open = last !== undefined && truth(last) && endOf(last) === endOf(chunk);
    pending = open ? items.pop() : undefined;
    yield* items;
  }
  if (pending !== undefined) yield pending;
}
function endOf(value: PyValue): PyValue {
  const item = getItem(value, -1);
  return asStr(item) ?? asInt(item) ?? null;
}

// ---- links ---------------------------------------------------------------------------------------

function links(self: PyValue): PyDict {
  const found = new PyDict();
  const header = (asStr(headersIn(self).get("link") ?? null) ?? "").replace(/^[ '"]+|[ '"]+$/g, "");
  if (header === "") return found;
  const strip = (part: string): string => part.replace(/^[ '"]+|[ '"]+$/g, "");
  for (const entry of header.split(/, *</)) {
    const [url = "", ...rest] = entry.split(";");
    const link = new PyDict();
    link.set("url", url.replace(/^[<> '"]+|[<> '"]+$/g, ""));
    for (const parameter of rest) {
      const parts = parameter.split("=");
      if (parts.length !== 2) break;
      link.set(strip(parts[0] as string), strip(parts[1] as string));
    }
    const rel = link.get("rel") ?? "";
    const key = rel === "" ? (link.get("url") as string) : rel;
    found.set(key, link);
  }
  return found;
}

// ---- the type ------------------------------------------------------------------------------------

installRequestOf((response) => {
  const request = response instanceof PyInstance ? response.dict?.get("request") : undefined;
  return request ?? null;
});

defineAttributes<PyInstance>(responseType, {
  content: (self) => {
    const value = self.dict?.get("_content") ?? null;
    return value === false ? null : value;
  },
  text,
  ok: (self) => {
    try {
      method0(self, "raise_for_status");
      return true;
    } catch (error) {
      const exception = error instanceof PyException && error.cls.isSubtype(HTTPError);
      if (!exception) throw error;
      return false;
    }
  },
  is_redirect: isRedirect,
  is_permanent_redirect: (self) => headersIn(self).has("location") && [301, 308].includes(status(self)),
  next: (self) => self.dict?.get("_next") ?? null,
  apparent_encoding: apparentEncoding,
  elapsed: (self) =>
    call(importFrom("datetime", "timedelta", 0), [], new Map([["seconds", self.dict?.get("_seconds") ?? 0]])),
  links,
});
pythonMethods(responseType, {
  "__init__()": (self: PyInstance) => {
    initialize(self.dict as Map<string, PyValue>);
    return null;
  },
  "json(**kwargs)": json,
  "raise_for_status()": (self: PyValue) => {
    const message = statusText(self);
    if (message === undefined) return null;
    throw requestError(HTTPError, message, { response: self });
  },
  "iter_content(chunk_size=1, decode_unicode=False)": (
    self: PyValue,
    size: PyValue = 1,
    decodeUnicode: PyValue = false,
  ) => generatorOf("iter_slices", pieces(self, size, decodeUnicode)),
  "iter_lines(chunk_size=512, decode_unicode=False, delimiter=None)": (
    self: PyValue,
    size: PyValue = 512,
    decodeUnicode: PyValue = false,
    delimiter: PyValue = null,
  ) => generatorOf("Response.iter_lines", lines(self, size, decodeUnicode, delimiter)),
  "close()": () => null,
});
defineMethods(responseType, {
  "__repr__()": (self: PyValue) => `<Response [${str(read(self, "status_code"))}]>`,
  "__bool__()": (self: PyValue) => truth(read(self, "ok")),
  "__iter__()": (self: PyValue) => generatorOf("iter_slices", pieces(self, 128, false)),
  "__enter__()": (self: PyValue) => self,
  "__exit__(*args)": () => null,
});

/** The cookies of an answer, into its own jar and those of whoever asked. */
export function jarOf(self: PyValue): PyCookieJar {
  return read(self, "cookies") as PyCookieJar;
}
