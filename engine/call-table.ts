// The one door out of the isolate: every operation that a guest may ask of its embedder, and what it may hand over.
//
// The guest has checked its arguments already; they are checked again here because a guest that was taken over does not. An
// argument is at most as long as the evaluation's output may be (`Limits.outputBytes`): longer frames end the worker.
import type { Capabilities, EmailCall, HttpCall, JwtCall, ModelQuery, ModelWrite } from "./capabilities.ts";
import {
  anything,
  either,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  record,
  type Shape,
  text,
  tuple,
} from "./shape.ts";
import type { JsonObject, JsonValue } from "./types.ts";

/** One entry of the table. */
export interface Operation {
  /** What has to be granted. */
  readonly group: keyof Capabilities;
  /** Whether it does something outside, or only asks. */
  readonly acts: boolean;
  readonly argument: Shape;
  /**
   * Called only where the group is granted and the argument is of its shape. Absent where host-calls.ts answers itself,
   * since the answer is a program.
   */
  readonly serve?: (granted: Capabilities, argument: JsonObject) => Promise<JsonValue> | undefined;
}

const key = either(text, number);
const values = object;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "dns.resolve": {
    group: "dns",
    acts: false,
    argument: record({ host: text, version: oneOf(4, 6, null) }),
    serve: async ({ dns }, { host, version }) => [
      ...((await dns?.resolve(host as string, version as 4 | 6 | null)) ?? []),
    ],
  },
  "dns.reverse": {
    group: "dns",
    acts: false,
    argument: record({ ip: text }),
    serve: ({ dns }, { ip }) => dns?.reverse(ip as string),
  },
  "email.send": {
    group: "email",
    acts: true,
    argument: record({
      to: list(text),
      cc: list(text),
      bcc: list(text),
      subject: text,
      body: nullable(text),
      template: nullable(text),
      stage: nullable(text),
      context: nullable(object),
    }),
    serve: ({ email }, mail) => email?.(mail as unknown as EmailCall),
  },
  "http.send": {
    group: "http",
    acts: true,
    argument: record({
      method: text,
      url: text,
      headers: list(tuple(text, text)),
      body: nullable(text),
      connectTimeout: nullable(number),
      readTimeout: nullable(number),
    }),
    serve: async ({ http }, call) => asJson(await http?.(call as unknown as HttpCall)),
  },
  "jwt.issue": {
    group: "jwt",
    acts: true,
    argument: either(
      record({
        kind: oneOf("access_token"),
        provider: text,
        user: record({ pk: anything, username: text }),
        scopes: list(text),
        validSeconds: number,
      }),
      record({ kind: oneOf("raw"), provider: text, claims: object, validSeconds: number }),
    ),
    serve: ({ jwt }, call) => jwt?.(call as unknown as JwtCall),
  },
  "models.checkPassword": {
    group: "models",
    acts: false,
    argument: record({ user: number, password: text }),
    serve: ({ models }, { user, password }) =>
      granted("models.checkPassword", models?.checkPassword?.bind(models))(
        user as number,
        password as string,
      ),
  },
  "models.query": {
    group: "models",
    acts: false,
    argument: record({
      model: text,
      filters: list(record({ path: list(text), lookup: text, value: anything, negated: flag })),
      order: list(text),
      limit: nullable(number),
    }),
    serve: async ({ models }, query) => asJson(await models?.query(query as unknown as ModelQuery)),
  },
  "models.write": {
    group: "models",
    acts: true,
    argument: either(
      record({ op: oneOf("create"), model: text, values }),
      record({ op: oneOf("update"), model: text, keys: list(key), values }),
      record({ op: oneOf("delete"), model: text, keys: list(key) }),
      record({
        op: oneOf("relate"),
        model: text,
        pk: key,
        field: text,
        action: oneOf("add", "remove", "set", "clear"),
        keys: list(key),
      }),
    ),
    serve: async ({ models }, change) =>
      asJson(await granted("models.write", models?.write?.bind(models))(change as unknown as ModelWrite)),
  },
  "policies.find": {
    group: "policies",
    acts: false,
    argument: record({ name: text }),
  },
};

/** Data of a known shape as the JSON it is. */
const asJson = (value: object | undefined): JsonValue => value as unknown as JsonValue;

/** A part of a group that may not be granted with the rest of it. */
function granted<F>(name: string, part: F | undefined): F {
  if (part !== undefined) return part;
  throw Object.assign(new Error(name), { name: "CapabilityError" });
}
