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
  FlowOutdated,
  SessionConflict,
  SessionNotFound,
  UserNotFound,
} from "../errors.ts";
import { cleanse } from "../events/cleanse.ts";
import { personReference } from "../events/event-log.ts";
import { sanitize } from "../events/sanitize.ts";
import type { Services } from "../services.ts";
import type { Snapshot } from "../store/contract.ts";
import { removeExpired } from "../store/expiry.ts";
import { isEndedSession } from "../users/end-sessions.ts";
import { findPerson, pendingPerson } from "../users/person.ts";
import type { Challenge } from "./challenge.ts";
import { deniedAnswer, type FlowSetting, finishedTarget, notApplicableAnswer } from "./flow-end.ts";
import { flowFailure } from "./flow-failure.ts";
import { type Begun, beginFlow, type FlowStart } from "./flow-start.ts";
import { type HttpRequestInput, httpRequestData } from "./http-request.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { plannedStages } from "./plan.ts";
import { planFlow } from "./planner.ts";
import { type Along, FlowSession } from "./session.ts";
import type { ClientCookie, Login, StageOutcome } from "./stage.ts";
import { StageRun } from "./stage-run.ts";

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
  /** pk of the client's `postern.session`, where it has one: it is kept when a stage ends the user's sessions. */
  readonly browser?: string;
  /** The flow that the client means; a session of another one is not found. */
  readonly slug?: string;
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
  /**
   * The stage that is now done logged this user in, or, with null, out whoever was: the embedder's session is theirs, or
   * nobody's, from now on.
   */
  readonly login?: Login | null;
  /** What the stage that is now done leaves with the client. */
  readonly cookies?: readonly ClientCookie[];
}

/** What a flow in progress has still to do, and what it knows. */
export interface Inspection {
  readonly slug: string;
  /** pks of the bindings of the stages that are done, the last one last; null for one that another stage put in. */
  readonly done: readonly (string | null)[];
  /** pks of the bindings of the stages to come, the current one first; null for one that another stage put in. */
  readonly bindings: readonly (string | null)[];
  /** The plan's context, with secrets hidden and phone numbers masked. */
  readonly context: JsonObject;
}

/** How often a request is served again because another one changed the state first. */
const ATTEMPTS = 5;
/** Stages that are done which an inspector is told of. */
const REMEMBERED = 50;
/** Expired rows are looked for at most this often, milliseconds. */
const CLEANING_INTERVAL = 60_000;
/** What is cleared away then. */
const ENDING = [
  "postern.flowsession",
  "postern.smscounter",
  "postern.passwordcounter",
  "authentik_events.event",
] as const;

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
    const planned = await this.#begin(slug, start);
    if (planned.kind === "ended") return ended(planned.setting, planned.challenge);
    const session = FlowSession.begin(planned.data, this.#services.clock);
    await this.#save(session);
    return { status: 302, challenge: null, session: session.id, slug };
  }

  /**
   * Starts a flow and serves its first request. The session is stored once, with what came of the request, and `along`
   * writes in the same transaction; not at all where the flow ends at once. What goes wrong is an answer too.
   *
   * @throws FlowNotFound, UserNotFound
   */
  async enter(slug: string, start: FlowStart, request: FlowRequest, along: Along): Promise<FlowAnswer> {
    let planned: Begun;
    try {
      planned = await this.#begin(slug, start);
    } catch (error) {
      return this.#notStarted(error, slug, start);
    }
    if (planned.kind === "ended") return ended(planned.setting, planned.challenge);
    const { data } = planned;
    const { clock, store } = this.#services;
    let session: FlowSession | undefined;
    // What was read of the request when the flow was planned is not read again.
    const { http, ...rest } = request;
    const prepared = http === start.http ? rest : request;
    return this.#attempt(request, async () => {
      // Nobody else knows the id yet; where the first serving has stored it, the next goes on from there.
      const id = session?.isStored === true ? session.id : undefined;
      const read = (tx: Snapshot): FlowSession => {
        session = id === undefined ? FlowSession.begin(data, clock, along) : FlowSession.read(tx, id, clock);
        return session;
      };
      return await store.read((tx) => this.#prepare(tx, read(tx), prepared));
    });
  }

  async #begin(slug: string, start: FlowStart): Promise<Begun> {
    const { store, clock } = this.#services;
    if (clock() - this.#cleaned >= CLEANING_INTERVAL) {
      this.#cleaned = clock();
      for (const model of ENDING) await removeExpired(store, model, clock());
    }
    return beginFlow(this.#services, slug, start);
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
      return this.#notStarted(error, slug, start);
    }
  }

  async #notStarted(error: unknown, slug: string, start: FlowStart): Promise<FlowAnswer> {
    if (error instanceof FlowNotFound || error instanceof UserNotFound) throw error;
    const { user, http } = await this.#services.store.read((tx) => ({
      user: findPerson(tx, start.user ?? null),
      http: httpRequestData(tx, start.http ?? {}),
    }));
    const challenge = await flowFailure(this.#services, error, { slug, user, http, secrets: [] });
    return { status: 200, challenge, session: null, slug };
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
      const { slug, plan, done = [] } = (await FlowSession.load(store, id, clock)).data;
      const pending = await store.read((tx) => pendingPerson(tx, plan.context));
      const context =
        pending === null ? plan.context : { ...plan.context, pending_user: personReference(pending) };
      return {
        slug,
        done,
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
    const { store, clock } = this.#services;
    return this.#queue.run(id, () =>
      this.#attempt(request, () =>
        store.read((tx) => this.#prepare(tx, FlowSession.read(tx, id, clock), request)),
      ),
    );
  }

  /** Serves a request, again where another one wrote first. */
  async #attempt(request: FlowRequest, prepare: () => Promise<Prepared>): Promise<FlowAnswer> {
    const key = request.http?.request_id ?? randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#serve(await prepare(), request, key);
      } catch (error) {
        if (!(error instanceof SessionConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Ends a flow in progress, as the cancel URL does. */
  async cancel(id: string): Promise<void> {
    await this.#queue.run(id, async () => {
      await this.#services.store.transaction((tx) => FlowSession.discard(tx, id));
    });
  }

  /** Reads what every request needs. What is wrong with it is told when the request is served. */
  #prepare(tx: Snapshot, session: FlowSession, { slug, http, query }: FlowRequest): Prepared {
    if (slug !== undefined && slug !== session.data.slug) throw new SessionNotFound(session.id);
    if (http !== undefined) session.http = httpRequestData(tx, http);
    if (query !== undefined) session.data.query = { ...query };
    const run = new StageRun(this.#services, session);
    try {
      run.prepare(tx);
      return { session, run };
    } catch (error) {
      return { session, run, error };
    }
  }

  async #serve({ session, run, error }: Prepared, request: FlowRequest, key: string): Promise<FlowAnswer> {
    try {
      if (error !== undefined) throw error;
      const outcome = await run.answer(request, key);
      return await this.#apply(run, session, outcome);
    } catch (error) {
      if (error instanceof SessionConflict || error instanceof SessionNotFound) throw error;
      // Nothing is wrong with the flow.
      if (isEndedSession(error)) throw error;
      const { slug } = session.data;
      const failed = { slug, user: run.requestUser, http: session.http, secrets: run.secrets() };
      const challenge = await flowFailure(this.#services, error, failed, run.info());
      if (error instanceof FlowOutdated) {
        // To keep it would be to answer every further request with the same error.
        await this.#services.store.transaction((tx) => FlowSession.discard(tx, session.id));
        return { status: 200, challenge, session: null, slug };
      }
      if (!session.isStored) {
        // So that the request can be repeated.
        await this.#services.store.transaction((tx) => session.saveBegun(tx));
        session.saved();
      }
      return shown(session, challenge);
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

  async #done(run: StageRun, session: FlowSession, outcome: Done): Promise<FlowAnswer> {
    const { login } = outcome;
    const [planned] = session.data.plan.stages.splice(0, 1);
    if (planned !== undefined && "binding" in planned) {
      session.data.done = [...(session.data.done ?? []), planned.binding].slice(-REMEMBERED);
    }
    if (session.data.plan.stages.length === 0) return this.#finish(run, session, outcome);
    const before = session.data.user;
    if (login !== undefined) session.data.user = login?.user ?? null;
    const instead = await this.#services.store.transaction((tx) => {
      const replaced = outcome.commit?.(tx);
      if (replaced === undefined) session.save(tx);
      return replaced;
    });
    if (instead !== undefined) {
      session.data.user = before;
      return this.#applyInstead(run, session, instead);
    }
    session.saved();
    outcome.committed?.();
    const { id, data } = session;
    return { status: 302, challenge: null, session: id, slug: data.slug, ...given(outcome) };
  }

  async #finish(run: StageRun, session: FlowSession, outcome: Done = { kind: "done" }): Promise<FlowAnswer> {
    const instead = await this.#services.store.transaction((tx) => {
      const replaced = outcome.commit?.(tx);
      if (replaced === undefined) session.remove(tx);
      return replaced;
    });
    if (instead !== undefined) return this.#applyInstead(run, session, instead);
    outcome.committed?.();
    return { ...ended(run.setting, finishedTarget(run.setting)), ...given(outcome) };
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
      session.data.done = [];
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
    // A mere look takes nothing from anybody, whoever writes meanwhile.
    if (session.isStored && !session.isChanged) return;
    await this.#services.store.transaction((tx) => session.save(tx));
    session.saved();
  }
}

type Done = StageOutcome & { readonly kind: "done" };

/** What a stage that is done gives to the client. */
function given({ login, cookies }: Done): Pick<FlowAnswer, "login" | "cookies"> {
  return { ...(login !== undefined && { login }), ...(cookies && { cookies }) };
}

/** What is read before a request is served. */
interface Prepared {
  readonly session: FlowSession;
  readonly run: StageRun;
  /** Why it cannot be served. */
  readonly error?: unknown;
}

function shown(session: FlowSession, challenge: Challenge): FlowAnswer {
  return { status: 200, challenge, session: session.id, slug: session.data.slug };
}

function ended(setting: FlowSetting, challenge: Challenge): FlowAnswer {
  return { status: 200, challenge, session: null, slug: setting.flow.slug };
}
