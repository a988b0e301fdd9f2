// Arguments as CPython's `PyArg_ParseTupleAndKeywords` takes them: converted one by one, in order, while they are found.
//
// Most C functions come from its "argument clinic", whose words `signature.ts` has. The older functions of `datetime`
// parse by themselves: a bad first argument is named before a missing second one, and some know no name of their own.
import { overflowError, typeError } from "../exceptions.ts";
import { type Native, PyBuiltin } from "../function.ts";
import { type KwArgs, PyType, type PyValue } from "../object.ts";
import { index } from "../operators.ts";
import { bindBuiltin, parseSignature, suggestion } from "../signature.ts";
import { textArgument } from "../types/text-argument.ts";

/** Checks or changes one argument; `position` counts from 1. */
export type Convert = (value: PyValue, position: number) => unknown;

/** What a call takes. */
export interface Parameters {
  /** As complaints name it; without one they say "function". */
  readonly name?: string;
  readonly names: readonly string[];
  readonly converters: readonly Convert[];
  readonly required: number;
  /** How many may be given by position; all where absent. */
  readonly positional?: number;
  /** How many cannot be given by name; none where absent. */
  readonly posonly?: number;
}

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

/** The converted arguments, `undefined` where none was given. */
export function parseArguments(
  parameters: Parameters,
  args: readonly PyValue[],
  kw: KwArgs | null,
): unknown[] {
  const { names, converters, required, positional = names.length } = parameters;
  const shown = parameters.name === undefined ? "function" : `${parameters.name}()`;
  const keywords = kw === null ? 0 : kw.size;
  const given = args.length + keywords;
  if (given > names.length) {
    const word = args.length === 0 ? "keyword argument" : "argument";
    throw typeError(`${shown} takes at most ${plural(names.length, word)} (${given} given)`);
  }
  if (args.length > positional) {
    const word = required === positional ? "exactly" : "at most";
    throw typeError(
      `${shown} takes ${word} ${plural(positional, "positional argument")} (${args.length} given)`,
    );
  }
  const out: unknown[] = new Array(names.length).fill(undefined);
  let left = keywords;
  for (let i = 0; i < names.length; i++) {
    let value: PyValue | undefined = args[i];
    if (value === undefined && left > 0 && i >= (parameters.posonly ?? 0)) {
      value = kw?.get(names[i] as string);
      if (value !== undefined) left -= 1;
    }
    if (value !== undefined) out[i] = (converters[i] as Convert)(value, i + 1);
    else if (i < (parameters.posonly ?? 0) && i < required) {
      throw typeError(
        `${shown} takes exactly ${plural(required, "positional argument")} (${args.length} given)`,
      );
    } else if (i < required)
      throw typeError(`${shown} missing required argument '${names[i]}' (pos ${i + 1})`);
  }
  if (left > 0 && kw !== null) complain(parameters, shown, args.length, kw);
  return out;
}

function complain(parameters: Parameters, shown: string, given: number, kw: KwArgs): never {
  const { names } = parameters;
  const twice = names.slice(0, given).findIndex((name) => kw.has(name));
  if (twice >= 0)
    throw typeError(`argument for ${shown} given by name ('${names[twice]}') and position (${twice + 1})`);
  const key = [...kw.keys()].find((name) => !names.includes(name)) as string;
  const hint = suggestion(key, names);
  throw typeError(
    `${parameters.name === undefined ? "this function" : shown} got an unexpected keyword argument '${key}'${hint === undefined ? "" : `. Did you mean '${hint}'?`}`,
  );
}

/** A C `int`. */
export function cInt(value: PyValue): number {
  const int = index(value);
  if (typeof int === "bigint" && BigInt.asIntN(64, int) !== int)
    throw overflowError("Python int too large to convert to C long");
  if (int > 0x7fffffff) throw overflowError("signed integer is greater than maximum");
  if (int < -0x80000000) throw overflowError("signed integer is less than minimum");
  return Number(int);
}
/** A C `int` as the argument clinic converts one: the complaint is another. */
export function clinicInt(value: PyValue): number {
  const int = index(value);
  if (int > 0x7fffffff || int < -0x80000000) throw overflowError("Python int too large to convert to C int");
  return Number(int);
}
/** Anything. */
export const anything: Convert = (value) => value;
/** A text of the function `name`. */
export function textOf(name: string): Convert {
  return (value, position) => textArgument(value, `${name}() argument ${position}`);
}

/** Gets `self` (or the class) of a method, or null of a function, and the arguments as they were given. */
type Raw = (self: never, args: readonly PyValue[], kw: KwArgs | null) => PyValue;

/** A built-in that parses its arguments itself. */
class RawBuiltin extends PyBuiltin {
  private readonly raw: Raw;
  constructor(name: string, raw: Raw, owner: PyType | null) {
    super(name, parseSignature("(*args, **kwargs)"), () => null, owner);
    this.raw = raw;
  }
  override call(args: PyValue[], kw: KwArgs | null): PyValue {
    return this.owner === null ? this.raw(null as never, args, kw) : super.call(args, kw);
  }
  override callMethod(self: PyValue, args: PyValue[], kw: KwArgs | null): PyValue {
    return this.raw(self as never, args, kw);
  }
}

/** A method that parses its arguments by {@link parseArguments}. */
export function parsedMethod(
  owner: PyType,
  name: string,
  parameters: Parameters,
  // biome-ignore lint/suspicious/noExplicitAny: bodies declare their own parameter types; the converters fit them.
  js: (...args: any[]) => PyValue,
): PyBuiltin {
  return new RawBuiltin(
    name,
    (self: PyValue, args, kw) => js(self, ...parseArguments(parameters, args, kw)),
    owner,
  );
}

/** A method of the argument clinic's under a second name; complaints have the first. */
export function renamedMethod(owner: PyType, name: string, declaration: string, js: Native): PyBuiltin {
  const paren = declaration.indexOf("(");
  const shown = `${owner.qualname}.${declaration.slice(0, paren)}`;
  const signature = parseSignature(declaration.slice(paren));
  return new RawBuiltin(
    name,
    (self: PyValue, args, kw) => js(self, ...bindBuiltin(shown, signature, args, kw)),
    owner,
  );
}

/** Converts arguments that are positional only, in order (`PyArg_ParseTuple`). */
function parsePositional(
  name: string,
  converters: readonly Convert[],
  required: number,
  args: readonly PyValue[],
): unknown[] {
  const most = converters.length;
  const given = args.length;
  if (given < required || given > most) {
    const word = required === most ? "exactly" : given < required ? "at least" : "at most";
    const bound = given < required ? required : most;
    throw typeError(`${name}() takes ${word} ${plural(bound, "argument")} (${given} given)`);
  }
  return args.map((value, i) => (converters[i] as Convert)(value, i + 1));
}

/** A method whose arguments are positional only and converted in order. */
export function positionalMethod(
  owner: PyType,
  name: string,
  converters: readonly Convert[],
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  js: (...args: any[]) => PyValue,
): PyBuiltin {
  return new RawBuiltin(
    name,
    (self: PyValue, args, kw) => {
      // Bound to a class it is a plain function, whose complaints do not name the class.
      const shown = self instanceof PyType ? name : `${owner.qualname}.${name}`;
      if (kw !== null && kw.size > 0) throw typeError(`${shown}() takes no keyword arguments`);
      return js(self, ...parsePositional(name, converters, converters.length, args));
    },
    owner,
  );
}
/** A function of a module, as {@link positionalMethod}; the first `required` arguments must be given. */
export function positionalFunction(
  name: string,
  converters: readonly Convert[],
  required: number,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  js: (...args: any[]) => PyValue,
): PyBuiltin {
  return new RawBuiltin(
    name,
    (_self, args, kw) => {
      if (kw !== null && kw.size > 0) throw typeError(`${name}() takes no keyword arguments`);
      return js(...parsePositional(name, converters, required, args));
    },
    null,
  );
}
