import fc from "fast-check";
import { expect, test } from "vitest";
import { suiteText } from "../../../testing/fuzz/suite-text.ts";
import { SuiteDocument } from "../../../testing/suite/document.ts";

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."\n\n a:#-'\"\t|") }),
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "\0", "\n+1", "a\n\n", "  a\n\n b\n", "yes", "1.0", ""),
);

test("a suite that was written says what was found, however its texts end", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, text, text), { minLength: 1, maxLength: 3 }), (cases) => {
      const written = suiteText(
        "policy",
        "p.py",
        cases.map(([name, value, message, comment]) => ({
          name,
          input: {
            groups: { [name]: { attributes: { value } } },
            user: { username: value },
            context: { value },
          },
          expect: { passing: true, messages: [message] },
          comment,
        })),
      );
      expect(SuiteDocument.read(written, "found.suite.yaml").value).toEqual({
        policy: "p.py",
        groups: Object.fromEntries(cases.map(([name, value]) => [name, { attributes: { value } }])),
        cases: cases.map(([name, value, message]) => ({
          name,
          user: { username: value },
          context: { value },
          expect: { passing: true, messages: [message] },
        })),
      });
    }),
    { numRuns: 1000 },
  );
});
