// Methods and attributes of exceptions.
import { setAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import { addNote, BaseException, isException, KeyError, PyException, typeError } from "../exceptions.ts";
import { defineAttributes, defineMembers, defineMethods, defineStatic } from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, type PyType, type PyValue, typeName } from "../object.ts";
import { repr, reprItems, str } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { PyTraceback, tracebackOf } from "../traceback.ts";
import { fixFields } from "./exception-fields.ts";
import { nameOf } from "./object.ts";

defineStatic(BaseException, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType, args: PyTuple) =>
    adopt(new PyException(BaseException, [...args.items]), cls),
});

/** `BaseException.__str__`. */
export function plainText(self: PyException): string {
  if (self.args.length === 0) return "";
  return str(self.args.length === 1 ? (self.args[0] as PyValue) : tuple(self.args));
}

/** Sets `__cause__` or `__context__`, which are exceptions or None. */
function chained(
  what: "cause" | "context",
): [(self: PyException) => PyValue, (self: PyException, value: PyValue) => void, () => void] {
  return [
    (self) => self[what],
    (self, value) => {
      if (value !== null && !isException(value))
        throw typeError(`exception ${what} must be None or derive from BaseException`);
      self[what] = value;
      if (what === "cause") self.suppressContext = true;
    },
    () => {
      throw typeError(`__${what}__ may not be deleted`);
    },
  ];
}
function setTraceback(self: PyException, value: PyValue): void {
  if (value !== null && !(value instanceof PyTraceback))
    throw typeError("__traceback__ must be a traceback or None");
  self.raised = value === null ? [] : value.raised;
}

defineMethods(BaseException, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
    if (kw.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
    self.args = [...args.items];
    return null;
  },
  "__str__()": plainText,
  "__repr__()": (self: PyException) => {
    const [only] = self.args;
    const args = self.args.length === 1 ? repr(only as PyValue) : reprItems(self.args);
    return `${self.cls.name}(${args})`;
  },
  "with_traceback(object, /)": (self: PyException, traceback: PyValue) => {
    setTraceback(self, traceback);
    return self;
  },
  "add_note(object, /)": (self: PyException, note: PyValue) => {
    if (asStr(note) === undefined) throw typeError(`note must be a str, not '${typeName(note)}'`);
    addNote(self, note);
    return null;
  },
  "__setstate__(object, /)": (self: PyException, state: PyValue) => {
    if (state === null) return null;
    if (!(state instanceof PyDict)) throw typeError("state is not a dictionary");
    for (const [name, value] of [...state.entries()])
      setAttribute(self, nameOf(name, "attribute name"), value);
    return null;
  },
});
defineAttributes<PyException>(BaseException, {
  args: [
    (self) => tuple(self.args),
    (self, value) => {
      fixFields(self);
      self.args = collect(value);
    },
    () => {
      throw typeError("args may not be deleted");
    },
  ],
  __cause__: chained("cause"),
  __context__: chained("context"),
  __traceback__: [
    tracebackOf,
    setTraceback,
    () => {
      throw typeError("__traceback__ may not be deleted");
    },
  ],
});
defineMembers<PyException>(BaseException, {
  __suppress_context__: [
    (self) => self.suppressContext,
    (self, value) => {
      if (typeof value !== "boolean") throw typeError("attribute value type must be bool");
      self.suppressContext = value;
    },
    () => {
      throw typeError("can't delete numeric/char attribute");
    },
  ],
});

defineMethods(KeyError, {
  "__str__()": (self: PyException) =>
    self.args.length === 1 ? repr(self.args[0] as PyValue) : plainText(self),
});
