// Hides secrets and phone numbers in what is recorded: authentik's cleanse, plus masked numbers.
import type { JsonObject, JsonValue } from "../../engine/types.ts";

const HIDDEN = "********************";
const SECRET_KEY = /API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE/i;
const HARMLESS_KEY = /wauth|passing|password_change_date|auth_method|auth_method_args/i;
const PHONE_KEY = /PHONE|^To$/i;

/**
 * A copy in which the values of keys that name secrets (authentik's list) are hidden and those that name phone
 * numbers are masked.
 */
export function cleanse(context: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key, cleanseValue(key, value)]));
}

function cleanseValue(key: string, value: JsonValue): JsonValue {
  if (SECRET_KEY.test(key) && !HARMLESS_KEY.test(key)) return HIDDEN;
  if (PHONE_KEY.test(key) && (typeof value === "string" || typeof value === "number")) {
    return maskPhone(String(value));
  }
  return cleanseNested(value);
}

function cleanseNested(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(cleanseNested);
  return value !== null && typeof value === "object" ? cleanse(value) : value;
}

/** A number as records show it: a leading `+` and the last four digits (`+*******0173`); short ones not at all. */
export function maskPhone(number: string): string {
  const plus = number.startsWith("+") ? "+" : "";
  const rest = number.slice(plus.length);
  if (rest.length <= 4) return plus + "*".repeat(rest.length);
  return plus + "*".repeat(rest.length - 4) + rest.slice(-4);
}

/** A text from which the given secrets are cut out, wherever they stand; longest first. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length > 2)
    .sort((a, b) => b.length - a.length);
  return known.reduce((result, secret) => result.replaceAll(secret, "***"), text);
}
