// What generated code calls: the one object it is given, and the pieces that only it needs.

import { asyncYield, makeAsyncGenerator } from "./async-generator.ts";
import { attributeOf, deleteAttribute, getAttribute, setAttribute } from "./attribute.ts";
import { unknownName } from "./builtins.ts";
import { bytesOf } from "./bytes.ts";
import { annotate, deleteIn, describeFunction, makeClass, root, storeIn } from "./classes.ts";
import * as commonCalls from "./common-calls.ts";
import {
  asyncIter,
  asyncNext,
  awaitValue,
  enterAsync,
  exitAsync,
  makeCoroutine,
  openAsyncManager,
} from "./coroutine.ts";
import { PyDict, PyFrozenSet, PySet, rowOf } from "./dict.ts";
import { RowNames } from "./entries.ts";
import {
  AttributeError,
  BaseException,
  BaseExceptionGroup,
  ImportError,
  NameError,
  nameError,
  type PyException,
  typeError,
  UnboundLocalError,
  valueError,
} from "./exceptions.ts";
import {
  call,
  call0,
  call1,
  call2,
  call3,
  isCallable,
  method0,
  method1,
  method2,
  PyBoundMethod,
  PyBuiltin,
  PyFunction,
  recursionExceeded,
  wrapperDescriptorType,
} from "./function.ts";
import { delegate, generatorExpression, makeGenerator } from "./generator.ts";
import { checkUnpackable, collect, isIterable, iter, iterObject, stepper, unpack } from "./iterator.ts";
import { bringModules } from "./later.ts";
import { collectCounted } from "./length-hint.ts";
import { matchClass, matchMapping, matchSequence } from "./matching.ts";
import { importFrom, importModule } from "./module.ts";
import {
  asStr,
  Ellipsis,
  type KwArgs,
  PyFloat,
  PyObject,
  PyType,
  type PyValue,
  typeName,
  typeOf,
  typeType,
} from "./object.ts";
import * as operators from "./operators.ts";
import {
  assertionFailed,
  caught,
  closeManager,
  isRaised,
  matches,
  openManager,
  raiseStatement,
  reraise,
} from "./raising.ts";
import { asciiObject, format, formatObject, reprObject, str, strObject } from "./representation.ts";
import { list, listType, PyList, tuple } from "./sequence.ts";
import { allocate, charge, S, tick } from "./state.ts";
import { superOf, superWithoutArguments, superWithoutClass } from "./super.ts";
import { PyComplex } from "./types/complex.ts";
import { mergeMapping } from "./types/dict.ts";
import { starHandling } from "./types/exception-group.ts";
import { genericBase } from "./types/generic-class.ts";
import { update as updateSet } from "./types/set.ts";
import { PySlice } from "./types/slice.ts";
import { makeTypeAlias, typeParameter, withTypeParameters } from "./types/type-parameters.ts";

/** An attribute that turned out not to be a plain method: called without `self`. */
class Loaded {
  readonly value: PyValue;
  constructor(value: PyValue) {
    this.value = value;
  }
}

/** First half of `object.name(…)`: looked up before the arguments are evaluated. */
function loadMethod(object: PyValue, name: string): PyBuiltin | PyFunction | Loaded {
  const type = typeOf(object);
  if (object instanceof PyObject) {
    if (
      object.dict?.has(name) === true ||
      type.readHook !== undefined ||
      object instanceof PyType ||
      (!type.builtin && type.lookup("__getattribute__") !== attributeOf.plain)
    ) {
      return new Loaded(getAttribute(object, name));
    }
  }
  const found = type.lookup(name);
  if (found instanceof PyFunction || (found instanceof PyBuiltin && found.owner !== null)) return found;
  return new Loaded(getAttribute(object, name));
}
function callMethod0(m: PyBuiltin | PyFunction | Loaded, self: PyValue): PyValue {
  if (m instanceof PyBuiltin) return m.method0(self);
  return m instanceof PyFunction ? m.call1(self) : call0(m.value);
}
function callMethod1(m: PyBuiltin | PyFunction | Loaded, self: PyValue, a: PyValue): PyValue {
  if (m instanceof PyBuiltin) return m.method1(self, a);
  return m instanceof PyFunction ? m.call2(self, a) : call1(m.value, a);
}
function callMethod2(m: PyBuiltin | PyFunction | Loaded, self: PyValue, a: PyValue, b: PyValue): PyValue {
  if (m instanceof PyBuiltin) return m.method2(self, a, b);
  return m instanceof PyFunction ? m.call3(self, a, b) : call2(m.value, a, b);
}
function callMethod(
  m: PyBuiltin | PyFunction | Loaded,
  self: PyValue,
  args: PyValue[],
  kw: KwArgs | null,
): PyValue {
  if (m instanceof PyBuiltin) return m.callMethod(self, args, kw);
  return m instanceof PyFunction ? m.call([self, ...args], kw) : call(m.value, args, kw);
}

/** First half of `object.append(…)`: null for a plain list, of which is known what it has. */
function loadAppend(object: PyValue): PyBuiltin | PyFunction | Loaded | null {
  return object instanceof PyList && object.cls === listType ? null : loadMethod(object, "append");
}
function callAppend(m: PyBuiltin | PyFunction | Loaded | null, self: PyValue, item: PyValue): PyValue {
  return m === null ? commonCalls.append1(self, item) : callMethod1(m, self, item);
}

/** How CPython names a callee in complaints about `*` and `**` arguments. */
function calleeName(callee: unknown): string {
  const f = callee instanceof Loaded ? callee.value : callee;
  if (f instanceof PyFunction) return `${f.qualname}()`;
  if (f instanceof PyBoundMethod && f.func instanceof PyFunction) return `${f.func.qualname}()`;
  if (f instanceof PyBoundMethod && f.func instanceof PyBuiltin) return `${f.func.display}()`;
  if (f instanceof PyBuiltin) return `${f.display}()`;
  if (f instanceof PyType) return `${f.qualname}()`;
  return str(f as PyValue);
}
function spreadArguments(callee: unknown, value: PyValue): PyValue[] {
  if (!isIterable(value)) {
    throw typeError(`${calleeName(callee)} argument after * must be an iterable, not ${typeName(value)}`);
  }
  return collectCounted(value);
}
function addKeyword(callee: unknown, kw: KwArgs, name: string, value: PyValue): KwArgs {
  if (kw.has(name))
    throw typeError(`${calleeName(callee)} got multiple values for keyword argument '${name}'`);
  return kw.set(name, value);
}
/** Exceptions with keywords or with arguments that come first. */
const PARSING = [AttributeError, BaseExceptionGroup, ImportError, NameError];
/** The complaint about a keyword that is no string. */
function badKeyword(f: PyValue): PyException {
  if (!isCallable(f)) return typeError(`'${typeName(f)}' object is not callable`);
  const slot = f instanceof PyBoundMethod ? f.func : f;
  if (slot instanceof PyBuiltin && slot.cls === wrapperDescriptorType)
    return typeError(`wrapper ${slot.name}() takes no keyword arguments`);
  if (f instanceof PyType && f.cls === typeType) {
    // Nobody looks at the names before such a constructor says that it takes none at all.
    const [create, init] = [f.lookup("__new__"), f.lookup("__init__")];
    if (create === root.create && init === root.init) return typeError(`${f.name}() takes no arguments`);
    const isPlain = f.isSubtype(BaseException) && !PARSING.some((type) => f.isSubtype(type));
    if (isPlain && create instanceof PyBuiltin && init instanceof PyBuiltin)
      return typeError(`${f.name}() takes no keyword arguments`);
  }
  return typeError("keywords must be strings");
}
/** What `**mapping` adds; an AttributeError, whatever it is about, CPython takes for a missing `keys`. */
function takeMapping(target: PyDict, mapping: PyValue, complaint: () => string): void {
  try {
    mergeMapping(target, mapping);
  } catch (error) {
    throw isRaised(error, AttributeError) ? typeError(complaint()) : error;
  }
}
function mergeKeywords(callee: unknown, kw: KwArgs, mapping: PyValue): KwArgs {
  let source: PyDict;
  if (mapping instanceof PyDict) source = mapping;
  else {
    source = new PyDict();
    const complaint = () =>
      `${calleeName(callee)} argument after ** must be a mapping, not ${typeName(mapping)}`;
    takeMapping(source, mapping, complaint);
  }
  charge(source.size);
  for (const [key, value] of source.entries()) {
    const name = asStr(key);
    if (name === undefined) {
      throw badKeyword(callee instanceof Loaded ? callee.value : (callee as PyValue));
    }
    addKeyword(callee, kw, name, value);
  }
  return kw;
}
function spread(value: PyValue): PyValue[] {
  if (!isIterable(value)) throw typeError(`Value after * must be an iterable, not ${typeName(value)}`);
  return collectCounted(value);
}

/** A set display of constants, made when the program is loaded; as CPython's compiler does, by way of two sets. */
function constantSet(items: PyValue[]): PyFrozenSet {
  const first = setOf(items);
  const constant = new PyFrozenSet();
  for (const item of first.items()) constant.add(item);
  return constant;
}
function copyOfConstantSet(constant: PyFrozenSet): PySet {
  charge(constant.size);
  const set = new PySet();
  set.merge(constant);
  return set;
}
function setOf(items: PyValue[]): PySet {
  const set = new PySet();
  for (const item of items) set.add(item);
  return set;
}
function setAdd(set: PySet, item: PyValue): PySet {
  set.add(item);
  return set;
}
/** `*iterable` in a set display. */
function setMerge(set: PySet, iterable: PyValue): PySet {
  updateSet(set, iterable);
  return set;
}
function dictOf(flat: PyValue[]): PyDict {
  const dict = new PyDict();
  for (let i = 0; i < flat.length; i += 2) dict.set(flat[i] as PyValue, flat[i + 1] as PyValue);
  return dict;
}
function dictAdd(dict: PyDict, key: PyValue, value: PyValue): PyDict {
  dict.set(key, value);
  return dict;
}
function dictMerge(dict: PyDict, mapping: PyValue): PyDict {
  takeMapping(dict, mapping, () => `'${typeName(mapping)}' object is not a mapping`);
  return dict;
}
function joined(text: string): string {
  allocate(text.length);
  return text;
}

function unpackStarred(value: PyValue, before: number, after: number): readonly PyValue[] {
  checkUnpackable(value);
  const tooFew = (count: number) =>
    valueError(`not enough values to unpack (expected at least ${before + after}, got ${count})`);
  let items: PyValue[];
  if (value instanceof PyObject && !value.cls.builtin) {
    // An author's iterator can tell that a list is made of what is left of it.
    const iterator = iterObject(value);
    const steps = stepper(iterator);
    items = [];
    while (items.length < before) {
      const item = steps.next();
      if (item === undefined) throw tooFew(items.length);
      items.push(item);
    }
    items = [...items, ...collectCounted(iterator)];
  } else items = collect(value);
  if (items.length < before + after) throw tooFew(items.length);
  const middle = items.length - after;
  return [...items.slice(0, before), list(items.slice(before, middle)), ...items.slice(middle)];
}

function unboundLocal(name: string): never {
  throw nameError(
    UnboundLocalError,
    name,
    `cannot access local variable '${name}' where it is not associated with a value`,
  );
}
function unboundFree(name: string): never {
  throw nameError(
    NameError,
    name,
    `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`,
  );
}

function isIn(item: PyValue, container: PyValue): boolean {
  return operators.contains(container, item);
}

/** The object that a program's factory takes apart. */
export const abi: Readonly<Record<string, unknown>> = Object.freeze({
  ...operators,
  ...commonCalls,
  S,
  tick,
  allocate,
  recursionExceeded,
  call,
  call0,
  call1,
  call2,
  call3,
  method0,
  method1,
  method2,
  loadMethod,
  callMethod,
  callMethod0,
  callMethod1,
  callMethod2,
  loadAppend,
  callAppend,
  spread,
  setAdd,
  setMerge,
  spreadArguments,
  addKeyword,
  mergeKeywords,
  list,
  tuple,
  constantSet,
  copyOfConstantSet,
  setOf,
  dictOf,
  RowNames,
  rowOf,
  dictAdd,
  dictMerge,
  joined,
  format,
  formatObject,
  str,
  strObject,
  reprObject,
  asciiObject,
  iter,
  isIn,
  unpack,
  unpackStarred,
  getAttribute,
  setAttributeOf: setAttribute,
  deleteAttribute,
  unboundLocal,
  unboundFree,
  unknownName,
  PyFunction,
  PyFloat,
  PyComplex,
  PySlice,
  bytesOf,
  Ellipsis,
  describeFunction,
  makeClass,
  storeIn,
  deleteIn,
  annotate,
  superOf,
  superWithoutArguments,
  superWithoutClass,
  makeGenerator,
  generatorExpression,
  delegate,
  makeCoroutine,
  awaitValue,
  asyncIter,
  asyncNext,
  openAsyncManager,
  enterAsync,
  exitAsync,
  makeAsyncGenerator,
  asyncYield,
  typeParameter,
  withTypeParameters,
  makeTypeAlias,
  genericBase,
  bringModules,
  importModule,
  importFrom,
  caught,
  matches,
  raiseStatement,
  reraise,
  assertionFailed,
  openManager,
  closeManager,
  starHandling,
  matchSequence,
  matchMapping,
  matchClass,
});
