// Modules: what `import` finds.
import { describe, getAttributeOr } from "./attribute.ts";
import { ImportError, ModuleNotFoundError, PyException, raise, typeError } from "./exceptions.ts";
import { builtin, defineMethods, type Native, PyBuiltin } from "./function.ts";
import { bringAllModules, bringModule } from "./later.ts";
import { makeType, PyObject, type PyType, type PyValue } from "./object.ts";
import { publicNames } from "./public-names.ts";
import { list } from "./sequence.ts";
import { isStandardModule } from "./standard-modules.ts";
import { perEvaluation } from "./state.ts";

/** A module. Its attributes cannot be set: it is shared by all evaluations. */
export class PyModule extends PyObject {
  readonly name: string;
  readonly attributes: Map<string, PyValue>;
  /** Attributes that a program can change: each evaluation gets its own. */
  readonly fresh: ReadonlyMap<string, () => PyValue>;
  constructor(
    name: string,
    attributes: Map<string, PyValue>,
    fresh: ReadonlyMap<string, () => PyValue> = new Map(),
  ) {
    super();
    this.name = name;
    this.attributes = attributes;
    this.fresh = fresh;
    attributes.set("__name__", name);
    attributes.set("__doc__", null);
  }
}
export const moduleType = makeType("module", { of: PyModule, subclassable: false });
moduleType.readHook = (object, name) => {
  const module = object as PyModule;
  if (name === "__class__") return moduleType;
  const value = module.attributes.get(name);
  return value === undefined ? module.fresh.get(name)?.() : value;
};
describe.set(moduleType, (object) => `module '${(object as PyModule).name}'`);
defineMethods(moduleType, {
  "__repr__()": (self: PyModule) => `<module '${self.name}' (built-in)>`,
  "__setattr__(name, value, /)": (self: PyModule, name: PyValue) => {
    throw typeError(
      `cannot set '${String(name)}' attribute of module '${self.name}': modules are shared and read-only in an expression`,
    );
  },
  "__delattr__(name, /)": (self: PyModule, name: PyValue) => {
    throw typeError(
      `cannot delete '${String(name)}' attribute of module '${self.name}': modules are shared and read-only in an expression`,
    );
  },
  "__dir__()": (self: PyModule) => list([...self.attributes.keys(), ...self.fresh.keys()].sort()),
});

/** Modules by full name. */
const registry = new Map<string, PyModule>();

/**
 * Registers a module: values by name, and functions by declaration (`"sqrt(x, /)"`).
 * A dotted name also becomes an attribute of its package.
 */
export function defineModule(
  name: string,
  content: {
    values?: { [name: string]: PyValue };
    functions?: { [declaration: string]: Native };
    types?: PyType[];
    /** Makers of values that can be changed, lists for example. */
    fresh?: { [name: string]: () => PyValue };
  },
): PyModule {
  const attributes = new Map<string, PyValue>(Object.entries(content.values ?? {}));
  for (const [declaration, js] of Object.entries(content.functions ?? {})) {
    const f = builtin(declaration, js);
    attributes.set(f.name, f);
  }
  for (const type of content.types ?? []) attributes.set(type.qualname, type);
  for (const value of attributes.values()) {
    if (value instanceof PyBuiltin && value.owner === null && value.module === "builtins")
      value.module = name;
  }
  const fresh = Object.entries(content.fresh ?? {}).map(([key, make]): [string, () => PyValue] => [
    key,
    perEvaluation(make),
  ]);
  const names = publicNames(name);
  if (names !== undefined) fresh.push(["__all__", perEvaluation(() => list(names))]);
  // A submodule may have been defined first.
  for (const [key, value] of registry.get(name)?.attributes ?? []) {
    if (value instanceof PyModule) attributes.set(key, value);
  }
  const module = new PyModule(name, attributes, new Map(fresh));
  registry.set(name, module);
  const dot = name.lastIndexOf(".");
  if (dot > 0) {
    const parent = name.slice(0, dot);
    const owner = registry.get(parent) ?? defineModule(parent, {});
    owner.attributes.set(name.slice(dot + 1), module);
  }
  return module;
}

/** Names of all modules. */
export function moduleNames(): string[] {
  bringAllModules();
  return [...registry.keys()].sort();
}

/** What to use instead of modules and names that cannot be imported, by full name; a package's holds for what is in it. */
export const advice: Map<string, string> = new Map();

/** What the refusal of a module says of it beside its name; nothing where CPython and authentik have none of that name. */
export function hintFor(name: string): string {
  for (let known = name; known !== ""; known = known.slice(0, Math.max(0, known.lastIndexOf(".")))) {
    const text = advice.get(known);
    if (text !== undefined) return ` (not available in an expression: ${text})`;
  }
  return isStandard(name) ? " (not available in an expression)" : "";
}
/** True for a module of CPython's, and for whatever is in one of which nothing is here. */
function isStandard(name: string): boolean {
  const top = name.split(".")[0] as string;
  return isStandardModule(name) || (isStandardModule(top) && !registry.has(top));
}
const isPackage = (name: string): boolean =>
  [...registry.keys()].some((known) => known.startsWith(`${name}.`));

function find(name: string): PyModule {
  bringModule(name);
  const module = registry.get(name);
  if (module !== undefined) return module;
  const top = name.split(".")[0] as string;
  const hint = hintFor(name);
  const parent = name.includes(".") ? registry.get(name.slice(0, name.lastIndexOf("."))) : undefined;
  const exception = new PyException(ModuleNotFoundError, [
    parent !== undefined && !isPackage(parent.name) && hint === ""
      ? `No module named '${name}'; '${parent.name}' is not a package`
      : `No module named '${registry.has(top) ? name : top}'${hint}`,
  ]);
  exception.fields = new Map<string, PyValue>([["name", name]]);
  throw raise(exception);
}

/** `import name` (gives the top package) or `import name as …` (gives the module itself). */
export function importModule(name: string, whole: boolean): PyValue {
  const module = find(name);
  return whole ? module : find(name.split(".")[0] as string);
}

/** `from module import name`. */
export function importFrom(module: string, name: string, level: number): PyValue {
  if (level > 0) {
    throw raise(new PyException(ImportError, ["attempted relative import with no known parent package"]));
  }
  const found = find(module);
  const value = getAttributeOr(found, name, undefined);
  if (value !== undefined) return value;
  const exception = new PyException(ImportError, [
    `cannot import name '${name}' from '${module}'${hintFor(`${module}.${name}`) || " (unknown location)"}`,
  ]);
  exception.fields = new Map<string, PyValue>([
    ["name", module],
    ["name_from", name],
  ]);
  throw raise(exception);
}
