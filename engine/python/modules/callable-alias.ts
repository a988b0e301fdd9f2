// `collections.abc.Callable[[int], str]`: the types of the parameters lie flat before the result's.
import { typeError } from "../exceptions.ts";
import { defineMethods } from "../function.ts";
import { makeType, type PyType, type PyValue } from "../object.ts";
import { str } from "../representation.ts";
import { PyList, PyTuple, tuple } from "../sequence.ts";
import { defineConstructor } from "../types/construct.ts";
import { genericAliasType, PyGenericAlias, showType } from "../types/generic-alias.ts";
import { isListOfTypes, takesWhole } from "../types/parameter-arguments.ts";
import { argumentsOf, substitute } from "../types/substitution.ts";

const MODULE = "collections.abc";

class CallableAlias extends PyGenericAlias {}
const callableAliasType = makeType("_CallableGenericAlias", {
  of: CallableAlias,
  base: genericAliasType,
  module: MODULE,
});

/** `Callable[parameters, result]`. */
export function callableAlias(origin: PyValue, item: PyValue): PyValue {
  if (!(item instanceof PyTuple && item.items.length === 2)) {
    throw typeError("Callable must be used as Callable[[arg, ...], result].");
  }
  const [parameters, result] = item.items as [PyValue, PyValue];
  if (parameters instanceof PyList || parameters instanceof PyTuple) {
    return new CallableAlias(origin, tuple([...parameters.items, result]));
  }
  if (isListOfTypes(parameters)) return new CallableAlias(origin, item);
  throw typeError(`Expected a list of types, an ellipsis, ParamSpec, or Concatenate. Got ${str(parameters)}`);
}
defineConstructor(callableAliasType, "(origin, args)", (_cls: PyType, origin: PyValue, args: PyValue) =>
  callableAlias(origin, args),
);
defineMethods(callableAliasType, {
  "__repr__()": (self: CallableAlias) => {
    const types = self.args.items.slice(0, -1);
    const result = showType(self.args.items.at(-1) as PyValue);
    const shown = types.map(showType).join(", ");
    const taken = takesWhole(self.args.items) ? shown : `[${shown}]`;
    return `${MODULE}.Callable[${taken}, ${result}]`;
  },
  "__getitem__(item, /)": (self: CallableAlias, key: PyValue) => {
    const types = substitute(self, self.args.items, self.parameters.items, argumentsOf(key));
    const [first] = types;
    if (first instanceof PyList || first instanceof PyTuple) return callableAlias(self.origin, tuple(types));
    return callableAlias(self.origin, tuple([tuple(types.slice(0, -1)), types.at(-1) as PyValue]));
  },
});
