// The module `calendar`: months and weekdays, and `Calendar`, which counts the days of months.
//
// CPython writes it in Python, so its classes call their own methods by name and take any value that Python's operators
// take; both are kept.
import { getAttribute, setAttribute } from "../attribute.ts";
import { type PyException, raise, ValueError } from "../exceptions.ts";
import { call, defineMethods, method, method0, PyProperty } from "../function.ts";
import { PyGenerator } from "../generator.ts";
import { collect } from "../iterator.ts";
import { asInt, makeType, PyObject, type PyType, type PyValue } from "../object.ts";
import { add, eq, floorDiv, getItem, le, mod, sub, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, tuple } from "../sequence.ts";
import { charge, perEvaluation } from "../state.ts";
import { rangeType } from "../types/range.ts";
import { PySlice } from "../types/slice.ts";
import { MAXYEAR, MINYEAR } from "./datetime-calendar.ts";
import { dateType } from "./datetime-objects.ts";
import { intEnum } from "./enum.ts";
import { builtinEnum } from "./enum-class.ts";
import { enumTable } from "./enum-root.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";
import { MONTHS, WEEKDAYS } from "./time-format.ts";

// ---- names ---------------------------------------------------------------------------------------

function constants(name: string, names: readonly string[], first: number): PyType {
  const type = builtinEnum(name, [intEnum], "calendar", (namespace) => {
    for (const [i, member] of names.entries()) namespace.store(member.toUpperCase(), first + i);
  });
  // They belong to the module's own names: `calendar.MONDAY`.
  pythonMethods(type, {
    "__repr__()": (self: PyValue) => `calendar.${String(getAttribute(self, "_name_"))}`,
  });
  type.changed();
  return type;
}
const weekdays = [...WEEKDAYS.slice(1), WEEKDAYS[0]];
export const monthType = constants("Month", MONTHS, 1);
export const dayType = constants("Day", weekdays, 0);
/** The members by name, for the module. */
export const dayAndMonthNames: { readonly [name: string]: PyValue } = Object.fromEntries(
  [dayType, monthType].flatMap((type) =>
    [...enumTable(type).members.entries()].map(([name, member]) => [name as string, member]),
  ),
);

/** A list of names that looks its items up each time. */
class PyNames extends PyObject {
  readonly names: PyList;
  readonly format: string;
  constructor(names: readonly string[], format: string, type: PyType) {
    super();
    this.names = new PyList([...names]);
    this.format = format;
    this.cls = type;
  }
}
const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));
function namesType(name: string): PyType {
  const type = makeType(name, { module: "calendar" });
  type.hasDict = true;
  defineMethods(type, {
    "__getitem__(i, /)": (self: PyNames, i: PyValue) =>
      i instanceof PySlice ? list([...(getItem(self.names, i) as PyList).items]) : getItem(self.names, i),
    "__len__()": (self: PyNames) => self.names.items.length,
  });
  return type;
}
const monthsType = namesType("_localized_month");
const daysType = namesType("_localized_day");
export const dayName = new PyNames(weekdays, "%A", daysType);
export const dayAbbr = new PyNames(short(weekdays), "%a", daysType);
export const monthName = new PyNames(["", ...MONTHS], "%B", monthsType);
export const monthAbbr = new PyNames(short(["", ...MONTHS]), "%b", monthsType);

// ---- errors --------------------------------------------------------------------------------------

function errorType(name: string, attribute: string, text: (shown: string) => string): PyType {
  const type = makeType(name, { base: ValueError, module: "calendar" });
  type.hasDict = true;
  pythonMethods(type, {
    [`__init__(${attribute})`]: (self: PyValue, value: PyValue) => {
      setAttribute(self, attribute, value);
      return null;
    },
    "__str__()": (self: PyValue) => text(repr(getAttribute(self, attribute))),
  });
  return type;
}
export const IllegalMonthError = errorType(
  "IllegalMonthError",
  "month",
  (shown) => `bad month number ${shown}; must be 1-12`,
);
export const IllegalWeekdayError = errorType(
  "IllegalWeekdayError",
  "weekday",
  (shown) => `bad weekday number ${shown}; must be 0 (Monday) to 6 (Sunday)`,
);
/** An error about a value. */
export function illegal(type: PyType, value: PyValue): PyException {
  return raise(call(type, [value], null) as PyException);
}

// ---- functions -----------------------------------------------------------------------------------

/** Days of the months, not in leap years. A program may change it, and with it what the module says of months. */
export const mdays = perEvaluation(() => list([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]));

/** `low <= value <= high`. */
export function between(low: PyValue, value: PyValue, high: PyValue): boolean {
  return truth(le(low, value)) && truth(le(value, high));
}
export function isleap(year: PyValue): PyValue {
  const by = (n: number): boolean => truth(eq(mod(year, n), 0));
  return by(4) && (!by(100) || by(400));
}
export function leapdays(first: PyValue, last: PyValue): PyValue {
  const before = (year: PyValue, n: number): PyValue => floorDiv(sub(year, 1), n);
  const part = (n: number): PyValue => sub(before(last, n), before(first, n));
  return add(sub(part(4), part(100)), part(400));
}
/** Day of the week; years beyond the calendar follow its cycle of 400. */
export function weekday(year: PyValue, month: PyValue, day: PyValue): PyValue {
  const known = between(MINYEAR, year, MAXYEAR) ? year : add(2000, mod(year, 400));
  return call(dayType, [method0(call(dateType, [known, month, day], null), "weekday")], null);
}
function monthLength(year: PyValue, month: PyValue): PyValue {
  const extra = truth(eq(month, 2)) ? isleap(year) : false;
  return add(getItem(mdays(), month), extra);
}
/** Weekday of the first, and number of days. */
export function monthrange(year: PyValue, month: PyValue): [PyValue, PyValue] {
  if (!between(1, month, 12)) throw illegal(IllegalMonthError, month);
  const first = weekday(year, month, 1);
  return [first, monthLength(year, month)];
}

// ---- Calendar ------------------------------------------------------------------------------------

/** `calendar.Calendar`. */
export const calendarType = pythonClass("Calendar", { module: "calendar" });

type Yields = Generator<PyValue, PyValue, PyValue>;
function generator(name: string, body: Yields): PyValue {
  return new PyGenerator(name, `Calendar.${name}`, body);
}
const number = (value: PyValue): number => Number(asInt(value) ?? 0);
const firstOf = (self: PyValue): PyValue => getAttribute(self, "firstweekday");

/** Days of the week before the first day, days of the month, days after the last. */
function extent(self: PyValue, year: PyValue, month: PyValue): [before: number, days: number, after: number] {
  const [first, days] = monthrange(year, month);
  const start = firstOf(self);
  const before = mod(sub(first, start), 7);
  const after = mod(sub(sub(start, first), days), 7);
  return [number(before), number(days), number(after)];
}
function* days3(self: PyValue, year: PyValue, month: PyValue): Generator<[PyValue, PyValue, number]> {
  const [before, days, after] = extent(self, year, month);
  const isFirst = truth(eq(month, 1));
  const [y, m] = isFirst ? [sub(year, 1), 12] : [year, sub(month, 1)];
  const end = number(monthLength(y, m)) + 1;
  for (let d = end - before; d < end; d++) yield [y, m, d];
  for (let d = 1; d <= days; d++) yield [year, month, d];
  const isLast = truth(eq(month, 12));
  const [ny, nm] = isLast ? [add(year, 1), 1] : [year, add(month, 1)];
  for (let d = 1; d <= after; d++) yield [ny, nm, d];
}
/** A list's items in rows of so many. */
export function rows(items: readonly PyValue[], width: number): PyValue {
  const out: PyValue[] = [];
  for (let i = 0; i < items.length; i += width) out.push(list(items.slice(i, i + width)));
  return list(out);
}
function weeks(name: string): (self: PyValue, year: PyValue, month: PyValue) => PyValue {
  return (self, year, month) => {
    charge(31);
    return rows(collect(method(self, name, [year, month], null)), 7);
  };
}
function year(name: string): (self: PyValue, year: PyValue, width?: PyValue) => PyValue {
  return (self, theYear, width = 3) => {
    const months = [...enumTable(monthType).members.values()].map((month) =>
      method(self, name, [theYear, month], null),
    );
    // `range(0, 12, width)` and slices, with their complaints.
    const starts = collect(call(rangeType, [0, months.length, width], null));
    return list(starts.map((start) => getItem(list(months), new PySlice(start, add(start, width), null))));
  };
}

pythonMethods(calendarType, {
  "__init__(firstweekday=0)": (self: PyValue, firstweekday: PyValue = 0) => {
    setAttribute(self, "firstweekday", firstweekday);
    return null;
  },
  "getfirstweekday()": (self: PyValue) => mod(getAttribute(self, "_firstweekday"), 7),
  "setfirstweekday(firstweekday)": (self: PyValue, firstweekday: PyValue) => {
    setAttribute(self, "_firstweekday", firstweekday);
    return null;
  },
  "iterweekdays()": (self: PyValue) =>
    generator(
      "iterweekdays",
      (function* (): Yields {
        const first = number(firstOf(self));
        for (let i = first; i < first + 7; i++) yield i % 7;
        return null;
      })(),
    ),
  "itermonthdates(year, month)": (self: PyValue, theYear: PyValue, month: PyValue) =>
    generator(
      "itermonthdates",
      (function* (): Yields {
        for (const day of collect(method(self, "itermonthdays3", [theYear, month], null)))
          yield call(dateType, collect(day), null);
        return null;
      })(),
    ),
  "itermonthdays(year, month)": (self: PyValue, theYear: PyValue, month: PyValue) =>
    generator(
      "itermonthdays",
      (function* (): Yields {
        const [before, days, after] = extent(self, theYear, month);
        for (let i = 0; i < before; i++) yield 0;
        for (let d = 1; d <= days; d++) yield d;
        for (let i = 0; i < after; i++) yield 0;
        return null;
      })(),
    ),
  "itermonthdays2(year, month)": (self: PyValue, theYear: PyValue, month: PyValue) =>
    generator(
      "itermonthdays2",
      (function* (): Yields {
        const days = collect(method(self, "itermonthdays", [theYear, month], null));
        const first = number(firstOf(self));
        for (const [i, day] of days.entries()) yield tuple([day, (first + i) % 7]);
        return null;
      })(),
    ),
  "itermonthdays3(year, month)": (self: PyValue, theYear: PyValue, month: PyValue) =>
    generator(
      "itermonthdays3",
      (function* (): Yields {
        for (const day of days3(self, theYear, month)) yield tuple(day);
        return null;
      })(),
    ),
  "itermonthdays4(year, month)": (self: PyValue, theYear: PyValue, month: PyValue) =>
    generator(
      "itermonthdays4",
      (function* (): Yields {
        const first = number(firstOf(self));
        let i = 0;
        for (const day of collect(method(self, "itermonthdays3", [theYear, month], null))) {
          yield tuple([...collect(day), (first + i) % 7]);
          i += 1;
        }
        return null;
      })(),
    ),
  "monthdatescalendar(year, month)": weeks("itermonthdates"),
  "monthdays2calendar(year, month)": weeks("itermonthdays2"),
  "monthdayscalendar(year, month)": weeks("itermonthdays"),
  "yeardatescalendar(year, width=3)": year("monthdatescalendar"),
  "yeardays2calendar(year, width=3)": year("monthdays2calendar"),
  "yeardayscalendar(year, width=3)": year("monthdayscalendar"),
});
const firstweekday = new PyProperty(
  calendarType.dict.get("getfirstweekday") as PyValue,
  calendarType.dict.get("setfirstweekday") as PyValue,
  null,
  null,
);
firstweekday.name = "firstweekday";
calendarType.dict.set("firstweekday", firstweekday);
