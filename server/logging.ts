// Log lines: JSON, one for each request and each thing that goes wrong, with secrets hidden.

import { AsyncLocalStorage } from "node:async_hooks";
import type { FastifyInstance } from "fastify";
import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { JsonObject } from "../engine/types.ts";
import { cleanse, redact, sensitiveTexts } from "../runtime/events/cleanse.ts";
import type { Logger } from "../runtime/index.ts";
import { addressOf } from "./http-request.ts";
import type { ServerSettings } from "./settings.ts";

/** A logger whose lines lose what names a secret or a phone number. By default they go to stdout. */
export function createLogger(level: ServerSettings["logLevel"], destination?: DestinationStream): PinoLogger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => cleansed(fields),
    },
    // What is left of an error by then is no Error any more, and pino would say that it is an Object.
    serializers: { err: (shown: unknown) => shown },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The fields of a line. Errors keep their name, text and stack, and nothing that was hung on them. */
function cleansed(fields: object): { [key: string]: unknown } {
  const { err, ...rest } = fields as { err?: unknown };
  const plain = JSON.parse(JSON.stringify(rest)) as JsonObject;
  if (!(err instanceof Error)) return cleanse(plain);
  const secrets = sensitiveTexts(plain);
  const { name, message, stack = "" } = err;
  return {
    ...cleanse(plain),
    err: { name, message: redact(message, secrets), stack: redact(stack, secrets) },
  };
}

/** The id of the request that is being answered; the runtime says things that no request is handed down to. */
const answering = new AsyncLocalStorage<string>();

/** The runtime's log lines among the server's, with the id of the request that they are about. */
export function runtimeLogger(logger: PinoLogger): Logger {
  return {
    log(level, event, attributes) {
      const request_id = answering.getStore();
      const fields = request_id === undefined ? attributes : { request_id, ...attributes };
      logger[level === "warning" ? "warn" : level](fields, event);
    },
  };
}

/** Names the request in the lines that Fastify has of it. */
export const REQUEST_ID = "request_id";

/** Has the app write a line for each request: what was asked, by whom, the answer's status and time. No queries, no bodies. */
export function logRequests(app: FastifyInstance): void {
  // Not before the body is read: it comes from the connection, which knows of no request.
  app.addHook("preHandler", (request, _reply, done) => answering.run(request.id, done));
  app.addHook("onResponse", (request, reply, done) => {
    const { method, routeOptions, principal } = request;
    const line = {
      method,
      route: routeOptions.url ?? "(none)",
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      user: principal?.user.username,
      client_ip: addressOf(request),
    };
    request.log[reply.statusCode >= 500 ? "error" : "info"](line, "request");
    done();
  });
}
