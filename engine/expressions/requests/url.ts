// URLs as requests prepares them: taken apart as urllib3 does, quoted, joined as `urllib.parse` does. Text only.
import { encode } from "../../python/codecs.ts";
import { join, split, unsplit } from "../../python/modules/urllib-parse.ts";
import { decimalValue, isAlnum } from "../../python/unicode.ts";
import { asciiLabel } from "./host-name.ts";

const UNRESERVED = "A-Za-z0-9._~\\-";
const SUB_DELIMITERS = "!$&'()*+,;=";
const inUserInfo = new RegExp(`[${UNRESERVED}${SUB_DELIMITERS}:]`);
const inPath = new RegExp(`[${UNRESERVED}${SUB_DELIMITERS}:@/]`);
const inQuery = new RegExp(`[${UNRESERVED}${SUB_DELIMITERS}:@/?]`);
const alwaysSafe = new RegExp(`[${UNRESERVED}]`);

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Bytes as text in which everything but `safe` characters is percent-encoded. */
function quoteBytes(bytes: Uint8Array, safe: (char: string) => boolean): string {
  const parts: string[] = [];
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    parts.push(byte < 128 && safe(char) ? char : percent(byte));
  }
  return parts.join("");
}

/** `urllib.parse.quote(text, safe)`. Throws UnicodeEncodeError for lone surrogates. */
export function quote(text: string | Uint8Array, safe = "/"): string {
  const bytes = typeof text === "string" ? encode(text) : text;
  return quoteBytes(bytes, (char) => alwaysSafe.test(char) || safe.includes(char));
}
/** `urllib.parse.quote_plus`: blanks are plus signs. */
export function quotePlus(text: string | Uint8Array): string {
  return quote(text, " ").replaceAll(" ", "+");
}

/** `urllib.parse.unquote_to_bytes`. */
export function unquoteBytes(text: string): Uint8Array {
  const bytes = encode(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes[i] === 37 ? String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      out.push(Number.parseInt(hex, 16));
      i += 2;
    } else out.push(bytes[i] as number);
  }
  return Uint8Array.from(out);
}

// ---- taking apart, as urllib3 --------------------------------------------------------------------

/** A URL's parts; null where a part is not there. */
export interface UrlParts {
  readonly scheme: string | null;
  readonly auth: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

const HEX = "[0-9A-Fa-f]{1,4}";
const IPV4 = "(?:[0-9]{1,3}\\.){3}[0-9]{1,3}";
const LAST32 = `(?:${HEX}:${HEX}|${IPV4})`;
/** The nine shapes of an IPv6 address: how many groups stand before `::`, and what follows. */
const IPV6 = [
  `(?:${HEX}:){6}${LAST32}`,
  `::(?:${HEX}:){5}${LAST32}`,
  `(?:${HEX})?::(?:${HEX}:){4}${LAST32}`,
  ...[1, 2, 3].map((n) => `(?:(?:${HEX}:){0,${n}}${HEX})?::(?:${HEX}:){${4 - n}}${LAST32}`),
  `(?:(?:${HEX}:){0,4}${HEX})?::${LAST32}`,
  `(?:(?:${HEX}:){0,5}${HEX})?::${HEX}`,
  `(?:(?:${HEX}:){0,6}${HEX})?::`,
].join("|");
const ZONE = `(?:%25|%)(?:[${UNRESERVED}]|%[a-fA-F0-9]{2})+`;
const BRACKETED = `\\[(?:${IPV6})(?:${ZONE})?\\]`;
const ipv4Host = new RegExp(`^${IPV4}$`);
const ipv6Host = new RegExp(`^${BRACKETED}$`);
const zone = new RegExp(`(${ZONE})\\]$`);
const hostAndPort = new RegExp(
  `^((?:[^\\[\\]%:/?#]|%[a-fA-F0-9]{2})*|${IPV4}|${BRACKETED})(?::0*?(|0|[1-9][0-9]{0,4}))?\\n?$`,
  "s",
);
const wholeUrl = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^\\/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Percent-encodes what a part may not hold; what is encoded already stays, its digits in upper case. */
function encodePart(part: string, allowed: RegExp): string {
  let escapes = 0;
  const normal = part.replace(/%[a-fA-F0-9]{2}/g, (found) => {
    escapes += 1;
    return found.toUpperCase();
  });
  const encoded = escapes === normal.split("%").length - 1;
  return quoteBytes(
    encode(normal, "utf-8", "surrogatepass"),
    (char) => allowed.test(char) || (encoded && char === "%"),
  );
}

function withoutDotSegments(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== ".") out.push(segment);
  }
  if (path.startsWith("/") && (out.length === 0 || out[0] !== "")) out.unshift("");
  if (path.endsWith("/.") || path.endsWith("/..")) out.push("");
  return out.join("/");
}

function normalHost(host: string): string | undefined {
  if (ipv6Host.test(host)) {
    const found = zone.exec(host);
    if (found === null) return host.toLowerCase();
    const id = found[1] as string;
    const bare = id.slice(id.startsWith("%25") && id !== "%25" ? 3 : 1);
    return `${host.slice(0, found.index).toLowerCase()}%${encodePart(bare, alwaysSafe)}]`;
  }
  if (ipv4Host.test(host)) return host;
  const labels = host.split(".").map(asciiLabel);
  return labels.includes(undefined) ? undefined : labels.join(".");
}

/** `urllib3.util.parse_url(url)`; undefined where it cannot be parsed. */
export function parseUrl(url: string): UrlParts | undefined {
  const text = /^(?:[a-zA-Z][a-zA-Z0-9+-]*:|\/)/.test(url) ? url : `//${url}`;
  const match = wholeUrl.exec(text);
  if (match === null) return undefined;
  const scheme = match[1]?.toLowerCase() ?? null;
  const normalized = scheme === null || scheme === "http" || scheme === "https";
  const authority = match[2] ?? "";
  let [auth, host, port]: [string | null, string | null, number | null] = [null, null, null];
  if (authority !== "") {
    const at = authority.lastIndexOf("@");
    auth = authority.slice(0, Math.max(at, 0)) || null;
    const found = hostAndPort.exec(authority.slice(at + 1));
    if (found === null) return undefined;
    if (auth !== null && normalized) auth = encodePart(auth, inUserInfo);
    port = found[2] ? Number(found[2]) : null;
    if (port !== null && port > 65535) return undefined;
    host = found[1] as string;
    if (host !== "" && normalized) {
      const normal = normalHost(host);
      if (normal === undefined) return undefined;
      host = normal;
    }
  }
  let path: string | null = match[3] as string;
  let query = match[4] ?? null;
  let fragment = match[5] ?? null;
  if (normalized) {
    if (path !== "") path = encodePart(withoutDotSegments(path), inPath);
    if (query) query = encodePart(query, inQuery);
    if (fragment) fragment = encodePart(fragment, inQuery);
  }
  if (path === "") path = query !== null || fragment !== null ? "" : null;
  else if (!path.startsWith("/")) path = `/${path}`;
  return { scheme, auth, host, port, path, query, fragment };
}

// ---- quoting anew --------------------------------------------------------------------------------

/** Two characters as `int(text, 16)` reads them; undefined where it would not. */
function hexValue(text: string): number | undefined {
  let value = 0;
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    const digit = /[0-9a-fA-F]/.test(char) ? Number.parseInt(char, 16) : decimalValue(point);
    if (digit === undefined || digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Escapes of characters that need none are undone; undefined where an escape is none. */
function unquoteUnreserved(url: string): string | undefined {
  const [first, ...rest] = url.split("%") as [string, ...string[]];
  const parts = [first];
  for (const part of rest) {
    const hex = Array.from(part.slice(0, 4)).slice(0, 2);
    let plain: string | undefined;
    if (hex.length === 2 && hex.every((char) => isAlnum(char.codePointAt(0) as number))) {
      const value = hexValue(hex.join(""));
      if (value === undefined) return undefined;
      const char = String.fromCharCode(value);
      if (value < 128 && alwaysSafe.test(char)) plain = char;
    }
    parts.push(plain === undefined ? `%${part}` : plain + part.slice(hex.join("").length));
  }
  return parts.join("");
}

/** `requests.utils.requote_uri(uri)`: quoted fully and once. */
export function requote(url: string): string {
  const plain = unquoteUnreserved(url);
  return plain === undefined ? quote(url, "!#$&'()*+,/:;=?@[]~") : quote(plain, "!#$%&'()*+,/:;=?@[]~");
}

// ---- urllib.parse --------------------------------------------------------------------------------

/** What `urlsplit` gives. */
export interface SplitUrl {
  readonly scheme: string;
  readonly netloc: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** `urllib.parse.urlsplit(url)`. */
export function splitUrl(url: string): SplitUrl {
  const [scheme, netloc, path, query, fragment] = split(url, "", true);
  return { scheme, netloc, path, query, fragment };
}
/** `urllib.parse.urlunsplit(parts)`. */
export function unsplitUrl({ scheme, netloc, path, query, fragment }: SplitUrl): string {
  return unsplit([scheme, netloc, path, query, fragment]);
}
/** `urllib.parse.urljoin(base, url)`. */
export function joinUrl(base: string, url: string): string {
  return join(base, url, true);
}

/** The host of a `netloc`, in lower case, without brackets; null where there is none. */
export function hostOf(netloc: string): string | null {
  const host = netloc.slice(netloc.lastIndexOf("@") + 1);
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  const name = bracketed === null ? (host.split(":")[0] as string) : (bracketed[1] as string);
  return name === "" ? null : name.toLowerCase();
}
/** The port of a `netloc`; null where there is none. */
export function portOf(netloc: string): number | null {
  const port = /:([0-9]*)$/.exec(netloc.slice(netloc.lastIndexOf("@") + 1).replace(/^\[[^\]]*\]/, ""))?.[1];
  return port === undefined || port === "" ? null : Number(port);
}
/** User and password of a `netloc`, still quoted; undefined where there is no `user:password@`. */
export function credentialsOf(netloc: string): [string, string] | undefined {
  const at = netloc.lastIndexOf("@");
  const colon = netloc.indexOf(":");
  if (at < 0 || colon < 0 || colon > at) return undefined;
  return [netloc.slice(0, colon), netloc.slice(colon + 1, at)];
}
