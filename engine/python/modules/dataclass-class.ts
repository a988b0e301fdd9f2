// `@dataclass`: how the fields of a class become its methods.
import {
  deleteAttribute,
  getAttribute,
  getAttributeOr,
  plainSetAttribute,
  setAttribute,
} from "../attribute.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { AttributeError, attributeError, PyException, raise, typeError, valueError } from "../exceptions.ts";
import {
  call,
  call0,
  call1,
  defineMembers,
  method,
  type Native,
  PyFunction,
  PyGetSet,
  recursionExceeded,
} from "../function.ts";
import { hash } from "../hash.ts";
import { collect } from "../iterator.ts";
import {
  asStr,
  type KwArgs,
  makeType,
  NotImplemented,
  objectType,
  PyObject,
  PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { eq, ge, gt, le, lt, truth } from "../operators.ts";
import { repr, reprOnce } from "../representation.ts";
import { type PyTuple, tuple } from "../sequence.ts";
import type { Signature } from "../signature.ts";
import { S } from "../state.ts";
import { makeSuper } from "../super.ts";
import {
  FACTORY,
  type FieldKind,
  initVarType,
  KW_ONLY,
  MISSING,
  PyField,
  PyInitVar,
} from "./dataclass-field.ts";

export const FIELDS = "__dataclass_fields__";
const PARAMS = "__dataclass_params__";

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

class Params extends PyObject {
  readonly options: DataclassOptions;
  constructor(options: DataclassOptions) {
    super();
    this.options = options;
  }
}
const paramsType = makeType("_DataclassParams", { of: Params, module: "dataclasses", subclassable: false });
paramsType.dict.set(
  "__repr__",
  native("_DataclassParams", "__repr__", ["self"], (self: Params) => {
    const shown = OPTIONS.map(([name]) => `${name}=${repr(self.options[name])}`);
    return `_DataclassParams(${shown.join(",")})`;
  }),
);
defineMembers<Params>(
  paramsType,
  Object.fromEntries(OPTIONS.map(([name]) => [name, (self: Params) => self.options[name]])),
);

/** `dataclasses.FrozenInstanceError`. */
export const FrozenInstanceError = makeType("FrozenInstanceError", {
  base: AttributeError,
  module: "dataclasses",
});
FrozenInstanceError.hasDict = true;

/** A function as `def` makes it, written here: it may call back into itself, so its depth is counted. */
function native(owner: string, name: string, positional: string[], js: Native): PyFunction {
  const sig: Signature = {
    positional,
    posonly: 0,
    required: positional.length,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw: null,
  };
  return new PyFunction(name, `${owner}.${name}`, sig, counted(js));
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

// ---- fields --------------------------------------------------------------------------------------

/** Is it `typing.ClassVar`, or that of some type? Filled in by `typing`. */
export const classVariable: { test: (annotation: PyValue) => boolean } = { test: () => false };

function kindOf(annotation: PyValue): FieldKind {
  if (classVariable.test(annotation)) return "_FIELD_CLASSVAR";
  return annotation === initVarType || annotation instanceof PyInitVar ? "_FIELD_INITVAR" : "_FIELD";
}

function fieldOf(cls: PyType, name: string, annotation: PyValue, kwOnly: PyValue): PyField {
  let value: PyValue = getAttributeOr(cls, name, MISSING);
  let field: PyField;
  if (value instanceof PyField) field = value;
  else {
    // What `__slots__` put there is no default.
    if (value instanceof PyGetSet && typeOf(value).name === "member_descriptor") value = MISSING;
    field = new PyField({ default: value });
  }
  field.name = name;
  field.type = annotation;
  field.kind = kindOf(annotation);
  if (field.kind !== "_FIELD" && field.factory !== MISSING) {
    throw typeError(`field ${name} cannot have a default factory`);
  }
  if (field.kind !== "_FIELD_CLASSVAR") {
    if (field.kwOnly === MISSING) field.kwOnly = kwOnly;
  } else if (field.kwOnly !== MISSING) {
    throw typeError(`field ${name} is a ClassVar but specifies kw_only`);
  }
  if (field.kind === "_FIELD" && typeOf(field.default).lookup("__hash__") === null) {
    throw valueError(
      `mutable default ${repr(typeOf(field.default))} for field ${name} is not allowed: use default_factory`,
    );
  }
  return field;
}

/** The fields of a dataclass or of its instance, class variables and `InitVar`s among them. */
export function allFields(value: PyValue): PyField[] | undefined {
  const fields = getAttributeOr(value, FIELDS, undefined);
  return fields instanceof PyDict ? ([...fields.values()] as PyField[]) : undefined;
}
/** The fields proper. */
export function properFields(value: PyValue): PyField[] | undefined {
  return allFields(value)?.filter((field) => field.kind === "_FIELD");
}

function inherited(cls: PyType, frozen: boolean, fields: Map<string, PyField>): void {
  let any = false;
  let all: boolean | undefined;
  for (const base of cls.mro.slice(1).reverse()) {
    const known = allFields(base);
    if (known === undefined) continue;
    for (const field of known) fields.set(field.key, field);
    const params = getAttribute(base, PARAMS);
    const baseFrozen = truth(getAttribute(params, "frozen"));
    any ||= baseFrozen;
    all = (all ?? true) && baseFrozen;
  }
  if (any && !frozen) throw typeError("cannot inherit non-frozen dataclass from a frozen one");
  if (all === false && frozen) throw typeError("cannot inherit frozen dataclass from a non-frozen one");
}

function ownFields(cls: PyType, options: DataclassOptions): PyField[] {
  const annotations = cls.dict.get("__annotations__");
  const found: PyField[] = [];
  let { kw_only: kwOnly } = options;
  let seen = false;
  for (const [key, annotation] of annotations instanceof PyDict ? annotations.entries() : []) {
    const name = key as string;
    if (annotation === KW_ONLY) {
      if (seen) throw typeError(`${repr(name)} is KW_ONLY, but KW_ONLY has already been specified`);
      seen = true;
      kwOnly = true;
    } else found.push(fieldOf(cls, name, annotation, kwOnly));
  }
  for (const field of found) {
    if (!(getAttributeOr(cls, field.key, null) instanceof PyField)) continue;
    if (field.default === MISSING) deleteAttribute(cls, field.key);
    else setAttribute(cls, field.key, field.default);
  }
  for (const [name, value] of cls.dict) {
    if (value instanceof PyField && !(annotations instanceof PyDict && annotations.has(name))) {
      throw typeError(`${repr(name)} is a field but has no type annotation`);
    }
  }
  return found;
}

// ---- methods -------------------------------------------------------------------------------------

/** Sets a method unless the class has one of its own; says whether it had. */
function setNew(cls: PyType, name: string, value: PyValue): boolean {
  if (cls.dict.has(name)) return true;
  setAttribute(cls, name, value);
  return false;
}

function initMethod(cls: PyType, fields: readonly PyField[], frozen: boolean, slots: boolean): PyFunction {
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

function reprMethod(cls: PyType, fields: readonly PyField[]): PyFunction {
  return native(cls.qualname, "__repr__", ["self"], (self: PyObject) =>
    reprOnce(self, "...", () => {
      const shown = fields.map((field) => `${field.key}=${repr(getAttribute(self, field.key))}`);
      return `${typeOf(self).qualname}(${shown.join(", ")})`;
    }),
  );
}
function eqMethod(cls: PyType, fields: readonly PyField[]): PyFunction {
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
function frozenMethods(cls: PyType, fields: readonly PyField[]): [string, PyFunction][] {
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

function setOrder(cls: PyType, fields: readonly PyField[]): void {
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
function setHash(
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
function signatureText(f: PyFunction): string {
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

// ---- replace -------------------------------------------------------------------------------------

/** A new object with some fields changed. */
export function replaceFields(self: PyValue, changes: PyDict): PyValue {
  const kw: KwArgs = new Map();
  for (const [name, value] of changes.entries()) kw.set(name as string, value);
  for (const field of allFields(self) ?? []) {
    if (field.kind === "_FIELD_CLASSVAR") continue;
    if (!truth(field.init)) {
      if (!kw.has(field.key)) continue;
      throw typeError(
        `field ${field.key} is declared with init=False, it cannot be specified with replace()`,
      );
    }
    if (kw.has(field.key)) continue;
    if (field.kind === "_FIELD_INITVAR" && field.default === MISSING) {
      throw typeError(`InitVar ${repr(field.key)} must be specified with replace()`);
    }
    kw.set(field.key, getAttribute(self, field.key));
  }
  return call(typeOf(self), [], kw);
}
const replaceFunction = new PyFunction(
  "_replace",
  "_replace",
  {
    positional: ["self"],
    posonly: 1,
    required: 1,
    varargs: null,
    kwonly: [],
    kwonlyRequired: [],
    varkw: "changes",
  },
  replaceFields,
);

// ---- the decorator -------------------------------------------------------------------------------

/** Makes a class a dataclass; with `slots`, another one takes its place. */
export function processClass(cls: PyValue, options: DataclassOptions): PyValue {
  if (!(cls instanceof PyType)) {
    throw attributeError(cls, "__module__", `'${typeOf(cls).name}' object has no attribute '__module__'`);
  }
  const frozen = truth(options.frozen);
  setAttribute(cls, PARAMS, new Params(options));
  const fields = new Map<string, PyField>();
  const own = (): void => {
    for (const field of ownFields(cls, options)) fields.set(field.key, field);
  };
  // Mistakes of the class itself come before those of inheritance, whose fields come before its own.
  const before = new Map<string, PyField>();
  let failure: unknown;
  try {
    inherited(cls, frozen, before);
  } catch (error) {
    failure = error;
  }
  for (const [name, field] of before) fields.set(name, field);
  own();
  if (failure !== undefined) throw failure;
  setAttribute(cls, FIELDS, dictFromMap(fields));
  const ownHash = cls.dict.get("__hash__");
  const explicit = !(ownHash === undefined || (ownHash === null && cls.dict.has("__eq__")));
  if (truth(options.order) && !truth(options.eq)) throw valueError("eq must be true if order is true");
  const initialised = [...fields.values()].filter((field) => field.kind !== "_FIELD_CLASSVAR");
  const init = truth(options.init) ? initMethod(cls, initialised, frozen, truth(options.slots)) : undefined;
  setNew(cls, "__replace__", replaceFunction);
  const proper = initialised.filter((field) => field.kind === "_FIELD");
  if (init !== undefined) setNew(cls, "__init__", init);
  if (truth(options.repr))
    setNew(
      cls,
      "__repr__",
      reprMethod(
        cls,
        proper.filter((field) => truth(field.repr)),
      ),
    );
  if (truth(options.eq))
    setNew(
      cls,
      "__eq__",
      eqMethod(
        cls,
        proper.filter((field) => truth(field.compare)),
      ),
    );
  if (truth(options.order)) setOrder(cls, proper);
  if (frozen) {
    for (const [name, f] of frozenMethods(cls, proper)) {
      if (setNew(cls, name, f)) throw typeError(`Cannot overwrite attribute ${name} in class ${cls.name}`);
    }
  }
  setHash(cls, proper, options, explicit);
  if (!truth(getAttribute(cls, "__doc__"))) {
    const own = typeOf(cls).lookup("__call__");
    const constructor = own instanceof PyFunction ? own : cls.lookup("__init__");
    const text = constructor instanceof PyFunction ? signatureText(constructor) : "()";
    setAttribute(cls, "__doc__", cls.name + text);
  }
  if (truth(options.match_args)) {
    const matched = initialised.filter((field) => truth(field.init) && !truth(field.kwOnly));
    setNew(cls, "__match_args__", tuple(matched.map((field) => field.key)));
  }
  if (!truth(options.slots)) {
    if (truth(options.weakref_slot)) throw typeError("weakref_slot is True but slots is False");
    return cls;
  }
  return withSlots(cls, proper, truth(options.weakref_slot));
}

function slotsOf(cls: PyType): string[] {
  const own = cls.dict.get("__slots__");
  if (own === undefined) return cls.builtin ? [] : ["__weakref__", "__dict__"];
  const text = asStr(own);
  if (text !== undefined) return [text];
  if (typeOf(own).lookup("__next__") !== undefined)
    throw typeError(`Slots of '${cls.name}' cannot be determined`);
  return collect(own).map((name) => asStr(name) ?? "");
}

function withSlots(cls: PyType, fields: readonly PyField[], weakref: boolean): PyValue {
  if (cls.dict.has("__slots__")) throw typeError(`${cls.name} already specifies __slots__`);
  const entries = new Map(cls.dict);
  const taken = new Set(cls.mro.slice(1).flatMap((base) => (base === objectType ? [] : slotsOf(base))));
  const names = [...fields.map((field) => field.key), ...(weakref ? ["__weakref__"] : [])];
  entries.set("__slots__", tuple(names.filter((name) => !taken.has(name))));
  for (const name of [...fields.map((field) => field.key), "__dict__", "__weakref__"]) entries.delete(name);
  const made = call(typeOf(cls), [cls.name, tuple(cls.bases), dictFromMap(entries)], null);
  setAttribute(made, "__qualname__", cls.qualname);
  return made;
}

/** Is it an instance of a dataclass? */
export function isDataclassInstance(value: PyValue): boolean {
  return getAttributeOr(typeOf(value), FIELDS, undefined) !== undefined;
}
