// How often messages go out and codes are guessed, by device, number, user, client network and stage.
//
// The counts are rows of the store: they survive restarts, and all processes share them. They are read and written in
// the very transaction that takes the right to send (or decides about a code), so no two requests can both take the
// last unit. A count is kept in buckets of a sixtieth of its span; a bucket counts until all of it is out of the span.
// So a limit is never exceeded in any span, and a unit comes back at most a sixtieth late.
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { type Counted, type LimitScope, limitOf, parseRate, type Rate } from "../models/sms-settings.ts";
import type { KeyedHash, Row, Snapshot, Store, Transaction } from "../store/contract.ts";

const MODEL = "postern.smscounter";
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
export interface Ticket {
  readonly counter: string;
  readonly scope: LimitScope;
  readonly bucket: number;
}

/** Counts in a store. */
export class Limits {
  readonly #keyedHash: KeyedHash | undefined;
  constructor(store: Pick<Store, "keyedHash">) {
    this.#keyedHash = store.keyedHash;
  }

  /** The first limit that is used up, if any. */
  reached(tx: Snapshot, counted: Counted, subjects: Subjects, now: number): LimitReached | undefined {
    for (const { scope, rate, counter } of this.#limits(counted, subjects)) {
      const wait = waitFor(bucketsOf(tx, counter), rate, now);
      if (wait > 0) return { counted, scope, rate, wait };
    }
    return undefined;
  }

  /** Takes a unit of every limit. */
  take(tx: Transaction, counted: Counted, subjects: Subjects, now: number): Ticket[] {
    return this.#limits(counted, subjects).map(({ scope, rate, counter }) => {
      const bucket = add(tx, counter, rate, now);
      return { counter, scope, bucket };
    });
  }

  /** Gives units back. */
  giveBack(tx: Transaction, tickets: readonly Ticket[]): void {
    for (const { counter, bucket } of tickets) {
      const buckets = bucketsOf(tx, counter).map(
        ([index, count]): Bucket => (index === bucket ? [index, count - 1] : [index, count]),
      );
      if (buckets.length > 0)
        tx.update(MODEL, counter, { buckets: buckets.filter(([, count]) => count > 0) });
    }
  }

  /** Whether an event of this kind is due; counts it then. What floods the limits must not flood the records. */
  isNoticeDue(tx: Transaction, kind: string, subjects: Subjects, now: number): boolean {
    const about = subjects.user ?? networkOf(subjects.address) ?? subjects.device;
    const counter = this.#counter([subjects.purpose, subjects.stage.pk, "notices", kind, about]);
    if (waitFor(bucketsOf(tx, counter), NOTICES, now) > 0) return false;
    add(tx, counter, NOTICES, now);
    return true;
  }

  #limits(
    counted: Counted,
    subjects: Subjects,
  ): { readonly scope: LimitScope; readonly rate: Rate; readonly counter: string }[] {
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
      return [{ scope, rate, counter: this.#counter([place, stage.pk, counted, scope, rate.span, key]) }];
    });
  }

  /** Names a counter without saying the number, user or address that it counts. */
  #counter(parts: readonly (string | number)[]): string {
    const text = JSON.stringify(parts);
    return (
      this.#keyedHash?.("postern.smscounter", text) ?? createHash("sha256").update(text, "utf8").digest("hex")
    );
  }
}

/** Who shares an address for counting: an IPv4 address, or an IPv6 network of 64 bits, which is what one client has. */
export function networkOf(address: string | null): string | null {
  if (address === null) return null;
  const plain = address.replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain);
  if (mapped !== null) return mapped[1] as string;
  if (!isIPv6(plain)) return address;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? 0 : tail.split(":").length;
  const padded =
    tail === undefined ? groups : [...groups, ...Array(Math.max(0, 8 - groups.length - rest)).fill("0")];
  const full = tail === undefined || tail === "" ? padded : [...padded, ...tail.split(":")];
  return `${full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** The bucket's number, and how many were counted in it. */
type Bucket = [index: number, count: number];

function bucketsOf(tx: Snapshot, counter: string): readonly Bucket[] {
  return (tx.get(MODEL, counter)?.buckets ?? []) as Bucket[];
}

/** Milliseconds until one more is within the rate; 0: it is now. */
function waitFor(buckets: readonly Bucket[], rate: Rate, now: number): number {
  const size = rate.span / BUCKETS;
  const counting = buckets.filter(([index]) => (index + 1) * size + rate.span > now);
  let excess = counting.reduce((sum, [, count]) => sum + count, 0) - rate.count + 1;
  for (const [index, count] of counting) {
    if (excess <= 0) break;
    excess -= count;
    if (excess <= 0) return (index + 1) * size + rate.span - now;
  }
  return 0;
}

function add(tx: Transaction, counter: string, rate: Rate, now: number): number {
  const size = rate.span / BUCKETS;
  const bucket = Math.floor(now / size);
  const kept = bucketsOf(tx, counter).filter(([index]) => (index + 1) * size + rate.span > now);
  const others = kept.filter(([index]) => index !== bucket);
  const count = kept.find(([index]) => index === bucket)?.[1] ?? 0;
  const row = {
    buckets: [...others, [bucket, count + 1] as Bucket].sort(([left], [right]) => left - right),
    expires: new Date((bucket + 1) * size + rate.span).toISOString(),
  };
  if (tx.get(MODEL, counter) === undefined) tx.insert(MODEL, { pk: counter, ...row });
  else tx.update(MODEL, counter, row);
  return bucket;
}
