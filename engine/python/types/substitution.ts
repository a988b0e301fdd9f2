// `X[T][int]`: what takes the place of the type parameters in brackets. Each kind of parameter says for itself which
// arguments it wants (`__typing_prepare_subst__`) and what it makes of one (`__typing_subst__`); an argument with
// parameters in it is put in brackets again.
import { getAttributeOr } from "../attribute.ts";
import { typeError } from "../exceptions.ts";
import { call1, call2 } from "../function.ts";
import { Ellipsis, PyType, type PyValue, typeOf } from "../object.ts";
import { getItem } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { charge } from "../state.ts";

/** The arguments in brackets. */
export function argumentsOf(key: PyValue): readonly PyValue[] {
  return key instanceof PyTuple ? key.items : [key];
}
const read = (value: PyValue, name: string): PyValue => getAttributeOr(value, name, null);

/** Is it a starred type variable tuple, which stands for any number of arguments? */
export function isUnpackedTuple(value: PyValue): boolean {
  return !(value instanceof PyType) && read(value, "__typing_is_unpacked_typevartuple__") === true;
}
/** The types in `*tuple[int, str]`; undefined for anything else. */
export function unpackedTypes(value: PyValue): readonly PyValue[] | undefined {
  const types = value instanceof PyType ? null : read(value, "__typing_unpacked_tuple_args__");
  return types instanceof PyTuple ? types.items : undefined;
}
/** Arguments with `*tuple[int, str]` laid flat; `*tuple[int, ...]` has no length and stays. */
export function flattened(args: readonly PyValue[]): PyValue[] {
  return args.flatMap((arg) => {
    const types = unpackedTypes(arg);
    return types === undefined || types.at(-1) === Ellipsis ? [arg] : types;
  });
}

/** The type parameters that arguments mention, each once. */
export function parametersOf(args: readonly PyValue[]): PyValue[] {
  const found = new Set<PyValue>();
  for (const arg of args) {
    charge(1);
    // A class shows the descriptor of its instances, and a generic one its own.
    if (arg instanceof PyType) continue;
    if (getAttributeOr(arg, "__typing_subst__", undefined) !== undefined) found.add(arg);
    else {
      const inner = arg instanceof PyTuple ? parametersOf(arg.items) : read(arg, "__parameters__");
      for (const each of inner instanceof PyTuple ? inner.items : Array.isArray(inner) ? inner : [])
        found.add(each);
    }
  }
  return [...found];
}

/** Complains about a wrong number of arguments. */
export function checkCount(what: string, given: number, expected: number, least = expected): void {
  if (given >= least && given <= expected) return;
  const word = given > expected ? "many" : "few";
  const bound = given < least && least !== expected ? `at least ${least}` : String(expected);
  throw typeError(`Too ${word} arguments for ${what}; actual ${given}, expected ${bound}`);
}

/** The arguments as the parameters of `alias` want them. */
export function prepared(
  alias: PyValue,
  parameters: readonly PyValue[],
  args: readonly PyValue[],
): readonly PyValue[] {
  let ready: PyValue = tuple([...args]);
  for (const parameter of parameters) {
    const prepare = read(parameter, "__typing_prepare_subst__");
    if (prepare !== null) ready = call2(prepare, alias, ready);
  }
  return argumentsOf(ready);
}

/**
 * The arguments of `alias` with what `key` gives put in place of its parameters.
 *
 * @param isCallable whether types for a parameter specification lie flat among the others
 * @throws TypeError for what has no parameters, and for a wrong number of arguments
 */
export function substitute(
  alias: PyValue,
  args: readonly PyValue[],
  parameters: readonly PyValue[],
  key: readonly PyValue[],
  isCallable = false,
): PyValue[] {
  if (parameters.length === 0) throw typeError(`${repr(alias)} is not a generic class`);
  const given = prepared(alias, parameters, flattened(key));
  checkCount(repr(alias), given.length, parameters.length);
  const assigned = new Map(parameters.map((parameter, i) => [parameter, given[i] as PyValue]));
  return replaced(args, assigned, isCallable);
}

function replaced(
  args: readonly PyValue[],
  assigned: ReadonlyMap<PyValue, PyValue>,
  isCallable: boolean,
): PyValue[] {
  return args.flatMap((arg) => {
    charge(1);
    if (arg instanceof PyType) return [arg];
    const value = inPlaceOf(arg, assigned);
    if (value instanceof PyTuple && (isCallable || isUnpackedTuple(arg))) return value.items;
    return arg instanceof PyTuple && value === arg ? [tuple(replaced(arg.items, assigned, false))] : [value];
  });
}
function inPlaceOf(arg: PyValue, assigned: ReadonlyMap<PyValue, PyValue>): PyValue {
  const takes = read(arg, "__typing_subst__");
  if (takes !== null) return call1(takes, assigned.has(arg) ? (assigned.get(arg) as PyValue) : arg);
  const parameters = read(arg, "__parameters__");
  if (!(parameters instanceof PyTuple) || parameters.items.length === 0) return arg;
  const inner = parameters.items.flatMap((parameter) => {
    const value = assigned.get(parameter);
    if (value === undefined) return [parameter];
    // Only type variable tuples can be iterated over.
    const isMany = value instanceof PyTuple && typeOf(parameter).lookup("__iter__") !== undefined;
    return isMany ? value.items : [value];
  });
  return getItem(arg, tuple(inner));
}
