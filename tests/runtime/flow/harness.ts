// A small installation for tests: memory store, fake engine, fake provider, a clock that stands still.
import type { JsonObject } from "../../../engine/types.ts";
import { type SmsMessage, type SmsProviderConfig, SmsSendError } from "../../../providers/sms-provider.ts";
import { FlowSession, type SessionData } from "../../../runtime/flow/session.ts";
import {
  createRuntime,
  type ModelName,
  memoryStore,
  type NewRow,
  type Row,
  type Runtime,
  type Store,
} from "../../../runtime/index.ts";
import { type FakeEngine, type FakeExpression, fakeEngine } from "./fake-engine.ts";

/** A message the fake provider was given, with the configuration it was made for. */
export interface Sent extends SmsMessage {
  readonly config: SmsProviderConfig;
}

/** What the fake provider does with the next messages. */
export type Delivery = "accept" | SmsSendError | Error | (() => Promise<void>);

/** Everything a test works with. */
export class Installation {
  readonly store: Store;
  readonly engine: FakeEngine;
  readonly runtime: Runtime;
  readonly sent: Sent[];
  readonly time: { now: number };
  readonly provider: { delivery: Delivery };
  readonly logs: JsonObject[];
  constructor(parts: Omit<Installation, "add" | "rows" | "flow" | "bind" | "policy" | "events">) {
    this.store = parts.store;
    this.engine = parts.engine;
    this.runtime = parts.runtime;
    this.sent = parts.sent;
    this.time = parts.time;
    this.provider = parts.provider;
    this.logs = parts.logs;
  }

  /** Inserts a row. */
  add<M extends ModelName>(model: M, row: NewRow<M>): Promise<Row<M>> {
    return this.store.transaction((tx) => tx.insert(model, row));
  }

  /** All rows of a model. */
  rows<M extends ModelName>(model: M): Promise<Row<M>[]> {
    return this.store.read((tx) => tx.list(model));
  }

  /** A flow of these stages, in this order. */
  async flow(
    slug: string,
    stages: readonly { readonly pk: string }[],
    fields: Partial<NewRow<"authentik_flows.flow">> = {},
  ): Promise<{ pk: string; bindings: Row<"authentik_flows.flowstagebinding">[] }> {
    const base = { name: slug, slug, title: `Title of ${slug}`, designation: "stage_configuration" } as const;
    const flow = await this.add("authentik_flows.flow", { ...base, ...fields });
    const bindings = [];
    for (const [order, stage] of stages.entries()) {
      const binding = { target: flow.pk, stage: stage.pk, order };
      bindings.push(await this.add("authentik_flows.flowstagebinding", binding));
    }
    return { pk: flow.pk, bindings };
  }

  /** An expression policy; `source` is its text, `expression` what the fake engine does for it. */
  async policy(
    source: string,
    expression?: FakeExpression,
    fields: { execution_logging?: boolean } = {},
  ): Promise<Row<"authentik_policies_expression.expressionpolicy">> {
    if (expression !== undefined) this.engine.expressions.set(source, expression);
    const name = `policy ${source}`;
    return this.add("authentik_policies_expression.expressionpolicy", {
      name,
      expression: source,
      ...fields,
    });
  }

  /** Binds a policy, group or user to a flow or stage binding. */
  bind(
    target: string,
    what: { policy?: string; group?: string; user?: number },
    fields: Partial<NewRow<"authentik_policies.policybinding">> = {},
  ): Promise<Row<"authentik_policies.policybinding">> {
    return this.add("authentik_policies.policybinding", { target, order: 0, ...what, ...fields });
  }

  /** Events with this action. */
  async events(action: string): Promise<Row<"authentik_events.event">[]> {
    return (await this.rows("authentik_events.event")).filter((event) => event.action === action);
  }
}

/** Another runtime on the same parts, as a second process would be. */
export async function secondRuntime(first: Installation): Promise<Installation> {
  return install({
    store: first.store,
    engine: first.engine,
    time: first.time,
    sent: first.sent,
    firstCode: 511_111,
  });
}

/** Sets up an installation. Codes are drawn from `codes` as long as there are any, then counted up. */
export async function install(
  options: {
    readonly expressions?: { [source: string]: FakeExpression };
    readonly codes?: readonly number[];
    readonly store?: Store;
    readonly engine?: FakeEngine;
    readonly time?: { now: number };
    readonly sent?: Sent[];
    readonly firstCode?: number;
  } = {},
): Promise<Installation> {
  const store = options.store ?? memoryStore();
  const engine = options.engine ?? fakeEngine(options.expressions);
  const sent = options.sent ?? [];
  const time = options.time ?? { now: Date.parse("2026-03-01T12:00:00.000Z") };
  const provider: { delivery: Delivery } = { delivery: "accept" };
  const logs: JsonObject[] = [];
  const codes = [...(options.codes ?? [])];
  let drawn = options.firstCode ?? 111_111;
  const runtime = await createRuntime({
    engine,
    store,
    clock: () => time.now,
    randomInt: () => codes.shift() ?? drawn++,
    logger: { log: (level, event, attributes) => void logs.push({ level, event, ...attributes }) },
    smsProvider: (config) => ({
      kind: config.provider,
      async send(message) {
        sent.push({ ...message, config });
        if (typeof provider.delivery === "function") await provider.delivery();
        else if (provider.delivery !== "accept") throw provider.delivery;
        return { provider: config.provider, status: 201 };
      },
    }),
  });
  return new Installation({ store, engine, runtime, sent, time, provider, logs });
}

/** What the store keeps of a flow in progress; only the holder of the session's id can read it. */
export async function sessionData(store: Store, session: string | null): Promise<SessionData> {
  if (session === null) throw new Error("the flow has ended");
  return (await FlowSession.load(store, session, () => 0)).data;
}

/** The provider's refusal. */
export function rejection(status: number, detail: string): SmsSendError {
  return new SmsSendError("rejected", `The gateway did not accept the message (status ${status}).`, {
    detail,
    hint: "",
    status,
  });
}
