// Dates and times in columns: ISO texts of the store and Python's objects, compared in UTC.
import { getAttribute } from "../../python/attribute.ts";
import { PyDict } from "../../python/dict.ts";
import { method0 } from "../../python/function.ts";
import { PyDateTime, timezoneType, type Zone } from "../../python/modules/datetime-objects.ts";
import { asStr, type PyValue } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import { validationError } from "../django/exceptions.ts";

const MOMENT =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

interface Moment {
  /** Days since 1970-01-01, and microseconds of the day, both in UTC. */
  readonly day: number;
  readonly micros: number;
}

/** Days since 1970-01-01 of a date. */
function dayNumber(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000;
}
/** The date of a day number. */
function civil(number: number): [number, number, number] {
  const date = new Date(number * 86_400_000);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}
const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0");
const DAY = 86_400_000_000;

function parse(text: string): Moment | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0)) as number[] as [number, number, number, number, number, number];
  const real = month >= 1 && month <= 12 && day >= 1 && civil(dayNumber(year, month, day))[1] === month;
  if (!real || year < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = match[8];
  const shift =
    offset === undefined || offset === "Z"
      ? 0
      : (offset[0] === "-" ? -1 : 1) *
        (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(":", "") || 0));
  const micros =
    ((hour * 60 + minute - shift) * 60 + second) * 1_000_000 + Number((match[7] ?? "").padEnd(6, "0"));
  const carried = Math.floor(micros / DAY);
  return { day: dayNumber(year, month, day) + carried, micros: micros - carried * DAY };
}

function written({ day, micros }: Moment): string {
  return `${dateText(day)}T${timeText(micros)}`;
}
function dateText(day: number): string {
  const [year, month, date] = civil(day);
  return `${pad(year, 4)}-${pad(month)}-${pad(date)}`;
}
function timeText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${pad(h)}:${pad(m)}:${pad(s)}.${pad(micros % 1_000_000, 6)}`;
}
const textOf = (value: PyValue): string => asStr(value) ?? str(method0(value, "isoformat"));

/** A column's moment as the aware `datetime` in UTC that Django gives; other values as they are. */
export function momentObject(value: PyValue): PyValue {
  const text = asStr(value);
  const moment = text === undefined ? undefined : parse(text);
  if (moment === undefined) return value;
  const [year, month, date] = civil(moment.day);
  if (year < 1 || year > 9999) return value;
  const seconds = Math.floor(moment.micros / 1_000_000);
  return new PyDateTime(
    year,
    month,
    date,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
    moment.micros % 1_000_000,
    getAttribute(timezoneType, "utc") as Zone,
    0,
  );
}

/** A column's moment as a text that sorts as the moments do; other values as they are. */
export function momentValue(value: PyValue): PyValue {
  if (value === null) return null;
  const moment = parse(textOf(value));
  return moment === undefined ? value : written(moment);
}

/** An argument in the form that {@link momentValue} and {@link momentPart} give. */
export function momentArgument(value: PyValue, transform: string | null): PyValue {
  const text = textOf(value);
  if (transform === "time") {
    const moment = parse(`1970-01-01T${text}`);
    if (moment === undefined) throw invalid(value, "format. It must be in HH:MM[:ss[.uuuuuu]] format.");
    return timeText(moment.micros);
  }
  const moment = parse(text);
  if (transform === "date") {
    if (moment === undefined) throw invalid(value, "date format. It must be in YYYY-MM-DD format.");
    return dateText(moment.day);
  }
  if (moment === undefined)
    throw invalid(value, "format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format.");
  return written(moment);
}
function invalid(value: PyValue, text: string) {
  const params = new PyDict();
  params.set("value", value);
  return validationError(`“%(value)s” value has an invalid ${text}`, "invalid", params);
}

/** A part of a moment: `year`, `date` … */
export function momentPart(value: PyValue, part: string): PyValue {
  const moment = parse(textOf(value));
  if (moment === undefined) return null;
  const { day, micros } = moment;
  const [year, month, date] = civil(day);
  // Monday is 1, as in ISO 8601; 1970-01-01 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  const thursday = day - weekday + 4;
  const isoYear = civil(thursday)[0];
  const seconds = Math.floor(micros / 1_000_000);
  switch (part) {
    case "date":
      return dateText(day);
    case "time":
      return timeText(micros);
    case "year":
      return year;
    case "iso_year":
      return isoYear;
    case "month":
      return month;
    case "day":
      return date;
    case "week":
      return Math.floor((thursday - dayNumber(isoYear, 1, 1)) / 7) + 1;
    case "week_day":
      return (weekday % 7) + 1;
    case "iso_week_day":
      return weekday;
    case "quarter":
      return Math.ceil(month / 3);
    case "hour":
      return Math.floor(seconds / 3600);
    case "minute":
      return Math.floor(seconds / 60) % 60;
    default:
      return seconds % 60;
  }
}
