// What a command may touch: streams, terminal and colours, handed in so that tests can stand in for all of them.
import type { Readable, Writable } from "node:stream";
import type picocolors from "picocolors";

/** Functions that colour a text, or leave it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Exit codes of every command. */
export const exit = {
  /** Passed, or done. */
  pass: 0,
  /** Denied, or failed while running. */
  fail: 1,
  /** Wrong usage or broken input. */
  usage: 2,
} as const;

/** One of {@link exit}. */
export type ExitCode = (typeof exit)[keyof typeof exit];

/** The outside of a command. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** True where a person types the input. */
  readonly interactive: boolean;
  /** Colours of what goes to stdout. */
  readonly color: Colors;
  /** Colours of what goes to stderr. */
  readonly errorColor: Colors;
}

/** Input or usage that a command cannot work with: what, where and what to do. Ends the command with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The reader of our output is gone (`postern … | head`): there is nobody to tell, so the command ends quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** Writes and waits until the stream takes more. Throws {@link OutputClosed} when its reader is gone. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) return resolve();
      const gone = ["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"];
      reject(gone.includes((error as NodeJS.ErrnoException).code ?? "") ? new OutputClosed() : error);
    });
  });
}

/** Characters that move the cursor, colour the terminal, break lines or turn the direction of writing. */
const ACTING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const unicodeEscape = (char: string): string =>
  `\\u${(char.codePointAt(0) as number).toString(16).padStart(4, "0")}`;

/** A text in which control characters cannot move the cursor or colour the terminal; line breaks become `\n`. */
export function printable(text: string): string {
  return text.replace(ACTING, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\r") return "\\r";
    const code = char.codePointAt(0) as number;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(char);
  });
}

/** JSON that stays the same JSON and does nothing to a terminal; its line breaks are those of the layout. */
export function printableJson(json: string): string {
  return json.replace(ACTING, (char) => (char === "\n" ? char : unicodeEscape(char)));
}

/** {@link printable} for each line of a text of several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
