// The tree that parsing a pattern yields, before flags are applied.

/** A class of characters as written: `\d`, `\S`, … */
export type Category = "digit" | "not digit" | "space" | "not space" | "word" | "not word";

/** A member of a character set. */
export type SetItem =
  | { readonly kind: "literal"; readonly code: number }
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | { readonly kind: "category"; readonly category: Category };

/** Where an assertion without width holds, as written; the flags decide what `^`, `$`, `\b` mean. */
export type Place = "^" | "$" | "\\A" | "\\Z" | "\\b" | "\\B";

/** How a repeat chooses among its counts. */
export type Greed = "greedy" | "lazy" | "possessive";

/** One item of a pattern. */
export type Item =
  | { readonly kind: "literal"; readonly code: number }
  | { readonly kind: "not literal"; readonly code: number }
  | { readonly kind: "any" }
  | { readonly kind: "in"; readonly negated: boolean; readonly items: readonly SetItem[] }
  | { readonly kind: "at"; readonly place: Place }
  | { readonly kind: "branch"; readonly arms: readonly Sequence[] }
  | {
      readonly kind: "repeat";
      readonly min: number;
      readonly max: number;
      readonly greed: Greed;
      readonly body: Sequence;
    }
  | {
      readonly kind: "group";
      /** Number of the capture; 0 for a group that only scopes flags or brackets. */
      readonly group: number;
      readonly added: number;
      readonly removed: number;
      readonly body: Sequence;
    }
  | { readonly kind: "atomic"; readonly body: Sequence }
  | { readonly kind: "look"; readonly behind: boolean; readonly negative: boolean; readonly body: Sequence }
  | { readonly kind: "reference"; readonly group: number }
  | {
      readonly kind: "conditional";
      readonly group: number;
      readonly yes: Sequence;
      readonly no: Sequence | undefined;
    }
  | { readonly kind: "failure" };

/** Items one after another. */
export type Sequence = Item[];

/** Least and greatest number of characters; both stop at `MAX_WIDTH`. */
export type Width = readonly [min: number, max: number];

/** CPython's ceiling for a width. */
export const MAX_WIDTH = 2 ** 64;

/** A parsed pattern. */
export interface SyntaxTree {
  readonly root: Sequence;
  /** Flags given, plus global inline flags, plus `UNICODE` where it is implied. */
  readonly flags: number;
  /** Number of capturing groups. */
  readonly groups: number;
  readonly groupindex: ReadonlyMap<string, number>;
  /** Width of each group, by number; index 0 is unused. */
  readonly groupWidths: readonly (Width | undefined)[];
}
