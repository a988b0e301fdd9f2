// The policy engine: runs what is bound to an object, in order, and combines the results.
//
// A binding has three outcomes. It passes, it fails, or it cannot be evaluated: the expression raised, met a limit,
// ran out of time, or is not Python. In the third case the binding's `failure_result` stands in for the decision (it
// is not negated), the exception's text is the only message, and the result says so under `failures`, because
// callers differ in what they may do with it: a flow or a form simply does not pass, but a stage must never be
// skipped for a missing decision (see the planner), unless the binding asks for authentik's behaviour. Every policy always runs, one after the other: each sees what the
// ones before it changed of the request, as they share one in authentik. Nothing is read from a cache, since a decision
// may depend on anything in its context.
import type { Engine, EvaluateOptions, ExpressionError, JsonObject, Verdict } from "../../engine/types.ts";
import { sensitiveTexts } from "../events/cleanse.ts";
import { type EventLog, type EventOrigin, personReference } from "../events/event-log.ts";
import { requestView } from "../flow/expression-context.ts";
import type { HttpRequestData } from "../flow/http-request.ts";
import { isObject } from "../flow/plan.ts";
import { changedView } from "../flow/plan-changes.ts";
import type { CleansingLogger } from "../logger.ts";
import type { Observer, PolicyAsked } from "../observer.ts";
import type { Row, Snapshot, Store } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import { exceptionView, runExpressionPolicy } from "./expression-policy.ts";
import { combineResults, type PolicyEngineMode, type PolicyResult } from "./policy-result.ts";
import { isStatic, type StaticMatch, staticMatches, staticResult } from "./static-bindings.ts";

type ExpressionPolicy = Row<"authentik_policies_expression.expressionpolicy">;
type Binding = Row<"authentik_policies.policybinding">;

/** What policies are asked about. */
export interface PolicyRequest {
  readonly user: Person | null;
  readonly http: HttpRequestData | null;
  /** The user who sends the HTTP request. */
  readonly httpUser: Person | null;
  /** Builds `request.context` in the snapshot in which the rest is read. */
  readonly context: (tx: Snapshot) => JsonObject;
  /** What the decision is about. */
  readonly obj?: JsonObject;
  /** A trial: nothing is recorded. */
  readonly debug?: boolean;
}

/** Settings of one policy's run, from its binding where there is one. */
interface RunSettings {
  readonly binding: Pick<
    Binding,
    "pk" | "negate" | "failure_result" | "timeout" | "postern_compatibility"
  > | null;
}

/** A policy and the binding through which it runs, if any. */
interface Planned extends RunSettings {
  readonly policy: ExpressionPolicy;
}

/** What is bound to an object, as of one moment, and what it is asked. */
export interface Bound {
  readonly target: string;
  readonly mode: PolicyEngineMode;
  readonly request: PolicyRequest;
  /** The policies in order, and what the first one sees; null: there are none. */
  readonly run: { readonly policies: readonly Planned[]; readonly view: JsonObject } | null;
  /** Groups and users. */
  readonly statics: readonly StaticMatch[];
}

/** authentik's default for `timeout`, in seconds. */
const DEFAULT_TIMEOUT = 30;

/** Evaluates the policies of the store. */
export class PolicyEngine {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #events: EventLog;
  readonly #logger: CleansingLogger;
  readonly #options: () => EvaluateOptions;
  readonly #observer: Observer | undefined;
  constructor(
    store: Store,
    engine: Engine,
    events: EventLog,
    logger: CleansingLogger,
    options: () => EvaluateOptions = () => ({}),
    observer?: Observer,
  ) {
    this.#store = store;
    this.#engine = engine;
    this.#events = events;
    this.#logger = logger;
    this.#options = options;
    this.#observer = observer;
  }

  /** The decision of everything bound to an object (a flow, or a stage of one). No bindings: passing. */
  async evaluateBindings(
    target: string,
    mode: PolicyEngineMode,
    request: PolicyRequest,
  ): Promise<PolicyResult> {
    return this.decide(await this.#store.read((tx) => this.gather(tx, target, mode, request)));
  }

  /** What is bound to an object and what it will see, for {@link decide}: for those who have a snapshot already. */
  gather(tx: Snapshot, target: string, mode: PolicyEngineMode, request: PolicyRequest): Bound {
    const bindings = tx
      .list("authentik_policies.policybinding", { target })
      .filter((binding) => binding.enabled)
      .sort((a, b) => a.order - b.order);
    const statics = staticMatches(tx, bindings.filter(isStatic), request.user);
    const policies = bindings
      .filter((binding) => !isStatic(binding))
      .map((binding) => ({ binding, policy: policyRow(tx, binding.policy as string) }));
    const run = policies.length === 0 ? null : { policies, view: this.#view(tx, request) };
    return { target, mode, request, run, statics };
  }

  /** The decision of what was gathered. */
  async decide({ target, mode, request, run, statics }: Bound): Promise<PolicyResult> {
    const results = await this.#runAll(run, request);
    if (statics.length > 0) results.push(staticResult(statics, mode));
    const decision = combineResults(mode, results);
    if (results.length > 0) this.#tell(target, mode, statics, decision);
    return decision;
  }

  /** The decision of policies that are used without bindings: all must pass. */
  async evaluatePolicies(pks: readonly string[], request: PolicyRequest): Promise<PolicyResult> {
    if (pks.length === 0) return combineResults("all", []);
    const run = await this.#store.read((tx) => ({
      policies: pks.map((pk) => ({ policy: policyRow(tx, pk), binding: null })),
      view: this.#view(tx, request),
    }));
    return combineResults("all", await this.#runAll(run, request));
  }

  /** Runs policies in order, each on the request as the ones before it left it. */
  async #runAll(run: Bound["run"], request: PolicyRequest): Promise<PolicyResult[]> {
    const results: PolicyResult[] = [];
    if (run === null) return results;
    let { view } = run;
    for (const [i, { policy, binding }] of run.policies.entries()) {
      const result = await this.#run(policy, view, request, { binding });
      results.push(result);
      if (result.changes.length > 0 && i < run.policies.length - 1) view = changedView(view, result.changes);
    }
    return results;
  }

  #tell(
    target: string,
    mode: PolicyEngineMode,
    statics: readonly StaticMatch[],
    { passing }: PolicyResult,
  ): void {
    const observer = this.#observer;
    if (observer === undefined) return;
    for (const { binding, matches } of statics) {
      const nothing = { policy: null, messages: [], steps: 0, durationMs: 0 };
      observer.policyAsked({ ...nothing, binding, passing: matches });
    }
    observer.bindingsDecided({ target, mode, passing });
  }

  #view(tx: Snapshot, request: PolicyRequest): JsonObject {
    return requestView(tx, { ...request, context: request.context(tx) });
  }

  async #run(
    policy: ExpressionPolicy,
    view: JsonObject,
    request: PolicyRequest,
    { binding }: RunSettings,
  ): Promise<PolicyResult> {
    const timeout = binding?.timeout ?? DEFAULT_TIMEOUT;
    const verdict = await runExpressionPolicy(
      this.#engine,
      policy,
      { request: view },
      timeout,
      this.#options(),
    );
    if (verdict.logs.length > 0) {
      const secrets = sensitiveTexts(view);
      for (const { level, event, attributes } of verdict.logs) {
        this.#logger.log(level, event, { ...attributes, policy: policy.name }, secrets);
      }
    }
    // What an exception did before it was raised stays done; a limit leaves nothing behind.
    if (verdict.error?.limit !== true) await this.#recordOwnEvents(policy, verdict, view, request);
    if (verdict.error !== undefined) {
      const failed = await this.#failed(policy, verdict.error, view, request, binding);
      this.#observer?.policyAsked(asked(policy, binding, verdict, failed));
      return { ...failed, changes: verdict.changes };
    }
    if (verdict.rawResult === null) {
      this.#logger.log("warning", "the policy returned nothing and does not pass", { policy: policy.name });
    } else if (typeof verdict.rawResult !== "boolean") {
      const { passing } = verdict;
      this.#logger.log("info", "the policy returned neither True nor False; its truth decides", {
        policy: policy.name,
        passing,
      });
    }
    const passing = verdict.passing !== (binding?.negate ?? false);
    const { messages, rawResult, changes } = verdict;
    this.#observer?.policyAsked(asked(policy, binding, verdict, { passing, messages }));
    await this.#record(policy, { passing, messages: [...messages] }, view, request, binding);
    return { passing, messages, rawResult, changes, failures: [] };
  }

  async #failed(
    policy: ExpressionPolicy,
    error: ExpressionError,
    view: JsonObject,
    request: PolicyRequest,
    binding: RunSettings["binding"],
  ): Promise<PolicyResult> {
    this.#logger.log("warning", "a policy failed to execute", { policy: policy.name, type: error.type });
    if (request.debug !== true) {
      await this.#events.create(
        "policy_exception",
        {
          message: "Policy failed to execute",
          ...this.#subject(policy, view, request, binding),
          exception: await exceptionView(error, "policy"),
        },
        originOf(request, view),
      );
    }
    return {
      passing: binding?.failure_result ?? false,
      messages: [error.message],
      changes: [],
      failures: [{ policy: policy.name, error, tolerated: binding?.postern_compatibility === "authentik" }],
    };
  }

  /** Events the expression asked for. */
  async #recordOwnEvents(
    policy: ExpressionPolicy,
    verdict: Verdict,
    view: JsonObject,
    request: PolicyRequest,
  ): Promise<void> {
    if (request.debug === true || verdict.events.length === 0) return;
    const origin = originOf(request, view);
    for (const { action, ...rest } of verdict.events) {
      const name = typeof action === "string" ? action.replace(/^custom_/, "") : "event";
      await this.#events.create(`custom_${name}`, { ...rest, policy: policy.name }, origin);
    }
  }

  /** `policy_execution`, where the policy wants its runs on record. */
  async #record(
    policy: ExpressionPolicy,
    result: JsonObject,
    view: JsonObject,
    request: PolicyRequest,
    binding: RunSettings["binding"],
  ): Promise<void> {
    if (request.debug === true || !policy.execution_logging) return;
    const origin = originOf(request, view);
    const context = { message: "Policy Execution", ...this.#subject(policy, view, request, binding), result };
    await this.#events.create("policy_execution", context, origin);
  }

  #subject(
    policy: ExpressionPolicy,
    view: JsonObject,
    request: PolicyRequest,
    binding: RunSettings["binding"],
  ): JsonObject {
    const { flow_plan: _plan, ...shown } = view.context as JsonObject;
    const pending = shown.pending_user;
    if (isObject(pending))
      shown.pending_user = { pk: pending.pk, username: pending.username, email: pending.email };
    return {
      policy_uuid: policy.pk.replaceAll("-", ""),
      policy: policy.name,
      binding: binding === null ? null : { pk: binding.pk, negate: binding.negate },
      request: { user: personReference(request.user), obj: request.obj ?? null, context: shown },
    };
  }
}

/** A policy's run as observers are told of it. */
function asked(
  { pk, name }: ExpressionPolicy,
  binding: RunSettings["binding"],
  { error, steps, durationMs }: Verdict,
  { passing, messages }: Pick<PolicyResult, "passing" | "messages">,
): PolicyAsked {
  const policy = { pk, name };
  const outcome = { passing, messages, ...(error === undefined ? {} : { error }), steps, durationMs };
  return { binding: binding?.pk ?? null, policy, ...outcome };
}

/** What an event says about where it comes from; what the policy saw of secrets and numbers is not in it. */
function originOf({ user, http }: PolicyRequest, view: JsonObject): EventOrigin {
  return { user, http, app: "authentik.policies", secrets: sensitiveTexts(view) };
}

/** The policy with this pk. A reference to a row that is gone cannot be stored, so there always is one. */
function policyRow(tx: Snapshot, pk: string): ExpressionPolicy {
  const row = tx.get("authentik_policies_expression.expressionpolicy", pk);
  if (row === undefined) throw new Error(`there is no expression policy ${pk}`);
  return row;
}
