// authentik's helper functions that look at nothing but their arguments.

import type { PyDict } from "../python/dict.ts";
import { Exception, keyError } from "../python/exceptions.ts";
import { method, method0 } from "../python/function.ts";
import { ipAddress, ipNetwork } from "../python/modules/ipaddress.ts";
import { pythonFunctions, pythonMethods } from "../python/modules/python-function.ts";
import { regexSearch } from "../python/modules/re.ts";
import { regexReplace } from "../python/modules/re-substitution.ts";
import { asStr, type KwArgs, makeType, PyObject, type PyValue } from "../python/object.ts";
import { mod, truth } from "../python/operators.ts";
import { type LogLevel, log, message } from "../python/output.ts";
import { str } from "../python/representation.ts";
import { PyList, type PyTuple } from "../python/sequence.ts";
import { charge } from "../python/state.ts";
import { normalizeText } from "../python/text.ts";
import { isAlnum, isSpace, lower } from "../python/unicode.ts";
import { type JsonStyle, toJson } from "./boundary.ts";
import { userModel } from "./models/catalogue.ts";
import { hasAuthenticator } from "./models/devices.ts";
import { allGroups } from "./models/people.ts";
import { PyRecord } from "./models/record.ts";
import { userBy } from "./models/user-by.ts";
import { resolveDns, reverseDns } from "./name-service.ts";

/** `ak_logger`, with the attributes that `bind` gave it. */
class PyLogger extends PyObject {
  readonly bound: KwArgs;
  constructor(bound: KwArgs) {
    super();
    this.bound = bound;
  }
}
const loggerType = makeType("BoundLogger", { of: PyLogger, module: "structlog.stdlib", subclassable: false });
const keywords = (kw: PyDict): [string, PyValue][] => [...kw.entries()] as [string, PyValue][];

const LOGGED: JsonStyle = { sanitize: false, strict: false };

/** A method that logs: the event, formatted with what follows it, and the keywords. */
function level(as: LogLevel) {
  return (self: PyLogger, event: PyValue = null, args: PyTuple, kw: PyDict): PyValue => {
    const text = args.items.length > 0 ? str(mod(event, args)) : str(event);
    const attributes = [...new Map([...self.bound, ...keywords(kw)])].map(
      ([key, value]) => `${JSON.stringify(key)}:${toJson(value, LOGGED)}`,
    );
    log(as, text, `{${attributes.join(",")}}`);
    return null;
  };
}
for (const [name, as] of Object.entries({
  debug: "debug",
  info: "info",
  msg: "info",
  warning: "warning",
  warn: "warning",
  error: "error",
  exception: "error",
  critical: "error",
  fatal: "error",
} as const)) {
  pythonMethods(loggerType, { [`${name}(event=None, *args, **kw)`]: level(as) });
}
pythonMethods(loggerType, {
  "bind(**new_values)": (self: PyLogger, kw: PyDict) =>
    new PyLogger(new Map([...self.bound, ...keywords(kw)])),
  "new(**new_values)": (_self: PyLogger, kw: PyDict) => new PyLogger(new Map(keywords(kw))),
  "unbind(*keys)": (self: PyLogger, keys: PyTuple) => {
    const bound = new Map(self.bound);
    for (const key of keys.items) if (!bound.delete(asStr(key) ?? "")) throw keyError(key);
    return new PyLogger(bound);
  },
  "try_unbind(*keys)": (self: PyLogger, keys: PyTuple) => {
    const bound = new Map(self.bound);
    for (const key of keys.items) bound.delete(asStr(key) ?? "");
    return new PyLogger(bound);
  },
});

/** Django's slugify: letters, digits, `_` and `-` (ASCII unless told otherwise), words joined by one `-`. */
export function slugify(value: string, allowUnicode = false): string {
  charge(value.length);
  const normal = allowUnicode
    ? normalizeText(value, "NFKC")
    : normalizeText(value, "NFKD").replace(/[^\x00-\x7f]/g, "");
  let out = "";
  for (const char of lower(normal)) {
    const point = char.codePointAt(0) as number;
    if (char === "-" || isSpace(point)) out += "-";
    else if (char === "_" || isAlnum(point)) out += char;
  }
  return out.replace(/-+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
}

/** Helpers every kind of expression has, by name. */
export const helpers: ReadonlyMap<string, PyValue> = new Map<string, PyValue>(
  Object.entries({
    ...pythonFunctions({
      "regex_match(value, regex)": (value: PyValue, regex: PyValue) => regexSearch(regex, value),
      "regex_replace(value, regex, repl)": (value: PyValue, regex: PyValue, repl: PyValue) =>
        regexReplace(regex, repl, value),
      "list_flatten(value)": (value: PyValue) => (value instanceof PyList ? (value.items[0] ?? null) : value),
      "slugify(value, allow_unicode=False)": (value: PyValue, unicode: PyValue = false) =>
        slugify(str(value), truth(unicode)),
      "ip_address(address)": ipAddress,
      "ip_network(address, strict=True)": ipNetwork,
      "resolve_dns(host, ip_version=None)": resolveDns,
      "reverse_dns(ip_addr)": reverseDns,
      "ak_is_group_member(user, **group_filters)": (member: PyValue, filters: PyDict) => {
        if (!(member instanceof PyRecord) || member.cls !== userModel.type) return false;
        return method0(method(allGroups(member), "filter", [], new Map(keywords(filters))), "exists");
      },
      "ak_user_by(**filters)": userBy,
      "ak_user_has_authenticator(user, device_type=None)": hasAuthenticator,
    }),
    ak_logger: new PyLogger(new Map()),
  }),
);

/** `raise SkipObject` in a synchronisation's mapping leaves the object out: the embedder sees an error of this type. */
const SkipObject = makeType("SkipObject", {
  base: Exception,
  module: "authentik.core.expression.exceptions",
});
SkipObject.hasDict = true;

/** Names that only mappings have. */
export const mappingHelpers: ReadonlyMap<string, PyValue> = new Map([["SkipObject", SkipObject]]);

/** Helpers that only policies have. */
export const policyHelpers: ReadonlyMap<string, PyValue> = new Map(
  Object.entries(
    pythonFunctions({
      "ak_message(message)": (value: PyValue) => {
        message(str(value));
        return null;
      },
    }),
  ),
);
