// The flag bits of Python's `re` module.

/** `re.IGNORECASE` and the others, with CPython's values. */
export const Flag = {
  IGNORECASE: 2,
  LOCALE: 4,
  MULTILINE: 8,
  DOTALL: 16,
  UNICODE: 32,
  VERBOSE: 64,
  DEBUG: 128,
  ASCII: 256,
} as const;

/** The three flags that say which alphabet a pattern means; they exclude each other. */
export const TYPE_FLAGS = Flag.ASCII | Flag.LOCALE | Flag.UNICODE;

/** Inline letters, as in `(?im)`. */
export const FLAG_LETTERS: ReadonlyMap<string, number> = new Map([
  ["i", Flag.IGNORECASE],
  ["L", Flag.LOCALE],
  ["m", Flag.MULTILINE],
  ["s", Flag.DOTALL],
  ["x", Flag.VERBOSE],
  ["a", Flag.ASCII],
  ["u", Flag.UNICODE],
]);

/** A repeat without an upper bound, and the first count that CPython refuses. */
export const MAX_REPEAT = 4294967295;

/** The first group number that CPython refuses. */
export const MAX_GROUPS = 1073741823;

/** The flags that a scoped group `(?i-s:…)` leaves in force inside it. */
export function combineFlags(flags: number, added: number, removed: number): number {
  const base = added & TYPE_FLAGS ? flags & ~TYPE_FLAGS : flags;
  return (base | added) & ~removed;
}
