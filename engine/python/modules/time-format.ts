// `strftime` of the C library (glibc's, in the C locale): directives, with flags, widths and the modifiers E and O.
import { allocate, charge } from "../state.ts";
import { hasLongYear, isLeap } from "./datetime-calendar.ts";

/** What C calls `struct tm`, with the year and the month as people write them. */
export interface BrokenDownTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 0. */
  readonly dayOfYear: number;
  /** Negative: not known. */
  readonly isDst: number;
  readonly zone: string;
  /** Seconds east of Greenwich. */
  readonly offset: number;
}

export const WEEKDAYS = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** Seconds since the epoch of a time in UTC, whatever its fields are. */
export function secondsOf(time: {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}): bigint {
  const months = BigInt(time.year) * 12n + BigInt(time.month - 1);
  const year = months >= 0n ? months / 12n : -((-months + 11n) / 12n);
  const month = Number(months - year * 12n);
  // Days before the month, in a year that begins in March: the leap day comes last.
  const y = month < 2 ? year - 1n : year;
  const era = y >= 0n ? y / 400n : -((-y + 399n) / 400n);
  const inEra = Number(y - era * 400n);
  const fromMarch = Math.floor((153 * ((month + 10) % 12) + 2) / 5);
  const days =
    era * 146097n +
    BigInt(inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + fromMarch - 719468);
  return (
    (days + BigInt(time.day - 1)) * 86400n +
    BigInt(time.hour * 3600) +
    BigInt(time.minute) * 60n +
    BigInt(time.second)
  );
}

/** ISO year and week by weekday and day of the year. */
function isoWeek(time: BrokenDownTime): [year: number, week: number] {
  const { year, dayOfYear } = time;
  const monday = (time.weekday + 6) % 7;
  const week = Math.floor((dayOfYear - monday + 10) / 7);
  // Weeks of years beyond the calendar of `datetime` follow the same 400 year cycle.
  const cycle = (y: number) => (((y % 400) + 400) % 400) + 400;
  if (week < 1) return [year - 1, hasLongYear(cycle(year - 1)) ? 53 : 52];
  const length = isLeap(year) ? 366 : 365;
  return week === 53 && dayOfYear + 3 - monday >= length ? [year + 1, 1] : [year, week];
}

/** A directive, taken apart: `%` flags width modifier letter. */
const DIRECTIVE = /%([_\-0^#]*)(\d*)([EO]?)([\s\S]?)/y;
/** Letters that do not go with a modifier; all go without. */
const NOT_WITH: Readonly<Record<string, string>> = {
  E: "aAbBhdDeFHIjklmMSUVgGWw",
  O: "aAcDFxXY",
};
const COMPOSED: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

/** A directive's number with its digits; undefined where the letter stands for none. */
function numberOf(
  letter: string,
  time: BrokenDownTime,
): [value: number | bigint, digits: number, spaces?: true] | undefined {
  const { year, hour, weekday, dayOfYear } = time;
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  switch (letter) {
    case "C":
      return [Math.floor(year / 100), 1];
    case "d":
      return [time.day, 2];
    case "e":
      return [time.day, 2, true];
    case "H":
      return [hour, 2];
    case "I":
      return [twelve, 2];
    case "k":
      return [hour, 2, true];
    case "l":
      return [twelve, 2, true];
    case "j":
      return [dayOfYear + 1, 3];
    case "M":
      return [time.minute, 2];
    case "m":
      return [time.month, 2];
    case "S":
      return [time.second, 2];
    case "s":
      // The local time is UTC, which has no summer time: the C library takes an hour off what is said to be in it.
      return [secondsOf(time) - (time.isDst > 0 ? 3600n : 0n), 1];
    case "u":
      return [((weekday + 6) % 7) + 1, 1];
    case "w":
      return [weekday, 1];
    case "U":
      return [Math.floor((dayOfYear - weekday + 7) / 7), 2];
    case "W":
      return [Math.floor((dayOfYear - ((weekday + 6) % 7) + 7) / 7), 2];
    case "V":
      return [isoWeek(time)[1], 2];
    case "G":
      return [isoWeek(time)[0], 1];
    case "g":
      return [((isoWeek(time)[0] % 100) + 100) % 100, 2];
    case "Y":
      return [year, 1];
    case "y":
      return [((year % 100) + 100) % 100, 2];
    default:
      return undefined;
  }
}

/** Text of a format, or undefined where it has more than `longest` characters. */
export function strftime(format: string, time: BrokenDownTime, longest: number): string | undefined {
  let out = "";
  let at = 0;
  while (at < format.length) {
    const next = format.indexOf("%", at);
    if (next < 0) {
      out += format.slice(at);
      break;
    }
    out += format.slice(at, next);
    DIRECTIVE.lastIndex = next;
    const match = DIRECTIVE.exec(format) as RegExpExecArray;
    charge(1);
    const piece = directive(match, time, longest);
    if (piece === undefined || out.length + piece.length > longest) return undefined;
    out += piece;
    at = next + match[0].length;
  }
  return out.length > longest ? undefined : out;
}

function directive(match: RegExpExecArray, time: BrokenDownTime, longest: number): string | undefined {
  const [whole, flags = "", widthText = "", modifier = "", letter = ""] = match;
  const width = widthText === "" ? 0 : Number(widthText);
  if (width > longest) return undefined;
  allocate(width);
  // The last of the flags for padding counts.
  const pad = /[_\-0](?=[\^#]*$)/.exec(flags)?.[0] ?? "";
  const change = flags.includes("#");
  const upper = flags.includes("^");
  const text = (value: string): string => {
    const cased = upper ? value.toUpperCase() : value;
    return cased.padStart(width, pad === "0" ? "0" : " ");
  };
  if (modifier !== "" && (NOT_WITH[modifier] as string).includes(letter)) {
    // Short names of months change their case before it is seen that they do not go with E.
    return text(change && (letter === "b" || letter === "h") ? whole.toUpperCase() : whole);
  }
  const composed = COMPOSED[letter];
  if (composed !== undefined) {
    const inner = strftime(composed, time, longest);
    return inner === undefined ? undefined : text(inner);
  }
  const number = numberOf(letter, time);
  if (number !== undefined) {
    const [value, digits, spaces] = number;
    return numeric(value, digits, width, spaces && pad === "" ? "_" : pad);
  }
  const loud = (value: string): string => text(change ? value.toUpperCase() : value);
  const half = time.hour > 11 ? "PM" : "AM";
  switch (letter) {
    case "%":
      return text("%");
    case "n":
      return text("\n");
    case "t":
      return text("\t");
    case "a":
      return loud((WEEKDAYS[time.weekday] ?? "?").slice(0, 3));
    case "A":
      return loud(WEEKDAYS[time.weekday] ?? "?");
    case "b":
    case "h":
      return loud((MONTHS[time.month - 1] ?? "?").slice(0, 3));
    case "B":
      return loud(MONTHS[time.month - 1] ?? "?");
    case "P":
      return half.toLowerCase().padStart(width, pad === "0" ? "0" : " ");
    case "p":
      return change ? half.toLowerCase().padStart(width, pad === "0" ? "0" : " ") : text(half);
    case "Z":
      return change ? time.zone.toLowerCase().padStart(width, pad === "0" ? "0" : " ") : text(time.zone);
    case "z": {
      if (time.isDst < 0) return "";
      const minutes = Math.trunc(Math.abs(time.offset) / 60);
      const value = Math.floor(minutes / 60) * 100 + (minutes % 60);
      const sign = (time.offset < 0 ? "-" : "+").padStart(width, pad === "0" ? "0" : " ");
      return sign + numeric(value, 4, width, pad);
    }
    default:
      return text(whole);
  }
}

/** A number with at least so many characters, its sign included. */
function numeric(value: number | bigint, digits: number, width: number, pad: string): string {
  const text = String(value);
  if (pad === "-") return text.padStart(width, " ");
  const size = Math.max(digits, width);
  if (pad === "_") return text.padStart(size, " ");
  return value < 0 ? `-${text.slice(1).padStart(size - 1, "0")}` : text.padStart(size, "0");
}
