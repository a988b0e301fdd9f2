// `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: which stretch of what, and why.
import { asBytes, PyBytes } from "../bytes.ts";
import type { PyDict } from "../dict.ts";
import {
  type PyException,
  typeError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  UnicodeTranslateError,
} from "../exceptions.ts";
import { defineMembers, defineMethods } from "../function.ts";
import { type Int, subInt } from "../integer.ts";
import { asInt, asStr, type PyType, type PyValue, typeName } from "../object.ts";
import { index, sizeArgument } from "../operators.ts";
import { str } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { defineFields } from "./exception-fields.ts";

function text(value: PyValue, position: number): PyValue {
  if (asStr(value) === undefined) throw typeError(`argument ${position} must be str, not ${typeName(value)}`);
  return value;
}

/**
 * Gives a class its constructor and fields.
 *
 * @param object checks (and may convert) the object that is at fault
 */
function define(
  type: PyType,
  names: readonly string[],
  object: (value: PyValue, position: number) => PyValue,
): void {
  const at = (name: string) => (self: PyException) => self.args[names.indexOf(name)] ?? null;
  defineFields(
    type,
    Object.fromEntries(names.filter((name) => !NUMBERS.has(name)).map((name) => [name, at(name)])),
  );
  for (const name of NUMBERS) {
    const initial = at(name);
    defineMembers<PyException>(type, {
      [name]: [
        (self) => self.fields?.get(name) ?? initial(self) ?? 0,
        (self, value) => {
          self.fields ??= new Map();
          if (asInt(value) === undefined) throw typeError("an integer is required");
          self.fields.set(name, sizeOf(value));
        },
        () => {
          throw typeError("can't delete numeric/char attribute");
        },
      ],
    });
  }
  defineMethods(type, {
    "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
      if (kw.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
      self.args = [...args.items];
      const given = args.items.length;
      if (given !== names.length)
        throw typeError(`function takes exactly ${names.length} arguments (${given} given)`);
      self.fields = new Map(
        names.map((name, i) => {
          const value = args.items[i] as PyValue;
          if (NUMBERS.has(name)) return [name, sizeOf(value)];
          return [name, name === "object" ? object(value, i + 1) : text(value, i + 1)];
        }),
      );
      return null;
    },
  });
}
/** A field that C keeps as a `Py_ssize_t`. */
function sizeOf(value: PyValue): Int {
  const int = index(value);
  sizeArgument(int);
  return int;
}
const NUMBERS: ReadonlySet<string> = new Set(["start", "end"]);
define(UnicodeEncodeError, ["encoding", "object", "start", "end", "reason"], text);
define(UnicodeTranslateError, ["object", "start", "end", "reason"], text);
define(UnicodeDecodeError, ["encoding", "object", "start", "end", "reason"], (value) => {
  const bytes = asBytes(value);
  if (bytes === undefined) throw typeError(`a bytes-like object is required, not '${typeName(value)}'`);
  return value instanceof PyBytes ? value : new PyBytes(bytes.slice());
});

// ---- their texts ---------------------------------------------------------------------------------

interface Problem {
  readonly encoding: string;
  readonly reason: string;
  /** First and last place. */
  readonly start: Int;
  readonly last: Int;
  readonly object: PyValue;
}
function problem(self: PyException): Problem | null {
  const field = (name: string): PyValue => {
    const position = ["encoding", "object", "start", "end", "reason"].indexOf(name);
    const shift = self.cls.isSubtype(UnicodeTranslateError) ? 1 : 0;
    return self.fields?.get(name) ?? self.args[position - shift] ?? null;
  };
  const object = field("object");
  if (object === null) return null;
  return {
    encoding: str(field("encoding")),
    reason: str(field("reason")),
    start: asInt(field("start")) ?? 0,
    last: subInt(asInt(field("end")) ?? 0, 1),
    object,
  };
}

function shown(point: number): string {
  const hex = point.toString(16);
  if (point < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return point < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
function aboutText(verb: string): (self: PyException) => PyValue {
  return (self) => {
    const found = problem(self);
    if (found === null) return "";
    const { encoding, object, start, last, reason } = found;
    const codec = verb === "encode" ? `'${encoding}' codec ` : "";
    const point = last === start ? [...(asStr(object) ?? "")][Number(start)]?.codePointAt(0) : undefined;
    return point === undefined
      ? `${codec}can't ${verb} characters in position ${start}-${last}: ${reason}`
      : `${codec}can't ${verb} character '${shown(point)}' in position ${start}: ${reason}`;
  };
}
defineMethods(UnicodeEncodeError, { "__str__()": aboutText("encode") });
defineMethods(UnicodeTranslateError, { "__str__()": aboutText("translate") });
defineMethods(UnicodeDecodeError, {
  "__str__()": (self: PyException) => {
    const found = problem(self);
    if (found === null) return "";
    const { encoding, object, start, last, reason } = found;
    const byte = last === start ? asBytes(object)?.[Number(start)] : undefined;
    return byte === undefined
      ? `'${encoding}' codec can't decode bytes in position ${start}-${last}: ${reason}`
      : `'${encoding}' codec can't decode byte 0x${byte.toString(16).padStart(2, "0")} in position ${start}: ${reason}`;
  },
});
