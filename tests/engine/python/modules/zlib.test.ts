// `zlib`: checksums; compression is refused by name.
import { expect, it } from "vitest";
import { evaluate } from "../in-process.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("zlib");

it.each(["compress", "decompressobj"])("zlib.%s is refused", (name) => {
  const body = `import zlib\ntry:\n    zlib.${name}(b"x")\nexcept NotImplementedError as e:\n    return str(e)`;
  expect(evaluate(body)).toBe(`zlib.${name} is not available in an expression`);
});
