// Conditions that are decided before anything is known, and comparisons of things that are never equal.
import { describe, expect, test } from "vitest";
import { findings } from "./findings.ts";

describe("a condition that is always so", () => {
  test.each([
    ["return request.user.path == 'a' or 'b'", "1:36-39 warning always-true: a text by itself"],
    [
      "if 'b' or request.user.path == 'a':\n    return True\nreturn False",
      "1:4-7 warning always-true: a text",
    ],
    ["return not (request.user.path == 'a' or 'b')", "1:41-44 warning always-true: a text"],
    ["x = 1 if request.user.path == 'a' and 'b' else 2\nreturn x", "1:39-42 warning always-true: a text"],
    [
      "return request.user.path != 'a' or request.user.path != 'b'",
      "1:8-60 warning always-true: request.user.path always differs from one of the two → use `and`",
    ],
    [
      "return request.user.path == 'a' and request.user.path == 'b'",
      '1:8-61 warning always-false: request.user.path cannot equal both "a" and "b" → use `or`',
    ],
    [
      "return request.user.groups.exists",
      "1:8-34 warning always-true: the method 'exists' is not called, and a method is always true → write .exists(…)",
    ],
    ["return not request.user.has_usable_password", "1:12-44 warning always-true: the method"],
    [
      "if not request.user.is_active and ak_message('no'):\n    return False\nreturn True",
      "1:35-51 warning always-false: ak_message() returns None",
    ],
  ])("%s", (source, start) => {
    expect(findings(source)).toEqual([expect.stringContaining(start)]);
  });

  test.each([
    "return request.user.path or 'b'",
    "name = request.user.name or 'nobody'\nreturn name == 'x'",
    "return request.user.path == 'a' or ''",
    "return request.user.path != 'a' and request.user.path != 'b'",
    "return request.user.path == 'a' or request.user.path == 'b'",
    "return request.user.path != 'a' or request.user.name != 'b'",
    "return request.user.path != 'a' or request.user.path != 'a'",
    "return next(iter([1])) != '1' or next(iter([1])) != '2'",
    "ask = request.user.has_usable_password\nreturn ask()",
    "return request.user.is_active or ak_message('no')",
    "def ak_message(text):\n    return True\nif ak_message('x'):\n    return True\nreturn False",
  ])("is none: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });

  test("a mapping may return either", () => {
    expect(findings("return request.user.path == 'a' or 'b'", "mapping")).toEqual([]);
  });
});

describe("values that are never equal", () => {
  test.each([
    ["return len(request.user.name) == '6'", "1:8-37 warning never-equal: a number never equals a text"],
    ["return request.user.pk in ('1', '2')", "1:28-31 warning never-equal: a number never equals a text"],
    ["return str(request.user.pk) != 1", "1:8-33 warning never-equal: a text never equals a number"],
    [
      "return request.user.groups.filter(name='a') == True",
      "1:8-52 warning never-equal: a query set never equals a truth value → ask it with `.exists()`",
    ],
    [
      "return 'a' not in request.user.all_groups()",
      "1:8-44 warning never-equal: groups are objects, and none equals a text → use ak_is_group_member(request.user, name='a')",
    ],
    [
      "return request.user.name.lower() == 'Anna'",
      '1:37-43 warning never-equal: what .lower() returns never equals "Anna" → write "anna"',
    ],
    ["return 'Anna' == request.user.name.upper()", "warning never-equal: what .upper() returns"],
  ])("%s", (source, start) => {
    expect(findings(source)[0]).toContain(start);
  });

  test.each([
    "return len(request.user.name) == 6",
    "return int('1') == True",
    "return str(request.user.pk) == '1'",
    "return request.user.name.lower() == 'anna-1'",
    "return request.user.groups.filter(name='a').exists() == True",
    "return 'a' in [group.name for group in request.user.groups.all()]",
    "def len(x):\n    return '6'\nreturn len(request.user.name) == '6'",
  ])("may be: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });
});

describe("`in` on a text", () => {
  test("in parentheses was meant as a list", () => {
    expect(findings("return request.user.path in ('root')")).toEqual([
      "1:8-37 warning part-of-text: this asks for a part of a text, not for an element of a list " +
        `(any part of "root" is in it, and so is the empty text) → write ('root',)`,
    ]);
    expect(findings("x = request.user.path\nreturn x in ('a'\n    'b')")).toEqual([
      expect.stringContaining("→ write commas between the texts"),
    ]);
  });
  test("of a whole name was meant as a list", () => {
    expect(findings("return request.user.username in 'root'")).toEqual([
      expect.stringContaining("part-of-text"),
    ]);
  });
  test.each([
    "return 'a' in request.user.username",
    "letter = request.user.name[0]\nreturn letter in 'aeiou'",
    "return request.user.username in ('root',)",
    "return (request.user.username in {'root'})",
  ])("may be meant: %s", (source) => {
    expect(findings(source)).toEqual([]);
  });
});
