// `resolve_dns` and `reverse_dns` on this machine's name service, remembered for three minutes as authentik does.
import { lookup, lookupService } from "node:dns/promises";
import { isIP } from "node:net";
import type { NameService } from "../../engine/capabilities.ts";
import type { Clock } from "../services.ts";

/** How long an answer is remembered, milliseconds, and how many are. */
const REMEMBERED_MS = 180_000;
const REMEMBERED = 32;

/** Answers by question, the least recently used going first. */
class Memory<T> {
  readonly #clock: Clock;
  readonly #answers = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  constructor(clock: Clock) {
    this.#clock = clock;
  }
  get(question: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock();
    const known = this.#answers.get(question);
    this.#answers.delete(question);
    const entry =
      known !== undefined && known.until > now ? known : { until: now + REMEMBERED_MS, answer: ask() };
    this.#answers.set(question, entry);
    if (this.#answers.size > REMEMBERED) this.#answers.delete(this.#answers.keys().next().value as string);
    return entry.answer;
  }
}

/** What the name service is asked with; the system's by default. */
export interface NameSource {
  /** All addresses of a name, of one family or (0) both; rejects where there is none. */
  addresses(host: string, family: 0 | 4 | 6): Promise<readonly string[]>;
  /** The name of an address; rejects where there is none. */
  name(address: string): Promise<string>;
}

const system: NameSource = {
  addresses: async (host, family) =>
    (await lookup(host, { all: true, family, order: "verbatim" })).map(({ address }) => address),
  name: async (address) => (await lookupService(address, 0)).hostname,
};

/** The name service of expressions. A name or an address that it does not know is an answer, not an error. */
export function nameService(clock: Clock = Date.now, source: NameSource = system): NameService {
  const addresses = new Memory<readonly string[]>(clock);
  const names = new Memory<string | null>(clock);
  return {
    resolve: (host, version) =>
      addresses.get(JSON.stringify([host, version]), async () => {
        const literal = isIP(host);
        if (literal !== 0) return version === null || version === literal ? [host] : [];
        return source.addresses(host, version ?? 0).catch(() => []);
      }),
    reverse: (ip) =>
      names.get(ip, async () => {
        if (isIP(ip) === 0) return null;
        const name = await source.name(ip).catch(() => ip);
        return name === ip ? null : name;
      }),
  };
}
