// How flows begin: planned for a user and a request, with a first state that is not stored yet.
import type { JsonObject } from "../../engine/types.ts";
import { FlowNotFound } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Row, Snapshot } from "../store/contract.ts";
import { findPerson, type Person, pendingPerson, type UserInput } from "../users/person.ts";
import type { Challenge } from "./challenge.ts";
import { type FlowSetting, finishedTarget, notApplicableAnswer } from "./flow-end.ts";
import { type HttpRequestInput, httpRequestData } from "./http-request.ts";
import { gatherPlan, planGathered } from "./planner.ts";
import type { SessionData } from "./session.ts";

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

/** A flow that was planned: its first state, or its end where there is nothing to do. */
export type Begun =
  | { readonly kind: "ended"; readonly setting: FlowSetting; readonly challenge: Challenge }
  | { readonly kind: "begun"; readonly data: SessionData };

/** Plans a flow. Throws FlowNotFound, UserNotFound, PolicyUndecided. */
export async function beginFlow(services: Services, slug: string, start: FlowStart): Promise<Begun> {
  const query = { ...start.query };
  const { setting, gathered } = await services.store.read((tx) => {
    const context = startContext(start.context ?? {}, (input) => findPerson(tx, input));
    const setting = {
      flow: requireFlow(tx, slug),
      user: findPerson(tx, start.user ?? null),
      pending: pendingPerson(tx, context),
      http: httpRequestData(tx, start.http ?? {}),
      query,
      context,
    };
    return { setting, gathered: gatherPlan(services, tx, setting) };
  });
  const { user, http } = setting;
  const planned = await planGathered(services, gathered);
  switch (planned.kind) {
    case "not_applicable":
      return { kind: "ended", setting, challenge: notApplicableAnswer(setting, planned.messages) };
    case "empty":
      return { kind: "ended", setting, challenge: finishedTarget(setting) };
    case "plan":
      return { kind: "begun", data: { slug, user: user?.pk ?? null, http, query, plan: planned.plan } };
  }
}

function requireFlow(tx: Snapshot, slug: string): Row<"authentik_flows.flow"> {
  const [flow] = tx.list("authentik_flows.flow", { slug });
  if (flow === undefined) {
    const known = tx.list("authentik_flows.flow").map((other) => other.slug);
    throw new FlowNotFound(slug, known.sort());
  }
  return flow;
}

/** The context to plan with: the pending user is kept by pk, so that later requests see the user as it is then. */
function startContext(context: JsonObject, find: (input: UserInput) => Person | null): JsonObject {
  if (!Object.hasOwn(context, "pending_user")) return context;
  const { pending_user: input, ...rest } = context;
  const person = find(typeof input === "number" ? { pk: input } : (input as UserInput));
  return person === null ? rest : { ...rest, pending_user: { pk: person.pk } };
}
