// The module `heapq`.
import { builtins } from "../builtins.ts";
import { indexError, pyError, RuntimeError, typeError } from "../exceptions.ts";
import { call, call1 } from "../function.ts";
import { makeGenerator } from "../generator.ts";
import { collect, iter, type Stepper } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { type PyValue, typeName, typeOf } from "../object.ts";
import { equal, ge, index, length, lt, truth } from "../operators.ts";
import { list, PyList, type PyTuple, tuple } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { moduleFunctions, pythonFunctions } from "./python-function.ts";

type Less = (a: PyValue, b: PyValue) => boolean;
const ascending: Less = (a, b) => truth(lt(a, b));
const descending: Less = (a, b) => truth(lt(b, a));

/** The heap that a function got, alone or as the first of its arguments. */
function heapOf(name: string, value: PyValue, position = ""): PyList {
  if (value instanceof PyList) return value;
  throw typeError(
    `${name}() argument ${position}must be list, not ${value === null ? "None" : typeName(value)}`,
  );
}
/** Compares items of a heap, whose size a comparison must not change. */
function compare(heap: PyList, size: number, less: Less, a: PyValue, b: PyValue): boolean {
  charge(1);
  const answer = less(a, b);
  if (heap.items.length !== size) throw pyError(RuntimeError, "list changed size during iteration");
  return answer;
}
function swap(heap: PyList, i: number, j: number): void {
  const { items } = heap;
  [items[i], items[j]] = [items[j] as PyValue, items[i] as PyValue];
}
/** Moves the item at `at` towards the root, no further than `start`. */
function siftDown(heap: PyList, start: number, at: number, less: Less): void {
  const size = heap.items.length;
  if (at >= size) throw indexError("index out of range");
  let place = at;
  while (place > start) {
    const parent = (place - 1) >> 1;
    if (!compare(heap, size, less, heap.items[place] as PyValue, heap.items[parent] as PyValue)) return;
    swap(heap, parent, place);
    place = parent;
  }
}
/** Lets the smaller children move up from `at` to a leaf, then puts the item where it belongs. */
function siftUp(heap: PyList, at: number, less: Less): void {
  const size = heap.items.length;
  if (at >= size) throw indexError("index out of range");
  let place = at;
  while (place < size >> 1) {
    let child = 2 * place + 1;
    if (child + 1 < size) {
      const [left, right] = [heap.items[child] as PyValue, heap.items[child + 1] as PyValue];
      if (!compare(heap, size, less, left, right)) child += 1;
    }
    swap(heap, place, child);
    place = child;
  }
  siftDown(heap, at, place, less);
}

function pop(heap: PyList, less: Less): PyValue {
  const last = heap.items.pop();
  if (last === undefined) throw indexError("index out of range");
  if (heap.items.length === 0) return last;
  const first = heap.items[0] as PyValue;
  heap.items[0] = last;
  siftUp(heap, 0, less);
  return first;
}
function replace(heap: PyList, item: PyValue, less: Less): PyValue {
  const first = heap.items[0];
  if (first === undefined) throw indexError("index out of range");
  heap.items[0] = item;
  siftUp(heap, 0, less);
  return first;
}
function heapify(heap: PyList, less: Less): null {
  for (let i = (heap.items.length >> 1) - 1; i >= 0; i--) siftUp(heap, i, less);
  return null;
}

// ---- merge, nlargest, nsmallest ------------------------------------------------------------------------

/** Entries of a heap are lists of the key, the source's place, the value and the source, compared as lists are. */
function* merged(
  iterables: readonly PyValue[],
  key: PyValue,
  reverse: boolean,
): Generator<PyValue, PyValue, PyValue> {
  const less = reverse ? descending : ascending;
  const heap = list([]);
  const sources: Stepper[] = [];
  for (const [i, iterable] of iterables.entries()) {
    const source = iter(iterable);
    sources.push(source);
    const value = source.next();
    if (value === undefined) continue;
    heap.items.push(list([key === null ? value : call1(key, value), reverse ? -i : i, value]));
  }
  heapify(heap, less);
  while (heap.items.length > 0) {
    const head = heap.items[0] as PyList;
    const [, order, value] = head.items as [PyValue, number, PyValue];
    yield value;
    const next = (sources[Math.abs(order)] as Stepper).next();
    if (next === undefined) pop(heap, less);
    else {
      const alone = heap.items.length === 1;
      head.items = [alone || key === null ? next : call1(key, next), order, next];
      if (!alone) replace(heap, head, less);
    }
  }
  return null;
}

/** `nlargest` and `nsmallest`: the best `n` so far are kept in a heap whose root is the worst of them. */
function best(n: PyValue, iterable: PyValue, key: PyValue, largest: boolean): PyValue {
  const keyOf = (value: PyValue): PyValue => (key === null ? value : call1(key, value));
  if (equal(n, 1)) {
    const missing = list([]);
    const keywords = new Map<string, PyValue>([
      ["default", missing],
      ["key", key],
    ]);
    const found = call(builtins.get(largest ? "max" : "min") as PyValue, [iterable], keywords);
    return found === missing ? missing : list([found]);
  }
  const sized = typeof iterable === "string" || typeOf(iterable).lookup("__len__") !== undefined;
  if (sized && truth(ge(n, length(iterable)))) return list(sortItems(collect(iterable), key, largest));
  const source = iter(iterable);
  const count = Number(index(n));
  // Entries are tuples of the key, the place and the value; places tell equal keys apart.
  const entry = (value: PyValue, place: number): PyTuple =>
    tuple([keyOf(value), largest ? -place : place, value]);
  const heap = list([]);
  while (heap.items.length < count) {
    const value = source.next();
    if (value === undefined) break;
    allocate(64);
    heap.items.push(entry(value, heap.items.length));
  }
  if (heap.items.length === 0) return heap;
  const less = largest ? ascending : descending;
  heapify(heap, less);
  let place = count;
  for (let value = source.next(); value !== undefined; value = source.next()) {
    const worst = (heap.items[0] as PyTuple).items[0] as PyValue;
    const k = keyOf(value);
    charge(1);
    if (less(worst, k)) replace(heap, tuple([k, largest ? -place : place, value]), less);
    place += 1;
  }
  return list(sortItems(heap.items, null, largest).map((item) => (item as PyTuple).items[2] as PyValue));
}

type WithItem = (heap: PyList, item: PyValue) => PyValue;
/** Functions of a heap alone, and of a heap and an item. */
const alone: { [name: string]: (heap: PyList) => PyValue } = {
  heapify: (heap) => heapify(heap, ascending),
  heappop: (heap) => pop(heap, ascending),
  _heapify_max: (heap) => heapify(heap, descending),
  _heappop_max: (heap) => pop(heap, descending),
};
const withItem: { [name: string]: WithItem } = {
  heappush: (heap, item) => {
    allocate(16);
    heap.items.push(item);
    siftDown(heap, 0, heap.items.length - 1, ascending);
    return null;
  },
  heappushpop: (heap, item) => {
    const least = heap.items[0];
    if (least === undefined || !compare(heap, heap.items.length, ascending, least, item)) return item;
    return replace(heap, item, ascending);
  },
  heapreplace: (heap, item) => replace(heap, item, ascending),
  _heapreplace_max: (heap, item) => replace(heap, item, descending),
};
const table: { [declaration: string]: (...args: PyValue[]) => PyValue } = {};
for (const [name, f] of Object.entries(alone)) {
  table[`${name}(heap, /)`] = (heap) => f(heapOf(name, heap as PyValue));
}
for (const [name, f] of Object.entries(withItem)) {
  table[`${name}(heap, item, /)`] = (heap, item) => f(heapOf(name, heap as PyValue, "1 "), item as PyValue);
}
defineModule("heapq", {
  values: {
    ...moduleFunctions("_heapq", table),
    ...pythonFunctions({
      "merge(*iterables, key=None, reverse=False)": (
        iterables: PyTuple,
        key: PyValue = null,
        reverse: PyValue = false,
      ) => makeGenerator("merge", "merge", merged(iterables.items, key, truth(reverse))),
      "nlargest(n, iterable, key=None)": (n: PyValue, iterable: PyValue, key: PyValue = null) =>
        best(n, iterable, key, true),
      "nsmallest(n, iterable, key=None)": (n: PyValue, iterable: PyValue, key: PyValue = null) =>
        best(n, iterable, key, false),
    }),
  },
});
