// How often messages go out and codes are guessed, by device, number, user, client network and stage.
//
// They are counted in the very transaction that takes the right to send (or decides about a code), in buckets of a
// sixtieth of the limit's span; see `runtime/limits/counters.ts`.
import { type Counter, Counters, type Ticket as Unit } from "../limits/counters.ts";
import { networkOf } from "../limits/network.ts";
import { parseRate, type Rate } from "../models/rate.ts";
import { type Counted, type LimitScope, limitOf } from "../models/sms-settings.ts";
import type { Row, Snapshot, Store, Transaction } from "../store/contract.ts";

const BUCKETS = 60;
/** An event of the same kind about the same user or network is recorded at most this often. */
const NOTICES = parseRate("6/hour") as Rate;

/** What a code is for. A limit that is used up in the one does not shut anybody out of the other. */
export type Purpose = "setup" | "login";

/** By whom or what a request is counted; what is not known is not counted. */
export interface Subjects {
  readonly purpose: Purpose;
  readonly stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">;
  readonly device: string;
  readonly number: string;
  readonly user: number | null;
  /** The client's address. */
  readonly address: string | null;
}

/** A limit that is used up. */
export interface LimitReached {
  readonly counted: Counted;
  readonly scope: LimitScope;
  readonly rate: Rate;
  /** Milliseconds until a unit comes back. */
  readonly wait: number;
}

/** A unit that was taken, to be given back. */
export interface Ticket extends Unit {
  readonly scope: LimitScope;
}

/** Counts in a store. */
export class Limits {
  readonly #counters: Counters;
  constructor(store: Pick<Store, "keyedHash">) {
    this.#counters = new Counters(store, "postern.smscounter");
  }

  /** The first limit that is used up, if any. */
  reached(tx: Snapshot, counted: Counted, subjects: Subjects, now: number): LimitReached | undefined {
    for (const { scope, rate, counter } of this.#limits(counted, subjects)) {
      const wait = this.#counters.wait(tx, counter, rate, now);
      if (wait > 0) return { counted, scope, rate, wait };
    }
    return undefined;
  }

  /** Takes a unit of every limit. */
  take(tx: Transaction, counted: Counted, subjects: Subjects, now: number): Ticket[] {
    return this.#limits(counted, subjects).map(({ scope, counter }) => ({
      ...this.#counters.add(tx, counter, now),
      scope,
    }));
  }

  /** Gives units back. */
  giveBack(tx: Transaction, tickets: readonly Ticket[]): void {
    for (const ticket of tickets) this.#counters.giveBack(tx, ticket);
  }

  /** Whether an event of this kind is due; counts it then. What floods the limits must not flood the records. */
  isNoticeDue(tx: Transaction, kind: string, subjects: Subjects, now: number): boolean {
    const about = subjects.user ?? networkOf(subjects.address) ?? subjects.device;
    const counter = this.#counter([subjects.purpose, subjects.stage.pk, "notices", kind, about], NOTICES);
    if (this.#counters.wait(tx, counter, NOTICES, now) > 0) return false;
    this.#counters.add(tx, counter, now);
    return true;
  }

  #limits(
    counted: Counted,
    subjects: Subjects,
  ): { readonly scope: LimitScope; readonly rate: Rate; readonly counter: Counter }[] {
    const { purpose, stage, device, number, user, address } = subjects;
    const keys: { readonly [scope in LimitScope]: string | number | null } = {
      device,
      number,
      user,
      address: networkOf(address),
      stage: "",
    };
    return (Object.keys(keys) as LimitScope[]).flatMap((scope) => {
      const rate = limitOf(stage.postern_limits, counted, scope);
      const key = keys[scope];
      if (rate === undefined || key === null) return [];
      // All that a stage sends counts against its own limit, whatever it is for.
      const place = scope === "stage" ? "" : purpose;
      const parts = [place, stage.pk, counted, scope, rate.span, key];
      return [{ scope, rate, counter: this.#counter(parts, rate) }];
    });
  }

  #counter(parts: readonly (string | number)[], { span }: Rate): Counter {
    return { pk: this.#counters.pk(parts), bucket: span / BUCKETS, span };
  }
}
