// The JSON forms of dates, times and time differences: authentik's `sanitize_item`.

import { valueError } from "../python/exceptions.ts";
import { method0 } from "../python/function.ts";
import { isoDate } from "../python/modules/datetime-date.ts";
import {
  dateType,
  datetimeType,
  type PyDate,
  type PyTime,
  timeType,
} from "../python/modules/datetime-objects.ts";
import { type PyTimedelta, timedeltaType, totalSeconds } from "../python/modules/datetime-timedelta.ts";
import { PyFloat, type PyObject, type PyType, type PyValue } from "../python/object.ts";
import { repr, str } from "../python/representation.ts";
import { exporters, type JsonStyle, notSerializable } from "./boundary.ts";

function form(type: PyType, write: (value: never, style: JsonStyle) => PyValue): void {
  exporters.set(type, (value: PyObject, style) => {
    // `json.dumps`, which sends a mapping's result, knows none of them.
    if (style.strict) throw notSerializable(value);
    return write(value as never, style);
  });
}
form(datetimeType, (value: PyObject) => str(method0(value, "isoformat")).replace(/\+00:00$/, "Z"));
form(dateType, (value: PyDate) => isoDate(value));
form(timeType, (value: PyTime, { sanitize }) => {
  if (sanitize && value.zone !== null) throw valueError("JSON can't represent timezone-aware times.");
  return method0(value, "isoformat");
});
form(timedeltaType, (value: PyTimedelta) => repr(new PyFloat(totalSeconds(value))));
