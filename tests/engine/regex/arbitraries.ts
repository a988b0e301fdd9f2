// Random patterns, flags and texts, small enough that no engine takes long.
import fc from "fast-check";
import type { RegexCase } from "./answers.ts";

const LETTERS = ["a", "b", "c", "A", "_", "1", " ", "\n"];
const UNUSUAL = [
  "é",
  "İ",
  "ı",
  "ſ",
  "K",
  "ß",
  "σ",
  "ς",
  "µ",
  "٣",
  "\u0085",
  "\u2028",
  "\u{1f600}",
  "\u{10400}",
];

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LETTERS) },
  { weight: 1, arbitrary: fc.constantFrom(...UNUSUAL) },
);

const setMember = fc.oneof(
  { weight: 5, arbitrary: character },
  { weight: 1, arbitrary: fc.constantFrom("a-c", "A-Z", "0-9", "à-ÿ", "\u{10400}-\u{10430}", "\\n", "-") },
  { weight: 1, arbitrary: fc.constantFrom("\\d", "\\w", "\\s", "\\D", "\\W", "\\S") },
);

const set = fc
  .tuple(fc.constantFrom("", "", "^"), fc.array(setMember, { minLength: 1, maxLength: 3 }))
  .map(([sign, members]) => `[${sign}${members.join("")}]`);

const atom = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "c", "ab", "a", "b") },
  { weight: 2, arbitrary: character },
  { weight: 2, arbitrary: fc.constantFrom(".", "\\w", "\\s", "\\d", "\\W", "\\S") },
  { weight: 2, arbitrary: set },
  { weight: 2, arbitrary: fc.constantFrom("^", "$", "\\b", "\\B", "\\A", "\\Z") },
);

const quantifier = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("*", "+", "?", "*?", "+?", "??") },
  { weight: 1, arbitrary: fc.constantFrom("{2}", "{1,2}", "{0,2}?", "{2,}", "{,2}", "{0}") },
  { weight: 1, arbitrary: fc.constantFrom("*+", "++", "?+", "{1,2}+") },
);

const opening = fc.oneof(
  { weight: 5, arbitrary: fc.constant("(") },
  { weight: 4, arbitrary: fc.constant("(?:") },
  { weight: 1, arbitrary: fc.constantFrom("(?i:", "(?s:", "(?-i:", "(?a:", "(?m:") },
  { weight: 2, arbitrary: fc.constantFrom("(?=", "(?!", "(?<=", "(?<!", "(?>") },
);

const { pattern } = fc.letrec<{ pattern: string; sequence: string; item: string }>((tie) => ({
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((arms) => arms.join("|")),
  sequence: fc.array(tie("item"), { minLength: 0, maxLength: 3 }).map((items) => items.join("")),
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: "pattern" },
    { weight: 5, arbitrary: atom },
    { weight: 3, arbitrary: fc.tuple(atom, quantifier).map(([body, times]) => body + times) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(opening, tie("pattern"), fc.option(quantifier, { nil: "" }))
        .map(([open, body, times]) => `${open}${body})${times}`),
    },
    { weight: 1, arbitrary: fc.constantFrom("\\1", "\\2", "(?(1)a|b)", "(?(1)b)", "(?P=n)", "(?P<n>a?)") },
  ),
}));

/** Text that patterns often match, sometimes with characters that are easily got wrong. */
export const texts = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(fc.constantFrom("a", "b", "c", "a", "b"), { maxLength: 8 }) },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...LETTERS), { maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(character, { maxLength: 8 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.constantFrom("a", "b", "\n", "\u{1f600}", "\u{10428}"), { maxLength: 8 }),
    },
  )
  .map((characters) => characters.join(""));

const flags = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(2, 8, 16, 256, 10, 26, 258) },
);

const template = fc.constantFrom("<\\g<0>>", "x", "", "[\\1]", "\\g<n>", "\\n\\.", "\\2\\1");

/** Cases for every operation; about a third of the patterns are errors. */
export const regexCases: fc.Arbitrary<RegexCase> = fc
  .record({ pattern, text: texts, flags, template, pos: fc.nat(2), cut: fc.nat(2), part: fc.nat(3) })
  .map(({ cut, part, pos, ...row }) => {
    if (part > 0) return row;
    const length = Array.from(row.text).length;
    return { ...row, pos: Math.min(pos, length), endpos: Math.max(0, length - cut) };
  });
