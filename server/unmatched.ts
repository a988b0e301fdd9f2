// Requests that no route takes: a slash that was forgotten, a method that is not there, or nothing at all.
import type { FastifyInstance } from "fastify";
import { pathOf, queryStringOf } from "./http-request.ts";
import type { KnownRoute } from "./openapi.ts";

/** Answers them as Django and its REST framework do. To be called when all routes are there. */
export function answerUnmatched(app: FastifyInstance, routes: readonly KnownRoute[]): void {
  const known = (path: string): KnownRoute[] => routes.filter(({ url }) => patternOf(url).test(path));
  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request);
    const methods = known(path).flatMap((route) => route.methods);
    if (methods.length > 0) {
      reply.header("Allow", [...new Set(methods)].sort().join(", "));
      return reply.status(405).send({ detail: `Method "${request.method}" not allowed.` });
    }
    if (!path.endsWith("/") && known(`${path}/`).some((route) => route.methods.includes(request.method))) {
      return reply.redirect(`${path}/${queryStringOf(request)}`, 301);
    }
    return reply.status(404).send({ detail: "Not found." });
  });
}

/** The paths of a route. Every one begins with a single slash and a name of ours, so none leads to another host. */
function patternOf(url: string): RegExp {
  const escaped = url.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll(/:\w+/g, "[^/]+")}$`);
}
