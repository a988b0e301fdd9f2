// Control flow: what is never reached, and policies that can end without an answer.
import { describe, expect, test } from "vitest";
import { findings } from "./findings.ts";

const UNREACHABLE = "warning unreachable-code: this code is never reached";

describe("unreachable code", () => {
  test.each([
    ["return True\nx = 1", 2],
    ["while True:\n    pass\nreturn True", 3],
    ["for i in []:\n    continue\n    i = 2\nreturn True", 3],
    ["if request:\n    return True\nelse:\n    raise ValueError\nreturn False", 5],
    ["try:\n    return True\nexcept KeyError:\n    return False\nreturn None", 5],
    ["if False:\n    x = 1\nreturn True", 2],
    ["match request:\n    case None: return True\n    case _: return False\nreturn None", 4],
    ["def f():\n    return 1\n    return 2\nreturn f", 3],
  ])("%s", (source, line) => {
    expect(findings(source)).toEqual([
      expect.stringMatching(new RegExp(`^${line}:\\d+-\\d+ ${UNREACHABLE}$`)),
    ]);
  });

  test.each([
    "while True:\n    if request: break\nreturn True",
    "while request:\n    return False\nreturn True",
    "for i in []:\n    return False\nreturn True",
    "import contextlib\nwith contextlib.suppress(KeyError):\n    return request['x']\nreturn True",
    "try:\n    x = 1\nexcept KeyError:\n    return False\nreturn True",
    "match request:\n    case None: return True\nreturn False",
  ])("is not: %s", (source) => {
    expect(findings(source).filter((line) => line.includes("unreachable"))).toEqual([]);
  });
});

describe("a policy's answer", () => {
  test("that can be missing is a warning at the last statement", () => {
    expect(findings("if request.user.is_superuser:\n    return True")).toEqual([
      "1:1-30 warning missing-return: the policy can end without `return` (it denies then) → end with `return True` or `return False`",
    ]);
    expect(findings("ak_message('no')")).toEqual([
      "1:1-17 warning missing-return: the policy returns nothing (it denies then) → end with `return True` or `return False`",
    ]);
  });

  test("that stands there without `return` is a warning, in mappings too", () => {
    expect(findings("request.user.is_superuser")).toEqual([
      "1:1-26 warning missing-return: the value of the last line is not returned (without `return` the policy denies) → put `return` before it",
    ]);
    expect(findings("{'email': user.email}", "mapping")).toEqual([
      "1:1-22 warning missing-return: the value of the last line is not returned (without `return` the result is None) → put `return` before it",
    ]);
  });

  test("that a gateway would be sent can be missing, too", () => {
    expect(findings("if device.phone_number:\n    return {'to': device.phone_number}", "webhook")).toEqual([
      "1:1-24 warning missing-return: the mapping can end without `return` (a generic gateway gets a request without a body then) → end with `return {…}`",
    ]);
    expect(findings("payload = {'code': token}", "webhook")).toEqual([
      "1:1-26 warning missing-return: the mapping returns nothing (a generic gateway gets a request without a body then) → end with `return {…}`",
    ]);
  });

  test.each([
    ["return True", "policy"],
    ["while True:\n    return True", "policy"],
    ["raise ValueError('no')", "policy"],
    ["if user:\n    return {}", "mapping"],
    ["for g in user.groups.all():\n    yield g.name", "mapping"],
  ] as const)("that is there: %s", (source, site) => {
    expect(findings(source, site)).toEqual([]);
  });
});

test("a comparison as a statement is not what was meant", () => {
  expect(findings("x = 0\nx == 1\nreturn x")).toEqual([
    "2:1-7 warning unused-value: the result of this comparison is not used → use `=` to assign, or `return` to answer",
  ]);
});
