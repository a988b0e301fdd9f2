// How many characters an item can match: least and greatest.
import { MAX_REPEAT } from "./flags.ts";
import { type Item, MAX_WIDTH, type Sequence, type Width } from "./syntax-tree.ts";

/** Width of `sequence`, given the widths of the groups closed so far. */
export function widthOf(sequence: Sequence, groupWidths: readonly (Width | undefined)[]): Width {
  let min = 0;
  let max = 0;
  for (const item of sequence) {
    const [low, high] = itemWidth(item, groupWidths);
    min += low;
    max = high === Number.POSITIVE_INFINITY ? MAX_WIDTH : max + high;
  }
  return [Math.min(min, MAX_WIDTH), Math.min(max, MAX_WIDTH)];
}

function itemWidth(item: Item, groupWidths: readonly (Width | undefined)[]): Width {
  switch (item.kind) {
    case "literal":
    case "not literal":
    case "any":
    case "in":
      return [1, 1];
    case "at":
    case "look":
    case "failure":
      return [0, 0];
    case "branch": {
      let min = MAX_WIDTH;
      let max = 0;
      for (const arm of item.arms) {
        const [low, high] = widthOf(arm, groupWidths);
        min = Math.min(min, low);
        max = Math.max(max, high);
      }
      return [min, max];
    }
    case "atomic":
    case "group":
      return widthOf(item.body, groupWidths);
    case "repeat": {
      const [low, high] = widthOf(item.body, groupWidths);
      const unbounded = item.max === MAX_REPEAT && high > 0;
      return [low * item.min, unbounded ? Number.POSITIVE_INFINITY : high * item.max];
    }
    case "reference":
      return groupWidths[item.group] ?? [0, MAX_WIDTH];
    case "conditional": {
      const [low, high] = widthOf(item.yes, groupWidths);
      if (item.no === undefined) return [0, high];
      const [otherLow, otherHigh] = widthOf(item.no, groupWidths);
      return [Math.min(low, otherLow), Math.max(high, otherHigh)];
    }
  }
}
