// `OSError`: two to five arguments are errno, strerror, filename …, and the number chooses the class.
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import {
  AttributeError,
  BaseException,
  exceptionTypes,
  OSError,
  PyException,
  pyError,
  typeError,
} from "../exceptions.ts";
import { defineAttributes, defineMembers, defineMethods, defineStatic, PyBuiltin } from "../function.ts";
import { asInt, type PyType, type PyValue } from "../object.ts";
import { index } from "../operators.ts";
import { repr, str } from "../representation.ts";
import type { PyTuple } from "../sequence.ts";
import { plainText } from "./exception.ts";
import { keepFields } from "./exception-fields.ts";

/** Linux's numbers of the errors that have a class of their own. */
const ERRNO: { readonly [errno: number]: string } = {
  1: "PermissionError",
  2: "FileNotFoundError",
  3: "ProcessLookupError",
  4: "InterruptedError",
  10: "ChildProcessError",
  11: "BlockingIOError",
  13: "PermissionError",
  17: "FileExistsError",
  20: "NotADirectoryError",
  21: "IsADirectoryError",
  32: "BrokenPipeError",
  103: "ConnectionAbortedError",
  104: "ConnectionResetError",
  108: "BrokenPipeError",
  110: "TimeoutError",
  111: "ConnectionRefusedError",
  114: "BlockingIOError",
  115: "BlockingIOError",
};
const BlockingIOError = exceptionTypes.get("BlockingIOError") as PyType;

const NAMES = ["errno", "strerror", "filename", "filename2"];
/** What an error has of the four; the runtime raises with the first two as arguments alone. */
function fieldsOf(self: PyException): Map<string, PyValue> {
  self.fields ??= new Map(self.args.length === 2 ? self.args.map((arg, i) => [NAMES[i] as string, arg]) : []);
  return self.fields;
}
keepFields(OSError, fieldsOf);
for (const name of NAMES) {
  defineMembers<PyException>(OSError, {
    [name]: [
      (self) => fieldsOf(self).get(name) ?? null,
      (self, value) => fieldsOf(self).set(name, value),
      (self) => fieldsOf(self).delete(name),
    ],
  });
}

function isNumber(value: PyValue): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

/** Takes the arguments of the constructor. */
function initialise(self: PyException, args: readonly PyValue[]): void {
  self.args = [...args];
  self.fields = new Map();
  if (args.length < 2 || args.length > 5) return;
  const [errno, strerror, filename = null, , filename2 = null] = args as PyValue[];
  self.fields.set("errno", errno as PyValue);
  self.fields.set("strerror", strerror as PyValue);
  if (filename === null) return;
  if (self.cls === BlockingIOError && isNumber(filename)) {
    self.fields.set("characters_written", filename);
    return;
  }
  self.fields.set("filename", filename);
  if (filename2 !== null) self.fields.set("filename2", filename2);
  self.args = args.slice(0, 2);
}
function refuseKeywords(type: PyType, kw: PyDict): void {
  if (kw.size > 0) throw typeError(`${type.name}() takes no keyword arguments`);
}

defineStatic(OSError, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple, kw: PyDict) => {
    const made = new PyException(BaseException, []);
    if (initialisesItself(cls)) return adopt(made, cls);
    refuseKeywords(cls, kw);
    const [first] = args.items;
    const errno = first === undefined ? undefined : asInt(first);
    const many = args.items.length >= 2 && args.items.length <= 5;
    const named = cls === OSError && many && typeof errno === "number" ? ERRNO[errno] : undefined;
    adopt(made, named === undefined ? cls : (exceptionTypes.get(named) as PyType));
    initialise(made, args.items);
    return made;
  },
});
defineMethods(OSError, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
    if (!initialisesItself(self.cls)) return null;
    refuseKeywords(self.cls, kw);
    initialise(self, args.items);
    return null;
  },
  "__str__()": (self: PyException) => {
    const own = fieldsOf(self);
    const [errno, strerror, filename, filename2] = NAMES.map((name) => own.get(name));
    const text = `[Errno ${str(errno ?? null)}] ${str(strerror ?? null)}`;
    if (filename !== undefined) {
      return filename2 === undefined
        ? `${text}: ${repr(filename)}`
        : `${text}: ${repr(filename)} -> ${repr(filename2)}`;
    }
    return errno !== undefined && strerror !== undefined ? text : plainText(self);
  },
});
const create = OSError.dict.get("__new__");
const init = (OSError.dict.get("__init__") as PyBuiltin).js;
/** A class with an `__init__` but no `__new__` of its own hands on what it likes: then `__init__` takes the arguments. */
function initialisesItself(type: PyType): boolean {
  const own = type.lookup("__init__");
  return !(own instanceof PyBuiltin && own.js === init) && type.lookup("__new__") === create;
}
const unwritten = (): never => {
  throw pyError(AttributeError, "characters_written");
};
defineAttributes<PyException>(OSError, {
  characters_written: [
    (self) => fieldsOf(self).get("characters_written") ?? unwritten(),
    (self, value) => fieldsOf(self).set("characters_written", index(value)),
    (self) => fieldsOf(self).delete("characters_written") || unwritten(),
  ],
});
