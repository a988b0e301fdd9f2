// `django.core.validators`: each is a callable that raises ValidationError, or does nothing.
import { getAttribute } from "../../python/attribute.ts";
import { PyDict } from "../../python/dict.ts";
import { type PyException, PyException as Raised, typeError } from "../../python/exceptions.ts";
import {
  call,
  call1,
  defineMethods,
  defineStatic,
  type Native,
  PyBuiltin,
  PyFunction,
} from "../../python/function.ts";
import { defineModule, importModule } from "../../python/module.ts";
import { ipAddress } from "../../python/modules/ipaddress.ts";
import { pythonFunctions, pythonMethods } from "../../python/modules/python-function.ts";
import {
  asInt,
  asStr,
  makeType,
  NotImplemented,
  PyInstance,
  type PyType,
  type PyValue,
} from "../../python/object.ts";
import { contains, gt, length, lt, same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list, tuple } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { validationError } from "./exceptions.ts";

function invalid(message: PyValue, code: PyValue, params: { readonly [name: string]: PyValue }): PyException {
  const dict = new PyDict();
  for (const [name, value] of Object.entries(params)) dict.set(name, value);
  return validationError(str(message), str(code), dict);
}

/** A class of validators; two are equal when their attributes are. */
function validatorType(
  name: string,
  declaration: string,
  init: Native,
  check: (self: PyInstance, value: PyValue) => void,
): PyType {
  const type = makeType(name, { module: "django.core.validators", subclassable: false });
  type.hasDict = true;
  defineStatic(type, { "__new__(cls, /, *args, **kwargs)": () => new PyInstance(type) });
  pythonMethods(type, {
    [`__init__${declaration}`]: init,
    "__call__(value)": (self: PyInstance, value: PyValue) => {
      check(self, value);
      return null;
    },
  });
  defineMethods(type, {
    "__eq__(other, /)": (self: PyInstance, other: PyValue) => {
      if (!(other instanceof PyInstance) || other.cls !== type) return NotImplemented;
      return same(
        tuple([...(self.dict ?? new Map()).values()]),
        tuple([...(other.dict ?? new Map()).values()]),
      );
    },
  });
  return type;
}
const own = (self: PyInstance, name: string): PyValue => self.dict?.get(name) ?? null;
function assign(self: PyInstance, values: { readonly [name: string]: PyValue }): null {
  self.dict = new Map(Object.entries(values));
  return null;
}

// ---- e-mail --------------------------------------------------------------------------------------

const ATOMS = /^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*$/iu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters may be quoted.
const QUOTED = /^"(?:[\x01-\x08\x0b\x0c\x0e-\x1f!#-[\]-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*"$/u;
const LABEL = /^(?!-)[a-z0-9\u{a1}-\u{ffff}-]{1,63}(?<!-)$/iu;
const TOP = /^(?!-)(?:[a-z\u{a1}-\u{ffff}-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)$/iu;
const LITERAL = /^\[([A-F0-9:.]+)\]$/iu;

function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  const literal = LITERAL.exec(domain);
  if (literal !== null) return versionOf(literal[1] as string) !== null;
  return (
    labels.length > 1 &&
    labels.slice(0, -1).every((label) => LABEL.test(label)) &&
    TOP.test(labels.at(-1) as string)
  );
}
function checkEmail(self: PyInstance, value: PyValue): void {
  const text = asStr(value);
  const fail = (): PyException => invalid(own(self, "message"), own(self, "code"), { value });
  if (!truth(value)) throw fail();
  if (text === undefined) {
    contains(value, "@");
    throw fail();
  }
  charge(text.length);
  const at = text.lastIndexOf("@");
  if (at < 0 || [...text].length > 320 || /\n$/.test(text)) throw fail();
  const [user, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (!ATOMS.test(user) && !QUOTED.test(user)) throw fail();
  if (!contains(own(self, "domain_allowlist"), domain) && !isDomain(domain)) throw fail();
}
const emailType = validatorType(
  "EmailValidator",
  "(message=None, code=None, allowlist=None)",
  (self: PyInstance, message: PyValue = null, code: PyValue = null, allowed: PyValue = null) =>
    assign(self, {
      domain_allowlist: allowed ?? list(["localhost"]),
      message: message ?? "Enter a valid email address.",
      code: code ?? "invalid",
    }),
  checkEmail,
);

// ---- patterns and addresses ----------------------------------------------------------------------

const compile = (pattern: PyValue, flags: PyValue): PyValue =>
  call(getAttribute(importModule("re", true), "compile"), [pattern, flags], null);
const regexType = validatorType(
  "RegexValidator",
  "(regex=None, message=None, code=None, inverse_match=None, flags=None)",
  (
    self: PyInstance,
    regex: PyValue = null,
    message: PyValue = null,
    code: PyValue = null,
    inverse: PyValue = null,
    flags: PyValue = null,
  ) => {
    if (flags !== null && truth(flags) && asStr(regex ?? "") === undefined)
      throw typeError("If the flags are set, regex must be a regular expression string.");
    return assign(self, {
      regex: asStr(regex ?? "") === undefined ? regex : compile(regex ?? "", flags ?? 0),
      message: message ?? "Enter a valid value.",
      code: code ?? "invalid",
      inverse_match: inverse ?? false,
      flags: flags ?? 0,
    });
  },
  (self, value) => {
    const found = call1(getAttribute(own(self, "regex"), "search"), str(value)) !== null;
    if (found === truth(own(self, "inverse_match")))
      throw invalid(own(self, "message"), own(self, "code"), { value });
  },
);
const pattern = (regex: string, message: string): Native => {
  return (value: PyValue) => {
    call1(regexType.call([regex, message, "invalid"], null), value);
    return null;
  };
};

/** 4 or 6, or null for what is no address. */
function versionOf(text: PyValue): number | null {
  try {
    return Number(getAttribute(ipAddress(text), "version"));
  } catch (error) {
    if (error instanceof Raised) return null;
    throw error;
  }
}
const address =
  (versions: readonly number[], name: string): Native =>
  (value: PyValue) => {
    const text = asStr(value);
    const version = text === undefined ? null : versionOf(text);
    if (version !== null && versions.includes(version)) return null;
    throw invalid(`Enter a valid ${name} address.`, "invalid", { value, protocol: name });
  };

// ---- limits --------------------------------------------------------------------------------------

const resolved = (limit: PyValue): PyValue =>
  limit instanceof PyFunction || limit instanceof PyBuiltin ? call(limit, [], null) : limit;
function limitType(
  name: string,
  code: string,
  texts: (limit: PyValue) => string,
  clean: (value: PyValue) => PyValue,
  breaks: (value: PyValue, limit: PyValue) => boolean,
): PyType {
  return validatorType(
    name,
    "(limit_value, message=None)",
    (self: PyInstance, limit: PyValue, message: PyValue = null) =>
      assign(self, { limit_value: limit, code, ...(message === null ? {} : { message }) }),
    (self, value) => {
      const shown = clean(value);
      const limit = resolved(own(self, "limit_value"));
      if (breaks(shown, limit))
        throw invalid(self.dict?.get("message") ?? texts(limit), code, {
          limit_value: limit,
          show_value: shown,
          value,
        });
    },
  );
}
const characters =
  (most: string) =>
  (limit: PyValue): string =>
    `Ensure this value has at ${most} %(limit_value)d character${asInt(limit) === 1 ? "" : "s"} (it has %(show_value)d).`;
const itself = (value: PyValue): PyValue => value;
const above = (value: PyValue, limit: PyValue): boolean => truth(gt(value, limit));
const below = (value: PyValue, limit: PyValue): boolean => truth(lt(value, limit));
const bound = (than: string) => (): string =>
  `Ensure this value is ${than} than or equal to %(limit_value)s.`;

defineModule("django.core.validators", {
  types: [
    emailType,
    regexType,
    limitType("MaxValueValidator", "max_value", bound("less"), itself, above),
    limitType("MinValueValidator", "min_value", bound("greater"), itself, below),
    limitType("MaxLengthValidator", "max_length", characters("most"), length, above),
    limitType("MinLengthValidator", "min_length", characters("least"), length, below),
  ],
  fresh: { validate_email: () => emailType.call([], null) },
  values: pythonFunctions({
    "validate_slug(value)": pattern(
      "^[-a-zA-Z0-9_]+\\Z",
      "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
    ),
    "validate_unicode_slug(value)": pattern(
      "^[-\\w]+\\Z",
      "Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.",
    ),
    "validate_integer(value)": pattern("^-?\\d+\\Z", "Enter a valid integer."),
    "validate_ipv4_address(value)": address([4], "IPv4"),
    "validate_ipv6_address(value)": address([6], "IPv6"),
    "validate_ipv46_address(value)": address([4, 6], "IPv4 or IPv6"),
  }),
});
