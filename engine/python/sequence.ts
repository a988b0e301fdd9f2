// The objects behind list and tuple, and how the rest of the runtime makes them.
import { keyKinds } from "./hash-table.ts";
import { makeType, PyObject, type PyType, type PyValue } from "./object.ts";
import { containers } from "./signature.ts";
import { allocate } from "./state.ts";

/** A `list`. */
export class PyList extends PyObject {
  items: PyValue[];
  constructor(items: PyValue[]) {
    super();
    this.items = items;
  }
}
export const listType = makeType("list", { of: PyList });

/** A `tuple`. Its items never change. */
export class PyTuple extends PyObject {
  readonly items: readonly PyValue[];
  constructor(items: readonly PyValue[]) {
    super();
    this.items = items;
  }
}
export const tupleType = makeType("tuple", { of: PyTuple });

/** The one empty tuple. */
export const emptyTuple = new PyTuple([]);

/** Bytes that a list or a tuple is reckoned at, without its items. */
export const HEAD_BYTES = 32;
/** A list that owns `items`. */
export function list(items: PyValue[]): PyList {
  allocate(HEAD_BYTES + items.length * 8);
  return new PyList(items);
}
/** A tuple that owns `items`. */
export function tuple(items: readonly PyValue[]): PyTuple {
  if (items.length === 0) return emptyTuple;
  allocate(HEAD_BYTES + items.length * 8);
  return new PyTuple(items);
}

containers.tuple = (items) => tuple(items);
/** Tuples are compared by their items as keys, those of derived classes too unless they say otherwise. */
keyKinds.tupleItems = (value) =>
  value instanceof PyTuple && (value.cls === tupleType || comparesAsTuple(value.cls))
    ? value.items
    : undefined;
function comparesAsTuple(type: PyType): boolean {
  return ["__hash__", "__eq__"].every((name) => type.lookup(name) === tupleType.dict.get(name));
}
