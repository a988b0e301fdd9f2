// `postern stubs`: one site to stdout or a file, all sites into a folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postern } from "./command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-stubs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const library = {
  expressionStubs: async () =>
    new Map([
      ["stage-run", "a: int\n"],
      ["flow", "b: int\n"],
    ]),
};

test("a site's stub goes to stdout, or into a file", async () => {
  expect(await postern(["stubs", "--site", "flow"], { library })).toEqual({
    code: 0,
    out: "b: int\n",
    err: "",
  });
  const file = join(folder, "new", "__builtins__.pyi");
  expect(await postern(["stubs", "--site", "flow", "-o", file], { library })).toMatchObject({
    code: 0,
    out: "",
  });
  expect(readFileSync(file, "utf8")).toBe("b: int\n");
});

test("all stubs go into a folder, under names that can be imported", async () => {
  const typings = join(folder, "typings");
  expect((await postern(["stubs", "-o", typings], { library })).code).toBe(0);
  expect(readdirSync(typings)).toEqual(["flow.pyi", "stage_run.pyi"]);
});

test("a site that there is not, and a place that cannot be written, are wrong usage", async () => {
  expect(await postern(["stubs", "--site", "nowhere"], { library })).toMatchObject({
    code: 2,
    err: expect.stringContaining("there is no such site; there are stage-run, flow"),
  });
  const file = join(folder, "plain");
  await postern(["stubs", "--site", "flow", "-o", file], { library });
  expect((await postern(["stubs", "-o", join(file, "under")], { library })).code).toBe(2);
});
