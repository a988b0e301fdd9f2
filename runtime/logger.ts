// Where the runtime's log lines go, and the guard that keeps secrets out of them.
import type { JsonObject } from "../engine/types.ts";
import { cleanse, redact, sensitiveTexts } from "./events/cleanse.ts";

/** Severity of a log line. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** Takes log lines: an event name or text, and fields. Never formats one into the other. */
export interface Logger {
  log(level: LogLevel, event: string, attributes: JsonObject): void;
}

/** Writes nothing; the default. */
export const silentLogger: Logger = { log: () => {} };

/** A logger that also takes texts which the line must not hold, beside those that its fields give away by their keys. */
export interface CleansingLogger {
  log(level: LogLevel, event: string, attributes: JsonObject, secrets?: readonly string[]): void;
}

/** A logger whose lines pass through {@link cleanse} first, so that no secret and no whole number gets out. */
export function cleansingLogger(logger: Logger): CleansingLogger {
  return {
    log(level, event, attributes, secrets = []) {
      const known = [...secrets, ...sensitiveTexts(attributes)];
      logger.log(level, redact(event, known), cleanse(attributes, secrets));
    },
  };
}
