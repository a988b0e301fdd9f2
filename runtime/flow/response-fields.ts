// Checks of a response's single values, with the conversions of Django REST framework (reference, section 16).
import type { JsonValue } from "../../engine/types.ts";
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
  return text.includes("\0") ? { error: STANDARD_ERRORS.nullCharacter } : { value: text };
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

const EMAIL_LOCAL = /^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*$/i;
const EMAIL_DOMAIN = /^(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z0-9-]{2,63}(?<!-)$/i;

/** An e-mail address. */
export function checkEmail(value: JsonValue, blank: boolean): Checked<string> {
  const text = checkText(value, { blank, trim: true });
  if ("error" in text || text.value === "") return text;
  const at = text.value.lastIndexOf("@");
  const domain = text.value.slice(at + 1);
  const valid =
    text.value.length <= 320 &&
    at > 0 &&
    EMAIL_LOCAL.test(text.value.slice(0, at)) &&
    (domain === "localhost" || EMAIL_DOMAIN.test(domain));
  return valid ? text : { error: STANDARD_ERRORS.email };
}

/** A date, kept as ISO text `YYYY-MM-DD`. */
export function checkDate(value: JsonValue): Checked<string> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  const match = typeof value === "string" ? /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(value) : null;
  const date = match === null ? undefined : dateText(match[1], match[2], match[3]);
  return date === undefined ? { error: STANDARD_ERRORS.date } : { value: date };
}

const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** A moment, kept as ISO text; without an offset it means UTC. */
export function checkDateTime(value: JsonValue): Checked<string> {
  if (value === null) return { error: STANDARD_ERRORS.null };
  const match = typeof value === "string" ? DATE_TIME.exec(value) : null;
  const wrong = { error: STANDARD_ERRORS.dateTime };
  if (match === null) return wrong;
  const date = dateText(match[1], match[2], match[3]);
  const [hours, minutes, seconds] = [match[4], match[5], match[6] ?? "0"].map(Number);
  if (date === undefined || hours > 23 || minutes > 59 || seconds > 59) return wrong;
  const fraction = match[7] === undefined ? "" : `.${match[7].padEnd(6, "0")}`;
  const two = (part: number): string => String(part).padStart(2, "0");
  return { value: `${date}T${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}${offset(match[8])}` };
}

function offset(text: string | undefined): string {
  if (text === undefined || text === "Z") return "+00:00";
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** `YYYY-MM-DD` of a date that the calendar has. */
function dateText(year: string, month: string, day: string): string | undefined {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const exists =
    Number(year) > 0 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return exists ? text : undefined;
}
