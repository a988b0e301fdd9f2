// `django.utils.html`, `.safestring`, `.text` and `.translation`: escaping, slugs, and texts that stay as they are.

import type { PyDict } from "../../python/dict.ts";
import { defineMethods, method, method0 } from "../../python/function.ts";
import { collect } from "../../python/iterator.ts";
import { defineModule } from "../../python/module.ts";
import { pythonFunctions } from "../../python/modules/python-function.ts";
import { asInt, asStr, makeType, PyStr, type PyValue, strType, typeOf } from "../../python/object.ts";
import { add, same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import type { PyTuple } from "../../python/sequence.ts";
import { allocate } from "../../python/state.ts";
import { slugify } from "../helpers.ts";

const safeType = makeType("SafeString", {
  base: strType,
  module: "django.utils.safestring",
  subclassable: false,
});
function safe(text: string): PyStr {
  const value = new PyStr(text);
  value.cls = safeType;
  return value;
}
defineMethods(safeType, {
  "__html__()": (self: PyStr) => self,
  "__str__()": (self: PyStr) => self,
  "__add__(rhs, /)": (self: PyStr, rhs: PyValue) => {
    const joined = add(self.value, asStr(rhs) ?? rhs);
    return typeOf(rhs) === safeType ? safe(joined as string) : joined;
  },
});

const ENTITIES: { readonly [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};
/** A text with HTML's special characters written as references. */
export function escaped(text: string): string {
  allocate(text.length * 2);
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string);
}
const conditional = (value: PyValue): PyStr =>
  typeOf(value).lookup("__html__") === undefined
    ? safe(escaped(str(value)))
    : safe(str(method0(value, "__html__")));

defineModule("django.utils.safestring", {
  types: [safeType],
  values: pythonFunctions({
    "mark_safe(s)": (value: PyValue) =>
      typeOf(value).lookup("__html__") === undefined ? safe(str(value)) : value,
  }),
});
const html = pythonFunctions({
  "escape(text)": (text: PyValue) => safe(escaped(str(text))),
  "conditional_escape(text)": conditional,
  "format_html(format_string, *args, **kwargs)": (format: PyValue, args: PyTuple, kw: PyDict) => {
    const keywords = new Map(
      [...kw.entries()].map(([name, value]): [string, PyValue] => [str(name), conditional(value)]),
    );
    return safe(str(method(format, "format", args.items.map(conditional), keywords)));
  },
  "format_html_join(sep, format_string, args_generator)": (sep: PyValue, format: PyValue, rows: PyValue) => {
    const parts = collect(rows).map((row) =>
      str(method(format, "format", collect(row).map(conditional), null)),
    );
    return safe(parts.join(conditional(sep).value));
  },
});
defineModule("django.utils.html", { values: html });
defineModule("django.utils.text", {
  values: pythonFunctions({
    "slugify(value, allow_unicode=False)": (value: PyValue, unicode: PyValue = false) =>
      slugify(str(value), truth(unicode)),
    "capfirst(x)": (value: PyValue) => {
      if (!truth(value)) return value;
      const text = str(value);
      const [first = ""] = text;
      return first.toUpperCase() + text.slice(first.length);
    },
  }),
});

const identity = (message: PyValue): PyValue => message;
const plural = (one: PyValue, many: PyValue, number: PyValue): PyValue =>
  same(asInt(number) ?? number, 1) ? one : many;
// Expressions run without a catalogue of translations: every text is its own.
defineModule("django.utils.translation", {
  values: pythonFunctions({
    "gettext(message)": identity,
    "gettext_lazy(message)": identity,
    "gettext_noop(message)": identity,
    "ngettext(singular, plural, number)": plural,
    "ngettext_lazy(singular, plural, number=None)": plural,
    "pgettext(context, message)": (_context: PyValue, message: PyValue) => message,
    "pgettext_lazy(context, message)": (_context: PyValue, message: PyValue) => message,
    "npgettext(context, singular, plural, number)": (
      _context: PyValue,
      one: PyValue,
      many: PyValue,
      number: PyValue,
    ) => plural(one, many, number),
  }),
});
