// The executor: takes one request of a flow in progress from the stored state to the stored next state.
//
// A request is served in three steps. The state is read. The stage at the head of the plan answers, which may take
// as long as policies and providers need; nothing is locked meanwhile. Then one transaction writes everything the
// request did: the plan, and what the finished stage keeps (a device, say). That transaction refuses to run when
// another request has changed the session since it was read; the request is then served again on the new state. So
// any process may serve any request, a code cannot be used twice, and a crash leaves the state of before or after.
// Within one process requests of one session queue up, so that the second serving is rare.
//
// What goes wrong is an answer too. A refusal is a challenge with errors; a "no" is the access-denied challenge; an
// exception is the flow-error challenge, with the state left as it was, so that the same request can be repeated.
// In particular a policy without a decision stops the flow here instead of skipping the stage it guards.
import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import {
  FlowMisconfigured,
  FlowNotFound,
  PolicyUndecided,
  SessionConflict,
  SessionNotFound,
  UserNotFound,
} from "../errors.ts";
import { cleanse, redact } from "../events/cleanse.ts";
import { personReference } from "../events/event-log.ts";
import { sanitize } from "../events/sanitize.ts";
import type { Services } from "../services.ts";
import type { Row } from "../store/contract.ts";
import { removeExpired } from "../store/expiry.ts";
import { findPerson, type Person, pendingPerson, type UserInput } from "../users/person.ts";
import { type Challenge, type FlowInfo, flowErrorChallenge } from "./challenge.ts";
import { deniedAnswer, type FlowSetting, finishedTarget, notApplicableAnswer } from "./flow-end.ts";
import { type HttpRequestData, type HttpRequestInput, httpRequestData } from "./http-request.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { plannedStages } from "./plan.ts";
import { planFlow } from "./planner.ts";
import { FlowSession } from "./session.ts";
import type { ClientCookie, Login, StageOutcome } from "./stage.ts";
import { StageRun } from "./stage-run.ts";

/** How a flow is started. */
export interface FlowStart {
  /** Who sends the requests: a row, a username, or nobody. */
  readonly user?: UserInput;
  readonly http?: HttpRequestInput;
  /** The page's query string, where `next` may stand. */
  readonly query?: { readonly [key: string]: string };
  /** First values of the plan's context. `pending_user` may be a row, its pk, or a username. */
  readonly context?: JsonObject;
}

/** One request of a flow in progress. */
export interface FlowRequest {
  readonly method: "GET" | "POST";
  /** The response to the challenge; POST only. Data that is no object is refused as a wrong answer is. */
  readonly response?: { readonly data: JsonValue; readonly form: boolean };
  /** Default: the request with which the flow was started. */
  readonly http?: HttpRequestInput;
  /** The page's query string as it is now; default: as it was. */
  readonly query?: { readonly [key: string]: string };
  /** The client's cookies. Shown to the stage only, never kept. */
  readonly cookies?: { readonly [name: string]: string };
}

/** The answer to a request, as HTTP would give it. */
export interface FlowAnswer {
  /** 302: the stage is done and another one follows; ask again with GET. */
  readonly status: 200 | 302;
  /** Null with 302. */
  readonly challenge: Challenge | null;
  /** Id of the session; null when the flow has ended. */
  readonly session: string | null;
  /** The flow. */
  readonly slug: string;
  /** The stage that is now done logged this user in; the embedder's session is theirs from now on. */
  readonly login?: Login;
  /** The stage that is now done logged out whoever was logged in. */
  readonly logout?: boolean;
  /** What the stage that is now done leaves with the client. */
  readonly cookies?: readonly ClientCookie[];
}

/** What a flow in progress has still to do, and what it knows. */
export interface Inspection {
  readonly slug: string;
  /** pks of the bindings of the stages to come, the current one first; null for one that another stage put in. */
  readonly bindings: readonly (string | null)[];
  /** The plan's context, with secrets hidden and phone numbers masked. */
  readonly context: JsonObject;
}

/** What is told of a request that failed. */
interface FailedRequest {
  readonly slug: string;
  readonly user: Person | null;
  readonly http: HttpRequestData;
  /** Texts that no record may hold. */
  readonly secrets: readonly string[];
}

/** How often a request is served again because another one changed the state first. */
const ATTEMPTS = 5;
/** Expired sessions are looked for at most this often, milliseconds. */
const CLEANING_INTERVAL = 60_000;

/** Serves the requests of all flows. */
export class FlowExecutor {
  readonly #services: Services;
  readonly #queue = new KeyedMutex();
  #cleaned = Number.NEGATIVE_INFINITY;
  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Plans a flow and stores the plan. The first GET is still to come, unless the answer says that the flow has ended
   * already: it does not apply to the user, or has no stages.
   *
   * @throws FlowNotFound, UserNotFound, PolicyUndecided
   */
  async start(slug: string, start: FlowStart = {}): Promise<FlowAnswer> {
    const { store, clock } = this.#services;
    if (clock() - this.#cleaned >= CLEANING_INTERVAL) {
      this.#cleaned = clock();
      await removeExpired(store, "postern.flowsession", clock());
      await removeExpired(store, "postern.smscounter", clock());
      await removeExpired(store, "postern.passwordcounter", clock());
    }
    const query = { ...start.query };
    const setting = await store.read((tx) => {
      const context = startContext(start.context ?? {}, (input) => findPerson(tx, input));
      return {
        flow: requireFlow(tx.list("authentik_flows.flow"), slug),
        user: findPerson(tx, start.user ?? null),
        pending: pendingPerson(tx, context),
        http: httpRequestData(tx, start.http ?? {}),
        query,
        context,
      };
    });
    const { user, http } = setting;
    const planned = await planFlow(this.#services, setting);
    if (planned.kind === "not_applicable") {
      return ended(setting, notApplicableAnswer(setting, planned.messages));
    }
    if (planned.kind === "empty") return ended(setting, finishedTarget(setting));
    const data = { slug, user: user?.pk ?? null, http, query, plan: planned.plan };
    const session = await FlowSession.create(store, clock, data);
    return { status: 302, challenge: null, session: session.id, slug };
  }

  /**
   * As {@link start}, but what goes wrong is an answer too: the flow-error challenge, as HTTP clients get it.
   *
   * @throws FlowNotFound, UserNotFound
   */
  async open(slug: string, start: FlowStart = {}): Promise<FlowAnswer> {
    try {
      return await this.start(slug, start);
    } catch (error) {
      if (error instanceof FlowNotFound || error instanceof UserNotFound) throw error;
      const { user, http } = await this.#services.store.read((tx) => ({
        user: findPerson(tx, start.user ?? null),
        http: httpRequestData(tx, start.http ?? {}),
      }));
      const challenge = await this.#flowError(error, { slug, user, http, secrets: [] });
      return { status: 200, challenge, session: null, slug };
    }
  }

  /** The slug of a flow in progress; nothing when it has ended, expired, or never was. */
  async flowOf(id: string): Promise<string | undefined> {
    try {
      return (await FlowSession.load(this.#services.store, id, this.#services.clock)).data.slug;
    } catch (error) {
      if (error instanceof SessionNotFound) return undefined;
      throw error;
    }
  }

  /** A flow in progress as those who build flows look into it; nothing when it has ended, expired, or never was. */
  async inspect(id: string): Promise<Inspection | undefined> {
    const { store, clock } = this.#services;
    try {
      const { slug, plan } = (await FlowSession.load(store, id, clock)).data;
      const pending = await store.read((tx) => pendingPerson(tx, plan.context));
      const context =
        pending === null ? plan.context : { ...plan.context, pending_user: personReference(pending) };
      return {
        slug,
        bindings: plannedStages(plan).map(({ binding }) => binding),
        context: cleanse(sanitize(context) as JsonObject),
      };
    } catch (error) {
      if (error instanceof SessionNotFound) return undefined;
      throw error;
    }
  }

  /** Serves one request of a flow in progress. Throws {@link SessionNotFound}. */
  request(id: string, request: FlowRequest): Promise<FlowAnswer> {
    const key = request.http?.request_id ?? randomUUID();
    return this.#queue.run(id, async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#serve(id, request, key);
        } catch (error) {
          if (!(error instanceof SessionConflict) || attempt === ATTEMPTS) throw error;
        }
      }
    });
  }

  /** Ends a flow in progress, as the cancel URL does. */
  async cancel(id: string): Promise<void> {
    await this.#queue.run(id, async () => {
      await this.#services.store.transaction((tx) => FlowSession.discard(tx, id));
    });
  }

  async #serve(id: string, request: FlowRequest, key: string): Promise<FlowAnswer> {
    const { store, clock } = this.#services;
    const session = await FlowSession.load(store, id, clock);
    const input = request.http;
    if (input !== undefined) session.http = await store.read((tx) => httpRequestData(tx, input));
    if (request.query !== undefined) session.data.query = { ...request.query };
    const run = new StageRun(this.#services, session, request.cookies ?? {}, key);
    try {
      await run.prepare();
      const outcome = await run.answer(request.method, request.response);
      return await this.#apply(run, session, outcome);
    } catch (error) {
      if (error instanceof SessionConflict || error instanceof SessionNotFound) throw error;
      const { slug } = session.data;
      const failed = { slug, user: run.requestUser, http: session.http, secrets: run.secrets() };
      return shown(session, await this.#flowError(error, failed, run.info()));
    }
  }

  async #apply(run: StageRun, session: FlowSession, outcome: StageOutcome | "end"): Promise<FlowAnswer> {
    if (outcome === "end") return this.#finish(run, session);
    switch (outcome.kind) {
      case "challenge":
        await this.#save(session);
        return shown(session, run.shape(outcome.challenge, outcome.errors));
      case "rejected": {
        if (run.restarts) return this.#restart(run, session);
        await this.#save(session);
        return shown(session, run.shape(outcome.challenge, outcome.errors));
      }
      case "invalid": {
        if (run.restarts) return this.#restart(run, session);
        await this.#services.store.transaction((tx) => session.remove(tx));
        return ended(run.setting, deniedAnswer(run.setting, outcome.message ?? "Unknown error"));
      }
      case "done":
        return this.#done(run, session, outcome);
    }
  }

  async #done(
    run: StageRun,
    session: FlowSession,
    outcome: StageOutcome & { readonly kind: "done" },
  ): Promise<FlowAnswer> {
    const { commit, login, logout, cookies } = outcome;
    const given = { ...(login && { login }), ...(logout && { logout }), ...(cookies && { cookies }) };
    session.data.plan.stages.shift();
    if (session.data.plan.stages.length === 0) return this.#finish(run, session, commit, given);
    const before = session.data.user;
    if (logout) session.data.user = null;
    if (login !== undefined) session.data.user = login.user;
    const instead = await this.#services.store.transaction((tx) => {
      const replaced = commit?.(tx);
      if (replaced === undefined) session.save(tx);
      return replaced;
    });
    if (instead !== undefined) {
      session.data.user = before;
      return this.#applyInstead(run, session, instead);
    }
    session.saved();
    return { status: 302, challenge: null, session: session.id, slug: session.data.slug, ...given };
  }

  async #finish(
    run: StageRun,
    session: FlowSession,
    commit?: (StageOutcome & { readonly kind: "done" })["commit"],
    given: Pick<FlowAnswer, "login" | "logout" | "cookies"> = {},
  ): Promise<FlowAnswer> {
    const instead = await this.#services.store.transaction((tx) => {
      const replaced = commit?.(tx);
      if (replaced === undefined) session.remove(tx);
      return replaced;
    });
    if (instead !== undefined) return this.#applyInstead(run, session, instead);
    return { ...ended(run.setting, finishedTarget(run.setting)), ...given };
  }

  /** The stage was not done after all: it goes back to the head of the plan. */
  async #applyInstead(run: StageRun, session: FlowSession, outcome: StageOutcome): Promise<FlowAnswer> {
    if (outcome.kind === "done")
      throw new FlowMisconfigured("a stage's commit replaced its outcome by itself");
    run.putBack();
    return this.#apply(run, session, outcome);
  }

  async #restart(run: StageRun, session: FlowSession): Promise<FlowAnswer> {
    const context = run.restarts === "restart_with_context" ? session.data.plan.context : {};
    const { flow, user, http } = run.setting;
    const planned = await planFlow(this.#services, { flow, user, http, context });
    if (planned.kind === "plan") {
      session.data.plan = planned.plan;
      await this.#save(session);
      return { status: 302, challenge: null, session: session.id, slug: session.data.slug };
    }
    await this.#services.store.transaction((tx) => session.remove(tx));
    return ended(
      run.setting,
      planned.kind === "empty"
        ? finishedTarget(run.setting)
        : notApplicableAnswer(run.setting, planned.messages),
    );
  }

  async #save(session: FlowSession): Promise<void> {
    await this.#services.store.transaction((tx) => session.save(tx));
    session.saved();
  }

  async #flowError(error: unknown, request: FailedRequest, info?: FlowInfo): Promise<Challenge> {
    const { slug, user, http, secrets } = request;
    const undecided = error instanceof PolicyUndecided;
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = redact(detail, secrets);
    this.#services.logger.log("error", "a request of a flow failed", {
      flow: slug,
      request_id: http.request_id,
      message,
    });
    // A policy that failed has its own event already.
    if (!undecided) {
      await this.#services.events.create(
        "system_exception",
        {
          message: "System exception during flow execution.",
          exception: message,
          flow: slug,
          request_id: http.request_id,
        },
        { user, http },
      );
    }
    const text = undecided
      ? "A policy of this flow could not be evaluated. Please try again."
      : "Something went wrong in this flow. Please try again.";
    return flowErrorChallenge(info, http.request_id, text);
  }
}

function requireFlow(
  flows: readonly Row<"authentik_flows.flow">[],
  slug: string,
): Row<"authentik_flows.flow"> {
  const flow = flows.find((candidate) => candidate.slug === slug);
  if (flow === undefined) throw new FlowNotFound(slug, flows.map((known) => known.slug).sort());
  return flow;
}

/** The context to plan with: the pending user is kept by pk, so that later requests see the user as it is then. */
function startContext(context: JsonObject, find: (input: UserInput) => Person | null): JsonObject {
  if (!Object.hasOwn(context, "pending_user")) return context;
  const { pending_user: input, ...rest } = context;
  const person = find(typeof input === "number" ? { pk: input } : (input as UserInput));
  return person === null ? rest : { ...rest, pending_user: { pk: person.pk } };
}

function shown(session: FlowSession, challenge: Challenge): FlowAnswer {
  return { status: 200, challenge, session: session.id, slug: session.data.slug };
}

function ended(setting: FlowSetting, challenge: Challenge): FlowAnswer {
  return { status: 200, challenge, session: null, slug: setting.flow.slug };
}
