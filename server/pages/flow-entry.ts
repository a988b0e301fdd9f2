// `/flows/-/…`: the addresses that lead into flows and out of them (reference, sections 7.3 to 7.6).
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isLocalUrl } from "../../runtime/flow/challenge.ts";
import { findBrand, httpRequestData, lastValue, type QueryData } from "../../runtime/flow/http-request.ts";
import { findStage } from "../../runtime/flow/stage-lookup.ts";
import type { Row, Snapshot } from "../../runtime/index.ts";
import { canonicalUuid } from "../../runtime/models/fields.ts";
import { notFound } from "../errors.ts";
import { httpRequestInput, queryStringOf } from "../http-request.ts";
import type { Site } from "../site.ts";
import { configureFlow } from "../stages.ts";

type Flow = Row<"authentik_flows.flow">;
type ConfigureRequest = FastifyRequest<{ Params: { stage_uuid: string } }>;

const LOGIN = "/flows/-/default/authentication/";
const LOGOUT = "/flows/-/default/invalidation/";

/** Adds the addresses. */
export function addFlowEntries(app: FastifyInstance, site: Site): void {
  app.get(LOGIN, (request, reply) => toDefaultFlow(site, request, reply, "authentication"));
  app.get(LOGOUT, (request, reply) => toDefaultFlow(site, request, reply, "invalidation"));
  app.get("/flows/-/cancel/", (request, reply) => cancel(site, request, reply));
  app.get("/flows/-/configure/:stage_uuid/", (request: ConfigureRequest, reply) =>
    configure(site, request, reply),
  );
}

/** Gives the browser's flow up; then where the flow was to lead, else to the log-out. */
async function cancel(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const flow = request.session?.flow ?? null;
  if (flow !== null) await site.runtime.executor.cancel(flow);
  const next = lastValue(request.query as QueryData, "next");
  return reply.redirect(next !== undefined && next !== "" && isLocalUrl(next) ? next : LOGOUT, 302);
}

/** Starts the flow with which the logged-in user sets a stage up. */
async function configure(site: Site, request: ConfigureRequest, reply: FastifyReply): Promise<FastifyReply> {
  // The plan goes into the browser's session, so a token does not help here.
  const user = request.principal?.via === "session" ? request.principal.user : null;
  if (user === null) {
    const next = encodeURIComponent(request.originalUrl).replaceAll("%2F", "/");
    return reply.redirect(`${LOGIN}?next=${next}`, 302);
  }
  const flow = await site.store.read((tx) => {
    const { stage_uuid: pk } = request.params;
    const found = canonicalUuid(pk) === pk ? findStage(tx, pk) : undefined;
    return found === undefined ? undefined : configureFlow(tx, found);
  });
  if (flow === undefined) throw notFound("Stage");
  const before = request.session?.flow ?? null;
  const started = await site.runtime.executor.start(flow.slug, {
    user,
    http: httpRequestInput(request),
    context: { pending_user: user.pk },
  });
  if (started.session === null) throw notFound("Stage");
  await site.sessions.setFlow(request, reply, started.session);
  if (before !== null) await site.runtime.executor.cancel(before);
  return reply.redirect(`/if/flow/${flow.slug}/${queryStringOf(request)}`, 302);
}

/** The brand's flow of this kind, else the first by slug that lets the user in. */
async function toDefaultFlow(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: "authentication" | "invalidation",
): Promise<FastifyReply> {
  const flow = await defaultFlow(site, request, kind);
  if (flow === undefined) throw notFound("Flow");
  const running = request.session?.flow ?? null;
  if (running !== null && (await site.runtime.executor.flowOf(running)) !== flow.slug) {
    await site.runtime.executor.cancel(running);
  }
  return reply.redirect(`/if/flow/${flow.slug}/${queryStringOf(request)}`, 302);
}

async function defaultFlow(
  site: Site,
  request: FastifyRequest,
  kind: "authentication" | "invalidation",
): Promise<Flow | undefined> {
  const user = request.principal?.via === "session" ? request.principal.user : null;
  const { branded, candidates, http } = await site.store.read((tx) => ({
    branded: brandFlow(tx, request.host, kind),
    candidates: tx.list("authentik_flows.flow", { designation: kind }),
    http: httpRequestData(tx, httpRequestInput(request)),
  }));
  if (branded !== undefined) return branded;
  for (const flow of candidates.sort((a, b) => (a.slug < b.slug ? -1 : 1))) {
    const decision = await site.runtime.services.policies.evaluateBindings(flow.pk, flow.policy_engine_mode, {
      user,
      http,
      httpUser: user,
      context: () => ({}),
      obj: { pk: flow.pk, slug: flow.slug, name: flow.name },
    });
    if (decision.passing) return flow;
  }
  return undefined;
}

function brandFlow(tx: Snapshot, host: string, kind: "authentication" | "invalidation"): Flow | undefined {
  const pk = findBrand(tx, host)?.[`flow_${kind}`] ?? null;
  return pk === null ? undefined : tx.get("authentik_flows.flow", pk);
}
