// One request at the head of a plan: lets markers drop stages, then asks the stage that is left.
import type { JsonValue } from "../../engine/types.ts";
import { FlowMisconfigured, FlowOutdated, UserNotFound } from "../errors.ts";
import { sensitiveTexts } from "../events/cleanse.ts";
import { pythonType } from "../models/fields.ts";
import type { Bound } from "../policies/policy-engine.ts";
import type { Services } from "../services.ts";
import { stageView } from "../stages/registry.ts";
import type { ModelName, Row, Snapshot } from "../store/contract.ts";
import { findPerson, type Person, pendingPerson } from "../users/person.ts";
import { type Challenge, type FlowInfo, flowInfo, type StageChallenge } from "./challenge.ts";
import type { FlowRequest } from "./executor.ts";
import { type FlowSetting, nextOf, settingUser } from "./flow-end.ts";
import { isObject, type PlannedStage } from "./plan.ts";
import { type Asked, boundToStage, keepsStage } from "./planner.ts";
import type { ResponseErrors } from "./response-errors.ts";
import type { FlowSession, SessionData } from "./session.ts";
import type { StageContext, StageOutcome } from "./stage.ts";

type Binding = Row<"authentik_flows.flowstagebinding">;

/** What is read before the stage is asked. */
interface Loaded {
  readonly flow: Row<"authentik_flows.flow">;
  readonly user: Person | null;
  readonly pending: Person | null;
}

/** A stage of the plan and what is stored of it. */
interface Current {
  readonly planned: PlannedStage;
  readonly binding: Binding | null;
  readonly stage: Row<ModelName>;
  /** What is bound to it; null where nothing is asked. */
  readonly bound: Bound | null;
}

/** The run of one request. */
export class StageRun {
  readonly #services: Services;
  readonly #session: FlowSession;
  #loaded: Loaded | undefined;
  #current: Current | undefined;
  /** The stage at the head of the plan when the request came. */
  #head: Current | undefined;
  constructor(services: Services, session: FlowSession) {
    this.#services = services;
    this.#session = session;
  }

  /** Reads the flow, the users and the stage. Throws {@link FlowOutdated} when one was deleted meanwhile. */
  prepare(tx: Snapshot): void {
    const { plan, user: pk, slug } = this.#session.data;
    const flow = tx.get("authentik_flows.flow", plan.flow);
    if (flow === undefined) throw new FlowOutdated(`flow ${JSON.stringify(slug)} was deleted`);
    try {
      const user = pk === null ? null : findPerson(tx, { pk });
      this.#loaded = { flow, user, pending: pendingPerson(tx, plan.context) };
    } catch (error) {
      if (!(error instanceof UserNotFound)) throw error;
      throw new FlowOutdated("a user of this flow was deleted while the flow was running; start it again");
    }
    const [planned] = plan.stages;
    this.#head = planned === undefined || "redirect" in planned ? undefined : this.#readStage(tx, planned);
  }

  /** Whose requests these are, as far as it is known. */
  get requestUser(): Person | null {
    return this.#loaded?.user ?? null;
  }

  /** The flow and its users, for endings. */
  get setting(): FlowSetting {
    const { flow, user, pending } = this.#require();
    const { query, plan } = this.#session.data;
    return { flow, user, pending, http: this.#session.http, query, context: plan.context };
  }

  /** `flow_info` of the challenges; nothing where the flow could not be read. */
  info(): FlowInfo | undefined {
    if (this.#loaded === undefined) return undefined;
    const { setting } = this;
    return flowInfo(setting.flow, setting.context, settingUser(setting), nextOf(setting));
  }

  /** What the current binding says about invalid responses, where that is not "try again". */
  get restarts(): "restart" | "restart_with_context" | false {
    const action = this.#current?.binding?.invalid_response_action ?? "retry";
    return action === "retry" ? false : action;
  }

  /** Texts of the state that no record may hold. */
  secrets(): string[] {
    return sensitiveTexts(this.#session.data.plan.context);
  }

  /** The stage's own challenge with what every stage's challenge has. */
  shape(challenge: StageChallenge, errors: ResponseErrors | undefined): Challenge {
    const { component, ...fields } = challenge;
    const info = this.info();
    return {
      ...(info === undefined ? {} : { flow_info: info }),
      component,
      ...(errors === undefined ? {} : { response_errors: errors }),
      ...fields,
    };
  }

  /** Returns the current stage to the head of the plan. */
  putBack(): void {
    if (this.#current === undefined) return;
    const { plan, done } = this.#session.data;
    plan.stages.unshift(this.#current.planned);
    done?.pop();
  }

  /**
   * The answer of the stage at the head of the plan, or `end` when no stage is left.
   *
   * @param key names the request, see `StageContext`
   */
  async answer(request: FlowRequest, key: string): Promise<StageOutcome | "end"> {
    await this.#dropSkipped();
    if (this.#current === undefined) return "end";
    const view = stageView(this.#current.planned.model);
    if (view === undefined)
      throw new FlowMisconfigured(`stage ${this.#current.planned.model} is not available`);
    const context = this.#context(this.#current.stage, request, key);
    if (request.method === "GET") return view.get(context);
    const { data, form } = request.response ?? { data: {}, form: false };
    return isObject(data) ? view.post(context, { data, form }) : refused(await view.get(context), data);
  }

  /** Takes stages off the head of the plan as long as their policies say so. */
  async #dropSkipped(): Promise<void> {
    const { plan } = this.#session.data;
    for (let planned = plan.stages[0]; planned !== undefined; planned = plan.stages[0]) {
      if ("redirect" in planned) {
        plan.context.redirect = planned.redirect;
        return;
      }
      const current = await this.#read(planned);
      if (current.bound !== null) {
        const keeps = await keepsStage(this.#services, planned.stage, plan, current.bound);
        await this.#reloadPending();
        if (!keeps) {
          plan.stages.shift();
          continue;
        }
      }
      this.#current = current;
      return;
    }
  }

  /** Whom policies are asked about. */
  #asked(): Asked {
    const { user, pending } = this.#require();
    return { user: pending ?? user, http: this.#session.http, httpUser: user };
  }

  /** A policy may have changed who the pending user is, or what is known of them. */
  async #reloadPending(): Promise<void> {
    const loaded = this.#require();
    const { context } = this.#session.data.plan;
    const pending = isObject(context.pending_user)
      ? await this.#services.store.read((tx) => pendingPerson(tx, context))
      : null;
    this.#loaded = { ...loaded, pending };
  }

  async #read(planned: PlannedStage): Promise<Current> {
    if (this.#head?.planned === planned) return this.#head;
    return this.#services.store.read((tx) => this.#readStage(tx, planned));
  }

  #readStage(tx: Snapshot, planned: PlannedStage): Current {
    const { plan } = this.#session.data;
    const { binding, stage } = rowsOf(tx, planned);
    const isAsked = planned.marker !== "plain" && binding !== null;
    const bound = isAsked ? boundToStage(this.#services, tx, binding, plan, this.#asked()) : null;
    return { planned, binding, stage, bound };
  }

  #context(stage: Row<ModelName>, { cookies = {}, browser }: FlowRequest, requestKey: string): StageContext {
    const { setting } = this;
    const { plan } = this.#session.data;
    return {
      services: this.#services,
      stage,
      plan,
      flow: setting.flow,
      user: setting.pending ?? setting.user,
      pending: setting.pending,
      requestUser: setting.user,
      shownUser: settingUser(setting),
      http: setting.http,
      query: setting.query,
      cookies,
      browser: browser ?? null,
      requestKey,
      checkpoint: async (work) => {
        const result = await this.#services.store.transaction((tx) => {
          const written = work?.(tx);
          this.#session.save(tx);
          return written;
        });
        this.#session.saved();
        return result as Exclude<typeof result, undefined>;
      },
      amend: async (change, work) => {
        const amend = (data: SessionData): void => change(data.plan);
        const written = await this.#services.store.transaction((tx) => {
          work?.(tx);
          return this.#session.amend(tx, amend);
        });
        this.#session.amended(written, amend);
      },
    };
  }

  #require(): Loaded {
    if (this.#loaded === undefined) throw new FlowMisconfigured("the flow was not read");
    return this.#loaded;
  }
}

function rowsOf(tx: Snapshot, planned: PlannedStage): Pick<Current, "binding" | "stage"> {
  const binding =
    planned.binding === null ? null : tx.get("authentik_flows.flowstagebinding", planned.binding);
  const stage = tx.get(planned.model, planned.stage);
  if (binding === undefined || stage === undefined) {
    throw new FlowOutdated("a stage of this flow was deleted while the flow was running; start it again");
  }
  return { binding, stage };
}

/** A response that is no object: refused under the challenge that the stage shows now. */
function refused(shown: StageOutcome, data: JsonValue): StageOutcome {
  if (shown.kind !== "challenge") return shown;
  const error =
    data === null
      ? { string: "No data provided", code: "null" }
      : {
          string: `Invalid data. Expected a dictionary, but got ${pythonType(data)}.`,
          code: "invalid",
        };
  return { kind: "rejected", challenge: shown.challenge, errors: { non_field_errors: [error] } };
}
