// How instances of an author's class are laid out: which base decides, what `__slots__` adds, the C3 order.
import { attributeError, BaseException, type PyException, typeError, valueError } from "./exceptions.ts";
import { callWithSelf, PyBuiltin, PyGetSet, PyMember } from "./function.ts";
import { collect, iter } from "./iterator.ts";
import { asStr, type PyObject, PyType, type PyValue, typeName } from "./object.ts";
import { perEvaluation } from "./state.ts";
import { isIdentifier } from "./unicode.ts";

// ---- the order of bases --------------------------------------------------------------------------

/** C3 linearisation of a class with these bases; TypeError where there is none. */
function linearise(self: PyType, bases: readonly PyType[]): PyType[] {
  const sequences = [...bases.map((base) => [...base.mro]), [...bases]];
  const order = [self];
  for (;;) {
    const rest = sequences.filter((s) => s.length > 0);
    if (rest.length === 0) return order;
    const next = rest.map((s) => s[0] as PyType).find((head) => rest.every((s) => !s.includes(head, 1)));
    if (next === undefined) {
      const names = [...new Set(rest.map((s) => (s[0] as PyType).name))].join(", ");
      throw typeError(`Cannot create a consistent method resolution order (MRO) for bases ${names}`);
    }
    order.push(next);
    for (const s of rest) if (s[0] === next) s.shift();
  }
}

/** `type.mro(cls)`. */
export function defaultOrder(type: PyType): PyType[] {
  const twice = type.bases.find((base, i) => type.bases.indexOf(base) < i);
  if (twice !== undefined) throw typeError(`duplicate base class ${twice.name}`);
  return type.bases.length === 0 ? [type] : linearise(type, type.bases);
}

/** The MRO as the metaclass has it: its `mro()` may be the author's. */
export function orderOf(type: PyType): PyType[] {
  const custom = type.cls.lookup("mro");
  if (custom === undefined || custom instanceof PyBuiltin) return defaultOrder(type);
  const order: PyType[] = [];
  const it = iter(callWithSelf(custom, type, [], null));
  for (let item = it.next(); item !== undefined; item = it.next()) {
    if (!(item instanceof PyType)) throw typeError(`mro() returned a non-class ('${typeName(item)}')`);
    if (item !== type && !solidOf(type.base as PyType).isSubtype(solidOf(item)))
      throw typeError(`mro() returned base with unsuitable layout ('${item.name}')`);
    order.push(item);
  }
  return order;
}

// ---- the base that decides -----------------------------------------------------------------------

/** Exceptions that have fields of their own in CPython: a class can have only one line of them. */
const EXCEPTIONS_WITH_FIELDS = new Set([
  "AttributeError",
  "BaseException",
  "BaseExceptionGroup",
  "ImportError",
  "NameError",
  "OSError",
  "StopIteration",
  "SyntaxError",
  "SystemExit",
  "UnicodeDecodeError",
  "UnicodeEncodeError",
  "UnicodeTranslateError",
]);

function solidOf(type: PyType): PyType {
  if (!type.builtin) return type.solid;
  if (!type.isSubtype(BaseException)) return type.layout;
  return type.mro.find((t) => t.module === "builtins" && EXCEPTIONS_WITH_FIELDS.has(t.name)) as PyType;
}

function bestBase(bases: readonly PyType[]): { base: PyType; solid: PyType } {
  let base = bases[0] as PyType;
  let solid = solidOf(base);
  for (const other of bases.slice(1)) {
    const candidate = solidOf(other);
    if (solid.isSubtype(candidate)) continue;
    if (!candidate.isSubtype(solid)) throw typeError("multiple bases have instance lay-out conflict");
    base = other;
    solid = candidate;
  }
  return { base, solid };
}

/** The built-in type whose JavaScript class holds instances. */
function storage(solid: PyType): PyType {
  if (!solid.builtin) return solid.layout;
  return solid.isSubtype(BaseException) ? BaseException : solid;
}

/** Gives a new class its bases, from which everything about its layout follows; the order of them comes last. */
export function layOut(type: PyType, bases: readonly PyType[]): void {
  const { base, solid } = bestBase(bases);
  type.bases = [...bases];
  type.base = base;
  type.solid = solid;
  type.layout = storage(solid);
}

// ---- derived classes --------------------------------------------------------------------------------

const ofBuiltin = perEvaluation(() => new Map<PyType, PyType[]>());
/** The author's classes that derive from `type` directly: those of a built-in type live for one evaluation. */
export function subclassesOf(type: PyType): PyType[] {
  if (!type.builtin) return type.derived;
  let known = ofBuiltin().get(type);
  if (known === undefined) {
    known = [];
    ofBuiltin().set(type, known);
  }
  return known;
}
/** `type.__subclasses__()`; of the built-in ones, those that registered in `derived`. */
export function directSubclasses(type: PyType): readonly PyType[] {
  return type.builtin ? [...type.derived, ...(ofBuiltin().get(type) ?? [])] : type.derived;
}

/** `cls.__bases__ = bases`. */
export function replaceBases(type: PyType, bases: readonly PyType[]): void {
  for (const base of bases) {
    if (base.isSubtype(type)) throw typeError("a __bases__ item causes an inheritance cycle");
  }
  const { base, solid } = bestBase(bases);
  const before = type.base as PyType;
  if (solid !== solidOf(before) || base.hasDict !== before.hasDict) {
    throw typeError(`__bases__ assignment: '${base.name}' object layout differs from '${before.name}'`);
  }
  for (const old of type.bases) {
    const known = subclassesOf(old);
    known.splice(known.indexOf(type), 1);
  }
  type.bases = [...bases];
  type.base = base;
  for (const now of bases) subclassesOf(now).push(type);
  reorder(type);
  type.changed();
}
function reorder(type: PyType): void {
  type.mro = orderOf(type);
  for (const derived of type.derived) reorder(derived);
}

// ---- __slots__, __dict__, __weakref__ --------------------------------------------------------------

/** Built-in types whose instances differ in size: nothing can be put behind them. */
const VARIABLE_SIZE = new Set(["bytes", "int", "tuple", "type"]);

/** What the class adds to its instances: `__dict__` and `__weakref__`, or what `__slots__` names. */
export function addSlots(type: PyType, slots: readonly string[] | null): void {
  const base = type.base as PyType;
  const mayHaveDict = !base.hasDict;
  const mayHaveWeakref = !base.hasWeakref && !VARIABLE_SIZE.has(type.layout.name);
  const names = (slots ?? []).filter((name) => name !== "__dict__" && name !== "__weakref__");
  let withDict = slots === null;
  let withWeakref = slots === null && mayHaveWeakref;
  for (const name of slots ?? []) {
    if (name === "__dict__") {
      if (!mayHaveDict || withDict) throw typeError("__dict__ slot disallowed: we already got one");
      withDict = true;
    } else if (name === "__weakref__") {
      if (!mayHaveWeakref || withWeakref) throw typeError("__weakref__ slot disallowed: we already got one");
      withWeakref = true;
    } else if (type.dict.has(name) && name !== "__qualname__" && name !== "__classcell__") {
      throw valueError(`'${name}' in __slots__ conflicts with class variable`);
    }
  }
  for (const name of [...new Set(names)].sort()) type.dict.set(name, slot(type, name));
  if (names.length > 0) type.solid = type;
  type.slots = slots;
  type.hasDict = withDict || type.bases.some((other) => other.hasDict);
  type.hasWeakref = base.hasWeakref || withWeakref;
  if (withWeakref) {
    // There are no weak references in an expression, so there is never one to show.
    type.dict.set(
      "__weakref__",
      new PyGetSet(type, "__weakref__", { get: () => null, set: null, remove: null }),
    );
  }
}

/** The names in `__slots__`, private ones as the class knows them; null when the class has none. */
export function slotNames(type: PyType): readonly string[] | null {
  const declared = type.dict.get("__slots__");
  if (declared === undefined) return null;
  const items = asStr(declared) === undefined ? collect(declared) : [declared];
  if (items.length > 0 && VARIABLE_SIZE.has(type.layout.name)) {
    throw typeError(`nonempty __slots__ not supported for subtype of '${type.base?.name}'`);
  }
  return items.map((item) => {
    const name = asStr(item);
    if (name === undefined) throw typeError(`__slots__ items must be strings, not '${typeName(item)}'`);
    if (!isIdentifier(name)) throw typeError("__slots__ must be identifiers");
    const owner = type.name.replace(/^_+/, "");
    const isPrivate = name.startsWith("__") && !name.endsWith("__") && owner !== "";
    return isPrivate ? `_${owner}${name}` : name;
  });
}

/** Values of slots live outside the instance; a class that takes the place of another finds them by position. */
const slotValues = new WeakMap<PyObject, Map<string, PyValue>>();

/** The descriptor behind one name of `__slots__`. */
export function slot(owner: PyType, name: string): PyMember {
  const unset = (self: PyObject): PyException =>
    attributeError(self, name, `'${self.cls.qualname}' object has no attribute '${name}'`);
  return new PyMember(owner, name, {
    get: (self: PyObject) => {
      const value = slotValues.get(self)?.get(name);
      if (value === undefined) throw unset(self);
      return value;
    },
    set: (self: PyObject, value) => {
      const values = slotValues.get(self);
      if (values === undefined) slotValues.set(self, new Map([[name, value]]));
      else values.set(name, value);
    },
    remove: (self: PyObject) => {
      if (slotValues.get(self)?.delete(name) !== true) throw attributeError(self, name, name);
    },
  });
}

/** Can an object of one class become one of the other (`object.__class__ = …`)? */
export function sameLayout(a: PyType, b: PyType): boolean {
  if (a.layout !== b.layout || a.hasDict !== b.hasDict || a.hasWeakref !== b.hasWeakref) return false;
  return ownSlots(a) === ownSlots(b);
}
function ownSlots(type: PyType): string {
  const owners = type.mro.filter((t) => t.slots !== null && t.slots.length > 0);
  return owners.map((t) => [...(t.slots as string[])].sort().join(",")).join(";");
}
