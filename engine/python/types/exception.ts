// Methods and attributes of exceptions.
import { asBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import type { PyDict } from "../dict.ts";
import {
  AttributeError,
  BaseException,
  BaseExceptionGroup,
  Exception,
  ExceptionGroup,
  exceptionTypes,
  ImportError,
  isException,
  KeyError,
  NameError,
  OSError,
  PyException,
  StopIteration,
  SystemExit,
  typeError,
  UnicodeDecodeError,
  UnicodeEncodeError,
  valueError,
} from "../exceptions.ts";
import { defineAttributes, defineMethods, defineStatic } from "../function.ts";
import { collect } from "../iterator.ts";
import { asInt, asStr, type PyType, type PyValue, typeName, typeOf } from "../object.ts";
import { repr, reprItems, str } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";

defineStatic(BaseException, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple) =>
    adopt(new PyException(BaseException, [...args.items]), cls),
});

/** Keyword arguments that a class takes besides `args`. */
const KEYWORDS = new Map<PyType, readonly string[]>([
  [AttributeError, ["name", "obj"]],
  [NameError, ["name"]],
  [ImportError, ["name", "path", "name_from"]],
]);

defineMethods(BaseException, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
    if (kw.size > 0) {
      const allowed = [...KEYWORDS].find(([type]) => self.cls.isSubtype(type))?.[1] ?? [];
      for (const [key, value] of kw.entries()) {
        if (!allowed.includes(key as string)) {
          throw typeError(
            allowed.length === 0
              ? `${self.cls.name}() takes no keyword arguments`
              : `${self.cls.name}() got an unexpected keyword argument '${key}'`,
          );
        }
        self.fields ??= new Map();
        self.fields.set(key as string, value);
      }
    }
    self.args = [...args.items];
    return null;
  },
  "__str__()": (self: PyException) => {
    if (self.args.length === 0) return "";
    if (self.args.length === 1) return str(self.args[0] as PyValue);
    return repr(tuple(self.args));
  },
  "__repr__()": (self: PyException) => {
    const [only] = self.args;
    const args = self.args.length === 1 ? repr(only as PyValue) : reprItems(self.args);
    return `${self.cls.name}(${args})`;
  },
  "with_traceback(object, /)": (self: PyException, traceback: PyValue) => {
    noTraceback(traceback);
    return self;
  },
  "add_note(object, /)": (self: PyException, note: PyValue) => {
    if (asStr(note) === undefined) throw typeError(`note must be a str, not '${typeName(note)}'`);
    self.dict ??= new Map();
    const notes = self.dict.get("__notes__");
    if (notes instanceof PyList) notes.items.push(note);
    else self.dict.set("__notes__", list([note]));
    return null;
  },
  "__setstate__(object, /)": () => null,
});
defineAttributes<PyException>(BaseException, {
  args: [(self) => tuple(self.args), (self, value) => void (self.args = collect(value))],
  __cause__: [
    (self) => self.cause,
    (self, value) => {
      if (value !== null && !isException(value))
        throw typeError("exception cause must be None or derive from BaseException");
      self.cause = value;
      self.suppressContext = true;
    },
  ],
  __context__: [
    (self) => self.context,
    (self, value) => {
      if (value !== null && !isException(value))
        throw typeError("exception context must be None or derive from BaseException");
      self.context = value;
    },
  ],
  __suppress_context__: [
    (self) => self.suppressContext,
    (self, value) => {
      if (typeof value !== "boolean") throw typeError("attribute value type must be bool");
      self.suppressContext = value;
    },
  ],
  // Frames lead out of an expression, so a traceback has nothing to show here.
  __traceback__: [() => null, (_self, value) => noTraceback(value)],
});
function noTraceback(value: PyValue): void {
  if (value !== null) throw typeError("__traceback__ must be a traceback or None");
}

defineMethods(KeyError, {
  "__str__()": (self: PyException) => {
    if (self.args.length === 1) return repr(self.args[0] as PyValue);
    return self.args.length === 0 ? "" : repr(tuple(self.args));
  },
});
const field =
  (name: string) =>
  (self: PyException): PyValue =>
    self.fields?.get(name) ?? null;
const setField =
  (name: string) =>
  (self: PyException, value: PyValue): void => {
    self.fields ??= new Map();
    self.fields.set(name, value);
  };
for (const [type, names] of KEYWORDS) {
  defineAttributes<PyException>(
    type,
    Object.fromEntries(
      names.map((name) => [
        name,
        [field(name), setField(name)] as [
          typeof field extends never ? never : (self: PyException) => PyValue,
          (self: PyException, value: PyValue) => void,
        ],
      ]),
    ),
  );
}
defineAttributes<PyException>(ImportError, {
  msg: (self) => (self.args.length === 1 ? (self.args[0] as PyValue) : null),
});
defineAttributes<PyException>(StopIteration, {
  value: [(self) => self.fields?.get("value") ?? self.args[0] ?? null, setField("value")],
});
defineAttributes<PyException>(SystemExit, {
  code: (self) =>
    self.args.length === 0 ? null : self.args.length === 1 ? (self.args[0] as PyValue) : tuple(self.args),
});

// ---- OSError: two to five arguments are errno, strerror, filename … -------------------------------
defineAttributes<PyException>(OSError, {
  errno: (self) => (self.args.length >= 2 ? (self.args[0] as PyValue) : null),
  strerror: (self) => (self.args.length >= 2 ? (self.args[1] as PyValue) : null),
  filename: (self) => self.fields?.get("filename") ?? null,
  filename2: () => null,
});
/** Linux's numbers of the errors that have a class of their own. */
const ERRNO: Record<number, string> = {
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
defineStatic(OSError, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple) => {
    const [errno] = args.items;
    const named = cls === OSError && args.items.length >= 2 && typeof errno === "number" && ERRNO[errno];
    const actual = named ? (exceptionTypes.get(named) as PyType) : cls;
    return adopt(new PyException(BaseException, [...args.items]), actual);
  },
});
defineMethods(OSError, {
  "__init__(*args)": (self: PyException, args: PyTuple) => {
    self.args = [...args.items];
    if (self.args.length > 2) {
      self.fields = new Map([["filename", self.args[2] as PyValue]]);
      self.args = self.args.slice(0, 2);
    }
    return null;
  },
  "__str__()": (self: PyException) => {
    if (self.args.length === 2) {
      const filename = self.fields?.get("filename");
      const text = `[Errno ${str(self.args[0] as PyValue)}] ${str(self.args[1] as PyValue)}`;
      return filename === undefined || filename === null ? text : `${text}: ${repr(filename)}`;
    }
    return self.args.length === 0
      ? ""
      : self.args.length === 1
        ? str(self.args[0] as PyValue)
        : repr(tuple(self.args));
  },
});

// ---- Unicode errors ------------------------------------------------------------------------------
for (const type of [UnicodeDecodeError, UnicodeEncodeError]) {
  defineAttributes<PyException>(type, {
    encoding: (self) => self.args[0] ?? null,
    object: (self) => self.args[1] ?? null,
    start: (self) => self.args[2] ?? null,
    end: (self) => self.args[3] ?? null,
    reason: (self) => self.args[4] ?? null,
  });
}

/** Where in the object the problem lies, and what stands there. */
function problem(self: PyException): {
  codec: string;
  reason: string;
  start: number;
  end: number;
  object: PyValue;
} {
  const [codec, object, start, end, reason] = self.args;
  return {
    codec: str(codec ?? null),
    object: object ?? null,
    start: Number(asInt(start ?? null) ?? 0),
    end: Number(asInt(end ?? null) ?? 0),
    reason: str(reason ?? null),
  };
}
defineMethods(UnicodeEncodeError, {
  "__str__()": (self: PyException) => {
    if (self.args.length !== 5) return str(tuple(self.args));
    const { codec, object, start, end, reason } = problem(self);
    const point = [...(asStr(object) ?? "")][start]?.codePointAt(0);
    if (end !== start + 1 || point === undefined) {
      return `'${codec}' codec can't encode characters in position ${start}-${end - 1}: ${reason}`;
    }
    const hex = point.toString(16);
    const shown =
      point < 0x100
        ? `\\x${hex.padStart(2, "0")}`
        : point < 0x10000
          ? `\\u${hex.padStart(4, "0")}`
          : `\\U${hex.padStart(8, "0")}`;
    return `'${codec}' codec can't encode character '${shown}' in position ${start}: ${reason}`;
  },
});
defineMethods(UnicodeDecodeError, {
  "__str__()": (self: PyException) => {
    if (self.args.length !== 5) return str(tuple(self.args));
    const { codec, object, start, end, reason } = problem(self);
    const byte = asBytes(object)?.[start];
    return end === start + 1 && byte !== undefined
      ? `'${codec}' codec can't decode byte 0x${byte.toString(16).padStart(2, "0")} in position ${start}: ${reason}`
      : `'${codec}' codec can't decode bytes in position ${start}-${end - 1}: ${reason}`;
  },
});

// ---- exception groups ----------------------------------------------------------------------------
defineStatic(BaseExceptionGroup, {
  "__new__(cls, message, exceptions, /)": (cls: PyType, message: PyValue, exceptions: PyValue) => {
    if (asStr(message) === undefined)
      throw typeError(`BaseExceptionGroup.__new__() argument 1 must be str, not ${typeName(message)}`);
    if (!(exceptions instanceof PyList || exceptions instanceof PyTuple)) {
      throw typeError("second argument (exceptions) must be a sequence");
    }
    const items = collect(exceptions);
    if (items.length === 0) throw valueError("second argument (exceptions) must be a non-empty sequence");
    for (const [i, item] of items.entries()) {
      if (!isException(item))
        throw valueError(`Item ${i} of second argument (exceptions) is not an exception`);
    }
    const plain = items.every((item) => typeOf(item).isSubtype(Exception));
    if (cls === ExceptionGroup && !plain) throw typeError("Cannot nest BaseExceptions in an ExceptionGroup");
    const actual = cls === BaseExceptionGroup && plain ? ExceptionGroup : cls;
    const group = adopt(new PyException(BaseException, [message, exceptions]), actual);
    group.fields = new Map<string, PyValue>([
      ["message", message],
      ["exceptions", tuple(items)],
    ]);
    return group;
  },
});
defineMethods(BaseExceptionGroup, {
  "__init__(*args)": () => null,
  "__str__()": (self: PyException) => {
    const exceptions = field("exceptions")(self);
    const n = exceptions instanceof PyTuple ? exceptions.items.length : 0;
    return `${str(field("message")(self))} (${n} sub-exception${n === 1 ? "" : "s"})`;
  },
});
defineAttributes<PyException>(BaseExceptionGroup, {
  message: field("message"),
  exceptions: field("exceptions"),
});
