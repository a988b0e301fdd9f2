// Exception groups (PEP 654): made, split by what they hold, and what `except*` does with them.
import { findAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import {
  attributeError,
  BaseException,
  BaseExceptionGroup,
  Exception,
  ExceptionGroup,
  isException,
  markRaised,
  PyException,
  pyError,
  RecursionError,
  typeError,
  valueError,
} from "../exceptions.ts";
import {
  call1,
  defineAttributes,
  defineClassMethods,
  defineMethods,
  defineStatic,
  isCallable,
  method1,
} from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { truth } from "../operators.ts";
import { caught, matches } from "../raising.ts";
import { str } from "../representation.ts";
import { list, PyTuple, tuple } from "../sequence.ts";
import { charge, S } from "../state.ts";
import { genericAlias } from "./generic-alias.ts";

/** May the value be indexed by position (`PySequence_Check`)? */
function isSequence(value: PyValue): boolean {
  return typeOf(value).lookup("__getitem__") !== undefined && !(value instanceof PyDict);
}

/** The exceptions that a group holds. */
export function heldBy(group: PyException): readonly PyException[] {
  const held = group.fields?.get("exceptions");
  return held instanceof PyTuple ? (held.items as readonly PyException[]) : [];
}
function isGroup(exception: PyException): boolean {
  return exception.cls.isSubtype(BaseExceptionGroup);
}

function makeGroup(cls: PyType, args: readonly PyValue[]): PyException {
  if (args.length !== 2) {
    throw typeError(`BaseExceptionGroup.__new__() takes exactly 2 arguments (${args.length} given)`);
  }
  const [message, exceptions] = args as [PyValue, PyValue];
  if (asStr(message) === undefined) {
    throw typeError(
      `BaseExceptionGroup.__new__() argument 1 must be str, not ${message === null ? "None" : typeName(message)}`,
    );
  }
  if (!isSequence(exceptions)) throw typeError("second argument (exceptions) must be a sequence");
  const held = collect(exceptions);
  if (held.length === 0) throw valueError("second argument (exceptions) must be a non-empty sequence");
  let plain = true;
  for (const [i, item] of held.entries()) {
    if (!isException(item)) throw valueError(`Item ${i} of second argument (exceptions) is not an exception`);
    if (!item.cls.isSubtype(Exception)) plain = false;
  }
  let actual = cls;
  if (cls === BaseExceptionGroup) {
    if (plain) actual = ExceptionGroup;
  } else if (!plain && cls.isSubtype(Exception)) {
    const where = cls === ExceptionGroup ? "an ExceptionGroup" : `'${cls.name}'`;
    throw typeError(`Cannot nest BaseExceptions in ${where}`);
  }
  const group = adopt(new PyException(BaseException, [message, exceptions]), actual);
  group.fields = new Map<string, PyValue>([
    ["message", message],
    ["exceptions", tuple(held)],
  ]);
  return group;
}

// ---- parts of a group ----------------------------------------------------------------------------

/** Says of each exception whether it belongs to the part that is asked for. */
type Matcher = (exception: PyException) => boolean;

function matcherOf(condition: PyValue): Matcher {
  const isClass = (value: PyValue): boolean => value instanceof PyType && value.isSubtype(BaseException);
  if (
    isClass(condition) ||
    (condition instanceof PyTuple && condition.cls.builtin && condition.items.every(isClass))
  ) {
    return (exception) => matches(exception, condition);
  }
  if (isCallable(condition) && !(condition instanceof PyType)) {
    return (exception) => truth(call1(condition, exception));
  }
  throw typeError(
    "expected an exception type, a tuple of exception types, or a callable (other than a class)",
  );
}

interface Parts {
  readonly match: PyException | null;
  readonly rest: PyException | null;
}

/** Groups may be nested this deeply where they are taken apart. */
const MAX_NESTING = 4000;

function split(exception: PyException, matcher: Matcher, wantsRest: boolean, depth = 0): Parts {
  charge(1);
  if (depth > MAX_NESTING) {
    throw pyError(RecursionError, "maximum recursion depth exceeded in exceptiongroup_split_recursive");
  }
  if (matcher(exception)) return { match: exception, rest: null };
  if (!isGroup(exception)) return { match: null, rest: wantsRest ? exception : null };
  const match: PyException[] = [];
  const rest: PyException[] = [];
  for (const held of heldBy(exception)) {
    const parts = split(held, matcher, wantsRest, depth + 1);
    if (parts.match !== null) match.push(parts.match);
    if (parts.rest !== null) rest.push(parts.rest);
  }
  return { match: subset(exception, match), rest: subset(exception, rest) };
}

/** A group like `original` that holds only some of its exceptions; null for none. */
function subset(original: PyException, exceptions: readonly PyException[]): PyException | null {
  if (exceptions.length === 0) return null;
  const part = method1(original, "derive", list([...exceptions]));
  if (!isException(part) || !isGroup(part)) {
    throw typeError("derive must return an instance of BaseExceptionGroup");
  }
  part.raised = original.raised;
  part.outerFrames = original.outerFrames;
  part.context = original.context;
  part.cause = original.cause;
  part.suppressContext = true;
  const notes = findAttribute(original, "__notes__");
  if (notes !== undefined && isSequence(notes)) {
    part.dict ??= new Map();
    part.dict.set("__notes__", list(collect(notes)));
  }
  return part;
}

defineStatic(BaseExceptionGroup, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple) => makeGroup(cls, args.items),
});
defineMethods(BaseExceptionGroup, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
    if (kw.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
    self.args = [...args.items];
    return null;
  },
  "__str__()": (self: PyException) => {
    const n = heldBy(self).length;
    return `${str(self.fields?.get("message") ?? null)} (${n} sub-exception${n === 1 ? "" : "s"})`;
  },
  "derive(object, /)": (self: PyException, exceptions: PyValue) =>
    makeGroup(BaseExceptionGroup, [self.fields?.get("message") ?? null, exceptions]),
  "split(object, /)": (self: PyException, condition: PyValue) => {
    const { match, rest } = split(self, matcherOf(condition), true);
    return tuple([match, rest]);
  },
  "subgroup(object, /)": (self: PyException, condition: PyValue) =>
    split(self, matcherOf(condition), false).match,
});
defineClassMethods(BaseExceptionGroup, {
  "__class_getitem__(object, /)": (cls: PyType, item: PyValue) => genericAlias(cls, item),
});
const member = (name: string): [(self: PyException) => PyValue, (self: PyException) => void] => [
  (self) => self.fields?.get(name) ?? null,
  (self) => {
    throw attributeError(self, name, "readonly attribute");
  },
];
defineAttributes<PyException>(BaseExceptionGroup, {
  message: member("message"),
  exceptions: member("exceptions"),
});

// ---- except* -------------------------------------------------------------------------------------

/** What generated code holds while the clauses of a `try … except*` are tried in order. */
export class StarHandling {
  private readonly original: PyException;
  private rest: PyException | null;
  private readonly raised: PyException[] = [];
  /** What the last clause that matched caught. */
  caught: PyException | null = null;

  constructor(original: PyException) {
    this.original = original;
    this.rest = original;
  }

  /** Does the clause with this expression catch any of what is left? */
  match(clause: PyValue): boolean {
    checkClause(clause);
    const { rest } = this;
    if (rest === null) return false;
    let match: PyException | null = null;
    if (matches(rest, clause)) {
      // An exception on its own is caught in a group of one.
      match = isGroup(rest) ? rest : makeGroup(BaseExceptionGroup, ["", tuple([rest])]);
      this.rest = null;
    } else if (isGroup(rest)) {
      const pair = method1(rest, "split", clause);
      const type = typeName(rest);
      if (!(pair instanceof PyTuple && pair.cls.builtin)) {
        throw typeError(`${type}.split must return a tuple, not ${typeName(pair)}`);
      }
      if (pair.items.length < 2) {
        throw typeError(`${type}.split must return a 2-tuple, got tuple of size ${pair.items.length}`);
      }
      const [first, second] = [part(pair.items[0] as PyValue, type), part(pair.items[1] as PyValue, type)];
      match = first;
      this.rest = second;
    }
    if (match === null) return false;
    this.caught = match;
    S.handled = match;
    return true;
  }

  /** A clause ended with this exception. */
  failed(error: unknown): void {
    this.raised.push(caught(error));
  }

  /** What goes on after the last clause; null when everything was handled. */
  outcome(): PyException | null {
    const { original, rest } = this;
    // What was on its own when it was caught concerned one clause at most.
    if (!isGroup(original)) return this.raised[0] ?? rest;
    const all = rest === null ? this.raised : [...this.raised, rest];
    const again = all.filter((exception) => isSameRaise(exception, original));
    const fresh = all.filter((exception) => !isSameRaise(exception, original));
    const remaining = again.length === 0 ? null : projection(original, again);
    if (remaining !== null) fresh.push(remaining);
    if (fresh.length <= 1) return fresh[0] ?? null;
    return markRaised(makeGroup(BaseExceptionGroup, ["", list(fresh)]));
  }
}
/** What a `split` of the author's answered. CPython takes anything for an exception here, and crashes on most. */
function part(value: PyValue, type: string): PyException | null {
  if (value === null || isException(value)) return value;
  throw typeError(`${type}.split must return exceptions or None, not ${typeName(value)}`);
}

function checkClause(clause: PyValue): void {
  for (const type of clause instanceof PyTuple ? clause.items : [clause]) {
    if (!(type instanceof PyType && type.isSubtype(BaseException))) {
      throw typeError("catching classes that do not inherit from BaseException is not allowed");
    }
    if (type.isSubtype(BaseExceptionGroup)) {
      throw typeError("catching ExceptionGroup with except* is not allowed. Use except instead.");
    }
  }
}

/** Are both groups from one `raise`: parts of the same, raised again as they were? */
function isSameRaise(a: PyException, b: PyException): boolean {
  return isGroup(a) && isGroup(b) && a.raised === b.raised && a.cause === b.cause && a.context === b.context;
}

/** The part of `group` whose exceptions are held by the groups of `kept`. */
function projection(group: PyException, kept: readonly PyException[]): PyException | null {
  const leaves = new Set<PyException>();
  const gather = (exception: PyException): void => {
    charge(1);
    if (isGroup(exception)) for (const held of heldBy(exception)) gather(held);
    else leaves.add(exception);
  };
  for (const part of kept) gather(part);
  return split(group, (exception) => leaves.has(exception), false).match;
}

/** What generated code calls where a `try` with `except*` clauses has caught something. */
export function starHandling(exception: PyException): StarHandling {
  return new StarHandling(exception);
}
