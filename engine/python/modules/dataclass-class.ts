// `@dataclass`: how the fields of a class become its methods.
import { deleteAttribute, getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { dictFromMap, PyDict } from "../dict.ts";
import { attributeError, typeError, valueError } from "../exceptions.ts";
import { call, defineMembers, PyFunction, PyGetSet } from "../function.ts";
import { collect } from "../iterator.ts";
import {
  asStr,
  type KwArgs,
  makeType,
  objectType,
  PyObject,
  PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { plainSignature } from "../signature.ts";
import { type FieldKind, initVarType, KW_ONLY, MISSING, PyField, PyInitVar } from "./dataclass-field.ts";

import {
  type DataclassOptions,
  eqMethod,
  frozenMethods,
  initMethod,
  native,
  OPTIONS,
  reprMethod,
  setHash,
  setNew,
  setOrder,
  signatureText,
} from "./dataclass-methods.ts";

export const FIELDS = "__dataclass_fields__";
const PARAMS = "__dataclass_params__";

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
  plainSignature(["self"], 1, "changes"),
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
