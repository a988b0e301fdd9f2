// `calendar.TextCalendar`: months and years as plain text.
import { builtins } from "../builtins.ts";
import { call, method, method0, method1 } from "../function.ts";
import { iter, unpack } from "../iterator.ts";
import type { PyValue } from "../object.ts";
import { add, eq, ge, getItem, mod, mul, sub, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, type PyList, tuple } from "../sequence.ts";
import { rangeType } from "../types/range.ts";
import { PySlice } from "../types/slice.ts";
import { joinText } from "../types/str-methods.ts";
import { calendarType, dayAbbr, dayName, monthName } from "./calendar-base.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";

/** `calendar.TextCalendar`. */
export const textCalendarType = pythonClass("TextCalendar", { module: "calendar", base: calendarType });

const center = (text: PyValue, width: PyValue): PyValue => method1(text, "center", width);
const rstrip = (text: PyValue): PyValue => method0(text, "rstrip");
/** `max(a, b)` and `min(a, b)`. */
export const larger = (a: PyValue, b: PyValue): PyValue => call(builtins.get("max") as PyValue, [a, b], null);
export const smaller = (a: PyValue, b: PyValue): PyValue =>
  call(builtins.get("min") as PyValue, [a, b], null);
function print(text: PyValue): PyValue {
  return call(builtins.get("print") as PyValue, [text], new Map([["end", ""]]));
}
/** The items of a list of values, made one by one. */
export function each(values: PyValue, make: (value: PyValue) => PyValue): PyValue[] {
  const out: PyValue[] = [];
  const it = iter(values);
  for (let value = it.next(); value !== undefined; value = it.next()) out.push(make(value));
  return out;
}
/** Texts in columns, each in the middle of its own. */
export function formatstring(cols: PyValue, colwidth: PyValue = 20, spacing: PyValue = 6): PyValue {
  const gap = str(mul(spacing, " "));
  return joinText(gap, list(each(cols, (text) => center(text, colwidth))));
}

export function formatWeekday(_self: PyValue, day: PyValue, width: PyValue): PyValue {
  const names = truth(ge(width, 9)) ? dayName : dayAbbr;
  return center(getItem(getItem(names, day), new PySlice(null, width, null)), width);
}
export function formatMonthName(
  _self: PyValue,
  year: PyValue,
  month: PyValue,
  width: PyValue,
  withyear: PyValue = true,
): PyValue {
  let text = getItem(monthName, month);
  if (truth(withyear)) text = mod("%s %r", tuple([text, year]));
  return center(text, width);
}

pythonMethods(textCalendarType, {
  "prweek(theweek, width)": (self: PyValue, week: PyValue, width: PyValue) =>
    print(method(self, "formatweek", [week, width], null)),
  "formatday(day, weekday, width)": (_self: PyValue, day: PyValue, _weekday: PyValue, width: PyValue) =>
    center(truth(eq(day, 0)) ? "" : mod("%2i", day), width),
  "formatweek(theweek, width)": (self: PyValue, week: PyValue, width: PyValue) =>
    joinText(
      " ",
      list(
        each(week, (pair) => {
          const [day, weekday] = unpack(pair, 2) as [PyValue, PyValue];
          return method(self, "formatday", [day, weekday, width], null);
        }),
      ),
    ),
  "formatweekday(day, width)": formatWeekday,
  "formatweekheader(width)": (self: PyValue, width: PyValue) =>
    joinText(
      " ",
      list(each(method0(self, "iterweekdays"), (day) => method(self, "formatweekday", [day, width], null))),
    ),
  "formatmonthname(theyear, themonth, width, withyear=True)": formatMonthName,
  "prmonth(theyear, themonth, w=0, l=0)": (
    self: PyValue,
    year: PyValue,
    month: PyValue,
    w: PyValue = 0,
    l: PyValue = 0,
  ) => print(method(self, "formatmonth", [year, month, w, l], null)),
  "formatmonth(theyear, themonth, w=0, l=0)": (
    self: PyValue,
    year: PyValue,
    month: PyValue,
    w: PyValue = 0,
    l: PyValue = 0,
  ) => {
    const width = larger(2, w);
    const gap = mul("\n", larger(1, l));
    const total = sub(mul(7, add(width, 1)), 1);
    let text = add(rstrip(method(self, "formatmonthname", [year, month, total], null)), gap);
    text = add(add(text, rstrip(method1(self, "formatweekheader", width))), gap);
    for (const week of each(method(self, "monthdays2calendar", [year, month], null), (value) => value))
      text = add(add(text, rstrip(method(self, "formatweek", [week, width], null))), gap);
    return text;
  },
  "formatyear(theyear, w=2, l=1, c=6, m=3)": formatYear,
  "pryear(theyear, w=0, l=0, c=6, m=3)": (
    self: PyValue,
    year: PyValue,
    w: PyValue = 0,
    l: PyValue = 0,
    c: PyValue = 6,
    m: PyValue = 3,
  ) => print(method(self, "formatyear", [year, w, l, c, m], null)),
});

function formatYear(
  self: PyValue,
  year: PyValue,
  w: PyValue = 2,
  l: PyValue = 1,
  c: PyValue = 6,
  m: PyValue = 3,
): PyValue {
  const width = larger(2, w);
  const gap = mul("\n", larger(1, l));
  const spacing = larger(2, c);
  const column = sub(mul(add(width, 1), 7), 1);
  const parts: PyValue[] = [];
  const line = (text: PyValue): void => {
    parts.push(rstrip(text), gap);
  };
  line(center(repr(year), add(mul(column, m), mul(spacing, sub(m, 1)))));
  const header = method1(self, "formatweekheader", width);
  const rows = each(method(self, "yeardays2calendar", [year, m], null), (row) => row);
  for (const [i, row] of rows.entries()) {
    const months = call(rangeType, [add(mul(m, i), 1), smaller(add(mul(m, i + 1), 1), 13)], null);
    parts.push(gap);
    const names = each(months, (month) =>
      method(self, "formatmonthname", [year, month, column, false], null),
    );
    line(formatstring(list(names), column, spacing));
    line(formatstring(list(each(months, () => header)), column, spacing));
    const calendars = each(row, (value) => value as PyList);
    const height = Math.max(...calendars.map((weeks) => (weeks as PyList).items.length));
    for (let j = 0; j < height; j++) {
      const weeks = calendars.map((calendar) => {
        const week = (calendar as PyList).items[j];
        return week === undefined ? "" : method(self, "formatweek", [week, width], null);
      });
      line(formatstring(list(weeks), column, spacing));
    }
  }
  return joinText("", list(parts));
}
