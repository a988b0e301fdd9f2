// The module `datetime`. Each of its types has a file, `datetime-….ts`.
//
// Errors are those of CPython's C implementation. The local time zone is UTC; the clock is the evaluation's.
import { defineModule } from "../module.ts";
import { tuple } from "../sequence.ts";
import "./datetime-arithmetic.ts";
import { MAXYEAR, MINYEAR } from "./datetime-calendar.ts";
import "./datetime-date.ts";
import "./datetime-datetime.ts";
import { dateType, datetimeType, timeType, timezoneType, tzinfoType } from "./datetime-objects.ts";
import "./datetime-time.ts";
import { timedeltaType } from "./datetime-timedelta.ts";
import { utc } from "./datetime-zone.ts";

defineModule("datetime", {
  values: {
    MINYEAR,
    MAXYEAR,
    UTC: utc,
    __all__: tuple([
      "date",
      "datetime",
      "time",
      "timedelta",
      "timezone",
      "tzinfo",
      "MINYEAR",
      "MAXYEAR",
      "UTC",
    ]),
  },
  types: [dateType, datetimeType, timeType, timedeltaType, timezoneType, tzinfoType],
});
