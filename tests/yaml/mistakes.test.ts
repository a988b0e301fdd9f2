import { expect, test } from "vitest";
import { CORE } from "../../yaml/schema.ts";
import { readYaml } from "../../yaml/tree.ts";

test.each([
  ["a:\n\tb: 1", "2:1 Tabs are not allowed as indentation (indent with spaces)"],
  ["\ta: 1", "1:1 Tabs are not allowed as indentation (indent with spaces)"],
  ["a: [\n\t1]", "2:1 Tabs are not allowed as indentation (indent with spaces)"],
  [
    "what: it: is",
    "1:9 a colon within a value: mappings within a line are not allowed (put a text with a colon in quotes)",
  ],
  ["a: @x", "1:4 a text cannot begin with this character (put it in quotes)"],
  [
    "a: ]",
    "1:4 nothing was opened that this bracket closes (a text that begins with a bracket needs quotes)",
  ],
  ["a: - b", "1:4 a list cannot begin in the line of its key (begin it below; put a text in quotes)"],
  [
    "a: 'b\n",
    "2:1 a bracket or quote is not closed, or its lines are not indented (look for the ], } or quote that is missing)",
  ],
  ["a: 'it's'", "1:8 there is more behind the end of the value (put the whole text in quotes)"],
  ["a: * b", "1:5 * and & stand before the name of an anchor (a text that begins with * or & needs quotes)"],
  ["a: |x\n  b", "1:5 a text after | or > begins in the next line (put a text in quotes)"],
  [
    "- a\nb: 1",
    "2:1 this does not belong to what stands above it (indent it like what it belongs to; a file holds one mapping or one list)",
  ],
  [
    "a:\n   b: 1\n  c: 2",
    "3:3 bad indentation of a mapping entry (lines of one mapping or list begin in the same column)",
  ],
  [
    "a: 1\nb\n",
    "3:1 a key without a value stands above (write a colon behind a key; put a text with a colon in quotes)",
  ],
  ["a: \0", "1:4 null byte is not allowed in input"],
  // Within brackets tabs are spaces, and not what is wrong.
  ["{\n\t'a': 1,,\n}", "2:9 expected the node content, but found ','"],
])("%j", (text, expected) => {
  const document = readYaml(text, CORE);
  const told = document.problems.map(({ offset, what, hint }) => {
    const { line, column } = document.place(offset);
    return `${line}:${column} ${what}${hint === undefined ? "" : ` (${hint})`}`;
  });
  expect(told).toEqual([expected]);
});
