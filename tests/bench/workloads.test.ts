// The workloads answer the same everywhere, so that their times can be compared.
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { firstDifference } from "../../bench/same.ts";
import { plain } from "../../bench/workloads/plain.ts";
import { type Answer, withSubscripts, workloads } from "../../bench/workloads/workloads.ts";
import { createEngine, type JsonObject } from "../../engine/index.ts";

const recorded = JSON.parse(
  readFileSync(new URL("../../fixtures/cpython/workloads.json", import.meta.url), "utf8"),
) as Record<string, Answer[][]>;
const engine = await createEngine();
afterAll(() => engine.close());

describe.each(workloads)("$name, $title", ({ name, kind, sources, contexts }) => {
  const answers = recorded[name];
  const kept = contexts.slice(0, answers.length);

  test("Postern answers what CPython answered", async () => {
    const ours = await Promise.all(
      kept.map((context) =>
        Promise.all(
          sources.map(async ({ name, text }): Promise<Answer> => {
            const { result, messages, error } = await engine.expression(name, text, kind).run(context);
            if (error !== undefined) throw new Error(error.traceback);
            return { result, messages };
          }),
        ),
      ),
    );
    expect(ours).toEqual(answers);
  });

  test("hand-written JavaScript answers what CPython answered", () => {
    const byHand = kept.map((context) =>
      sources.map(({ name }): Answer => {
        const messages: string[] = [];
        const result = plain[name](context as JsonObject, (message) => messages.push(message));
        return { result, messages };
      }),
    );
    expect(byHand).toEqual(answers);
  });

  test("contexts differ from each other, and so do answers where they depend on them", () => {
    expect(new Set(contexts.map((context) => JSON.stringify(context))).size).toBe(contexts.length);
    if (contexts.length > 1)
      expect(new Set(answers.map((row) => JSON.stringify(row))).size).toBeGreaterThan(1);
  });
});

test("contexts are of about 3 KB", () => {
  for (const { name, contexts } of workloads.filter(({ contexts }) => contexts.length > 1)) {
    const kilobytes = Buffer.byteLength(JSON.stringify(contexts[1])) / 1024;
    expect(Math.round(kilobytes), name).toBeGreaterThanOrEqual(2.5);
    expect(Math.round(kilobytes), name).toBeLessThanOrEqual(4);
  }
});

test("attributes become subscripts for peers without them; methods stay", () => {
  expect(
    withSubscripts(`f"{event.user['email']}" + request.user.email.lower() or request.context.get("a")`),
  ).toBe(`f"{event['user']['email']}" + request['user']['email'].lower() or request['context'].get("a")`);
});

test("a difference is named by its text, its context and its place", () => {
  const text = { sources: [{ name: "claims", text: "" }] };
  const answer = (roles: unknown): Answer[][] => [[{ result: { roles }, messages: [] }]];
  expect(firstDifference(text, answer({ a: ["x"] }), answer({ a: ["x"] }))).toBeUndefined();
  expect(firstDifference(text, answer({ a: ["x"] }), answer({ a: ["y"] }))).toBe(
    'claims on context 0: result.roles.a.0 is "y", not "x"',
  );
  expect(firstDifference(text, answer([]), answer({}))).toBe(
    "claims on context 0: result.roles is {}, not []",
  );
  expect(firstDifference(text, answer(1), [])).toMatch(/^claims on context 0: the answer is undefined, not /);
});
