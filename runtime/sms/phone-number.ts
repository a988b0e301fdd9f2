// Phone numbers: their one spelling, their country, and what the store keeps of a number that is only verified.
import { hash } from "node:crypto";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Snapshot, Store } from "../store/contract.ts";
import { Recent } from "../store/recent.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";

/** What a hashed number begins with, as in authentik. */
const HASHED = "hash:";
/** What a number that is hashed under the store's key begins with. */
const KEYED = `${HASHED}hmac-sha256:`;

/** A number as somebody gave it. */
export interface PhoneNumber {
  /** E.164 where the text is an international number, else the text itself: authentik takes anything, and so do we. */
  readonly text: string;
  /** ISO 3166; nothing where the text is no number, or one of no country (satellites) or of several. */
  readonly country: string | undefined;
  /** The digits behind the country's code; nothing where the text is no international number. */
  readonly national: string | undefined;
}

/** Numbers that were read lately, twice as many at most: a request asks for the same one several times, and reading is slow. */
const AT_HAND = 100;
/** Longer texts are not kept. */
const LONGEST_KEPT = 64;
const known = new Recent<string, PhoneNumber>(AT_HAND);

/** Reads a number. Blanks, brackets and the like are taken out of international numbers that may exist. */
export function readPhoneNumber(given: string): PhoneNumber {
  const found = known.get(given);
  if (found !== undefined) return found;
  const read = Object.freeze(parsedNumber(given));
  if (given.length <= LONGEST_KEPT) known.set(given, read);
  return read;
}

function parsedNumber(given: string): PhoneNumber {
  const parsed = parsePhoneNumberFromString(given, { extract: false });
  if (parsed === undefined || parsed.ext !== undefined || !parsed.isPossible()) {
    return { text: given, country: undefined, national: undefined };
  }
  return { text: parsed.number, country: parsed.country, national: parsed.nationalNumber };
}

/** What gives a number away where it stands in a text: whoever is called there may write it without the country's code. */
export function numberTexts(number: string): string[] {
  const { text, national } = readPhoneNumber(number);
  return [...new Set([number, text, ...(national === undefined ? [] : [national])])];
}

/**
 * What the store keeps of a number that is only verified: `hash:hmac-sha256:` and the keyed hash, or, in a store
 * without a key, authentik's form, `hash:` and the lower-case hex SHA-256. With the key out of reach the first cannot
 * be found by trying all numbers; the second can.
 */
export function hashedNumber(store: Pick<Store, "keyedHash">, number: string): string {
  return store.keyedHash === undefined
    ? plainHash(number)
    : `${KEYED}${store.keyedHash("postern.phone-number", number)}`;
}

/** Whether what a device's row holds is a hash. No message can be sent to it. */
export function isHashedNumber(text: string): boolean {
  return text.startsWith(HASHED);
}

/**
 * Whether any user has this number on this stage: plain, hashed as authentik does it (imported devices), or under the
 * store's key.
 *
 * @param spellings of the number
 */
export function isNumberTaken(
  tx: Snapshot,
  store: Pick<Store, "keyedHash">,
  stage: string,
  ...spellings: readonly string[]
): boolean {
  const keyed = store.keyedHash !== undefined;
  const kept = [...new Set(spellings)].flatMap((number) => [
    number,
    plainHash(number),
    ...(keyed ? [hashedNumber(store, number)] : []),
  ]);
  for (const phone_number of kept) {
    // The number first: it tells nearly all devices apart.
    if (tx.list(DEVICE, { phone_number, stage }).length > 0) return true;
  }
  return false;
}

function plainHash(number: string): string {
  return `${HASHED}${hash("sha256", number, "hex")}`;
}
