// createServer: the HTTP server around a runtime, listening by itself or mounted in another server.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Logger as PinoLogger, pino } from "pino";
import type { Engine } from "../engine/types.ts";
import type { Clock, Runtime } from "../runtime/index.ts";
import { buildApp } from "./app.ts";
import { Sessions } from "./session.ts";
import { type ServerSettingsInput, settingsSchema } from "./settings.ts";

/** What a server is made of. */
export interface ServerOptions {
  /** The runtime and, with it, the store. The server closes neither. */
  readonly runtime: Runtime;
  /** The engine the runtime works with. */
  readonly engine: Engine;
  readonly settings: ServerSettingsInput;
  /** Milliseconds since the epoch; by default the system's. Give the runtime the same. */
  readonly clock?: Clock;
  /** Where log lines go; by default JSON on stdout. */
  readonly logger?: PinoLogger;
}

/** The HTTP server. */
export interface Server {
  /** Starts listening and answers where: `http://127.0.0.1:9000`. */
  listen(): Promise<string>;
  /** Answers one request; for mounting in a server of your own instead of {@link Server.listen}. */
  handler(request: IncomingMessage, response: ServerResponse): void;
  /** Takes no new requests, waits for those in flight, and lets go of the port. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a server. Throws ZodError when a setting is wrong. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const settings = settingsSchema.parse(options.settings);
  const { runtime, engine, clock = Date.now, logger = pino({ level: settings.logLevel }) } = options;
  const { store } = runtime;
  const sessions = new Sessions({ store, clock, settings });
  const app = await buildApp({ runtime, engine, store, sessions, clock, settings, logger });
  const close = async (): Promise<void> => await app.close();
  return {
    listen: () => app.listen({ host: settings.host, port: settings.port }),
    handler: (request, response) => app.routing(request, response),
    close,
    [Symbol.asyncDispose]: close,
  };
}
