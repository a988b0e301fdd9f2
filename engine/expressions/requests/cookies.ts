// `requests.cookies`: the jar that sessions, requests and responses keep cookies in.
import { getAttribute } from "../../python/attribute.ts";
import { adopt } from "../../python/classes.ts";
import { PyDict } from "../../python/dict.ts";
import { keyError, pyError, typeError } from "../../python/exceptions.ts";
import { defineMethods, defineStatic } from "../../python/function.ts";
import { concreteClass, finishAbstract } from "../../python/modules/abc.ts";
import { mutableMappingType } from "../../python/modules/abstract-mappings.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import {
  asStr,
  makeType,
  PyFloat,
  PyInstance,
  PyObject,
  type PyType,
  type PyValue,
} from "../../python/object.ts";
import { asDouble, same, truth } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { list, tuple } from "../../python/sequence.ts";
import { allocate, charge, S } from "../../python/state.ts";
import {
  type CookieFields,
  cookiesOf,
  cookieTarget,
  maySend,
  maySet,
  type SentWhere,
} from "./cookie-rules.ts";
import { CookieConflictError } from "./errors.ts";
import { generatorOf, PyHeaders } from "./headers.ts";
import { pairsOf } from "./pairs.ts";

/** Seconds since the epoch, as `int(time.time())`. */
const now = (): number => Math.floor(S.now / 1000);

// ---- Cookie --------------------------------------------------------------------------------------

/** `http.cookiejar.Cookie`: attributes and little else. */
export const cookieType = makeType("Cookie", { module: "http.cookiejar", subclassable: false });
cookieType.hasDict = true;

const ATTRIBUTES = [
  "version",
  "name",
  "value",
  "port",
  "port_specified",
  "domain",
  "domain_specified",
  "domain_initial_dot",
  "path",
  "path_specified",
  "secure",
  "expires",
  "discard",
  "comment",
  "comment_url",
] as const;

function makeCookie(attributes: { readonly [name: string]: PyValue }): PyInstance {
  allocate(600);
  const cookie = new PyInstance(cookieType);
  for (const [name, value] of Object.entries(attributes)) cookie.dict?.set(name, value);
  return cookie;
}
const read = (cookie: PyObject, name: string): PyValue => getAttribute(cookie, name);
const readText = (cookie: PyObject, name: string): string => str(read(cookie, name));

function expired(cookie: PyObject, at: PyValue): boolean {
  const expires = read(cookie, "expires");
  return expires !== null && (asDouble(expires) ?? 0) <= (asDouble(at) ?? 0);
}
pythonMethods(cookieType, {
  "is_expired(now=None)": (self: PyObject, at: PyValue = null) =>
    expired(self, at === null ? new PyFloat(S.now / 1000) : at),
  "has_nonstandard_attr(name)": (self: PyObject, name: PyValue) => (read(self, "_rest") as PyDict).has(name),
  "get_nonstandard_attr(name, default=None)": (self: PyObject, name: PyValue, fallback: PyValue = null) => {
    const found = (read(self, "_rest") as PyDict).get(name);
    return found === undefined ? fallback : found;
  },
});
defineMethods(cookieType, {
  "__str__()": (self: PyObject) => {
    const value = read(self, "value");
    const port = read(self, "port");
    const pair = value === null ? readText(self, "name") : `${readText(self, "name")}=${str(value)}`;
    const limit = `${readText(self, "domain")}${port === null ? "" : `:${str(port)}`}${readText(self, "path")}`;
    return `<Cookie ${pair} for ${limit}>`;
  },
  "__repr__()": (self: PyObject) => {
    const parts = ATTRIBUTES.map((name) => `${name}=${repr(read(self, name))}`);
    return `Cookie(${parts.join(", ")}, rest=${repr(read(self, "_rest"))}, rfc2109=${repr(read(self, "rfc2109"))})`;
  },
});

/** `requests.cookies.create_cookie(name, value, **kwargs)`. */
function createCookie(name: PyValue, value: PyValue, keywords: PyDict): PyInstance {
  const rest = new PyDict();
  rest.set("HttpOnly", null);
  const result = new Map<string, PyValue>([
    ["version", 0],
    ["name", name],
    ["value", value],
    ["port", null],
    ["domain", ""],
    ["path", "/"],
    ["secure", false],
    ["expires", null],
    ["discard", true],
    ["comment", null],
    ["comment_url", null],
    ["rest", rest],
    ["rfc2109", false],
  ]);
  const unknown = [...keywords.keys()].filter((key) => !result.has(key as string));
  if (unknown.length > 0) {
    throw typeError(`create_cookie() got unexpected keyword arguments: ${repr(list(unknown))}`);
  }
  for (const [key, given] of keywords.entries()) result.set(key as string, given);
  const { rest: given = null, ...fields } = Object.fromEntries(result);
  const domain = str(fields.domain ?? "").toLowerCase();
  return makeCookie({
    ...fields,
    domain,
    port_specified: truth(fields.port ?? null),
    domain_specified: domain !== "",
    domain_initial_dot: domain.startsWith("."),
    path_specified: truth(fields.path ?? null),
    _rest: given,
  });
}

function cookieFrom(fields: CookieFields): PyInstance {
  const rest = new PyDict();
  for (const [key, value] of fields.rest) rest.set(key, value);
  return makeCookie({
    version: 0,
    name: fields.name,
    value: fields.value,
    port: fields.port,
    port_specified: fields.portSpecified,
    domain: fields.domain,
    domain_specified: fields.domainSpecified,
    domain_initial_dot: fields.domainInitialDot,
    path: fields.path,
    path_specified: fields.pathSpecified,
    secure: fields.secure,
    expires: fields.expires,
    discard: fields.discard,
    comment: fields.comment,
    comment_url: fields.commentUrl,
    rfc2109: fields.rfc2109,
    _rest: rest,
  });
}

// ---- the jar -------------------------------------------------------------------------------------

type ByName = Map<string, PyObject>;
/** A `RequestsCookieJar`: cookies by domain, path and name, each in the order of its first use. */
export class PyCookieJar extends PyObject {
  readonly domains: Map<string, Map<string, ByName>> = new Map();

  *cookies(): IterableIterator<PyObject> {
    for (const paths of this.domains.values()) {
      for (const names of paths.values()) {
        for (const cookie of names.values()) {
          charge(1);
          yield cookie;
        }
      }
    }
  }
  set(cookie: PyObject): void {
    const value = asStr(read(cookie, "value"));
    if (value?.startsWith('"') && value.endsWith('"')) cookie.dict?.set("value", value.replaceAll('\\"', ""));
    const domain = readText(cookie, "domain");
    const path = readText(cookie, "path");
    const paths = this.domains.get(domain) ?? new Map<string, ByName>();
    const names = paths.get(path) ?? new Map<string, PyObject>();
    this.domains.set(domain, paths);
    paths.set(path, names);
    names.set(readText(cookie, "name"), cookie);
  }
  remove(domain: string, path: string, name: string): boolean {
    return this.domains.get(domain)?.get(path)?.delete(name) === true;
  }
  dropExpired(): void {
    for (const cookie of [...this.cookies()]) {
      if (expired(cookie, now())) {
        this.remove(readText(cookie, "domain"), readText(cookie, "path"), readText(cookie, "name"));
      }
    }
  }
  add(other: PyCookieJar): void {
    for (const cookie of other.cookies()) this.set(makeCookie(Object.fromEntries(cookie.dict ?? [])));
  }
  copy(): PyCookieJar {
    const copy = new PyCookieJar();
    copy.add(this);
    return copy;
  }
  /** Keeps what an answer's Set-Cookie headers say, where they may. */
  extract(setCookie: readonly string[], url: string, hostHeader: string | undefined): void {
    const target = cookieTarget(url, hostHeader);
    const all = cookiesOf(setCookie, target, now());
    // What has expired goes first, wherever it stands: it takes away what was there before the answer.
    for (const cookie of all) {
      if ("expired" in cookie) this.remove(cookie.expired.domain, cookie.expired.path, cookie.expired.name);
    }
    for (const cookie of all)
      if (!("expired" in cookie) && maySet(cookie, target)) this.set(cookieFrom(cookie));
  }
  /** The Cookie header for a request; undefined where nothing is sent. */
  header(url: string, hostHeader: string | undefined): string | undefined {
    const target = cookieTarget(url, hostHeader);
    const sent = [...this.cookies()].filter((cookie) => maySend(whereOf(cookie), target, now()));
    this.dropExpired();
    if (sent.length === 0) return undefined;
    sent.sort((a, b) => readText(b, "path").length - readText(a, "path").length);
    return sent
      .map((cookie) => {
        const value = read(cookie, "value");
        return value === null ? readText(cookie, "name") : `${readText(cookie, "name")}=${str(value)}`;
      })
      .join("; ");
  }
}
export const cookieJarType = concreteClass("RequestsCookieJar", "requests.cookies", mutableMappingType);
PyCookieJar.prototype.cls = cookieJarType;

function whereOf(cookie: PyObject): SentWhere {
  const port = read(cookie, "port");
  const expires = read(cookie, "expires");
  return {
    domain: readText(cookie, "domain"),
    path: readText(cookie, "path"),
    secure: truth(read(cookie, "secure")),
    expires: expires === null ? null : (asDouble(expires) ?? 0),
    port: port === null ? null : str(port),
  };
}

/** `cookiejar_from_dict(cookies)`, into a jar where one is given. */
export function jarFrom(
  cookies: PyValue,
  jar: PyCookieJar = new PyCookieJar(),
  overwrite = true,
): PyCookieJar {
  if (cookies === null) return jar;
  const there = new Set([...jar.cookies()].map((cookie) => readText(cookie, "name")));
  for (const [name, value] of pairsOf(cookies)) {
    if (overwrite || !there.has(str(name))) jar.set(createCookie(name, value, new PyDict()));
  }
  return jar;
}
/** `merge_cookies(jar, cookies)`. */
export function mergeCookies(jar: PyCookieJar, cookies: PyValue): void {
  if (cookies instanceof PyCookieJar) jar.add(cookies);
  else if (cookies instanceof PyDict) jarFrom(cookies, jar, false);
}

function matching(self: PyCookieJar, name: PyValue, domain: PyValue, path: PyValue): PyObject[] {
  const fits = (wanted: PyValue, cookie: PyObject, attribute: string): boolean =>
    wanted === null || same(read(cookie, attribute), wanted);
  return [...self.cookies()].filter(
    (cookie) =>
      same(read(cookie, "name"), name) && fits(domain, cookie, "domain") && fits(path, cookie, "path"),
  );
}
/** The one value; undefined where there is none. Two cookies of that name are one too many. */
function find(self: PyCookieJar, name: PyValue, domain: PyValue, path: PyValue): PyValue | undefined {
  const values = matching(self, name, domain, path)
    .map((cookie) => read(cookie, "value"))
    .filter((value) => value !== null);
  if (values.length > 1) {
    throw pyError(CookieConflictError, `There are multiple cookies with name, ${repr(name)}`);
  }
  return values[0];
}
function removeNamed(self: PyCookieJar, name: PyValue, domain: PyValue, path: PyValue): void {
  for (const cookie of matching(self, name, domain, path)) {
    self.remove(readText(cookie, "domain"), readText(cookie, "path"), readText(cookie, "name"));
  }
}
function setItem(self: PyCookieJar, name: PyValue, value: PyValue, keywords: PyDict): PyValue {
  if (value === null) {
    removeNamed(self, name, keywords.get("domain") ?? null, keywords.get("path") ?? null);
    return null;
  }
  const cookie = createCookie(name, value, keywords);
  self.set(cookie);
  return cookie;
}
function item(self: PyCookieJar, name: PyValue): PyValue {
  const value = find(self, name, null, null);
  if (value === undefined) throw keyError(`name=${repr(name)}, domain=None, path=None`);
  return value;
}
const namesOf = (self: PyCookieJar): PyValue[] => [...self.cookies()].map((cookie) => read(cookie, "name"));
const valuesOf = (self: PyCookieJar): PyValue[] => [...self.cookies()].map((cookie) => read(cookie, "value"));
const itemsOf = (self: PyCookieJar): PyValue[] =>
  [...self.cookies()].map((cookie) => tuple([read(cookie, "name"), read(cookie, "value")]));
function distinct(self: PyCookieJar, attribute: string): PyValue[] {
  const found: PyValue[] = [];
  for (const cookie of self.cookies()) {
    const value = read(cookie, attribute);
    if (!found.some((other) => same(other, value))) found.push(value);
  }
  return found;
}

defineStatic(cookieJarType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyCookieJar(), cls),
});
pythonMethods(cookieJarType, {
  "__init__(policy=None)": () => null,
  "get(name, default=None, domain=None, path=None)": (
    self: PyCookieJar,
    name: PyValue,
    fallback: PyValue = null,
    domain: PyValue = null,
    path: PyValue = null,
  ) => {
    const found = find(self, name, domain, path);
    return found === undefined ? fallback : found;
  },
  "set(name, value, **kwargs)": setItem,
  "keys()": (self: PyCookieJar) => list(namesOf(self)),
  "values()": (self: PyCookieJar) => list(valuesOf(self)),
  "items()": (self: PyCookieJar) => list(itemsOf(self)),
  "iterkeys()": (self: PyCookieJar) => generatorOf("RequestsCookieJar.iterkeys", namesOf(self)),
  "itervalues()": (self: PyCookieJar) => generatorOf("RequestsCookieJar.itervalues", valuesOf(self)),
  "iteritems()": (self: PyCookieJar) => generatorOf("RequestsCookieJar.iteritems", itemsOf(self)),
  "list_domains()": (self: PyCookieJar) => list(distinct(self, "domain")),
  "list_paths()": (self: PyCookieJar) => list(distinct(self, "path")),
  "multiple_domains()": (self: PyCookieJar) => distinct(self, "domain").length < [...self.cookies()].length,
  "get_dict(domain=None, path=None)": (self: PyCookieJar, domain: PyValue = null, path: PyValue = null) => {
    const dict = new PyDict();
    for (const cookie of self.cookies()) {
      const fits =
        (domain === null || same(read(cookie, "domain"), domain)) &&
        (path === null || same(read(cookie, "path"), path));
      if (fits) dict.set(read(cookie, "name"), read(cookie, "value"));
    }
    return dict;
  },
  "set_cookie(cookie)": (self: PyCookieJar, cookie: PyObject) => {
    self.set(cookie);
    return null;
  },
  "update(other)": (self: PyCookieJar, other: PyValue) => {
    if (other instanceof PyCookieJar) self.add(other);
    else for (const [name, value] of pairsOf(other)) setItem(self, name, value, new PyDict());
    return null;
  },
  "copy()": (self: PyCookieJar) => self.copy(),
  "clear(domain=None, path=None, name=None)": (
    self: PyCookieJar,
    domain: PyValue = null,
    path: PyValue = null,
    name: PyValue = null,
  ) => {
    if (name !== null) {
      if (!self.remove(str(domain), str(path), str(name))) throw keyError(name);
    } else if (path !== null) {
      if (self.domains.get(str(domain))?.delete(str(path)) !== true) throw keyError(path);
    } else if (domain !== null) {
      if (!self.domains.delete(str(domain))) throw keyError(domain);
    } else self.domains.clear();
    return null;
  },
  "clear_expired_cookies()": (self: PyCookieJar) => {
    self.dropExpired();
    return null;
  },
});
defineMethods(cookieJarType, {
  "__getitem__(name, /)": item,
  "__setitem__(name, value, /)": (self: PyCookieJar, name: PyValue, value: PyValue) => {
    setItem(self, name, value, new PyDict());
    return null;
  },
  "__delitem__(name, /)": (self: PyCookieJar, name: PyValue) => {
    removeNamed(self, name, null, null);
    return null;
  },
  "__contains__(name, /)": (self: PyCookieJar, name: PyValue) => matching(self, name, null, null).length > 0,
  "__iter__()": (self: PyCookieJar) => generatorOf("deepvalues", self.cookies()),
  "__len__()": (self: PyCookieJar) => [...self.cookies()].length,
  "__repr__()": (self: PyCookieJar) => `<RequestsCookieJar[${[...self.cookies()].map(repr).join(", ")}]>`,
  "__str__()": (self: PyCookieJar) => `<RequestsCookieJar[${[...self.cookies()].map(str).join(", ")}]>`,
});

finishAbstract(cookieJarType);

/** The Host header that an author set, for the rules of cookies. */
export function hostHeaderOf(headers: PyValue): string | undefined {
  return headers instanceof PyHeaders ? asStr(headers.get("Host") ?? null) : undefined;
}
