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
  if (answer.login === null) await site.sessions.logout(request, reply);
  else if (answer.login !== undefined) await site.sessions.login(request, reply, answer.login);
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
    ...(request.session !== null && { browser: request.session.pk }),
  };
  const before = request.session?.flow ?? null;
  if (before !== null) {
    try {
      return await executor.request(before, { ...asked, slug });
    } catch (error) {
      // It is another flow, or has ended.
      if (!(error instanceof SessionNotFound)) throw error;
    }
  }
  const running = await site.sessions.running(request);
  const start: FlowStart = { user: request.principal?.user ?? null, http, query };
  const answer = await executor.enter(slug, start, asked, running.write);
  running.tell(reply);
  // A browser runs one flow at a time. A slug that does not exist has thrown: no reason to give anything up.
  if (before !== null) await executor.cancel(before);
  return answer;
}
