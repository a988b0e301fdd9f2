// Functions and methods that CPython's library writes in Python: they take arguments and complain as a `def` does.
import { type Native, PyBuiltin, PyClassMethod, PyFunction, PyStaticMethod } from "../function.ts";
import {
  type KwArgs,
  makeType,
  objectType,
  PySingleton,
  type PyType,
  type PyValue,
  type TypeOptions,
} from "../object.ts";
import { bindBuiltin, bindFunction, type Defaults, parseSignature, type Signature } from "../signature.ts";

/** Fills an optional parameter while arguments are bound; the body sees `undefined`. */
const OMITTED: PyValue = new PySingleton("<omitted>", makeType("omitted", { subclassable: false }));

class PythonStyle extends PyBuiltin {
  private readonly qualname: string;
  private readonly whole: Signature;
  private readonly defaults: Defaults;
  constructor(
    name: string,
    qualname: string,
    short: Signature,
    whole: Signature,
    js: Native,
    owner: PyType | null,
  ) {
    super(name, short, js, owner);
    this.qualname = qualname;
    this.whole = whole;
    const optional = whole.kwonly.filter((_, i) => whole.kwonlyRequired[i] === false);
    this.defaults = {
      positional: whole.positional.slice(whole.required).map(() => OMITTED),
      kwonly: new Map(optional.map((parameter) => [parameter, OMITTED])),
    };
  }
  override bindArguments(args: PyValue[], kw: KwArgs | null): (PyValue | undefined)[] {
    const bound = bindFunction(this.qualname, this.whole, this.defaults, args, kw);
    return bound.map((value) => (value === OMITTED ? undefined : value));
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return this.js(...this.bindArguments(args, kw));
  }
  override callMethod(self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
    return this.js(...this.bindArguments([self, ...args], kw));
  }
}

/** Would it be a `def` in CPython? */
export function isPythonFunction(value: PyBuiltin): boolean {
  return value instanceof PythonStyle;
}

function make(declaration: string, js: Native, owner: PyType | null, within = owner): PyBuiltin {
  const paren = declaration.indexOf("(");
  const name = declaration.slice(0, paren);
  const text = declaration.slice(paren);
  const short = parseSignature(text);
  // A method's table entry counts its arguments without `self`, a `def` with it.
  const whole = owner === null ? short : parseSignature(text === "()" ? "(self)" : `(self, ${text.slice(1)}`);
  return new PythonStyle(
    name,
    within === null ? name : `${within.qualname}.${name}`,
    short,
    whole,
    js,
    owner,
  );
}

/** Functions by declaration (`"capwords(s, sep=None)"`), for `defineModule`'s `values`. */
export function pythonFunctions(table: { readonly [declaration: string]: Native }): {
  [name: string]: PyValue;
} {
  const made: { [name: string]: PyValue } = {};
  for (const [declaration, js] of Object.entries(table)) {
    const f = make(declaration, js, null);
    made[f.name] = f;
  }
  return made;
}

/** Adds methods to a type; declarations leave out `self`, as {@link defineMethods} does. */
export function pythonMethods(type: PyType, table: { readonly [declaration: string]: Native }): void {
  for (const [declaration, js] of Object.entries(table)) {
    const f = make(declaration, js, type);
    type.dict.set(f.name, f);
  }
}

/** Adds static methods to a type, `__new__` among them: it gets the class as an ordinary first argument. */
export function pythonStatic(type: PyType, table: { readonly [declaration: string]: Native }): void {
  for (const [declaration, js] of Object.entries(table)) {
    const f = make(declaration, js, null, type);
    type.dict.set(f.name, f.name === "__new__" ? f : new PyStaticMethod(f));
  }
}

/** Adds class methods to a type: the class comes first in JavaScript and is not in the text. */
export function pythonClassMethods(type: PyType, table: { readonly [declaration: string]: Native }): void {
  for (const [declaration, js] of Object.entries(table)) {
    const f = make(declaration, js, type);
    type.dict.set(f.name, new PyClassMethod(f));
  }
}

/** A function that the library defines while an expression runs, inside another: one of the expression's own. */
export function innerFunction(
  declaration: string,
  js: Native,
  qualname?: string,
  defaults: readonly PyValue[] = [],
): PyFunction {
  const paren = declaration.indexOf("(");
  const name = declaration.slice(0, paren);
  const sig = parseSignature(declaration.slice(paren));
  return new PyFunction(name, qualname ?? name, sig, js, { positional: defaults, kwonly: null });
}

/** A function of a module written in C: its complaints name the module where CPython's do (`math.sqrt() takes …`). */
class ModuleFunction extends PyBuiltin {
  private readonly qualified: string;
  constructor(module: string, name: string, signature: Signature, js: Native) {
    super(name, signature, js, null);
    this.qualified = `${module}.${name}`;
    this.module = module;
  }
  override bindArguments(args: PyValue[], kw: KwArgs | null): (PyValue | undefined)[] {
    return bindBuiltin(this.qualified, this.sig, args, kw);
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return this.js(...this.bindArguments(args, kw));
  }
}

/** Functions of a C module by declaration, for `defineModule`'s `values`. */
export function moduleFunctions(
  module: string,
  table: { readonly [declaration: string]: Native },
): { [name: string]: PyValue } {
  const made: { [name: string]: PyValue } = {};
  for (const [declaration, js] of Object.entries(table)) {
    const paren = declaration.indexOf("(");
    const name = declaration.slice(0, paren);
    made[name] = new ModuleFunction(module, name, parseSignature(declaration.slice(paren)), js);
  }
  return made;
}

/**
 * A class that CPython's library writes in Python: instances are nothing but their `__dict__`, `object.__new__`
 * makes them, and it can be mixed with any other class.
 */
export function pythonClass(name: string, options: TypeOptions = {}): PyType {
  const type = makeType(name, options);
  type.layout = type.bases.find((base) => base.layout !== objectType)?.layout ?? objectType;
  type.hasDict = true;
  return type;
}
