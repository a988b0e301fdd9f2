// `functools.update_wrapper` and `wraps`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { PyDict } from "../dict.ts";
import { call, method1 } from "../function.ts";
import { forEach } from "../iterator.ts";
import type { PyValue } from "../object.ts";
import { tuple } from "../sequence.ts";
import { nameOf } from "../types/object.ts";
import { partialType } from "./partial.ts";

const attributeName = (name: PyValue): string => nameOf(name, "attribute name");

/** Attributes that a wrapper takes over, and those it adds to its own. */
export const ASSIGNED = tuple([
  "__module__",
  "__name__",
  "__qualname__",
  "__doc__",
  "__annotations__",
  "__type_params__",
]);
export const UPDATED = tuple(["__dict__"]);

/** `update_wrapper(wrapper, wrapped, assigned, updated)`. */
export function updateWrapper(
  wrapper: PyValue,
  wrapped: PyValue,
  assigned: PyValue = ASSIGNED,
  updated: PyValue = UPDATED,
): PyValue {
  forEach(assigned, (name) => {
    const value = getAttributeOr(wrapped, attributeName(name), undefined);
    if (value !== undefined) setAttribute(wrapper, attributeName(name), value);
  });
  forEach(updated, (name) => {
    const own = getAttribute(wrapper, attributeName(name));
    method1(own, "update", getAttributeOr(wrapped, attributeName(name), new PyDict()));
  });
  setAttribute(wrapper, "__wrapped__", wrapped);
  return wrapper;
}
/** `wraps(wrapped, assigned, updated)`; `update` is the function it makes a partial of. */
export function wraps(update: PyValue, wrapped: PyValue, assigned: PyValue, updated: PyValue): PyValue {
  const keywords = new Map<string, PyValue>([
    ["wrapped", wrapped],
    ["assigned", assigned],
    ["updated", updated],
  ]);
  return call(partialType, [update], keywords);
}
