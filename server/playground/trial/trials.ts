// The trials that are in progress: few at once, and none for long.
import type { Engine } from "../../../engine/types.ts";
import { BlueprintError } from "../../../runtime/index.ts";
import { ApiError } from "../../errors.ts";
import type { OpenAnswer, OpenRequest } from "../trial-api.ts";
import { Trial, trialGone } from "./trial.ts";

/** Trials at once; the one that was left alone the longest gives way to a new one. */
export const MOST_TRIALS = 8;
/** A trial ends when nobody has asked for it for so long, milliseconds. */
export const IDLE = 30 * 60_000;
/** How often it is looked for trials that are over, milliseconds. */
const ROUNDS = 60_000;

interface Held {
  readonly trial: Trial;
  asked: number;
}

/** All trials of a server. */
export class Trials {
  readonly #engine: () => Promise<Engine>;
  readonly #clock: () => number;
  /** The one that was asked for last stands last. */
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | undefined;
  constructor(engine: () => Promise<Engine>, clock: () => number = Date.now) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Opens a trial. Throws 400 that says what is wrong with a blueprint. */
  async open({ blueprints }: OpenRequest): Promise<OpenAnswer> {
    let trial: Trial;
    try {
      trial = await Trial.open(await this.#engine(), blueprints, this.#clock);
    } catch (error) {
      if (!(error instanceof BlueprintError)) throw error;
      throw new ApiError(400, { blueprints: [error.message] });
    }
    this.#held.set(trial.id, { trial, asked: this.#clock() });
    this.#timer ??= setInterval(() => void this.clean(), ROUNDS).unref();
    const [first] = this.#held.keys();
    if (this.#held.size > MOST_TRIALS && first !== undefined) await this.#end(first);
    return await trial.opened();
  }

  /** A trial in progress. Throws 404. */
  find(id: string): Trial {
    const held = this.#held.get(id);
    if (held === undefined || this.#isOver(held)) throw trialGone();
    held.asked = this.#clock();
    this.#held.delete(id);
    this.#held.set(id, held);
    return held.trial;
  }

  /** Ends the trials that nobody asks for any more. */
  async clean(): Promise<void> {
    const over = [...this.#held].filter(([, held]) => this.#isOver(held));
    for (const [id] of over) await this.#end(id);
  }

  /** Ends all trials. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const id of [...this.#held.keys()]) await this.#end(id);
  }

  #isOver({ asked }: Held): boolean {
    return this.#clock() - asked >= IDLE;
  }

  async #end(id: string): Promise<void> {
    const held = this.#held.get(id);
    this.#held.delete(id);
    await held?.trial.close();
  }
}
