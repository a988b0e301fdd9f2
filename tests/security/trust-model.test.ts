// Section 0 of the rules: one door, and everything that goes through it is written down.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../engine/call-table.ts";
import type { Capabilities } from "../../engine/capabilities.ts";
import { siteNames } from "../../engine/expressions/sites.ts";
import { hostCalls } from "../../engine/host-calls.ts";
import { defaultLimits } from "../../engine/index.ts";
import { KEPT_GLOBALS } from "../../engine/sandbox/removed-globals.ts";
import type { Sandbox } from "../../engine/sandbox/types.ts";
import type { JsonValue } from "../../engine/types.ts";
import { openSandbox, request } from "../engine/sandbox/open-sandbox.ts";
import { guestUnderTest } from "./inside.ts";

const guest = guestUnderTest();

describe("T0.1 what there is on both sides of the door is in these lists; a new entry has to be added by hand", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox();
  });
  afterAll(() => sandbox.close());

  test("globals of the isolate that expressions run in", async () => {
    const names = (await guest.inside("return Reflect.ownKeys(globalThis).map(String);")) as string[];
    expect(names.sort()).toEqual([...KEPT_GLOBALS].sort());
  });

  test("functions of the worker that the guest is handed", async () => {
    const answer = await sandbox.run(request("Object.keys(host)"));
    // The last is the tests' own.
    expect(answer).toMatchObject({
      outcomeJson: JSON.stringify([
        ...["heapUsed", "cpuMs", "collectGarbage", "re2", "call", "zone", "digest", "log"],
        "run",
      ]),
    });
  });

  test("operations of the host, what has to be granted for each, and which of them act", () => {
    const rows = Object.entries(OPERATIONS).map(
      ([name, { group, acts }]) => `${name}: ${group}${acts ? ", acts" : ""}`,
    );
    expect(rows).toEqual([
      "dns.resolve: dns",
      "dns.reverse: dns",
      "email.send: email, acts",
      "http.send: http, acts",
      "jwt.issue: jwt, acts",
      "models.checkPassword: models",
      "models.query: models",
      "models.write: models, acts",
      "policies.find: policies",
    ]);
  });

  test("each is told to readers, and each group has a helper whose sites are known", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
    expect(Object.keys(OPERATIONS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    const groups = new Set(Object.values(OPERATIONS).map(({ group }) => group));
    const offered = new Set(
      siteNames.flatMap(({ capability }) => (capability === undefined ? [] : [capability])),
    );
    expect([...groups].sort()).toEqual([...offered].sort());
  });
});

describe("T0.2 whatever a guest that was taken over sends, the host answers with data", () => {
  /** Arguments that reached an embedder's function. */
  let reached: unknown[] = [];
  const take = async (argument: unknown) => {
    reached.push(argument);
    return null as never;
  };
  const everything: Capabilities = {
    dns: { resolve: async (...all) => (await take(all)) ?? [], reverse: take },
    email: take,
    http: take,
    jwt: take,
    models: { query: take, write: take, checkPassword: async (...all) => take(all) },
    policies: take,
  };
  const unexpected: unknown[] = [];
  const limits = { ...defaultLimits, hostCalls: 1_000_000 };
  const call = hostCalls(
    everything,
    limits,
    () => ({ id: "x", code: "" }),
    (error) => unexpected.push(error),
  );

  interface Reply {
    ok: boolean;
    error?: { type: string; message: string };
  }
  const ask = async (operation: string, json: string): Promise<Reply> =>
    JSON.parse((await call(operation, json)).json) as Reply;

  const refused = (operation: string): Reply => ({
    ok: false,
    error: { type: "ValueError", message: `the host does not take this for ${operation}` },
  });

  test.each(Object.keys(OPERATIONS))(
    "%s refuses arguments of any other shape, and bytes that are no JSON",
    async (operation) => {
      reached = [];
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.anything({ withBigInt: false })),
          async (value) => {
            let json: string;
            try {
              json = JSON.stringify(value) ?? "undefined";
            } catch {
              return;
            }
            const reply = await ask(operation, json);
            expect(["ValueError", undefined]).toContain(reply.error?.type);
          },
        ),
        { numRuns: 200 },
      );
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
          expect((await ask(operation, text)).ok).toBe(false);
        }),
        { numRuns: 100 },
      );
      expect(reached).toEqual([]);
      expect(unexpected).toEqual([]);
    },
  );

  /** One argument of each operation that the host takes. */
  const taken: Record<string, JsonValue> = {
    "dns.resolve": { host: "example.org", version: 4 },
    "dns.reverse": { ip: "192.0.2.1" },
    "email.send": {
      to: ["a@b.example"],
      cc: [],
      bcc: [],
      subject: "s",
      body: "b",
      template: null,
      stage: null,
      context: null,
    },
    "http.send": {
      method: "GET",
      url: "https://example.org/",
      headers: [["a", "b"]],
      body: null,
      connectTimeout: null,
      readTimeout: 5,
    },
    "jwt.issue": { kind: "raw", provider: "p", claims: { sub: "1" }, validSeconds: 60 },
    "models.checkPassword": { user: 1, password: "p" },
    "models.query": {
      model: "authentik_core.user",
      filters: [{ path: ["pk"], lookup: "exact", value: 1, negated: false }],
      order: [],
      limit: 1,
    },
    "models.write": { op: "create", model: "authentik_core.group", values: { name: "g" } },
    "policies.find": { name: "p" },
  };

  test.each(Object.entries(taken))(
    "%s takes what the guest sends, and nothing near it",
    async (operation, argument) => {
      const whole = argument as Record<string, JsonValue>;
      reached = [];
      expect((await ask(operation, JSON.stringify(whole))).ok).toBe(true);
      expect(reached).toHaveLength(1);
      for (const [key, value] of Object.entries(whole)) {
        const { [key]: _left, ...without } = whole;
        const wrong = Array.isArray(value) ? {} : [value];
        for (const near of [without, { ...whole, [key]: wrong }, { ...whole, [`${key}2`]: value }])
          expect(await ask(operation, JSON.stringify(near))).toEqual(refused(operation));
      }
      expect(reached).toHaveLength(1);
    },
  );

  test("a key that would replace a prototype does not reach the embedder, however it is spelt", async () => {
    reached = [];
    for (const key of ["__proto__", "\\u005f_proto__", "__pro\\u0074o__"]) {
      const json = `{"kind":"raw","provider":"p","claims":{"a":[{"${key}":{"admin":true}}]},"validSeconds":1}`;
      expect((await ask("jwt.issue", json)).error?.message).toBe(
        "a key '__proto__' cannot be handed to the host",
      );
    }
    expect(reached).toEqual([]);
  });

  test.each(["toString", "__proto__", "constructor", "models", "models.query.bind", ""])(
    "no operation is named %j, whatever JavaScript's objects inherit",
    async (operation) => {
      expect((await ask(operation, "{}")).error?.type).toBe("CapabilityError");
    },
  );

  test("an operation that is not granted is refused before its argument is looked at", async () => {
    const closed = hostCalls(
      { dns: everything.dns },
      limits,
      () => ({ id: "x", code: "" }),
      () => {},
    );
    const reply = JSON.parse((await closed("models.query", "no JSON at all")).json) as Reply;
    expect(reply.error?.type).toBe("CapabilityError");
  });
});
