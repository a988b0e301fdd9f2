// The six comparisons of a type whose values have an order.
import type { MethodTable, Native } from "./function.ts";

export type Comparison = "__lt__" | "__le__" | "__eq__" | "__ne__" | "__gt__" | "__ge__";
/** Does an order, which is less than zero, zero or more, fulfil a comparison? */
export type OrderTest = (order: number) => boolean;

const tests: readonly (readonly [Comparison, OrderTest])[] = [
  ["__lt__", (order) => order < 0],
  ["__le__", (order) => order <= 0],
  ["__eq__", (order) => order === 0],
  ["__ne__", (order) => order !== 0],
  ["__gt__", (order) => order > 0],
  ["__ge__", (order) => order >= 0],
];

/** Is it `==` or `!=`, which what has no order answers too? */
export function isEquality(name: Comparison): boolean {
  return name === "__eq__" || name === "__ne__";
}

/** The comparisons as methods, which `make` makes of what each asks of an order. */
export function comparisons(make: (test: OrderTest, name: Comparison) => Native): MethodTable {
  return Object.fromEntries(tests.map(([name, test]) => [`${name}(value, /)`, make(test, name)]));
}
