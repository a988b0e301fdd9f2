// Parameters and forms: mappings and pairs as the text that stands in a query or a body.
import { findAttribute } from "../../python/attribute.ts";
import { asBytes } from "../../python/bytes.ts";
import { collect } from "../../python/iterator.ts";
import { asStr, type PyValue, typeOf } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import { refused } from "./errors.ts";
import { isIterable, keyValueList } from "./pairs.ts";
import { quotePlus } from "./url.ts";

/** `urllib.parse.quote_plus` of a key or value: bytes as they are, all else as text. */
function quoted(value: PyValue): string {
  return quotePlus(asBytes(value) ?? asStr(value) ?? str(value));
}
/** `urlencode(pairs, doseq=True)` of pairs that requests has flattened once. */
function urlencode(pairs: readonly (readonly [PyValue, PyValue])[]): string {
  const parts: string[] = [];
  for (const [key, value] of pairs) {
    const name = quoted(key);
    const one = asBytes(value) !== undefined || asStr(value) !== undefined;
    const many = !one && typeOf(value).lookup("__len__") !== undefined;
    for (const item of many ? collect(value) : [value]) parts.push(`${name}=${quoted(item)}`);
  }
  return parts.join("&");
}

/** `_encode_params(data)`: texts and bytes as they are, pairs as a form; undefined for what cannot be encoded. */
export function encodeParams(data: PyValue): string | Uint8Array | undefined {
  const text = asBytes(data) ?? asStr(data);
  if (text !== undefined) return text;
  if (findAttribute(data, "read") !== undefined)
    throw refused("streamed bodies are not available in an expression");
  if (!isIterable(data)) return undefined;
  const pairs: [PyValue, PyValue][] = [];
  for (const [key, value] of keyValueList(data)) {
    const single = asBytes(value) !== undefined || asStr(value) !== undefined || !isIterable(value);
    for (const item of single ? [value] : collect(value)) if (item !== null) pairs.push([key, item]);
  }
  return urlencode(pairs);
}
