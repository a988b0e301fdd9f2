// Properties of code points beyond their category, as CPython 3.13's `unicodedata` has them (Unicode 15.1).
import {
  BIDIRECTIONAL,
  COMBINING,
  DECOMPOSITIONS,
  EAST_ASIAN_WIDTH,
  MIRRORED,
  NUMERIC,
} from "./property-tables.ts";
import { runAt } from "./runs.ts";

/** Reads a table of runs when it is first asked; then gives the value of a code point. */
function property(table: string): (point: number) => string {
  let starts: Uint32Array | undefined;
  const values: string[] = [];
  return (point) => {
    if (starts === undefined) {
      const firsts: number[] = [];
      let at = 0;
      for (const run of table.split("|")) {
        const [value = "", length = "1"] = run.split("*");
        firsts.push(at);
        values.push(value);
        at += Number.parseInt(length, 36);
      }
      starts = Uint32Array.from(firsts);
    }
    return values[runAt(starts, point)] as string;
  };
}

/** The bidirectional class, empty for unassigned code points. */
export const bidirectional = property(BIDIRECTIONAL);
/** The East Asian width: `Na`, `W` … */
export const eastAsianWidth = property(EAST_ASIAN_WIDTH);
const combining = property(COMBINING);
const mirrored = property(MIRRORED);
/** The canonical combining class. */
export function combiningClass(point: number): number {
  return Number(combining(point));
}
/** Is it mirrored in text that runs the other way? */
export function isMirrored(point: number): boolean {
  return mirrored(point) === "1";
}

/** Reads a table of single code points when it is first asked. */
function entries(table: string): (point: number) => string | undefined {
  let values: Map<number, string> | undefined;
  return (point) => {
    if (values === undefined) {
      values = new Map();
      let last = 0;
      for (const entry of table.split("|")) {
        const split = entry.search(/[=<]/);
        last += Number.parseInt(entry.slice(0, split), 36);
        values.set(last, entry.slice(split));
      }
    }
    return values.get(point);
  };
}
const numeric = entries(NUMERIC);
const decompositions = entries(DECOMPOSITIONS);

/** The numeric value of a character that is no decimal digit; undefined when it has none. */
export function numericValue(point: number): number | undefined {
  const fraction = numeric(point);
  if (fraction === undefined) return undefined;
  const [numerator, denominator = 1] = fraction.slice(1).split("/").map(Number) as [number, number?];
  return numerator / denominator;
}

/** The decomposition as `UnicodeData.txt` writes it, `<compat> 0020 0308`; empty for none. */
export function decomposition(point: number): string {
  const [, tag, points] = /^(=|<\w+>)(.*)$/.exec(decompositions(point) ?? "") ?? [];
  if (points === undefined) return "";
  const shown = points
    .split(" ")
    .map((code) => Number.parseInt(code, 36).toString(16).toUpperCase().padStart(4, "0"))
    .join(" ");
  return tag === "=" ? shown : `${tag} ${shown}`;
}
