// Calls: arguments that cannot be bound are errors in CPython's words; unpacked ones are not judged.
import { expect, test } from "vitest";
import { findings } from "./findings.ts";

test("helpers", () => {
  expect(findings("ak_message()\nreturn True")).toEqual([
    "1:1-13 error wrong-arguments: ak_message() missing 1 required positional argument: 'message' (it takes ak_message(message))",
  ]);
  expect(findings("return regex_match('a', rgx='b')")[0]).toMatch(
    /^1:8-33 error wrong-arguments: regex_match\(\) got an unexpected keyword argument 'rgx'/,
  );
  expect(findings("return ak_is_group_member(request.user, name='x', pk=3)")).toEqual([]);
});

test("built-ins and functions of modules, imported in either way", () => {
  expect(findings("return len()")).toEqual([
    "1:8-13 error wrong-arguments: len() takes exactly one argument (0 given) (it takes len(obj, /))",
  ]);
  expect(findings("import math\nreturn math.sqrt(1, 2)")[0]).toContain(
    "error wrong-arguments: math.sqrt() takes exactly one argument (2 given)",
  );
  expect(findings("from math import sqrt as root\nreturn root()")[0]).toContain("error wrong-arguments");
});

test("what is unpacked, rebound or a type is not judged", () => {
  expect(findings("return len(*[[]])")).toEqual([]);
  expect(findings("return regex_match(**{'value': 'a', 'regex': 'b'})")).toEqual([]);
  expect(findings("def len(): return 0\nreturn len()")).toEqual([]);
  expect(findings("return int(1, 2, 3)")).toEqual([]);
});
