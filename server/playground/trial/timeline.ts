// The list of what happened in a trial, and how long it may become.
import type { Happening, TrialEntry } from "../trial-api.ts";

/** Entries, and characters of their JSON, after which a trial takes no further step. */
const MOST_ENTRIES = 2_000;
const MOST_CHARACTERS = 8_000_000;

/** What happened, oldest first. */
export class Timeline {
  readonly #clock: () => number;
  readonly #entries: TrialEntry[] = [];
  #characters = 0;
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether it has become too long to go on. */
  get isFull(): boolean {
    return this.#entries.length >= MOST_ENTRIES || this.#characters >= MOST_CHARACTERS;
  }

  add(happening: Happening): void {
    const entry = { ...happening, id: this.#entries.length, at: this.#clock() };
    this.#entries.push(entry);
    this.#characters += JSON.stringify(entry).length;
  }

  /** The entries from this one on. */
  from(id: number): readonly TrialEntry[] {
    return this.#entries.slice(id);
  }
}
