// The HTTP application: the parts of the API in one list, and what all of them share.
import { randomUUID } from "node:crypto";
import { type FastifyInstance, fastify } from "fastify";
import { authenticate } from "./authentication.ts";
import { answerErrors } from "./errors.ts";
import type { Area, Site } from "./site.ts";

/** The parts of `/api/v3`, each in its own file. */
const AREAS: readonly Area[] = [];

/** Builds the application. It listens nowhere yet. */
export function buildApp(site: Site): FastifyInstance {
  const { settings } = site;
  const app = fastify({
    loggerInstance: site.logger,
    bodyLimit: settings.bodyLimit,
    requestTimeout: settings.requestTimeout,
    keepAliveTimeout: settings.keepAliveTimeout,
    http: { maxHeaderSize: settings.headerLimit, headersTimeout: settings.headersTimeout },
    trustProxy: settings.trustedProxies.length === 0 ? false : settings.trustedProxies,
    genReqId: () => randomUUID().replaceAll("-", ""),
  });
  answerErrors(app);
  authenticate(app, site);
  app.register(
    async (api) => {
      for (const area of AREAS) await api.register(area(site));
    },
    { prefix: "/api/v3" },
  );
  return app;
}
