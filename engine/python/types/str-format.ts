// Methods of `str` that format and encode.
import { PyBytes } from "../bytes.ts";
import { encode } from "../codecs.ts";
import type { PyDict } from "../dict.ts";
import { keyError } from "../exceptions.ts";
import { formatFields, formatMapping } from "../field-format.ts";
import { formatText } from "../format-spec.ts";
import { defineMethods } from "../function.ts";
import { asStr, NotImplemented, type PyStr, type PyValue, strType, typeName } from "../object.ts";
import { percentFormat, textRules } from "../percent-format.ts";
import { str } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { codecName, textArgument } from "./text-argument.ts";

function textOf(self: PyValue): string {
  return typeof self === "string" ? self : (self as PyStr).value;
}

/** The format specification given to a `__format__`. */
export function specArgument(spec: PyValue): string {
  return textArgument(spec, "__format__() argument");
}

defineMethods(strType, {
  "__format__(format_spec, /)": (self: PyValue, formatSpec: PyValue) => {
    const spec = specArgument(formatSpec);
    if (spec === "") return str(self);
    const text = textOf(self);
    const made = formatText(text, spec, typeName(self));
    // What needs no change is the object itself, also of a derived class.
    return made === text && text !== "" ? self : made;
  },
  "__mod__(value, /)": (self: PyValue, args: PyValue) => percentFormat(textOf(self), args, textRules),
  "__rmod__(value, /)": (self: PyValue, text: PyValue) => {
    const format = asStr(text);
    return format === undefined ? NotImplemented : percentFormat(format, self, textRules);
  },
  "format(*args, **kwargs)": (self: PyValue, args: PyTuple, kwargs: PyDict) =>
    formatFields(textOf(self), {
      positional: args.items,
      named: (name) => {
        const value = kwargs.get(name);
        if (value === undefined) throw keyError(name);
        return value;
      },
    }),
  "format_map(mapping, /)": (self: PyValue, mapping: PyValue) => formatMapping(textOf(self), mapping),
  "encode(encoding='utf-8', errors='strict')": (self: PyValue, encoding?: PyValue, errors?: PyValue) =>
    new PyBytes(
      encode(
        textOf(self),
        codecName(encoding, "encode() argument 'encoding'"),
        codecName(errors, "encode() argument 'errors'"),
      ),
    ),
});
