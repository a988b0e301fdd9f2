// One owner of a state: transactions run one after the other, and are written in groups.
//
// All transactions that wait are run, each on the outcome of the one before, and the last outcome is written once.
// Only then are they acknowledged. What arrives during a write waits for the next group, so a transaction always
// starts from what is durable plus its own group: when a write fails, dropping the group is all there is to undo.
//
// A write costs much more than a transaction. So where several came together lately, a group waits for as many, for as
// long as a few writes take: they come back when they have had their answers and asked again. Who is alone never waits.
import type {
  ExpiringModel,
  KeyedHash,
  ModelName,
  Pk,
  Row,
  Snapshot,
  Store,
  Transaction,
} from "./contract.ts";
import { Draft } from "./draft.ts";
import { StoreClosed, StoreError } from "./errors.ts";
import { type State, StateView } from "./state.ts";
import type { AnyRow } from "./table.ts";

/** How a state becomes durable. */
export interface Durability {
  /** Resolves when the state is durable; rejects when it is not, and then the state before still is. */
  persist(state: State): Promise<void>;
  /** Lets go of what the store holds. */
  release(): Promise<void>;
}

interface Job {
  readonly work: (tx: Transaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A group waits for others as long as this many writes take. */
const WORTH_WAITING = 6;
/** But no longer than this, milliseconds. */
const LONGEST_WAIT = 20;
/** And not at all where writes are faster than a timer. Milliseconds. */
const SHORTEST_WAIT = 1;

/** A store that one process owns. */
export class SerialStore implements Store {
  readonly keyedHash?: KeyedHash;
  #durable: State;
  readonly #durability: Durability;
  #waiting: Job[] = [];
  /** As many transactions as were in the last write or came while it went on. */
  #expected = 1;
  /** Milliseconds that the last write took. */
  #lastWrite = 0;
  /** Told of each transaction that comes while a group is being gathered. */
  #arrived: () => void = () => undefined;
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(initial: State, durability: Durability, keyedHash?: KeyedHash) {
    if (keyedHash !== undefined) this.keyedHash = keyedHash;
    this.#durable = initial;
    this.#durability = durability;
  }

  async read<T>(work: (tx: Snapshot) => T): Promise<T> {
    if (this.#closing !== undefined) throw new StoreClosed();
    return expectSynchronous(work(new StateView(this.#durable)));
  }

  async transaction<T>(work: (tx: Transaction) => T): Promise<T> {
    if (this.#closing !== undefined) throw new StoreClosed();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
      this.#arrived();
    });
  }

  async size<M extends ModelName>(model: M, where: Partial<Row<M>>, limit: number): Promise<number> {
    return Math.min(limit, await this.read((tx) => tx.list(model, where).length));
  }

  async expired(model: ExpiringModel, now: Date, limit: number): Promise<Pk[]> {
    const rows = await this.read((tx) => tx.list(model) as unknown as AnyRow[]);
    const over = rows.filter(
      ({ expires }) => typeof expires === "string" && Date.parse(expires) <= now.getTime(),
    );
    return over.slice(0, limit).map((row) => row.pk);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    // Nobody else will come.
    this.#arrived();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    await this.#draining;
    await this.#durability.release();
  }

  async #drain(): Promise<void> {
    // Lets the transactions that are started in the same turn into the same group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#gather();
      const group = this.#waiting;
      this.#waiting = [];
      await this.#run(group);
      this.#expected = group.length + this.#waiting.length;
    }
    this.#draining = undefined;
  }

  /** Waits for as many transactions as came together the last time, for a while. */
  async #gather(): Promise<void> {
    const patience = Math.min(WORTH_WAITING * this.#lastWrite, LONGEST_WAIT);
    const isComplete = (): boolean =>
      this.#waiting.length >= this.#expected || this.#closing !== undefined || patience < SHORTEST_WAIT;
    if (isComplete()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    this.#arrived = () => {
      if (isComplete()) resolve();
    };
    await promise;
    clearTimeout(timer);
    this.#arrived = () => undefined;
  }

  async #run(group: readonly Job[]): Promise<void> {
    const settle: (() => void)[] = [];
    let head = this.#durable;
    for (const job of group) {
      const draft = new Draft(head);
      try {
        const value = expectSynchronous(job.work(draft));
        head = draft.finish();
        settle.push(() => job.resolve(value));
      } catch (error) {
        draft.abandon();
        settle.push(() => job.reject(error));
      }
    }
    try {
      if (head !== this.#durable) {
        const start = performance.now();
        await this.#durability.persist(head);
        this.#lastWrite = performance.now() - start;
      }
      this.#durable = head;
      for (const done of settle) done();
    } catch (error) {
      // Also for those that failed by themselves: they may have failed over a row that is gone with this group.
      for (const job of group) job.reject(error);
    }
  }
}

/** The value of a work that was to be synchronous. Throws {@link StoreError} where it is a promise. */
export function expectSynchronous<T>(value: T): T {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== "function") return value;
  // Nobody will wait for it: the error below takes its place.
  Promise.resolve(value).catch(() => undefined);
  throw new StoreError(
    "the work of a read or transaction has to be synchronous; this one returned a promise",
  );
}
