// The module `typing`: what a program evaluates of types at run time.
import { getAttribute, setAttribute } from "../attribute.ts";
import { PyDict, PyFrozenSet } from "../dict.ts";
import {
  AssertionError,
  Exception,
  NotImplementedError,
  PyException,
  pyError,
  typeError,
} from "../exceptions.ts";
import { builtin, PyClassMethod, PyFunction, PyStaticMethod } from "../function.ts";
import { defineModule } from "../module.ts";
import { PyType, type PyValue } from "../object.ts";
import { log } from "../output.ts";
import { repr } from "../representation.ts";
import { list, tuple } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { PyGenericAlias } from "../types/generic-alias.ts";
import { genericType, PyClassAlias } from "../types/generic-class.ts";
import { takesWhole } from "../types/parameter-arguments.ts";
import {
  NoDefault,
  PyParamSpecPart,
  PyUnpack,
  paramSpecPartTypes,
  paramSpecType,
  typeAliasType,
  typeVarTupleType,
  typeVarType,
} from "../types/type-parameters.ts";
import { PyUnion, unionType } from "../types/union.ts";
import { classVariable } from "./dataclass-class.ts";
import { forwardRefType } from "./forward-ref.ts";
import { newTypeType } from "./new-type.ts";
import { pythonClass, pythonFunctions } from "./python-function.ts";
import { PyAlias } from "./typing-alias.ts";
import { isTypedDict, namedTupleFunction, typedDictFunction } from "./typing-classes.ts";
import { forms, PyClassName } from "./typing-forms.ts";
import { typeHints } from "./typing-hints.ts";
import { isProtocol, libraryProtocols, members, protocolType, runtimeCheckable } from "./typing-protocol.ts";
import { typeVariables } from "./typing-variables.ts";

classVariable.test = (annotation) =>
  annotation === forms.ClassVar || (annotation instanceof PyAlias && annotation.origin === forms.ClassVar);

// ---- taking types apart --------------------------------------------------------------------------

function origin(value: PyValue): PyValue {
  if (value instanceof PyAlias)
    return value.kind === "annotated" ? (forms.Annotated as PyValue) : value.origin;
  if (value instanceof PyClassName || value instanceof PyGenericAlias || value instanceof PyClassAlias)
    return value.origin;
  if (value instanceof PyParamSpecPart) return value.origin;
  if (value === genericType) return genericType;
  if (value instanceof PyUnion) return unionType;
  return value instanceof PyUnpack ? (forms.Unpack as PyValue) : null;
}
/** The types of what a `Callable` takes and gives: those of its parameters lie flat before the result. */
function callableParts(args: readonly PyValue[]): PyValue[] {
  return takesWhole(args) ? [...args] : [list(args.slice(0, -1)), args.at(-1) as PyValue];
}
function argumentsOf(value: PyValue): PyValue {
  if (value instanceof PyAlias) {
    if (value.kind === "annotated") return tuple([value.origin, ...value.metadata]);
    return tuple(value.kind === "callable" ? callableParts(value.args) : [...value.args]);
  }
  if (value instanceof PyGenericAlias) {
    const isCallable = value.origin === (forms.Callable as PyClassName).origin;
    return isCallable ? tuple(callableParts(value.args.items)) : value.args;
  }
  if (value instanceof PyClassAlias) return value.args;
  if (value instanceof PyUnion) return tuple([...value.args]);
  return value instanceof PyUnpack ? tuple([value.item]) : tuple([]);
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

/** Marks a function, or a class with all functions and classes that were written in it. */
function withoutChecks(value: PyValue): PyValue {
  const mark = "__no_type_check__";
  if (value instanceof PyType) {
    for (const found of value.dict.values()) {
      const own = found instanceof PyClassMethod || found instanceof PyStaticMethod ? found.func : found;
      if (!(own instanceof PyFunction || own instanceof PyType)) continue;
      if (own.qualname !== `${value.qualname}.${own.name}`) continue;
      if (own instanceof PyType) withoutChecks(own);
      else marked(own, mark);
    }
  }
  return marked(value, mark);
}

const io = pythonClass("IO", { base: genericType, module: "typing" });
io.dict.set("__parameters__", tuple([typeVariables.AnyStr]));
const [textIO, binaryIO] = ["TextIO", "BinaryIO"].map((name) => {
  const type = pythonClass(name, { base: io, module: "typing" });
  type.dict.set("__parameters__", tuple([]));
  return type;
}) as [PyType, PyType];

defineModule("typing", {
  values: {
    ...forms,
    ...typeVariables,
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
      "no_type_check(arg)": withoutChecks,
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
    ...paramSpecPartTypes,
    forwardRefType,
    newTypeType,
    io,
    textIO,
    binaryIO,
    ...libraryProtocols,
  ],
});
