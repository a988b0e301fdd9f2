// `cli/bin.mjs`: the real process, from its start to its exit code.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const launcher = join(import.meta.dirname, "../../cli/bin.mjs");

function launch(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("the launcher passes arguments, streams and the exit code through", () => {
  expect(launch(["--version"])).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
  expect(launch(["eval"])).toEqual({
    status: 2,
    stdout: "",
    stderr: "postern: name the expression's file, or - for stdin\n",
  });
  expect(launch(["eval", "-", "--context", "-"], "x").status).toBe(2);
});
