// Syntax errors reach the author in terms of the author's own text.
import { expect, test } from "vitest";
import { ExpressionSyntaxError } from "../../../engine/index.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();

function refused(source: string): ExpressionSyntaxError {
  try {
    under.engine.policy("phone", source);
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return error;
    throw error;
  }
  throw new Error("the source compiles");
}

test.each([
  ["x = 1\nif x\n    return 1", "SyntaxError", "expected ':'", 2, 5, "    if x\n        ^"],
  ["return (1", "SyntaxError", "'(' was never closed", 1, 8, "    return (1\n           ^"],
  ["x = = 2", "SyntaxError", "invalid syntax", 1, 5, "    x = = 2\n        ^"],
  [
    "# nothing",
    "IndentationError",
    "expected an indented block after function definition on line 1",
    1,
    10,
    "    # nothing\n             ^",
  ],
  [
    "if 1:\nreturn 2",
    "IndentationError",
    "expected an indented block after 'if' statement on line 1",
    2,
    1,
    "    return 2\n    ^^^^^^",
  ],
  ["for x in []:\n    pass\nbreak", "SyntaxError", "'break' outside loop", 3, 1, "    break\n    ^^^^^"],
  [
    "f(a=1, b=2, a=3)",
    "SyntaxError",
    "keyword argument repeated: a",
    1,
    13,
    "    f(a=1, b=2, a=3)\n                ^^^",
  ],
  [
    "class A(a=1, a=2): pass",
    "SyntaxError",
    "keyword argument repeated: a",
    1,
    14,
    "    class A(a=1, a=2): pass\n                 ^^^",
  ],
  ["'abc", "SyntaxError", "unterminated string literal (detected at line 1)", 1, 1, "    'abc\n    ^"],
  ["x = [1]\nawait x", "SyntaxError", "'await' outside async function", 2, 1, "    await x\n    ^^^^^^^"],
  [
    "try: pass\nexcept* OSError: return",
    "SyntaxError",
    "'break', 'continue' and 'return' cannot appear in an except* block",
    2,
    18,
    "    except* OSError: return\n                     ^^^^^^",
  ],
])("%j", (source, type, text, line, column, caret) => {
  const error = refused(source);
  expect({
    type: error.type,
    text: error.text,
    line: error.line,
    column: error.column,
    caret: error.caret,
  }).toEqual({
    type,
    text,
    line,
    column,
    caret,
  });
  expect(error.message).toBe(`${text} (phone, line ${line})`);
});
