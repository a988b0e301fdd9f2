// What a case's expression is answered from outside, as capabilities; whatever no stub answers is told.
import type { Capabilities, HttpAnswer, HttpCall, PolicyAnswer } from "../../engine/capabilities.ts";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { StubsFile } from "./schema.ts";

/** What the stubs are made of beside themselves. */
export interface StubWorld {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
  /** Expressions by the file that a stub names. */
  readonly policies: ReadonlyMap<string, string>;
  /** Learns what was asked and has no answer. */
  onMissing(what: string): void;
}

type HttpStub = NonNullable<StubsFile["requests"]>[number];

/** `requests` raises such an error by itself. */
function httpFailure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name: `requests.exceptions.${name}` });
}

function httpAnswer(stub: HttpStub): HttpAnswer {
  const { status = 200, headers = {}, json, body = json === undefined ? "" : JSON.stringify(json) } = stub;
  const type = json === undefined ? {} : { "content-type": "application/json" };
  return {
    status,
    reason: REASONS[status] ?? "",
    headers: Object.entries({ ...type, ...headers }),
    body: Buffer.from(body).toString("base64"),
    elapsedMs: 1,
  };
}
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

function httpStubs(stubs: readonly HttpStub[], { onMissing }: StubWorld): Capabilities["http"] {
  return async ({ method, url }: HttpCall) => {
    const stub = stubs.find((each) => (each.method ?? "GET").toUpperCase() === method && each.url === url);
    if (stub === undefined) {
      onMissing(`${method} ${url}: no entry of stubs.requests answers it`);
      throw httpFailure("ConnectionError", `no stub answers ${method} ${url}`);
    }
    if (stub.error !== undefined) throw httpFailure(stub.error, `the stub of ${method} ${url} says so`);
    return httpAnswer(stub);
  };
}

/** The capabilities of a case: what its stubs name, and the suite's users and groups. */
export function stubbed(stubs: StubsFile, world: StubWorld): Capabilities {
  const { requests, dns, policies, models = {}, email } = stubs;
  const rows: Readonly<Record<string, readonly JsonObject[]>> = {
    "authentik_core.user": world.users,
    "authentik_core.group": world.groups,
    ...(models as Readonly<Record<string, JsonObject[]>>),
  };
  return {
    models: {
      // The expression compares again, so every row is an answer to every question.
      query: async ({ model }) => {
        if (Object.hasOwn(rows, model)) return [...(rows[model] as readonly JsonObject[])];
        world.onMissing(`rows of ${model}: stubs.models has none`);
        return [];
      },
    },
    http: requests === undefined ? undefined : httpStubs(requests, world),
    dns:
      dns === undefined
        ? undefined
        : {
            resolve: async (host, version) =>
              (dns.names?.[host] ?? []).filter(
                (address) => version === null || (version === 6) === address.includes(":"),
              ),
            reverse: async (ip) => dns.addresses?.[ip] ?? null,
          },
    policies: async (name) => policyAnswer(policies, name, world),
    email: email === true ? async () => true : undefined,
  };
}

function policyAnswer(
  policies: StubsFile["policies"],
  name: string,
  { policies: sources, onMissing }: StubWorld,
): PolicyAnswer | { source: string } | null {
  const stub = policies !== undefined && Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (stub === undefined) {
    onMissing(`the policy ${name}: stubs.policies has none of this name`);
    return null;
  }
  if (typeof stub === "boolean") return { passing: stub, messages: [], rawResult: stub };
  if ("file" in stub) return { source: sources.get(stub.file) ?? "" };
  const { passing, messages = [], raw_result = passing } = stub;
  return { passing, messages, rawResult: raw_result as JsonValue };
}
