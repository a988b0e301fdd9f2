// Objects and types: what every Python value is made of.
//
// `None`, `bool`, `int`, `str` are JavaScript's null, boolean, number (while safe) or bigint (beyond), string.
// Everything else is a PyObject whose `cls` is its type. No JavaScript property of an object is ever looked up by
// a name that came from an expression: attributes live in Maps (`dict`) and are found through `PyType.lookup`.

/** Any Python value. `undefined` is never one: it means "absent" (end of an iterator, unbound name, no argument). */
export type PyValue = null | boolean | number | bigint | string | PyObject;

/** Keyword arguments of a call, in order. */
export type KwArgs = Map<string, PyValue>;

/** Base of every value that is not a JavaScript primitive. */
export abstract class PyObject {
  /** The type. On the prototype for built-in types, an own property for instances of the author's classes. */
  declare cls: PyType;
  /** Instance attributes; absent for types without `__dict__`. */
  declare dict: Map<string, PyValue> | undefined;

  /** The instance attribute of that name. */
  own(name: string): PyValue | undefined {
    return this.dict?.get(name);
  }

  /** Calls the object. The default looks up `__call__`; functions and types override it. */
  call(args: PyValue[], kw: KwArgs | null): PyValue {
    return protocol.callObject(this, args, kw);
  }
  call0(): PyValue {
    return this.call([], null);
  }
  call1(a: PyValue): PyValue {
    return this.call([a], null);
  }
  call2(a: PyValue, b: PyValue): PyValue {
    return this.call([a, b], null);
  }
  call3(a: PyValue, b: PyValue, c: PyValue): PyValue {
    return this.call([a, b, c], null);
  }
}

/** What `object.ts` needs from modules that themselves need it; filled in by them when they load. */
export const protocol: {
  callObject: (f: PyObject, args: PyValue[], kw: KwArgs | null) => PyValue;
  callType: (type: PyType, args: PyValue[], kw: KwArgs | null) => PyValue;
  /** The `__dict__` descriptor of a class whose instances are the first to have one. */
  dictDescriptor: ((type: PyType) => PyObject) | null;
} = {
  callObject: () => null,
  callType: () => null,
  dictDescriptor: null,
};

/** Options of {@link makeType}. */
export interface TypeOptions {
  base?: PyType;
  bases?: PyType[];
  module?: string;
  doc?: string;
  /** May the author's classes derive from it? CPython refuses `bool`, `range`, `function` … Default true. */
  subclassable?: boolean;
  /** JavaScript class whose prototype gets this type. */
  of?: abstract new (
    ...args: never[]
  ) => PyObject;
}

/** A class. Built-in ones are immutable and shared by all evaluations; the author's live for one evaluation. */
export class PyType extends PyObject {
  /** As messages show it. */
  name: string;
  qualname: string;
  module: string;
  bases: PyType[];
  mro: PyType[];
  /** The class's own attributes. */
  override readonly dict: Map<string, PyValue> = new Map();
  readonly builtin: boolean;
  readonly subclassable: boolean;
  /** `__base__`: the one of the bases that decides how instances are laid out. */
  base: PyType | null;
  /** The nearest ancestor that adds something to the layout of instances: a built-in type, or names in `__slots__`. */
  solid: PyType;
  /** Do instances take weak references? (There are none; CPython's rules for `__slots__` ask.) */
  hasWeakref = false;
  /** Names from `__slots__`, when the class has them. */
  slots: readonly string[] | null = null;
  /** Replaces plain look-up for instances of a built-in type (`super`, modules); undefined: no such attribute. */
  readHook: ((object: PyValue, name: string) => PyValue | undefined) | undefined;
  /** Do `match` patterns take instances as sequences or as mappings? Derived classes inherit it. */
  pattern: "sequence" | "mapping" | undefined;
  /** The classes that derive from this one directly; for a built-in type, built-in ones that need to be known. */
  readonly derived: PyType[] = [];
  /** The nearest built-in ancestor: decides how instances are stored. */
  layout: PyType;
  /** Calls the type with positional arguments, where CPython does so past `__new__` and in other words. */
  vectorcall: ((args: readonly PyValue[]) => PyValue) | undefined;
  /** The same for one argument. */
  convert: ((value: PyValue) => PyValue) | undefined;
  private readonly cache: Map<string, PyValue | undefined> = new Map();
  private dictOfInstances = false;

  constructor(name: string, bases: PyType[], mro: (self: PyType) => PyType[], builtin: boolean) {
    super();
    this.name = name;
    this.qualname = name;
    this.module = "builtins";
    this.bases = bases;
    this.base = bases[0] ?? null;
    this.builtin = builtin;
    this.subclassable = true;
    this.readHook = bases.find((base) => base.readHook !== undefined)?.readHook;
    this.vectorcall = undefined;
    this.convert = undefined;
    this.mro = mro(this);
    this.layout = this;
    this.solid = this;
  }

  /** Do instances have a `__dict__`? */
  get hasDict(): boolean {
    return this.dictOfInstances;
  }
  set hasDict(value: boolean) {
    this.dictOfInstances = value;
    if (!value || protocol.dictDescriptor === null || this.bases.some((base) => base.hasDict)) return;
    this.dict.set("__dict__", protocol.dictDescriptor(this));
  }

  /** The attribute of that name on the first class of the MRO that has it, unbound; undefined if none has. */
  lookup(name: string): PyValue | undefined {
    const cache = this.cache;
    let value = cache.get(name);
    if (value !== undefined || cache.has(name)) return value;
    for (const type of this.mro) {
      value = type.dict.get(name);
      if (value !== undefined) break;
    }
    // Names of absent attributes come from expressions: remember only so many.
    if (value !== undefined || cache.size < 256) cache.set(name, value);
    return value;
  }

  /** Forgets what `lookup` found, here and in derived classes; after a class attribute has changed. */
  changed(): void {
    this.cache.clear();
    for (const type of this.derived) type.changed();
  }

  /** What `match` patterns take instances for. */
  get patternKind(): "sequence" | "mapping" | undefined {
    return this.mro.find((type) => type.pattern !== undefined)?.pattern;
  }

  /** Is this type `other` or derived from it? */
  isSubtype(other: PyType): boolean {
    return this === other || this.mro.includes(other);
  }

  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    if (kw === null && this.vectorcall !== undefined) return this.vectorcall(args);
    return protocol.callType(this, args, kw);
  }
  override call1(a: PyValue): PyValue {
    return this.convert === undefined ? this.call([a], null) : this.convert(a);
  }
}

/** An instance of one of the author's classes (or of a built-in type that is nothing but attributes). */
export class PyInstance extends PyObject {
  constructor(cls: PyType) {
    super();
    this.cls = cls;
    this.dict = cls.hasDict ? new Map() : undefined;
  }
}

function singleInheritance(base: PyType | null): (self: PyType) => PyType[] {
  return (self) => (base === null ? [self] : [self, ...base.mro]);
}

/** `object`. */
export const objectType = new PyType("object", [], singleInheritance(null), true);
/** `type`. */
export const typeType = new PyType("type", [objectType], singleInheritance(objectType), true);
PyType.prototype.cls = typeType;
PyInstance.prototype.cls = objectType;

/**
 * Makes a built-in type. A type of a module that CPython writes in C has a dotted name (`datetime.date`), as messages
 * show it; the parts are its `__module__` and `__name__`. One that the library writes in Python has a plain name.
 */
export function makeType(name: string, options: TypeOptions = {}): PyType {
  const bases = options.bases ?? [options.base ?? objectType];
  const base = bases[0] as PyType;
  const others = bases.slice(1).flatMap((type) => type.mro);
  const rest = others.filter((t, i) => others.lastIndexOf(t) === i);
  const type = new PyType(
    name,
    bases,
    (self) => {
      const merged = [self, ...base.mro.filter((t) => !rest.includes(t)), ...rest];
      return merged;
    },
    true,
  );
  // Types written in C carry their module in the name that messages show: `'collections.deque' object …`.
  const dot = name.lastIndexOf(".");
  type.qualname = name.slice(dot + 1);
  type.module = options.module ?? (dot < 0 ? "builtins" : name.slice(0, dot));
  (type as { subclassable: boolean }).subclassable = options.subclassable ?? true;
  type.dict.set("__doc__", options.doc ?? null);
  if (options.of !== undefined) (options.of.prototype as PyObject).cls = type;
  return type;
}

// The types of JavaScript's primitives are named here because typeOf needs them.
export const noneType = makeType("NoneType", { subclassable: false });
export const intType = makeType("int");
export const boolType = makeType("bool", { base: intType, subclassable: false });
export const strType = makeType("str");

/** `type(value)`. */
export function typeOf(value: PyValue): PyType {
  switch (typeof value) {
    case "string":
      return strType;
    case "number":
    case "bigint":
      return intType;
    case "boolean":
      return boolType;
    default:
      return value === null ? noneType : value.cls;
  }
}

/** The type's name as CPython's messages show it. */
export function typeName(value: PyValue): string {
  return typeOf(value).name;
}

/** `isinstance(value, type)` without `__instancecheck__`. */
export function isInstance(value: PyValue, type: PyType): boolean {
  return typeOf(value).isSubtype(type);
}

/** A value of which there is one, with a fixed repr: `NotImplemented`, `Ellipsis`. */
export class PySingleton extends PyObject {
  readonly text: string;
  constructor(text: string, cls: PyType) {
    super();
    this.text = text;
    this.cls = cls;
  }
}
export const NotImplemented = new PySingleton(
  "NotImplemented",
  makeType("NotImplementedType", { subclassable: false }),
);
export const Ellipsis = new PySingleton("Ellipsis", makeType("ellipsis", { subclassable: false }));

/** An instance of a class derived from `str`; plain strings are JavaScript's. */
export class PyStr extends PyObject {
  readonly value: string;
  constructor(value: string) {
    super();
    this.value = value;
  }
}
/** An instance of a class derived from `int`; plain integers are numbers and bigints. */
export class PyInt extends PyObject {
  readonly value: number | bigint;
  constructor(value: number | bigint) {
    super();
    this.value = value;
  }
}
/** A `float`; `int` takes JavaScript's numbers, so floats are boxed. */
export class PyFloat extends PyObject {
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
}
export const floatType = makeType("float", { of: PyFloat });
/** A NaN with its sign bit set, which JavaScript's numbers do not show; arithmetic makes plain ones. */
export class PyNegativeNaN extends PyFloat {
  constructor() {
    super(Number.NaN);
  }
}
/** `-x` of a float. */
export function negated(x: PyFloat): PyFloat {
  if (Number.isNaN(x.value) && !(x instanceof PyNegativeNaN)) return new PyNegativeNaN();
  return new PyFloat(-x.value);
}
PyStr.prototype.cls = strType;
PyInt.prototype.cls = intType;

/** The JavaScript string of a `str` (or of an instance of a derived class); undefined for anything else. */
export function asStr(value: PyValue): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof PyStr ? value.value : undefined;
}

/** The integer of an `int`, `bool` or derived instance: a safe number or a bigint beyond; undefined for others. */
export function asInt(value: PyValue): number | bigint | undefined {
  switch (typeof value) {
    case "number":
    case "bigint":
      return value;
    case "boolean":
      return value ? 1 : 0;
    default:
      return value instanceof PyInt ? value.value : undefined;
  }
}

let lastId = 0;
/** Made when first asked for: to make one for each evaluation costs as much as a small program. */
let ids: WeakMap<PyObject, number> | null = null;
/** `id()` of an object: a number that is the same on every run of the same program. */
export function objectId(value: PyObject): number {
  ids ??= new WeakMap();
  let id = ids.get(value);
  if (id === undefined) {
    lastId += 1;
    id = 0x7f0000000000 + lastId * 64;
    ids.set(value, id);
  }
  return id;
}
/** Starts the numbering anew, for the next evaluation. */
export function resetIds(): void {
  lastId = 0;
  ids = null;
}
