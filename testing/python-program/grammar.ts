// Text grown from a grammar: rules with alternatives, each a text in which `$name` stands for another rule.
import { anyType, expression } from "./expressions.ts";
import { INT, listOf, quote, STR, type Writer } from "./source.ts";

/**
 * Alternatives by name of rule, the simplest first. `$name` in one is replaced by what that rule grows to; where it
 * begins a line, all lines of its text are indented alike.
 */
export type Grammar = Readonly<Record<string, readonly string[]>>;

/** Rules every grammar may use. */
const COMMON: Readonly<Record<string, (w: Writer) => string>> = {
  int: (w) => w.integer(),
  float: (w) => w.float(),
  str: (w) => w.text(),
  bytes: (w) => w.bytes(),
  bool: (w) => w.pick(["True", "False"]),
  small: (w) => String(w.below(12) - 4),
  digit: (w) => String(w.below(10)),
  ints: (w) => expression(w, listOf(INT), 1),
  strs: (w) => expression(w, listOf(STR), 1),
  /** A value of any kind, written as a literal or a short expression. */
  any: (w) => expression(w, anyType(w, 1), w.below(2)),
  fresh: (w) => w.fresh("n"),
  /** Text of letters that regular expressions and fields are about. */
  letters: (w) => quote(Array.from({ length: w.below(8) }, () => w.pick([..."abAB01 _-.\n\u00e9"])).join("")),
};

const HOLE = /\$([a-z]+)/g;
const heightsOf = new WeakMap<Grammar, ReadonlyMap<string, readonly number[]>>();

/** How deep each alternative nests at the least. */
function heights(grammar: Grammar): ReadonlyMap<string, readonly number[]> {
  const known = heightsOf.get(grammar);
  if (known !== undefined) return known;
  const result = new Map<string, number[]>();
  const lowest = (name: string): number => (name in grammar ? Math.min(...(result.get(name) ?? [99])) : 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, alternatives] of Object.entries(grammar)) {
      const now = alternatives.map((text) =>
        Math.max(0, ...[...text.matchAll(HOLE)].map(([, hole]) => 1 + lowest(hole as string))),
      );
      changed ||= now.join() !== result.get(name)?.join();
      result.set(name, now);
    }
  }
  heightsOf.set(grammar, result);
  return result;
}

/** What a rule grows to, nested about `depth` deep at the most. */
export function grow(w: Writer, grammar: Grammar, name: string, depth: number): string {
  const alternatives = grammar[name];
  if (alternatives === undefined) {
    const common = COMMON[name];
    if (common === undefined) throw new Error(`no rule $${name}`);
    return common(w);
  }
  const height = heights(grammar).get(name) ?? [];
  const most = Math.max(depth, Math.min(...height));
  const text = w.pick(alternatives.filter((_, i) => (height[i] as number) <= most));
  return text.replace(HOLE, (_, hole: string, at: number) => {
    const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
    const grown = grow(w, grammar, hole, depth - 1);
    return line.trim() === "" ? grown.replaceAll("\n", `\n${line}`) : grown;
  });
}
