// `npm start`'s demonstration as its own process: every step holds, and the working tree stays as it was.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../../cli/demo/main.ts");

test("walks the three enrolments and ends with 0; --no-serve is accepted", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "--no-serve"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.split("\n").filter((line) => /^\d\. /.test(line))).toHaveLength(3);
  expect(stdout.match(/✗ Invalid phone number or missing region code/g)).toHaveLength(3);
  expect(stdout.match(/✗ Code does not match/g)).toHaveLength(3);
  expect(stdout).toContain('"phone_number": "+1234 567 890"');
  expect(stdout).toMatch(/"phone_number": "hash:[0-9a-f]{64}"/);
  expect(stdout).toMatch(
    /"Body": "This is a custom message for Example Inc\. SMS authentication\. The code is \d{6}\."/,
  );
});

test("refuses an option that it does not have", () => {
  const { status, stderr } = spawnSync(process.execPath, [main, "--serve"], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toContain("The only option is --no-serve.");
});
