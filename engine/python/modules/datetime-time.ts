// `datetime.time`.
import { isEquality } from "../comparisons.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods, method0 } from "../function.ts";
import { hashString } from "../hash.ts";
import { NotImplemented, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { repr } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { defineFormatting, readIso, replaced } from "./datetime-date.ts";
import { formatTime } from "./datetime-format.ts";
import { type IsoTime, readTime } from "./datetime-iso.ts";
import {
  checkFold,
  clockText,
  dst,
  makeTime,
  newTime,
  offsetText,
  type PyDateTime,
  PyTime,
  timeType,
  tzname,
  utcoffset,
  type Zone,
} from "./datetime-objects.ts";
import { compareTimedeltas, defineComparisons, hashTimedelta, timedelta } from "./datetime-timedelta.ts";
import { timezone } from "./datetime-zone.ts";
import {
  cInt,
  type Parameters,
  parseArguments,
  parsedMethod,
  renamedMethod,
  textOf,
} from "./parsed-arguments.ts";

const parameters: Parameters = {
  names: ["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
  converters: [cInt, cInt, cInt, cInt, (value) => value, cInt],
  required: 0,
  positional: 5,
};
defineParsedConstructor(
  timeType,
  (args, kw) => parseArguments(parameters, args, kw),
  (cls: PyType, hour = 0, minute = 0, second = 0, microsecond = 0, zone: PyValue = null, fold = 0) =>
    newTime(cls, [hour, minute, second, microsecond], zone, fold),
);

/** The zone of an offset that was read. */
export function zoneOf(offset: IsoTime["offset"]): Zone {
  return offset === null ? null : timezone(timedelta(0, ...offset));
}
defineClassMethods(timeType, {
  "fromisoformat(string, /)": (cls: PyType, string: PyValue) => {
    const { clock, offset } = readIso(string, (text) =>
      readTime(text.startsWith("T") ? text.slice(1) : text),
    );
    return makeTime(cls, clock, zoneOf(offset));
  },
});

const isoformat = (self: PyTime, timespec = "auto"): string => {
  const clock = clockText(self, timespec);
  const offset = utcoffset(self.zone, null);
  return offset === null ? clock : clock + offsetText(offset);
};
timeType.dict.set(
  "isoformat",
  parsedMethod(
    timeType,
    "isoformat",
    { name: "isoformat", names: ["timespec"], converters: [textOf("isoformat")], required: 0 },
    isoformat,
  ),
);
defineFormatting(timeType, (self: PyTime, format) =>
  formatTime(self, format, tuple([1900, 1, 1, self.hour, self.minute, self.second, 0, 1, -1]), null),
);

export const zoneRepr = (zone: Zone): string => (zone === null ? "" : `, tzinfo=${repr(zone)}`);
export const foldRepr = (fold: number): string => (fold === 0 ? "" : `, fold=${fold}`);
/** Seconds and microseconds of a repr, where they are not zero. */
export function secondsRepr({ second, microsecond }: { second: number; microsecond: number }): string {
  if (microsecond !== 0) return `, ${second}, ${microsecond}`;
  return second === 0 ? "" : `, ${second}`;
}
/** The last six arguments of `replace`, of a time and of a datetime. */
export type ClockArguments = [
  hour?: PyValue,
  minute?: PyValue,
  second?: PyValue,
  microsecond?: PyValue,
  zone?: PyValue,
  fold?: PyValue,
];
/** The clock, zone and fold that `replace` gives an object of its arguments. */
export function replacedClock(
  self: PyTime | PyDateTime,
  [hour, minute, second, microsecond, zone, fold]: ClockArguments,
): [clock: readonly [number, number, number, number], zone: PyValue, fold: number] {
  const clock = [
    replaced(hour, self.hour),
    replaced(minute, self.minute),
    replaced(second, self.second),
    replaced(microsecond, self.microsecond),
  ] as const;
  const changedFold = replaced(fold, self.fold);
  checkFold(changedFold);
  return [clock, zone === undefined ? self.zone : zone, changedFold];
}
function replace(self: PyTime, ...given: ClockArguments): PyValue {
  return makeTime(typeOf(self), ...replacedClock(self, given));
}
const secondsOfDay = (self: PyTime): number => self.hour * 3600 + self.minute * 60 + self.second;

const REPLACE = "replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)";
defineMethods(timeType, { [REPLACE]: replace });
timeType.dict.set("__replace__", renamedMethod(timeType, "__replace__", REPLACE, replace));
defineMethods(timeType, {
  "utcoffset()": (self: PyTime) => utcoffset(self.zone, null),
  "tzname()": (self: PyTime) => tzname(self.zone, null),
  "dst()": (self: PyTime) => dst(self.zone, null),
  "__str__()": (self: PyTime) => method0(self, "isoformat"),
  "__repr__()": (self: PyTime) => {
    // The other way round than in the repr of a datetime.
    const rest = `${zoneRepr(self.zone)}${foldRepr(self.fold)}`;
    return `${typeName(self)}(${self.hour}, ${self.minute}${secondsRepr(self)}${rest})`;
  },
  "__hash__()": (self: PyTime) => {
    const offset = utcoffset(self.zone, null);
    if (offset === null) return hashString(clockText(self, "microseconds"));
    const seconds = secondsOfDay(self) - offset.days * 86400 - offset.seconds;
    return hashTimedelta(timedelta(0, seconds, self.microsecond - offset.microseconds));
  },
});
/** Gives a type what a time and a datetime show of their clock. */
export function defineClock(type: PyType): void {
  defineAttributes<PyTime | PyDateTime>(type, {
    hour: (self) => self.hour,
    minute: (self) => self.minute,
    second: (self) => self.second,
    microsecond: (self) => self.microsecond,
    tzinfo: (self) => self.zone,
    fold: (self) => self.fold,
  });
}
defineClock(timeType);

defineComparisons<PyTime>(timeType, (self, other, name, test) => {
  if (!(other instanceof PyTime)) return NotImplemented;
  const order = secondsOfDay(self) - secondsOfDay(other) || self.microsecond - other.microsecond;
  if (self.zone === other.zone) return test(order);
  const [a, b] = [utcoffset(self.zone, null), utcoffset(other.zone, null)];
  if (a === null && b === null) return test(order);
  if (a !== null && b !== null) {
    if (compareTimedeltas(a, b) === 0) return test(order);
    const seconds = (time: PyTime, offset: typeof a) =>
      secondsOfDay(time) - offset.days * 86400 - offset.seconds;
    return test(seconds(self, a) - seconds(other, b) || self.microsecond - other.microsecond);
  }
  if (isEquality(name)) return name === "__ne__";
  throw typeError("can't compare offset-naive and offset-aware times");
});

timeType.dict.set("min", new PyTime(0, 0, 0, 0, null, 0));
timeType.dict.set("max", new PyTime(23, 59, 59, 999999, null, 0));
timeType.dict.set("resolution", timedelta(0, 0, 1));
