// Dates in mail headers, read as the library's `email._parseaddr` reads them (RFC 2822, with tolerance).

import { addInt, floorDivInt, type Int, modInt, mulInt, negInt } from "../integer.ts";
import { parseIntText } from "../integer-text.ts";
import { charge } from "../state.ts";
import { isDigit, lower, upper } from "../unicode.ts";
import { MONTHS, WEEKDAYS } from "./time-format.ts";

const months = MONTHS.map((name) => lower(name));
const monthNames = [...months.map((name) => name.slice(0, 3)), ...months];
const dayNames = WEEKDAYS.map((name) => lower(name.slice(0, 3)));

/** Zones by name as hours and minutes; the military ones have the wrong sign in RFC 822 and are not here. */
const ZONES: ReadonlyMap<string, Int> = new Map([
  ["UT", 0],
  ["UTC", 0],
  ["GMT", 0],
  ["Z", 0],
  ["AST", -400],
  ["ADT", -300],
  ["EST", -500],
  ["EDT", -400],
  ["CST", -600],
  ["CDT", -500],
  ["MST", -700],
  ["MDT", -600],
  ["PST", -800],
  ["PDT", -700],
]);

/** Year, month, day, hour, minute, second; seconds of the offset, null where the zone is not known (`-0000`). */
export interface MailDate {
  readonly fields: readonly [Int, Int, Int, Int, Int, Int];
  readonly offset: Int | null;
}

/** `[+-]hhmm` in seconds. */
function seconds(offset: Int): Int {
  const size = offset < 0 ? negInt(offset) : offset;
  const value = addInt(mulInt(floorDivInt(size, 100), 3600), mulInt(modInt(size, 100), 60));
  return offset < 0 ? negInt(value) : value;
}
function zoneOffset(zone: string): Int | null {
  const known = ZONES.get(zone);
  if (known !== undefined) return seconds(known);
  const offset = parseIntText(zone, 10);
  if (offset === undefined || (offset === 0 && zone.startsWith("-"))) return null;
  return seconds(offset);
}

/** The parts of a time of day. */
function clockParts(text: string): string[] | undefined {
  const parts = text.split(":");
  if (parts.length === 2) return [...parts, "0"];
  if (parts.length === 3) return parts;
  if (parts.length !== 1 || !text.includes(".")) return undefined;
  // Some programs put dots between them.
  const dotted = text.split(".");
  if (dotted.length === 2) return [...dotted, "0"];
  return dotted.length === 3 ? dotted : undefined;
}
const withoutComma = (text: string): string => (text.endsWith(",") ? text.slice(0, -1) : text);

/** The words of a date in five places: day, month, year, time, zone. */
function words(text: readonly string[]): string[] | undefined {
  let data = [...text];
  const [first = ""] = data;
  if (first.endsWith(",") || dayNames.includes(lower(first))) data.shift();
  else data[0] = first.slice(first.lastIndexOf(",") + 1);
  if (data.length === 3) {
    // RFC 850: `09-Nov-01`.
    const parts = (data[0] as string).split("-");
    if (parts.length === 3) data = [...parts, ...data.slice(1)];
  }
  if (data.length === 4) {
    const last = data[3] as string;
    const plus = last.indexOf("+");
    const sign = plus < 0 ? last.indexOf("-") : plus;
    if (sign > 0) data = [...data.slice(0, 3), last.slice(0, sign), last.slice(sign)];
    else data.push("");
  }
  return data.length < 5 ? undefined : data.slice(0, 5);
}

/** Reads a date that was split at white space; undefined where it is none. */
export function readMailDate(text: readonly string[]): MailDate | undefined {
  charge(text.length + 10);
  const five = words(text);
  if (five === undefined) return undefined;
  let [day, month, year, time, zone] = five as [string, string, string, string, string];
  if (day === "" || month === "" || year === "") return undefined;
  month = lower(month);
  if (!monthNames.includes(month)) {
    [day, month] = [month, lower(day)];
    if (!monthNames.includes(month)) return undefined;
  }
  const number = (monthNames.indexOf(month) % 12) + 1;
  day = withoutComma(day);
  if (year.indexOf(":") > 0) [year, time] = [time, year];
  if (year.endsWith(",")) {
    year = year.slice(0, -1);
    if (year === "") return undefined;
  }
  if (!isDigit(year.codePointAt(0) as number)) [year, zone] = [zone, year];
  const parts = clockParts(withoutComma(time));
  if (parts === undefined) return undefined;
  const numbers = [year, day, ...parts].map((part) => parseIntText(part, 10));
  const [yy, dd, h, m, s] = numbers;
  if (yy === undefined || dd === undefined || h === undefined || m === undefined || s === undefined)
    return undefined;
  const full = yy < 100 ? addInt(yy, yy > 68 ? 1900 : 2000) : yy;
  return { fields: [full, number, dd, h, m, s], offset: zoneOffset(upper(zone)) };
}
