// `uuid`: the class, its makers, its error texts, and what a UUID is outside.
import { expect, it } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("uuid");

const engine = engineUnderTest();
it("leaves an expression as its text, sanitized as 32 digits", async () => {
  const source = "import uuid\nreturn {'id': uuid.UUID(int=5)}";
  expect((await engine.run(source)).result).toEqual({ id: "00000000-0000-0000-0000-000000000005" });
  const sanitized = await engine.run(source, {}, "expression", { sanitize: true });
  expect(sanitized.result).toEqual({ id: "00000000000000000000000000000005" });
});
