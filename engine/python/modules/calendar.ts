// The module `calendar`: its functions, and the calendars that speak the language of a locale, of which there is one.
import { getAttribute, setAttribute } from "../attribute.ts";
import { builtins } from "../builtins.ts";
import { Exception, pyError, ValueError } from "../exceptions.ts";
import { call, type Native } from "../function.ts";
import { unpack } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, makeType, type PyType, type PyValue } from "../object.ts";
import { add, getItem, mul, sub } from "../operators.ts";
import { list, tuple } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { PySlice } from "../types/slice.ts";
import {
  between,
  calendarType,
  dayAbbr,
  dayAndMonthNames,
  dayName,
  dayType,
  IllegalMonthError,
  IllegalWeekdayError,
  illegal,
  isleap,
  leapdays,
  mdays,
  monthAbbr,
  monthName,
  monthrange,
  monthType,
  weekday,
} from "./calendar-base.ts";
import * as html from "./calendar-html.ts";
import { formatMonthName, formatstring, formatWeekday, textCalendarType } from "./calendar-text.ts";
import { EPOCH_ORDINAL } from "./datetime-calendar.ts";
import { dateType } from "./datetime-objects.ts";
import { pythonClass, pythonFunctions, pythonMethods } from "./python-function.ts";

// ---- locales -------------------------------------------------------------------------------------

const localeError = makeType("Error", { base: Exception, module: "locale" });
localeError.hasDict = true;
/** The names of the one locale that an expression has. */
const LOCALES: readonly PyValue[] = [null, "", "C", "POSIX", "C.UTF-8"];
function inLocale(method: Native): Native {
  return (self: PyValue, ...args: PyValue[]) => {
    const locale = getAttribute(self, "locale");
    if (!LOCALES.includes(asStr(locale) ?? locale)) throw pyError(localeError, "unsupported locale setting");
    return method(self, ...args);
  };
}
function localized(name: string, base: PyType, methods: { readonly [declaration: string]: Native }): PyType {
  const type = pythonClass(name, { module: "calendar", base });
  pythonMethods(type, {
    "__init__(firstweekday=0, locale=None)": (
      self: PyValue,
      firstweekday: PyValue = 0,
      locale: PyValue = null,
    ) => {
      setAttribute(self, "firstweekday", firstweekday);
      setAttribute(self, "locale", locale ?? "C");
      return null;
    },
  });
  for (const [declaration, method] of Object.entries(methods))
    pythonMethods(type, { [declaration]: inLocale(method) });
  return type;
}
const localeTextCalendar = localized("LocaleTextCalendar", textCalendarType, {
  "formatweekday(day, width)": formatWeekday,
  "formatmonthname(theyear, themonth, width, withyear=True)": formatMonthName,
});
const localeHtmlCalendar = localized("LocaleHTMLCalendar", html.htmlCalendarType, {
  "formatweekday(day)": html.formatWeekday,
  "formatmonthname(theyear, themonth, withyear=True)": html.formatMonthName,
});

// ---- the module ----------------------------------------------------------------------------------

/** The calendar behind the module's functions. Its first weekday can be set, for one evaluation. */
const shared = perEvaluation(() => call(textCalendarType, [], null));
const own =
  (name: string): (() => PyValue) =>
  () =>
    getAttribute(shared(), name);

const functions = pythonFunctions({
  "isleap(year)": isleap,
  "leapdays(y1, y2)": leapdays,
  "weekday(year, month, day)": weekday,
  "monthrange(year, month)": (year: PyValue, month: PyValue) => tuple(monthrange(year, month)),
  "setfirstweekday(firstweekday)": (first: PyValue) => {
    if (!between(dayAndMonthNames.MONDAY as PyValue, first, dayAndMonthNames.SUNDAY as PyValue))
      throw illegal(IllegalWeekdayError, first);
    setAttribute(shared(), "firstweekday", first);
    return null;
  },
  "format(cols, colwidth=20, spacing=6)": (cols: PyValue, colwidth?: PyValue, spacing?: PyValue) =>
    call(builtins.get("print") as PyValue, [formatstring(cols, colwidth, spacing)], null),
  "formatstring(cols, colwidth=20, spacing=6)": formatstring,
  "timegm(tuple)": (time: PyValue) => {
    const [year, month, day, hour, minute, second] = unpack(getItem(time, new PySlice(null, 6, null)), 6) as [
      PyValue,
      PyValue,
      PyValue,
      PyValue,
      PyValue,
      PyValue,
    ];
    const first = call(getAttribute(call(dateType, [year, month, 1], null), "toordinal"), [], null);
    const days = sub(add(sub(first, EPOCH_ORDINAL), day), 1);
    const minutes = add(mul(add(mul(days, 24), hour), 60), minute);
    return add(mul(minutes, 60), second);
  },
});

const names =
  "IllegalMonthError IllegalWeekdayError setfirstweekday firstweekday isleap leapdays weekday monthrange monthcalendar prmonth month prcal calendar timegm month_name month_abbr day_name day_abbr Calendar TextCalendar HTMLCalendar LocaleTextCalendar LocaleHTMLCalendar weekheader Day Month JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY";
defineModule("calendar", {
  values: {
    ...functions,
    ...dayAndMonthNames,
    January: 1,
    February: 2,
    error: ValueError,
    EPOCH: 1970,
    day_name: dayName,
    day_abbr: dayAbbr,
    month_name: monthName,
    month_abbr: monthAbbr,
  },
  fresh: {
    mdays,
    c: shared,
    firstweekday: own("getfirstweekday"),
    monthcalendar: own("monthdayscalendar"),
    prweek: own("prweek"),
    week: own("formatweek"),
    weekheader: own("formatweekheader"),
    prmonth: own("prmonth"),
    month: own("formatmonth"),
    calendar: own("formatyear"),
    prcal: own("pryear"),
    __all__: () => list(names.split(" ")),
  },
  types: [
    calendarType,
    textCalendarType,
    html.htmlCalendarType,
    localeTextCalendar,
    localeHtmlCalendar,
    dayType,
    monthType,
    IllegalMonthError,
    IllegalWeekdayError,
  ],
});
