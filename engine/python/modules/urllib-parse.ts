// The module `urllib.parse`: taking URLs apart, putting them together, joining them.
import { getAttribute } from "../attribute.ts";

import { indexError, typeError, valueError } from "../exceptions.ts";
import { method } from "../function.ts";
import { hash } from "../hash.ts";
import { collect, isIterable } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, type PyType, type PyValue, typeName } from "../object.ts";
import { add, getItem, truth } from "../operators.ts";
import { charge } from "../state.ts";
import { allocateText, normalizeText } from "../text.ts";
import { isAscii } from "../unicode.ts";
import { ipAddress } from "./ipaddress.ts";
import { pythonFunctions } from "./python-function.ts";
import {
  defineGeturl,
  defragged,
  defragResult,
  defragResultBytes,
  parseResult,
  parseResultBytes,
  result,
  splitResult,
  splitResultBytes,
} from "./url-results.ts";
import { quoteFunctions } from "./urllib-quote.ts";

const words = (text: string): ReadonlySet<string> => new Set(["", ...text.split(" ")]);
const USES_RELATIVE = words(
  "ftp http gopher nntp imap wais file https shttp mms prospero rtsp rtsps rtspu sftp svn svn+ssh ws wss",
);
const USES_NETLOC = words(
  "ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtsps rtspu rsync svn svn+ssh sftp nfs git git+ssh ws wss itms-services",
);
const USES_PARAMS = words("ftp hdl prospero http imap https shttp rtsp rtsps rtspu sip sips mms sftp tel");

/** Arguments as text, and how a result is given back: as text, or as bytes where the first argument was no text. */
interface Coerced {
  readonly texts: string[];
  readonly bytes: boolean;
}
function coerce(args: readonly PyValue[]): Coerced {
  const [first] = args;
  if (first === undefined) throw indexError("tuple index out of range");
  const isText = asStr(first) !== undefined;
  for (const arg of args.slice(1)) {
    if (truth(arg) && (asStr(arg) !== undefined) !== isText) {
      throw typeError("Cannot mix str and non-str arguments");
    }
  }
  // What is false stands for nothing, None among others.
  const texts = args.map((arg) => {
    if (!truth(arg)) return "";
    return asStr(isText ? arg : method(arg, "decode", ["ascii", "strict"], null)) ?? "";
  });
  for (const text of texts) charge(text.length >> 5);
  return { texts, bytes: !isText };
}
/** A URL and the scheme that it has where it names none. */
function coerceAddress(url: PyValue, scheme: PyValue): Coerced {
  const coerced = coerce([url, scheme]);
  if (!coerced.bytes && asStr(scheme) === undefined) getAttribute(scheme, "strip");
  return coerced;
}
function given(text: string, { bytes }: Coerced): PyValue {
  return bytes ? method(text, "encode", ["ascii", "strict"], null) : text;
}
function results(type: PyType, parts: readonly string[], coerced: Coerced): PyValue {
  return result(
    type,
    parts.map((part) => given(part, coerced)),
  );
}

// ---- taking apart --------------------------------------------------------------------------------

function splitLocation(url: string): [string, string] {
  const end = url.slice(2).search(/[/?#]/);
  return end < 0 ? [url.slice(2), ""] : [url.slice(2, end + 2), url.slice(end + 2)];
}

/** Characters like ℀ become `a/c` where hosts are compared: such a host is not what it seems. */
function checkLocation(netloc: string): void {
  if (isAscii(netloc)) return;
  charge(netloc.length);
  const plain = netloc.replace(/[@:#?]/g, "");
  const normal = normalizeText(plain, "NFKC");
  if (normal !== plain && /[/?#@:]/.test(normal)) {
    throw valueError(`netloc '${netloc}' contains invalid characters under NFKC normalization`);
  }
}
function checkBrackets(netloc: string): void {
  const opened = netloc.includes("[");
  if (opened !== netloc.includes("]")) throw valueError("Invalid IPv6 URL");
  if (!opened) return;
  const inner = netloc.slice(netloc.indexOf("[") + 1);
  const close = inner.indexOf("]");
  const host = close < 0 ? inner : inner.slice(0, close);
  if (host.startsWith("v")) {
    if (!/^v[a-fA-F0-9]+\..+$/.test(host)) throw valueError("IPvFuture address is invalid");
  } else if (ipAddress(host).version === 4) {
    throw valueError("An IPv4 address cannot be in brackets");
  }
}

/** Scheme, network location, path, query, fragment. */
export type Split = [scheme: string, netloc: string, path: string, query: string, fragment: string];

/** `urlsplit(address, fallback, fragments)`. Throws ValueError for hosts in wrong brackets or of deceptive characters. */
export function split(address: string, fallback: string, fragments: boolean): Split {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters and spaces around, as WHATWG says.
  let url = address.replace(/^[\x00- ]+/, "").replace(/[\t\r\n]/g, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  let scheme = fallback.replace(/^[\x00- ]+|[\x00- ]+$/g, "").replace(/[\t\r\n]/g, "");
  let [netloc, query, fragment] = ["", "", ""];
  const named = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(url);
  if (named !== null) {
    scheme = named[0].toLowerCase();
    url = url.slice(named[0].length + 1);
  }
  if (url.startsWith("//")) {
    [netloc, url] = splitLocation(url);
    checkBrackets(netloc);
  }
  const cut = (mark: string): string => {
    const at = url.indexOf(mark);
    if (at < 0) return "";
    const rest = url.slice(at + 1);
    url = url.slice(0, at);
    return rest;
  };
  if (fragments) fragment = cut("#");
  query = cut("?");
  checkLocation(netloc);
  return [scheme, netloc, url, query, fragment];
}

/** As {@link split}, with the parameters of the last part of the path. */
type Parsed = [scheme: string, netloc: string, path: string, params: string, query: string, fragment: string];
function parse(address: string, fallback: string, fragments: boolean): Parsed {
  const [scheme, netloc, path, query, fragment] = split(address, fallback, fragments);
  const at = USES_PARAMS.has(scheme) ? path.indexOf(";", path.lastIndexOf("/") + 1) : -1;
  return at < 0
    ? [scheme, netloc, path, "", query, fragment]
    : [scheme, netloc, path.slice(0, at), path.slice(at + 1), query, fragment];
}

// ---- putting together ----------------------------------------------------------------------------

/** `urlunsplit(parts)`. */
export function unsplit([scheme, netloc, path, query, fragment]: Split): string {
  let url = path;
  if (netloc !== "") url = `//${netloc}${url !== "" && !url.startsWith("/") ? "/" : ""}${url}`;
  else if (url.startsWith("//")) url = `//${url}`;
  else if (scheme !== "" && USES_NETLOC.has(scheme) && (url === "" || url.startsWith("/"))) url = `//${url}`;
  allocateText(url.length + scheme.length + query.length + fragment.length);
  return `${scheme === "" ? "" : `${scheme}:`}${url}${query === "" ? "" : `?${query}`}${fragment === "" ? "" : `#${fragment}`}`;
}
function unparse([scheme, netloc, path, params, query, fragment]: Parsed): string {
  return unsplit([scheme, netloc, params === "" ? path : `${path};${params}`, query, fragment]);
}
/** The parts that `urlunparse` and `urlunsplit` were given. */
function components(value: PyValue, count: number): Coerced {
  if (!isIterable(value)) {
    const complaint = "urllib.parse._coerce_args() argument after * must be an iterable";
    throw typeError(`${complaint}, not ${typeName(value)}`);
  }
  const parts = collect(value);
  const coerced = coerce(parts);
  if (parts.length < count) {
    throw valueError(`not enough values to unpack (expected ${count + 1}, got ${parts.length + 1})`);
  }
  if (parts.length > count) throw valueError(`too many values to unpack (expected ${count + 1})`);
  // Nothing is fine everywhere but where the path has to be added to.
  const path = parts[2] as PyValue;
  if (!coerced.bytes && asStr(path) === undefined) {
    if (truth(parts[1] as PyValue)) add("", path);
    getItem(path, 0);
  }
  return coerced;
}
function urlunsplit(value: PyValue): PyValue {
  const coerced = components(value, 5);
  return given(unsplit(coerced.texts as Split), coerced);
}
function urlunparse(value: PyValue): PyValue {
  const coerced = components(value, 6);
  return given(unparse(coerced.texts as Parsed), coerced);
}

// ---- joining -------------------------------------------------------------------------------------

function resolve(base: string, path: string): string {
  const above = base.split("/");
  if (above.at(-1) !== "") above.pop();
  let segments = path.split("/");
  if (!path.startsWith("/")) {
    segments = [...above, ...segments];
    segments = segments.filter((segment, i) => segment !== "" || i === 0 || i === segments.length - 1);
  }
  charge(segments.length);
  const out: string[] = [];
  for (const segment of segments) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  const last = segments.at(-1);
  if (last === "." || last === "..") out.push("");
  return out.join("/") || "/";
}

/** `urljoin(base, url, fragments)`. */
export function join(base: string, url: string, fragments: boolean): string {
  const [baseScheme, baseNetloc, basePath, baseParams, baseQuery] = parse(base, "", fragments);
  let [scheme, netloc, path, params, query, fragment] = parse(url, baseScheme, fragments);
  if (scheme !== baseScheme || !USES_RELATIVE.has(scheme)) return url;
  if (USES_NETLOC.has(scheme)) {
    if (netloc !== "") return unparse([scheme, netloc, path, params, query, fragment]);
    netloc = baseNetloc;
  }
  if (path === "" && params === "") {
    path = basePath;
    params = baseParams;
    if (query === "") query = baseQuery;
  } else path = resolve(basePath, path);
  return unparse([scheme, netloc, path, params, query, fragment]);
}

const functions = pythonFunctions({
  "urlsplit(url, scheme='', allow_fragments=True)": (
    url: PyValue,
    scheme: PyValue = "",
    fragments: PyValue = true,
  ) => {
    // CPython remembers results by their arguments, which is why those must be hashable.
    if (asStr(url) === undefined) hash(url);
    const coerced = coerceAddress(url, scheme);
    const [address, fallback] = coerced.texts as [string, string];
    const parts = split(address, fallback, truth(fragments));
    return results(coerced.bytes ? splitResultBytes : splitResult, parts, coerced);
  },
  "urlparse(url, scheme='', allow_fragments=True)": (
    url: PyValue,
    scheme: PyValue = "",
    fragments: PyValue = true,
  ) => {
    const coerced = coerceAddress(url, scheme);
    const [address, fallback] = coerced.texts as [string, string];
    const parts = parse(address, fallback, truth(fragments));
    return results(coerced.bytes ? parseResultBytes : parseResult, parts, coerced);
  },
  "urlunsplit(components)": urlunsplit,
  "urlunparse(components)": urlunparse,
  "urljoin(base, url, allow_fragments=True)": (base: PyValue, url: PyValue, fragments: PyValue = true) => {
    if (!truth(base)) return url;
    if (!truth(url)) return base;
    const coerced = coerce([base, url]);
    const [from, to] = coerced.texts as [string, string];
    return given(join(from, to, truth(fragments)), coerced);
  },
  "urldefrag(url)": (url: PyValue) => {
    const coerced = coerce([url]);
    const address = coerced.texts[0] as string;
    let parts = [address, ""];
    if (address.includes("#")) {
      const [scheme, netloc, path, params, query, fragment] = parse(address, "", true);
      parts = [unparse([scheme, netloc, path, params, query, ""]), fragment];
    }
    return results(coerced.bytes ? defragResultBytes : defragResult, parts, coerced);
  },
});

defineGeturl(
  new Map([
    [defragResult, defragged],
    [defragResultBytes, defragged],
    [splitResult, urlunsplit],
    [splitResultBytes, urlunsplit],
    [parseResult, urlunparse],
    [parseResultBytes, urlunparse],
  ]),
);

defineModule("urllib.parse", {
  values: { ...functions, ...quoteFunctions },
  types: [defragResult, splitResult, parseResult, defragResultBytes, splitResultBytes, parseResultBytes],
});
