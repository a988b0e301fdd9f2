// `repr()`, `str()`, `ascii()` and `format()`: how any value becomes text.
import { typeError } from "./exceptions.ts";
import { formatText } from "./format-spec.ts";
import { callWithSelf, special } from "./function.ts";
import { asStr, objectId, PyObject, type PyValue, typeName, typeOf } from "./object.ts";
import { allocate, charge } from "./state.ts";
import { escapeNonAscii } from "./text.ts";

/** `repr(value)`, as the object that the method answered with: perhaps one of a class derived from str. */
export function reprObject(value: PyValue): PyValue {
  charge(1);
  if (typeof value === "number") return String(value);
  return shown(value, "__repr__");
}
/** `repr(value)`. */
export function repr(value: PyValue): string {
  return textOf(reprObject(value));
}

/** `str(value)`, as the object that the method answered with. */
export function strObject(value: PyValue): PyValue {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  return shown(value, "__str__");
}
/** `str(value)`. */
export function str(value: PyValue): string {
  return textOf(strObject(value));
}

function shown(value: PyValue, name: string): PyValue {
  const result = special(value, name, []);
  if (result !== undefined && asStr(result) !== undefined) return result;
  throw typeError(`${name} returned non-string (type ${typeName(result ?? null)})`);
}
function textOf(made: PyValue): string {
  return typeof made === "string" ? made : (asStr(made) as string);
}

/** `format(value, spec)`, as the object that the method answered with. */
export function formatObject(value: PyValue, spec: string): PyValue {
  if (spec === "" && !(value instanceof PyObject)) return str(value);
  if (typeof value === "string") return formatText(value, spec, "str");
  const method = typeOf(value).lookup("__format__") as PyValue;
  const result = callWithSelf(method, value, [spec], null);
  if (asStr(result) === undefined) throw typeError(`__format__ must return a str, not ${typeName(result)}`);
  return result;
}
/** `format(value, spec)`. */
export function format(value: PyValue, spec: string): string {
  return textOf(formatObject(value, spec));
}

/** `ascii(value)`: the repr with everything beyond ASCII escaped. */
export function ascii(value: PyValue): string {
  return textOf(asciiObject(value));
}
/** `ascii(value)`, as the object that `__repr__` answered with where there is nothing to escape. */
export function asciiObject(value: PyValue): PyValue {
  const made = reprObject(value);
  const text = textOf(made);
  const escaped = escapeNonAscii(text);
  return escaped === text ? made : escaped;
}

let active: PyObject[] = [];

/** Runs `make` unless `container`'s repr is being made already: then `cut` (`[...]`). */
export function reprOnce(container: PyObject, cut: string, make: () => string): string {
  if (active.includes(container)) return cut;
  active.push(container);
  try {
    return make();
  } finally {
    active.pop();
  }
}

/** Forgets unfinished reprs, for the next evaluation. */
export function resetRepr(): void {
  active = [];
}

/** The items' reprs, joined. */
export function reprItems(items: Iterable<PyValue>): string {
  const parts: string[] = [];
  for (const item of items) {
    const text = repr(item);
    allocate(text.length + 18);
    parts.push(text);
  }
  return parts.join(", ");
}

/** `<module.Class object at 0x…>`. */
export function defaultRepr(value: PyValue): string {
  const type = typeOf(value);
  const name = type.module === "builtins" ? type.name : `${type.module}.${type.qualname}`;
  return `<${name} object at ${address(value)}>`;
}

/** `0x7f…` of an object. */
export function address(value: PyValue): string {
  return `0x${(value instanceof PyObject ? objectId(value) : 0x7effffff0000).toString(16).padStart(12, "0")}`;
}
