// The rules of `http.cookiejar` with its default policy: what a Set-Cookie header says, and where a cookie goes. No
// Python values here. Cookies of RFC 2965 (Set-Cookie2) are off there, and so they are here.
import { quote, splitUrl } from "./url.ts";

/** Where a request goes, as far as cookies care. */
export interface CookieTarget {
  readonly scheme: string;
  /** Lower case, without the port. */
  readonly host: string;
  /** The host, with `.local` where it has no dot. */
  readonly effectiveHost: string;
  readonly port: string;
  readonly path: string;
}

/** What a Set-Cookie header says, completed from the request. */
export interface CookieFields {
  readonly name: string;
  readonly value: string | null;
  readonly port: string | null;
  readonly portSpecified: boolean;
  readonly domain: string;
  readonly domainSpecified: boolean;
  readonly domainInitialDot: boolean;
  readonly path: string;
  readonly pathSpecified: boolean;
  /** What stood after `Secure=` and `Discard=`; true where nothing did. */
  readonly secure: boolean | string;
  readonly discard: boolean | string;
  /** Seconds since the epoch. */
  readonly expires: number | null;
  readonly comment: string | null;
  readonly commentUrl: string | null;
  readonly rest: ReadonlyMap<string, string | null>;
  readonly rfc2109: boolean;
}

function escapedPath(path: string): string {
  return quote(path, "%/;:@&=+$,!~*'()").replace(/%[0-9a-fA-F]{2}/g, (found) => found.toUpperCase());
}

/** The target of a request; `hostHeader` is what the author wrote as Host, which stands for the host of the URL. */
export function cookieTarget(url: string, hostHeader: string | undefined): CookieTarget {
  const { scheme, netloc, path } = splitUrl(url);
  const named = hostHeader === undefined || hostHeader === "" ? netloc : hostHeader;
  const host = named.replace(/:\d+$/, "").toLowerCase();
  const colon = netloc.indexOf(":");
  const escaped = escapedPath(path);
  return {
    scheme,
    host,
    effectiveHost: host.includes(".") ? host : `${host}.local`,
    port: colon < 0 ? "80" : netloc.slice(colon + 1),
    path: escaped.startsWith("/") ? escaped : `/${escaped}`,
  };
}

// ---- dates ---------------------------------------------------------------------------------------

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const LOOSE_DATE =
  /^(\d\d?)(?:\s+|[-/])(\w+)(?:\s+|[-/])(\d+)(?:(?:\s+|:)(\d\d?):(\d\d)(?::(\d\d))?)?\s*(?:([-+]?\d{2,4}|(?![APap][Mm]\b)[A-Za-z]+)\s*)?(?:\(\w+\)\s*)?$/;

/** Seconds since the epoch of an HTTP date in any of its old spellings; null where it is none. */
export function httpTime(text: string, now: number): number | null {
  const clean = text.trimStart().replace(/^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*,?\s*/i, "");
  const match = LOOSE_DATE.exec(clean);
  if (match === null) return null;
  const [, day, monthText = "", yearText, hour = "0", minute = "0", second = "0", zone = "UTC"] = match;
  const named = MONTHS.indexOf(monthText.toLowerCase()) + 1;
  const month = named > 0 ? named : /^\d+$/.test(monthText) ? Number(monthText) : 0;
  if (month < 1 || month > 12) return null;
  let year = Number(yearText);
  if (year > 9999) return null;
  if (year < 1000) {
    const current = new Date(now * 1000).getUTCFullYear();
    const difference = (current % 100) - year;
    year += current - (current % 100);
    if (Math.abs(difference) > 50) year += difference > 0 ? 100 : -100;
  }
  const parts = [Number(day), Number(hour), Number(minute), Number(second)] as const;
  const [d, h, m, s] = parts;
  if (year < 1970 || d < 1 || d > 31 || h > 24 || m > 59 || s > 61) return null;
  const offset = zoneOffset(zone.toUpperCase());
  return offset === null ? null : Date.UTC(year, month - 1, d, h, m, s) / 1000 - offset;
}
function zoneOffset(zone: string): number | null {
  if (["GMT", "UTC", "UT", "Z"].includes(zone)) return 0;
  const match = /^([-+])?(\d\d?):?(\d\d)?$/.exec(zone);
  if (match === null) return null;
  const seconds = 3600 * Number(match[2]) + 60 * Number(match[3] ?? 0);
  return match[1] === "-" ? -seconds : seconds;
}

// ---- Set-Cookie ----------------------------------------------------------------------------------

const KNOWN = new Set(["expires", "domain", "path", "secure", "version", "port", "max-age"]);
const STANDARD = new Set([...KNOWN, "comment", "commenturl", "discard"]);
const FLAGS = new Set(["discard", "secure"]);
const MAY_BE_EMPTY = new Set(["port", "comment", "commenturl"]);
const unquoted = (text: string): string => text.replace(/^"/, "").replace(/"$/, "");

type Attribute = readonly [key: string, value: string | number | null];

/** The attributes of one header, name and value of the cookie first; undefined where there is no name. */
function attributesOf(header: string, now: number): Attribute[] | undefined {
  const pairs: Attribute[] = [];
  let versioned = false;
  for (const [i, part] of header.split(";").entries()) {
    const equals = part.indexOf("=");
    let key = (equals < 0 ? part : part.slice(0, equals)).trim();
    if (key === "") {
      if (i === 0) return undefined;
      continue;
    }
    let value: string | number | null = equals < 0 ? null : part.slice(equals + 1).trim();
    if (i > 0) {
      if (KNOWN.has(key.toLowerCase())) key = key.toLowerCase();
      if (key === "version") {
        value = value === null ? null : unquoted(value);
        versioned = true;
      } else if (key === "expires" && value !== null) value = httpTime(unquoted(value), now);
    }
    pairs.push([key, value]);
  }
  if (!versioned) pairs.push(["version", "0"]);
  return pairs;
}

/** `int(text)` of a Max-Age; undefined where it is no number. */
function wholeNumber(text: string): number | undefined {
  return /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}

type Standard = Map<string, string | number | boolean | null>;

/** Sorted into standard attributes and the rest; undefined for a cookie that is to be ignored. */
function sorted(
  pairs: readonly Attribute[],
  now: number,
): [Standard, Map<string, string | null>] | undefined {
  const standard: Standard = new Map();
  const rest = new Map<string, string | null>();
  let aged = false;
  for (const [given, raw] of pairs.slice(1)) {
    let key = STANDARD.has(given.toLowerCase()) ? given.toLowerCase() : given;
    let value: string | number | boolean | null = FLAGS.has(key) && raw === null ? true : raw;
    if (standard.has(key)) continue;
    if (key === "domain" && typeof value === "string") value = value.toLowerCase();
    if (key === "expires" && (aged || value === null)) continue;
    if (key === "max-age") {
      aged = true;
      const seconds = wholeNumber(String(value));
      if (seconds === undefined) return undefined;
      key = "expires";
      value = now + seconds;
    }
    if (!STANDARD.has(key)) rest.set(key, value as string | null);
    else if (value === null && !MAY_BE_EMPTY.has(key)) return undefined;
    else standard.set(key, value);
  }
  return [standard, rest];
}

/** A cookie that has expired already: it takes the one it names out of the jar. */
export interface ExpiredCookie {
  readonly expired: { readonly domain: string; readonly path: string; readonly name: string };
}

function completed(
  pairs: readonly Attribute[],
  target: CookieTarget,
  now: number,
): CookieFields | ExpiredCookie | undefined {
  const found = sorted(pairs, now);
  if (found === undefined) return undefined;
  const [standard, rest] = found;
  const text = (key: string): string | null => {
    const value = standard.get(key) ?? null;
    return value === null ? null : String(value);
  };
  const flag = (key: string): boolean | string => (standard.get(key) ?? false) as boolean | string;
  const version = wholeNumber(text("version") ?? "0");
  if (version === undefined) return undefined;
  const [name, value] = pairs[0] as [string, string | null];
  let path = text("path");
  const pathSpecified = path !== null && path !== "";
  if (pathSpecified) path = escapedPath(path as string);
  else {
    const slash = target.path.lastIndexOf("/");
    path = target.path.slice(0, version === 0 ? slash : slash + 1) || "/";
  }
  const givenDomain = text("domain");
  const domain =
    givenDomain === null
      ? target.effectiveHost
      : givenDomain.startsWith(".")
        ? givenDomain
        : `.${givenDomain}`;
  const portGiven = standard.has("port");
  const port = portGiven ? (text("port")?.replace(/\s+/g, "") ?? target.port) : null;
  const expires = (standard.get("expires") as number | undefined) ?? null;
  if (expires !== null && expires <= now) return { expired: { domain, path, name } };
  // Cookies of version 1 count as plain ones; those of later versions are not taken.
  if (version > 1) return undefined;
  return {
    name,
    value,
    port,
    portSpecified: portGiven && text("port") !== null,
    domain,
    domainSpecified: givenDomain !== null,
    domainInitialDot: givenDomain?.startsWith(".") === true,
    path,
    pathSpecified,
    secure: flag("secure"),
    expires,
    discard: expires === null || flag("discard"),
    comment: text("comment"),
    commentUrl: text("commenturl"),
    rest,
    rfc2109: version === 1,
  };
}

/** The cookies that Set-Cookie headers of an answer to a request ask to keep or to drop. `now` in seconds. */
export function cookiesOf(
  headers: readonly string[],
  target: CookieTarget,
  now: number,
): (CookieFields | ExpiredCookie)[] {
  const sets = headers.map((header) => attributesOf(header, now)).filter((set) => set !== undefined);
  // A bare `Max-Age` makes CPython give up on all of them.
  if (sets.some((set) => set.slice(1).some(([key, value]) => key === "max-age" && value === null))) return [];
  return sets.map((set) => completed(set, target, now)).filter((cookie) => cookie !== undefined);
}

/** May the server set it? */
export function maySet(cookie: CookieFields, target: CookieTarget): boolean {
  if (cookie.domainSpecified) {
    const { domain } = cookie;
    const { effectiveHost } = target;
    const bare = domain.replace(/^\./, "");
    if (!bare.includes(".") && !effectiveHost.endsWith(".local")) return false;
    const fits =
      effectiveHost.endsWith(domain) ||
      effectiveHost.endsWith(`${bare}.local`) ||
      effectiveHost.startsWith(".") ||
      `.${effectiveHost}`.endsWith(domain);
    if (!fits) return false;
  }
  return !cookie.portSpecified || cookie.port === null || cookie.port.split(",").includes(target.port);
}

/** What decides where a cookie is sent. */
export interface SentWhere {
  readonly domain: string;
  readonly path: string;
  readonly secure: boolean;
  readonly expires: number | null;
  readonly port: string | null;
}

/** Is it sent to the target? `now` in seconds. */
export function maySend(cookie: SentWhere, target: CookieTarget, now: number): boolean {
  const { domain, path, port } = cookie;
  const dotted = domain === "" || domain.startsWith(".") ? domain : `.${domain}`;
  if (!`.${target.effectiveHost.replace(/^\./, "")}`.endsWith(dotted)) return false;
  const inside = target.path.startsWith(path) && (path.endsWith("/") || target.path[path.length] === "/");
  if (target.path !== path && !inside) return false;
  if (cookie.secure && target.scheme !== "https" && target.scheme !== "wss") return false;
  if (cookie.expires !== null && cookie.expires <= now) return false;
  return port === null || port === "" || port.split(",").includes(target.port);
}
