// `datetime.tzinfo` and `datetime.timezone`.
import { adopt } from "../classes.ts";
import { NotImplementedError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineMethods, defineStatic } from "../function.ts";
import { NotImplemented, type PyType, type PyValue, typeName } from "../object.ts";
import { add, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import { givenType, textArgument } from "../types/text-argument.ts";
import {
  dst,
  isOffset,
  offsetText,
  PyDateTime,
  PyTimezone,
  PyTzinfo,
  timezoneType,
  tzinfoType,
  utcoffset,
} from "./datetime-objects.ts";
import {
  compareTimedeltas,
  hashTimedelta,
  PyTimedelta,
  subtractTimedeltas,
  timedelta,
} from "./datetime-timedelta.ts";
import { type Parameters, parseArguments } from "./parsed-arguments.ts";

// ---- tzinfo --------------------------------------------------------------------------------------

defineStatic(tzinfoType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyTzinfo(), cls),
});
function abstract(name: string): () => never {
  return () => {
    throw pyError(NotImplementedError, `a tzinfo subclass must implement ${name}()`);
  };
}
function ownDateTime(self: PyTzinfo, when: PyValue): PyDateTime {
  if (!(when instanceof PyDateTime)) throw typeError("fromutc: argument must be a datetime");
  if (when.zone !== self) throw valueError("fromutc: dt.tzinfo is not self");
  return when;
}
defineMethods(tzinfoType, {
  "utcoffset(dt, /)": abstract("utcoffset"),
  "tzname(dt, /)": abstract("tzname"),
  "dst(dt, /)": abstract("dst"),
  "fromutc(dt, /)": (self: PyTzinfo, value: PyValue) => {
    const when = ownDateTime(self, value);
    const offset = utcoffset(when.zone, when);
    if (offset === null) throw valueError("fromutc: non-None utcoffset() result required");
    const saving = dst(when.zone, when);
    if (saving === null) throw valueError("fromutc: non-None dst() result required");
    const standard = subtractTimedeltas(offset, saving);
    const local = add(when, standard) as PyDateTime;
    const there = dst(local.zone, local);
    if (there === null) {
      throw valueError("fromutc: tz.dst() gave inconsistent results; cannot convert");
    }
    return truth(there) ? add(local, there) : local;
  },
});

// ---- timezone ------------------------------------------------------------------------------------

/** `timezone.utc`. */
export const utc: PyTimezone = new PyTimezone(timedelta(0, 0, 0), null);

/** A timezone of this offset; without a name and an offset it is `timezone.utc`. */
export function timezone(offset: PyTimedelta, name: PyValue = null): PyTimezone {
  if (name === null && compareTimedeltas(offset, utc.offset) === 0) return utc;
  if (!isOffset(offset)) {
    throw valueError(
      `offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not ${repr(offset)}.`,
    );
  }
  return new PyTimezone(offset, name);
}

const parameters: Parameters = {
  name: "timezone",
  names: ["offset", "name"],
  converters: [
    (value) => {
      if (value instanceof PyTimedelta) return value;
      throw typeError(`timezone() argument 1 must be datetime.timedelta, not ${givenType(value)}`);
    },
    (value) => {
      textArgument(value, "timezone() argument 2");
      return value;
    },
  ],
  required: 1,
};
defineParsedConstructor(
  timezoneType,
  (args, kw) => parseArguments(parameters, args, kw),
  (_cls: PyType, offset: PyTimedelta, name?: PyValue) => timezone(offset, name ?? null),
);
function checkWhen(when: PyValue, name: string): void {
  if (when === null || when instanceof PyDateTime) return;
  throw typeError(`${name}(dt) argument must be a datetime instance or None, not ${typeName(when)}`);
}
function nameOf(self: PyTimezone): PyValue {
  if (self.name !== null) return self.name;
  return compareTimedeltas(self.offset, utc.offset) === 0 ? "UTC" : `UTC${offsetText(self.offset)}`;
}
defineMethods(timezoneType, {
  "utcoffset(dt, /)": (self: PyTimezone, when: PyValue) => {
    checkWhen(when, "utcoffset");
    return self.offset;
  },
  "tzname(dt, /)": (self: PyTimezone, when: PyValue) => {
    checkWhen(when, "tzname");
    return nameOf(self);
  },
  "dst(dt, /)": (_self: PyTimezone, when: PyValue) => {
    checkWhen(when, "dst");
    return null;
  },
  "fromutc(dt, /)": (self: PyTimezone, when: PyValue) => add(ownDateTime(self, when), self.offset),
  "__getinitargs__()": (self: PyTimezone) =>
    tuple(self.name === null ? [self.offset] : [self.offset, self.name]),
  "__str__()": nameOf,
  "__repr__()": (self: PyTimezone) => {
    if (self === utc) return "datetime.timezone.utc";
    const name = self.name === null ? "" : `, ${repr(self.name)}`;
    return `${typeName(self)}(${repr(self.offset)}${name})`;
  },
  "__hash__()": (self: PyTimezone) => hashTimedelta(self.offset),
  "__eq__(value, /)": (self: PyTimezone, other: PyValue) =>
    other instanceof PyTimezone ? compareTimedeltas(self.offset, other.offset) === 0 : NotImplemented,
  "__ne__(value, /)": (self: PyTimezone, other: PyValue) =>
    other instanceof PyTimezone ? compareTimedeltas(self.offset, other.offset) !== 0 : NotImplemented,
});
timezoneType.dict.set("utc", utc);
timezoneType.dict.set("min", timezone(timedelta(0, -86340, 0)));
timezoneType.dict.set("max", timezone(timedelta(0, 86340, 0)));
