// What operators ask: is it alive, is it ready, how is it doing; and the end without losing a request.
import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Services } from "../runtime/services.ts";
import { requireSuperuser } from "./principal.ts";
import type { Site } from "./site.ts";

/** Bounds of the histogram of request times, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Figures for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "postern_http_requests_total",
    help: "Requests that were answered.",
    labelNames: ["method", "route", "status"],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: "postern_http_request_duration_seconds",
    help: "Time from a request to its answer.",
    labelNames: ["method", "route"],
    buckets: BUCKETS,
    registers: [this.registry],
  });
  readonly #inFlight = new Gauge({
    name: "postern_http_requests_in_flight",
    help: "Requests that are being answered.",
    registers: [this.registry],
  });
  readonly #flowAnswers = new Counter({
    name: "postern_flow_answers_total",
    help: "Answers of the flow executor by flow and component; redirects to the next stage have none.",
    labelNames: ["flow", "component"],
    registers: [this.registry],
  });

  /** @param runtime what counts the runtime's messages and codes */
  constructor({ messageCounts, codeCounts }: Pick<Services, "messageCounts" | "codeCounts">) {
    collectDefaultMetrics({ register: this.registry });
    new Counter({
      name: "postern_messages_total",
      help: "Messages by SMS stage and provider: sent, failed, or refused and why.",
      labelNames: ["stage", "provider", "outcome"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { count, ...labels } of messageCounts.entries()) this.inc(labels, count);
      },
    });
    const labelNames = ["country", "purpose"] as const;
    for (const what of ["sent", "confirmed"] as const) {
      new Counter({
        name: `postern_codes_${what}_total`,
        help: `Codes that were ${what}, by country of the number and purpose.`,
        labelNames,
        registers: [this.registry],
        collect() {
          this.reset();
          for (const { country, purpose, [what]: count } of codeCounts.entries())
            this.inc({ country, purpose }, count);
        },
      });
    }
    new Gauge({
      name: "postern_codes_alarm",
      help: "1 where too few of the last hour's codes were confirmed, else 0.",
      labelNames,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { country, purpose, alarm } of codeCounts.entries())
          this.set({ country, purpose }, alarm ? 1 : 0);
      },
    });
  }

  /** Counts an answer of the flow executor. */
  flowAnswer(flow: string, component: string): void {
    this.#flowAnswers.inc({ flow, component });
  }

  /** Has the app's requests counted. Labels are routes, not paths, so that nobody can make up new ones. */
  count(app: FastifyInstance): void {
    app.addHook("onRequest", (_request, _reply, done) => {
      this.#inFlight.inc();
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      this.#inFlight.dec();
      const labels = { method: request.method, route: request.routeOptions.url ?? "(none)" };
      this.#requests.inc({ ...labels, status: reply.statusCode });
      this.#durations.observe(labels, reply.elapsedTime / 1000);
      done();
    });
  }
}

/** Whether the server takes requests; set to false when it is about to stop. */
export interface Readiness {
  ready: boolean;
}

/** Adds `/-/health/…`, for everybody and without a look at who asks. */
export function addHealth(app: FastifyInstance, site: Site, readiness: Readiness): void {
  app.get("/-/health/live/", async (_request, reply) => reply.status(200).send());
  app.get("/-/health/ready/", async (request, reply) => {
    if (!readiness.ready) return reply.status(503).send();
    try {
      await site.store.read((tx) => tx.get("authentik_core.user", 0));
    } catch (error) {
      request.log.error({ err: error }, "the store does not answer");
      return reply.status(503).send();
    }
    return reply.status(200).send();
  });
}

/** Adds `/-/metrics`, for superusers. */
export function addMetrics(app: FastifyInstance, site: Site): void {
  for (const path of ["/-/metrics", "/-/metrics/"]) {
    app.get(path, async (request, reply) => {
      requireSuperuser(request);
      return reply.type(site.metrics.registry.contentType).send(await site.metrics.registry.metrics());
    });
  }
}
