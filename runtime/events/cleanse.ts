// Hides secrets and phone numbers in what is recorded: authentik's cleanse, plus masked numbers, plus both of them wherever
// else they stand, because an exception's text or a line of an author's log may quote what a field beside it hides.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { spellings } from "../../providers/answer-text.ts";

const HIDDEN = "********************";
const SECRET_KEY = /API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE/i;
const HARMLESS_KEY = /wauth|passing|password_change_date|auth_method|auth_method_args/i;
const PHONE_KEY = /PHONE|^To$/i;
/** Hidden by the list above as well, though their values are names that texts are full of. */
const NAMING_KEY = /^(?:field_key|auth_type|authenticators?|goauthentik\.io\/.*)$/i;
/** A shorter text says nothing by itself, and other texts would be full of it. A code has six digits. */
const SHORTEST = 6;

const isSecret = (key: string): boolean => SECRET_KEY.test(key) && !HARMLESS_KEY.test(key);

/**
 * A copy in which the values of keys that name secrets (authentik's list) are hidden and those that name phone numbers
 * are masked; other texts lose what is hidden so, and the given `secrets`.
 */
export function cleanse(context: JsonObject, secrets: readonly string[] = []): JsonObject {
  const hide = redaction([...secrets, ...sensitiveTexts(context)]);
  return cleanseObject(context, hide);
}

type Hide = (text: string) => string;

function cleanseObject(context: JsonObject, hide: Hide): JsonObject {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      hide(key),
      isSecret(key) ? HIDDEN : PHONE_KEY.test(key) ? maskNumbers(value, hide) : cleanseNested(value, hide),
    ]),
  );
}

function cleanseNested(value: JsonValue, hide: Hide): JsonValue {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((item) => cleanseNested(item, hide));
  return value !== null && typeof value === "object" ? cleanseObject(value, hide) : value;
}

function maskNumbers(value: JsonValue, hide: Hide): JsonValue {
  if (typeof value === "string" || typeof value === "number") return maskPhone(String(value));
  return Array.isArray(value) ? value.map((item) => maskNumbers(item, hide)) : cleanseNested(value, hide);
}

/** The texts that stand under keys which name secrets or phone numbers, at any depth. */
export function sensitiveTexts(value: JsonValue, hidden = false): string[] {
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    return hidden && text.length >= SHORTEST ? [text] : [];
  }
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((item) => sensitiveTexts(item, hidden));
  return Object.entries(value).flatMap(([key, item]) =>
    sensitiveTexts(item, !NAMING_KEY.test(key) && (hidden || isSecret(key) || PHONE_KEY.test(key))),
  );
}

/** A number as records show it: a leading `+` and the last four digits (`+*******0173`); short ones not at all. */
export function maskPhone(number: string): string {
  const plus = number.startsWith("+") ? "+" : "";
  const rest = number.slice(plus.length);
  if (rest.length <= 4) return plus + "*".repeat(rest.length);
  return plus + "*".repeat(rest.length - 4) + rest.slice(-4);
}

/** A text from which the given secrets are cut out, wherever they stand and however they are spelled; longest first. */
export function redact(text: string, secrets: readonly string[]): string {
  return redaction(secrets)(text);
}

function redaction(secrets: readonly string[]): Hide {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length > 2)
    .sort((a, b) => b.length - a.length)
    .flatMap((secret): (string | RegExp)[] => [...spellings(secret), ...numberPatterns(secret)]);
  return (text) => known.reduce<string>((result, secret) => result.replaceAll(secret, "***"), text);
}

/** A number or code is itself however its digits are grouped. */
function numberPatterns(text: string): RegExp[] {
  if (!/^[\d\s+()./-]+$/.test(text)) return [];
  const digits = text.replace(/\D/g, "");
  return digits.length < SHORTEST ? [] : [new RegExp(`\\+?${[...digits].join("[\\s().\\/-]{0,3}")}`, "g")];
}
