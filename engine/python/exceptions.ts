// Exceptions: the classes of CPython 3.13's hierarchy, and short constructors for those the runtime raises.
import {
  makeType,
  objectType,
  type PyObject,
  PyObject as PyObjectClass,
  type PyType,
  type PyValue,
} from "./object.ts";
import { list, PyList } from "./sequence.ts";
import { charge, S } from "./state.ts";

/** One capture of the JavaScript stack, made when the exception was raised (or raised again). */
export interface RaisePoint {
  /** V8's text of the stack, formatted when it is first read. */
  readonly stack: string;
}

/**
 * An exception instance. It is thrown as it is: JavaScript's `throw` carries the Python object.
 * `raised` holds where, as opaque text that only the traceback renderer reads.
 */
export class PyException extends PyObjectClass {
  args: PyValue[];
  cause: PyException | null = null;
  context: PyException | null = null;
  suppressContext = false;
  raised: readonly RaisePoint[] = [];
  /** Python calls on the stack outside the frame that caught it last: those are not in its traceback. */
  outerFrames = 0;
  /** Attributes that some classes have (`SystemExit.code`, `KeyError` has none, `StopIteration.value` …). */
  fields: Map<string, PyValue> | undefined;
  declare dict: Map<string, PyValue> | undefined;

  constructor(cls: PyType, args: PyValue[]) {
    super();
    this.cls = cls;
    this.args = args;
    this.dict = undefined;
  }
}

/** `exception.add_note(note)`. */
export function addNote(exception: PyException, note: PyValue): void {
  exception.dict ??= new Map();
  const notes = exception.dict.get("__notes__");
  if (notes === undefined) exception.dict.set("__notes__", list([note]));
  else if (notes instanceof PyList) notes.items.push(note);
  else throw typeError("Cannot add note: __notes__ is not a list");
}

/** How many raise points of one exception are kept: the first ones and the last. */
const MAX_RAISED = 8;

/** What it takes to raise from no depth at all, in steps. */
const RAISE_STEPS = 32;

/** Marks where `exception` is raised now. Parts of a group share its list, so it is replaced, never changed. */
export function markRaised(exception: PyException): PyException {
  // V8 walks the whole stack.
  charge(RAISE_STEPS + S.depth);
  const point = { stack: "" };
  Error.captureStackTrace(point, markRaised);
  exception.raised = [...exception.raised.slice(0, MAX_RAISED - 1), point];
  return exception;
}

/** Marks where `exception` is raised now, and what was being handled meanwhile. Returns it, for `throw`. */
export function raise(exception: PyException): PyException {
  markRaised(exception);
  const handled = S.handled;
  if (handled !== null && handled !== exception && exception.context !== handled) {
    // A cycle of contexts is cut where it would close, as CPython does; one that was there already stays.
    const seen = new Set<PyException>();
    for (let e: PyException | null = handled; e !== null && !seen.has(e); e = e.context) {
      seen.add(e);
      if (e.context === exception) {
        e.context = null;
        break;
      }
    }
    exception.context = handled;
  }
  return exception;
}

function exceptionType(name: string, base: PyType, doc: string): PyType {
  const type = makeType(name, { base, doc });
  type.hasDict = true;
  return type;
}

export const BaseException = makeType("BaseException", {
  base: objectType,
  of: PyException,
  doc: "Common base class for all exceptions",
});
BaseException.hasDict = true;
export const Exception = exceptionType(
  "Exception",
  BaseException,
  "Common base class for all non-exit exceptions.",
);

/** Every built-in exception class by name. */
export const exceptionTypes: Map<string, PyType> = new Map([
  ["BaseException", BaseException],
  ["Exception", Exception],
]);

function define(name: string, base: PyType, doc: string): PyType {
  const type = exceptionType(name, base, doc);
  exceptionTypes.set(name, type);
  return type;
}

export const BaseExceptionGroup = define(
  "BaseExceptionGroup",
  BaseException,
  "A combination of multiple unrelated exceptions.",
);
export const GeneratorExit = define("GeneratorExit", BaseException, "Request that a generator exit.");
define("KeyboardInterrupt", BaseException, "Program interrupted by user.");
export const SystemExit = define("SystemExit", BaseException, "Request to exit from the interpreter.");

export const ArithmeticError = define("ArithmeticError", Exception, "Base class for arithmetic errors.");
define("FloatingPointError", ArithmeticError, "Floating-point operation failed.");
export const OverflowError = define("OverflowError", ArithmeticError, "Result too large to be represented.");
export const ZeroDivisionError = define(
  "ZeroDivisionError",
  ArithmeticError,
  "Second argument to a division or modulo operation was zero.",
);
export const AssertionError = define("AssertionError", Exception, "Assertion failed.");
export const AttributeError = define("AttributeError", Exception, "Attribute not found.");
export const BufferError = define("BufferError", Exception, "Buffer error.");
export const EOFError = define("EOFError", Exception, "Read beyond end of file.");
export const ImportError = define(
  "ImportError",
  Exception,
  "Import can't find module, or can't find name in module.",
);
export const ModuleNotFoundError = define("ModuleNotFoundError", ImportError, "Module not found.");
export const LookupError = define("LookupError", Exception, "Base class for lookup errors.");
export const IndexError = define("IndexError", LookupError, "Sequence index out of range.");
export const KeyError = define("KeyError", LookupError, "Mapping key not found.");
export const MemoryError = define("MemoryError", Exception, "Out of memory.");
export const NameError = define("NameError", Exception, "Name not found globally.");
export const UnboundLocalError = define(
  "UnboundLocalError",
  NameError,
  "Local name referenced but not bound to a value.",
);
export const OSError = define("OSError", Exception, "Base class for I/O related errors.");
for (const [name, base, doc] of [
  ["BlockingIOError", "OSError", "I/O operation would block."],
  ["ChildProcessError", "OSError", "Child process error."],
  ["ConnectionError", "OSError", "Connection error."],
  ["BrokenPipeError", "ConnectionError", "Broken pipe."],
  ["ConnectionAbortedError", "ConnectionError", "Connection aborted."],
  ["ConnectionRefusedError", "ConnectionError", "Connection refused."],
  ["ConnectionResetError", "ConnectionError", "Connection reset."],
  ["FileExistsError", "OSError", "File already exists."],
  ["FileNotFoundError", "OSError", "File not found."],
  ["InterruptedError", "OSError", "Interrupted by signal."],
  ["IsADirectoryError", "OSError", "Operation doesn't work on directories."],
  ["NotADirectoryError", "OSError", "Operation only works on directories."],
  ["PermissionError", "OSError", "Not enough permissions."],
  ["ProcessLookupError", "OSError", "Process not found."],
  ["TimeoutError", "OSError", "Timeout expired."],
] as const) {
  define(name, exceptionTypes.get(base) as PyType, doc);
}
export const ReferenceError_ = define(
  "ReferenceError",
  Exception,
  "Weak ref proxy used after referent went away.",
);
export const RuntimeError = define("RuntimeError", Exception, "Unspecified run-time error.");
export const NotImplementedError = define(
  "NotImplementedError",
  RuntimeError,
  "Method or function hasn't been implemented yet.",
);
export const PythonFinalizationError = define(
  "PythonFinalizationError",
  RuntimeError,
  "Operation blocked during Python finalization.",
);
export const RecursionError = define("RecursionError", RuntimeError, "Recursion limit exceeded.");
export const StopAsyncIteration = define(
  "StopAsyncIteration",
  Exception,
  "Signal the end from iterator.__anext__().",
);
export const StopIteration = define("StopIteration", Exception, "Signal the end from iterator.__next__().");
export const SyntaxError_ = define("SyntaxError", Exception, "Invalid syntax.");
define("IndentationError", SyntaxError_, "Improper indentation.");
define("TabError", exceptionTypes.get("IndentationError") as PyType, "Improper mixture of spaces and tabs.");
export const SystemError = define(
  "SystemError",
  Exception,
  "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.",
);
export const TypeError_ = define("TypeError", Exception, "Inappropriate argument type.");
export const ValueError = define("ValueError", Exception, "Inappropriate argument value (of correct type).");
export const UnicodeError = define("UnicodeError", ValueError, "Unicode related error.");
export const UnicodeDecodeError = define("UnicodeDecodeError", UnicodeError, "Unicode decoding error.");
export const UnicodeEncodeError = define("UnicodeEncodeError", UnicodeError, "Unicode encoding error.");
export const UnicodeTranslateError = define(
  "UnicodeTranslateError",
  UnicodeError,
  "Unicode translation error.",
);
export const Warning = define("Warning", Exception, "Base class for warning categories.");
for (const [name, doc] of [
  [
    "BytesWarning",
    "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.",
  ],
  ["DeprecationWarning", "Base class for warnings about deprecated features."],
  ["EncodingWarning", "Base class for warnings about encodings."],
  ["FutureWarning", "Base class for warnings about constructs that will change semantically\nin the future."],
  ["ImportWarning", "Base class for warnings about probable mistakes in module imports"],
  [
    "PendingDeprecationWarning",
    "Base class for warnings about features which will be deprecated\nin the future.",
  ],
  ["ResourceWarning", "Base class for warnings about resource usage."],
  ["RuntimeWarning", "Base class for warnings about dubious runtime behavior."],
  ["SyntaxWarning", "Base class for warnings about dubious syntax."],
  [
    "UnicodeWarning",
    "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.",
  ],
  ["UserWarning", "Base class for warnings generated by user code."],
] as const) {
  define(name, Warning, doc);
}
export const ExceptionGroup = makeType("ExceptionGroup", { bases: [BaseExceptionGroup, Exception] });
ExceptionGroup.hasDict = true;
exceptionTypes.set("ExceptionGroup", ExceptionGroup);
exceptionTypes.set("EnvironmentError", OSError);
exceptionTypes.set("IOError", OSError);

/** A new exception of `type`, marked as raised here; use as `throw pyError(ValueError, "…")`. */
export function pyError(type: PyType, message?: string): PyException {
  return raise(new PyException(type, message === undefined ? [] : [message]));
}
/** `throw typeError("…")`. */
export function typeError(message: string): PyException {
  return pyError(TypeError_, message);
}
/** `throw valueError("…")`. */
export function valueError(message: string): PyException {
  return pyError(ValueError, message);
}
/** `throw indexError("…")`. */
export function indexError(message: string): PyException {
  return pyError(IndexError, message);
}
/** `throw keyError(key)`: the key itself is the argument, so its repr is the text. */
export function keyError(key: PyValue): PyException {
  return raise(new PyException(KeyError, [key]));
}
/** `throw overflowError("…")`. */
export function overflowError(message: string): PyException {
  return pyError(OverflowError, message);
}
/** `throw zeroDivision("…")`. */
export function zeroDivision(message: string): PyException {
  return pyError(ZeroDivisionError, message);
}
/** `throw attributeError(object, name, "…")`, with the exception's `name` and `obj`. */
export function attributeError(object: PyValue, name: string, message: string): PyException {
  const exception = new PyException(AttributeError, [message]);
  exception.fields = new Map<string, PyValue>([
    ["name", name],
    ["obj", object],
  ]);
  return raise(exception);
}

/** Is `value` an exception instance? */
export function isException(value: PyValue | PyObject): value is PyException {
  return value instanceof PyException;
}
/** NameError, or what derives from it, about a name; only the former knows it. */
export function nameError(type: PyType, name: string, text: string): PyException {
  const exception = new PyException(type, [text]);
  if (type === NameError) exception.fields = new Map<string, PyValue>([["name", name]]);
  return raise(exception);
}
