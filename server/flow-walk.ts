// Walking the browser's flow: one request to the executor, with what it does to the browser's session and cookies.
import type { FastifyReply, FastifyRequest } from "fastify";
import { type FlowAnswer, type FlowStart, SessionNotFound } from "../runtime/index.ts";
import type { Fields } from "./bodies.ts";
import { httpRequestInput } from "./http-request.ts";
import type { Site } from "./site.ts";

/** One step of a flow. */
export interface Step {
  readonly slug: string;
  /** The page's query, where `next` may stand. */
  readonly query: { readonly [key: string]: string };
  /** The answer to the challenge; without one the step only looks. */
  readonly response?: Fields;
}

/** Takes a step of the browser's flow; one that is not in progress is started first. Throws FlowNotFound. */
export async function walk(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FlowAnswer> {
  const answer = await ask(site, request, reply, step);
  if (answer.challenge !== null) site.metrics.flowAnswer(answer.slug, answer.challenge.component);
  if (answer.logout) await site.sessions.logout(request, reply);
  if (answer.login !== undefined) await site.sessions.login(request, reply, answer.login);
  for (const { name, value, seconds } of answer.cookies ?? []) {
    const secure = site.sessions.secure(request);
    reply.setCookie(name, value, { path: "/", httpOnly: true, sameSite: "lax", secure, maxAge: seconds });
  }
  return answer;
}

/** A query string's values; of a repeated key the last one counts. */
export function queryValues(text: string): { [key: string]: string } {
  return Object.fromEntries(new URLSearchParams(text));
}

async function ask(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FlowAnswer> {
  const { executor } = site.runtime;
  const { slug, query, response } = step;
  const http = httpRequestInput(request);
  const asked = {
    method: response === undefined ? ("GET" as const) : ("POST" as const),
    ...(response !== undefined && { response }),
    http,
    query,
    cookies: request.cookies as { [name: string]: string },
  };
  const running = await runningFlow(site, request, slug);
  if (running !== undefined) {
    try {
      return await executor.request(running, asked);
    } catch (error) {
      // Another request of this browser has just ended it.
      if (!(error instanceof SessionNotFound)) throw error;
    }
  }
  const start: FlowStart = { user: request.principal?.user ?? null, http, query };
  const started = await executor.open(slug, start);
  if (started.session === null) return started;
  await site.sessions.setFlow(request, reply, started.session);
  return await executor.request(started.session, asked);
}

/** The browser's flow in progress, if it is the one asked for; any other one is given up. */
async function runningFlow(site: Site, request: FastifyRequest, slug: string): Promise<string | undefined> {
  const flow = request.session?.flow ?? null;
  if (flow === null) return undefined;
  if ((await site.runtime.executor.flowOf(flow)) === slug) return flow;
  // A slug that does not exist is no reason to give anything up.
  const exists = await site.store.read((tx) => tx.list("authentik_flows.flow", { slug }));
  if (exists.length > 0) await site.runtime.executor.cancel(flow);
  return undefined;
}
