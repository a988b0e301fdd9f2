// `datetime.date` and what `isocalendar` gives.
import { OverflowError, PyException, typeError, valueError } from "../exceptions.ts";
import {
  defineAttributes,
  defineClassMethods,
  defineMethods,
  method0,
  method1,
  PyClassMethod,
} from "../function.ts";
import { hashString } from "../hash.ts";
import {
  asStr,
  makeType,
  NotImplemented,
  PyFloat,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "../object.ts";
import { repr, str } from "../representation.ts";
import { PyTuple, tupleType } from "../sequence.ts";
import { defineConstructor, defineParsedConstructor } from "../types/construct.ts";
import { fromOrdinal, isoCalendar, MAXYEAR, MINYEAR, ordinalOf, weekdayOf } from "./datetime-calendar.ts";
import { formatTime } from "./datetime-format.ts";
import { isoWeekDate, NotIso, readDate } from "./datetime-iso.ts";
import { dateType, dayOf, makeDate, newDate, PyDate, PyDateTime } from "./datetime-objects.ts";
import { defineComparisons, digits, PyTimedelta, timedelta } from "./datetime-timedelta.ts";
import {
  cInt,
  clinicInt,
  type Parameters,
  parseArguments,
  parsedMethod,
  positionalMethod,
  renamedMethod,
  textOf,
} from "./parsed-arguments.ts";
import { brokenDown, clockNow, floorTimestamp } from "./time-clock.ts";
import { MONTHS, WEEKDAYS } from "./time-format.ts";
import { structTime } from "./time-struct.ts";

// ---- isocalendar ---------------------------------------------------------------------------------

class PyIsoCalendarDate extends PyTuple {}
const isoCalendarType = makeType("datetime.IsoCalendarDate", {
  of: PyIsoCalendarDate,
  base: tupleType,
  subclassable: false,
  doc: "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday)\nor via the object attributes as named in the above tuple.",
});
defineConstructor(
  isoCalendarType,
  "(year, week, weekday)",
  (_cls: PyType, ...items: PyValue[]) => new PyIsoCalendarDate(items.map(clinicInt)),
);
const part =
  (at: number) =>
  (self: PyTuple): PyValue =>
    self.items[at] as PyValue;
defineAttributes<PyTuple>(isoCalendarType, { year: part(0), week: part(1), weekday: part(2) });
defineMethods(isoCalendarType, {
  "__repr__()": ({ items: [year, week, weekday] }: PyTuple) =>
    `${isoCalendarType.name}(year=${year}, week=${week}, weekday=${weekday})`,
});

// ---- construction --------------------------------------------------------------------------------

const parameters: Parameters = {
  names: ["year", "month", "day"],
  converters: [cInt, cInt, cInt],
  required: 3,
};
defineParsedConstructor(
  dateType,
  (args, kw) => parseArguments(parameters, args, kw),
  (cls: PyType, year: number, month: number, day: number) => newDate(cls, year, month, day),
);

/** The text of a `fromisoformat` argument, read by `read`. */
export function readIso<T>(value: PyValue, read: (text: string) => T): T {
  const text = asStr(value);
  if (text === undefined) throw typeError("fromisoformat: argument must be str");
  try {
    return read(text);
  } catch (error) {
    if (error instanceof NotIso) throw valueError(`Invalid isoformat string: ${repr(text)}`);
    throw error;
  }
}

defineClassMethods(dateType, {
  // Through the class's own fromtimestamp, which a derived class may replace.
  "today()": (cls: PyType) => {
    const [whole, us] = clockNow();
    return method1(cls, "fromtimestamp", new PyFloat(whole + us / 1e6));
  },
  "fromtimestamp(timestamp, /)": (cls: PyType, timestamp: PyValue) => {
    const [year, month, day] = brokenDown(floorTimestamp(timestamp));
    return makeDate(cls, year, month, day);
  },
  "fromisoformat(string, /)": (cls: PyType, string: PyValue) =>
    makeDate(
      cls,
      ...readIso(string, (text) => {
        if (text.length !== 7 && text.length !== 8 && text.length !== 10) throw new NotIso();
        return readDate(text);
      }),
    ),
});
/** Part of an ISO week date: what is no C int is out of range. */
function isoPart(value: PyValue): number {
  try {
    return cInt(value);
  } catch (error) {
    if (error instanceof PyException && error.cls === OverflowError)
      throw valueError("ISO calendar component out of range");
    throw error;
  }
}
function classMethod(name: string, taken: Parameters, js: (cls: PyType, ...args: never[]) => PyValue): void {
  dateType.dict.set(name, new PyClassMethod(parsedMethod(dateType, name, taken, js as never)));
}
dateType.dict.set(
  "fromordinal",
  new PyClassMethod(
    positionalMethod(dateType, "fromordinal", [cInt], (cls: PyType, ordinal: number) => {
      if (ordinal < 1) throw valueError("ordinal must be >= 1");
      const [year, month, day] = fromOrdinal(ordinal);
      return makeDate(cls, year, month, day);
    }),
  ),
);
classMethod(
  "fromisocalendar",
  {
    ...parameters,
    name: "fromisocalendar",
    names: ["year", "week", "day"],
    converters: [isoPart, isoPart, isoPart],
  },
  (cls: PyType, year: number, week: number, day: number) => makeDate(cls, ...isoWeekDate(year, week, day)),
);

// ---- methods -------------------------------------------------------------------------------------

/** Defines `strftime` and `__format__`. */
export function defineFormatting(type: PyType, text: (self: never, format: string) => string): void {
  type.dict.set(
    "strftime",
    parsedMethod(
      type,
      "strftime",
      { name: "strftime", names: ["format"], converters: [textOf("strftime")], required: 1 },
      text as never,
    ),
  );
  type.dict.set(
    "__format__",
    positionalMethod(type, "__format__", [textOf("__format__")], (self: PyValue, format: string) =>
      format === "" ? str(self) : method1(self, "strftime", format),
    ),
  );
}
defineFormatting(dateType, (self: PyDate, format) =>
  formatTime(self, format, method0(self, "timetuple"), self),
);

/** `Wed Jan  1 00:00:00 2020`. */
export function ctime(year: number, month: number, day: number, clock: string): string {
  const weekday = (weekdayOf(year, month, day) + 1) % 7;
  const names = `${(WEEKDAYS[weekday] as string).slice(0, 3)} ${(MONTHS[month - 1] as string).slice(0, 3)}`;
  return `${names} ${String(day).padStart(2)} ${clock} ${digits(year, 4)}`;
}
/** The nine of a `struct_time`. */
export function timetuple(
  { year, month, day }: PyDate,
  clock: readonly [number, number, number],
  isDst: number,
): PyValue {
  const dayOfYear = ordinalOf(year, month, day) - ordinalOf(year, 1, 1) + 1;
  return structTime([year, month, day, ...clock, weekdayOf(year, month, day), dayOfYear, isDst]);
}
export function isoDate({ year, month, day }: PyDate): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}
/** What `replace` has in a field: an argument, or what the object has itself. */
export function replaced(value: PyValue | undefined, own: number): number {
  return value === undefined ? own : clinicInt(value);
}
/** The day that `replace` gives a date or a datetime. */
export function replacedDay(
  self: PyDate,
  year?: PyValue,
  month?: PyValue,
  day?: PyValue,
): [year: number, month: number, day: number] {
  return [replaced(year, self.year), replaced(month, self.month), replaced(day, self.day)];
}
function replaceDate(self: PyDate, year?: PyValue, month?: PyValue, day?: PyValue): PyValue {
  return makeDate(typeOf(self), ...replacedDay(self, year, month, day));
}
const ordinal = (self: PyDate): number => ordinalOf(self.year, self.month, self.day);

const REPLACE = "replace(year=0, month=0, day=0)";
defineMethods(dateType, { [REPLACE]: replaceDate });
dateType.dict.set("__replace__", renamedMethod(dateType, "__replace__", REPLACE, replaceDate));
defineMethods(dateType, {
  "isoformat()": isoDate,
  "__str__()": (self: PyDate) => method0(self, "isoformat"),
  "__repr__()": (self: PyDate) => `${typeName(self)}(${self.year}, ${self.month}, ${self.day})`,
  "__hash__()": (self: PyDate) => hashString(isoDate(self)),
  "ctime()": ({ year, month, day }: PyDate) => ctime(year, month, day, "00:00:00"),
  "toordinal()": ordinal,
  "weekday()": ({ year, month, day }: PyDate) => weekdayOf(year, month, day),
  "isoweekday()": ({ year, month, day }: PyDate) => weekdayOf(year, month, day) + 1,
  "isocalendar()": ({ year, month, day }: PyDate) => new PyIsoCalendarDate(isoCalendar(year, month, day)),
  "timetuple()": (self: PyDate) => timetuple(self, [0, 0, 0], -1),
});
defineAttributes<PyDate>(dateType, {
  year: (self) => self.year,
  month: (self) => self.month,
  day: (self) => self.day,
});

// ---- arithmetic ----------------------------------------------------------------------------------

/** A date, and no datetime: the two do not mix. */
const plain = (value: PyValue): value is PyDate => value instanceof PyDate && !(value instanceof PyDateTime);
function shifted(date: PyDate, days: number): PyValue {
  return makeDate(typeOf(date), ...dayOf(ordinal(date) + days));
}
function plus(a: PyValue, b: PyValue): PyValue {
  if (plain(a) && b instanceof PyTimedelta) return shifted(a, b.days);
  if (a instanceof PyTimedelta && plain(b)) return shifted(b, a.days);
  return NotImplemented;
}
function minus(a: PyValue, b: PyValue): PyValue {
  if (!plain(a)) return NotImplemented;
  if (b instanceof PyTimedelta) return shifted(a, -b.days);
  return plain(b) ? timedelta(ordinal(a) - ordinal(b), 0, 0) : NotImplemented;
}
defineMethods(dateType, {
  "__add__(value, /)": plus,
  "__radd__(value, /)": (self: PyValue, other: PyValue) => plus(other, self),
  "__sub__(value, /)": minus,
  "__rsub__(value, /)": (self: PyValue, other: PyValue) => minus(other, self),
});
defineComparisons<PyDate>(dateType, (self, other, _name, test) =>
  plain(other) ? test(ordinal(self) - ordinal(other)) : NotImplemented,
);

dateType.dict.set("min", new PyDate(MINYEAR, 1, 1));
dateType.dict.set("max", new PyDate(MAXYEAR, 12, 31));
dateType.dict.set("resolution", timedelta(1, 0, 0));
