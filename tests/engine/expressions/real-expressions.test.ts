// Expressions as people write them: every one of fixtures/expressions answers as CPython did, its capabilities granted.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Capabilities, HttpCall } from "../../../engine/capabilities.ts";
import type { Change, ExpressionKind, JsonObject, JsonValue } from "../../../engine/types.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const folder = new URL("../../../fixtures/expressions/", import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;

interface GroupRow {
  pk: string;
  name: string;
  num_pk: number;
  is_superuser: boolean;
  attributes: JsonObject;
  parents: string[];
}
interface UserRow {
  pk: number;
  username: string;
  groups: string[];
  password: string | null;
  authenticators: string[];
}
interface World {
  groups: Record<string, GroupRow>;
  users: Record<string, UserRow>;
  policies: Record<string, string>;
  entitlements: Record<string, JsonObject[]>;
  http: { method: string; url: string; when?: Record<string, string>; status: number; body: string }[];
  dns: { names: Record<string, Record<string, string[]>>; addresses: Record<string, string> };
}
interface Answer {
  result?: JsonValue;
  passing?: boolean;
  error?: { type: string; message: string };
  messages?: string[];
  logs?: [level: string, event: string, attributes: JsonObject][];
  events?: JsonObject[];
  sent?: { method: string; url: string; headers: JsonObject; json: JsonValue }[];
  plan?: JsonObject;
  redirect?: string;
}

const APPLICATION = "7c000000-0000-4000-8000-000000000001";
const world = read<World>("world.json");
const cases = read<Record<string, { kind: ExpressionKind; contexts: JsonObject[] }>>("cases.json");
const answers = read<Record<string, Answer[]>>("answers.json");

function groupOf(name: string): JsonObject {
  const { parents, ...row } = world.groups[name] as GroupRow;
  return { ...row, parents: parents.map(groupOf) };
}
function userOf(name: string): JsonObject {
  const { groups, password, authenticators: _none, ...row } = world.users[name] as UserRow;
  return { ...row, groups: groups.map(groupOf), password_usable: password !== null };
}
/** A context with the people it names put in. */
function filled(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(filled);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$user === "string") return userOf(value.$user);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item)]));
}

/** Each entitlement is bound to the group or the user that has it. */
const entitlements: JsonObject[] = Object.values(world.entitlements)
  .flat()
  .map(({ name, group, user }, i) => ({
    pk: `7e000000-0000-4000-8000-00000000000${i}`,
    name,
    app: APPLICATION,
    bindings: [
      {
        pk: `7b000000-0000-4000-8000-00000000000${i}`,
        enabled: true,
        group: group === undefined ? null : (world.groups[String(group)] as GroupRow).pk,
        user: user === undefined ? null : (world.users[String(user)] as UserRow).pk,
      },
    ],
  }));

/** What the expressions ask of the outside, and what they sent there. */
function granted(sent: HttpCall[]): Capabilities {
  const rows: Record<string, () => JsonObject[]> = {
    "authentik_core.user": () => Object.keys(world.users).map(userOf),
    "authentik_core.group": () => Object.keys(world.groups).map(groupOf),
    "authentik_core.applicationentitlement": () => entitlements,
  };
  for (const kind of ["sms", "totp", "static", "webauthn", "duo", "email"]) {
    rows[`authentik_stages_authenticator_${kind}.${kind}device`] = () =>
      Object.values(world.users).flatMap((user) =>
        user.authenticators.includes(kind)
          ? [{ pk: user.pk, user: user.pk, name: kind, confirmed: true } as JsonObject]
          : [],
      );
  }
  return {
    models: { query: async ({ model }) => rows[model]?.() ?? [] },
    policies: async (name) => {
      const source = world.policies[name];
      return source === undefined ? null : { source };
    },
    dns: {
      resolve: async (host, version) =>
        Object.entries(world.dns.names[host] ?? {}).flatMap(([v, addresses]) =>
          version === null || version === Number(v) ? addresses : [],
        ),
      reverse: async (ip) => world.dns.addresses[ip] ?? null,
    },
    http: async (call) => {
      sent.push(call);
      const headers = new Map(call.headers.map(([name, value]) => [name, value]));
      const row = world.http.find(
        ({ method, url, when }) =>
          method === call.method &&
          url === call.url &&
          Object.entries(when ?? {}).every(([name, value]) => headers.get(name) === value),
      );
      if (row === undefined)
        throw Object.assign(new Error("no route"), { name: "requests.exceptions.ConnectionError" });
      return {
        status: row.status,
        reason: "",
        headers: [["content-type", "application/json; charset=utf-8"]],
        body: Buffer.from(row.body).toString("base64"),
        elapsedMs: 1,
      };
    },
  };
}

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
