// Processes that serve flows, as their clients see them: killed at any moment, started again, asked again.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { JsonObject } from "../../../engine/types.ts";
import type { FlowAnswer } from "../../../runtime/index.ts";

/** Where a process's store is, and the port of the SMS inbox. */
export type Place = { readonly inbox: number } & (
  | { readonly kind: "lowdb"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string }
);

/** A request: to start the flow as a user, to look at it (no data), or to answer its challenge. */
export interface Asked {
  readonly id: number;
  readonly user?: string;
  readonly session?: string;
  readonly data?: JsonObject;
  /** Names the request; the same when it is asked again. */
  readonly key: string;
}

/** The answer to the request with this id. */
export interface Told {
  readonly id: number;
  readonly outcome:
    | { readonly answer: FlowAnswer }
    | { readonly error: { readonly name: string; readonly message: string } };
}

/** The process died before it answered. */
class Gone extends Error {
  override readonly name = "Gone";
}

/** What a request failed with, in the serving process. */
export class Refused extends Error {
  override readonly name: string;
  constructor({ name, message }: { readonly name: string; readonly message: string }) {
    super(message);
    this.name = name;
  }
}

class ServingProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (told: Told) => void; reject: (error: Error) => void }>();
  readonly ready: Promise<void>;
  #isGone = false;
  #isKilled = false;

  constructor(place: Place, wrap: readonly string[]) {
    const [command = process.execPath, ...first] = [...wrap, process.execPath];
    const script = join(import.meta.dirname, "serving-process.ts");
    this.#child = spawn(command, [...first, script, JSON.stringify(place)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdin?.on("error", () => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (line === "ready") return resolve();
      const told = JSON.parse(line) as Told;
      this.#waiting.get(told.id)?.resolve(told);
      this.#waiting.delete(told.id);
    });
    this.#child.once("close", (code) => {
      this.#isGone = true;
      const error = this.#isKilled
        ? new Gone()
        : new Error(`a serving process ended by itself, with ${code}`);
      reject(error);
      for (const { reject: fail } of this.#waiting.values()) fail(error);
      this.#waiting.clear();
    });
    promise.catch(() => undefined);
  }

  async ask(asked: Asked): Promise<Told> {
    await this.ready;
    if (this.#isGone) throw new Gone();
    return new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify(asked)}\n`);
    });
  }

  async kill(): Promise<void> {
    if (this.#isGone) return;
    this.#isKilled = true;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }

  async stop(): Promise<void> {
    if (this.#isGone) return;
    const closed = once(this.#child, "close");
    this.#child.stdin?.end();
    await closed;
  }
}

/** Some processes on one store, with clients that ask again where a process died. */
export class Service {
  readonly #place: Place;
  readonly #wrap: readonly string[];
  readonly #processes: Promise<ServingProcess>[];
  #ids = 0;
  /** How often a request had to be asked again. */
  repeated = 0;

  /** @param wrap a command that runs the process's command line in its own way */
  constructor(place: Place, count: number, wrap: readonly string[] = []) {
    this.#place = place;
    this.#wrap = wrap;
    this.#processes = Array.from({ length: count }, async () => new ServingProcess(place, wrap));
  }

  /** Resolves when all processes serve. */
  async ready(): Promise<void> {
    for (const process of this.#processes) await (await process).ready;
  }

  /** Sends a request, again and again with the same key until a process answers. Throws {@link Refused}. */
  async ask(asked: Omit<Asked, "id" | "key">, to?: number): Promise<FlowAnswer> {
    const key = randomUUID();
    for (;;) {
      this.#ids += 1;
      const id = this.#ids;
      const at = (to ?? id) % this.#processes.length;
      try {
        const { outcome } = await (await this.#processes[at]).ask({ ...asked, key, id });
        if ("error" in outcome) throw new Refused(outcome.error);
        return outcome.answer;
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        this.repeated += 1;
      }
    }
  }

  /** Kills one process at this very moment, and starts another in its place. */
  async kill(at: number): Promise<void> {
    const old = await this.#processes[at];
    this.#processes[at] = old.kill().then(() => new ServingProcess(this.#place, this.#wrap));
    await (await this.#processes[at]).ready;
  }

  /** Lets all processes end by themselves. */
  async stop(): Promise<void> {
    for (const process of this.#processes) await (await process).stop();
  }
}
