// Regular expressions in the text of an expression: compiled when it is checked.
import { expect, test } from "vitest";
import { findings } from "./findings.ts";

test.each([
  ["re.match('(', 'a')", "2:17-20 error invalid-pattern: missing ), unterminated subpattern at position 0"],
  [
    "re.sub(pattern='a**', repl='', string='b')",
    "2:23-28 error invalid-pattern: multiple repeat at position 2",
  ],
  [
    "re.compile(r'(?P<a>.)(?P<a>.)')",
    "2:19-38 error invalid-pattern: redefinition of group name 'a' as group 2; was group 1 at position 12",
  ],
  [
    "regex_match(request.user.name, '[z-a]')",
    "2:39-46 error invalid-pattern: bad character range z-a at position 1",
  ],
  [
    "regex_replace('abc', 'a{2,1}', '')",
    "2:29-37 error invalid-pattern: min repeat greater than max repeat at position 2",
  ],
  [
    "re.search(r'(?=(a+)+$)a', 'b')",
    "2:18-32 warning backtracking-pattern: this pattern can take time that doubles with each character, up to the evaluation's limit (it cannot run on the linear engine: look-ahead)",
  ],
])("%s", (call, finding) => {
  expect(findings(`import re\nreturn ${call}`)).toEqual([finding]);
});

test.each([
  "re.match(r'^(?=.*\\d)(?=.*[a-z]).{8,}$', 'a')",
  "re.match('(a+)+$', 'a')",
  "re.match('a b # (', 'a', re.X)",
  "re.match('a b # (', 'a', flags=re.X)",
  "re.match(request.user.name, '(')",
  "re.escape('(')",
  "re.split('a', '(', 1)",
  "regex_match('(', request.user.name)",
  "re.match(b'a', b'(')",
  "re.match(r'\\N{LATIN SMALL LETTER A}', 'a')",
])("nothing about %s", (call) => {
  expect(findings(`import re\nreturn ${call}`)).toEqual([]);
});

test("what is imported by another name is known, what is bound is not", () => {
  expect(findings("from re import match as m\nreturn m('(', 'a')")).toHaveLength(1);
  expect(findings("def regex_match(a, b): return a\nreturn regex_match('a', '(')")).toEqual([]);
});

test("an error that is caught is a warning", () => {
  expect(
    findings("import re\ntry:\n    return re.match('(', 'a')\nexcept re.error:\n    return False"),
  ).toEqual(["3:21-24 warning invalid-pattern: missing ), unterminated subpattern at position 0"]);
});
