// Checks of a response's single values, with the conversions of Django REST framework (reference, section 16).
import type { JsonValue } from "../../engine/types.ts";
import { refusedCharacter } from "../models/characters.ts";
import { isEmailAddress } from "../models/email-address.ts";
import { isoDate, isoDateTime } from "../models/iso-date.ts";
import { type ResponseError, STANDARD_ERRORS } from "./response-errors.ts";

/** A value in shape, or the error that says why it is refused. */
export type Checked<T extends JsonValue> = { readonly value: T } | { readonly error: ResponseError };

/** Settings of {@link checkText}. */
export interface TextRules {
  readonly blank: boolean;
  readonly trim: boolean;
}

/** A text; numbers become text. */
export function checkText(value: JsonValue, rules: TextRules): Checked<string> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  if (typeof value !== "string" && typeof value !== "number") return { error: STANDARD_ERRORS.string };
  const text = rules.trim ? String(value).trim() : String(value);
  // Blanks alone are blank even where they are not cut off, as in DRF.
  if (text === "" || (rules.trim && text.trim() === "")) {
    return rules.blank ? { value: "" } : { error: STANDARD_ERRORS.blank };
  }
  const refused = refusedCharacter(text);
  return refused === undefined ? { value: text } : { error: { string: refused.message, code: refused.code } };
}

/** A whole number, also as text (`12`, `12.0`). */
export function checkInteger(value: JsonValue): Checked<number> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  if (typeof value === "string" && value.length > 1000) return { error: STANDARD_ERRORS.integerTooLong };
  const text = typeof value === "boolean" || typeof value === "object" ? "" : String(value);
  const match = /^\s*([-+]?\d+)(?:\.0*)?\s*$/.exec(text);
  const number = Number(match?.[1]);
  return match === null || !Number.isSafeInteger(number)
    ? { error: STANDARD_ERRORS.integer }
    : { value: number === 0 ? 0 : number };
}

const TRUE = new Set(["true", "t", "yes", "y", "on", "1"]);
const FALSE = new Set(["false", "f", "no", "n", "off", "0"]);

/** A boolean, also in its usual spellings. */
export function checkBoolean(value: JsonValue): Checked<boolean> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  const text = typeof value === "object" ? "" : String(value).trim();
  const usual = text === text.toUpperCase() || text === text.toLowerCase() || /^[A-Z][a-z]+$/.test(text);
  const key = usual ? text.toLowerCase() : "";
  if (TRUE.has(key)) return { value: true };
  return FALSE.has(key) ? { value: false } : { error: STANDARD_ERRORS.boolean };
}

/** An e-mail address. */
export function checkEmail(value: JsonValue, blank: boolean): Checked<string> {
  const text = checkText(value, { blank, trim: true });
  if ("error" in text || text.value === "") return text;
  return isEmailAddress(text.value) ? text : { error: STANDARD_ERRORS.email };
}

/** A date, kept as ISO text `YYYY-MM-DD`. */
export function checkDate(value: JsonValue): Checked<string> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  const date = typeof value === "string" ? isoDate(value) : undefined;
  return date === undefined ? { error: STANDARD_ERRORS.date } : { value: date };
}

/** A moment, kept as ISO text; without an offset it means UTC. */
export function checkDateTime(value: JsonValue): Checked<string> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  const moment = typeof value === "string" ? isoDateTime(value) : undefined;
  return moment === undefined ? { error: STANDARD_ERRORS.dateTime } : { value: moment };
}
