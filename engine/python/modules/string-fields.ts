// The module `_string`: how a format string and a field's name are taken apart, for `string.Formatter`.
import { typeError, valueError } from "../exceptions.ts";
import { fieldNumber, fieldStep } from "../field-format.ts";
import { LazyIterator } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, type PyValue, typeName } from "../object.ts";
import { tuple } from "../sequence.ts";
import { charge } from "../state.ts";

/** A piece of a format string: literal text, and the field that follows it when there is one. */
interface Piece {
  readonly literal: string;
  readonly field?: { readonly name: string; readonly conversion: string | null; readonly spec: string };
}

class Pieces {
  private readonly text: string;
  private at = 0;
  constructor(text: string) {
    this.text = text;
  }
  next(): Piece | undefined {
    const { text } = this;
    if (this.at >= text.length) return undefined;
    charge(1);
    const brace = /[{}]/g;
    brace.lastIndex = this.at;
    const found = brace.exec(text);
    const start = this.at;
    if (found === null) {
      this.at = text.length;
      return { literal: text.slice(start) };
    }
    const after = found.index + 1;
    const doubled = text[after] === found[0];
    if (doubled) {
      this.at = after + 1;
      return { literal: text.slice(start, after) };
    }
    if (found[0] === "}") throw valueError("Single '}' encountered in format string");
    if (after >= text.length) throw valueError("Single '{' encountered in format string");
    this.at = after;
    return { literal: text.slice(start, found.index), field: this.field() };
  }
  private field(): { name: string; conversion: string | null; spec: string } {
    const { text } = this;
    const start = this.at;
    let at = start;
    for (; at < text.length && !/[}:!]/.test(text[at] as string); at++) {
      if (text[at] === "{") throw valueError("unexpected '{' in field name");
      if (text[at] === "[") {
        const close = text.indexOf("]", at);
        at = close < 0 ? text.length : close;
      }
    }
    if (at >= text.length) throw valueError("expected '}' before end of string");
    const name = text.slice(start, at);
    let stop = text[at++] as string;
    let conversion: string | null = null;
    if (stop === "!") {
      const point = text.codePointAt(at);
      if (point === undefined) throw valueError("end of string while looking for conversion specifier");
      conversion = String.fromCodePoint(point);
      at += conversion.length;
      if (at >= text.length) throw valueError("unmatched '{' in format spec");
      stop = text[at++] as string;
      if (stop !== "}" && stop !== ":") throw valueError("expected ':' after conversion specifier");
    }
    if (stop === "}") {
      this.at = at;
      return { name, conversion, spec: "" };
    }
    const from = at;
    for (let depth = 1; at < text.length; at++) {
      if (text[at] === "{") depth += 1;
      else if (text[at] === "}" && --depth === 0) {
        this.at = at + 1;
        return { name, conversion, spec: text.slice(from, at) };
      }
    }
    throw valueError("unmatched '{' in format spec");
  }
}

/** Over the pieces of a format string: `(literal, field name, specification, conversion)`. */
export function parseFields(text: PyValue): PyValue {
  const source = asStr(text);
  if (source === undefined) throw typeError(`expected str, got ${typeName(text)}`);
  const pieces = new Pieces(source);
  return new LazyIterator(() => {
    const piece = pieces.next();
    if (piece === undefined) return undefined;
    const { literal, field } = piece;
    return tuple(
      field === undefined ? [literal, null, null, null] : [literal, field.name, field.spec, field.conversion],
    );
  });
}

/** A field's name as what it starts from and the steps from there: `(is attribute, name or number)`. */
export function splitField(name: PyValue): { first: PyValue; rest: LazyIterator } {
  const text = asStr(name);
  if (text === undefined) throw typeError(`expected str, got ${typeName(name)}`);
  const first = /^[^.[]*/.exec(text)?.[0] as string;
  let at = first.length;
  const rest = new LazyIterator(() => {
    if (at >= text.length) return undefined;
    const { isAttribute, name, end } = fieldStep(text, at);
    at = end;
    return tuple([isAttribute, isAttribute ? name : (fieldNumber(name) ?? name)]);
  });
  return { first: fieldNumber(first) ?? first, rest };
}

defineModule("_string", {
  functions: {
    "formatter_parser(string, /)": parseFields,
    "formatter_field_name_split(string, /)": (name: PyValue) => {
      const { first, rest } = splitField(name);
      return tuple([first, rest]);
    },
  },
});
