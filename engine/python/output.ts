// What an evaluation says besides its result: messages, log lines, events; all capped.
import { LimitExceeded } from "./state.ts";

/** How loud a log line is. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** What has been said so far. */
export const output = {
  messages: [] as string[],
  /** JSON texts: what a line is about may change after it was written. */
  logs: [] as string[],
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

/** A log line; its attributes as the JSON of an object. */
export function log(level: LogLevel, event: string, attributes = "{}"): void {
  const line = `{"level":"${level}","event":${JSON.stringify(event)},"attributes":${attributes}}`;
  emit(line);
  output.logs.push(line);
}
