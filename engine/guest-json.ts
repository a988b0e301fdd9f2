// JSON that a worker wrote, read as if an attacker had: the isolate in front of it may have been broken.
import type { JsonValue } from "./types.ts";

/** The text is no JSON, or none that the guest could have written. */
export class GuestJsonError extends Error {
  override readonly name = "GuestJsonError";
}

/** Deeper than any value, exception or change that the guest writes (it stops at 200). */
const DEEPEST = 400;

/** What was read, and whether keys `__proto__` were left out of it. */
export interface GuestJson {
  readonly value: JsonValue;
  readonly hadPrototypeKey: boolean;
}

/**
 * Reads JSON. `JSON.parse` makes an own property of the key `__proto__`, and whoever merges that with `Object.assign` or a
 * loop replaces a prototype: such keys are left out. Throws {@link GuestJsonError}.
 */
export function readGuestJson(text: string): GuestJson {
  if (isTooDeep(text)) throw new GuestJsonError(`nested more than ${DEEPEST} levels deep`);
  let hadPrototypeKey = false;
  try {
    const value = JSON.parse(text) as JsonValue;
    if (!mayHavePrototypeKey(text)) return { value, hadPrototypeKey };
    const cleaned = JSON.parse(text, (key, item: unknown) => {
      if (key !== "__proto__") return item;
      hadPrototypeKey = true;
      return undefined;
    }) as JsonValue;
    return { value: cleaned, hadPrototypeKey };
  } catch {
    throw new GuestJsonError("not JSON");
  }
}

/** Escapes of printable characters, which no honest guest writes. */
const DISGUISED = /\\u00[2-7]/;
function mayHavePrototypeKey(text: string): boolean {
  return text.includes("__proto__") || (text.includes("\\u00") && DISGUISED.test(text));
}

function isTooDeep(text: string): boolean {
  if (text.length <= 2 * DEEPEST || hasFewBrackets(text)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > DEEPEST) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
    }
  }
  return false;
}
/** Too few of any kind to be nested too deeply: quicker to see than how they are. */
function hasFewBrackets(text: string): boolean {
  let left = DEEPEST;
  for (const bracket of "[{") {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (left === 0) return false;
      left -= 1;
    }
  }
  return true;
}
/** Where the string that starts at `start` ends; the text's end where it does not. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at > 0) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) escapes += 1;
    if (escapes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}
