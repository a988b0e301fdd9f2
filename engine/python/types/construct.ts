// `Type(…)` of the built-in types that make values: arguments are counted without the class, as CPython does.
import { typeError } from "../exceptions.ts";
import { type Native, PyBuiltin } from "../function.ts";
import { isPythonFunction } from "../modules/python-function.ts";
import { type KwArgs, PyType, type PyValue, typeName } from "../object.ts";
import { bindBuiltin, parseSignature, type Signature } from "../signature.ts";

/** Makes the JavaScript arguments of a call, or complains. */
type Binder = (cls: PyType, args: readonly PyValue[], kw: KwArgs | null) => readonly unknown[];

class Constructor extends PyBuiltin {
  private readonly made: PyType;
  private readonly bind: Binder;
  constructor(made: PyType, signature: string, js: Native, bind: Binder) {
    super("__new__", parseSignature(signature), js, null);
    this.made = made;
    this.bind = bind;
    this.home = made;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    const { made } = this;
    const cls = args[0];
    const name = `${made.name}.__new__`;
    if (cls === undefined) throw typeError(`${name}(): not enough arguments`);
    if (!(cls instanceof PyType)) throw typeError(`${name}(X): X is not a type object (${typeName(cls)})`);
    if (!cls.isSubtype(made))
      throw typeError(`${name}(${cls.name}): ${cls.name} is not a subtype of ${made.name}`);
    if (cls !== made) this.checkLayout(cls);
    return this.js(cls, ...this.bind(cls, args.slice(1), kw));
  }
  /** An instance must be made by what the nearest class without a `__new__` in Python is made by. */
  private checkLayout(cls: PyType): void {
    for (let base: PyType | null = cls; base !== null; base = base.base) {
      const create = base.lookup("__new__");
      if (create === this) return;
      if (!(create instanceof PyBuiltin) || isPythonFunction(create)) continue;
      throw typeError(`${this.made.name}.__new__(${cls.name}) is not safe, use ${base.name}.__new__()`);
    }
  }
  override call1(a: PyValue): PyValue {
    return this.call([a], null);
  }
  override call2(a: PyValue, b: PyValue): PyValue {
    return this.call([a, b], null);
  }
}

/**
 * Defines `type.__new__`.
 *
 * @param signature of the call, without the class: `"(x=0, /)"`
 * @param js gets the class first
 * @param counted whether too many positional arguments are "expected at most 2 arguments, got 3"
 */
export function defineConstructor(type: PyType, signature: string, js: Native, counted = false): void {
  const bind = countingBinder(type, parseSignature(signature), counted);
  type.dict.set("__new__", new Constructor(type, signature, js, bind));
}
function countingBinder(made: PyType, sig: Signature, counted: boolean): Binder {
  const { positional, required, posonly, varargs, varkw, kwonly } = sig;
  const most = positional.length;
  return (cls, args, kw) => {
    const given = args.length;
    if (counted && (kw === null || kw.size === 0) && given > most) {
      throw typeError(`${made.name} expected at most ${most} arguments, got ${given}`);
    }
    let keywords = kw;
    if (posonly === most && varkw === null && kwonly.length === 0) {
      // Keywords may be for an `__init__` of a derived class.
      const ownInit = cls !== made && cls.lookup("__init__") !== made.lookup("__init__");
      if (ownInit) keywords = null;
      if (
        (keywords === null || keywords.size === 0) &&
        varargs === null &&
        (given < required || given > most)
      ) {
        const bound = given < required ? required : most;
        const word = required === most ? "" : given < required ? "at least " : "at most ";
        throw typeError(
          `${made.qualname} expected ${word}${bound} argument${bound === 1 ? "" : "s"}, got ${given}`,
        );
      }
    }
    return bindBuiltin(made.qualname, sig, args, keywords);
  };
}

/** Defines `type.__new__` with a binder of its own (`PyArg_ParseTupleAndKeywords`, see `modules/parsed-arguments.ts`). */
export function defineParsedConstructor(
  type: PyType,
  bind: (args: readonly PyValue[], kw: KwArgs | null) => readonly unknown[],
  js: Native,
): void {
  const binder: Binder = (_cls, args, kw) => bind(args, kw);
  type.dict.set("__new__", new Constructor(type, "(*args, **kwargs)", js, binder));
}

/** `type.__init__` of a type written in C: its complaints name the type. */
class Initializer extends PyBuiltin {
  override callMethod(self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
    return this.js(self, ...bindBuiltin((this.owner as PyType).qualname, this.sig, args, kw));
  }
}

/** Defines `type.__init__`; the signature leaves out `self`. */
export function defineInitializer(type: PyType, signature: string, js: Native): void {
  type.dict.set("__init__", new Initializer("__init__", parseSignature(signature), js, type));
}
