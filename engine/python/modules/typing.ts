// The module `typing`: what a program evaluates of types at run time.
import { getAttribute, getAttributeOr, setAttribute } from "../attribute.ts";
import { builtins } from "../builtins.ts";
import { bytesType } from "../bytes.ts";
import { PyDict, PyFrozenSet } from "../dict.ts";
import {
  AssertionError,
  Exception,
  NameError,
  NotImplementedError,
  PyException,
  pyError,
  typeError,
} from "../exceptions.ts";
import { builtin, PyBoundMethod, PyBuiltin, PyFunction } from "../function.ts";
import { defineModule } from "../module.ts";
import { asStr, Ellipsis, noneType, PyObject, PyType, type PyValue, strType } from "../object.ts";
import { truth } from "../operators.ts";
import { log } from "../output.ts";
import { repr } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { PyGenericAlias } from "../types/generic-alias.ts";
import { genericType, PyClassAlias } from "../types/generic-class.ts";
import {
  Lazy,
  NoDefault,
  PyTypeParameter,
  PyUnpack,
  paramSpecType,
  typeAliasType,
  typeVarTupleType,
  typeVarType,
} from "../types/type-parameters.ts";
import { PyUnion, unionType } from "../types/union.ts";
import { classVariable } from "./dataclass-class.ts";
import { pythonClass, pythonFunctions } from "./python-function.ts";
import { converted, forwardRefType, itemQualifier, PyAlias, PyForwardRef, union } from "./typing-alias.ts";
import { isTypedDict, namedTupleFunction, newTypeType, typedDictFunction } from "./typing-classes.ts";
import { forms, PyClassName } from "./typing-forms.ts";
import { isProtocol, libraryProtocols, members, protocolType, runtimeCheckable } from "./typing-protocol.ts";

classVariable.test = (annotation) =>
  annotation === forms.ClassVar || (annotation instanceof PyAlias && annotation.origin === forms.ClassVar);

// ---- taking types apart --------------------------------------------------------------------------

function origin(value: PyValue): PyValue {
  if (value instanceof PyAlias)
    return value.kind === "annotated" ? (forms.Annotated as PyValue) : value.origin;
  if (value instanceof PyClassName || value instanceof PyGenericAlias || value instanceof PyClassAlias)
    return value.origin;
  if (value === genericType) return genericType;
  if (value instanceof PyUnion) return unionType;
  return value instanceof PyUnpack ? (forms.Unpack as PyValue) : null;
}
function argumentsOf(value: PyValue): PyValue {
  if (value instanceof PyAlias) {
    if (value.kind === "annotated") return tuple([value.origin, ...value.metadata]);
    if (value.kind === "callable") {
      const { args } = value;
      const first = args[0] as PyValue;
      const lone =
        args.length === 2 &&
        (first === Ellipsis ||
          (first instanceof PyTypeParameter && first.cls === paramSpecType) ||
          (first instanceof PyAlias && first.kind === "concatenate"));
      return tuple(lone ? [...args] : [list(args.slice(0, -1)), args.at(-1) as PyValue]);
    }
    return tuple([...value.args]);
  }
  if (value instanceof PyGenericAlias || value instanceof PyClassAlias) return value.args;
  if (value instanceof PyUnion) return tuple([...value.args]);
  return value instanceof PyUnpack ? tuple([value.item]) : tuple([]);
}

// ---- get_type_hints ------------------------------------------------------------------------------

type Scope = readonly PyValue[];
/** What a name in a string stands for. More than a name with dots cannot be evaluated. */
function resolved(text: string, scopes: Scope): PyValue {
  if (!/^\s*[\p{L}_][\p{L}\p{N}_]*(?:\s*\.\s*[\p{L}_][\p{L}\p{N}_]*)*\s*$/u.test(text)) {
    throw pyError(
      NotImplementedError,
      `the annotation ${repr(text)} cannot be evaluated in an expression: only names can, not other texts`,
    );
  }
  const [first = "", ...rest] = text.split(".").map((part) => part.trim());
  if (first === "None") return noneType;
  let value: PyValue | undefined;
  for (const scope of scopes) value ??= scope instanceof PyDict ? scope.get(first) : undefined;
  value ??= builtins.get(first);
  if (value === undefined) throw pyError(NameError, `name '${first}' is not defined`);
  return rest.reduce((object: PyValue, name) => getAttribute(object, name), value);
}
/** A type with the names in it resolved. */
function evaluated(type: PyValue, scopes: Scope): PyValue {
  if (type instanceof PyForwardRef) return converted(resolved(type.text, scopes));
  const all = (args: readonly PyValue[]): PyValue[] => args.map((arg) => evaluated(arg, scopes));
  if (type instanceof PyAlias) {
    if (type.kind === "literal") return type;
    if (type.kind === "union") return union(all(type.args));
    const inner = type.kind === "annotated" ? (evaluated(type.origin, scopes) as PyObject) : type.origin;
    return new PyAlias(type.kind, inner, all(type.args), type.name, type.metadata);
  }
  if (type instanceof PyClassAlias) return new PyClassAlias(type.origin, tuple(all(type.args.items)));
  if (type instanceof PyGenericAlias) {
    const args = type.args.items.map((arg) =>
      evaluated(asStr(arg) === undefined ? arg : converted(arg), scopes),
    );
    return new PyGenericAlias(type.origin, tuple(args));
  }
  return type;
}
/** A type without what `Annotated`, `Required` and `NotRequired` add to it. */
function stripped(type: PyValue): PyValue {
  if (type instanceof PyAlias) {
    if (type.kind === "annotated") return stripped(type.origin);
    if (itemQualifier(type) !== undefined) return stripped(type.args[0] as PyValue);
    const args = type.args.map(stripped);
    if (args.every((arg, i) => arg === type.args[i])) return type;
    return type.kind === "union" ? union(args) : new PyAlias(type.kind, type.origin, args, type.name);
  }
  if (type instanceof PyGenericAlias)
    return new PyGenericAlias(type.origin, tuple(type.args.items.map(stripped)));
  if (type instanceof PyClassAlias)
    return new PyClassAlias(type.origin, tuple(type.args.items.map(stripped)));
  return type;
}
function typeHints(
  value: PyValue,
  globals: PyValue = null,
  locals: PyValue = null,
  extras: PyValue = false,
): PyValue {
  const hints = new PyDict();
  const scopes = [locals, globals];
  const put = (annotations: PyValue | undefined): void => {
    for (const [name, type] of annotations instanceof PyDict ? annotations.entries() : []) {
      const full = evaluated(converted(type), scopes);
      hints.set(name, truth(extras) ? full : stripped(full));
    }
  };
  if (value instanceof PyType) {
    for (const base of [...value.mro].reverse()) put(base.dict.get("__annotations__"));
    return hints;
  }
  const f = value instanceof PyBoundMethod ? value.func : value;
  const known = f instanceof PyObject ? getAttributeOr(f, "__annotations__", undefined) : undefined;
  if (known === undefined && !(f instanceof PyBuiltin)) {
    throw typeError(`${repr(value)} is not a module, class, method, or function.`);
  }
  put(known);
  return hints;
}

// ---- decorators ----------------------------------------------------------------------------------

const overloads = perEvaluation(() => new Map<string, PyValue[]>());
const overloadKey = (f: PyValue): string | undefined => (f instanceof PyFunction ? f.qualname : undefined);
const dummy = builtin("_overload_dummy(*args, **kwds)", () => {
  throw pyError(
    NotImplementedError,
    "You should not call an overloaded function. A series of @overload-decorated functions outside a stub module should always be followed by an implementation that is not @overload-ed.",
  );
});
/** Marks an object, where it takes marks. */
function marked(value: PyValue, name: string): PyValue {
  try {
    setAttribute(value, name, true);
  } catch (error) {
    if (!(error instanceof PyException && error.cls.isSubtype(Exception))) throw error;
  }
  return value;
}

const io = pythonClass("IO", { base: genericType, module: "typing" });
const anyStr = new PyTypeParameter(typeVarType, "AnyStr");
anyStr.constraints = new Lazy(null, tuple([bytesType, strType]));
io.dict.set("__parameters__", tuple([anyStr]));
const [textIO, binaryIO] = ["TextIO", "BinaryIO"].map((name) =>
  pythonClass(name, { base: io, module: "typing" }),
) as [PyType, PyType];

defineModule("typing", {
  values: {
    ...forms,
    AnyStr: anyStr,
    Generic: genericType,
    Protocol: protocolType,
    NamedTuple: namedTupleFunction,
    TypedDict: typedDictFunction,
    NoDefault,
    TYPE_CHECKING: false,
    ...pythonFunctions({
      "cast(typ, val)": (_type: PyValue, value: PyValue) => value,
      "get_origin(tp)": origin,
      "get_args(tp)": argumentsOf,
      "get_type_hints(obj, globalns=None, localns=None, include_extras=False)": typeHints,
      "is_typeddict(tp)": isTypedDict,
      "is_protocol(tp, /)": (value: PyValue) => isProtocol(value) && value !== protocolType,
      "get_protocol_members(tp, /)": (value: PyValue) => {
        if (!isProtocol(value) || value === protocolType) throw typeError(`${repr(value)} is not a Protocol`);
        const names = new PyFrozenSet();
        for (const name of members(value as PyType)) names.add(name);
        return names;
      },
      "overload(func)": (f: PyValue) => {
        const key = overloadKey(f);
        if (key !== undefined) overloads().set(key, [...(overloads().get(key) ?? []), f]);
        return dummy;
      },
      "get_overloads(func)": (f: PyValue) => list([...(overloads().get(overloadKey(f) ?? "") ?? [])]),
      "clear_overloads()": () => {
        overloads().clear();
        return null;
      },
      "final(f)": (f: PyValue) => marked(f, "__final__"),
      "override(method, /)": (f: PyValue) => marked(f, "__override__"),
      "no_type_check(arg)": (value: PyValue) => marked(value, "__no_type_check__"),
      "no_type_check_decorator(decorator)": (decorator: PyValue) => decorator,
      "runtime_checkable(cls)": runtimeCheckable,
      "dataclass_transform(*, eq_default=True, order_default=False, kw_only_default=False, frozen_default=False, field_specifiers=(), **kwargs)":
        (
          eq?: PyValue,
          order?: PyValue,
          kwOnly?: PyValue,
          frozen?: PyValue,
          specifiers?: PyValue,
          kwargs?: PyValue,
        ) =>
          builtin("decorator(cls_or_fn)", (target: PyValue) => {
            const options = new PyDict();
            options.set("eq_default", eq === undefined ? true : eq);
            options.set("order_default", order === undefined ? false : order);
            options.set("kw_only_default", kwOnly === undefined ? false : kwOnly);
            options.set("frozen_default", frozen === undefined ? false : frozen);
            options.set("field_specifiers", specifiers === undefined ? tuple([]) : specifiers);
            options.set("kwargs", kwargs ?? new PyDict());
            setAttribute(target, "__dataclass_transform__", options);
            return target;
          }),
      "assert_type(val, typ, /)": (value: PyValue) => value,
      "assert_never(arg, /)": (value: PyValue) => {
        const text = repr(value);
        throw pyError(
          AssertionError,
          `Expected code to be unreachable, but got: ${text.length > 100 ? `${text.slice(0, 100)}...` : text}`,
        );
      },
      "reveal_type(obj, /)": (value: PyValue) => {
        log(
          "info",
          `Runtime type is ${repr(String(getAttribute(getAttribute(value, "__class__"), "__name__")))}`,
        );
        return value;
      },
    }),
  },
  types: [
    typeVarType,
    paramSpecType,
    typeVarTupleType,
    typeAliasType,
    forwardRefType,
    newTypeType,
    io,
    textIO,
    binaryIO,
    ...libraryProtocols,
  ],
});
