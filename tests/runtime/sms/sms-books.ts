// The books that the model test keeps: what reached which phone, which codes were looked at, and what must never be so.
import { expect } from "vitest";

/** Limits that a short scenario meets, each per hour. */
export const LIMITS = { number: 3, user: 6, device: 4, stage: 9, guesses: 3 } as const;
/** Milliseconds. */
export const COOLDOWN = 30_000;
const HOUR = 3_600_000;
const LIFETIME = 300_000;

/** Who sends: a run of a flow, or a device that somebody logs in with. */
export interface Sender {
  readonly by: string;
  readonly purpose: "setup" | "login";
  /** Name of the user whose device it is. */
  readonly user: string;
}

/** A message that reached a phone, or may have. */
interface Delivered extends Sender {
  readonly number: string;
  readonly token: string;
  readonly at: number;
  /** Whether the provider said so; the code of a message that merely may have gone out is never accepted. */
  readonly certain: boolean;
  used: boolean;
}

/** The books of one scenario. */
export class Books {
  readonly delivered: Delivered[] = [];
  readonly #wrong: { readonly purpose: string; readonly number: string; readonly at: number }[] = [];

  /** Books a message. */
  message(from: Sender, message: Pick<Delivered, "number" | "token" | "at" | "certain">): void {
    this.delivered.push({ ...from, ...message, used: false });
  }

  /** Books a wrong code that was looked at. */
  wrong(purpose: string, number: string, at: number): void {
    this.#wrong.push({ purpose, number, at });
  }

  /** Books an accepted code: it was sent by this sender to this number, in time, was not used, and guessing was not over. */
  use(from: Sender, number: string, code: string, now: number): void {
    const sent = this.delivered.filter(
      (message) =>
        message.by === from.by && message.number === number && message.token === code && message.certain,
    );
    expect(sent.length).toBeGreaterThan(0);
    expect(now - Math.min(...sent.map(({ at }) => at))).toBeLessThan(LIFETIME);
    expect(sent.some(({ used }) => used)).toBe(false);
    for (const message of sent) message.used = true;
    expect(this.#guesses(from.purpose, number, now)).toBeLessThan(LIMITS.guesses);
  }

  /** No limit is exceeded in the last hour, the cool-down was kept, and no code went to two phones. */
  check(now: number): void {
    const phones = new Map<string, string>();
    for (const { token, number } of this.delivered) {
      expect(phones.get(token) ?? number).toBe(number);
      phones.set(token, number);
    }
    const recent = this.delivered.filter(({ at }) => at > now - HOUR);
    const most = (key: (message: Delivered) => string): number => {
      const counts = new Map<string, number>();
      for (const message of recent) counts.set(key(message), (counts.get(key(message)) ?? 0) + 1);
      return Math.max(0, ...counts.values());
    };
    expect(recent.length).toBeLessThanOrEqual(LIMITS.stage);
    expect(most(({ purpose, number }) => `${purpose} ${number}`)).toBeLessThanOrEqual(LIMITS.number);
    expect(most(({ purpose, user }) => `${purpose} ${user}`)).toBeLessThanOrEqual(LIMITS.user);
    expect(most(({ by }) => by)).toBeLessThanOrEqual(LIMITS.device);
    for (const { purpose, number } of this.#wrong)
      expect(this.#guesses(purpose, number, now)).toBeLessThanOrEqual(LIMITS.guesses);
    for (const [index, message] of this.delivered.entries()) {
      const last = this.delivered
        .slice(0, index)
        .findLast(({ by, number }) => by === message.by && number === message.number);
      // After a message that may not have gone out, or a code that was used, there is no cool-down.
      if (last?.certain !== true || last.used) continue;
      expect(message.at - last.at).toBeGreaterThanOrEqual(COOLDOWN);
    }
  }

  #guesses(purpose: string, number: string, now: number): number {
    return this.#wrong.filter(
      (guess) => guess.purpose === purpose && guess.number === number && guess.at > now - HOUR,
    ).length;
  }
}
