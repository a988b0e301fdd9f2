// `repr()`, `str()`, `ascii()` and `format()`: how any value becomes text.
import { typeError } from "./exceptions.ts";
import { formatText } from "./format-spec.ts";
import { callWithSelf, special } from "./function.ts";
import { asStr, objectId, PyObject, type PyValue, typeName, typeOf } from "./object.ts";
import { allocate, charge } from "./state.ts";

/** `repr(value)`. */
export function repr(value: PyValue): string {
  charge(1);
  if (typeof value === "number") return String(value);
  const result = special(value, "__repr__", []);
  const text = result === undefined ? undefined : asStr(result);
  if (text === undefined) throw typeError(`__repr__ returned non-string (type ${typeName(result ?? null)})`);
  return text;
}

/** `str(value)`. */
export function str(value: PyValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  const result = special(value, "__str__", []);
  const text = result === undefined ? undefined : asStr(result);
  if (text === undefined) throw typeError(`__str__ returned non-string (type ${typeName(result ?? null)})`);
  return text;
}

/** `format(value, spec)`. */
export function format(value: PyValue, spec: string): string {
  if (spec === "" && !(value instanceof PyObject)) return str(value);
  if (typeof value === "string") return formatText(value, spec, "str");
  const method = typeOf(value).lookup("__format__") as PyValue;
  const result = callWithSelf(method, value, [spec], null);
  const text = asStr(result);
  if (text === undefined) throw typeError(`__format__ must return a str, not ${typeName(result)}`);
  return text;
}

/** `ascii(value)`: the repr with everything beyond ASCII escaped. */
export function ascii(value: PyValue): string {
  const text = repr(value);
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x80) out += char;
    else if (code < 0x100) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return out;
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
