// Django's look-ups as PostgreSQL answers them: each compares a column's value with an argument, or does not know (NULL).
import { PyDict } from "../../python/dict.ts";
import { pyError, typeError, ValueError } from "../../python/exceptions.ts";
import { collect } from "../../python/iterator.ts";
import { regexSearch } from "../../python/modules/re.ts";
import { asInt, asStr, PyFloat, type PyValue } from "../../python/object.ts";
import { compareStrings, ge, getItem, gt, le, lt, same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { PyList, PyTuple } from "../../python/sequence.ts";
import { jsonCompare, jsonContains, jsonEqual, jsonText } from "./json-values.ts";

/** Whether a value fits; null where SQL's answer is NULL. `undefined` is a JSON path that leads nowhere. */
export type Test = (value: PyValue | undefined, argument: PyValue) => boolean | null;

/** Upper case as the database makes it: one character for one. */
export function upper(text: string): string {
  let out = "";
  for (const char of text) {
    const large = char.toUpperCase();
    out += [...large].length === 1 ? large : char;
  }
  return out;
}

type TextOf = (value: PyValue) => string | null;
const columnText: TextOf = (value) => (value === null ? null : str(value));
const texts =
  (read: TextOf, test: (value: string, argument: string) => boolean, fold = false): Test =>
  (value, argument) => {
    const own = value === undefined ? null : read(value);
    if (own === null) return null;
    const text = str(argument);
    return fold ? test(upper(own), upper(text)) : test(own, text);
  };
function textLookups(read: TextOf): [string, Test][] {
  const has = (v: string, a: string): boolean => v.includes(a);
  const starts = (v: string, a: string): boolean => v.startsWith(a);
  const ends = (v: string, a: string): boolean => v.endsWith(a);
  return [
    ["iexact", texts(read, (v, a) => v === a, true)],
    ["contains", texts(read, has)],
    ["icontains", texts(read, has, true)],
    ["startswith", texts(read, starts)],
    ["istartswith", texts(read, starts, true)],
    ["endswith", texts(read, ends)],
    ["iendswith", texts(read, ends, true)],
    ["regex", texts(read, (v, a) => regexSearch(a, v))],
    ["iregex", texts(read, (v, a) => regexSearch(`(?i)${a}`, v))],
  ];
}
const known =
  (test: (value: PyValue, argument: PyValue) => boolean): Test =>
  (value, argument) =>
    value === undefined || value === null ? null : test(value, argument);
const isNull: Test = (value, argument) => (value === undefined || value === null) === argument;

/** Look-ups of ordinary columns. */
export const columnLookups: ReadonlyMap<string, Test> = new Map<string, Test>([
  ["exact", known(same)],
  ...textLookups(columnText),
  ["in", known((value, argument) => collect(argument).some((item) => same(value, item)))],
  ["gt", known((value, argument) => truth(gt(value, argument)))],
  ["gte", known((value, argument) => truth(ge(value, argument)))],
  ["lt", known((value, argument) => truth(lt(value, argument)))],
  ["lte", known((value, argument) => truth(le(value, argument)))],
  [
    "range",
    known((value, bounds) => truth(ge(value, getItem(bounds, 0))) && truth(le(value, getItem(bounds, 1)))),
  ],
  ["isnull", isNull],
]);

/** Look-ups of relations. */
export const relationLookups: ReadonlySet<string> = new Set([
  "exact",
  "in",
  "gt",
  "gte",
  "lt",
  "lte",
  "isnull",
]);

const present =
  (test: (value: PyValue, argument: PyValue) => boolean): Test =>
  (value, argument) =>
    value === undefined ? null : test(value, argument);
function hasKey(value: PyValue, key: PyValue): boolean {
  const name = str(key);
  if (value instanceof PyDict) return value.has(name);
  if (value instanceof PyList) return value.items.some((item) => asStr(item) === name);
  return asStr(value) === name;
}

/** Look-ups of JSON documents and of paths into them. */
export const jsonLookups: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...textLookups(jsonText),
  ["exact", present(jsonEqual)],
  ["contains", present(jsonContains)],
  ["contained_by", present((value, argument) => jsonContains(argument, value))],
  ["has_key", present(hasKey)],
  ["has_keys", present((value, keys) => collect(keys).every((key) => hasKey(value, key)))],
  ["has_any_keys", present((value, keys) => collect(keys).some((key) => hasKey(value, key)))],
  ["in", present((value, argument) => collect(argument).some((item) => jsonEqual(value, item)))],
  ["gt", present((value, argument) => jsonCompare(value, argument) > 0)],
  ["gte", present((value, argument) => jsonCompare(value, argument) >= 0)],
  ["lt", present((value, argument) => jsonCompare(value, argument) < 0)],
  ["lte", present((value, argument) => jsonCompare(value, argument) <= 0)],
  // A key whose value is JSON's null is there.
  ["isnull", (value, argument) => (value === undefined) === argument],
]);

/** The value at a path of keys and indices into a document; undefined where there is none. */
export function jsonPath(document: PyValue, path: readonly string[]): PyValue | undefined {
  let value: PyValue | undefined = document;
  for (const key of path) {
    if (value instanceof PyDict) value = value.get(key);
    else if ((value instanceof PyList || value instanceof PyTuple) && /^-?\d+$/.test(key))
      value = value.items.at(Number(key));
    else return undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** Orders two values as `ORDER BY` does; NULL comes last. */
export function columnOrder(a: PyValue, b: PyValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const [x, y] = [asStr(a), asStr(b)];
  if (x !== undefined && y !== undefined) return compareStrings(x, y);
  if (same(a, b)) return 0;
  return truth(lt(a, b)) ? -1 : 1;
}

/** An integer column's argument, as `int()` takes it. */
export function integerArgument(value: PyValue, name: string, shown: string): PyValue {
  const int = asInt(value);
  if (int !== undefined) return int;
  if (value instanceof PyFloat && Number.isFinite(value.value)) return Math.trunc(value.value) + 0;
  const text = asStr(value);
  const message = `Field '${name}' expected a number but got ${shown}.`;
  if (text === undefined) throw typeError(message);
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) throw pyError(ValueError, message);
  const parsed = BigInt(text.trim().replaceAll("_", "").replace(/^\+/, ""));
  return parsed >= -9007199254740991n && parsed <= 9007199254740991n ? Number(parsed) : parsed;
}
