// Making a provider's text fit to be shown and logged: no control characters, no secrets, no one-time code.

import type { SmsMessage, SmsProviderConfig } from "./sms-provider.ts";

/** Cap on a provider's text, in characters (code points). */
export const DETAIL_LIMIT = 1000;

const MASK = "********";

/** A shorter value masks half of any text and hides nothing that could not be guessed. */
const SHORTEST_SECRET = 4;

/**
 * Cleans a provider's text. Gateways echo what they got: the code in an echoed body would let anyone pass the
 * check of a number that is not theirs, since authentik shows this text to the user who is enrolling.
 *
 * @param text as received.
 * @param config the stage's fields; `auth`, `auth_password`, header values and what is derived from them are masked.
 * @param message the message that was sent; its code is masked, also when its digits are spaced out.
 * @param truncated true when the text was cut off where a secret may just begin; its end is then dropped.
 */
export function cleanAnswerText(
  text: string,
  config: SmsProviderConfig,
  message: SmsMessage,
  truncated = false,
): string {
  const secrets = secretsOf(config);
  // Invisible characters go first: one of them inside a secret would hide it from the masking below.
  let clean = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\p{Cf}\p{Cs}]/gu, "")
    .trim();
  if (truncated) clean = clean.slice(0, -Math.max(64, ...secrets.map((secret) => secret.length)));
  for (const secret of secrets) clean = clean.replaceAll(secret, MASK);
  if (message.token !== "") clean = clean.replace(tokenPattern(message.token), MASK);
  const characters = Array.from(clean);
  return characters.length <= DETAIL_LIMIT ? clean : `${characters.slice(0, DETAIL_LIMIT - 1).join("")}…`;
}

/** Every form in which a credential may come back, longest first so that no remainder is left. */
function secretsOf(config: SmsProviderConfig): string[] {
  const password = config.auth_password ?? "";
  const pairs = [`${config.auth}:${password}`, `${config.account_sid}:${config.auth}`];
  const plain = [config.auth, password].filter((secret) => secret.length >= SHORTEST_SECRET);
  const url = config.provider === "generic" ? secretsOfUrl(config.account_sid) : [];
  const headers = Object.values(config.headers ?? {}).filter((value) => value.length >= SHORTEST_SECRET);
  const forms = [...plain, ...url, ...headers].flatMap(spellings);
  const basic = pairs.map((pair) => Buffer.from(pair).toString("base64"));
  return [...new Set([...forms, ...basic])].sort((a, b) => b.length - a.length);
}

/** The forms in which a text is quoted: as it is, in a URL, in JSON, in base64. */
export function spellings(text: string): string[] {
  return [
    text,
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString("base64"),
  ];
}

/** A shorter part of a path is a word of the gateway's interface rather than a key. */
const SHORTEST_KEY_IN_PATH = 16;

/** API keys often stand in the query of a gateway's URL, or in its path. */
function secretsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { searchParams, pathname } = new URL(text);
  const values = [...searchParams.values()].filter((value) => value.length >= SHORTEST_SECRET);
  return [...values, ...pathname.split("/").filter((part) => part.length >= SHORTEST_KEY_IN_PATH)];
}

function tokenPattern(token: string): RegExp {
  const characters = Array.from(token, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return new RegExp(characters.join("[\\s.\\-]{0,3}"), "gu");
}
