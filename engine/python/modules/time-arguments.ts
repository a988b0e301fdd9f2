// Time tuples as the functions of `time` take them: nine numbers or a `struct_time`, checked as C's are.
//
// The local time zone of an expression is UTC, always: authentik runs in a container whose TZ is not set.
import { overflowError, typeError, valueError } from "../exceptions.ts";
import type { PyValue } from "../object.ts";
import { asInt, asStr } from "../object.ts";
import { PyTuple } from "../sequence.ts";
import { cInt } from "./parsed-arguments.ts";
import { type BrokenDownTime, strftime } from "./time-format.ts";
import { PyStructTime } from "./time-struct.ts";

/** The fields of a time tuple, not yet checked. `name` is the function's. */
export function timeFields(value: PyValue, name: string): BrokenDownTime {
  if (!(value instanceof PyTuple)) throw typeError("Tuple or struct_time argument required");
  if (value.items.length !== 9) throw typeError(`${name}(): illegal time tuple argument`);
  const [year, month, day, hour, minute, second, weekday, dayOfYear, isDst] = value.items.map(cInt) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year - 1900 < -0x80000000) throw overflowError("year out of range");
  let [zone, offset] = isDst < 0 ? ["", 0] : ["UTC", 0];
  if (value instanceof PyStructTime && value.zone !== null) {
    zone = asStr(value.zone) ?? zone;
    offset = Number(asInt(value.gmtoff) ?? 0);
  }
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    weekday: (weekday + 1) % 7,
    dayOfYear: dayOfYear - 1,
    isDst,
    zone,
    offset,
  };
}

/** The fields with 0 taken for the first month, day and day of the year; ValueError for what C could not print. */
export function checkedFields(fields: BrokenDownTime): BrokenDownTime {
  const month = fields.month === 0 ? 1 : fields.month;
  const day = fields.day === 0 ? 1 : fields.day;
  const dayOfYear = fields.dayOfYear === -1 ? 0 : fields.dayOfYear;
  const within = (value: number, low: number, high: number, what: string): void => {
    if (value < low || value > high) throw valueError(`${what} out of range`);
  };
  within(month, 1, 12, "month");
  within(day, 1, 31, "day of month");
  within(fields.hour, 0, 23, "hour");
  within(fields.minute, 0, 59, "minute");
  within(fields.second, 0, 61, "seconds");
  if (fields.weekday < 0) throw valueError("day of week out of range");
  within(dayOfYear, 0, 365, "day of year");
  return { ...fields, month, day, dayOfYear };
}

/** `time.strftime`: nothing where the text is far longer than its format, as C's buffer has it. */
export function timeText(format: string, fields: BrokenDownTime): string {
  const least = 256 * Array.from(format).length;
  let size = 1024;
  while (size < least) size *= 2;
  return strftime(format, fields, size - 1) ?? "";
}
