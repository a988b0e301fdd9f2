// `io`: StringIO, BytesIO and their error texts; what would open a file says why it cannot.
import { expect, it } from "vitest";
import { evaluate } from "../in-process.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("io");

it.each(["open", "FileIO", "TextIOWrapper"])("io.%s is refused by name", (name) => {
  const body = `import io\ntry:\n    io.${name}("x")\nexcept NotImplementedError as e:\n    return str(e)`;
  expect(evaluate(body)).toBe(`io.${name} is not available in an expression: there are no files`);
});
