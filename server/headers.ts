// Headers of every answer.
import type { FastifyInstance } from "fastify";

/** Answers carry the request's id under authentik's name, and nothing may be sniffed, framed or kept by caches. */
export function addHeaders(app: FastifyInstance): void {
  // Not at once, so that all that came with the header is parsed before anything is answered: a request whose body is
  // malformed gets one answer, not two.
  app.addHook("onRequest", async (request, reply) => {
    reply.header("X-authentik-id", request.id);
    reply.header("X-Content-Type-Options", "nosniff");
    reply.header("X-Frame-Options", "DENY");
    reply.header("Referrer-Policy", "same-origin");
    reply.header("Cache-Control", "no-store");
    reply.header("Vary", "Cookie, Authorization");
  });
}
