// The objects of `datetime` (date, time, datetime, tzinfo, timezone), how they are made and checked, and what they ask
// of a time zone.
//
// `fold` alone is set after an object was made: CPython calls a derived class without it.
import { adopt } from "../classes.ts";
import { overflowError, typeError, valueError } from "../exceptions.ts";
import { call, method1 } from "../function.ts";
import { asStr, makeType, PyObject, type PyType, type PyValue, typeName } from "../object.ts";
import { daysInMonth, fromOrdinal, MAXORDINAL, MAXYEAR, MINYEAR } from "./datetime-calendar.ts";
import { digits, PyTimedelta } from "./datetime-timedelta.ts";

/** A `tzinfo`, of the author's class as a rule. */
export class PyTzinfo extends PyObject {}
export const tzinfoType = makeType("datetime.tzinfo", {
  of: PyTzinfo,
  doc: "Abstract base class for time zone info objects.",
});

/** A `timezone`: a fixed offset, and its name where it was given one. */
export class PyTimezone extends PyTzinfo {
  readonly offset: PyTimedelta;
  readonly name: PyValue;
  constructor(offset: PyTimedelta, name: PyValue) {
    super();
    this.offset = offset;
    this.name = name;
  }
}
export const timezoneType = makeType("datetime.timezone", {
  of: PyTimezone,
  base: tzinfoType,
  subclassable: false,
  doc: "Fixed offset from UTC implementation of tzinfo.",
});

export type Zone = PyTzinfo | null;

/** A `date`. */
export class PyDate extends PyObject {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  constructor(year: number, month: number, day: number) {
    super();
    this.year = year;
    this.month = month;
    this.day = day;
  }
}
export const dateType = makeType("datetime.date", {
  of: PyDate,
  doc: "date(year, month, day) --> date object",
});

/** A `time`. */
export class PyTime extends PyObject {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly zone: Zone;
  fold: number;
  constructor(hour: number, minute: number, second: number, microsecond: number, zone: Zone, fold: number) {
    super();
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.zone = zone;
    this.fold = fold;
  }
}
export const timeType = makeType("datetime.time", {
  of: PyTime,
  doc: "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n",
});

/** A `datetime`. */
export class PyDateTime extends PyDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly zone: Zone;
  fold: number;
  constructor(
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
    microsecond: number,
    zone: Zone,
    fold: number,
  ) {
    super(year, month, day);
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
    this.zone = zone;
    this.fold = fold;
  }
}
export const datetimeType = makeType("datetime.datetime", {
  of: PyDateTime,
  base: dateType,
  doc: "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n",
});

// ---- checks --------------------------------------------------------------------------------------

export function checkDate(year: number, month: number, day: number): void {
  if (year < MINYEAR || year > MAXYEAR) throw valueError(`year ${year} is out of range`);
  if (month < 1 || month > 12) throw valueError("month must be in 1..12");
  if (day < 1 || day > daysInMonth(year, month)) throw valueError("day is out of range for month");
}
export function checkTime(
  hour: number,
  minute: number,
  second: number,
  microsecond: number,
  fold: number,
): void {
  if (hour < 0 || hour > 23) throw valueError("hour must be in 0..23");
  if (minute < 0 || minute > 59) throw valueError("minute must be in 0..59");
  if (second < 0 || second > 59) throw valueError("second must be in 0..59");
  if (microsecond < 0 || microsecond > 999999) throw valueError("microsecond must be in 0..999999");
  checkFold(fold);
}
export function checkFold(fold: number): void {
  if (fold !== 0 && fold !== 1) throw valueError("fold must be either 0 or 1");
}
/** A zone argument; TypeError for what is none. */
export function asZone(value: PyValue): Zone {
  if (value === null || value instanceof PyTzinfo) return value;
  throw typeError(`tzinfo argument must be None or of a tzinfo subclass, not type '${typeName(value)}'`);
}

// ---- making ------------------------------------------------------------------------------------

/** The date of an ordinal of any size; OverflowError where there is none. */
export function dayOf(ordinal: number): [year: number, month: number, day: number] {
  if (ordinal < 1 || ordinal > MAXORDINAL) throw overflowError("date value out of range");
  return fromOrdinal(ordinal);
}
export function newDate(cls: PyType, year: number, month: number, day: number): PyDate {
  checkDate(year, month, day);
  return adopt(new PyDate(year, month, day), cls);
}
export function newDateTime(
  cls: PyType,
  day: readonly [number, number, number],
  clock: readonly [number, number, number, number],
  zone: PyValue,
  fold = 0,
): PyDateTime {
  checkDate(...day);
  checkTime(...clock, fold);
  return adopt(new PyDateTime(...day, ...clock, asZone(zone), fold), cls);
}
export function newTime(
  cls: PyType,
  clock: readonly [number, number, number, number],
  zone: PyValue,
  fold = 0,
): PyTime {
  checkTime(...clock, fold);
  return adopt(new PyTime(...clock, asZone(zone), fold), cls);
}

/** A date of a class that may be derived: then the class is called. */
export function makeDate(cls: PyType, year: number, month: number, day: number): PyValue {
  if (cls === dateType) return newDate(cls, year, month, day);
  if (cls === datetimeType) return newDateTime(cls, [year, month, day], [0, 0, 0, 0], null);
  return call(cls, [year, month, day], null);
}
/** A datetime of a class that may be derived. */
export function makeDateTime(
  cls: PyType,
  day: readonly [number, number, number],
  clock: readonly [number, number, number, number],
  zone: PyValue,
  fold = 0,
): PyValue {
  if (cls === datetimeType) return newDateTime(cls, day, clock, zone, fold);
  const made = call(cls, [...day, ...clock, zone], null);
  if (made instanceof PyDateTime) made.fold = fold;
  return made;
}
/** A time of a class that may be derived. */
export function makeTime(
  cls: PyType,
  clock: readonly [number, number, number, number],
  zone: PyValue,
  fold = 0,
): PyValue {
  if (cls === timeType) return newTime(cls, clock, zone, fold);
  const made = call(cls, [...clock, zone], null);
  if (made instanceof PyTime) made.fold = fold;
  return made;
}

// ---- asking a zone -------------------------------------------------------------------------------

/** Shorter than a day, either way. */
export function isOffset(delta: PyTimedelta): boolean {
  return delta.days === 0 || (delta.days === -1 && (delta.seconds > 0 || delta.microseconds > 0));
}
function askZone(zone: Zone, name: string, when: PyValue): PyTimedelta | null {
  if (zone === null) return null;
  if (zone instanceof PyTimezone) return name === "dst" ? null : zone.offset;
  const offset = method1(zone, name, when);
  if (offset === null) return null;
  if (!(offset instanceof PyTimedelta))
    throw typeError(`tzinfo.${name}() must return None or timedelta, not '${typeName(offset)}'`);
  if (!isOffset(offset)) {
    throw valueError(
      "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).",
    );
  }
  return offset;
}
/** `zone.utcoffset(when)`, checked; null where there is none. */
export function utcoffset(zone: Zone, when: PyValue): PyTimedelta | null {
  return askZone(zone, "utcoffset", when);
}
/** `zone.dst(when)`, checked. */
export function dst(zone: Zone, when: PyValue): PyTimedelta | null {
  return askZone(zone, "dst", when);
}
/** `zone.tzname(when)`, checked. */
export function tzname(zone: Zone, when: PyValue): PyValue {
  if (zone === null) return null;
  const name = method1(zone, "tzname", when);
  if (name !== null && asStr(name) === undefined)
    throw typeError(`tzinfo.tzname() must return None or a string, not '${typeName(name)}'`);
  return name;
}

/** `+01:00`, with seconds and microseconds where the offset has them. */
export function offsetText(offset: PyTimedelta, separator = ":"): string {
  let seconds = offset.days * 86400 + offset.seconds;
  let { microseconds } = offset;
  const negative = seconds < 0;
  if (negative) {
    // The magnitude, of seconds and microseconds together.
    seconds = -seconds;
    if (microseconds > 0) {
      seconds -= 1;
      microseconds = 1000000 - microseconds;
    }
  }
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (seconds % 60 !== 0 || microseconds !== 0) parts.push(seconds % 60);
  const text = parts.map((part) => digits(part, 2)).join(separator);
  return `${negative ? "-" : "+"}${text}${microseconds === 0 ? "" : `.${digits(microseconds, 6)}`}`;
}

/** The texts of a clock by `timespec`. */
export function clockText(
  time: { hour: number; minute: number; second: number; microsecond: number },
  timespec: string,
): string {
  const { hour, minute, second, microsecond } = time;
  const [h, m, s] = [digits(hour, 2), digits(minute, 2), digits(second, 2)];
  switch (timespec) {
    case "auto":
      return `${h}:${m}:${s}${microsecond === 0 ? "" : `.${digits(microsecond, 6)}`}`;
    case "hours":
      return h;
    case "minutes":
      return `${h}:${m}`;
    case "seconds":
      return `${h}:${m}:${s}`;
    case "milliseconds":
      return `${h}:${m}:${s}.${digits(Math.floor(microsecond / 1000), 3)}`;
    case "microseconds":
      return `${h}:${m}:${s}.${digits(microsecond, 6)}`;
    default:
      throw valueError("Unknown timespec value");
  }
}
