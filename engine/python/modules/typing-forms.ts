// The special forms of `typing` and its names for the classes of other modules.
import { getAttribute } from "../attribute.ts";
import { allocateInstance } from "../classes.ts";
import { dictType, frozensetType, setType } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { call, defineMethods } from "../function.ts";
import { isInstanceOf, isSubclassOf, unions } from "../instance-check.ts";
import { importModule } from "../module.ts";
import {
  boolType,
  Ellipsis,
  type KwArgs,
  makeType,
  noneType,
  type PyObject,
  type PyType,
  type PyValue,
  strType,
  typeOf,
  typeType,
} from "../object.ts";
import { same } from "../operators.ts";
import { repr } from "../representation.ts";
import { listType, PyList, PyTuple, tupleType } from "../sequence.ts";
import { defineAlias, PyBaseAlias, rememberingClass, typing } from "../types/base-alias.ts";
import { argumentsOf, checkCount, isUnpackedTuple } from "../types/substitution.ts";
import { PyTypeParameter, paramSpecType } from "../types/type-parameters.ts";
import { abstractAsyncManagerType } from "./context-async.ts";
import { abstractManagerType } from "./context-managers.ts";
import "./collections.ts";
import "./collections-abc.ts";
import { pythonClass, pythonStatic } from "./python-function.ts";
import { matchType, patternType } from "./re.ts";
import {
  annotated,
  converted,
  genericEntries,
  PyAlias,
  PySpecialForm,
  plainForms,
  refuseInstances,
  typeArgument,
  union,
  unionForm,
} from "./typing-alias.ts";

const MODULE = "typing";
/** Forms and names by their names. */
export const forms: { [name: string]: PyValue } = { Union: unionForm, Unpack: typing.unpackForm };

// ---- special forms -------------------------------------------------------------------------------

for (const name of ["NoReturn", "Never", "Self", "LiteralString", "TypeAlias"]) {
  const form = new PySpecialForm(name);
  forms[name] = form;
  plainForms.add(form);
}
function single(name: string, message: string): PySpecialForm {
  const qualifiers = name === "ClassVar" || name === "Final" ? "all" : "none";
  return new PySpecialForm(
    name,
    (form, key) => new PyAlias("generic", form, [typeArgument(key, message, qualifiers)], null),
  );
}
for (const name of ["ClassVar", "Final", "TypeGuard", "TypeIs"]) {
  forms[name] = single(name, `${MODULE}.${name} accepts only single type.`);
}
for (const name of ["Required", "NotRequired", "ReadOnly"]) {
  forms[name] = single(name, `${name} accepts only a single type.`);
}
forms.Optional = new PySpecialForm("Optional", (form, key) => {
  if (key instanceof PyTuple) throw typeError(`${repr(form)} requires a single type. Got ${repr(key)}.`);
  return union([key, noneType]);
});
forms.Literal = new PySpecialForm("Literal", (form, key) => {
  const values: PyValue[] = [];
  for (const given of argumentsOf(key)) {
    const inner = given instanceof PyAlias && given.kind === "literal" ? given.args : [given];
    for (const value of inner) {
      const listed = values.some((known) => typeOf(known) === typeOf(value) && same(known, value));
      if (!listed || typeOf(value).lookup("__hash__") === null) values.push(value);
    }
  }
  return new PyAlias("literal", form, values, null);
});
forms.Annotated = new PySpecialForm("Annotated", (_form, key) => {
  if (!(key instanceof PyTuple) || key.items.length < 2) {
    throw typeError("Annotated[...] should be used with at least two arguments (a type and an annotation).");
  }
  const [first, ...metadata] = key.items as [PyValue, ...PyValue[]];
  if (isUnpackedTuple(first)) {
    throw typeError("Annotated[...] should not be used with an unpacked TypeVarTuple");
  }
  return annotated(typeArgument(first, "Annotated[t, ...]: t must be a type.", "all") as PyObject, metadata);
});
forms.Concatenate = new PySpecialForm("Concatenate", (form, key) => {
  const args = argumentsOf(key);
  if (args.length === 0) throw typeError("Cannot take a Concatenate of no types.");
  const last = args.at(-1) as PyValue;
  if (last !== Ellipsis && !(last instanceof PyTypeParameter && last.cls === paramSpecType)) {
    throw typeError("The last parameter to Concatenate should be a ParamSpec variable or ellipsis.");
  }
  const types = args
    .slice(0, -1)
    .map((arg) => typeArgument(arg, "Concatenate[arg, ...]: each arg must be a type."));
  return new PyAlias("concatenate", form, [...types, last], null);
});

// ---- names of classes ----------------------------------------------------------------------------

/** `typing.List` …: another name of a class, which takes arguments. */
export class PyClassName extends PyBaseAlias {
  readonly origin: PyType;
  readonly name: string;
  readonly make: (self: PyClassName, key: PyValue) => PyValue;
  constructor(origin: PyType, name: string, make: (self: PyClassName, key: PyValue) => PyValue) {
    super();
    this.origin = origin;
    this.name = name;
    this.make = make;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    refuseInstances(this);
    return rememberingClass(call(this.origin, args, kw), this);
  }
}
const classNameType = makeType("_SpecialGenericAlias", {
  of: PyClassName,
  module: MODULE,
  subclassable: false,
});
defineAlias(classNameType);
defineMethods(classNameType, {
  "__repr__()": (self: PyClassName) => `${MODULE}.${self.name}`,
  "__getitem__(params, /)": (self: PyClassName, key: PyValue) => self.make(self, key),
  "__instancecheck__(obj, /)": (self: PyClassName, value: PyValue) => isInstanceOf(value, self.origin),
  "__subclasscheck__(cls, /)": (self: PyClassName, cls: PyValue) =>
    isSubclassOf(cls instanceof PyClassName ? cls.origin : cls, self.origin),
  "__mro_entries__(bases, /)": genericEntries,
});
classNameType.dict.set("__iter__", null);

/** A name for a class with so many parameters, the last of which may have defaults. */
function className(name: string, origin: PyType, count: number, defaults: readonly PyValue[] = []): void {
  forms[name] = new PyClassName(origin, name, (self, key) => {
    if (count === 0) throw typeError(`${repr(self)} is not a generic class`);
    const args = argumentsOf(key).map((arg) =>
      typeArgument(arg, "Parameters to generic types must be types."),
    );
    checkCount(repr(self), args.length, count, count - defaults.length);
    const missing = count - args.length;
    return new PyAlias("generic", origin, [...args, ...defaults.slice(defaults.length - missing)], name);
  });
}
const from = (module: string, name: string): PyType =>
  getAttribute(importModule(module, true), name) as PyType;
const abc = (name: string): PyType => from("collections.abc", name);

className("List", listType, 1);
className("Dict", dictType, 2);
className("Set", setType, 1);
className("FrozenSet", frozensetType, 1);
className("Type", typeType, 1);
className("Pattern", patternType, 1);
className("Match", matchType, 1);
for (const [name, count] of Object.entries({
  Deque: 1,
  DefaultDict: 2,
  OrderedDict: 2,
  Counter: 1,
  ChainMap: 2,
})) {
  const plain = name === "Deque" || name === "DefaultDict" ? name.toLowerCase() : name;
  className(name, from("collections", plain), count);
}
for (const [name, count] of Object.entries({
  Hashable: 0,
  Sized: 0,
  Awaitable: 1,
  Coroutine: 3,
  AsyncIterable: 1,
  AsyncIterator: 1,
  Iterable: 1,
  Iterator: 1,
  Reversible: 1,
  Container: 1,
  Collection: 1,
  MutableSet: 1,
  Mapping: 2,
  MutableMapping: 2,
  Sequence: 1,
  MutableSequence: 1,
  MappingView: 1,
  KeysView: 1,
  ItemsView: 2,
  ValuesView: 1,
})) {
  className(name, abc(name), count);
}
className("AbstractSet", abc("Set"), 1);
className("ByteString", abc("ByteString"), 0);
const optionalBool = unions.make(boolType, null);
className("ContextManager", abstractManagerType, 2, [optionalBool]);
className("AsyncContextManager", abstractAsyncManagerType, 2, [optionalBool]);
className("Generator", abc("Generator"), 3, [noneType, noneType]);
className("AsyncGenerator", abc("AsyncGenerator"), 2, [noneType]);

forms.Tuple = new (class PyTupleName extends PyClassName {})(tupleType, "Tuple", (_self, key) => {
  const args = argumentsOf(key);
  if (args.length >= 2 && args.at(-1) === Ellipsis) {
    const types = args.slice(0, -1).map((arg) => typeArgument(arg, "Tuple[t, ...]: t must be a type."));
    return new PyAlias("generic", tupleType, [...types, Ellipsis], "Tuple");
  }
  const types = args.map((arg) => typeArgument(arg, "Tuple[t0, t1, ...]: each t must be a type."));
  return new PyAlias("generic", tupleType, types, "Tuple");
});
const callableOrigin = abc("Callable");
forms.Callable = new PyClassName(callableOrigin, "Callable", (_self, key) => {
  if (!(key instanceof PyTuple) || key.items.length !== 2) {
    throw typeError("Callable must be used as Callable[[arg, ...], result].");
  }
  const [taken, given] = key.items as [PyValue, PyValue];
  const result = typeArgument(given, "Callable[args, result]: result must be a type.");
  const types = taken instanceof PyList ? taken.items : argumentsOf(taken);
  return new PyAlias("callable", callableOrigin, [...types.map(converted), result], "Callable");
});
(forms.Tuple as PyObject).cls = makeType("_TupleType", {
  base: classNameType,
  module: MODULE,
  subclassable: false,
});
(forms.Callable as PyObject).cls = makeType("_CallableType", {
  base: classNameType,
  module: MODULE,
  subclassable: false,
});
forms.Text = strType;

// ---- Any -----------------------------------------------------------------------------------------

const anyMeta = pythonClass("_AnyMeta", { base: typeType, module: MODULE });
/** `typing.Any`. */
export const anyType = pythonClass("Any", { module: MODULE });
anyType.cls = anyMeta;
pythonStatic(anyType, {
  "__new__(cls, *args, **kwargs)": (cls: PyType) => {
    if (cls === anyType) throw typeError("Any cannot be instantiated");
    return allocateInstance(cls);
  },
});
defineMethods(anyMeta, {
  "__repr__()": (self: PyType) => (self === anyType ? "typing.Any" : (typeRepr(self) as string)),
  "__instancecheck__(obj, /)": (self: PyType, value: PyValue) => {
    if (self === anyType) throw typeError("typing.Any cannot be used with isinstance()");
    return typeOf(value).isSubtype(self);
  },
});
const typeRepr = (self: PyType): PyValue => {
  const plain = typeType.lookup("__repr__") as PyObject;
  return plain.call([self], null);
};
forms.Any = anyType;
