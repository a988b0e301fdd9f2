// Every published trick of fixtures/escapes/, tried on the engine; each file says what has to become of it.
//
// `.py` files are policies, run as an embedder runs them. `.js` files show what the isolate stops by itself: they run as
// JavaScript inside it, with no object model around them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExpressionSyntaxError } from "../../engine/index.ts";
import type { Sandbox } from "../../engine/sandbox/types.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { openSandbox, request } from "../engine/sandbox/open-sandbox.ts";

const folder = join(import.meta.dirname, "../../fixtures/escapes");

interface Escape {
  readonly file: string;
  readonly source: string;
  readonly rule: string;
  /** The error that has to come, or the value of a program that runs and gets nothing. */
  readonly refused: string | undefined;
  readonly inert: string | undefined;
}

function readEscape(file: string): Escape {
  const source = readFileSync(join(folder, file), "utf8");
  const head = /^(?:(?:#|\/\/) .*\n)+/.exec(source)?.[0] ?? "";
  const field = (name: string): string | undefined =>
    new RegExp(`^(?:#|//) ${name}: (.+)$`, "m").exec(head)?.[1];
  const [origin, rule] = [field("Source"), field("Rule")];
  if (origin === undefined || rule === undefined) throw new Error(`${file} names no source or no rule`);
  const [refused, inert] = [field("Refused"), field("Inert")];
  if ((refused === undefined) === (inert === undefined))
    throw new Error(`${file} must say what it meets: "Refused" or "Inert"`);
  return { file, source, rule, refused, inert };
}

const escapes = readdirSync(folder).sort().map(readEscape);
const named = (extension: string): [name: string, escape: Escape][] =>
  escapes
    .filter(({ file }) => file.endsWith(extension))
    .map((attempt) => [`${attempt.rule} ${attempt.file}`, attempt]);

test("there are many, and each is run here", () => {
  expect(named(".py").length).toBeGreaterThanOrEqual(100);
  expect(named(".js").length).toBeGreaterThanOrEqual(20);
  expect(escapes).toHaveLength(named(".py").length + named(".js").length);
});

describe("policies", () => {
  // Steps are what ends the endless ones: the same on every machine.
  const under = engineUnderTest({ limits: { steps: 1_000_000, cpuMs: 10_000, wallMs: 15_000 } });
  const context = { request: { user: { pk: 1, username: "mallory" }, context: { given: 1 } } };

  /** What an embedder learns of the program. */
  async function outcome({ source, refused }: Escape): Promise<string> {
    // Backtracking is ended by the clock, since nothing counts its steps; by which of two clocks is chance.
    const byClock = refused === "WallTimeLimitExceeded";
    const limits = byClock ? { wallMs: 300 } : {};
    try {
      const { error, repr } = await under.run(source, context, "policy", { limits });
      if (error === undefined) return `value ${repr}`;
      return byClock ? error.type : `${error.type}: ${error.message}`;
    } catch (error) {
      if (!(error instanceof ExpressionSyntaxError)) throw error;
      return `${error.type}: ${error.text}`;
    }
  }

  test.each(named(".py"))("%s", async (_name, attempt) => {
    expect(await outcome(attempt)).toBe(attempt.refused ?? `value ${attempt.inert}`);
  });

  test("an engine that has met them all answers as a new one", async () => {
    expect((await under.run("return sorted({'b': 1, 'a': [2.5]}.items())")).resultJson).toBe(
      '[["a",[2.5]],["b",1]]',
    );
  });
});

describe("JavaScript inside the isolate", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox();
  });
  afterAll(() => sandbox.close());

  test.each(named(".js"))("%s", async (_name, { file, source, refused, inert }) => {
    const { program } = request(`(function () { ${source} })()`);
    // Not named by its text, which names files and modules of the host.
    const answer = await sandbox.run({
      ...request("1"),
      program: { id: `escape-${file}`, code: program.code },
    });
    const told = answer.ok ? `value ${answer.outcomeJson}` : `${answer.failure}: ${answer.message}`;
    expect(told).toBe(refused ?? `value ${inert}`);
  });
});
