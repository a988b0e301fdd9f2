// `/flows/executor/<slug>/`: the endpoint that clients walk flows with (reference, sections 1 and 7).
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Fields, readFields } from "../bodies.ts";
import { queryValues, walk } from "../flow-walk.ts";
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
  const slug = request.params.flow_slug;
  // The page's query string, which clients pass on as one parameter.
  const { query } = request.query;
  const text = (Array.isArray(query) ? query.at(-1) : query) ?? "";
  const answer = await walk(site, request, reply, { slug, query: queryValues(text), response });
  // The client asks the same URL again: fetch and browsers do so by themselves, with GET.
  return answer.status === 302 ? reply.redirect(request.originalUrl, 302) : reply.send(answer.challenge);
}
