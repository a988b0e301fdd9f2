// The HTTP application: the parts of the API in one list, and what all of them share.
import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import { type FastifyInstance, fastify, LogController } from "fastify";
import { blueprintsArea } from "./api/blueprints.ts";
import { brandsArea } from "./api/brands.ts";
import { tokensArea } from "./api/core-tokens.ts";
import { current } from "./api/current.ts";
import { devicesArea } from "./api/devices.ts";
import { eventsArea } from "./api/events.ts";
import { flowExecutor } from "./api/flow-executor.ts";
import { flowInspector } from "./api/flow-inspector.ts";
import { flowsArea } from "./api/flows.ts";
import { groupsArea } from "./api/groups.ts";
import { policiesArea } from "./api/policies.ts";
import { promptsArea } from "./api/prompts.ts";
import { propertyMappingsArea } from "./api/property-mappings.ts";
import { schema } from "./api/schema.ts";
import { stagesArea } from "./api/stages.ts";
import { usersArea } from "./api/users.ts";
import { authenticate } from "./authentication.ts";
import { readBodies } from "./bodies.ts";
import { answerErrors, answerUnreadable } from "./errors.ts";
import { addHeaders } from "./headers.ts";
import { logRequests, REQUEST_ID } from "./logging.ts";
import { gatherRoutes, type KnownRoute } from "./openapi.ts";
import { addHealth, addMetrics, type Readiness } from "./operations.ts";
import { addFlowEntries } from "./pages/flow-entry.ts";
import { addFlowPages } from "./pages/flow-page.ts";
import { addPlayground } from "./playground/playground.ts";
import type { Area, Site } from "./site.ts";
import { answerUnmatched } from "./unmatched.ts";

/** The parts of `/api/v3`, each in its own file. */
const AREAS: readonly Area[] = [
  flowExecutor,
  flowInspector,
  current,
  stagesArea,
  promptsArea,
  devicesArea,
  flowsArea,
  policiesArea,
  propertyMappingsArea,
  usersArea,
  tokensArea,
  groupsArea,
  eventsArea,
  brandsArea,
  blueprintsArea,
];

/** The application and what it answers. */
export interface Application {
  readonly app: FastifyInstance;
  readonly routes: readonly KnownRoute[];
}

/** Builds the application. It listens nowhere yet, and takes more hooks until it is made ready. */
export async function buildApp(site: Site, readiness: Readiness): Promise<Application> {
  const { settings } = site;
  const app = fastify({
    loggerInstance: site.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: REQUEST_ID }),
    bodyLimit: settings.bodyLimit,
    requestTimeout: settings.requestTimeout,
    keepAliveTimeout: settings.keepAliveTimeout,
    http: {
      maxHeaderSize: settings.headerLimit,
      headersTimeout: settings.headersTimeout,
      // How often Node looks for requests that are late.
      connectionsCheckingInterval: Math.min(1_000, settings.headersTimeout),
    },
    trustProxy: settings.trustedProxies.length === 0 ? false : settings.trustedProxies,
    genReqId: () => randomUUID().replaceAll("-", ""),
    // A slug may be as long as a request's address.
    routerOptions: { maxParamLength: settings.headerLimit },
    frameworkErrors: answerUnreadable,
  });
  const routes = gatherRoutes(app);
  answerErrors(app);
  addHeaders(app);
  logRequests(app);
  site.metrics.count(app);
  addHealth(app, site, readiness);
  await app.register(async (scope) => {
    await scope.register(cookie, { secret: settings.secretKey });
    await readBodies(scope, settings);
    authenticate(scope, site);
    addMetrics(scope, site);
    addFlowEntries(scope, site);
    addFlowPages(scope, site);
    if (settings.playground) addPlayground(scope);
    await scope.register(
      async (api) => {
        for (const area of [...AREAS, schema(routes)]) await api.register(area(site));
      },
      { prefix: "/api/v3" },
    );
  });
  answerUnmatched(app, routes);
  return { app, routes };
}
