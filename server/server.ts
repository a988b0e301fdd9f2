// createServer: the HTTP server around a runtime, listening by itself or mounted in another server.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger as PinoLogger } from "pino";
import type { Engine } from "../engine/types.ts";
import type { Clock, Runtime } from "../runtime/index.ts";
import { buildApp } from "./app.ts";
import { createLogger } from "./logging.ts";
import type { KnownRoute } from "./openapi.ts";
import { Metrics, type Readiness } from "./operations.ts";
import { Sessions } from "./session.ts";
import { type ServerSettingsInput, settingsSchema } from "./settings.ts";

/** While the server closes, connections without a request are looked for this often, milliseconds. */
const SILENT_INTERVAL = 100;

/** What a server is made of. */
export interface ServerOptions {
  /** The runtime and, with it, the store. The server closes neither. */
  readonly runtime: Runtime;
  /** The engine the runtime works with. */
  readonly engine: Engine;
  readonly settings: ServerSettingsInput;
  /** Milliseconds since the epoch; by default the system's. Give the runtime the same. */
  readonly clock?: Clock;
  /** Where log lines go; by default JSON on stdout, made by `createLogger`. */
  readonly logger?: PinoLogger;
}

/** The HTTP server. */
export interface Server {
  /** Starts listening and answers where: `http://127.0.0.1:9000`. Rejects when the port cannot be had. */
  listen(): Promise<string>;
  /** What there is to ask, in the order in which it was added. */
  readonly routes: readonly KnownRoute[];
  /** Answers one request; for mounting in a server of your own instead of {@link Server.listen}. */
  handler(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Takes no new requests, answers those in flight, and lets go of the port. Those that are not answered within
   * `shutdownTimeout` are cut off. May be called again.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a server. Throws ZodError when a setting is wrong. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const settings = settingsSchema.parse(options.settings);
  const { runtime, engine, clock = Date.now, logger = createLogger(settings.logLevel) } = options;
  const { store } = runtime;
  const sessions = new Sessions({ store, clock, settings });
  const readiness: Readiness = { ready: true };
  const metrics = new Metrics(runtime.services);
  const site = { runtime, engine, store, sessions, clock, settings, logger, metrics };
  const { app, routes } = await buildApp(site, readiness);
  const inFlight = new InFlight();
  app.addHook("onRequest", (_request, reply, done) => {
    inFlight.add(reply.raw);
    done();
  });
  // A connection that stayed open after the last answer would keep the server from closing.
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (!readiness.ready) reply.header("connection", "close");
    done();
  });
  await app.ready();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    readiness.ready = false;
    const timer = setTimeout(() => {
      logger.warn(
        { requests: inFlight.size },
        "requests were cut off: they took longer than shutdownTimeout",
      );
      inFlight.destroy();
      app.server.closeAllConnections();
    }, settings.shutdownTimeout);
    // Node waits for connections that have not sent a request yet, a browser's that connected ahead, say, as for requests.
    const silent = setInterval(() => {
      if (inFlight.size === 0) app.server.closeAllConnections();
    }, SILENT_INTERVAL);
    await Promise.all([app.close(), inFlight.empty()]);
    clearInterval(silent);
    clearTimeout(timer);
  };
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  return {
    listen: () => app.listen({ host: settings.host, port: settings.port }),
    routes,
    handler: (request, response) => app.routing(request, response),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

/** The answers that are not finished. A mounted server has no connections of its own to wait for. */
class InFlight {
  readonly #responses = new Set<ServerResponse>();
  readonly #waiting: (() => void)[] = [];

  get size(): number {
    return this.#responses.size;
  }

  add(response: ServerResponse): void {
    this.#responses.add(response);
    response.once("close", () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) for (const done of this.#waiting.splice(0)) done();
    });
  }

  empty(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#responses.size === 0) resolve();
      else this.#waiting.push(resolve);
    });
  }

  destroy(): void {
    for (const response of this.#responses) response.destroy();
  }
}
