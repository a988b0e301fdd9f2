// Counts of what happened lately, as rows of the store: they survive restarts, and all processes share them.
//
// A count is kept in buckets of equal length; a bucket counts until all of it is out of the span that a limit looks
// at. So a limit is never exceeded in any span, and a unit comes back at most a bucket's length late. Counts are read
// and written in the very transaction that decides, so that no two requests can both take the last unit.
import { createHash } from "node:crypto";
import type { Rate } from "../models/rate.ts";
import type { KeyedHash, Snapshot, Store, Transaction } from "../store/contract.ts";

/** The models of counters. */
export type CounterModel = "postern.smscounter" | "postern.passwordcounter";

/** One counter, and how finely and how long it counts. Milliseconds. */
export interface Counter {
  /** The row's pk; says nothing about who is counted. */
  readonly pk: string;
  /** Length of a bucket. */
  readonly bucket: number;
  /** The longest span that a limit of this counter looks at. */
  readonly span: number;
}

/** A unit that was counted, to be given back. */
export interface Ticket {
  readonly counter: string;
  readonly bucket: number;
}

/** The bucket's number, and how many were counted in it. */
type Bucket = [index: number, count: number];

/** The counters of one model in a store. */
export class Counters {
  readonly #model: CounterModel;
  readonly #keyedHash: KeyedHash | undefined;
  constructor(store: Pick<Store, "keyedHash">, model: CounterModel) {
    this.#model = model;
    this.#keyedHash = store.keyedHash;
  }

  /** A pk that does not say the number, user or address that is counted; not even with a leaked store that has a key. */
  pk(parts: readonly (string | number)[]): string {
    const text = JSON.stringify(parts);
    return this.#keyedHash?.(this.#model, text) ?? createHash("sha256").update(text, "utf8").digest("hex");
  }

  /** Milliseconds until one more is within the rate; 0: it is now. The rate's span is at most the counter's. */
  wait(tx: Snapshot, counter: Counter, rate: Rate, now: number): number {
    const end = ([index]: Bucket): number => (index + 1) * counter.bucket + rate.span;
    const counting = this.#buckets(tx, counter.pk).filter((bucket) => end(bucket) > now);
    let excess = counting.reduce((sum, [, count]) => sum + count, 0) - rate.count + 1;
    for (const bucket of counting) {
      if (excess <= 0) break;
      excess -= bucket[1];
      if (excess <= 0) return end(bucket) - now;
    }
    return 0;
  }

  /** Counts one. */
  add(tx: Transaction, { pk, bucket: size, span }: Counter, now: number): Ticket {
    const bucket = Math.floor(now / size);
    const kept = this.#buckets(tx, pk).filter(([index]) => (index + 1) * size + span > now);
    const others = kept.filter(([index]) => index !== bucket);
    const count = kept.find(([index]) => index === bucket)?.[1] ?? 0;
    const row = {
      buckets: [...others, [bucket, count + 1] as Bucket].sort(([left], [right]) => left - right),
      expires: new Date((bucket + 1) * size + span).toISOString(),
    };
    if (tx.get(this.#model, pk) === undefined) tx.insert(this.#model, { pk, ...row });
    else tx.update(this.#model, pk, row);
    return { counter: pk, bucket };
  }

  /** Gives a unit back. */
  giveBack(tx: Transaction, { counter, bucket }: Ticket): void {
    const buckets = this.#buckets(tx, counter).map(
      ([index, count]): Bucket => (index === bucket ? [index, count - 1] : [index, count]),
    );
    if (buckets.length === 0) return;
    tx.update(this.#model, counter, { buckets: buckets.filter(([, count]) => count > 0) });
  }

  #buckets(tx: Snapshot, pk: string): readonly Bucket[] {
    return (tx.get(this.#model, pk)?.buckets ?? []) as Bucket[];
  }
}
