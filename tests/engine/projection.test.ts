// What a program can reach of its context crosses to it, nothing else, and no program can tell.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { project, projectionOf, union } from "../../engine/expressions/projection.ts";
import { createEngine } from "../../engine/index.ts";
import { compile } from "../../engine/language/compile.ts";
import type { ExpressionKind, JsonObject } from "../../engine/types.ts";

const sent = (kind: ExpressionKind, source: string, context: JsonObject): unknown =>
  JSON.parse(project(context, projectionOf(kind, compile(source).reaches)));

const policyContext: JsonObject = {
  request: {
    user: {
      pk: 1,
      username: "marie",
      email: "m@example.org",
      groups: [{ name: "a" }],
      attributes: { a: 1, b: 2 },
    },
    context: {
      prompt_data: { phone: "+1", name: "Marie" },
      is_sso: true,
      flow_plan: { flow_pk: "x", context: { prompt_data: { phone: "+1", name: "Marie" }, redirect: "/" } },
    },
    http_request: { META: { REMOTE_ADDR: "::1" }, path: "/p" },
  },
  other: [1],
  "Odd Key": 2,
};

describe("what is sent", () => {
  test.each<[source: string, request: unknown]>([
    [`return request.context["prompt_data"]["phone"]`, { context: { prompt_data: { phone: "+1" } } }],
    [
      `return request.context.get("prompt_data", {}).get("phone")`,
      { context: { prompt_data: { phone: "+1" } } },
    ],
    [`return "phone" in request.context["prompt_data"]`, { context: { prompt_data: { phone: "+1" } } }],
    [`return "prompt_data" in context`, { context: { prompt_data: {} } }],
    [`return context["is_sso"]`, { context: { is_sso: true } }],
    [`return ak_is_sso_flow`, { context: { is_sso: true } }],
    [`return ak_client_ip`, { http_request: { META: { REMOTE_ADDR: "::1" } } }],
    [`return http_request.path`, { http_request: { path: "/p" } }],
    [`return request.user.email`, { user: { email: "m@example.org" } }],
    [`return request.user.attributes.get("a")`, { user: { attributes: { a: 1 } } }],
    [`return request.user.ak_groups.all()`, { user: { pk: 1, username: "marie", groups: [{ name: "a" }] } }],
    [
      `return request.context["flow_plan"].context["redirect"]`,
      { context: { flow_plan: { context: { redirect: "/" } } } },
    ],
  ])("%s", (source, request) => {
    expect(sent("policy", source, policyContext)).toEqual({ request, "Odd Key": 2 });
  });

  test.each([
    "return request",
    "return request.user.all_groups()",
    "r = request\nreturn r.user.email",
    "return [r.user for r in (request,)]",
    "return getattr(request, 'user')",
    "return f'{request}'",
    "return request.context",
    "return request.context.items()",
    "return request.context[request.debug]",
    "return (lambda: request.user)()",
    "match request.user:\n  case object(email=e): return e",
    "return request.user[0]",
    "return request.context.get(*['prompt_data'])",
    "return request.context.get(key='a')",
    "request.context['a'] = 1",
    "request.user.email = 'x'",
    "return request.user.custom",
  ])("an object that is used in any other way is sent whole: %s", (source) => {
    const { user, context } = (sent("policy", source, policyContext) as typeof policyContext)
      .request as JsonObject;
    const all = policyContext.request as JsonObject;
    expect(
      JSON.stringify([user, context]).includes(JSON.stringify(all.user)) ||
        JSON.stringify(context) === JSON.stringify(all.context),
    ).toBe(true);
  });

  test.each([
    "return locals()",
    "ak_create_event('x')",
    "return ak_call_policy('p')",
    "requests.get(f'https://example.org')",
    "return [vars]",
  ])("who can see all variables gets them: %s", (source) => {
    expect(sent("policy", source, policyContext)).toEqual(policyContext);
  });

  test("objects that JSON.stringify treats in a way of their own are sent as it writes them", () => {
    const now = new Date(0);
    const context = { a: { toJSON: () => ({ b: 1 }) }, now, map: new Map([["b", 1]]), f: () => 1 } as unknown;
    const source = `return a["b"], now["b"], map["b"], f["b"]`;
    expect(sent("expression", source, context as JsonObject)).toEqual({
      a: { b: 1 },
      now: now.toJSON(),
      map: {},
    });
  });

  test("keys of JavaScript's own objects are keys like others", () => {
    const context = JSON.parse('{"a":{"__proto__":{"x":1},"constructor":2,"b":3}}') as JsonObject;
    const source = `return a["__proto__"]["x"], a["constructor"], a.get("toString"), a.get("hasOwnProperty")`;
    expect(project(context, projectionOf("expression", compile(source).reaches))).toBe(
      '{"a":{"__proto__":{"x":1},"constructor":2}}',
    );
  });

  test("several programs get what any of them reaches", () => {
    const parts = [`return request.user.email`, `return context["is_sso"]`].map((source) =>
      projectionOf("policy", compile(source).reaches),
    );
    expect(JSON.parse(project({ request: policyContext.request }, union(parts)))).toEqual({
      request: { user: { email: "m@example.org" }, context: { is_sso: true } },
    });
    expect(union([...parts, null])).toBeNull();
  });
});

/** A line that cannot be reached, and whose name makes the whole context cross. */
const unprojected = (source: string): string => `${source}\nreturn None\nlocals`;

describe("no program can tell", () => {
  test("the collected expressions answer the same with the whole context", async () => {
    await using engine = await createEngine();
    const folder = new URL("../../fixtures/expressions/", import.meta.url);
    const cases = JSON.parse(readFileSync(new URL("cases.json", folder), "utf8")) as Cases;
    let compared = 0;
    for (const [name, { contexts }] of Object.entries(cases)) {
      const source = readFileSync(new URL(`${name}.py`, folder), "utf8");
      for (const context of contexts) {
        for (const kind of ["policy", "mapping", "expression"] as const) {
          const answers = await Promise.all(
            [source, unprojected(source)].map(async (text) => {
              const expression = engine.expression("e", text, kind);
              const { ok, repr, messages, logs, error } = await expression.run(context, {
                now: 1e12,
                seed: 1,
              });
              return { ok, repr, messages, logs, error: error && [error.type, error.message] };
            }),
          );
          expect(answers[0], `${name}, as ${kind}`).toEqual(answers[1]);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  test("random paths into random contexts answer the same with the whole context", async () => {
    await using engine = await createEngine();
    const key = fc.constantFrom(
      "a",
      "b",
      "user",
      "pending_user",
      "context",
      "flow_plan",
      "prompt_data",
      "get",
      "name",
    );
    const json = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 1, "text", 1.5),
        fc.array(tie("value"), { maxLength: 2 }),
        // Enough to cross as a table.
        fc.array(tie("object"), { minLength: 8, maxLength: 9 }),
        tie("object"),
      ),
      object: fc.dictionary(key, tie("value"), { maxKeys: 4 }) as fc.Arbitrary<JsonObject>,
    }));
    const step = fc.oneof(
      key.map((name) => `.${name}`),
      key.map((name) => `["${name}"]`),
      key.map((name) => `.get("${name}")`),
      key.map((name) => `.get("${name}", {})`),
      fc.constantFrom("[0]", "[7]"),
    );
    const root = fc.constantFrom(
      "request",
      "context",
      "a",
      "user",
      "request.context",
      "request.user",
      "http_request",
    );
    const path = fc
      .tuple(root, fc.array(step, { maxLength: 5 }))
      .map(([head, steps]) => head + steps.join(""));
    const expression = fc.oneof(
      path,
      path.map((text) => `len(${text})`),
      fc.tuple(key, path).map(([name, text]) => `"${name}" in ${text}`),
      path.map((text) => `[x for x in ${text}]`),
      fc.tuple(path, path).map(([left, right]) => `${left} is ${right}`),
      fc.tuple(path, path).map(([left, right]) => `(${left}) == (${right})`),
    );
    const source = fc
      .array(expression, { minLength: 1, maxLength: 3 })
      .map((items) =>
        [
          "out = []",
          ...items.map(
            (item) => `try: out.append(repr(${item}))\nexcept Exception as e: out.append(repr(e))`,
          ),
          "return out",
        ].join("\n"),
      );
    const kind = fc.constantFrom<ExpressionKind>("policy", "mapping", "expression");
    const user = fc.option(json.object);
    const context = fc.tuple(json.object, user, json.object).map(
      ([top, given, inner]): JsonObject => ({
        ...top,
        request: { user: given, context: inner, http_request: null },
      }),
    );
    await fc.assert(
      fc.asyncProperty(source, context, kind, async (text, given, asked) => {
        const run = async (body: string) => {
          const { repr, error } = await engine.expression("e", body, asked).run(given);
          return error === undefined ? repr : `${error.type}: ${error.message}`;
        };
        expect(await run(text)).toBe(await run(unprojected(text)));
      }),
      { numRuns: 400 },
    );
  });
});

type Cases = Record<string, { contexts: JsonObject[] }>;
