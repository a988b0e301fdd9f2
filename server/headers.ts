// Headers of every answer.
import type { FastifyInstance } from "fastify";

/** Answers carry the request's id under authentik's name, and nothing may be sniffed, framed or kept by caches. */
export function addHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("X-authentik-id", request.id);
    reply.header("X-Content-Type-Options", "nosniff");
    reply.header("X-Frame-Options", "DENY");
    reply.header("Referrer-Policy", "same-origin");
    reply.header("Cache-Control", "no-store");
    reply.header("Vary", "Cookie, Authorization");
  });
}
