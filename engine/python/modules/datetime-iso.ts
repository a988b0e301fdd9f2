// ISO 8601 texts as `fromisoformat` reads them: every form of CPython 3.11 and later, and its tolerance.
//
// The readers go over the text one character at a time as CPython's do, past the end included (there is a NUL), because
// which texts they let pass depends on it.
import { valueError } from "../exceptions.ts";
import { fromOrdinal, hasLongYear, isoFirstMonday, MAXYEAR, MINYEAR } from "./datetime-calendar.ts";

/** The text is not in the format. */
export class NotIso {}

/** The day of an ISO week date; ValueError where there is none. */
export function isoWeekDate(year: number, week: number, day: number): [number, number, number] {
  if (year < MINYEAR || year > MAXYEAR) throw valueError(`Year is out of range: ${year}`);
  if (week < 1 || week > 53 || (week === 53 && !hasLongYear(year))) throw valueError(`Invalid week: ${week}`);
  if (day < 1 || day > 7) throw valueError(`Invalid day: ${day} (range is [1, 7])`);
  return fromOrdinal(isoFirstMonday(year) + (week - 1) * 7 + day - 1);
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= "0" && char <= "9";

class Reader {
  readonly text: string;
  at: number;
  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }
  /** The character there; NUL beyond the end. */
  get char(): string {
    return this.text[this.at] ?? "\0";
  }
  number(count: number): number {
    const part = this.text.slice(this.at, this.at + count);
    if (part.length < count || ![...part].every(isDigit)) throw new NotIso();
    this.at += count;
    return Number(part);
  }
}

/** Year, month and day of a text of 7, 8 or 10 characters. */
export function readDate(text: string): [number, number, number] {
  const reader = new Reader(text);
  const year = reader.number(4);
  const separated = reader.char === "-";
  if (separated) reader.at += 1;
  if (reader.char === "W") {
    reader.at += 1;
    const week = reader.number(2);
    let day = 1;
    if (reader.at < text.length) {
      if (separated) {
        if (reader.char !== "-") throw new NotIso();
        reader.at += 1;
      }
      day = reader.number(1);
    }
    try {
      return isoWeekDate(year, week, day);
    } catch {
      throw new NotIso();
    }
  }
  const month = reader.number(2);
  if (separated) {
    if (reader.char !== "-") throw new NotIso();
    reader.at += 1;
  }
  // What follows in a text of ten characters is not looked at.
  return [year, month, reader.number(2)];
}

/** A clock between two places; whether more text follows it. */
function readClock(
  text: string,
  start: number,
  end: number,
): { clock: [number, number, number, number]; more: boolean } {
  const reader = new Reader(text, start);
  const clock: [number, number, number, number] = [0, 0, 0, 0];
  let separated = true;
  for (let i = 0; i < 3; i++) {
    clock[i] = reader.number(2);
    const { char } = reader;
    reader.at += 1;
    if (i === 0) separated = char === ":";
    if (reader.at >= end) return { clock, more: char !== "\0" };
    // A fraction may come after any part, and after a colon, too.
    if (separated && char === ":") continue;
    if (char === "." || char === ",") break;
    if (!separated) reader.at -= 1;
    else throw new NotIso();
  }
  const count = Math.min(6, end - reader.at);
  clock[3] = reader.number(count) * 10 ** (6 - count);
  while (isDigit(reader.char)) reader.at += 1;
  return { clock, more: reader.char !== "\0" };
}

/** A time of day, and the offset that follows it: seconds and microseconds, or null. */
export interface IsoTime {
  readonly clock: [number, number, number, number];
  readonly offset: [seconds: number, microseconds: number] | null;
}

/** Reads a time with its offset. */
export function readTime(text: string): IsoTime {
  // At least one character is looked at, be it the end.
  let zoneAt = text.search(/[+\-Z]/);
  if (zoneAt < 0) zoneAt = text.length;
  const { clock, more } = readClock(text, 0, zoneAt);
  if (zoneAt === text.length) {
    if (more) throw new NotIso();
    return { clock, offset: null };
  }
  if (text[zoneAt] === "Z") {
    if (zoneAt + 1 < text.length) throw new NotIso();
    return { clock, offset: [0, 0] };
  }
  const sign = text[zoneAt] === "-" ? -1 : 1;
  const zone = readClock(text, zoneAt + 1, text.length);
  if (zone.more) throw new NotIso();
  const [hours, minutes, seconds, microseconds] = zone.clock;
  return { clock, offset: [sign * (hours * 3600 + minutes * 60 + seconds), sign * microseconds] };
}

/** Where the date of a text ends. */
function dateLength(text: string): number {
  const size = text.length;
  if (size === 7) return 7;
  if (text[4] === "-") {
    if (text[5] !== "W") return 10;
    if (size <= 8 || text[8] !== "-") return 8;
    if (size === 9) throw new NotIso();
    // YYYY-Www-## : the hyphen is the separator, a guess of CPython's.
    return size > 10 && isDigit(text[10]) ? 8 : 10;
  }
  if (text[4] !== "W") return 8;
  let at = 7;
  while (at < size && isDigit(text[at])) at += 1;
  if (at < 9) return at;
  return at % 2 === 0 ? 7 : 8;
}

/** A date, and the time after any one character. */
export function readDateTime(text: string): { day: [number, number, number] } & IsoTime {
  const points = Array.from(text);
  // Every form has seven characters at least.
  if (points.length < 7) throw new NotIso();
  const length = dateLength(text);
  const day = readDate(text.slice(0, length));
  const rest = points.length - length;
  if (rest < 1) return { day, clock: [0, 0, 0, 0], offset: null };
  const separator = text.codePointAt(length) as number;
  return { day, ...readTime(text.slice(length + (separator > 0xffff ? 2 : 1))) };
}
