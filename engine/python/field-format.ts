// `str.format`: replacement fields, their names, conversions and nested specifications.
//
// Attributes named in a field are read through the object model like any other, so a field leads nowhere that the
// expression itself could not go.
import { getAttribute } from "./attribute.ts";
import { indexError, valueError } from "./exceptions.ts";
import type { Int } from "./integer.ts";
import { asStr, type PyValue } from "./object.ts";
import { getItem } from "./operators.ts";
import { asciiObject, formatObject, reprObject, strObject } from "./representation.ts";
import { allocate, charge } from "./state.ts";
import { joinParts } from "./text.ts";
import { decimalValue } from "./unicode.ts";

/** What the fields of a format string name. */
export interface FieldSource {
  /** Positional arguments; null for `format_map`, which has none. */
  readonly positional: readonly PyValue[] | null;
  /** The keyword argument of that name; throws KeyError. */
  readonly named: (name: string) => PyValue;
}

/** Whether fields are numbered by the author or in order; a format string does one or the other. */
class Numbering {
  private mode: "" | "automatic" | "manual" = "";
  private next = 0;
  take(given: Int | undefined): Int {
    const mode = given === undefined ? "automatic" : "manual";
    if (this.mode === "") this.mode = mode;
    if (this.mode !== mode) {
      throw valueError(
        mode === "manual"
          ? "cannot switch from automatic field numbering to manual field specification"
          : "cannot switch from manual field specification to automatic field numbering",
      );
    }
    return given ?? this.next++;
  }
}

/** The number that a name is; undefined when it is none. */
export function fieldNumber(name: string): Int | undefined {
  if (name === "") return undefined;
  let digits = "";
  for (const char of name) {
    const digit = decimalValue(char.codePointAt(0) as number);
    if (digit < 0) return undefined;
    digits += digit;
  }
  if (digits.length > 18 && BigInt(digits) > 9223372036854775807n) {
    throw valueError("Too many decimal digits in format string");
  }
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/** A step from one object to the next in a field's name: `.name` or `[name]`. */
export interface FieldStep {
  readonly isAttribute: boolean;
  readonly name: string;
  /** Where the next one begins. */
  readonly end: number;
}
/** The step that begins there. */
export function fieldStep(field: string, at: number): FieldStep {
  const isAttribute = field[at] === ".";
  let end: number;
  let name: string;
  if (isAttribute) {
    const next = /[.[]/g;
    next.lastIndex = at + 1;
    end = next.exec(field)?.index ?? field.length;
    name = field.slice(at + 1, end);
  } else if (field[at] === "[") {
    const close = field.indexOf("]", at);
    if (close < 0) throw valueError("Missing ']' in format string");
    name = field.slice(at + 1, close);
    end = close + 1;
  } else throw valueError("Only '.' or '[' may follow ']' in format field specifier");
  if (name === "") throw valueError("Empty attribute in format string");
  return { isAttribute, name, end };
}

/** The object that a field's name leads to: `0`, `user.name`, `rows[0][key]`. */
function resolve(field: string, source: FieldSource, numbering: Numbering): PyValue {
  const first = /^[^.[]*/.exec(field)?.[0] as string;
  let number = fieldNumber(first);
  if (first === "" || number !== undefined) number = numbering.take(number);
  let value: PyValue;
  if (number === undefined) value = source.named(first);
  else {
    if (source.positional === null) throw valueError("Format string contains positional fields");
    const found = source.positional[Number(number)];
    if (found === undefined) {
      throw indexError(`Replacement index ${number} out of range for positional args tuple`);
    }
    value = found;
  }
  for (let at = first.length; at < field.length; ) {
    charge(1);
    const { isAttribute, name, end } = fieldStep(field, at);
    value = isAttribute ? getAttribute(value, name) : getItem(value, fieldNumber(name) ?? name);
    at = end;
  }
  return value;
}

function convert(value: PyValue, conversion: string): PyValue {
  switch (conversion) {
    case "r":
      return reprObject(value);
    case "s":
      return strObject(value);
    case "a":
      return asciiObject(value);
    default: {
      const point = conversion.codePointAt(0) as number;
      const shown = point > 32 && point < 127 ? conversion : `\\x${point.toString(16)}`;
      throw valueError(`Unknown conversion specifier ${shown}`);
    }
  }
}

/** A field taken from a format string. */
interface Field {
  readonly name: string;
  readonly conversion: string;
  readonly spec: string;
  readonly nested: boolean;
  /** Where the text after the field begins. */
  readonly end: number;
}

/** Reads the field whose opening brace stands before `start`. */
function readField(text: string, start: number): Field {
  let at = start;
  let char = "";
  for (; at < text.length; at++) {
    char = text[at] as string;
    if (char === "{") throw valueError("unexpected '{' in field name");
    if (char === "[") {
      const close = text.indexOf("]", at);
      at = close < 0 ? text.length : close;
    } else if (char === "}" || char === ":" || char === "!") break;
  }
  if (at >= text.length) throw valueError("expected '}' before end of string");
  const name = text.slice(start, at);
  at += 1;
  if (char === "}") return { name, conversion: "", spec: "", nested: false, end: at };
  let conversion = "";
  if (char === "!") {
    if (at >= text.length) throw valueError("end of string while looking for conversion specifier");
    conversion = String.fromCodePoint(text.codePointAt(at) as number);
    at += conversion.length;
    if (at < text.length) {
      const after = text[at++];
      if (after === "}") return { name, conversion, spec: "", nested: false, end: at };
      if (after !== ":") throw valueError("expected ':' after conversion specifier");
    }
  }
  const specStart = at;
  let depth = 1;
  let nested = false;
  for (; at < text.length; at++) {
    if (text[at] === "{") {
      nested = true;
      depth += 1;
    } else if (text[at] === "}") {
      depth -= 1;
      if (depth === 0) return { name, conversion, spec: text.slice(specStart, at), nested, end: at + 1 };
    }
  }
  throw valueError("unmatched '{' in format spec");
}

/** A field that stands alone is what its `__format__` made, perhaps of a class derived from str. */
function render(text: string, source: FieldSource, numbering: Numbering, depth: number): PyValue {
  if (depth < 0) throw valueError("Max string recursion exceeded");
  const parts: string[] = [];
  const brace = /[{}]/g;
  let at = 0;
  while (at < text.length) {
    brace.lastIndex = at;
    const found = brace.exec(text);
    if (found === null) {
      parts.push(text.slice(at));
      break;
    }
    const char = found[0];
    const next = found.index + 1;
    if (text[next] === char) {
      parts.push(text.slice(at, next));
      at = next + 1;
      continue;
    }
    if (char === "}") throw valueError("Single '}' encountered in format string");
    if (next >= text.length) throw valueError("Single '{' encountered in format string");
    parts.push(text.slice(at, found.index));
    const field = readField(text, next);
    let value = resolve(field.name, source, numbering);
    if (field.conversion !== "") value = convert(value, field.conversion);
    const spec = field.nested
      ? (asStr(render(field.spec, source, numbering, depth - 1)) as string)
      : field.spec;
    const shown = formatObject(value, spec);
    charge(1);
    allocate(32);
    if (found.index === 0 && field.end === text.length) return shown;
    parts.push(asStr(shown) as string);
    at = field.end;
  }
  return joinParts(parts);
}

/** `text.format(…)`. */
export function formatFields(text: string, source: FieldSource): PyValue {
  charge(text.length >> 6);
  return render(text, source, new Numbering(), 1);
}

/** `text.format_map(mapping)`. */
export function formatMapping(text: string, mapping: PyValue): PyValue {
  return formatFields(text, { positional: null, named: (name) => getItem(mapping, name) });
}
