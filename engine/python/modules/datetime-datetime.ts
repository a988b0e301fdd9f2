// `datetime.datetime`: how one is made, its parts, its texts and its moment; sums and order are in `datetime-arithmetic.ts`.
import { PyException, typeError, valueError } from "../exceptions.ts";
import { defineClassMethods, defineMethods, method1, PyClassMethod } from "../function.ts";
import type { Int } from "../integer.ts";
import { asStr, isInstance, PyFloat, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { givenType } from "../types/text-argument.ts";
import { instant, minusOffset, withZone } from "./datetime-arithmetic.ts";
import { EPOCH_ORDINAL, MAXYEAR, MINYEAR, ordinalOf } from "./datetime-calendar.ts";
import { ctime, isoDate, readIso, replacedDay, timetuple } from "./datetime-date.ts";
import { NotIso, readDateTime } from "./datetime-iso.ts";
import {
  asZone,
  clockText,
  dateType,
  datetimeType,
  dst,
  makeDateTime,
  newDate,
  newDateTime,
  newTime,
  offsetText,
  type PyDate,
  PyDateTime,
  type PyTime,
  timeType,
  tzname,
  utcoffset,
} from "./datetime-objects.ts";
import {
  type ClockArguments,
  defineClock,
  foldRepr,
  replacedClock,
  secondsRepr,
  zoneOf,
  zoneRepr,
} from "./datetime-time.ts";
import { timedelta, totalSeconds } from "./datetime-timedelta.ts";
import { timezone } from "./datetime-zone.ts";
import {
  type Convert,
  cInt,
  type Parameters,
  parseArguments,
  parsedMethod,
  positionalMethod,
  renamedMethod,
  textOf,
} from "./parsed-arguments.ts";
import { strptimeDateTime } from "./strptime.ts";
import { brokenDown, clockNow, splitTimestamp } from "./time-clock.ts";

const anyZone: Convert = (value) => value;
const parameters: Parameters = {
  names: ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"],
  converters: [cInt, cInt, cInt, cInt, cInt, cInt, cInt, anyZone, cInt],
  required: 3,
  positional: 8,
};
defineParsedConstructor(
  datetimeType,
  (args, kw) => parseArguments(parameters, args, kw),
  (
    cls: PyType,
    year: number,
    month: number,
    day: number,
    hour = 0,
    minute = 0,
    second = 0,
    microsecond = 0,
    zone: PyValue = null,
    fold = 0,
  ) => newDateTime(cls, [year, month, day], [hour, minute, second, microsecond], zone, fold),
);

// ---- the clock -----------------------------------------------------------------------------------

/** The local clock is UTC's, but CPython looks for a fold a day before, and so needs that day to exist. */
const PROBE = 86400;
const EARLIEST = -62135596800;
const LATEST = 253402300799;

/** The datetime of a POSIX time in a zone, or on the local clock. */
function fromPosix(cls: PyType, [whole, microsecond]: [Int, number], zone: PyValue, local: boolean): PyValue {
  const [year, month, day, hour, minute, second] = brokenDown(whole);
  if (local) {
    if (year < MINYEAR || year > MAXYEAR) throw valueError(`year ${year} is out of range`);
    if (Number(whole) - PROBE < EARLIEST) throw valueError("year 0 is out of range");
  }
  const made = makeDateTime(cls, [year, month, day], [hour, minute, second, microsecond], zone);
  return zone === null ? made : method1(zone, "fromutc", made);
}
/** POSIX time of a naive datetime on the local clock; ValueError where CPython's search leaves the calendar. */
function localSeconds(when: PyDateTime, fold: number = when.fold): number {
  const seconds =
    (ordinalOf(when.year, when.month, when.day) - EPOCH_ORDINAL) * 86400 +
    when.hour * 3600 +
    when.minute * 60 +
    when.second;
  if (fold === 0 && seconds - PROBE < EARLIEST) throw valueError("year 0 is out of range");
  if (fold === 1 && seconds + PROBE > LATEST) throw valueError("year 10000 is out of range");
  return seconds;
}
/** The aware datetime, in UTC, of the evaluation's clock. */
export function utcNow(): PyDateTime {
  return fromPosix(datetimeType, clockNow(), timezone(timedelta(0, 0, 0)), false) as PyDateTime;
}

/** The datetime of an ISO 8601 text; undefined where it is none. */
export function datetimeFromIso(text: string): PyDateTime | undefined {
  try {
    const { day, clock, offset } = readDateTime(text);
    return newDateTime(datetimeType, day, clock, zoneOf(offset));
  } catch (error) {
    if (error instanceof NotIso || error instanceof PyException) return undefined;
    throw error;
  }
}

function parsed(name: string, taken: Parameters, js: (cls: PyType, ...args: never[]) => PyValue): void {
  datetimeType.dict.set(
    name,
    new PyClassMethod(parsedMethod(datetimeType, name, { ...taken, name }, js as never)),
  );
}
function positional(
  name: string,
  converters: readonly Convert[],
  js: (cls: PyType, ...args: never[]) => PyValue,
) {
  datetimeType.dict.set(
    name,
    new PyClassMethod(positionalMethod(datetimeType, name, converters, js as never)),
  );
}
const instanceOf =
  (type: PyType, position: number): Convert =>
  (value) => {
    if (isInstance(value, type)) return value;
    throw typeError(`combine() argument ${position} must be ${type.name}, not ${givenType(value)}`);
  };
defineClassMethods(datetimeType, {
  "now(tz=None)": (cls: PyType, zone: PyValue = null) => {
    asZone(zone);
    return fromPosix(cls, clockNow(), zone, zone === null);
  },
  "utcnow()": (cls: PyType) => fromPosix(cls, clockNow(), null, false),
  "fromisoformat(string, /)": (cls: PyType, string: PyValue) => {
    const { day, clock, offset } = readIso(string, readDateTime);
    return makeDateTime(cls, day, clock, zoneOf(offset));
  },
});
parsed(
  "fromtimestamp",
  { names: ["timestamp", "tz"], converters: [anyZone, anyZone], required: 1 },
  (cls: PyType, timestamp: PyValue, zone: PyValue = null) => {
    asZone(zone);
    return fromPosix(cls, splitTimestamp(timestamp), zone, zone === null);
  },
);
positional("utcfromtimestamp", [anyZone], (cls: PyType, timestamp: PyValue) =>
  fromPosix(cls, splitTimestamp(timestamp), null, false),
);
positional(
  "strptime",
  [textOf("strptime"), textOf("strptime")],
  (cls: PyType, text: string, format: string) => strptimeDateTime(cls, text, format),
);
parsed(
  "combine",
  {
    names: ["date", "time", "tzinfo"],
    converters: [instanceOf(dateType, 1), instanceOf(timeType, 2), anyZone],
    required: 2,
  },
  (cls: PyType, date: PyDate, time: PyTime, zone: PyValue = time.zone) =>
    makeDateTime(
      cls,
      [date.year, date.month, date.day],
      [time.hour, time.minute, time.second, time.microsecond],
      zone,
      time.fold,
    ),
);

// ---- conversion ----------------------------------------------------------------------------------

const clockOf = (self: PyDateTime) => [self.hour, self.minute, self.second, self.microsecond] as const;

function replace(
  self: PyDateTime,
  year?: PyValue,
  month?: PyValue,
  day?: PyValue,
  ...given: ClockArguments
): PyValue {
  const changedDay = replacedDay(self, year, month, day);
  return makeDateTime(typeOf(self), changedDay, ...replacedClock(self, given));
}

/** The zone that `astimezone()` gives where none is asked for: the local one. */
const localZone = () => timezone(timedelta(0, 0, 0), "UTC");

function astimezone(self: PyDateTime, target: PyValue = null): PyValue {
  const asked = asZone(target);
  if (self.zone !== null && asked === self.zone) return self;
  const offset = self.zone === null ? null : utcoffset(self.zone, self);
  if (offset === null) {
    localSeconds(self);
    // The other fold, to see whether the moment is in a gap.
    localSeconds(self, 1 - self.fold);
  }
  const moment = offset === null ? self : minusOffset(self, offset);
  const zone = asked ?? localZone();
  return method1(zone, "fromutc", withZone(moment, zone));
}

datetimeType.dict.set(
  "astimezone",
  parsedMethod(
    datetimeType,
    "astimezone",
    { name: "astimezone", names: ["tz"], converters: [anyZone], required: 0 },
    astimezone,
  ),
);
const REPLACE =
  "replace(year=0, month=0, day=0, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)";
defineMethods(datetimeType, { [REPLACE]: replace });
datetimeType.dict.set("__replace__", renamedMethod(datetimeType, "__replace__", REPLACE, replace));
defineMethods(datetimeType, {
  "date()": (self: PyDateTime) => newDate(dateType, self.year, self.month, self.day),
  "time()": (self: PyDateTime) => newTime(timeType, clockOf(self), null, self.fold),
  "timetz()": (self: PyDateTime) => newTime(timeType, clockOf(self), self.zone, self.fold),
  "utcoffset()": (self: PyDateTime) => utcoffset(self.zone, self),
  "tzname()": (self: PyDateTime) => tzname(self.zone, self),
  "dst()": (self: PyDateTime) => dst(self.zone, self),
  "timestamp()": (self: PyDateTime) => {
    if (self.zone === null) return new PyFloat(localSeconds(self) + self.microsecond / 1e6);
    const offset = utcoffset(self.zone, self);
    if (offset === null) throw typeError("can't subtract offset-naive and offset-aware datetimes");
    return new PyFloat(totalSeconds(instant(self, offset)));
  },
  "timetuple()": (self: PyDateTime) => {
    const saving = dst(self.zone, self);
    const isDst =
      saving === null ? -1 : saving.days !== 0 || saving.seconds !== 0 || saving.microseconds !== 0 ? 1 : 0;
    return timetuple(self, [self.hour, self.minute, self.second], isDst);
  },
  "utctimetuple()": (self: PyDateTime) => {
    const offset = utcoffset(self.zone, self);
    const utc = offset === null ? self : minusOffset(self, offset);
    return timetuple(utc, [utc.hour, utc.minute, utc.second], 0);
  },
  "ctime()": (self: PyDateTime) => ctime(self.year, self.month, self.day, clockText(self, "seconds")),
  "__str__()": (self: PyDateTime) => method1(self, "isoformat", " "),
  "__repr__()": (self: PyDateTime) =>
    `${typeName(self)}(${self.year}, ${self.month}, ${self.day}, ${self.hour}, ${self.minute}${secondsRepr(self)}${foldRepr(self.fold)}${zoneRepr(self.zone)})`,
});
const separator: Convert = (value) => {
  const text = asStr(value);
  if (text !== undefined && Array.from(text).length === 1) return text;
  throw typeError(`isoformat() argument 1 must be a unicode character, not ${givenType(value)}`);
};
datetimeType.dict.set(
  "isoformat",
  parsedMethod(
    datetimeType,
    "isoformat",
    {
      name: "isoformat",
      names: ["sep", "timespec"],
      converters: [separator, textOf("isoformat")],
      required: 0,
    },
    (self: PyDateTime, sep = "T", timespec = "auto") => {
      const text = `${isoDate(self)}${sep}${clockText(self, timespec)}`;
      const offset = utcoffset(self.zone, self);
      return offset === null ? text : text + offsetText(offset);
    },
  ),
);
defineClock(datetimeType);
datetimeType.dict.set("min", new PyDateTime(MINYEAR, 1, 1, 0, 0, 0, 0, null, 0));
datetimeType.dict.set("max", new PyDateTime(MAXYEAR, 12, 31, 23, 59, 59, 999999, null, 0));
datetimeType.dict.set("resolution", timedelta(0, 0, 1));
