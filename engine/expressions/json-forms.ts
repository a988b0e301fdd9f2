// How dates, times and UUIDs are written in JSON, as authentik's `sanitize` does: ISO texts, durations in seconds.
import { getAttribute } from "../python/attribute.ts";
import { valueError } from "../python/exceptions.ts";
import { method0 } from "../python/function.ts";
import { dateType, datetimeType, timeType } from "../python/modules/datetime-objects.ts";
import { timedeltaType } from "../python/modules/datetime-timedelta.ts";
import { uuidType } from "../python/modules/uuid.ts";
import type { PyType, PyValue } from "../python/object.ts";
import { str } from "../python/representation.ts";
import { exporters, notSerializable } from "./boundary.ts";

function form(type: PyType, write: (value: PyValue, sanitize: boolean) => PyValue): void {
  exporters.set(type, (value, { sanitize, strict }) => {
    // `json.dumps`, which writes what a mapping sends, knows none of them.
    if (strict) throw notSerializable(value);
    return write(value, sanitize);
  });
}
form(datetimeType, (value, sanitize) => {
  const text = str(method0(value, "isoformat"));
  return sanitize ? text.replace(/\+00:00$/, "Z") : text;
});
form(dateType, (value) => method0(value, "isoformat"));
form(timeType, (value, sanitize) => {
  if (sanitize && getAttribute(value, "tzinfo") !== null)
    throw valueError("JSON can't represent timezone-aware times.");
  return method0(value, "isoformat");
});
form(timedeltaType, (value) => str(method0(value, "total_seconds")));
form(uuidType, (value, sanitize) => (sanitize ? getAttribute(value, "hex") : str(value)));
