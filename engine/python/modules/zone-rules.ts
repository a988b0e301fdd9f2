// The rule at the end of a TZif file (a POSIX `TZ` text): what holds after the last transition that is listed.
import { valueError } from "../exceptions.ts";
import { repr } from "../representation.ts";
import { daysInMonth, EPOCH_ORDINAL, isLeap, ordinalOf } from "./datetime-calendar.ts";
import { type PyTimedelta, timedelta } from "./datetime-timedelta.ts";

/** What holds for a time: offset from UTC, the part of it that is daylight saving, abbreviation. */
export interface LocalTimeType {
  readonly utcoff: number;
  readonly offset: PyTimedelta;
  readonly dst: PyTimedelta;
  readonly name: string;
}
export function localTimeType(utcoff: number, dst: number, name: string): LocalTimeType {
  return { utcoff, offset: timedelta(0, utcoff, 0), dst: timedelta(0, dst, 0), name };
}

/** When daylight saving begins or ends: seconds since the epoch on the clock before the change. */
type YearlyTime = (year: number) => number;

/** Daylight saving by rule, every year. */
export class ZoneRule {
  readonly standard: LocalTimeType;
  readonly saving: LocalTimeType;
  private readonly start: YearlyTime;
  private readonly end: YearlyTime;
  /** Seconds by which the clock is changed; negative where the winter is what differs (Dublin). */
  private readonly shift: number;
  constructor(standard: LocalTimeType, saving: LocalTimeType, start: YearlyTime, end: YearlyTime) {
    this.standard = standard;
    this.saving = saving;
    this.start = start;
    this.end = end;
    this.shift = saving.utcoff - standard.utcoff;
  }
  /** What holds at a local time. */
  at(local: number, year: number, fold: number): LocalTimeType {
    let start = this.start(year);
    let end = this.end(year);
    // With fold 0 the smaller offset starts at the end of the gap; with fold 1 at its start.
    if ((fold === 1) === this.shift >= 0) end -= this.shift;
    else start += this.shift;
    return this.within(local, start, end) ? this.saving : this.standard;
  }
  /** What holds at a time of UTC, and whether the local time is the second of its kind. */
  atUtc(time: number, year: number): [type: LocalTimeType, fold: boolean] {
    const start = this.start(year) - this.standard.utcoff;
    const end = this.end(year) - this.saving.utcoff;
    const [from, to] = this.shift > 0 ? [end, end + this.shift] : [start, start - this.shift];
    const type = this.within(time, start, end) ? this.saving : this.standard;
    return [type, time >= from && time < to];
  }
  private within(time: number, start: number, end: number): boolean {
    return start < end ? start <= time && time < end : !(end <= time && time < start);
  }
}

const OFFSET = "[+-]?\\d{1,3}(?::\\d{2}(?::\\d{2})?)?";
const ABBREVIATION = "[A-Za-z]{3,}|<[A-Za-z0-9+-]+>";
const TEXT = new RegExp(
  `^(${ABBREVIATION})(${OFFSET})(?:(${ABBREVIATION})(${OFFSET})?,([^,/]+)(?:/([^,]+))?,([^,/]+)(?:/([^,]+))?)?$`,
);

/** Seconds of `[+-]hh[:mm[:ss]]`. */
function seconds(text: string): number {
  const [, sign, h = "0", m = "0", s = "0"] = /^([+-]?)(\d+)(?::(\d+))?(?::(\d+))?$/.exec(
    text,
  ) as RegExpExecArray;
  const value = Number(h) * 3600 + Number(m) * 60 + Number(s);
  return sign === "-" ? -value : value;
}

/** `M3.5.0`, `J60` or `59`, and the time of the day (two in the morning where none is given). */
function yearlyTime(date: string, time: string | undefined): YearlyTime | undefined {
  if (time !== undefined && !new RegExp(`^${OFFSET}$`).test(time)) return undefined;
  const clock = time === undefined ? 7200 : seconds(time);
  const at = (year: number, day: number): number =>
    (ordinalOf(year, 1, 1) - EPOCH_ORDINAL + day) * 86400 + clock;
  const weekly = /^M(\d{1,2})\.([1-5])\.([0-6])$/.exec(date);
  if (weekly !== null) {
    const [month, week, weekday] = weekly.slice(1).map(Number) as [number, number, number];
    if (month < 1 || month > 12) return undefined;
    return (year) => {
      const first = ordinalOf(year, month, 1);
      // Ordinal 7 is a Sunday, weekday 0.
      let day = ((((weekday - first) % 7) + 7) % 7) + 7 * (week - 1);
      if (day >= daysInMonth(year, month)) day -= 7;
      return (first - EPOCH_ORDINAL + day) * 86400 + clock;
    };
  }
  const daily = /^(J?)(\d{1,3})$/.exec(date);
  if (daily === null || Number(daily[2]) > 365) return undefined;
  const day = Number(daily[2]);
  if (daily[1] === "") return (year) => at(year, day);
  if (day < 1) return undefined;
  // 29 February is not counted.
  return (year) => at(year, day >= 60 && isLeap(year) ? day : day - 1);
}

/** Reads a rule: one local time for good, or daylight saving every year. */
export function readRule(text: string): LocalTimeType | ZoneRule {
  const malformed = () => valueError(`malformed TZ string: ${repr(text)}`);
  const match = TEXT.exec(text);
  if (match === null) throw malformed();
  const [, standardName = "", offset = "", savingName, savingOffset, from, fromTime, to, toTime] = match;
  const bare = (name: string): string => name.replace(/[<>]/g, "");
  // West of Greenwich is positive.
  const utcoff = -seconds(offset);
  const standard = localTimeType(utcoff, 0, bare(standardName));
  if (savingName === undefined || from === undefined || to === undefined) return standard;
  const savingOff = savingOffset === undefined ? utcoff + 3600 : -seconds(savingOffset);
  const [start, end] = [yearlyTime(from, fromTime), yearlyTime(to, toTime)];
  if (start === undefined || end === undefined) throw malformed();
  return new ZoneRule(standard, localTimeType(savingOff, savingOff - utcoff, bare(savingName)), start, end);
}
