// The module `string`: its constants, `capwords`, `Template` and `Formatter`.
import { compilePattern, Flag } from "../../regex/regex.ts";
import { getAttribute, setAttribute } from "../attribute.ts";
import { type PyDict, PySet } from "../dict.ts";
import { KeyError, PyException, raise, ValueError, valueError } from "../exceptions.ts";
import {
  builtin,
  call,
  call1,
  defineClassMethods,
  defineStatic,
  method,
  method0,
  method1,
  method2,
} from "../function.ts";
import { iter } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, PyInstance, type PyType, type PyValue, strType } from "../object.ts";
import { getItem, same, truth } from "../operators.ts";
import { asciiObject, formatObject, reprObject, str, strObject } from "../representation.ts";
import { list, type PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";
import { makeSuper } from "../super.ts";
import { joinText } from "../types/str-methods.ts";
import { splitLines } from "../types/str-search.ts";
import { isDigit } from "../unicode.ts";
import { pythonFunctions, pythonMethods } from "./python-function.ts";
import { compile, PyPattern } from "./re.ts";
import { parseFields, splitField } from "./string-fields.ts";

const lowercase = "abcdefghijklmnopqrstuvwxyz";
const uppercase = lowercase.toUpperCase();
const digits = "0123456789";
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const whitespace = " \t\n\r\v\f";

function capwords(s: PyValue, sep: PyValue = null): PyValue {
  // CPython looks `join` up before it splits.
  const join = getAttribute(truth(sep) ? sep : " ", "join");
  const words: PyValue[] = [];
  const capitalize = getAttribute(strType, "capitalize");
  const it = iter(method1(s, "split", sep));
  for (let word = it.next(); word !== undefined; word = it.next()) words.push(call1(capitalize, word));
  return call1(join, list(words));
}

// ---- Template ------------------------------------------------------------------------------------

/** `string.Template`. */
export const templateType = makeType("Template", { module: "string" });
templateType.hasDict = true;

const IDENTIFIER = "(?a:[_a-z][_a-z0-9]*)";

/** The pattern that finds placeholders: groups `escaped`, `named`, `braced` and `invalid`. */
function placeholders(delimiter: string, id: string, braced: string): string {
  return `${delimiter}(?:(?P<escaped>${delimiter})|(?P<named>${id})|{(?P<braced>${braced})}|(?P<invalid>))`;
}
function escaped(text: string): string {
  return text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, "\\$&");
}

const standardPattern = placeholders("\\$", IDENTIFIER, IDENTIFIER);
const standardFlags = Flag.IGNORECASE | Flag.VERBOSE;
templateType.dict.set("delimiter", "$");
templateType.dict.set("idpattern", IDENTIFIER);
templateType.dict.set("braceidpattern", null);
templateType.dict.set("flags", Flag.IGNORECASE);
// Not through `re`'s cache: it belongs to evaluations, and this is made before there is one.
templateType.dict.set(
  "pattern",
  new PyPattern(standardPattern, compilePattern(standardPattern, standardFlags, { bytes: false })),
);

defineStatic(templateType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => new PyInstance(cls),
});
defineClassMethods(templateType, {
  "__init_subclass__()": (cls: PyType) => {
    call(getAttribute(makeSuper(templateType, cls), "__init_subclass__"), [], null);
    let pattern = cls.dict.get("pattern");
    if (pattern === undefined) {
      const own = (name: string): PyValue => getAttribute(cls, name);
      const braced = own("braceidpattern");
      pattern = placeholders(
        escaped(str(own("delimiter"))),
        str(own("idpattern")),
        str(truth(braced) ? braced : own("idpattern")),
      );
    }
    const flags = Number(asInt(getAttribute(cls, "flags")) ?? 0);
    setAttribute(cls, "pattern", compile(pattern, flags | Flag.VERBOSE));
    return null;
  },
});

/** What a template's names are looked up in: keywords come before the mapping. */
function lookupIn(mapping: PyValue | undefined, kws: PyDict): (name: PyValue) => PyValue {
  if (mapping === undefined) return (name) => getItem(kws, name);
  return (name) => getItem(kws.has(name) ? kws : mapping, name);
}

const UNRECOGNIZED = "Unrecognized named group in pattern";
function unrecognized(self: PyValue): PyException {
  return raise(new PyException(ValueError, [UNRECOGNIZED, getAttribute(self, "pattern")]));
}
const group = (match: PyValue, name: string): PyValue => method1(match, "group", name);
function nameIn(match: PyValue): PyValue {
  const named = group(match, "named");
  return truth(named) ? named : group(match, "braced");
}

function invalid(self: PyValue, match: PyValue): never {
  const template = str(getAttribute(self, "template"));
  const start = Number(asInt(method1(match, "start", "invalid")));
  const before = Array.from(template).slice(0, start).join("");
  const lines = splitLines(before, true);
  const whole = lines.slice(0, -1).join("");
  const column = lines.length === 0 ? 1 : start - Array.from(whole).length;
  throw valueError(`Invalid placeholder in string: line ${Math.max(1, lines.length)}, col ${column}`);
}

function substitute(self: PyValue, replacement: (match: PyValue) => PyValue): PyValue {
  return method2(
    getAttribute(self, "pattern"),
    "sub",
    builtin("convert(mo, /)", replacement),
    getAttribute(self, "template"),
  );
}

pythonMethods(templateType, {
  "__init__(template)": (self: PyValue, template: PyValue) => {
    setAttribute(self, "template", template);
    return null;
  },
  "substitute(mapping={}, /, **kws)": (self: PyValue, mapping: PyValue | undefined, kws: PyDict) => {
    const lookup = lookupIn(mapping, kws);
    return substitute(self, (match) => {
      const name = nameIn(match);
      if (name !== null) return str(lookup(name));
      if (group(match, "escaped") !== null) return getAttribute(self, "delimiter");
      if (group(match, "invalid") !== null) invalid(self, match);
      throw unrecognized(self);
    });
  },
  "safe_substitute(mapping={}, /, **kws)": (self: PyValue, mapping: PyValue | undefined, kws: PyDict) => {
    const lookup = lookupIn(mapping, kws);
    return substitute(self, (match) => {
      const name = nameIn(match);
      if (name !== null) {
        try {
          return str(lookup(name));
        } catch (error) {
          if (error instanceof PyException && error.cls.isSubtype(KeyError)) return method0(match, "group");
          throw error;
        }
      }
      if (group(match, "escaped") !== null) return getAttribute(self, "delimiter");
      if (group(match, "invalid") !== null) return method0(match, "group");
      throw unrecognized(self);
    });
  },
  "is_valid()": (self: PyValue) => {
    const it = iter(method1(getAttribute(self, "pattern"), "finditer", getAttribute(self, "template")));
    for (let match = it.next(); match !== undefined; match = it.next()) {
      if (group(match, "invalid") !== null) return false;
      if (["named", "braced", "escaped"].every((name) => group(match as PyValue, name) === null))
        throw unrecognized(self);
    }
    return true;
  },
  "get_identifiers()": (self: PyValue) => {
    const names: PyValue[] = [];
    const it = iter(method1(getAttribute(self, "pattern"), "finditer", getAttribute(self, "template")));
    for (let match = it.next(); match !== undefined; match = it.next()) {
      const name = nameIn(match);
      charge(1 + names.length);
      if (name !== null) {
        if (!names.some((known) => same(known, name))) names.push(name);
      } else if (group(match, "invalid") === null && group(match, "escaped") === null)
        throw unrecognized(self);
    }
    return list(names);
  },
});

// ---- Formatter -----------------------------------------------------------------------------------

/** `string.Formatter`: every step is a method that a derived class may replace. */
export const formatterType = makeType("Formatter", { module: "string" });
formatterType.hasDict = true;
defineStatic(formatterType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => new PyInstance(cls),
});

function allDigits(text: string): boolean {
  for (const char of text) if (!isDigit(char.codePointAt(0) as number)) return false;
  return true;
}
const SWITCH = "cannot switch from manual field specification to automatic field numbering";

/** The text, and the next automatic number (false once fields are numbered by the author). */
function expand(
  self: PyValue,
  text: PyValue,
  args: PyValue,
  kwargs: PyValue,
  used: PyValue,
  depth: number,
  numbering: number | false,
): { text: string; numbering: number | false } {
  if (depth < 0) throw valueError("Max string recursion exceeded");
  let next = numbering;
  const parts: PyValue[] = [];
  const it = iter(method1(self, "parse", text));
  for (let piece = it.next(); piece !== undefined; piece = it.next()) {
    const four: PyValue[] = [];
    const inner = iter(piece);
    for (let item = inner.next(); item !== undefined; item = inner.next()) four.push(item);
    if (four.length < 4) throw valueError(`not enough values to unpack (expected 4, got ${four.length})`);
    if (four.length > 4) throw valueError("too many values to unpack (expected 4)");
    const [literal, field, spec, conversion] = four as [PyValue, PyValue, PyValue, PyValue];
    if (truth(literal)) parts.push(literal);
    if (field === null) continue;
    let name = field;
    const shown = asStr(field) ?? "";
    if (shown === "") {
      if (next === false) throw valueError(SWITCH);
      name = String(next);
      next += 1;
    } else if (allDigits(shown)) {
      if (next !== false && next !== 0) throw valueError(SWITCH);
      next = false;
    }
    const [object, arg] = (method(self, "get_field", [name, args, kwargs], null) as PyTuple).items as [
      PyValue,
      PyValue,
    ];
    method1(used, "add", arg);
    const converted = method2(self, "convert_field", object, conversion);
    const inside = expand(self, spec, args, kwargs, used, depth - 1, next);
    next = inside.numbering;
    parts.push(method2(self, "format_field", converted, inside.text));
  }
  return { text: joinText("", list(parts)), numbering: next };
}

pythonMethods(formatterType, {
  "format(format_string, /, *args, **kwargs)": (
    self: PyValue,
    text: PyValue,
    args: PyTuple,
    kwargs: PyDict,
  ) => method(self, "vformat", [text, args, kwargs], null),
  "vformat(format_string, args, kwargs)": (self: PyValue, text: PyValue, args: PyValue, kwargs: PyValue) => {
    const used = new PySet();
    const expanded = expand(self, text, args, kwargs, used, 2, 0);
    method(self, "check_unused_args", [used, args, kwargs], null);
    return expanded.text;
  },
  "get_value(key, args, kwargs)": (_self: PyValue, key: PyValue, args: PyValue, kwargs: PyValue) =>
    getItem(asInt(key) === undefined ? kwargs : args, key),
  "check_unused_args(used_args, args, kwargs)": () => null,
  "format_field(value, format_spec)": (_self: PyValue, value: PyValue, spec: PyValue) =>
    formatObject(value, str(spec)),
  "convert_field(value, conversion)": (_self: PyValue, value: PyValue, conversion: PyValue) => {
    if (conversion === null) return value;
    const kind = asStr(conversion);
    if (kind === "s") return strObject(value);
    if (kind === "r") return reprObject(value);
    if (kind === "a") return asciiObject(value);
    throw valueError(`Unknown conversion specifier ${str(conversion)}`);
  },
  "parse(format_string)": (_self: PyValue, text: PyValue) => parseFields(text),
  "get_field(field_name, args, kwargs)": (_self: PyValue, name: PyValue, args: PyValue, kwargs: PyValue) => {
    const { first, rest } = splitField(name);
    let object = method(_self, "get_value", [first, args, kwargs], null);
    for (let step = rest.next(); step !== undefined; step = rest.next()) {
      const [attribute, key] = (step as PyTuple).items as [boolean, PyValue];
      object = attribute ? getAttribute(object, key as string) : getItem(object, key);
    }
    return tuple([object, first]);
  },
});

defineModule("string", {
  values: {
    ascii_letters: lowercase + uppercase,
    ascii_lowercase: lowercase,
    ascii_uppercase: uppercase,
    digits,
    hexdigits: `${digits}abcdefABCDEF`,
    octdigits: "01234567",
    printable: `${digits}${lowercase}${uppercase}${punctuation}${whitespace}`,
    punctuation,
    whitespace,
    ...pythonFunctions({ "capwords(s, sep=None)": capwords }),
  },
  types: [templateType, formatterType],
});
