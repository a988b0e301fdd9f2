// Bodies whose every item CPython 3.13 has recorded (fixtures/cpython/record_bodies.py) give the same here.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

// No clock ends them, however busy the machine.
const under = engineUnderTest({ limits: { cpuMs: 60_000, wallMs: 60_000 } });
const folder = new URL("../../../fixtures/cpython/", import.meta.url);
const bodies = readdirSync(folder).filter((name) => name.endsWith("_body.py"));

test.each(bodies)(
  "%s",
  async (name) => {
    const source = readFileSync(new URL(name, folder), "utf8").replace(
      /return r\s*$/,
      "return [repr(item) for item in r]",
    );
    const outcome = await under.run(source);
    expect(outcome.error?.traceback).toBeUndefined();
    expect(outcome.result).toEqual(
      JSON.parse(readFileSync(new URL(name.replace(".py", ".json"), folder), "utf8")),
    );
  },
  60_000,
);
