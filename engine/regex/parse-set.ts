// Character sets: what stands between `[` and `]`.
import { type CharacterLookup, parseSetEscape } from "./parse-escape.ts";
import { lengthOf, type PatternSource } from "./pattern-source.ts";
import type { Item, SetItem } from "./syntax-tree.ts";

/** Parses the set whose `[` has just been taken. */
export function parseSet(source: PatternSource, lookup: CharacterLookup): Item {
  const start = source.tell() - 1;
  const items: SetItem[] = [];
  const negated = source.match("^");
  const unterminated = () => source.error("unterminated character set", source.tell() - start);
  const member = (text: string): SetItem =>
    text[0] === "\\"
      ? parseSetEscape(source, text, lookup)
      : { kind: "literal", code: text.codePointAt(0) as number };
  for (;;) {
    const first = source.get();
    if (first === undefined) throw unterminated();
    if (first === "]" && items.length > 0) break;
    const low = member(first);
    if (!source.match("-")) {
      items.push(low);
      continue;
    }
    const second = source.get();
    if (second === undefined) throw unterminated();
    if (second === "]") {
      items.push(low, { kind: "literal", code: 0x2d });
      break;
    }
    const high = member(second);
    if (low.kind !== "literal" || high.kind !== "literal" || high.code < low.code) {
      throw source.error(`bad character range ${first}-${second}`, lengthOf(first) + 1 + lengthOf(second));
    }
    items.push({ kind: "range", low: low.code, high: high.code });
  }
  const distinct = withoutRepeats(items);
  const only = distinct[0];
  if (distinct.length === 1 && only.kind === "literal") {
    return { kind: negated ? "not literal" : "literal", code: only.code };
  }
  return { kind: "in", negated, items: distinct };
}

/** The items in order, each once. */
export function withoutRepeats(items: readonly SetItem[]): SetItem[] {
  const seen = new Map<string, SetItem>();
  for (const item of items) {
    const key =
      item.kind === "literal"
        ? `l${item.code}`
        : item.kind === "range"
          ? `r${item.low}-${item.high}`
          : `c${item.category}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
