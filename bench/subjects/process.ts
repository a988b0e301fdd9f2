// A subject seen from the bench: a process of its own that is asked one thing at a time.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How long a subject may take for one request, milliseconds; Pyodide needs seconds to start. */
const PATIENCE_MS = 60_000;

export class SubjectProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #waiting: { settle: (reply: unknown) => void; refuse: (reason: Error) => void } | undefined;
  #stderr = "";
  readonly #gone: Promise<void>;

  constructor(name: string, command: readonly string[]) {
    this.name = name;
    this.#child = spawn(command[0] as string, command.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    const refuse = (reason: string) => {
      this.#waiting?.refuse(new Error(`${name}: ${reason}`));
      this.#waiting = undefined;
    };
    this.#child.stdin?.on("error", () => {});
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr = `${this.#stderr}${chunk}`.slice(-4000);
    });
    this.#gone = new Promise((settle) => {
      this.#child.on("error", (error) => {
        refuse(error.message);
        settle();
      });
      this.#child.on("close", (code, signal) => {
        refuse(`ended (${signal ?? `exit ${code}`})\n${this.#stderr}`);
        settle();
      });
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const { reply, error } = JSON.parse(line) as { reply?: unknown; error?: string };
      if (error !== undefined) refuse(error);
      else this.#waiting?.settle(reply);
      this.#waiting = undefined;
    });
  }

  /** Asks for one operation and waits. Throws what the subject complains of, or that it is gone. */
  ask<Reply>(operation: string, request: object = {}): Promise<Reply> {
    return new Promise((settle, refuse) => {
      const timer = setTimeout(() => {
        refuse(new Error(`${this.name}: no reply to ${operation} within ${PATIENCE_MS / 1000} s`));
        this.#child.kill("SIGKILL");
      }, PATIENCE_MS);
      this.#waiting = {
        settle: (reply) => {
          clearTimeout(timer);
          settle(reply as Reply);
        },
        refuse: (reason) => {
          clearTimeout(timer);
          refuse(reason);
        },
      };
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        this.#waiting.refuse(new Error(`${this.name} has ended\n${this.#stderr}`));
      else this.#child.stdin?.write(`${JSON.stringify({ operation, ...request })}\n`);
    });
  }

  /** Ends the process by ending its input. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.#gone;
    clearTimeout(timer);
  }
}
