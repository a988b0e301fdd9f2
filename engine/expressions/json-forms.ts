// How dates and times are written in JSON, as authentik's `sanitize` does: ISO texts, durations in seconds.
import { method0 } from "../python/function.ts";
import { dateType, datetimeType, timeType } from "../python/modules/datetime-objects.ts";
import { timedeltaType } from "../python/modules/datetime-timedelta.ts";
import { str } from "../python/representation.ts";
import { exporters } from "./boundary.ts";

exporters.set(datetimeType, (value, { sanitize }) => {
  const text = str(method0(value, "isoformat"));
  return sanitize ? text.replace(/\+00:00$/, "Z") : text;
});
for (const type of [dateType, timeType]) exporters.set(type, (value) => method0(value, "isoformat"));
exporters.set(timedeltaType, (value) => str(method0(value, "total_seconds")));
