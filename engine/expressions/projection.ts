// The part of a context that a program can reach, as JSON: the rest need not cross, be parsed or be built.
//
// A program's paths (`language/reach.ts`) start at its variables; what those are made of is said here, in the terms of
// `records.ts` and `environment.ts`. Where a path leaves what is known to be a plain field, the object is sent whole. So is
// the whole context for a program that may change it, or that uses a helper which looks at all variables.
import type { Reach, Reaches } from "../language/reach.ts";
import type { ExpressionKind, JsonObject, JsonValue } from "../types.ts";
import { MODEL_KEYS, PLAIN_NAME } from "./context-keys.ts";
import { isPlain, isSomethingInherited, Tables } from "./table-text.ts";

/** A part of a JSON value: all of it, or of an object some members. */
export interface Part {
  whole: boolean;
  /** It may be taken for rows of a model; else it stays what JSON makes of it, and a list may cross as a table. */
  isModel: boolean;
  readonly members: Map<string, Part>;
}
const WHOLE: Part = { whole: true, isModel: true, members: new Map() };

/** Names through which a program sees all its variables, or those that it does not name. */
const SEES_ALL: ReadonlySet<string> = new Set([
  "locals",
  "globals",
  "vars",
  "dir",
  "requests",
  "ak_create_event",
  "ak_call_policy",
  "ak_create_jwt",
  "ak_create_jwt_raw",
  "ak_send_email",
]);

function member(part: Part, name: string): Part {
  const known = part.members.get(name);
  if (known !== undefined) return known;
  const made: Part = { whole: false, isModel: false, members: new Map() };
  part.members.set(name, made);
  return made;
}
type Walk = (part: Part, reach: Reach) => void;
const whole: Walk = (part) => {
  part.whole = true;
  part.isModel = true;
};
/** A value that stays what JSON makes of it. */
const value: Walk = (part, reach) => {
  if (reach.whole || reach.attributes.size > 0) part.whole = true;
  else for (const [key, next] of reach.items) value(member(part, key), next);
};
/** A record: each attribute is made of the fields that `fields` names for it; any other is reached through the whole. */
function record(fields: Readonly<Record<string, readonly [string, Walk][]>>): Walk {
  return (part, reach) => {
    if (reach.whole || reach.items.size > 0) whole(part, reach);
    for (const [name, next] of reach.attributes) {
      if (!Object.hasOwn(fields, name)) whole(part, next);
      else for (const [field, walk] of fields[name] as [string, Walk][]) walk(member(part, field), next);
    }
  };
}
/** Fields that are read as they are. */
function plain(names: string): Record<string, [string, Walk][]> {
  return Object.fromEntries(names.split(" ").map((name) => [name, [[name, whole]]]));
}

/** What finds a user's row again, where its groups are asked of the host. */
const identity = ["pk", "id", "uuid", "username"].map((name): [string, Walk] => [name, whole]);
const groups: [string, Walk][] = [["groups", whole], ["ak_groups", whole], ...identity];
const user: Walk = record({
  ...plain("pk username name email is_active is_superuser path type uuid uid"),
  attributes: [["attributes", value]],
  groups,
  ak_groups: groups,
});
const http: Walk = record(plain("META GET POST COOKIES headers path method session request_id brand user"));
const device: Walk = record({
  ...plain("pk name phone_number confirmed stage"),
  user: [["user", user]],
});
const plan: Walk = record({ context: [["context", planContext]] });
function planContext(part: Part, reach: Reach): void {
  if (reach.whole || reach.attributes.size > 0) whole(part, reach);
  else for (const [key, next] of reach.items) contextValue(key)(member(part, key), next);
}
function contextValue(key: string): Walk {
  if (key === "user" || key === "pending_user") return user;
  if (key === "flow_plan") return plan;
  return MODEL_KEYS.has(key) ? whole : value;
}
const request: Walk = record({
  ...plain("obj debug"),
  user: [["user", user]],
  context: [["context", planContext]],
  http_request: [["http_request", http]],
});

/** Variables of a mapping that are records. */
const MAPPING: Readonly<Record<string, Walk>> = { user, device, http_request: http, stage: whole };

/** Variables of a policy that are made of its request. */
const OF_REQUEST: Readonly<Record<string, { readonly path: readonly string[]; readonly walk: Walk }>> = {
  context: { path: ["context"], walk: planContext },
  http_request: { path: ["http_request"], walk: http },
  ak_client_ip: { path: ["http_request", "META"], walk: whole },
  ak_is_sso_flow: { path: ["context", "is_sso"], walk: whole },
};

function variable(kind: ExpressionKind, name: string): Walk {
  if (name === "request") return request;
  if (kind !== "mapping") return value;
  if (Object.hasOwn(MAPPING, name)) return MAPPING[name] as Walk;
  return MODEL_KEYS.has(name) ? whole : value;
}

/** What a program of that kind can reach of its context; null: everything. */
export function projectionOf(kind: ExpressionKind, reaches: Reaches): Part | null {
  const root: Part = { whole: false, isModel: true, members: new Map() };
  for (const [name, reach] of reaches) {
    // A mapping that was given no request finds its variables in one.
    if (SEES_ALL.has(name) || (kind === "mapping" && name === "request")) return null;
    variable(kind, name)(member(root, name), reach);
    if (kind !== "policy") continue;
    // What authentik makes of the request besides.
    const made = Object.hasOwn(OF_REQUEST, name) ? OF_REQUEST[name] : undefined;
    if (made === undefined) continue;
    let part = member(root, "request");
    for (const field of made.path) part = member(part, field);
    made.walk(part, reach);
  }
  return root;
}

/** What any of several programs can reach. */
export function union(projections: readonly (Part | null)[]): Part | null {
  const all: Part = { whole: false, isModel: true, members: new Map() };
  for (const projection of projections) {
    if (projection === null) return null;
    merge(all, projection);
  }
  return all;
}
function merge(into: Part, from: Part): void {
  if (from.whole) into.whole = true;
  if (from.isModel) into.isModel = true;
  for (const [name, part] of from.members) merge(member(into, name), part);
}

/**
 * The text of what is reached of a context; of all of it where that is longer than `longest`, whatever is reached, so
 * that a limit does not depend on what a program reads. Throws what `JSON.stringify` throws.
 *
 * @param withTables whether lists of records may be written as tables (`table-text.ts`); else the text is JSON
 */
export function project(
  context: JsonObject,
  projection: Part | null,
  longest: number = Number.POSITIVE_INFINITY,
  withTables = false,
): string {
  if (projection === null || !isPlain(context) || isSomethingInherited()) return JSON.stringify(context);
  const writer = new Writer(longest, withTables);
  const text = writer.members(context, projection, true);
  writer.left -= text.length;
  return writer.left < 0 ? JSON.stringify(context) : writer.tables.around(text);
}

class Writer {
  /** Characters that a context may still have: what is not sent counts, too. */
  left: number;
  readonly tables: Tables = new Tables();
  private readonly withTables: boolean;
  private readonly path: string[] = [];
  constructor(longest: number, withTables: boolean) {
    this.left = longest;
    this.withTables = withTables;
  }

  /** @param isRoot keys that are no names of variables are reached by ways of their own */
  members(value: JsonObject, part: Part, isRoot: boolean): string {
    let text = "{";
    for (const key in value) {
      const item = value[key] as JsonValue;
      const next = part.members.get(key) ?? (isRoot && !PLAIN_NAME.test(key) ? WHOLE : undefined);
      if (next === undefined) {
        if (this.left >= 0) this.left -= key.length + 4 + lengthOf(item, this.left, 0);
        continue;
      }
      this.path.push(key);
      const json = this.value(item, next);
      this.path.pop();
      // What JSON does not have, a function for instance, is left out, as JSON.stringify does.
      if (json !== undefined) text += `${text === "{" ? "" : ","}${quote(key)}:${json}`;
    }
    return `${text}}`;
  }
  private value(item: JsonValue, part: Part): string | undefined {
    if (!part.whole && isPlain(item)) return this.members(item, part, false);
    if (this.withTables && !part.isModel) {
      const length = this.tables.take(item, this.path);
      if (length !== undefined) {
        this.left -= length;
        return "null";
      }
    }
    return JSON.stringify(item) as string | undefined;
  }
}
/** A key as JSON: most are plain words. */
const quote = (key: string): string => (PLAIN_KEY.test(key) ? `"${key}"` : JSON.stringify(key));
const PLAIN_KEY = /^[\w -]*$/;
/** Deeper than any context may be nested; only a cyclic one is. */
const COUNTED_DEPTH = 250;
/** About how many characters a value's JSON has at least; not counted further once that is above `longest`. */
function lengthOf(value: JsonValue, longest: number, depth: number): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null || depth > COUNTED_DEPTH) return 1;
  let length = 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && length <= longest; i++)
      length += 1 + lengthOf(value[i] as JsonValue, longest - length, depth + 1);
  } else if (isPlain(value)) {
    for (const key in value) {
      if (length > longest) break;
      length += key.length + 4 + lengthOf(value[key] as JsonValue, longest - length, depth + 1);
    }
  }
  return length;
}
