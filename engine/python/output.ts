// What an evaluation says besides its result: messages, log lines, events; all capped.
import type { KwArgs } from "./object.ts";
import { LimitExceeded } from "./state.ts";

/** One log line. */
export interface LogLine {
  readonly level: "debug" | "info" | "warning" | "error";
  readonly event: string;
  readonly attributes: KwArgs;
}

/** What has been said so far. */
export const output = {
  messages: [] as string[],
  logs: [] as LogLine[],
  /** JSON texts. */
  events: [] as string[],
  bytes: 0,
  maxBytes: 0,
};

/** Starts anew. */
export function resetOutput(maxBytes: number): void {
  output.messages = [];
  output.logs = [];
  output.events = [];
  output.bytes = 0;
  output.maxBytes = maxBytes;
}

/** Reckons `text` against the output limit. */
export function emit(text: string): void {
  output.bytes += text.length + 16;
  if (output.bytes > output.maxBytes) {
    throw new LimitExceeded(
      "OutputLimitExceeded",
      `the expression wrote more than ${output.maxBytes} bytes of output`,
    );
  }
}

/** `ak_message(text)`. */
export function message(text: string): void {
  emit(text);
  output.messages.push(text);
}

/** A log line. */
export function log(level: LogLine["level"], event: string, attributes: KwArgs): void {
  emit(event);
  output.logs.push({ level, event, attributes });
}
