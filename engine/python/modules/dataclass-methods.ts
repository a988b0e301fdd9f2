// The methods that `@dataclass` writes.
import { getAttribute, getAttributeOr, plainSetAttribute, setAttribute } from "../attribute.ts";
import { PyDict } from "../dict.ts";
import { AttributeError, PyException, raise, typeError } from "../exceptions.ts";
import { call, call0, call1, method, type Native, PyFunction, recursionExceeded } from "../function.ts";
import { hash } from "../hash.ts";
import { asStr, makeType, NotImplemented, type PyObject, PyType, type PyValue, typeOf } from "../object.ts";
import { eq, ge, gt, le, lt, truth } from "../operators.ts";
import { repr, reprOnce } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import { plainSignature } from "../signature.ts";
import { S } from "../state.ts";
import { makeSuper } from "../super.ts";
import { FACTORY, MISSING, type PyField } from "./dataclass-field.ts";

/** Options of `@dataclass`, in the order in which CPython shows them. */
export interface DataclassOptions {
  readonly init: PyValue;
  readonly repr: PyValue;
  readonly eq: PyValue;
  readonly order: PyValue;
  readonly unsafe_hash: PyValue;
  readonly frozen: PyValue;
  readonly match_args: PyValue;
  readonly kw_only: PyValue;
  readonly slots: PyValue;
  readonly weakref_slot: PyValue;
}
/** The options by name and what they are when they are not given. */
export const OPTIONS: readonly (readonly [keyof DataclassOptions, boolean])[] = [
  ["init", true],
  ["repr", true],
  ["eq", true],
  ["order", false],
  ["unsafe_hash", false],
  ["frozen", false],
  ["match_args", true],
  ["kw_only", false],
  ["slots", false],
  ["weakref_slot", false],
];

/** `dataclasses.FrozenInstanceError`. */
export const FrozenInstanceError = makeType("FrozenInstanceError", {
  base: AttributeError,
  module: "dataclasses",
});
FrozenInstanceError.hasDict = true;

/** A function as `def` makes it, written here: it may call back into itself, so its depth is counted. */
export function native(owner: string, name: string, positional: string[], js: Native): PyFunction {
  return new PyFunction(name, `${owner}.${name}`, plainSignature(positional), counted(js));
}
function counted(js: Native): Native {
  return (...args) => {
    try {
      if (++S.depth > S.maxDepth) recursionExceeded();
      return js(...args);
    } finally {
      S.depth--;
    }
  };
}

// ---- methods -------------------------------------------------------------------------------------

/** Sets a method unless the class has one of its own; says whether it had. */
export function setNew(cls: PyType, name: string, value: PyValue): boolean {
  if (cls.dict.has(name)) return true;
  setAttribute(cls, name, value);
  return false;
}

export function initMethod(
  cls: PyType,
  fields: readonly PyField[],
  frozen: boolean,
  slots: boolean,
): PyFunction {
  const parameters = fields.filter((field) => truth(field.init));
  const standard = parameters.filter((field) => !truth(field.kwOnly));
  const keywords = parameters.filter((field) => truth(field.kwOnly));
  let optional: PyField | undefined;
  for (const field of standard) {
    if (field.hasDefault) optional = field;
    else if (optional !== undefined) {
      throw typeError(
        `non-default argument ${repr(field.key)} follows default argument ${repr(optional.key)}`,
      );
    }
  }
  const shownDefault = (field: PyField): PyValue => (field.default === MISSING ? FACTORY : field.default);
  const self = fields.some((field) => field.name === "self") ? "__dataclass_self__" : "self";
  const order = [...standard, ...keywords];
  const steps = fields.flatMap((field) => {
    const at = order.indexOf(field);
    const { factory } = field;
    const isVariable = field.kind === "_FIELD_INITVAR";
    if (at < 0 && factory === MISSING && !(slots && field.default !== MISSING)) return [];
    if (isVariable) return [];
    return [{ name: field.key, at: at + 1, factory, fallback: field.default }];
  });
  const postInit = getAttributeOr(cls, "__post_init__", undefined) !== undefined;
  const variables = fields.filter((field) => field.kind === "_FIELD_INITVAR");
  const assign = frozen ? plainSetAttribute : setAttribute;
  const js = (...args: PyValue[]): PyValue => {
    const object = args[0] as PyValue;
    for (const { name, at, factory, fallback } of steps) {
      let value = at > 0 ? (args[at] as PyValue) : fallback;
      if (factory !== MISSING && (at === 0 || value === FACTORY)) value = call0(factory);
      assign(object, name, value);
    }
    if (postInit) {
      // A variable that is no parameter is what the class says of it.
      const given = variables.map((field) => {
        const at = order.indexOf(field);
        return at < 0 ? getAttribute(object, field.key) : (args[at + 1] as PyValue);
      });
      method(object, "__post_init__", given, null);
    }
    return null;
  };
  const required = standard.filter((field) => !field.hasDefault).length;
  const kwDefaults = keywords.filter((field) => field.hasDefault);
  const f = new PyFunction(
    "__init__",
    `${cls.qualname}.__init__`,
    {
      positional: [self, ...standard.map((field) => field.key)],
      posonly: 0,
      required: required + 1,
      varargs: null,
      kwonly: keywords.map((field) => field.key),
      kwonlyRequired: keywords.map((field) => !field.hasDefault),
      varkw: null,
    },
    counted(js),
    {
      positional: standard.slice(required).map(shownDefault),
      kwonly:
        kwDefaults.length === 0 ? null : new Map(kwDefaults.map((field) => [field.key, shownDefault(field)])),
    },
  );
  const annotations = new PyDict();
  for (const field of order) annotations.set(field.key, field.type);
  annotations.set("return", null);
  f.annotations = annotations;
  return f;
}

const values = (self: PyValue, fields: readonly PyField[]): PyTuple =>
  tuple(fields.map((field) => getAttribute(self, field.key)));

export function reprMethod(cls: PyType, fields: readonly PyField[]): PyFunction {
  return native(cls.qualname, "__repr__", ["self"], (self: PyObject) =>
    reprOnce(self, "...", () => {
      const shown = fields.map((field) => `${field.key}=${repr(getAttribute(self, field.key))}`);
      return `${typeOf(self).qualname}(${shown.join(", ")})`;
    }),
  );
}
export function eqMethod(cls: PyType, fields: readonly PyField[]): PyFunction {
  return native(cls.qualname, "__eq__", ["self", "other"], (self: PyValue, other: PyValue) => {
    if (self === other) return true;
    if (typeOf(self) !== typeOf(other)) return NotImplemented;
    let result: PyValue = true;
    for (const { key } of fields) {
      result = eq(getAttribute(self, key), getAttribute(other, key));
      if (!truth(result)) break;
    }
    return result;
  });
}
export function frozenMethods(cls: PyType, fields: readonly PyField[]): [string, PyFunction][] {
  const names = new Set(fields.map((field) => field.key));
  const guard = (self: PyValue, name: PyValue, what: string): void => {
    if (typeOf(self) !== cls && !names.has(asStr(name) ?? "")) return;
    throw raise(new PyException(FrozenInstanceError, [`cannot ${what} field ${repr(name)}`]));
  };
  const next = (self: PyValue, name: string): PyValue => getAttribute(makeSuper(cls, self), name);
  return [
    [
      "__setattr__",
      native(
        cls.qualname,
        "__setattr__",
        ["self", "name", "value"],
        (self: PyValue, name: PyValue, value: PyValue) => {
          guard(self, name, "assign to");
          call(next(self, "__setattr__"), [name, value], null);
          return null;
        },
      ),
    ],
    [
      "__delattr__",
      native(cls.qualname, "__delattr__", ["self", "name"], (self: PyValue, name: PyValue) => {
        guard(self, name, "delete");
        call1(next(self, "__delattr__"), name);
        return null;
      }),
    ],
  ];
}

export function setOrder(cls: PyType, fields: readonly PyField[]): void {
  const compared = fields.filter((field) => truth(field.compare));
  for (const [name, compare] of Object.entries({ __lt__: lt, __le__: le, __gt__: gt, __ge__: ge })) {
    const f = native(cls.qualname, name, ["self", "other"], (self: PyValue, other: PyValue) =>
      typeOf(self) === typeOf(other)
        ? compare(values(self, compared), values(other, compared))
        : NotImplemented,
    );
    if (setNew(cls, name, f)) {
      throw typeError(
        `Cannot overwrite attribute ${name} in class ${cls.name} Consider using functools.total_ordering`,
      );
    }
  }
}

/** `__hash__`, by what was asked for and what the class has: CPython's table. */
export function setHash(
  cls: PyType,
  fields: readonly PyField[],
  options: DataclassOptions,
  explicit: boolean,
): void {
  const [unsafe, equality, frozen] = [options.unsafe_hash, options.eq, options.frozen].map(truth);
  if (unsafe && explicit) throw typeError(`Cannot overwrite attribute __hash__ in class ${cls.name}`);
  if (unsafe || (equality && frozen && !explicit)) {
    const hashed = fields.filter((field) => truth(field.hash === null ? field.compare : field.hash));
    setAttribute(
      cls,
      "__hash__",
      native(cls.qualname, "__hash__", ["self"], (self: PyValue) => hash(values(self, hashed))),
    );
  } else if (equality && !explicit) setAttribute(cls, "__hash__", null);
}

// ---- the class's text ----------------------------------------------------------------------------

function annotationText(annotation: PyValue): string {
  if (annotation instanceof PyType) {
    const module = getAttributeOr(annotation, "__module__", "builtins");
    return module === "builtins" ? annotation.qualname : `${String(module)}.${annotation.qualname}`;
  }
  const shown = repr(annotation);
  const typing = getAttributeOr(annotation, "__module__", null) === "typing";
  return typing ? shown.replace(/[\w.]+/g, (name) => name.replace(/^typing\./, "")) : shown;
}
/** The parameters of a method without its first, as `inspect.signature` shows them. */
export function signatureText(f: PyFunction): string {
  const { sig, defaults } = f;
  if (sig.positional.length === 0 && sig.varargs === null) return "";
  const annotations = f.annotations instanceof PyDict ? f.annotations : new PyDict();
  const show = (name: string, fallback: PyValue | undefined, stars = ""): string => {
    const annotation = annotations.get(name);
    const typed = annotation === undefined ? "" : `: ${annotationText(annotation)}`;
    const spaced = annotation === undefined ? "=" : " = ";
    return stars + name + typed + (fallback === undefined ? "" : spaced + repr(fallback));
  };
  const first = sig.positional.length - defaults.positional.length;
  const parts = sig.positional.map((name, i) =>
    show(name, i < first ? undefined : defaults.positional[i - first]),
  );
  if (sig.posonly > 1) parts.splice(sig.posonly, 0, "/");
  if (sig.varargs !== null) parts.push(show(sig.varargs, undefined, "*"));
  else if (sig.kwonly.length > 0) parts.push("*");
  for (const name of sig.kwonly) parts.push(show(name, defaults.kwonly?.get(name)));
  if (sig.varkw !== null) parts.push(show(sig.varkw, undefined, "**"));
  const result = annotations.get("return");
  const shown = result === undefined || result === null ? "" : ` -> ${annotationText(result)}`;
  return `(${parts.slice(1).join(", ")})${shown}`;
}
