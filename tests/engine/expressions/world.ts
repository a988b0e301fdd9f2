// The people, groups and services that fixtures/expressions are about, as an embedder would grant them.
import { readFileSync } from "node:fs";
import type { Capabilities, HttpCall } from "../../../engine/capabilities.ts";
import type { ExpressionKind, JsonObject, JsonValue } from "../../../engine/types.ts";

export const folder = new URL("../../../fixtures/expressions/", import.meta.url);
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
export interface Answer {
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
export const cases = read<Record<string, { kind: ExpressionKind; contexts: JsonObject[] }>>("cases.json");
export const answers = read<Record<string, Answer[]>>("answers.json");

function groupOf(name: string): JsonObject {
  const { parents, ...row } = world.groups[name] as GroupRow;
  return { ...row, parents: parents.map(groupOf) };
}
function userOf(name: string): JsonObject {
  const { groups, password, authenticators: _none, ...row } = world.users[name] as UserRow;
  return { ...row, groups: groups.map(groupOf), password_usable: password !== null };
}
/** A context with the people it names put in. */
export function filled(value: JsonValue): JsonValue {
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
export function granted(sent: HttpCall[]): Capabilities {
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
