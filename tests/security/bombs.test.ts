// The bombs of fixtures/bombs/ end with their own error or have the answer they should, and the engine goes on as before.
import { describe, expect, test } from "vitest";
import { type Engine, ExpressionSyntaxError } from "../../engine/index.ts";
import { type Bomb, bombs, steadyLimits } from "../../fixtures/bombs/read.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";

const context = { request: { user: { pk: 1, username: "mallory" }, context: {} }, context: {} };
/** `npm run bombs` takes all of them; here it is every third, or these tests would be an eighth of the whole suite's time. */
const TAKEN = 3;
const taken = bombs.filter((_, index) => index % TAKEN === 0);
/** Longer than any of them takes on a busy machine; how soon each ends is what `npm run bombs` measures. */
const PATIENCE_MS = 40_000;

/** What becomes of a bomb, in the fixtures' words. */
async function ending(engine: Engine, bomb: Bomb): Promise<string> {
  try {
    const { error, repr } = await engine
      .expression(bomb.name, bomb.source, "policy")
      .run(context, { limits: steadyLimits(bomb) });
    return error?.type.replace(/^.*\./, "") ?? `= ${repr}`;
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return error.type;
    throw error;
  }
}

test("there are at least 150 of them, of every class, and no two alike", () => {
  expect(taken.length).toBeGreaterThanOrEqual(150);
  expect([...new Set(taken.map(({ kind }) => kind))].sort()).toEqual([
    "loops",
    "memory",
    "modules",
    "numbers",
    "output",
    "recursion",
    "regex",
    "text",
    "texts",
  ]);
  expect(new Set(bombs.map(({ source }) => source)).size).toBe(bombs.length);
});

describe.each([...new Set(bombs.map(({ kind }) => kind))])("%s", (kind) => {
  const under = engineUnderTest();
  test.each(taken.filter((bomb) => bomb.kind === kind).map((bomb) => [bomb.name, bomb] as const))(
    "%s",
    async (_name, bomb) => {
      expect(await ending(under.engine, bomb)).toBe(bomb.ends);
      expect((await under.run("return 1 + 1")).repr).toBe("2");
    },
    PATIENCE_MS,
  );
});
