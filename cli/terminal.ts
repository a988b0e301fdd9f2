// Asking a person on a terminal, line by line; what is secret is not echoed.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type CommandIo, UsageError } from "./io.ts";

/** Asks one question after another. */
export interface Terminal {
  /** The person's line, without line break. Throws {@link UsageError} when the input ends. */
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
  close(): void;
}

/** A terminal on the command's stdin; questions go to stderr, so that stdout holds only results. */
export function openTerminal(io: CommandIo): Terminal {
  let muted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) io.stderr.write(chunk);
      done();
    },
  });
  const readline = createInterface({ input: io.stdin, output, terminal: io.interactive, historySize: 0 });
  let ended = false;
  const end = new AbortController();
  readline.on("close", () => {
    ended = true;
    end.abort();
  });
  readline.on("SIGINT", () => readline.close());
  return {
    async ask(question, { secret = false } = {}) {
      const gone = () => new UsageError("the input ended before the flow did");
      if (ended) throw gone();
      // Readline redraws the last line as the person types, so that line must be its own prompt.
      const split = question.lastIndexOf("\n") + 1;
      io.stderr.write(question.slice(0, split));
      try {
        const reply = readline.question(question.slice(split), { signal: end.signal });
        muted = secret;
        return await reply;
      } catch {
        throw gone();
      } finally {
        if (secret) io.stderr.write("\n");
        muted = false;
      }
    },
    close: () => readline.close(),
  };
}
