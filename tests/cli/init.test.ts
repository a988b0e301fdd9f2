// `postern init`: what is there already is not written over. What it writes is walked through by docs/testing.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
