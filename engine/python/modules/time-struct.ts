// `time.struct_time`: a tuple of nine with names, and two more that only names reach.
import { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { defineAttributes, defineMethods } from "../function.ts";
import { collect } from "../iterator.ts";
import { makeType, type PyType, type PyValue, typeOf } from "../object.ts";
import { repr } from "../representation.ts";
import { list, PyTuple, tuple, tupleType } from "../sequence.ts";
import { bindBuiltin, parseSignature } from "../signature.ts";
import { defineParsedConstructor } from "../types/construct.ts";

/** A `struct_time`. */
export class PyStructTime extends PyTuple {
  readonly zone: PyValue;
  readonly gmtoff: PyValue;
  constructor(items: readonly PyValue[], zone: PyValue, gmtoff: PyValue) {
    super(items);
    this.zone = zone;
    this.gmtoff = gmtoff;
  }
}
export const structTimeType = makeType("time.struct_time", {
  of: PyStructTime,
  base: tupleType,
  subclassable: false,
  doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.",
});

const NAMES = [
  "tm_year",
  "tm_mon",
  "tm_mday",
  "tm_hour",
  "tm_min",
  "tm_sec",
  "tm_wday",
  "tm_yday",
  "tm_isdst",
] as const;
const HIDDEN = ["tm_zone", "tm_gmtoff"] as const;

/** A `struct_time` of nine numbers; zone and offset where they are known. */
export function structTime(
  items: readonly PyValue[],
  zone: PyValue = null,
  gmtoff: PyValue = null,
): PyStructTime {
  return new PyStructTime(items, zone, gmtoff);
}

const signature = parseSignature("(sequence, dict={})");
defineParsedConstructor(
  structTimeType,
  (args, kw) => bindBuiltin("structseq", signature, args, kw),
  (_cls: PyType, sequence: PyValue, fields?: PyValue) => {
    if (
      typeOf(sequence).lookup("__iter__") === undefined &&
      typeOf(sequence).lookup("__getitem__") === undefined
    )
      throw typeError("constructor requires a sequence");
    const items = collect(sequence);
    const given = fields ?? new PyDict();
    if (!(given instanceof PyDict)) throw typeError("time.struct_time() takes a dict as second arg, if any");
    if (items.length < 9)
      throw typeError(`time.struct_time() takes an at least 9-sequence (${items.length}-sequence given)`);
    if (items.length > 11)
      throw typeError(`time.struct_time() takes an at most 11-sequence (${items.length}-sequence given)`);
    const hidden: PyValue[] = items.slice(9);
    let named = 0;
    for (const name of HIDDEN.slice(hidden.length)) {
      const value = given.get(name);
      if (value !== undefined) named += 1;
      hidden.push(value ?? null);
    }
    if (named < given.size) throw typeError("time.struct_time() got duplicate or unexpected field name(s)");
    return structTime(items.slice(0, 9), ...(hidden as [PyValue, PyValue]));
  },
);
defineMethods(structTimeType, {
  "__repr__()": (self: PyStructTime) =>
    `time.struct_time(${NAMES.map((name, i) => `${name}=${repr(self.items[i] as PyValue)}`).join(", ")})`,
  "__replace__(**changes)": (self: PyStructTime, changes: PyDict) => {
    const all: PyValue[] = [...self.items, self.zone, self.gmtoff];
    const unknown: PyValue[] = [];
    for (const [key, value] of changes.entries()) {
      const at = ([...NAMES, ...HIDDEN] as PyValue[]).indexOf(key);
      if (at < 0) unknown.push(key);
      else all[at] = value;
    }
    if (unknown.length > 0) throw typeError(`Got unexpected field name(s): ${repr(list(unknown))}`);
    return structTime(all.slice(0, 9), all[9], all[10]);
  },
});
for (const [at, name] of NAMES.entries()) {
  defineAttributes<PyStructTime>(structTimeType, { [name]: (self) => self.items[at] as PyValue });
}
defineAttributes<PyStructTime>(structTimeType, {
  tm_zone: (self) => self.zone,
  tm_gmtoff: (self) => self.gmtoff,
});
structTimeType.dict.set("n_fields", NAMES.length + HIDDEN.length);
structTimeType.dict.set("n_sequence_fields", NAMES.length);
structTimeType.dict.set("n_unnamed_fields", 0);
structTimeType.dict.set("__match_args__", tuple([...NAMES]));
