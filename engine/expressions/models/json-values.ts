// JSON documents as PostgreSQL's jsonb compares, contains and prints them.
import { PyDict } from "../../python/dict.ts";
import { asInt, asStr, PyFloat, type PyValue } from "../../python/object.ts";
import { compareStrings, lt, same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { PyList, PyTuple } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";

const items = (value: PyValue): readonly PyValue[] | undefined =>
  value instanceof PyList || value instanceof PyTuple ? value.items : undefined;

/** The rank of a value's type in jsonb's order. */
function rank(value: PyValue): number {
  if (value === null) return 0;
  if (asStr(value) !== undefined) return 1;
  if (typeof value === "boolean") return 3;
  if (asInt(value) !== undefined || value instanceof PyFloat) return 2;
  return items(value) !== undefined ? 4 : 5;
}
const keyed = (value: PyValue): [string, PyValue][] =>
  value instanceof PyDict ? [...value.entries()].map(([key, item]) => [str(key), item]) : [];
/** jsonb keeps keys by length, then by bytes. */
const byKey = ([a]: [string, PyValue], [b]: [string, PyValue]): number =>
  a.length - b.length || compareStrings(a, b);

/** jsonb's order: null, strings, numbers, booleans, arrays, objects. */
export function jsonCompare(a: PyValue, b: PyValue): number {
  charge(1);
  const kind = rank(a);
  if (kind !== rank(b)) return kind - rank(b);
  if (kind === 0) return 0;
  if (kind === 1) return compareStrings(asStr(a) as string, asStr(b) as string);
  if (kind <= 3) return same(a, b) ? 0 : truth(lt(a, b)) ? -1 : 1;
  if (kind === 4) {
    const [x, y] = [items(a) as readonly PyValue[], items(b) as readonly PyValue[]];
    if (x.length !== y.length) return x.length - y.length;
    for (const [i, item] of x.entries()) {
      const order = jsonCompare(item, y[i] as PyValue);
      if (order !== 0) return order;
    }
    return 0;
  }
  const [x, y] = [keyed(a).sort(byKey), keyed(b).sort(byKey)];
  if (x.length !== y.length) return x.length - y.length;
  for (const [i, [key, value]] of x.entries()) {
    const [otherKey, other] = y[i] as [string, PyValue];
    const order = byKey([key, null], [otherKey, null]) || jsonCompare(value, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether two documents are the same. */
export function jsonEqual(a: PyValue, b: PyValue): boolean {
  return jsonCompare(a, b) === 0;
}

/** `a @> b`. */
export function jsonContains(a: PyValue, b: PyValue): boolean {
  const [list, part] = [items(a), items(b)];
  // A top-level array contains a bare value that is among its items.
  if (list !== undefined && part === undefined && !(b instanceof PyDict))
    return list.some((item) => jsonEqual(item, b));
  return contained(a, b);
}
function contained(a: PyValue, b: PyValue): boolean {
  charge(1);
  const [list, part] = [items(a), items(b)];
  if (list !== undefined && part !== undefined)
    return part.every((wanted) => list.some((item) => contained(item, wanted)));
  if (a instanceof PyDict && b instanceof PyDict) {
    return [...b.entries()].every(([key, wanted]) => {
      const own = a.get(key);
      return own !== undefined && contained(own, wanted);
    });
  }
  return jsonEqual(a, b);
}

/** A value as `->>` gives it: NULL for JSON's null, a string as it is, anything else as jsonb prints it. */
export function jsonText(value: PyValue): string | null {
  return value === null ? null : (asStr(value) ?? printed(value));
}
function printed(value: PyValue): string {
  const text = asStr(value);
  if (text !== undefined) return JSON.stringify(text);
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  const list = items(value);
  if (list !== undefined) return `[${list.map(printed).join(", ")}]`;
  if (value instanceof PyDict) {
    const entries = keyed(value).sort(byKey);
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${printed(item)}`).join(", ")}}`;
  }
  return str(value);
}
