// `hashlib`: every hash with its parameters, key derivation, and what it may cost.
import { expect, it } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";
import { answersAsRecorded } from "../recorded-modules.ts";

answersAsRecorded("hashlib");

const engine = engineUnderTest();

it.each([
  ['hashlib.pbkdf2_hmac("sha256", b"p", b"s", 10**9)', "pbkdf2_hmac needs more than 1000 ms of CPU time"],
  ['hashlib.pbkdf2_hmac("md5", b"p", b"s", 10**5, 10**6)', "pbkdf2_hmac needs more than 1000 ms of CPU time"],
  ['hashlib.scrypt(b"p", salt=b"s", n=2**14, r=8, p=1000)', "scrypt needs more than 1000 ms of CPU time"],
])("%s is refused before it starts", async (expression, message) => {
  const error = await engine.error(`import hashlib\nreturn ${expression}`);
  expect(error).toBe(`CpuTimeLimitExceeded: ${message}`);
});
it.each([
  'hashlib.scrypt(b"p", salt=b"s", n=2**16, r=8, p=1, maxmem=2**30)',
  'hashlib.shake_128(b"").digest(2**28)',
  "hashlib.sha256(b'x').copy().update(bytes(2**26))",
])("%s is beyond the evaluation's memory", async (expression) => {
  const error = await engine.error(`import hashlib\nreturn ${expression}`);
  expect(error).toBe("MemoryLimitExceeded: the expression needs more than 64 MiB of memory");
});
it("file_digest says why it is not there", async () => {
  expect(await engine.error("import hashlib\nhashlib.file_digest(None, 'md5')")).toBe(
    "NotImplementedError: hashlib.file_digest is not available in an expression: there are no files",
  );
});
