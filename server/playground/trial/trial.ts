// One trial: an installation of its own, a browser that walks its flows, and the list of all that happens.
import { randomUUID } from "node:crypto";
import type { Engine, JsonObject } from "../../../engine/types.ts";
import { type FlowAnswer, FlowLoop, type HttpRequestInput, SessionNotFound } from "../../../runtime/index.ts";
import { MODEL_NAMES, modelOf } from "../../../runtime/models/registry.ts";
import { ApiError, notFound } from "../../errors.ts";
import type {
  OpenAnswer,
  ProviderRequest,
  RespondRequest,
  StartRequest,
  StepAnswer,
  StepRequest,
  TrialBlueprint,
  TrialChallenge,
  TrialFlow,
  WaitRequest,
} from "../trial-api.ts";
import { diagramOf } from "./diagram.ts";
import { type Installation, openInstallation } from "./installation.ts";
import { Timeline } from "./timeline.ts";

const FAILURES = {
  accepts: undefined,
  "429": { status: 429 },
  "500": { status: 500 },
  timeout: "hang",
} as const;

/** Answers that lead on before a flow is taken to go round in circles. */
const HOPS = 25;
const MASK = "********";

/** A flow in progress, as its browser knows it. */
interface Walk {
  readonly session: string;
  readonly slug: string;
  readonly challenge: TrialChallenge | null;
}

/** The trial's clock: the system's, moved on by what was waited. */
class TrialClock {
  readonly #system: () => number;
  #waited = 0;
  constructor(system: () => number) {
    this.#system = system;
  }

  readonly now = (): number => this.#system() + this.#waited;

  wait(seconds: number): void {
    this.#waited += seconds * 1000;
  }
}

/** A trial in progress. Its steps are taken one after the other. */
export class Trial {
  readonly id: string = randomUUID();
  readonly #clock: TrialClock;
  readonly #timeline: Timeline;
  readonly #installation: Installation;
  readonly #cookies = new Map<string, string>();
  #walk: Walk | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  private constructor(clock: TrialClock, timeline: Timeline, installation: Installation) {
    this.#clock = clock;
    this.#timeline = timeline;
    this.#installation = installation;
  }

  /** Opens a trial of these blueprints. Throws BlueprintError. */
  static async open(
    engine: Engine,
    blueprints: readonly TrialBlueprint[],
    now: () => number,
  ): Promise<Trial> {
    const clock = new TrialClock(now);
    const timeline = new Timeline(clock.now);
    const happened = timeline.add.bind(timeline);
    const installation = await openInstallation({ engine, blueprints, clock: clock.now, happened });
    return new Trial(clock, timeline, installation);
  }

  /** What the page begins with. */
  async opened(): Promise<OpenAnswer> {
    const flows = await this.#installation.runtime.store.read((tx) =>
      tx.list("authentik_flows.flow").map(({ slug, name, authentication }): TrialFlow => {
        return { slug, name, authentication };
      }),
    );
    const models = Object.fromEntries(MODEL_NAMES.map((name) => [name, modelOf(name).label]));
    return { id: this.id, flows, models, entries: this.#timeline.from(0) };
  }

  start(request: StartRequest): Promise<StepAnswer> {
    return this.#step(request, async () => {
      const { slug, user } = request;
      const { store, executor } = this.#installation.runtime;
      const diagram = await store.read((tx) => {
        const [flow] = tx.list("authentik_flows.flow", { slug });
        if (flow === undefined) throw notFound("Flow");
        return diagramOf(tx, flow);
      });
      if (this.#walk !== undefined) await executor.cancel(this.#walk.session);
      this.#walk = undefined;
      if (user !== null) await this.#requireUser(user);
      this.#timeline.add({ kind: "start", slug, user, diagram });
      await this.#follow(await executor.open(slug, { user, http: httpRequest(slug, "GET"), query: {} }));
    });
  }

  respond(request: RespondRequest): Promise<StepAnswer> {
    return this.#step(request, async () => {
      const { session, slug, challenge } = this.#requireWalk();
      const { response: data } = request;
      const shown = maskedResponse(data, challenge);
      this.#timeline.add({ kind: "request", method: "POST", response: shown, followed: false });
      await this.#follow(await this.#ask(session, slug, data));
    });
  }

  /** Reloads the challenge. */
  look(request: StepRequest): Promise<StepAnswer> {
    return this.#step(request, async () => {
      const { session, slug } = this.#requireWalk();
      this.#timeline.add({ kind: "request", method: "GET", followed: false });
      await this.#follow(await this.#ask(session, slug));
    });
  }

  provider(request: ProviderRequest): Promise<StepAnswer> {
    return this.#step(request, async () => {
      const { mode } = request;
      this.#installation.inbox.failAll(FAILURES[mode]);
      this.#timeline.add({ kind: "mode", mode });
    });
  }

  wait(request: WaitRequest): Promise<StepAnswer> {
    return this.#step(request, async () => {
      const { seconds } = request;
      this.#clock.wait(seconds);
      this.#timeline.add({ kind: "wait", seconds });
    });
  }

  /** Lets go of everything. Steps that are under way fail. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#installation[Symbol.asyncDispose]();
  }

  #step({ after }: StepRequest, work: () => Promise<void>): Promise<StepAnswer> {
    const taken = this.#last.then(async () => {
      if (this.#timeline.isFull) {
        throw new ApiError(409, { detail: "This trial has become too long. Start it again." });
      }
      try {
        await work();
      } catch (error) {
        throw this.#isClosed ? trialGone() : stepProblem(error);
      }
      return { entries: this.#timeline.from(after) };
    });
    this.#last = taken.catch(() => undefined);
    return taken;
  }

  #requireWalk(): Walk {
    if (this.#walk === undefined) throw new ApiError(409, { detail: "No flow is in progress. Start one." });
    return this.#walk;
  }

  async #requireUser(username: string): Promise<void> {
    await this.#installation.runtime.store.transaction((tx) => {
      if (tx.list("authentik_core.user", { username }).length > 0) return;
      tx.insert("authentik_core.user", { username, name: username });
    });
  }

  async #ask(session: string, slug: string, data?: JsonObject): Promise<FlowAnswer> {
    const method = data === undefined ? "GET" : "POST";
    const http = httpRequest(slug, method);
    const cookies = Object.fromEntries(this.#cookies);
    const response = data === undefined ? {} : { response: { data, form: false } };
    try {
      return await this.#installation.runtime.executor.request(session, {
        method,
        http,
        cookies,
        ...response,
      });
    } catch (error) {
      if (error instanceof SessionNotFound) this.#walk = undefined;
      throw error;
    }
  }

  /** Takes an answer, and asks on where it says so, as a browser does. */
  async #follow(first: FlowAnswer): Promise<void> {
    let answer = first;
    for (let hop = 0; hop < HOPS; hop += 1) {
      await this.#take(answer);
      if (answer.challenge !== null || answer.session === null) return;
      this.#timeline.add({ kind: "request", method: "GET", followed: true });
      answer = await this.#ask(answer.session, answer.slug);
    }
    throw new FlowLoop(answer.slug, HOPS);
  }

  async #take({ status, challenge, session, slug, login, cookies }: FlowAnswer): Promise<void> {
    const { executor, store } = this.#installation.runtime;
    this.#walk = session === null ? undefined : { session, slug, challenge };
    for (const { name, value } of cookies ?? []) this.#cookies.set(name, value);
    const inspected = session === null ? undefined : await executor.inspect(session);
    const user = login && (await store.read((tx) => tx.get("authentik_core.user", login.user)?.username));
    this.#timeline.add({
      kind: "answer",
      status,
      challenge,
      plan: inspected?.bindings ?? [],
      context: inspected?.context ?? null,
      ended: session === null,
      ...(user !== undefined && { user }),
    });
  }
}

/** 404 for a trial that has ended by itself, or never was. */
export function trialGone(): ApiError {
  return new ApiError(404, { detail: "This trial is over. Start it again." });
}

function stepProblem(error: unknown): unknown {
  if (error instanceof SessionNotFound) {
    return new ApiError(409, { detail: "The flow has waited for too long. Start it again." });
  }
  return error instanceof FlowLoop ? new ApiError(409, { detail: error.message }) : error;
}

function httpRequest(slug: string, method: "GET" | "POST"): HttpRequestInput {
  return { path: `/if/flow/${slug}/`, method, host: "localhost", META: { REMOTE_ADDR: "127.0.0.1" } };
}

/** A response as the page shows it. */
function maskedResponse(response: JsonObject, challenge: TrialChallenge | null): JsonObject {
  const fields = Array.isArray(challenge?.fields) ? (challenge.fields as readonly JsonObject[]) : [];
  const hidden = new Set(fields.filter(({ type }) => type === "password").map((field) => field.field_key));
  return Object.fromEntries(
    Object.entries(response).map(([key, value]) => [
      key,
      key === "password" || hidden.has(key) ? MASK : value,
    ]),
  );
}
