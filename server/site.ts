// What every part of the server works with; put together once by createServer.
import type { FastifyBaseLogger, FastifyPluginAsync } from "fastify";
import type { Engine } from "../engine/types.ts";
import type { Clock, Runtime, Store } from "../runtime/index.ts";
import type { Metrics } from "./operations.ts";
import type { Sessions } from "./session.ts";
import type { ServerSettings } from "./settings.ts";

/** The server's parts. */
export interface Site {
  readonly runtime: Runtime;
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly settings: ServerSettings;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
}

/** A part of the API: makes a plugin that adds its routes. Paths are relative to `/api/v3` and end in `/`. */
export type Area = (site: Site) => FastifyPluginAsync;
