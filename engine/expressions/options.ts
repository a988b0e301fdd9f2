// What travels with an evaluation beside program and context, as the host writes it and the guest reads it.
//
// Settings are JSON and the same for many evaluations, so that they are sent and parsed once. What each evaluation has of
// its own is a few words of text: reading JSON would cost as much as a small policy does.
import type { ExpressionKind } from "../types.ts";

/** Limits that the guest keeps; see `Limits` for their units. */
export interface Settings {
  readonly steps: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
  readonly recursion: number;
}

/** What one evaluation has of its own. */
export interface Options {
  readonly kind: ExpressionKind;
  /** Its clock, milliseconds since the epoch. */
  readonly now: number;
  /** Of the expression's randomness, where the embedder has fixed one; else `entropy`, 256 bits in hexadecimal. */
  readonly seed: number | null;
  readonly entropy: string;
  readonly sanitize: boolean;
  readonly repr: boolean;
  /** The value is to be shown: `str()` in place of `repr()`, and texts for what JSON does not have. */
  readonly display?: boolean;
  /** The program may change its context: say what it changed. */
  readonly track: boolean;
  /** The program was compiled to be watched: say what was seen. */
  readonly watch: boolean;
}

/** Writes options for {@link parseOptions}. */
export function formatOptions(options: Options): string {
  const { kind, now, seed, entropy, sanitize, repr, track, watch, display = false } = options;
  const flags = (sanitize ? 1 : 0) + (repr ? 2 : 0) + (track ? 4 : 0) + (watch ? 8 : 0) + (display ? 16 : 0);
  return `${kind} ${now} ${flags} ${seed === null ? entropy : `=${seed}`}`;
}

/** Reads what {@link formatOptions} wrote. */
export function parseOptions(text: string): Options {
  const [kind, now, flags, randomness] = text.split(" ") as [ExpressionKind, string, string, string];
  const bits = Number(flags);
  const seeded = randomness.startsWith("=");
  return {
    kind,
    now: Number(now),
    seed: seeded ? Number(randomness.slice(1)) : null,
    entropy: seeded ? "" : randomness,
    sanitize: (bits & 1) !== 0,
    repr: (bits & 2) !== 0,
    track: (bits & 4) !== 0,
    watch: (bits & 8) !== 0,
    display: (bits & 16) !== 0,
  };
}
