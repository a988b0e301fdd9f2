// `typing.get_type_hints`: annotations with the texts in them evaluated, and without what only describes.
import { getAttributeOr } from "../attribute.ts";
import { builtins, unknownName } from "../builtins.ts";
import { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { PyBoundMethod, PyBuiltin } from "../function.ts";
import { asStr, noneType, PyType, type PyValue } from "../object.ts";
import { bitOr, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { PyTuple, tuple } from "../sequence.ts";
import { PyGenericAlias } from "../types/generic-alias.ts";
import { PyClassAlias } from "../types/generic-class.ts";
import { PyTypeParameter, PyUnpack } from "../types/type-parameters.ts";
import { PyUnion } from "../types/union.ts";
import { evaluateText } from "./annotation-text.ts";
import { forwardRef, PyForwardRef } from "./forward-ref.ts";
import { converted, itemQualifier, PyAlias, typeArgument, withArguments } from "./typing-alias.ts";

/** Where names are looked for, in this order. */
type Scopes = readonly ((name: string) => PyValue | undefined)[];

const inMapping =
  (scope: PyValue) =>
  (name: string): PyValue | undefined =>
    scope instanceof PyDict ? scope.get(name) : undefined;
/** The names of type parameters. */
const inParameters =
  (types: PyValue) =>
  (name: string): PyValue | undefined =>
    types instanceof PyTuple
      ? types.items.find((type) => type instanceof PyTypeParameter && type.name === name)
      : undefined;

function resolved(reference: PyForwardRef, scopes: Scopes): PyValue {
  const value = evaluateText(reference.text, (name) => {
    for (const scope of scopes) {
      const found = scope(name);
      if (found !== undefined) return found;
    }
    return builtins.get(name) ?? unknownName(name);
  });
  const qualifiers = reference.isClass ? "all" : reference.isArgument ? "none" : "Final";
  return typeArgument(value, "Forward references must evaluate to types.", qualifiers);
}

/** The type with other arguments, or itself if they are the same. */
function changed(
  args: readonly PyValue[],
  change: (arg: PyValue) => PyValue,
  type: PyValue,
  make: (changed: PyValue[]) => PyValue,
): PyValue {
  const own = args.map(change);
  return own.every((arg, i) => arg === args[i]) ? type : make(own);
}
/** The type with `change` done to what it is made of. */
function rebuilt(type: PyValue, change: (arg: PyValue) => PyValue): PyValue {
  if (type instanceof PyAlias) {
    if (type.kind === "literal") return type;
    return changed(type.arguments, change, type, (args) => withArguments(type, args));
  }
  if (type instanceof PyClassAlias) {
    return changed(type.args.items, change, type, (args) => new PyClassAlias(type.origin, tuple(args)));
  }
  if (type instanceof PyUnion) return changed(type.args, change, type, (args) => args.reduce(bitOr));
  if (type instanceof PyUnpack) {
    return changed([type.item], change, type, ([item]) => new PyUnpack(item as PyValue));
  }
  if (type instanceof PyGenericAlias) {
    return changed(
      type.args.items,
      change,
      type,
      (args) => new PyGenericAlias(type.origin, tuple(args), type.starred),
    );
  }
  return type;
}

/** A type with the texts in it evaluated. A text that leads back to itself stays. */
function evaluated(type: PyValue, scopes: Scopes, within: readonly string[] = []): PyValue {
  if (type instanceof PyForwardRef) {
    if (within.includes(type.text)) return type;
    return evaluated(resolved(type, scopes), scopes, [...within, type.text]);
  }
  if (type instanceof PyGenericAlias) {
    // In built-in types a text is nothing but a text until now.
    const full = rebuilt(type, (arg) => {
      return evaluated(asStr(arg) === undefined ? arg : converted(arg), scopes, within);
    }) as PyGenericAlias;
    return full.starred ? new PyUnpack(new PyGenericAlias(full.origin, full.args)) : full;
  }
  return rebuilt(type, (arg) => evaluated(arg, scopes, within));
}
/** A type without what `Annotated`, `Required`, `NotRequired` and `ReadOnly` add to it. */
function stripped(type: PyValue): PyValue {
  if (type instanceof PyAlias) {
    if (type.kind === "annotated") return stripped(type.origin);
    if (itemQualifier(type) !== undefined) return stripped(type.args[0] as PyValue);
  }
  return rebuilt(type, stripped);
}

/** `get_type_hints(obj, globalns, localns, include_extras)`. */
export function typeHints(
  value: PyValue,
  globals: PyValue = null,
  locals: PyValue = null,
  extras: PyValue = false,
): PyValue {
  const hints = new PyDict();
  if (truth(getAttributeOr(value, "__no_type_check__", false))) return hints;
  const put = (
    annotations: PyValue | undefined,
    scopes: Scopes,
    reference: (text: string) => PyForwardRef,
  ): void => {
    for (const [name, type] of annotations instanceof PyDict ? annotations.entries() : []) {
      const text = asStr(type);
      const full = evaluated(text === undefined ? (type ?? noneType) : reference(text), scopes);
      hints.set(name, truth(extras) ? full : stripped(full));
    }
  };
  if (value instanceof PyType) {
    for (const base of [...value.mro].reverse()) {
      const own = locals === null ? (name: string) => base.dict.get(name) : inMapping(locals);
      const types = inParameters(base.dict.get("__type_params__") ?? null);
      const scopes = [types, own, inMapping(globals)];
      put(base.dict.get("__annotations__"), scopes, (text) => forwardRef(text, false, null, true));
    }
    return hints;
  }
  const f = value instanceof PyBoundMethod ? value.func : value;
  const known = getAttributeOr(f, "__annotations__", undefined);
  if (known === undefined && !(f instanceof PyBuiltin)) {
    throw typeError(`${repr(value)} is not a module, class, method, or function.`);
  }
  const types = inParameters(getAttributeOr(f, "__type_params__", null));
  put(known, [types, inMapping(locals), inMapping(globals)], (text) => forwardRef(text));
  return hints;
}
