// How the sends of this process ended, by stage and provider, for those who watch figures. Numbers are nowhere in it.

/** How a send ended: what the provider took, what it did not, and what was not handed to it, with the reason. */
export type MessageOutcome =
  | "sent"
  | "failed"
  | `refused_${"country" | "number" | "limit" | "cooldown" | "busy"}`;

/** One count. */
export interface MessageCount {
  /** The stage's name. */
  readonly stage: string;
  readonly provider: string;
  readonly outcome: MessageOutcome;
  readonly count: number;
}

/** Counts since the process began. */
export class MessageCounts {
  readonly #counts = new Map<string, MessageCount>();

  /** Counts one. */
  add(stage: { readonly name: string; readonly provider: string }, outcome: MessageOutcome): void {
    const { name, provider } = stage;
    const key = JSON.stringify([name, provider, outcome]);
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { stage: name, provider, outcome, count });
  }

  /** All counts. */
  entries(): MessageCount[] {
    return [...this.#counts.values()];
  }
}
