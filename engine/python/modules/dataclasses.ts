// The module `dataclasses`.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { makeClass } from "../classes.ts";
import { dictType, PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { builtin, call, call1 } from "../function.ts";
import { collect } from "../iterator.ts";
import { defineModule, importModule } from "../module.ts";
import {
  asStr,
  Ellipsis,
  NotImplemented,
  PyFloat,
  PyObject,
  PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { length, setItem } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple, tuple, tupleType } from "../sequence.ts";
import { isIdentifier } from "../unicode.ts";
import { FIELDS, isDataclassInstance, processClass, properFields, replaceFields } from "./dataclass-class.ts";
import { type FieldOptions, fieldType, initVarType, KW_ONLY, MISSING, makeField } from "./dataclass-field.ts";
import { type DataclassOptions, FrozenInstanceError, OPTIONS } from "./dataclass-methods.ts";
import { pythonFunctions } from "./python-function.ts";

function fieldsOf(value: PyValue): PyTuple {
  const fields = getAttributeOr(value, FIELDS, undefined);
  if (fields === undefined) throw typeError("must be called with a dataclass type or instance");
  return tuple(properFields(value) ?? []);
}

// ---- asdict and astuple --------------------------------------------------------------------------

/** Values that a deep copy shares. */
function isAtomic(value: PyValue): boolean {
  if (!(value instanceof PyObject) || value === Ellipsis || value === NotImplemented) return true;
  if (!value.cls.builtin) return false;
  return (
    (value instanceof PyFloat && value.cls.name === "float") ||
    /^(?:bytes|complex|range|property|type|function|builtin_function_or_method)$/.test(value.cls.name)
  );
}
function deepCopy(value: PyValue): PyValue {
  return call1(getAttribute(importModule("copy", true), "deepcopy"), value);
}

/** A container with every value converted; what is no container is copied. */
function converted(value: PyValue, convert: (value: PyValue) => PyValue): PyValue {
  const type = typeOf(value);
  if (value instanceof PyList) {
    const items = list(collect(value).map(convert));
    return type.builtin ? items : call1(type, items);
  }
  if (value instanceof PyTuple) {
    const items = collect(value).map(convert);
    if (type === tupleType) return tuple(items);
    const named = getAttributeOr(value, "_fields", undefined) !== undefined;
    return named ? call(type, items, null) : call1(type, list(items));
  }
  if (value instanceof PyDict) {
    const pairs = [...value.entries()].map(([key, item]) => tuple([convert(key), convert(item)]));
    const factory = type === dictType ? undefined : getAttributeOr(type, "default_factory", undefined);
    const made =
      factory === undefined ? call1(type, list(pairs)) : call1(type, getAttribute(value, "default_factory"));
    if (factory !== undefined)
      for (const { items } of pairs) setItem(made, items[0] as PyValue, items[1] as PyValue);
    return made;
  }
  return deepCopy(value);
}
function toDict(value: PyValue, factory: PyValue): PyValue {
  if (isAtomic(value)) return value;
  const convert = (item: PyValue): PyValue => toDict(item, factory);
  if (!isDataclassInstance(value)) return converted(value, convert);
  const pairs = fieldsOf(value).items.map((field) => {
    const name = getAttribute(field, "name");
    return tuple([name, convert(getAttribute(value, name as string))]);
  });
  return call1(factory, list(pairs));
}
function toTuple(value: PyValue, factory: PyValue): PyValue {
  if (isAtomic(value)) return value;
  const convert = (item: PyValue): PyValue => toTuple(item, factory);
  if (!isDataclassInstance(value)) return converted(value, convert);
  const names = fieldsOf(value).items.map((field) => getAttribute(field, "name") as string);
  return call1(factory, list(names.map((name) => convert(getAttribute(value, name)))));
}

// ---- make_dataclass ------------------------------------------------------------------------------

const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from " +
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

function makeDataclass(
  name: PyValue,
  fields: PyValue,
  bases: PyValue = tuple([]),
  namespace: PyValue = null,
  ...rest: (PyValue | undefined)[]
): PyValue {
  const module = rest.pop();
  const annotations = new PyDict();
  const defaults = new Map<string, PyValue>();
  for (const item of collect(fields)) {
    let key = item;
    let type: PyValue = "typing.Any";
    if (asStr(item) === undefined) {
      const parts = length(item) === 2 || length(item) === 3 ? collect(item) : undefined;
      if (parts === undefined) throw typeError(`Invalid field: ${repr(item)}`);
      [key = null, type = null] = parts;
      if (parts[2] !== undefined) defaults.set(asStr(key) ?? "", parts[2]);
    }
    const text = asStr(key);
    if (text === undefined || !isIdentifier(text))
      throw typeError(`Field names must be valid identifiers: ${repr(key)}`);
    if (KEYWORDS.has(text)) throw typeError(`Field names must not be keywords: ${repr(key)}`);
    if (annotations.has(text)) throw typeError(`Field name duplicated: ${repr(key)}`);
    annotations.set(text, type);
  }
  const title = asStr(name);
  if (title === undefined) throw typeError(`type.__new__() argument 1 must be str, not ${typeOf(name).name}`);
  const cls = makeClass(
    title,
    title,
    collect(bases),
    null,
    (body) => {
      if (namespace instanceof PyDict)
        for (const [key, value] of namespace.entries()) body.set(key as string, value);
      for (const [key, value] of defaults) body.set(key, value);
      body.set("__annotations__", annotations);
    },
    null,
  );
  setAttribute(cls, "__module__", module ?? "__main__");
  return processClass(cls, optionsFrom(rest));
}

function optionsFrom(given: readonly (PyValue | undefined)[]): DataclassOptions {
  const options = OPTIONS.map(([name, fallback], i) => [name, given[i] === undefined ? fallback : given[i]]);
  return Object.fromEntries(options) as unknown as DataclassOptions;
}
const declared = OPTIONS.map(([name, fallback]) => `${name}=${fallback ? "True" : "False"}`).join(", ");

defineModule("dataclasses", {
  values: {
    MISSING,
    KW_ONLY,
    ...pythonFunctions({
      [`dataclass(cls=None, /, *, ${declared})`]: (
        cls: PyValue | undefined,
        ...given: (PyValue | undefined)[]
      ) => {
        const options = optionsFrom(given);
        if (cls === undefined || cls === null)
          return builtin("wrap(cls)", (decorated: PyValue) => processClass(decorated, options));
        return processClass(cls, options);
      },
      "field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=MISSING)":
        (
          fallback?: PyValue,
          factory?: PyValue,
          init?: PyValue,
          shown?: PyValue,
          hash?: PyValue,
          compare?: PyValue,
          metadata?: PyValue,
          kwOnly?: PyValue,
        ) => {
          const options: FieldOptions = {
            default: fallback,
            factory,
            init,
            repr: shown,
            hash,
            compare,
            metadata,
            kwOnly,
          };
          return makeField(options);
        },
      "fields(class_or_instance)": fieldsOf,
      "is_dataclass(obj)": (value: PyValue) =>
        getAttributeOr(value instanceof PyType ? value : typeOf(value), FIELDS, undefined) !== undefined,
      "asdict(obj, *, dict_factory=dict)": (value: PyValue, factory: PyValue = dictType) => {
        if (!isDataclassInstance(value)) throw typeError("asdict() should be called on dataclass instances");
        return toDict(value, factory);
      },
      "astuple(obj, *, tuple_factory=tuple)": (value: PyValue, factory: PyValue = tupleType) => {
        if (!isDataclassInstance(value)) throw typeError("astuple() should be called on dataclass instances");
        return toTuple(value, factory);
      },
      "replace(obj, /, **changes)": (value: PyValue, changes: PyDict) => {
        if (!isDataclassInstance(value)) throw typeError("replace() should be called on dataclass instances");
        return replaceFields(value, changes);
      },
      [`make_dataclass(cls_name, fields, *, bases=(), namespace=None, ${declared}, module=None)`]:
        makeDataclass,
    }),
  },
  types: [fieldType, initVarType, FrozenInstanceError],
});
