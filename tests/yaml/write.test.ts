import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { parseExactJson } from "../../testing/exact-json.ts";
import { readExactYaml } from "../../testing/exact-yaml.ts";
import { BLUEPRINT } from "../../yaml/schema.ts";
import { readYaml } from "../../yaml/tree.ts";
import { yamlText } from "../../yaml/write.ts";

/** Texts that could be taken for something else. */
const doubtful = fc.constantFrom(
  ..."yes no y n on off true null ~ = << 1 1.0 1e3 0o7 017 0x1F 1_000 1:30 2020-01-01 .inf .nan - ? : # ! & * | > % @ `".split(
    " ",
  ),
  ...[
    "",
    " ",
    "a: b",
    "a #b",
    "- a",
    "a\nb\n",
    "a\n\n",
    "  a\n b",
    "\ttab",
    "a\r\nb",
    "'",
    '"',
    "\\",
    "---",
    "...",
    "[",
    "é\u2028",
    "\0",
  ],
);
const text = fc.oneof(
  doubtful,
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...":- #\n\ta'\"[]{},&*!|>%@`?") }),
);
const number = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom("1.0", "1e3", "-0.0", "12345678901234567890", "1E400", "0"),
  )
  .map(parseExactJson);
const json = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    number,
    fc.constantFrom(null, true, false),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(text, tie("any"), { maxKeys: 4 }),
  ),
})).any;

test("what is written is read again as it was, numbers exactly", () => {
  fc.assert(
    fc.property(json, (value) => {
      const { value: read, problems } = readExactYaml(yamlText([value]), true);
      expect(problems).toEqual([]);
      expect(JSON.stringify(read)).toBe(JSON.stringify([value]));
    }),
    { numRuns: 2000 },
  );
});

test("readers of YAML 1.1 take no text for anything else", () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(readYaml(yamlText([value]), BLUEPRINT).root).toMatchObject({
        items: [{ value, tag: undefined }],
      });
    }),
    { numRuns: 2000 },
  );
});

test("what is undefined is left out, and nothing is written as an alias", () => {
  const shared = { a: 1 };
  expect(yamlText({ a: undefined, b: [shared, shared], c: "if x:\n  y\n" } as unknown as JsonObject)).toBe(
    "b:\n  - a: 1\n  - a: 1\nc: |\n  if x:\n    y\n",
  );
});
