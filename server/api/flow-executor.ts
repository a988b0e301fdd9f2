// `/flows/executor/<slug>/`: the endpoint that clients walk flows with (reference, sections 1 and 7).
import type { FastifyReply, FastifyRequest } from "fastify";
import { type FlowAnswer, type FlowStart, SessionNotFound } from "../../runtime/index.ts";
import { type Fields, readFields } from "../bodies.ts";
import { httpRequestInput } from "../http-request.ts";
import type { Operation, Schema } from "../openapi.ts";
import type { Area, Site } from "../site.ts";

type ExecutorRequest = FastifyRequest<{
  Params: { flow_slug: string };
  Querystring: { query?: string | string[] };
}>;

/** The flow executor. */
export const flowExecutor: Area = (site) => async (api) => {
  const path = "/flows/executor/:flow_slug/";
  api.get(path, { config: { operation: GET } }, async (request: ExecutorRequest, reply) =>
    serve(site, request, reply),
  );
  api.post(path, { config: { operation: POST, csrfExempt: true } }, async (request: ExecutorRequest, reply) =>
    serve(site, request, reply, await readFields(request)),
  );
};

const COMPONENTS = {
  Challenge: {
    type: "object",
    description: "What the flow shows; `component` says which further fields there are.",
    properties: {
      component: { type: "string" },
      flow_info: {
        type: "object",
        properties: {
          title: { type: "string" },
          background: { type: "string" },
          background_themed_urls: { type: "object", nullable: true },
          cancel_url: { type: "string" },
          layout: { type: "string" },
        },
        required: ["cancel_url", "layout"],
      },
      response_errors: {
        type: "object",
        additionalProperties: {
          type: "array",
          items: {
            type: "object",
            properties: { string: { type: "string" }, code: { type: "string" } },
            required: ["string", "code"],
          },
        },
      },
    },
    required: ["component"],
    additionalProperties: {},
  },
  ChallengeResponse: {
    type: "object",
    properties: { component: { type: "string" } },
    additionalProperties: {},
  },
} satisfies { [name: string]: Schema };

const SHARED = {
  open: true,
  query: [
    { name: "query", schema: { type: "string" }, description: "The page's query string.", required: true },
  ],
  answer: { $ref: "#/components/schemas/Challenge" },
  components: COMPONENTS,
} satisfies Partial<Operation>;

const GET: Operation = {
  id: "flows_executor_get",
  description: "The challenge that the flow waits with; starts the flow where it is not in progress.",
  ...SHARED,
};

const POST: Operation = {
  id: "flows_executor_solve",
  description: "Answers the challenge. 302 to the same URL where another stage follows.",
  body: { $ref: "#/components/schemas/ChallengeResponse" },
  ...SHARED,
};

async function serve(
  site: Site,
  request: ExecutorRequest,
  reply: FastifyReply,
  response?: Fields,
): Promise<FastifyReply> {
  const answer = await ask(site, request, reply, response);
  if (answer.challenge !== null) site.metrics.flowAnswer(answer.slug, answer.challenge.component);
  if (answer.login !== undefined) await site.sessions.login(request, reply, answer.login);
  for (const { name, value, seconds } of answer.cookies ?? []) {
    const secure = site.sessions.secure(request);
    reply.setCookie(name, value, { path: "/", httpOnly: true, sameSite: "lax", secure, maxAge: seconds });
  }
  // The client asks the same URL again: fetch and browsers do so by themselves, with GET.
  return answer.status === 302 ? reply.redirect(request.originalUrl, 302) : reply.send(answer.challenge);
}

/** The answer of the browser's flow; a flow that is not in progress is started first. */
async function ask(
  site: Site,
  request: ExecutorRequest,
  reply: FastifyReply,
  response: Fields | undefined,
): Promise<FlowAnswer> {
  const { executor } = site.runtime;
  const http = httpRequestInput(request);
  const query = pageQuery(request.query.query);
  const running = await runningFlow(site, request);
  const step = {
    method: response === undefined ? ("GET" as const) : ("POST" as const),
    ...(response !== undefined && { response }),
    http,
    query,
    cookies: request.cookies as { [name: string]: string },
  };
  if (running !== undefined) {
    try {
      return await executor.request(running, step);
    } catch (error) {
      // Another request of this browser has just ended it.
      if (!(error instanceof SessionNotFound)) throw error;
    }
  }
  const start: FlowStart = { user: request.principal?.user ?? null, http, query };
  const started = await executor.open(request.params.flow_slug, start);
  if (started.session === null) return started;
  await site.sessions.setFlow(request, reply, started.session);
  return await executor.request(started.session, step);
}

/** The browser's flow in progress, if it is the one asked for; any other one is given up. */
async function runningFlow(site: Site, request: ExecutorRequest): Promise<string | undefined> {
  const flow = request.session?.flow ?? null;
  if (flow === null) return undefined;
  const slug = await site.runtime.executor.flowOf(flow);
  if (slug === request.params.flow_slug) return flow;
  // A slug that does not exist is no reason to give anything up.
  const exists = await site.store.read((tx) =>
    tx.list("authentik_flows.flow", { slug: request.params.flow_slug }),
  );
  if (exists.length > 0) await site.runtime.executor.cancel(flow);
  return undefined;
}

/** The page's query string, which clients pass on as one parameter; of a repeated key the last value counts. */
function pageQuery(given: string | string[] | undefined): { [key: string]: string } {
  const text = Array.isArray(given) ? given.at(-1) : given;
  return Object.fromEntries(new URLSearchParams(text ?? ""));
}
