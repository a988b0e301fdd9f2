// The module `zoneinfo`: time zones of the platform's data, which the worker process reads.
import { getAttribute } from "../attribute.ts";
import { PyByteArray, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { PyDict, PySet } from "../dict.ts";
import {
  attributeError,
  exceptionTypes,
  KeyError,
  NotImplementedError,
  PyException,
  pyError,
  raise,
  typeError,
  valueError,
} from "../exceptions.ts";
import { defineAttributes, defineClassMethods, defineMethods, method } from "../function.ts";
import { collect } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asStr, makeType, type PyType, type PyValue, typeName } from "../object.ts";
import { add } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { charge, host, perEvaluation, S } from "../state.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { EPOCH_ORDINAL, ordinalOf } from "./datetime-calendar.ts";
import { PyDateTime, PyTzinfo, tzinfoType } from "./datetime-objects.ts";
import { anything, type Parameters, parseArguments, parsedMethod } from "./parsed-arguments.ts";
import { pythonFunctions } from "./python-function.ts";
import { readZone, typeAt, typeAtUtc, type ZoneData } from "./zone-data.ts";
import { type LocalTimeType, ZoneRule } from "./zone-rules.ts";

/** A `ZoneInfo`. */
export class PyZoneInfo extends PyTzinfo {
  readonly key: PyValue;
  readonly data: ZoneData;
  constructor(key: PyValue, data: ZoneData) {
    super();
    this.key = key;
    this.data = data;
  }
}
export const zoneInfoType = makeType("zoneinfo.ZoneInfo", { of: PyZoneInfo, base: tzinfoType });

/** `zoneinfo.ZoneInfoNotFoundError`. */
export const ZoneInfoNotFoundError = makeType("ZoneInfoNotFoundError", {
  base: KeyError,
  module: "zoneinfo._common",
  doc: "Exception raised when a ZoneInfo key is not found.",
});
ZoneInfoNotFoundError.hasDict = true;
const InvalidTZPathWarning = makeType("InvalidTZPathWarning", {
  base: exceptionTypes.get("RuntimeWarning") as PyType,
  module: "zoneinfo._tzpath",
  doc: "Warning raised if an invalid path is specified in PYTHONTZPATH.",
});
InvalidTZPathWarning.hasDict = true;

// ---- keys and data -------------------------------------------------------------------------------

/** A relative path without what does not change where it leads (`os.path.normpath`). */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.length === 0 ? "." : parts.join("/");
}
/** The key as a text that names a file below the data's folder. */
function checkKey(key: PyValue): string {
  const path = asStr(key);
  if (path === undefined) {
    if (key instanceof PyBytes || key instanceof PyByteArray)
      throw typeError("Can't mix strings and bytes in path components");
    throw typeError(`expected str, bytes or os.PathLike object, not ${typeName(key)}`);
  }
  charge(1 + (path.length >> 4));
  if (path.startsWith("/")) throw valueError(`ZoneInfo keys may not be absolute paths, got: ${path}`);
  if (normalized(path).length !== path.length)
    throw valueError(`ZoneInfo keys must be normalized relative paths, got: ${path}`);
  if (path === "." || path.split("/").includes(".."))
    throw valueError(`ZoneInfo keys must refer to subdirectories of TZPATH, got: ${path}`);
  return path;
}

const LONGEST_KEY = 255;
const MAX_READ = 64;
/** Files that were read, by name: the platform's, the same for every evaluation, which pays for one as if it read it. */
const read = new Map<string, { readonly data: ZoneData; readonly steps: number }>();
function load(key: PyValue): ZoneData {
  const name = checkKey(key);
  const known = read.get(name);
  if (known !== undefined) {
    charge(known.steps);
    return known.data;
  }
  const text = name.length > LONGEST_KEY ? "" : host.zone(name);
  if (text === "") {
    const error = new PyException(ZoneInfoNotFoundError, [`No time zone found with key ${name}`]);
    if (host.zone("") === "") {
      const note =
        "This platform has no time zones: the worker found none of the folders in zoneinfo.TZPATH.";
      error.dict = new Map([["__notes__", list([note])]]);
    }
    throw raise(error);
  }
  if (text === "!") throw valueError("Invalid TZif file: magic not found");
  const before = S.steps;
  charge(10 + (text.length >> 3));
  const data = readZone(text);
  const steps = S.steps - before;
  if (read.size >= MAX_READ) read.delete(read.keys().next().value as string);
  read.set(name, { data, steps });
  return data;
}

/** The zones of this evaluation by class and key: `ZoneInfo(key)` is the same object each time. */
const zones = perEvaluation(() => new WeakMap<PyType, PyDict>());
function zonesOf(cls: PyType): PyDict {
  let known = zones().get(cls);
  if (known === undefined) {
    known = new PyDict();
    zones().set(cls, known);
  }
  return known;
}
/** `ZoneInfo(key)`. */
export function zoneInfo(cls: PyType, key: PyValue): PyValue {
  const known = zonesOf(cls);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = adopt(new PyZoneInfo(key, load(key)), cls);
  known.set(key, made);
  return made;
}

const parameters: Parameters = { names: ["key"], converters: [anything], required: 1 };
defineParsedConstructor(zoneInfoType, (args, kw) => parseArguments(parameters, args, kw), zoneInfo);
defineClassMethods(zoneInfoType, {
  "from_file(fobj, /, key=None)": () => {
    throw pyError(NotImplementedError, "ZoneInfo.from_file reads a file, and an expression has none");
  },
  "no_cache(key)": (cls: PyType, key: PyValue) => adopt(new PyZoneInfo(key, load(key)), cls),
  "clear_cache(*, only_keys=None)": (cls: PyType, onlyKeys: PyValue = null) => {
    const known = zonesOf(cls);
    if (onlyKeys === null) known.clear();
    else for (const key of collect(onlyKeys)) known.delete(key);
    return null;
  },
});

// ---- methods -------------------------------------------------------------------------------------

/** What holds at a datetime; null where there is none and the offset would depend on it. */
function typeFor(self: PyZoneInfo, when: PyValue): LocalTimeType | null {
  const { data } = self;
  if (when === null) return data.isFixed && !(data.after instanceof ZoneRule) ? data.after : null;
  if (!(when instanceof PyDateTime)) {
    // CPython reads these before it notices that they are not there.
    for (const name of ["toordinal", "hour", "minute", "second"]) getAttribute(when, name);
    throw typeError(`expected datetime.datetime, not ${typeName(when)}`);
  }
  return typeAt(data, localSeconds(when), when.year, when.fold);
}
function localSeconds(when: PyDateTime): number {
  const days = ordinalOf(when.year, when.month, when.day) - EPOCH_ORDINAL;
  return days * 86400 + when.hour * 3600 + when.minute * 60 + when.second;
}

const when: Parameters = { names: ["dt"], converters: [anything], required: 1, posonly: 1 };
function lookup(name: string, pick: (type: LocalTimeType) => PyValue): void {
  zoneInfoType.dict.set(
    name,
    parsedMethod(zoneInfoType, name, { ...when, name }, (self: PyZoneInfo, value: PyValue) => {
      const type = typeFor(self, value);
      return type === null ? null : pick(type);
    }),
  );
}
lookup("utcoffset", ({ offset }) => offset);
lookup("dst", ({ dst }) => dst);
lookup("tzname", ({ name }) => name);

defineMethods(zoneInfoType, {
  "fromutc(dt, /)": (self: PyZoneInfo, value: PyValue) => {
    if (!(value instanceof PyDateTime)) throw typeError("fromutc: argument must be a datetime");
    if (value.zone !== self) throw valueError("fromutc: dt.tzinfo is not self");
    const [type, fold] = typeAtUtc(self.data, localSeconds(value), value.year);
    const local = add(value, type.offset);
    return fold ? method(local, "replace", [], new Map([["fold", 1]])) : local;
  },
  "__str__()": (self: PyZoneInfo) => str(self.key),
  "__repr__()": (self: PyZoneInfo) => `${typeName(self)}(key=${repr(self.key)})`,
});
defineAttributes<PyZoneInfo>(zoneInfoType, {
  key: [
    (self) => self.key,
    (self) => {
      throw attributeError(self, "key", "readonly attribute");
    },
  ],
});

// ---- module --------------------------------------------------------------------------------------

const PATHS = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];
const functions = pythonFunctions({
  "available_timezones()": () => {
    const names = host.zone("").split("\n");
    charge(names.length);
    const set = new PySet();
    for (const name of names) if (name !== "") set.add(name);
    return set;
  },
  "reset_tzpath(to=None)": () => {
    throw pyError(
      NotImplementedError,
      "reset_tzpath: the time zones of an expression are the platform's, and it cannot choose others",
    );
  },
});

defineModule("zoneinfo", {
  values: {
    ...functions,
    ZoneInfo: zoneInfoType,
    ZoneInfoNotFoundError,
    InvalidTZPathWarning,
    TZPATH: tuple(PATHS),
  },
  fresh: {
    __all__: () =>
      list([
        "ZoneInfo",
        "reset_tzpath",
        "available_timezones",
        "TZPATH",
        "ZoneInfoNotFoundError",
        "InvalidTZPathWarning",
      ]),
  },
});
