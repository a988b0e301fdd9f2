// What a dataclass is made of: `Field`, `InitVar`, and the marks `MISSING` and `KW_ONLY`.
import { getAttribute } from "../attribute.ts";
import { PyDict } from "../dict.ts";
import { valueError } from "../exceptions.ts";
import {
  call,
  callWithSelf,
  defineClassMethods,
  defineMembers,
  defineMethods,
  defineStatic,
} from "../function.ts";
import { makeType, PyObject, PyType, type PyValue, typeOf } from "../object.ts";
import { repr, reprOnce } from "../representation.ts";
import { genericAlias } from "../types/generic-alias.ts";
import { mappingProxyType } from "../types/mapping-proxy.ts";
import { pythonMethods } from "./python-function.ts";

/** A value that only stands for itself. */
class Mark extends PyObject {
  constructor(name: string) {
    super();
    this.cls = makeType(name, { module: "dataclasses", subclassable: false });
  }
}
/** No default. */
export const MISSING: PyObject = new Mark("_MISSING_TYPE");
/** As an annotation: the fields behind it are keyword-only. */
export const KW_ONLY: PyObject = new Mark("_KW_ONLY_TYPE");
/** The default that `__init__` shows for a field with a factory. */
export const FACTORY: PyObject = new Mark("_HAS_DEFAULT_FACTORY_CLASS");
defineMethods(FACTORY.cls, { "__repr__()": () => "<factory>" });

/** What a field is for. */
export type FieldKind = "_FIELD" | "_FIELD_CLASSVAR" | "_FIELD_INITVAR";

/** A `dataclasses.Field`. */
export class PyField extends PyObject {
  name: PyValue = null;
  type: PyValue = null;
  default: PyValue;
  factory: PyValue;
  init: PyValue;
  repr: PyValue;
  hash: PyValue;
  compare: PyValue;
  metadata: PyValue;
  kwOnly: PyValue;
  kind: FieldKind | null = null;
  constructor(options: FieldOptions) {
    super();
    this.default = options.default === undefined ? MISSING : options.default;
    this.factory = options.factory === undefined ? MISSING : options.factory;
    this.init = options.init === undefined ? true : options.init;
    this.repr = options.repr === undefined ? true : options.repr;
    this.hash = options.hash ?? null;
    this.compare = options.compare === undefined ? true : options.compare;
    this.metadata = call(mappingProxyType, [options.metadata ?? new PyDict()], null);
    this.kwOnly = options.kwOnly === undefined ? MISSING : options.kwOnly;
  }
  /** The name, of a field that is in a class. */
  get key(): string {
    return this.name as string;
  }
  get hasDefault(): boolean {
    return this.default !== MISSING || this.factory !== MISSING;
  }
}
/** Options of `field()`, as they were given. */
export interface FieldOptions {
  readonly default?: PyValue | undefined;
  readonly factory?: PyValue | undefined;
  readonly init?: PyValue | undefined;
  readonly repr?: PyValue | undefined;
  readonly hash?: PyValue | undefined;
  readonly compare?: PyValue | undefined;
  readonly metadata?: PyValue | undefined;
  readonly kwOnly?: PyValue | undefined;
}
export const fieldType: PyType = makeType("Field", { of: PyField, module: "dataclasses" });
const PROPERTIES: readonly [shown: string, key: Exclude<keyof PyField & keyof FieldSlots, "kind">][] = [
  ["name", "name"],
  ["type", "type"],
  ["default", "default"],
  ["default_factory", "factory"],
  ["init", "init"],
  ["repr", "repr"],
  ["hash", "hash"],
  ["compare", "compare"],
  ["metadata", "metadata"],
  ["kw_only", "kwOnly"],
];
type FieldSlots = Pick<
  PyField,
  "name" | "type" | "default" | "factory" | "init" | "repr" | "hash" | "compare" | "metadata" | "kwOnly"
>;
pythonMethods(fieldType, {
  "__repr__()": (self: PyField) =>
    reprOnce(
      self,
      "...",
      () =>
        `Field(${PROPERTIES.map(([shown, key]) => `${shown}=${repr(self[key])}`).join(",")},_field_type=${self.kind ?? "None"})`,
    ),
  "__set_name__(owner, name)": (self: PyField, owner: PyValue, name: PyValue) => {
    const hook = typeOf(self.default).lookup("__set_name__");
    if (hook !== undefined) callWithSelf(hook, self.default, [owner, name], null);
    return null;
  },
});
defineMembers<PyField>(
  fieldType,
  Object.fromEntries(
    PROPERTIES.map(([shown, key]) => [
      shown,
      [(self: PyField) => self[key], (self: PyField, value: PyValue) => void (self[key] = value)],
    ]),
  ),
);
defineClassMethods(fieldType, { "__class_getitem__(item, /)": genericAlias });

/** `dataclasses.field(…)`. */
export function makeField(options: FieldOptions): PyField {
  if (options.default !== undefined && options.factory !== undefined) {
    if (options.default !== MISSING && options.factory !== MISSING)
      throw valueError("cannot specify both default and default_factory");
  }
  return new PyField(options);
}

/** `dataclasses.InitVar[type]`. */
export class PyInitVar extends PyObject {
  type: PyValue;
  constructor(type: PyValue) {
    super();
    this.type = type;
  }
}
export const initVarType: PyType = makeType("InitVar", { of: PyInitVar, module: "dataclasses" });
defineStatic(initVarType, { "__new__(cls, type)": (_cls, type: PyValue) => new PyInitVar(type) });
defineClassMethods(initVarType, {
  "__class_getitem__(type, /)": (_cls: PyType, type: PyValue) => new PyInitVar(type),
});
defineMethods(initVarType, {
  "__init__(*args, **kwargs)": () => null,
  "__repr__()": ({ type }: PyInitVar) =>
    `dataclasses.InitVar[${type instanceof PyType ? String(getAttribute(type, "__name__")) : repr(type)}]`,
});
defineMembers<PyInitVar>(initVarType, {
  type: [(self) => self.type, (self, value) => void (self.type = value)],
});
