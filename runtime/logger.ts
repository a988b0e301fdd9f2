// Where the runtime's log lines go, and the guard that keeps secrets out of them.
import type { JsonObject } from "../engine/types.ts";
import { cleanse } from "./events/cleanse.ts";

/** Severity of a log line. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** Takes log lines: an event name or text, and fields. Never formats one into the other. */
export interface Logger {
  log(level: LogLevel, event: string, attributes: JsonObject): void;
}

/** Writes nothing; the default. */
export const silentLogger: Logger = { log: () => {} };

/** A logger whose fields pass through {@link cleanse} first, so that no secret and no whole number gets out. */
export function cleansingLogger(logger: Logger): Logger {
  return { log: (level, event, attributes) => logger.log(level, event, cleanse(attributes)) };
}
