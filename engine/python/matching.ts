// `match`: what sequence, mapping and class patterns ask of a value (PEP 634).
import { getAttributeOr } from "./attribute.ts";
import { PyDict } from "./dict.ts";
import { keyError, typeError, valueError } from "./exceptions.ts";
import { method2 } from "./function.ts";
import { isInstanceOf } from "./instance-check.ts";
import { collect } from "./iterator.ts";
import { makeType, PyObject, PyType, type PyValue, typeName } from "./object.ts";
import { getItem, length, same } from "./operators.ts";
import { repr } from "./representation.ts";
import { list, PyTuple } from "./sequence.ts";
import { mergeMapping } from "./types/dict.ts";

/**
 * The parts of a sequence, one per pattern (the starred one a list); null when it is no sequence of that length.
 *
 * @param fixed patterns that are not starred
 * @param star position of the starred one, or -1
 * @param named whether the starred one has a name
 */
export function matchSequence(value: PyValue, fixed: number, star: number, named: boolean): PyValue[] | null {
  if (!(value instanceof PyObject)) return null;
  if (value.cls.patternKind !== "sequence") return null;
  const n = length(value);
  if (star < 0 ? n !== fixed : n < fixed) return null;
  const after = n - (fixed - star);
  if (star >= 0 && !named) {
    // What no name is given to is not looked at.
    const at = (index: number): PyValue => getItem(value, index);
    const first = Array.from({ length: star }, (_, i) => at(i));
    return [...first, null, ...Array.from({ length: fixed - star }, (_, i) => at(after + i))];
  }
  const items = collect(value);
  if (star < 0) return items;
  return [...items.slice(0, star), list(items.slice(star, after)), ...items.slice(after)];
}

const MISSING = new (class extends PyObject {})();
MISSING.cls = makeType("object");

/** The values of these keys (and a dict of the rest); null when it is no mapping with all of them. */
export function matchMapping(value: PyValue, keys: PyValue[], rest: boolean): PyValue[] | null {
  if (!(value instanceof PyObject)) return null;
  if (value.cls.patternKind !== "mapping") return null;
  if (keys.length > 0 && length(value) < keys.length) return null;
  const out: PyValue[] = [];
  for (const [i, key] of keys.entries()) {
    if (keys.slice(0, i).some((other) => same(other, key))) {
      throw valueError(`mapping pattern checks duplicate key (${repr(key)})`);
    }
    const found = method2(value, "get", key, MISSING);
    if (found === MISSING) return null;
    out.push(found);
  }
  if (rest) {
    const others = new PyDict();
    mergeMapping(others, value);
    // A `get` of the value's own may have found what is not there.
    for (const key of keys) if (!others.delete(key)) throw keyError(key);
    out.push(others);
  }
  return out;
}

/** Built-in types whose single positional pattern matches the value itself. */
const SELF = new Set([
  "bool",
  "bytearray",
  "bytes",
  "dict",
  "float",
  "frozenset",
  "int",
  "list",
  "set",
  "str",
  "tuple",
]);

/** The attributes a class pattern asks for; null when the value is no instance or lacks one. */
export function matchClass(
  value: PyValue,
  cls: PyValue,
  positional: number,
  names: string[],
): PyValue[] | null {
  if (!(cls instanceof PyType)) throw typeError("called match pattern must be a class");
  if (!isInstanceOf(value, cls)) return null;
  const out: PyValue[] = [];
  const seen: string[] = [];
  if (positional > 0) {
    const args = getAttributeOr(cls, "__match_args__", undefined);
    let from: PyValue[] | null = null;
    if (args === undefined) {
      if (!cls.mro.some((type) => type.builtin && SELF.has(type.name))) from = [];
    } else {
      if (!(args instanceof PyTuple)) {
        throw typeError(`${cls.name}.__match_args__ must be a tuple (got ${typeName(args)})`);
      }
      from = [...args.items];
    }
    const allowed = from === null ? 1 : from.length;
    if (positional > allowed) {
      throw typeError(
        `${cls.name}() accepts ${allowed} positional sub-pattern${allowed === 1 ? "" : "s"} (${positional} given)`,
      );
    }
    if (from === null) out.push(value);
    else {
      for (const name of from.slice(0, positional)) {
        if (typeof name !== "string") {
          throw typeError(`__match_args__ elements must be strings (got ${typeName(name)})`);
        }
        if (seen.includes(name))
          throw typeError(`${cls.name}() got multiple sub-patterns for attribute '${name}'`);
        seen.push(name);
        const attribute = getAttributeOr(value, name, undefined);
        if (attribute === undefined) return null;
        out.push(attribute);
      }
    }
  }
  for (const name of names) {
    if (seen.includes(name))
      throw typeError(`${cls.name}() got multiple sub-patterns for attribute '${name}'`);
    const attribute = getAttributeOr(value, name, undefined);
    if (attribute === undefined) return null;
    out.push(attribute);
  }
  return out;
}
