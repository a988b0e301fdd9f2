// What requests takes wherever names come with values: a mapping, or an iterable of pairs.
import { findAttribute } from "../../python/attribute.ts";
import { asBytes } from "../../python/bytes.ts";
import { PyDict } from "../../python/dict.ts";
import { typeError, valueError } from "../../python/exceptions.ts";
import { call0 } from "../../python/function.ts";
import { isInstanceOf } from "../../python/instance-check.ts";
import { collect } from "../../python/iterator.ts";
import { mappingType } from "../../python/modules/abstract-mappings.ts";
import { asInt, asStr, type PyValue, typeName } from "../../python/object.ts";
import { getItem } from "../../python/operators.ts";

/** `key, value = item`. */
function pair(item: PyValue): [PyValue, PyValue] {
  if (!isIterable(item)) throw typeError(`cannot unpack non-iterable ${typeName(item)} object`);
  const items = collect(item);
  if (items.length > 2) throw valueError("too many values to unpack (expected 2)");
  if (items.length < 2) throw valueError(`not enough values to unpack (expected 2, got ${items.length})`);
  return items as [PyValue, PyValue];
}

/** Keys and values as `dict.update` reads them. */
export function pairsOf(source: PyValue): [PyValue, PyValue][] {
  if (source instanceof PyDict && source.cls.builtin) return [...source.entries()];
  const keys = findAttribute(source, "keys");
  if (keys === undefined) return collect(source).map(pair);
  return collect(call0(keys)).map((key) => [key, getItem(source, key)]);
}

/** `requests.utils.to_key_val_list(value)`, with its items taken apart; values that cannot be refused. */
export function keyValueList(value: PyValue): [PyValue, PyValue][] {
  if (asStr(value) !== undefined || asBytes(value) !== undefined || asInt(value) !== undefined) {
    throw valueError("cannot encode objects that are not 2-tuples");
  }
  const items = findAttribute(value, "items");
  return collect(items === undefined ? value : call0(items)).map(pair);
}

/** Has the value an `__iter__`, as `hasattr` asks? */
export function isIterable(value: PyValue): boolean {
  return findAttribute(value, "__iter__") !== undefined;
}

/** `isinstance(value, collections.abc.Mapping)`. */
export function isMapping(value: PyValue): boolean {
  return isInstanceOf(value, mappingType);
}
