// Walks a case of a flow: a runtime of its own, messages kept in place of being sent, every challenge held against the step.
import type { Engine, JsonObject, JsonValue } from "../../engine/types.ts";
import { type SmsMessage, type SmsProviderConfig, SmsSendError } from "../../providers/sms-provider.ts";
import { createRuntime, memoryStore, type Runtime } from "../../runtime/index.ts";
import { Expectations } from "./expectations.ts";
import { type CaseResult, caseResult } from "./result.ts";
import { stubbed } from "./stubs.ts";
import type { FlowSuite, SuiteFlowCase } from "./suite.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";
const EVENT = "authentik_events.event";

/** Numbers below a bound that a seed decides (mulberry32). */
function seededInt(seed: number): (exclusiveMaximum: number) => number {
  let state = seed >>> 0;
  return (exclusiveMaximum) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * exclusiveMaximum);
  };
}

/** The suite's users and groups as a blueprint. */
function peopleBlueprint({ users, groups }: FlowSuite): string {
  const pks = (rows: JsonValue | undefined) => (rows as JsonObject[]).map(({ pk }) => pk as JsonValue);
  const entries = [
    ...groups.map(({ name, is_superuser, attributes, pk }) => ({
      model: "authentik_core.group",
      identifiers: { name },
      attrs: { pk, is_superuser, attributes },
    })),
    ...users.map(({ username, name, email, attributes, groups: own }) => ({
      model: "authentik_core.user",
      identifiers: { username },
      attrs: { name, email, attributes, groups: pks(own) },
    })),
  ];
  return JSON.stringify({ version: 1, metadata: { name: "people of the suite" }, entries });
}

/** A blueprint that cannot be applied; the message names its file and line. */
export class FlowSetupError extends Error {
  override readonly name = "FlowSetupError";
}

async function setUp(
  engine: Engine,
  suite: FlowSuite,
  each: SuiteFlowCase,
  sent: JsonObject[],
  missing: string[],
): Promise<Runtime> {
  const { http, dns, email } = stubbed(each.stubs, { ...suite, onMissing: (what) => missing.push(what) });
  const runtime = await createRuntime({
    engine,
    store: memoryStore({ key: new Uint8Array(32) }),
    clock: () => each.now,
    randomInt: seededInt(each.seed),
    capabilities: { http, dns, email, models: "read" },
    smsProvider: ({ provider }: SmsProviderConfig) => ({
      kind: provider,
      send: async (message: SmsMessage) => {
        const { to, text, token, payload = null } = message;
        const { sms } = each.stubs;
        if (sms !== undefined) {
          throw new SmsSendError(sms, "the message was not accepted", {
            hint: "stubs.sms of the suite says so",
          });
        }
        sent.push({ provider, to, text, token, payload });
        return { provider, status: 200 };
      },
    }),
  });
  try {
    await runtime.apply(peopleBlueprint(suite), { file: "people of the suite" });
    for (const { file, text } of suite.target.blueprints)
      await runtime.apply(text, { file, context: suite.target.context });
  } catch (error) {
    throw new FlowSetupError((error as Error).message, { cause: error });
  }
  return runtime;
}

/** Walks one case. Throws {@link FlowSetupError} where its blueprints cannot be used. */
export async function runFlowCase(
  engine: Engine,
  suite: FlowSuite,
  each: SuiteFlowCase,
): Promise<CaseResult> {
  const since = performance.now();
  const sent: JsonObject[] = [];
  const missing: string[] = [];
  const all = new Expectations(each.placeOf);
  const runtime = await setUp(engine, suite, each, sent, missing);
  try {
    await walk(runtime, suite, each, sent, all);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    all.fail(["steps"], `${error.name}: ${error.message}`);
  }
  for (const what of missing) all.fail([], `it asked for ${what}`);
  return caseResult(suite, each, {
    status: all.failures.length === 0 ? "passed" : "failed",
    reason: "",
    failures: all.failures,
    durationMs: performance.now() - since,
    steps: each.steps.length,
  });
}

async function walk(
  runtime: Runtime,
  suite: FlowSuite,
  each: SuiteFlowCase,
  sent: JsonObject[],
  all: Expectations,
): Promise<void> {
  const user =
    typeof each.user === "object" && each.user !== null ? (each.user.username ?? null) : (each.user ?? null);
  const http = {
    path: `/if/flow/${suite.target.slug}/`,
    META: { REMOTE_ADDR: "192.0.2.1" },
    ...each.httpRequest,
  } as object;
  const flow = await runtime.flow(suite.target.slug).start({ user, http, context: each.planContext });
  let seen = 0;
  for (const [i, step] of each.steps.entries()) {
    const path = ["steps", i];
    if (step.challenge !== undefined)
      all.compare([...path, "challenge"], step.challenge as JsonObject, flow.challenge, true);
    if (step.sent !== undefined) all.sent([...path, "sent"], step.sent, sent.slice(seen));
    seen = sent.length;
    // What follows would only tell of the same mistake again.
    if (all.failures.length > 0) return;
    if (step.answer === undefined) continue;
    if (flow.finished) {
      all.fail(
        [...path, "answer"],
        `the flow has ended with ${flow.challenge.component}: there is nothing to answer`,
      );
      return;
    }
    const options = step.http_request === undefined ? {} : { http: step.http_request as object };
    await flow.respond(answerOf(step.answer as JsonObject, sent), options);
  }
  const { expect } = each;
  if (expect.ended !== undefined) {
    const { component } = flow.challenge;
    const ended = !flow.finished ? "open" : component === "xak-flow-redirect" ? "passed" : "denied";
    if (ended !== expect.ended) {
      const how = ended === "open" ? `it is still open, at ${component}` : `it ended with ${component}`;
      all.fail(["expect", "ended"], `expected the flow to be ${expect.ended}, but ${how}`, {
        expected: expect.ended,
        actual: ended,
      });
    }
  }
  if (expect.sent !== undefined) all.sent(["expect", "sent"], expect.sent, sent);
  const [devices, events] = await runtime.store.read((tx) => [tx.list(DEVICE), tx.list(EVENT)] as const);
  if (expect.devices !== undefined)
    all.objects(["expect", "devices"], expect.devices, devices as unknown as JsonObject[]);
  if (expect.events !== undefined)
    all.objects(["expect", "events"], expect.events, events as unknown as JsonObject[]);
}

/** The response, `$code` replaced by the code of the last message. */
function answerOf(answer: JsonObject, sent: readonly JsonObject[]): JsonObject {
  const filled = Object.entries(answer).map(([field, value]): [string, JsonValue] => {
    if (value !== "$code") return [field, value];
    const code = sent.at(-1)?.token;
    if (code === undefined) throw new Error("the answer says $code, but no message with a code was sent");
    return [field, code];
  });
  return Object.fromEntries(filled);
}
