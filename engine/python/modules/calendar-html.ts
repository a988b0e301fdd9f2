// `calendar.HTMLCalendar`: months and years as tables.
import { getAttribute } from "../attribute.ts";
import { call, defineMethods, method, method0, method1 } from "../function.ts";
import { unpack } from "../iterator.ts";
import { makeType, PyObject, type PyValue } from "../object.ts";
import { add, eq, getItem, mod, truth } from "../operators.ts";
import { list, tuple } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { rangeType } from "../types/range.ts";
import { joinText } from "../types/str-methods.ts";
import { calendarType, dayAbbr, monthName } from "./calendar-base.ts";
import { each, larger, smaller } from "./calendar-text.ts";
import { pythonClass, pythonMethods } from "./python-function.ts";

/** `calendar.HTMLCalendar`. */
export const htmlCalendarType = pythonClass("HTMLCalendar", { module: "calendar", base: calendarType });
/** A list on a class that all evaluations share: each reads its own. */
class PyOwnList extends PyObject {
  readonly make: () => PyValue;
  constructor(make: () => PyValue) {
    super();
    this.make = make;
  }
}
defineMethods(makeType("list_attribute", { of: PyOwnList, subclassable: false }), {
  "__get__(instance, owner=None, /)": (self: PyOwnList) => self.make(),
});
const classes = new PyOwnList(perEvaluation(() => list(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])));
for (const [name, value] of Object.entries({
  cssclasses: classes,
  cssclasses_weekday_head: classes,
  cssclass_noday: "noday",
  cssclass_month_head: "month",
  cssclass_month: "month",
  cssclass_year_head: "year",
  cssclass_year: "year",
}))
  htmlCalendarType.dict.set(name, value);

const join = (parts: PyValue[]): PyValue => joinText("", list(parts));
const fill = (text: string, ...values: PyValue[]): PyValue => mod(text, tuple(values));

export function formatWeekday(self: PyValue, day: PyValue): PyValue {
  const css = getItem(getAttribute(self, "cssclasses_weekday_head"), day);
  return fill('<th class="%s">%s</th>', css, getItem(dayAbbr, day));
}
export function formatMonthName(
  self: PyValue,
  year: PyValue,
  month: PyValue,
  withyear: PyValue = true,
): PyValue {
  const name = getItem(monthName, month);
  const text = truth(withyear) ? fill("%s %s", name, year) : fill("%s", name);
  return fill('<tr><th colspan="7" class="%s">%s</th></tr>', getAttribute(self, "cssclass_month_head"), text);
}

pythonMethods(htmlCalendarType, {
  "formatday(day, weekday)": (self: PyValue, day: PyValue, weekday: PyValue) =>
    truth(eq(day, 0))
      ? fill('<td class="%s">&nbsp;</td>', getAttribute(self, "cssclass_noday"))
      : fill('<td class="%s">%d</td>', getItem(getAttribute(self, "cssclasses"), weekday), day),
  "formatweek(theweek)": (self: PyValue, week: PyValue) =>
    fill(
      "<tr>%s</tr>",
      join(
        each(week, (pair) => {
          const [day, weekday] = unpack(pair, 2) as [PyValue, PyValue];
          return method(self, "formatday", [day, weekday], null);
        }),
      ),
    ),
  "formatweekday(day)": formatWeekday,
  "formatweekheader()": (self: PyValue) =>
    fill(
      "<tr>%s</tr>",
      join(each(method0(self, "iterweekdays"), (day) => method1(self, "formatweekday", day))),
    ),
  "formatmonthname(theyear, themonth, withyear=True)": formatMonthName,
  "formatmonth(theyear, themonth, withyear=True)": (
    self: PyValue,
    year: PyValue,
    month: PyValue,
    withyear: PyValue = true,
  ) => {
    const css = getAttribute(self, "cssclass_month");
    const lines = [
      fill('<table border="0" cellpadding="0" cellspacing="0" class="%s">', css),
      method(self, "formatmonthname", [year, month], new Map([["withyear", withyear]])),
      method0(self, "formatweekheader"),
      ...each(method(self, "monthdays2calendar", [year, month], null), (week) =>
        method1(self, "formatweek", week),
      ),
      "</table>",
    ];
    return join(lines.flatMap((line) => [line, "\n"]));
  },
  "formatyear(theyear, width=3)": (self: PyValue, year: PyValue, width: PyValue = 3) => {
    const columns = larger(width, 1);
    const parts: PyValue[] = [
      fill(
        '<table border="0" cellpadding="0" cellspacing="0" class="%s">',
        getAttribute(self, "cssclass_year"),
      ),
      "\n",
      fill(
        '<tr><th colspan="%d" class="%s">%s</th></tr>',
        columns,
        getAttribute(self, "cssclass_year_head"),
        year,
      ),
    ];
    for (const first of each(call(rangeType, [1, 13, columns], null), (month) => month)) {
      parts.push("<tr>");
      const months = call(rangeType, [first, smaller(add(first, columns), 13)], null);
      for (const month of each(months, (value) => value)) {
        const table = method(self, "formatmonth", [year, month], new Map([["withyear", false]]));
        parts.push("<td>", table, "</td>");
      }
      parts.push("</tr>");
    }
    parts.push("</table>");
    return join(parts);
  },
  "formatyearpage(theyear, width=3, css='calendar.css', encoding=None)": (
    self: PyValue,
    year: PyValue,
    width: PyValue = 3,
    css: PyValue = "calendar.css",
    encoding: PyValue = null,
  ) => {
    const charset = encoding ?? "utf-8";
    const page = join([
      fill('<?xml version="1.0" encoding="%s"?>\n', charset),
      '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n',
      "<html>\n<head>\n",
      fill('<meta http-equiv="Content-Type" content="text/html; charset=%s" />\n', charset),
      css === null ? "" : fill('<link rel="stylesheet" type="text/css" href="%s" />\n', css),
      fill("<title>Calendar for %d</title>\n", year),
      "</head>\n<body>\n",
      method(self, "formatyear", [year, width], null),
      "</body>\n</html>\n",
    ]);
    return method(page, "encode", [charset, "xmlcharrefreplace"], null);
  },
});
