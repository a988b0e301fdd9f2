// `collections.namedtuple`.
import { getAttribute } from "../attribute.ts";
import { adopt, newClass } from "../classes.ts";
import { dictFromMap, type PyDict } from "../dict.ts";
import { attributeError, typeError, valueError } from "../exceptions.ts";
import {
  defineAttributes,
  defineMethods,
  method0,
  method1,
  type Native,
  PyClassMethod,
  PyFunction,
} from "../function.ts";
import { collect, forEach } from "../iterator.ts";
import { asStr, makeType, PyObject, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { mod, truth } from "../operators.ts";
import { repr, str } from "../representation.ts";
import { list, PyTuple, tuple, tupleType } from "../sequence.ts";
import { type Defaults, plainSignature, type Signature } from "../signature.ts";
import { allocate, charge } from "../state.ts";
import { defineConstructor } from "../types/construct.ts";
import { sizeArgument } from "../types/str-methods.ts";
import { isIdentifier } from "../unicode.ts";
import { isKeyword } from "./keyword.ts";

/** The descriptor of one field. */
class TupleGetter extends PyObject {
  readonly index: number;
  doc: PyValue;
  constructor(index: number, doc: PyValue) {
    super();
    this.index = index;
    this.doc = doc;
  }
}
const getterType = makeType("collections._tuplegetter", { of: TupleGetter, subclassable: false });
defineConstructor(getterType, "(index, doc, /)", (_cls: PyType, index: PyValue, doc: PyValue) => {
  return new TupleGetter(sizeArgument(index), doc);
});
defineAttributes<TupleGetter>(getterType, {
  __doc__: [(self) => self.doc, (self, value) => void (self.doc = value)],
});
defineMethods(getterType, {
  "__get__(instance, owner=None, /)": (self: TupleGetter, instance: PyValue, owner: PyValue = null) => {
    if (instance === null) {
      if (owner === null) throw typeError("__get__(None, None) is invalid");
      return self;
    }
    if (!(instance instanceof PyTuple)) {
      throw typeError(
        `descriptor for index '${self.index}' for tuple subclasses doesn't apply to '${typeName(instance)}' object`,
      );
    }
    const value = instance.items[self.index];
    if (value === undefined) throw typeError("tuple index out of range");
    return value;
  },
  "__set__(instance, value, /)": (_self: TupleGetter, instance: PyValue) => {
    throw attributeError(instance, "", "can't set attribute");
  },
  "__delete__(instance, /)": (_self: TupleGetter, instance: PyValue) => {
    throw attributeError(instance, "", "can't delete attribute");
  },
  "__repr__()": (self: TupleGetter) => `_tuplegetter(${self.index}, ${repr(self.doc)})`,
});

/** The names asked for, with unfit ones replaced when `rename` says so. */
function fieldNames(typename: string, given: PyValue, rename: boolean): string[] {
  const text = asStr(given);
  const names =
    text === undefined
      ? collect(given).map(str)
      : (collect(method0(text.replaceAll(",", " "), "split")) as string[]);
  allocate(64 * names.length);
  if (rename) {
    const seen = new Set<string>();
    for (const [i, name] of names.entries()) {
      if (!isIdentifier(name) || isKeyword(name) || name.startsWith("_") || seen.has(name))
        names[i] = `_${i}`;
      seen.add(name);
    }
  }
  for (const name of [typename, ...names]) {
    charge(1);
    if (!isIdentifier(name)) {
      throw valueError(`Type names and field names must be valid identifiers: ${repr(name)}`);
    }
    if (isKeyword(name)) throw valueError(`Type names and field names cannot be a keyword: ${repr(name)}`);
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (name.startsWith("_") && !rename) {
      throw valueError(`Field names cannot start with an underscore: ${repr(name)}`);
    }
    if (seen.has(name)) throw valueError(`Encountered duplicate field name: ${repr(name)}`);
    seen.add(name);
  }
  return names;
}

/** `namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)`. */
export function namedtuple(
  typename: PyValue,
  given: PyValue,
  rename: PyValue = false,
  defaultValues: PyValue = null,
  module: PyValue = null,
): PyValue {
  const name = str(typename);
  const fields = fieldNames(name, given, truth(rename));
  const defaults = defaultValues === null ? [] : collect(defaultValues);
  if (defaults.length > fields.length) throw typeError("Got more default values than field names");
  const optional = fields.length - defaults.length;
  const fieldTuple = tuple(fields);
  const shown = fields.join(", ");

  const functionOf = (short: string, sig: Signature, doc: string, js: Native, its?: Defaults): PyFunction => {
    const f = new PyFunction(short, `${name}.${short}`, sig, js, its);
    f.doc = doc;
    return f;
  };
  const create = functionOf(
    "__new__",
    plainSignature(["_cls", ...fields]),
    `Create new instance of ${name}(${shown})`,
    (cls: PyType, ...values: PyValue[]) => adopt(new PyTuple(values), cls),
    { positional: defaults, kwonly: null },
  );
  const make = functionOf(
    "_make",
    plainSignature(["cls", "iterable"]),
    `Make a new ${name} object from a sequence or iterable`,
    (cls: PyType, iterable: PyValue) => {
      const items = collect(iterable);
      if (items.length !== fields.length) {
        throw typeError(`Expected ${fields.length} arguments, got ${items.length}`);
      }
      return adopt(new PyTuple(items), cls);
    },
  );
  const replace = functionOf(
    "_replace",
    plainSignature(["self"], 1, "kwds"),
    `Return a new ${name} object replacing specified fields with new values`,
    (self: PyTuple, changes: PyDict) => {
      const values = fields.map((field, i) => {
        const value = changes.get(field);
        if (value !== undefined) changes.delete(field);
        return value === undefined ? (self.items[i] as PyValue) : value;
      });
      const result = method1(self, "_make", list(values));
      if (changes.size > 0) {
        throw typeError(`Got unexpected field names: ${repr(list([...changes.keys()]))}`);
      }
      return result;
    },
  );
  const pattern = `(${fields.map((field) => `${field}=%r`).join(", ")})`;
  const show = functionOf(
    "__repr__",
    plainSignature(["self"]),
    "Return a nicely formatted representation string",
    (self: PyTuple) => `${str(getAttribute(typeOf(self), "__name__"))}${str(mod(pattern, self))}`,
  );
  const asDict = functionOf(
    "_asdict",
    plainSignature(["self"]),
    "Return a new dict which maps field names to their values.",
    (self: PyTuple) => {
      const values = collect(self);
      const result = dictFromMap(new Map());
      let i = 0;
      forEach(getAttribute(self, "_fields"), (field) => {
        const value = values[i++];
        if (value !== undefined) result.set(field, value);
      });
      return result;
    },
  );
  const newArguments = functionOf(
    "__getnewargs__",
    plainSignature(["self"]),
    "Return self as a plain tuple.  Used by copy and pickle.",
    (self: PyTuple) => tuple(collect(self)),
  );
  const namespace = new Map<string, PyValue>([
    ["__doc__", `${name}(${shown})`],
    ["__slots__", tuple([])],
    ["_fields", fieldTuple],
    [
      "_field_defaults",
      dictFromMap(new Map(defaults.map((value, i) => [fields[optional + i] as string, value]))),
    ],
    ["__new__", create],
    ["_make", new PyClassMethod(make)],
    ["__replace__", replace],
    ["_replace", replace],
    ["__repr__", show],
    ["_asdict", asDict],
    ["__getnewargs__", newArguments],
    ["__match_args__", fieldTuple],
  ]);
  for (const [i, field] of fields.entries()) {
    namespace.set(field, new TupleGetter(i, `Alias for field number ${i}`));
  }
  // CPython asks the caller's frame; an expression's has no name, and is taken for the main program.
  namespace.set("__module__", module ?? "__main__");
  return newClass(name, name, [tupleType], namespace);
}
