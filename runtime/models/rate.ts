// Rates as settings write them: `10/hour`.
import { Fault } from "./fields.ts";

/** At most this many in any span of this many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly span: number;
}

const SPANS: { readonly [unit: string]: number } = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^([1-9]\d{0,8})\/(minute|hour|day)$/;

/** Reads a rate; nothing where the text is none. */
export function parseRate(text: string): Rate | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  return { count: Number(match[1]), span: SPANS[match[2] as string] as number };
}

/** What is wrong with an object of settings that may have these keys; nothing where it is fine. */
export function keysFault(given: unknown, keys: readonly string[], where: string): Fault | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return new Fault("invalid", `${where} must be an object.`);
  }
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown === undefined) return undefined;
  const known = keys.join(", ");
  return new Fault("invalid", `${where}: there is no ${JSON.stringify(unknown)}; known are ${known}.`);
}

/** What is wrong with a limit: a rate, or null for none. `where` names it. */
export function rateFault(rate: unknown, where: string): Fault | undefined {
  if (rate === null || (typeof rate === "string" && parseRate(rate) !== undefined)) return undefined;
  const what = `${where}: a limit is a number per minute, hour or day`;
  return new Fault("invalid", `${what}, such as "10/hour", or null for none.`);
}
