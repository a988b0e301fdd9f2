// Expressions as people write them: every one of fixtures/expressions answers as CPython did, its capabilities granted.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { HttpCall } from "../../../engine/capabilities.ts";
import type { Change, JsonObject, JsonValue } from "../../../engine/types.ts";
import { engineUnderTest } from "../engine-under-test.ts";
import { type Answer, answers, cases, filled, folder, granted } from "./world.ts";

const under = engineUnderTest();

for (const [name, { kind, contexts }] of Object.entries(cases)) {
  const source = readFileSync(new URL(`${name}.py`, folder), "utf8");
  describe(name, () => {
    test.each(contexts.map((context, i) => [i, context] as const))("context %i", async (i, context) => {
      const answer = answers[name]?.[i] as Answer;
      const sent: HttpCall[] = [];
      const given = filled(context) as JsonObject;
      const outcome = await under.run(source, given, kind, { capabilities: granted(sent) });
      if (answer.error !== undefined) {
        const { type, message } = outcome.error ?? { type: "none", message: "" };
        expect({ type, message }).toEqual(answer.error);
        return;
      }
      expect(outcome.error?.traceback).toBeUndefined();
      expect(outcome.result).toEqual(answer.result);
      expect(outcome.passing).toBe(answer.passing);
      expect(outcome.messages).toEqual(answer.messages ?? []);
      expect(outcome.logs.map(({ level, event, attributes }) => [level, event, attributes])).toEqual(
        answer.logs ?? [],
      );
      const { plan, redirect } = planAfter(given, outcome.changes);
      expect(plan).toEqual(answer.plan ?? planAfter(given, []).plan);
      expect(redirect).toBe(answer.redirect);
      expect(sent.map(asSent)).toEqual(
        (answer.sent ?? []).map(({ headers, ...call }) => ({ ...call, headers })),
      );
    });
  });
}

/** The plan's context with the changes made that the outcome lists, and where it redirects. */
function planAfter(given: JsonObject, changes: readonly Change[]): { plan?: JsonObject; redirect?: string } {
  const request = structuredClone(given.request ?? {}) as JsonObject;
  const context = (request.context ?? {}) as JsonObject;
  const root: JsonObject = { ...context, context, request };
  let redirect: string | undefined;
  for (const change of changes) {
    if (change.op === "redirect") {
      redirect = change.url;
      continue;
    }
    const path = [...change.path];
    const last = path.pop() as string;
    let at = root as Record<string, JsonValue>;
    for (const step of path) at = at[step] as Record<string, JsonValue>;
    if (change.op === "set") at[last] = change.value;
    else delete at[last];
  }
  const plan = (root.flow_plan as { context?: JsonObject } | undefined)?.context;
  return { ...(plan === undefined ? {} : { plan }), ...(redirect === undefined ? {} : { redirect }) };
}

/** A call in the recorder's terms: headers of the author's, the body as JSON. */
function asSent({ method, url, headers, body }: HttpCall): JsonObject {
  const own = headers.filter(([name]) => /^(?:authorization|x-token)$/i.test(name));
  return {
    method,
    url,
    headers: Object.fromEntries(own),
    json: body === null ? null : (JSON.parse(Buffer.from(body, "base64").toString("utf8")) as JsonValue),
  };
}
