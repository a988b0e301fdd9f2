// The tree that the engines run: flags applied, every single character a set of code points.
import {
  type Alphabet,
  categorySet,
  foldedLiteral,
  foldedSet,
  NEWLINE,
  plainSet,
} from "./character-classes.ts";
import { type CodePointSet, complement, EVERYTHING } from "./code-point-set.ts";
import { combineFlags, Flag } from "./flags.ts";
import { PatternSyntaxError } from "./pattern-error.ts";
import { widthOf } from "./pattern-width.ts";
import type { Greed, Item, Place, Sequence, SyntaxTree } from "./syntax-tree.ts";

/** Where an assertion without width holds. */
export type Anchor =
  | "start"
  | "line start"
  /** The very end. */
  | "end"
  /** The end, or before a newline that is the last character. */
  | "last line end"
  | "line end"
  | "boundary"
  | "no boundary";

/** A node with its least width, which decides how loops treat it. */
export type Node =
  | { readonly kind: "set"; readonly set: CodePointSet }
  | { readonly kind: "anchor"; readonly anchor: Anchor; readonly alphabet: Alphabet }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "branch"; readonly arms: readonly Node[] }
  | { readonly kind: "capture"; readonly group: number; readonly body: Node }
  | {
      readonly kind: "repeat";
      readonly min: number;
      /** `MAX_REPEAT` for no bound. */
      readonly max: number;
      readonly greed: Greed;
      readonly body: Node;
      /** The body can match the empty string. */
      readonly nullable: boolean;
    }
  | { readonly kind: "atomic"; readonly body: Node }
  | {
      readonly kind: "look";
      readonly behind: boolean;
      readonly negative: boolean;
      /** How far back a look-behind starts, in code points; 0 for a look-ahead. */
      readonly width: number;
      readonly body: Node;
    }
  | { readonly kind: "reference"; readonly group: number; readonly fold: Alphabet | undefined }
  | { readonly kind: "conditional"; readonly group: number; readonly yes: Node; readonly no: Node }
  | { readonly kind: "failure" };

/** @throws PatternSyntaxError for a look-behind of variable width. */
export function matchTree(tree: SyntaxTree): Node {
  return resolveSequence(tree.root, tree.flags, tree);
}

function alphabetOf(flags: number): Alphabet {
  if (flags & Flag.LOCALE) return "locale";
  return flags & Flag.UNICODE ? "unicode" : "ascii";
}

function resolveSequence(items: Sequence, flags: number, tree: SyntaxTree): Node {
  const nodes = items.map((item) => resolve(item, flags, tree));
  return nodes.length === 1 ? nodes[0] : { kind: "sequence", nodes };
}

function resolve(item: Item, flags: number, tree: SyntaxTree): Node {
  const alphabet = alphabetOf(flags);
  const fold = (flags & Flag.IGNORECASE) !== 0;
  switch (item.kind) {
    case "literal":
      return { kind: "set", set: fold ? foldedLiteral(item.code, alphabet) : [item.code, item.code] };
    case "not literal":
      return {
        kind: "set",
        set: complement(fold ? foldedLiteral(item.code, alphabet) : [item.code, item.code]),
      };
    case "any":
      return { kind: "set", set: flags & Flag.DOTALL ? EVERYTHING : complement(NEWLINE) };
    case "in": {
      if (fold) return { kind: "set", set: foldedSet(item.items, item.negated, alphabet) };
      const only = item.items[0];
      const set =
        item.items.length === 1 && only.kind === "category"
          ? categorySet(only.category, alphabet)
          : plainSet(item.items, alphabet);
      return { kind: "set", set: item.negated ? complement(set) : set };
    }
    case "at":
      return { kind: "anchor", anchor: anchorOf(item.place, (flags & Flag.MULTILINE) !== 0), alphabet };
    case "branch":
      return { kind: "branch", arms: item.arms.map((arm) => resolveSequence(arm, flags, tree)) };
    case "repeat":
      return {
        kind: "repeat",
        min: item.min,
        max: item.max,
        greed: item.greed,
        body: resolveSequence(item.body, flags, tree),
        nullable: widthOf(item.body, tree.groupWidths)[0] === 0,
      };
    case "group": {
      const body = resolveSequence(item.body, combineFlags(flags, item.added, item.removed), tree);
      return item.group === 0 ? body : { kind: "capture", group: item.group, body };
    }
    case "atomic":
      return { kind: "atomic", body: resolveSequence(item.body, flags, tree) };
    case "look": {
      const [min, max] = item.behind ? widthOf(item.body, tree.groupWidths) : [0, 0];
      if (min > 0xffffffff) throw new PatternSyntaxError("looks too much behind");
      if (min !== max) throw new PatternSyntaxError("look-behind requires fixed-width pattern");
      return {
        kind: "look",
        behind: item.behind,
        negative: item.negative,
        width: min,
        body: resolveSequence(item.body, flags, tree),
      };
    }
    case "reference":
      return { kind: "reference", group: item.group, fold: fold ? alphabet : undefined };
    case "conditional":
      return {
        kind: "conditional",
        group: item.group,
        yes: resolveSequence(item.yes, flags, tree),
        no: resolveSequence(item.no ?? [], flags, tree),
      };
    case "failure":
      return { kind: "failure" };
  }
}

function anchorOf(place: Place, multiline: boolean): Anchor {
  switch (place) {
    case "^":
      return multiline ? "line start" : "start";
    case "$":
      return multiline ? "line end" : "last line end";
    case "\\A":
      return "start";
    case "\\Z":
      return "end";
    case "\\b":
      return "boundary";
    case "\\B":
      return "no boundary";
  }
}
