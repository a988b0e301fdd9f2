// How many codes went to each country, and how many came back, since this process began; with an alarm where few do.
//
// Whoever has messages sent to numbers that earn them money does not type the codes in. Numbers are nowhere in it.
import type { Clock } from "../services.ts";
import type { Purpose } from "./limits.ts";
import { readPhoneNumber } from "./phone-number.ts";

/** When a country's codes raise the alarm: both are looked at over the last hour. */
export interface CodeAlarm {
  /** Fewer messages than this raise none. */
  readonly sent: number;
  /** The share of them, from 0 to 1, that must have been confirmed. */
  readonly confirmed: number;
}

/** Half of the users of a bad form give up; of those who pump, all do. */
export const DEFAULT_CODE_ALARM: CodeAlarm = { sent: 50, confirmed: 0.25 };

/** Codes of one country and purpose. */
export interface CodeCount {
  /** ISO 3166; `none` for texts and numbers of no single country. */
  readonly country: string;
  readonly purpose: Purpose;
  /** Messages that the provider took. */
  readonly sent: number;
  /** Right codes that were typed in. */
  readonly confirmed: number;
  readonly alarm: boolean;
}

const HOUR = 3_600_000;
/** An hour's counts are kept in this many parts. */
const PARTS = 12;

interface Part {
  readonly number: number;
  sent: number;
  confirmed: number;
}

interface Counted {
  readonly country: string;
  readonly purpose: Purpose;
  sent: number;
  confirmed: number;
  /** The last hour's, oldest first. */
  recent: Part[];
  /** Whether the alarm was told. */
  told: boolean;
}

/** The counts of one process. */
export class CodeCounts {
  readonly #clock: Clock;
  readonly #alarm: CodeAlarm;
  readonly #raised: (count: Omit<CodeCount, "alarm">) => void;
  readonly #counts = new Map<string, Counted>();

  /** @param raised is told when an alarm begins, with the last hour's counts */
  constructor(clock: Clock, alarm: CodeAlarm, raised: (count: Omit<CodeCount, "alarm">) => void) {
    this.#clock = clock;
    this.#alarm = alarm;
    this.#raised = raised;
  }

  /** Counts a message that the provider took. */
  sent(number: string, purpose: Purpose): void {
    const counted = this.#add("sent", number, purpose);
    const { raised, sent, confirmed } = this.#lately(counted);
    const { country, told } = counted;
    counted.told = raised;
    if (raised && !told) this.#raised({ country, purpose, sent, confirmed });
  }

  /** Counts a right code. */
  confirmed(number: string, purpose: Purpose): void {
    this.#add("confirmed", number, purpose);
  }

  /** All counts, and which alarms there are now. */
  entries(): CodeCount[] {
    return [...this.#counts.values()].map((counted) => {
      const { country, purpose, sent, confirmed } = counted;
      return { country, purpose, sent, confirmed, alarm: this.#lately(counted).raised };
    });
  }

  #add(what: "sent" | "confirmed", number: string, purpose: Purpose): Counted {
    const { country = "none" } = readPhoneNumber(number);
    const key = `${country} ${purpose}`;
    const none = { country, purpose, sent: 0, confirmed: 0, recent: [], told: false };
    const counted: Counted = this.#counts.get(key) ?? none;
    this.#counts.set(key, counted);
    counted[what] += 1;
    this.#forget(counted);
    const now = this.#part();
    let part = counted.recent.at(-1);
    if (part?.number !== now) {
      part = { number: now, sent: 0, confirmed: 0 };
      counted.recent.push(part);
    }
    part[what] += 1;
    return counted;
  }

  #part(): number {
    return Math.floor(this.#clock() / (HOUR / PARTS));
  }

  #forget(counted: Counted): void {
    const oldest = this.#part() - PARTS;
    counted.recent = counted.recent.filter(({ number }) => number > oldest);
  }

  /** The last hour's counts, and whether they raise the alarm. */
  #lately(counted: Counted): { readonly sent: number; readonly confirmed: number; readonly raised: boolean } {
    this.#forget(counted);
    const sum = (what: "sent" | "confirmed"): number =>
      counted.recent.reduce((total, part) => total + part[what], 0);
    const [sent, confirmed] = [sum("sent"), sum("confirmed")];
    return { sent, confirmed, raised: sent >= this.#alarm.sent && confirmed < sent * this.#alarm.confirmed };
  }
}
