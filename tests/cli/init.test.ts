// `postern init`: what is there already is not written over. What it writes is walked through by docs/testing.md.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { library } from "../../cli/library.ts";
import { postern } from "./command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-init-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("it writes over nothing unless it is told to", async () => {
  const there = join(folder, "phones");
  const blueprint = join(there, "blueprints/sms-enrollment.yaml");
  expect((await postern(["init", there], { library })).code).toBe(0);
  const written = readFileSync(blueprint, "utf8");
  writeFileSync(blueprint, "mine");
  const refused = await postern(["init", there], { library });
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /^postern: .*sms-enrollment\.yaml, .* are there already; nothing was written \(--force writes over them\)\n$/,
  );
  expect(readFileSync(blueprint, "utf8")).toBe("mine");
  expect((await postern(["init", there, "--force"], { library })).code).toBe(0);
  expect(readFileSync(blueprint, "utf8")).toBe(written);
});

test("it makes the folders on the way, and says where one cannot be made", async () => {
  expect((await postern(["init", join(folder, "a/b/c")], { library })).code).toBe(0);
  const inFile = await postern(["init", join(folder, "a/b/c/blueprints/sms-enrollment.yaml/d")], { library });
  expect(inFile).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^postern: .*: cannot be written: (EEXIST|ENOTDIR)/),
  });
});

// Where a file system says of a folder that is to be made that it is not there, Node's own way tries without end.
test.runIf(existsSync("/proc/self"))("a file system that makes no folders is no endless loop", async () => {
  const refused = await postern(["init", "/proc/nope/phones"], { library });
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^postern: \/proc\/nope.*: cannot be written: ENOENT/),
  });
});
