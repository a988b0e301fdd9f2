// The module `keyword`.
import { frozensetType, PyFrozenSet } from "../dict.ts";
import { PyBoundBuiltin, type PyBuiltin } from "../function.ts";
import { defineModule } from "../module.ts";
import type { PyValue } from "../object.ts";
import { list } from "../sequence.ts";

const HARD =
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  );
const SOFT = ["_", "case", "match", "type"];

/** Is the text one of Python's reserved words? */
export function isKeyword(text: string): boolean {
  return HARD.includes(text);
}

/** In CPython the functions are a frozenset's `__contains__`. */
function membership(words: readonly string[]): PyValue {
  const set = new PyFrozenSet();
  for (const word of words) set.add(word);
  return new PyBoundBuiltin(frozensetType.dict.get("__contains__") as PyBuiltin, set);
}
defineModule("keyword", {
  values: { iskeyword: membership(HARD), issoftkeyword: membership(SOFT) },
  fresh: { kwlist: () => list([...HARD]), softkwlist: () => list([...SOFT]) },
});
