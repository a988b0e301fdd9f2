// Modules that the isolate makes late: nobody can tell, and what is made by half is seen by nobody.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEngine } from "../../../engine/index.ts";
import { makeLate, requireWhole } from "../../../engine/python/later.ts";
import "../../../engine/expressions/library.ts";
import "../../../engine/python/library.ts";
import { moduleNames } from "../../../engine/python/module.ts";
import { LimitExceeded, NO_TICK, S } from "../../../engine/python/state.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const { repr } = engineUnderTest();
const names = moduleNames();

/** What every program can see of an isolate that has made these modules. */
function stateWith(...modules: readonly string[]): Record<string, unknown> {
  const script = join(import.meta.dirname, "isolate-state.ts");
  const { stdout, stderr } = spawnSync(process.execPath, [script, ...modules], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Record<string, unknown>;
}

test("a program cannot tell which modules those before it have imported", () => {
  const [none, all] = [stateWith(), stateWith("all")];
  expect(Object.keys(none).length).toBeGreaterThan(100);
  // Only a `deque` is a `deque`, and only who has `Protocol` can name it.
  const deque = ["/abi.ts abi", "/operators.ts sequenceTypes", "types/generic-class.ts genericForms"];
  for (const name of deque) {
    expect(none).toHaveProperty([name]);
    delete none[name];
    delete all[name];
  }
  expect(all).toEqual(none);
});

test("every module is found, and first as it is among all the others", async () => {
  const body = (name: string): string =>
    `import ${name} as module\nimport ${name}\nreturn sorted(f"{key}: {type(getattr(module, key, None)).__name__}" for key in dir(module))`;
  const together = new Map<string, string>();
  for (const name of names) together.set(name, await repr(body(name)));
  for (const name of names)
    expect([name, together.get(name)]).toEqual([name, expect.stringContaining("__name__")]);
  // Those of several modules, and those that ask for others while they run.
  for (const top of [
    "collections",
    "email",
    "html",
    "json",
    "urllib",
    "dataclasses",
    "statistics",
    "typing",
  ]) {
    await using engine = await createEngine();
    // The longest name first: its package has to bring all of its modules.
    for (const name of names.filter((name) => name.split(".")[0] === top).reverse()) {
      const outcome = await engine.expression("module", body(name)).run({});
      expect([name, outcome.repr]).toEqual([name, together.get(name)]);
    }
  }
});

test("names of characters are there without the module", async () => {
  expect(await repr(`return "é".encode("ascii", "namereplace")`)).toBe(
    "b'\\\\N{LATIN SMALL LETTER E WITH ACUTE}'",
  );
});

test("making counts against no limit, and what fails half-way ends the evaluation and the isolate", () => {
  Object.assign(S, { allocated: 5, nextTick: 7, steps: 3, depth: 2 });
  const spend = (): number => {
    Object.assign(S, { steps: 99, depth: 9 });
    return S.nextTick;
  };
  expect(makeLate("it", spend)).toBe(NO_TICK);
  expect(S).toMatchObject({ allocated: 5, nextTick: 7, steps: 3, depth: 2 });
  requireWhole();
  const fail = (): never => {
    throw new RangeError("Maximum call stack size exceeded");
  };
  expect(() => makeLate("the module x", fail)).toThrow(
    expect.objectContaining({ limit: "InternalError", message: "the module x could not be made" }),
  );
  expect(() => makeLate("the module x", fail)).toThrow(LimitExceeded);
  expect(S).toMatchObject({ allocated: 5, nextTick: 7, steps: 3, depth: 2 });
  expect(requireWhole).toThrow("the module x could not be made");
});
