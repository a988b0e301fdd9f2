// `datetime.datetime`: sums, differences, order and hash.
import { isEquality } from "../comparisons.ts";
import { typeError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { hashString } from "../hash.ts";
import { NotImplemented, type PyValue, typeOf } from "../object.ts";
import { EPOCH_ORDINAL, ordinalOf } from "./datetime-calendar.ts";
import { isoDate } from "./datetime-date.ts";
import {
  clockText,
  datetimeType,
  dayOf,
  makeDateTime,
  newDateTime,
  PyDateTime,
  utcoffset,
  type Zone,
} from "./datetime-objects.ts";
import {
  compareTimedeltas,
  defineComparisons,
  hashTimedelta,
  PyTimedelta,
  subtractTimedeltas,
  timedelta,
} from "./datetime-timedelta.ts";

const secondsOfDay = (when: PyDateTime): number => when.hour * 3600 + when.minute * 60 + when.second;
const ordinal = (when: PyDateTime): number => ordinalOf(when.year, when.month, when.day);

/** Day and clock, so much later (or earlier); OverflowError beyond the calendar. */
function moved(
  when: PyDateTime,
  delta: PyTimedelta,
  sign: 1 | -1,
): { day: [number, number, number]; clock: [number, number, number, number] } {
  let microsecond = when.microsecond + sign * delta.microseconds;
  let second = secondsOfDay(when) + sign * delta.seconds + Math.floor(microsecond / 1000000);
  microsecond -= Math.floor(microsecond / 1000000) * 1000000;
  const days = ordinal(when) + sign * delta.days + Math.floor(second / 86400);
  second -= Math.floor(second / 86400) * 86400;
  return {
    day: dayOf(days),
    clock: [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60, microsecond],
  };
}
function shifted(when: PyDateTime, delta: PyTimedelta, sign: 1 | -1): PyValue {
  const { day, clock } = moved(when, delta, sign);
  return makeDateTime(typeOf(when), day, clock, when.zone);
}
/** The naive moment of UTC: the datetime without its offset. */
export function minusOffset(when: PyDateTime, offset: PyTimedelta): PyDateTime {
  const { day, clock } = moved(when, offset, -1);
  return newDateTime(typeOf(when), day, clock, null);
}
/** The same day and clock in another zone. */
export function withZone(when: PyDateTime, zone: Zone): PyDateTime {
  const { year, month, day, hour, minute, second, microsecond } = when;
  return newDateTime(typeOf(when), [year, month, day], [hour, minute, second, microsecond], zone);
}
/** Time since the epoch. */
export function instant(when: PyDateTime, offset: PyTimedelta): PyTimedelta {
  const local = timedelta(ordinal(when) - EPOCH_ORDINAL, secondsOfDay(when), when.microsecond);
  return subtractTimedeltas(local, offset);
}

function plus(a: PyValue, b: PyValue): PyValue {
  if (a instanceof PyDateTime && b instanceof PyTimedelta) return shifted(a, b, 1);
  if (a instanceof PyTimedelta && b instanceof PyDateTime) return shifted(b, a, 1);
  return NotImplemented;
}
/** Of two clocks, whatever their zones are. */
function clockDifference(a: PyDateTime, b: PyDateTime): PyTimedelta {
  return timedelta(ordinal(a) - ordinal(b), secondsOfDay(a) - secondsOfDay(b), a.microsecond - b.microsecond);
}
function difference(a: PyDateTime, b: PyDateTime): PyTimedelta {
  const clocks = clockDifference(a, b);
  if (a.zone === b.zone) return clocks;
  const [x, y] = [utcoffset(a.zone, a), utcoffset(b.zone, b)];
  if ((x === null) !== (y === null))
    throw typeError("can't subtract offset-naive and offset-aware datetimes");
  if (x === null || y === null || x === y || compareTimedeltas(x, y) === 0) return clocks;
  return subtractTimedeltas(clocks, subtractTimedeltas(x, y));
}
function minus(a: PyValue, b: PyValue): PyValue {
  if (!(a instanceof PyDateTime)) return NotImplemented;
  if (b instanceof PyDateTime) return difference(a, b);
  return b instanceof PyTimedelta ? shifted(a, b, -1) : NotImplemented;
}
defineMethods(datetimeType, {
  "__add__(value, /)": plus,
  "__radd__(value, /)": (self: PyValue, other: PyValue) => plus(other, self),
  "__sub__(value, /)": minus,
  "__rsub__(value, /)": (self: PyValue, other: PyValue) => minus(other, self),
  "__hash__()": (self: PyDateTime) => {
    const first = self.fold === 0 ? self : withZone(self, self.zone);
    const offset = utcoffset(first.zone, first);
    if (offset === null) return hashString(`${isoDate(self)}T${clockText(self, "microseconds")}`);
    const local = timedelta(ordinal(self), secondsOfDay(self), self.microsecond);
    return hashTimedelta(subtractTimedeltas(local, offset));
  },
});

/** Does the offset depend on `fold`? Such a datetime equals none of another zone (PEP 495). */
function isAmbiguous(when: PyDateTime, offset: PyTimedelta | null): boolean {
  const other = withZone(when, when.zone);
  other.fold = when.fold === 0 ? 1 : 0;
  const flipped = utcoffset(other.zone, other);
  if (flipped === offset) return false;
  return flipped === null || offset === null || compareTimedeltas(flipped, offset) !== 0;
}
defineComparisons<PyDateTime>(datetimeType, (self, other, name, test) => {
  if (!(other instanceof PyDateTime)) return NotImplemented;
  const sign = ({ days, seconds, microseconds }: PyTimedelta): number =>
    days !== 0 ? days : seconds === 0 && microseconds === 0 ? 0 : 1;
  if (self.zone === other.zone) return test(sign(clockDifference(self, other)));
  const [a, b] = [utcoffset(self.zone, self), utcoffset(other.zone, other)];
  const equality = isEquality(name);
  const same = a === b || (a !== null && b !== null && compareTimedeltas(a, b) === 0);
  if (!same && (a === null || b === null)) {
    if (equality) return name === "__ne__";
    throw typeError("can't compare offset-naive and offset-aware datetimes");
  }
  let order = sign(same ? clockDifference(self, other) : difference(self, other));
  if (equality && order === 0 && (isAmbiguous(self, a) || isAmbiguous(other, b))) order = 1;
  return test(order);
});
