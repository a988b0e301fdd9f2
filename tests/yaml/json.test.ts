import fc from "fast-check";
import { expect, test } from "vitest";
import { readExactYaml } from "../../testing/exact-yaml.ts";

const scalar = fc.constantFrom(
  ..."1 +1 007 -0 0x1F 0o17 0b1 1. -.5 1.0 1e3 1e400 12345678901234567890 .inf .nan true True tRUE null ~ NULL yes << = - x".split(
    " ",
  ),
  ...[
    "",
    "a b",
    "'1'",
    '"1"',
    '"\\u00e9\\n"',
    "'it''s'",
    "2020-01-01",
    "__proto__",
    "a\n  b",
    "1 2",
    "'a\n\n  b'",
  ],
);
const key = fc.constantFrom("a", "b", "'c'", '"d e"', "1", "true", "__proto__", "<<", "toString", "1.0");
const node = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("any"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(key, tie("any")), { maxLength: 3 })
      .map((pairs) => `{${pairs.map(([k, v]) => `${k}: ${v}`).join(", ")}}`),
  ),
})).any;

test("a document with an alias comes to what one without comes to, and to the same mistakes", () => {
  fc.assert(
    fc.property(node, fc.boolean(), (text, onlyTextKeys) => {
      const read = (first: string): unknown => {
        const { value, problems, tree } = readExactYaml(`- ${first}\n- ${text}\n`, onlyTextKeys);
        if (problems.length === 0) return JSON.stringify((value as unknown[]).at(-1));
        return problems.map(({ offset, what }) => ({ what, ...tree.place(offset) }));
      };
      expect(read("{a: 0, b: 0}")).toEqual(read("{a: &a 0, b: *a}"));
    }),
    { numRuns: 3000 },
  );
});

test("where things stand is known whichever way a document was read", () => {
  for (const text of ["a: [1, 2]", "a: [&x 1, *x]"]) {
    const { tree } = readExactYaml(text, true);
    expect(tree.root).toMatchObject({
      kind: "mapping",
      pairs: [{ value: { kind: "sequence", start: 3, end: text.length } }],
    });
  }
});
