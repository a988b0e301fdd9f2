// What exceptions of some classes hold besides `args`: names, values, places in a source.
import type { PyDict } from "../dict.ts";
import {
  AttributeError,
  ImportError,
  NameError,
  type PyException,
  StopIteration,
  SyntaxError_,
  SystemExit,
  typeError,
} from "../exceptions.ts";
import { defineMembers, defineMethods } from "../function.ts";
import { collect } from "../iterator.ts";
import { asStr, type PyType, type PyValue } from "../object.ts";
import { str } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { suggestion } from "../signature.ts";
import { plainText } from "./exception.ts";

/** A field's value as long as nothing has set it: from the arguments. */
type Initial = (self: PyException) => PyValue;
type Keep = (self: PyException) => unknown;
const keepers: [PyType, Keep][] = [];
/** Says how errors of a class keep what they have of their arguments when these change. */
export function keepFields(type: PyType, keep: Keep): void {
  keepers.push([type, keep]);
}

/** Declares fields of a class. They can be set and deleted, and deleted ones are None. */
export function defineFields(type: PyType, fields: { readonly [name: string]: Initial }): void {
  keepFields(type, (self) => {
    for (const [name, initial] of Object.entries(fields)) {
      const value = fieldOf(self, name, initial);
      self.fields ??= new Map();
      self.fields.set(name, value);
    }
  });
  for (const [name, initial] of Object.entries(fields)) {
    const set = (self: PyException, value: PyValue): void => {
      self.fields ??= new Map();
      self.fields.set(name, value);
    };
    defineMembers<PyException>(type, {
      [name]: [
        (self) => fieldOf(self, name, initial),
        set,
        (self) => {
          self.fields?.delete(name);
          if (initial(self) !== null) set(self, null);
        },
      ],
    });
  }
}
function fieldOf(self: PyException, name: string, initial: Initial): PyValue {
  const value = self.fields?.get(name);
  return value === undefined ? initial(self) : value;
}

/** Keeps what fields have of the arguments, which are about to change. */
export function fixFields(self: PyException): void {
  for (const [type, keep] of keepers) if (self.cls.isSubtype(type)) keep(self);
}

const none: Initial = () => null;
const only: Initial = ({ args }) => (args.length === 1 ? (args[0] as PyValue) : null);

// ---- fields given by keyword ---------------------------------------------------------------------

function takesKeywords(type: PyType, names: readonly string[]): void {
  defineMethods(type, {
    "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
      const fields = new Map<string, PyValue>();
      for (const [key, value] of kw.entries()) {
        if (!names.includes(key as string)) {
          const near = suggestion(key as string, names);
          const hint = near === undefined ? "" : `. Did you mean '${near}'?`;
          throw typeError(`${type.name}() got an unexpected keyword argument '${key}'${hint}`);
        }
        fields.set(key as string, value);
      }
      self.args = [...args.items];
      self.fields = fields;
      return null;
    },
  });
}
takesKeywords(AttributeError, ["name", "obj"]);
takesKeywords(NameError, ["name"]);
takesKeywords(ImportError, ["name", "path", "name_from"]);
defineFields(AttributeError, { name: none, obj: none });
defineFields(NameError, { name: none });
const importMessage: Initial = only;
defineFields(ImportError, { msg: importMessage, name: none, path: none, name_from: none });
defineMethods(ImportError, {
  "__str__()": (self: PyException) => {
    const message = fieldOf(self, "msg", importMessage);
    return typeof message === "string" ? message : plainText(self);
  },
});

// ---- fields that are arguments -------------------------------------------------------------------

/** Reads the arguments anew when `__init__` is called. */
function takesArguments(type: PyType): void {
  defineMethods(type, {
    "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
      if (kw.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
      self.args = [...args.items];
      self.fields = undefined;
      return null;
    },
  });
}
takesArguments(StopIteration);
defineFields(StopIteration, { value: ({ args }) => args[0] ?? null });
takesArguments(SystemExit);
defineFields(SystemExit, { code: (self) => (self.args.length > 1 ? tuple(self.args) : only(self)) });

// ---- SyntaxError ---------------------------------------------------------------------------------

const PLACE = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"];
const syntaxFields = {
  msg: ({ args }: PyException) => args[0] ?? null,
  ...Object.fromEntries([...PLACE, "print_file_and_line"].map((name) => [name, none])),
};
defineFields(SyntaxError_, syntaxFields);
defineMethods(SyntaxError_, {
  "__init__(*args, **kwargs)": (self: PyException, args: PyTuple, kw: PyDict) => {
    if (kw.size > 0) throw typeError(`${self.cls.name}() takes no keyword arguments`);
    self.args = [...args.items];
    self.fields = undefined;
    if (args.items.length !== 2) return null;
    const place = collect(args.items[1] as PyValue);
    if (place.length < 4 || place.length > 6) {
      const bound = place.length < 4 ? "at least 4" : "at most 6";
      throw typeError(`function takes ${bound} arguments (${place.length} given)`);
    }
    self.fields = new Map(
      PLACE.flatMap((name, i) => (i < place.length ? [[name, place[i] as PyValue]] : [])),
    );
    if (place.length === 5) throw typeError("end_offset must be provided when end_lineno is provided");
    return null;
  },
  "__str__()": (self: PyException) => {
    const text = str(fieldOf(self, "msg", syntaxFields.msg));
    const file = asStr(fieldOf(self, "filename", none));
    const line = fieldOf(self, "lineno", none);
    const name = file?.slice(file.lastIndexOf("/") + 1);
    const number = typeof line === "number" ? line : undefined;
    if (name !== undefined && number !== undefined) return `${text} (${name}, line ${number})`;
    if (name !== undefined) return `${text} (${name})`;
    return number === undefined ? text : `${text} (line ${number})`;
  },
});
