// The module `numbers`: the abstract classes of the numeric tower.

import { getAttribute } from "../attribute.ts";
import { NotImplementedError, pyError } from "../exceptions.ts";
import { builtin, call1, method0, type Native, PyProperty } from "../function.ts";
import { defineModule } from "../module.ts";
import { floatType, intType, type PyType, type PyValue } from "../object.ts";
import { add, div, equal, floorDiv, mod, neg } from "../operators.ts";
import { tuple } from "../sequence.ts";
import { complexType } from "../types/complex.ts";
import { abstractClass, finishAbstract, registerBuiltin } from "./abc.ts";
import { decimalType } from "./decimal-objects.ts";
import { pythonMethods } from "./python-function.ts";

const MODULE = "numbers";
const refuse = (): never => {
  throw pyError(NotImplementedError);
};
/** Abstract methods by declaration, none of which does anything. */
function abstract(...declarations: string[]): { [declaration: string]: Native } {
  return Object.fromEntries(declarations.map((declaration) => [declaration, refuse]));
}
function property(type: PyType, name: string, read?: (self: PyValue) => PyValue): void {
  const getter = builtin(`${name}(self)`, read ?? refuse);
  getter.abstract = read === undefined;
  const made = new PyProperty(getter, null, null, null);
  made.name = name;
  type.dict.set(name, made);
}
const float = (value: PyValue): PyValue => call1(floatType, value);

export const numberType = abstractClass("Number", MODULE, []);
numberType.dict.set("__hash__", null);
finishAbstract(numberType);

export const complexAbcType = abstractClass(
  "Complex",
  MODULE,
  [numberType],
  abstract(
    "__complex__()",
    "__add__(other)",
    "__radd__(other)",
    "__neg__()",
    "__pos__()",
    "__mul__(other)",
    "__rmul__(other)",
    "__truediv__(other)",
    "__rtruediv__(other)",
    "__pow__(exponent)",
    "__rpow__(base)",
    "__abs__()",
    "conjugate()",
    "__eq__(other)",
  ),
);
property(complexAbcType, "real");
property(complexAbcType, "imag");
complexAbcType.dict.set("__hash__", null);
pythonMethods(complexAbcType, {
  "__bool__()": (self: PyValue) => !equal(self, 0),
  "__sub__(other)": (self: PyValue, other: PyValue) => add(self, neg(other)),
  "__rsub__(other)": (self: PyValue, other: PyValue) => add(neg(self), other),
});
finishAbstract(complexAbcType);

export const realType = abstractClass(
  "Real",
  MODULE,
  [complexAbcType],
  abstract(
    "__float__()",
    "__trunc__()",
    "__floor__()",
    "__ceil__()",
    "__round__(ndigits=None)",
    "__floordiv__(other)",
    "__rfloordiv__(other)",
    "__mod__(other)",
    "__rmod__(other)",
    "__lt__(other)",
    "__le__(other)",
  ),
);
pythonMethods(realType, {
  "__divmod__(other)": (self: PyValue, other: PyValue) => tuple([floorDiv(self, other), mod(self, other)]),
  "__rdivmod__(other)": (self: PyValue, other: PyValue) => tuple([floorDiv(other, self), mod(other, self)]),
  "__complex__()": (self: PyValue) => call1(complexType, float(self)),
  "conjugate()": (self: PyValue) => method0(self, "__pos__"),
});
property(realType, "real", (self) => method0(self, "__pos__"));
property(realType, "imag", () => 0);
finishAbstract(realType);

export const rationalType = abstractClass("Rational", MODULE, [realType]);
property(rationalType, "numerator");
property(rationalType, "denominator");
pythonMethods(rationalType, {
  "__float__()": (self: PyValue) => {
    const [numerator, denominator] = ["numerator", "denominator"].map((name) =>
      call1(intType, getAttribute(self, name)),
    ) as [PyValue, PyValue];
    return div(numerator, denominator);
  },
});
finishAbstract(rationalType);

export const integralType = abstractClass(
  "Integral",
  MODULE,
  [rationalType],
  abstract(
    "__int__()",
    "__pow__(exponent, modulus=None)",
    "__lshift__(other)",
    "__rlshift__(other)",
    "__rshift__(other)",
    "__rrshift__(other)",
    "__and__(other)",
    "__rand__(other)",
    "__xor__(other)",
    "__rxor__(other)",
    "__or__(other)",
    "__ror__(other)",
    "__invert__()",
  ),
);
pythonMethods(integralType, {
  "__index__()": (self: PyValue) => call1(intType, self),
  "__float__()": (self: PyValue) => float(call1(intType, self)),
});
property(integralType, "numerator", (self) => method0(self, "__pos__"));
property(integralType, "denominator", () => 1);
finishAbstract(integralType);

registerBuiltin(numberType, decimalType);
registerBuiltin(complexAbcType, complexType);
registerBuiltin(realType, floatType);
registerBuiltin(integralType, intType);

defineModule("numbers", {
  types: [numberType, complexAbcType, realType, rationalType, integralType],
});
