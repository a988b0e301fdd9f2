// Programs whose outcome CPython 3.13 has recorded (fixtures/cpython/record_programs.py) end the same way here.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

interface Recorded {
  readonly repr?: string;
  readonly type?: string;
  readonly message?: string;
  readonly traceback?: string;
}

const under = engineUnderTest();
const folder = new URL("../../../fixtures/cpython/", import.meta.url);
const recorded: Record<string, Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL("programs.json", folder), "utf8"),
);

/** The programs of a file by name: what stands before the first is put before each. */
function programs(file: string): Map<string, string> {
  const text = readFileSync(new URL(`programs/${file}.py`, folder), "utf8");
  const [prelude, ...parts] = text.split(/^# ---- (.*)\n/m);
  const found = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) found.set(parts[at], prelude + parts[at + 1]);
  return found;
}

describe.each(Object.keys(recorded))("%s", (file) => {
  const sources = programs(file);
  test.each(Object.entries(recorded[file]))("%s", async (name, expected) => {
    const source = sources.get(name) as string;
    const { ok, repr, error } = await under.engine.expression("<expression>", source, "expression").run({});
    const outcome: Recorded = ok
      ? { repr }
      : { type: error?.type, message: error?.message, traceback: error?.traceback };
    expect(outcome).toEqual(expected);
  });
  test("has been recorded whole", () => {
    expect([...sources.keys()]).toEqual(Object.keys(recorded[file]));
  });
});
