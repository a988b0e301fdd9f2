// The module `time`. The local time zone is UTC; the clocks are those of `time-clock.ts`.
import { OSError, overflowError, PyException, raise, typeError, valueError } from "../exceptions.ts";
import { builtin, defineMethods, defineStatic } from "../function.ts";
import { narrow, toDouble, trueDivInt } from "../integer.ts";
import { defineModule } from "../module.ts";
import { asInt, makeType, PyFloat, PyInstance, type PyType, type PyValue, typeName } from "../object.ts";
import { repr } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { ordinalOf } from "./datetime-calendar.ts";
import { anything, type Convert, positionalFunction, textOf } from "./parsed-arguments.ts";
import { moduleFunctions, pythonFunctions } from "./python-function.ts";
import { strptimeStruct } from "./strptime.ts";
import { checkedFields, timeFields, timeText } from "./time-arguments.ts";
import {
  brokenDown,
  clockNanoseconds,
  clockNow,
  floorTimestamp,
  monotonicNanoseconds,
  processNanoseconds,
  sleep,
} from "./time-clock.ts";
import { type BrokenDownTime, MONTHS, secondsOf, WEEKDAYS } from "./time-format.ts";
import { structTime, structTimeType } from "./time-struct.ts";

// ---- clocks --------------------------------------------------------------------------------------

type Clock = () => bigint;
const asSeconds = (clock: Clock): PyValue => new PyFloat(trueDivInt(narrow(clock()), 1000000000));

/** The clocks of Linux by number and name. */
const CLOCKS: readonly (readonly [number: number, name: string, clock: Clock])[] = [
  [0, "CLOCK_REALTIME", clockNanoseconds],
  [1, "CLOCK_MONOTONIC", monotonicNanoseconds],
  [2, "CLOCK_PROCESS_CPUTIME_ID", processNanoseconds],
  [3, "CLOCK_THREAD_CPUTIME_ID", processNanoseconds],
  [4, "CLOCK_MONOTONIC_RAW", monotonicNanoseconds],
  [7, "CLOCK_BOOTTIME", monotonicNanoseconds],
  [11, "CLOCK_TAI", clockNanoseconds],
];
function invalidArgument(): never {
  throw raise(new PyException(OSError, [22, "Invalid argument"]));
}
const clockNumber: Convert = (value) => {
  const number = asInt(value);
  if (number === undefined) throw typeError(`clk_id should be integer, not ${typeName(value)}`);
  return number;
};
function clockOf(id: PyValue): Clock {
  const number = clockNumber(id, 1);
  return CLOCKS.find(([known]) => known === number)?.[2] ?? invalidArgument();
}
/** Nothing that runs in an expression may set a clock, as nothing but the superuser may. */
function setClock(): never {
  throw raise(new PyException(OSError, [1, "Operation not permitted"]));
}

/** What `get_clock_info` gives. */
const namespaceType = makeType("types.SimpleNamespace");
namespaceType.hasDict = true;
defineStatic(namespaceType, { "__new__(cls, /)": (cls: PyType) => new PyInstance(cls) });
defineMethods(namespaceType, {
  "__repr__()": (self: PyInstance) =>
    `namespace(${[...(self.dict ?? [])].map(([name, value]) => `${name}=${repr(value)}`).join(", ")})`,
});
const INFO: ReadonlyMap<string, readonly [clock: string, monotonic: boolean, adjustable: boolean]> = new Map([
  ["time", ["CLOCK_REALTIME", false, true]],
  ["monotonic", ["CLOCK_MONOTONIC", true, false]],
  ["perf_counter", ["CLOCK_MONOTONIC", true, false]],
  ["process_time", ["CLOCK_PROCESS_CPUTIME_ID", true, false]],
  ["thread_time", ["CLOCK_THREAD_CPUTIME_ID", true, false]],
]);
function clockInfo(name: string): PyValue {
  const info = INFO.get(name);
  if (info === undefined) throw valueError("unknown clock");
  const [clock, monotonic, adjustable] = info;
  const made = new PyInstance(namespaceType);
  made.dict = new Map<string, PyValue>([
    ["implementation", `clock_gettime(${clock})`],
    ["monotonic", monotonic],
    ["adjustable", adjustable],
    ["resolution", new PyFloat(1e-9)],
  ]);
  return made;
}

// ---- conversion ----------------------------------------------------------------------------------

function struct(time: PyValue, zone: string): PyValue {
  const seconds = time === null ? clockNow()[0] : floorTimestamp(time);
  const [year, month, day, hour, minute, second] = brokenDown(seconds);
  const ordinal = ordinalOf(year, month, day);
  const weekday = (((ordinal + 6) % 7) + 7) % 7;
  const dayOfYear = ordinal - ordinalOf(year, 1, 1) + 1;
  return structTime([year, month, day, hour, minute, second, weekday, dayOfYear, 0], zone, 0);
}
function ascText({ weekday, month, day, hour, minute, second, year }: BrokenDownTime): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const [dayName, monthName] = [
    (WEEKDAYS[weekday] as string).slice(0, 3),
    (MONTHS[month - 1] as string).slice(0, 3),
  ];
  return `${dayName} ${monthName}${String(day).padStart(3)} ${two(hour)}:${two(minute)}:${two(second)} ${year}`;
}
const local = (time: PyValue): PyValue => struct(time, "UTC");

const positional = (
  name: string,
  converters: readonly Convert[],
  required: number,
  js: (...args: never[]) => PyValue,
): { [name: string]: PyValue } => ({ [name]: positionalFunction(name, converters, required, js as never) });

const values = {
  ...moduleFunctions("time", {
    "time()": () => asSeconds(clockNanoseconds),
    "time_ns()": () => narrow(clockNanoseconds()),
    "monotonic()": () => asSeconds(monotonicNanoseconds),
    "monotonic_ns()": () => narrow(monotonicNanoseconds()),
    "perf_counter()": () => asSeconds(monotonicNanoseconds),
    "perf_counter_ns()": () => narrow(monotonicNanoseconds()),
    "process_time()": () => asSeconds(processNanoseconds),
    "process_time_ns()": () => narrow(processNanoseconds()),
    "thread_time()": () => asSeconds(processNanoseconds),
    "thread_time_ns()": () => narrow(processNanoseconds()),
    "clock_gettime(clk_id, /)": (id: PyValue) => asSeconds(clockOf(id)),
    "clock_gettime_ns(clk_id, /)": (id: PyValue) => narrow(clockOf(id)()),
    "sleep(seconds, /)": (seconds: PyValue) => {
      sleep(seconds);
      return null;
    },
    "mktime(time_tuple, /)": (value: PyValue) => {
      const fields = timeFields(value, "mktime");
      // A clock that says it saves daylight is an hour ahead, in a zone that never does.
      const seconds = narrow(secondsOf(fields) - (fields.isDst > 0 ? 3600n : 0n));
      try {
        brokenDown(seconds);
      } catch {
        throw overflowError("mktime argument out of range");
      }
      return new PyFloat(toDouble(seconds));
    },
    "tzset()": () => null,
  }),
  asctime: builtin("asctime(time_tuple=None, /)", (value?: PyValue) =>
    ascText(checkedFields(timeFields(value === undefined ? local(null) : value, "asctime"))),
  ),
  ...positional("clock_getres", [clockNumber], 1, (id: PyValue) => {
    clockOf(id);
    return new PyFloat(1e-9);
  }),
  ...positional("clock_settime", [clockNumber, anything], 2, setClock),
  ...positional("clock_settime_ns", [clockNumber, anything], 2, setClock),
  ...positional("get_clock_info", [textOf("get_clock_info")], 1, clockInfo),
  ...positional("gmtime", [anything], 0, (time: PyValue = null) => struct(time, "GMT")),
  ...positional("localtime", [anything], 0, (time: PyValue = null) => local(time)),
  ...positional("ctime", [anything], 0, (time: PyValue = null) => ascText(timeFields(local(time), "ctime"))),
  ...positional("strftime", [textOf("strftime"), anything], 1, (format: string, value?: PyValue) => {
    const fields = checkedFields(timeFields(value === undefined ? local(null) : value, "strftime"));
    if (format.includes("\0")) throw valueError("embedded null character");
    return timeText(format, fields);
  }),
  strptime: builtin("strptime(*args)", (args: PyTuple) => readText.call([...args.items], null)),
};
/** `strptime` hands its arguments to a function of the library, whose name its complaints have. */
const readText = pythonFunctions({
  "_strptime_time(data_string, format='%a %b %d %H:%M:%S %Y')": strptimeStruct,
})._strptime_time as ReturnType<typeof builtin>;

export const time = defineModule("time", {
  values: {
    ...values,
    ...Object.fromEntries(CLOCKS.map(([number, name]) => [name, number])),
    timezone: 0,
    altzone: 0,
    daylight: 0,
    tzname: tuple(["UTC", "UTC"]),
    _STRUCT_TM_ITEMS: 11,
  },
  types: [structTimeType],
});
