// The module `bisect`.
import { typeError, valueError } from "../exceptions.ts";
import { call1, method2, PyBuiltin } from "../function.ts";
import { defineModule } from "../module.ts";
import { type PyValue, typeName, typeOf } from "../object.ts";
import { getItem, length, lt, truth } from "../operators.ts";
import { listType, PyList } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { moduleFunctions } from "./python-function.ts";

/** C asks for the slots of sequences, which its own mappings have not; classes written in Python have those of both. */
function lacks(sequence: PyValue, name: string): boolean {
  const type = typeOf(sequence);
  const method = type.lookup(name);
  const isWritten = !type.builtin || type.layout !== type;
  return !isWritten && method instanceof PyBuiltin && method.owner?.patternKind === "mapping";
}
function lengthOf(sequence: PyValue): number {
  if (lacks(sequence, "__len__")) throw typeError(`${typeName(sequence)} is not a sequence`);
  return length(sequence);
}
function checkItems(sequence: PyValue): void {
  if (typeOf(sequence).lookup("__getitem__") === undefined)
    throw typeError(`'${typeName(sequence)}' object does not support indexing`);
  if (lacks(sequence, "__getitem__")) throw typeError(`${typeName(sequence)} is not a sequence`);
}

/** Where `x` belongs among the items from `lo` to `hi`: before its equals, or behind them. */
function search(left: boolean, a: PyValue, x: PyValue, lo: number, hi: number, key: PyValue): number {
  if (lo < 0) throw valueError("lo must be non-negative");
  let low = lo;
  let high = hi === -1 ? lengthOf(a) : hi;
  checkItems(a);
  while (low < high) {
    charge(1);
    const middle = Math.floor((low + high) / 2);
    const item = getItem(a, middle);
    const its = key === null ? item : call1(key, item);
    const further = left ? truth(lt(its, x)) : !truth(lt(x, its));
    if (further) low = middle + 1;
    else high = middle;
  }
  return low;
}
type Arguments = [a: PyValue, x: PyValue, lo?: PyValue, hi?: PyValue, key?: PyValue];
const bounds = (lo: PyValue | undefined, hi: PyValue | undefined): [number, number] => [
  lo === undefined ? 0 : sizeArgument(lo),
  hi === undefined || hi === null ? -1 : sizeArgument(hi),
];
const find =
  (left: boolean) =>
  (...[a, x, lo, hi, key = null]: Arguments): PyValue =>
    search(left, a, x, ...bounds(lo, hi), key);
const insert =
  (left: boolean) =>
  (...[a, x, lo, hi, key = null]: Arguments): PyValue => {
    const at = search(left, a, key === null ? x : call1(key, x), ...bounds(lo, hi), key);
    if (a instanceof PyList && a.cls === listType) {
      allocate(16);
      charge(a.items.length >> 6);
      a.items.splice(at, 0, x);
    } else method2(a, "insert", at, x);
    return null;
  };

const PARAMETERS = "(a, x, lo=0, hi=None, *, key=None)";
const functions = moduleFunctions("_bisect", {
  [`bisect_left${PARAMETERS}`]: find(true),
  [`bisect_right${PARAMETERS}`]: find(false),
  [`insort_left${PARAMETERS}`]: insert(true),
  [`insort_right${PARAMETERS}`]: insert(false),
});
defineModule("bisect", {
  values: {
    ...functions,
    bisect: functions.bisect_right as PyValue,
    insort: functions.insort_right as PyValue,
  },
});
