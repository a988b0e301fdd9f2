// authentik's helper functions that need nothing from the host.

import type { PyDict } from "../python/dict.ts";
import { typeError } from "../python/exceptions.ts";
import { builtin, defineMethods, method, method0 } from "../python/function.ts";
import { ipAddress, ipNetwork } from "../python/modules/ipaddress.ts";
import { regexReplace, regexSearch } from "../python/modules/re.ts";
import { asStr, makeType, PyObject, type PyValue, typeName } from "../python/object.ts";
import { type LogLine, log, message } from "../python/output.ts";
import { str } from "../python/representation.ts";
import { PyList, type PyTuple } from "../python/sequence.ts";
import { allGroups, PyRecord, userType } from "./records.ts";

/** `ak_logger`. */
class PyLogger extends PyObject {}
const loggerType = makeType("BoundLogger", { of: PyLogger, module: "structlog.stdlib", subclassable: false });
function level(
  name: string,
  as: LogLine["level"],
): { [declaration: string]: (self: PyValue, event: PyValue, args: PyTuple, kw: PyDict) => PyValue } {
  return {
    [`${name}(event=None, *args, **kw)`]: (_self, event: PyValue = null, _args, kw) => {
      const attributes = new Map<string, PyValue>();
      for (const [key, value] of kw.entries()) attributes.set(key as string, value);
      log(as, str(event), attributes);
      return null;
    },
  };
}
for (const [name, as] of [
  ["debug", "debug"],
  ["info", "info"],
  ["msg", "info"],
  ["warning", "warning"],
  ["warn", "warning"],
  ["error", "error"],
  ["exception", "error"],
  ["critical", "error"],
] as const) {
  defineMethods(loggerType, level(name, as));
}
defineMethods(loggerType, { "bind(**kw)": (self: PyValue) => self });

function text(value: PyValue, what: string): string {
  const string = asStr(value);
  if (string === undefined) throw typeError(`${what} must be str, not ${typeName(value)}`);
  return string;
}

/** Django's slugify: ASCII letters, digits, `_` and `-`, words joined by one `-`. */
export function slugify(value: string, allowUnicode = false): string {
  let out = allowUnicode ? value.normalize("NFKC") : value.normalize("NFKD").replace(/[^\x00-\x7f]/g, "");
  out = out.toLowerCase().replace(/[^\p{L}\p{N}_\s-]/gu, "");
  return out.replace(/[-\s]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
}

/** Helpers every kind of expression has, by name. */
export const helpers: ReadonlyMap<string, PyValue> = new Map<string, PyValue>(
  [
    builtin("regex_match(value, regex)", (value: PyValue, regex: PyValue) => regexSearch(regex, value)),
    builtin("regex_replace(value, regex, repl)", (value: PyValue, regex: PyValue, repl: PyValue) =>
      regexReplace(regex, repl, value),
    ),
    builtin("list_flatten(value)", (value: PyValue) =>
      value instanceof PyList ? (value.items[0] ?? null) : value,
    ),
    builtin("slugify(value, allow_unicode=False)", (value: PyValue, unicode: PyValue = false) =>
      slugify(str(value), unicode === true),
    ),
    builtin("ip_address(address)", ipAddress),
    builtin("ip_network(address, strict=True)", ipNetwork),
    builtin("ak_is_group_member(user, **group_filters)", (member: PyValue, filters: PyDict) => {
      if (!(member instanceof PyRecord) || member.cls !== userType) return false;
      const keywords = new Map([...filters.entries()] as [string, PyValue][]);
      return method0(method(allGroups(member), "filter", [], keywords), "exists");
    }),
  ].map((f): [string, PyValue] => [f.name, f]),
).set("ak_logger", new PyLogger());

/** Helpers that only policies have. */
export const policyHelpers: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  [
    "ak_message",
    builtin("ak_message(message)", (value: PyValue) => {
      message(text(value, "ak_message() argument 'message'"));
      return null;
    }),
  ],
]);
