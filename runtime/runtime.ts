// createRuntime: puts the parts together and hands out the few things an embedder calls.
import { randomBytes, randomInt as systemRandomInt } from "node:crypto";
import type { Engine, EvaluateOptions, JsonObject } from "../engine/types.ts";
import { createSmsProvider } from "../providers/create-sms-provider.ts";
import { createHttpClient, type HttpClient } from "../providers/http-client.ts";
import { applyBlueprint, type BlueprintReport } from "./blueprint/apply.ts";
import { parseBlueprint } from "./blueprint/parse.ts";
import { capabilitiesOf, type Grants } from "./capabilities/grants.ts";
import { EventLog } from "./events/event-log.ts";
import { Execution } from "./flow/execution.ts";
import { FlowExecutor } from "./flow/executor.ts";
import type { FlowStart } from "./flow/flow-start.ts";
import { cleansingLogger, type Logger, silentLogger } from "./logger.ts";
import { WebhookMappings } from "./mappings/webhook-mapping.ts";
import type { Observer } from "./observer.ts";
import { PolicyEngine } from "./policies/policy-engine.ts";
import type { Clock, RandomInt, Services, SmsProviderFactory } from "./services.ts";
import { type CodeAlarm, CodeCounts, DEFAULT_CODE_ALARM } from "./sms/code-counts.ts";
import { MessageCounts } from "./sms/message-counts.ts";
import type { Store } from "./store/contract.ts";

/** Settings of a runtime. */
export interface RuntimeOptions {
  /** Runs the expressions. The runtime does not close it. */
  readonly engine: Engine;
  /** Keeps everything. The runtime does not close it. */
  readonly store: Store;
  /** Carries what is sent; by default a guarded client that reaches public https addresses only. */
  readonly http?: HttpClient;
  /** Makes the sender of an SMS stage; by default Twilio's or the generic one, on `http`. */
  readonly smsProvider?: SmsProviderFactory;
  /** Milliseconds since the epoch; by default the system's. Expressions see the same time. */
  readonly clock?: Clock;
  /** Draws codes; by default from the system's cryptographic generator. Give one in tests only. */
  readonly randomInt?: RandomInt;
  /** What expressions may ask for; by default the store's policies (`ak_call_policy`) and nothing else. */
  readonly capabilities?: Grants;
  /** By default nothing is logged. Secrets are hidden before a line gets here. */
  readonly logger?: Logger;
  /** Is told of every decision of a policy. */
  readonly observer?: Observer;
  /**
   * Signs what clients keep; at least 32 characters that nobody can guess, the same in every process of one
   * installation. By default drawn at random, so that nothing signed outlives the process.
   */
  readonly secret?: string;
  /** When codes that nobody types in are a warning in the log; by default, where less than a quarter of 50 an hour come back. */
  readonly codeAlarm?: CodeAlarm;
  /** What `!Env` reads in blueprints; by default nothing. */
  readonly env?: { readonly [name: string]: string | undefined };
}

/** Settings of {@link Runtime.apply}. */
export interface ApplyOptions {
  /** Goes over the blueprint's own context. */
  readonly context?: JsonObject;
  /** Checks everything, changes nothing. */
  readonly dryRun?: boolean;
  /** Named in errors. */
  readonly file?: string;
  /** Reads files for `!File`; by default the tag is refused. */
  readonly readFile?: (path: string) => string;
  /** Fields that the models do not have: an error (default), or a warning. */
  readonly unknownFields?: "error" | "warn";
  /** Entries of models that Postern does not have: an error (default), or reported and left out. */
  readonly unknownModels?: "error" | "skip";
}

/** A flow by its slug. */
export interface FlowHandle {
  readonly slug: string;
  /**
   * Starts the flow and resolves with its first challenge, or with its end when the flow does not apply to the user.
   *
   * @throws FlowNotFound, UserNotFound; PolicyUndecided when a policy of the plan cannot be evaluated.
   */
  start(options?: FlowStart): Promise<Execution>;
}

/** Flows on a store. */
export interface Runtime {
  /**
   * Loads a blueprint, all or nothing. Expressions are compiled first. Throws BlueprintError, which names file, line
   * and remedy.
   */
  apply(blueprint: string, options?: ApplyOptions): Promise<BlueprintReport>;
  flow(slug: string): FlowHandle;
  /** Continues a flow in progress, started here or by another process. Throws SessionNotFound. */
  resume(session: string): Promise<Execution>;
  /** One request after the other, as an HTTP server serves them. */
  readonly executor: FlowExecutor;
  readonly store: Store;
  /** The parts, for a server that is built on the runtime. */
  readonly services: Services;
}

/** A runtime. It holds nothing open itself: close the engine and the store when done. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { engine, store, env = {} } = options;
  const validateExpression = (source: string, name: string): void => void engine.expression(name, source);
  const services = createServices(options);
  const executor = new FlowExecutor(services);
  return {
    store,
    executor,
    services,
    apply: async (blueprint, { file, ...options } = {}) =>
      applyBlueprint(
        store,
        parseBlueprint(blueprint, { file, unknownModels: options.unknownModels ?? "error" }),
        { ...options, env, validateExpression },
      ),
    flow: (slug) => ({
      slug,
      start: async (start = {}) => Execution.from(slug, executor, await executor.start(slug, start)),
    }),
    resume: async (session) => {
      const answer = await executor.request(session, { method: "GET" });
      return Execution.from(answer.slug, executor, answer);
    },
  };
}

function createServices(options: RuntimeOptions): Services {
  const { engine, store, clock = Date.now, randomInt = systemRandomInt } = options;
  const http = options.http ?? createHttpClient();
  const logger = cleansingLogger(options.logger ?? silentLogger);
  const events = new EventLog(store, clock);
  const capabilities = capabilitiesOf(options.capabilities ?? {}, store, clock);
  const evaluation = (): EvaluateOptions => ({ now: clock(), capabilities });
  return {
    engine,
    store,
    clock,
    randomInt,
    logger,
    events,
    evaluation,
    policies: new PolicyEngine(store, engine, events, logger, evaluation, options.observer),
    webhookMappings: new WebhookMappings(store, engine, events, evaluation),
    secret: options.secret ?? randomBytes(32).toString("base64url"),
    messageCounts: new MessageCounts(),
    codeCounts: new CodeCounts(clock, options.codeAlarm ?? DEFAULT_CODE_ALARM, (count) =>
      logger.log("warning", "few of the codes sent to a country come back", { ...count }),
    ),
    smsProvider: options.smsProvider ?? ((config) => createSmsProvider(config, http)),
  };
}
