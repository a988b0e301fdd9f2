// `bool`: an int with two values.
import { defineMethods } from "../function.ts";
import { andInt, type Int, orInt, xorInt } from "../integer.ts";
import { asInt, boolType, NotImplemented, type PyType, type PyValue } from "../object.ts";
import { truth } from "../operators.ts";
import { defineConstructor } from "./construct.ts";
import "./int.ts";

defineConstructor(boolType, "(object=False, /)", (_cls: PyType, value: PyValue = false) => truth(value));

/** Of two bools a bool, of a bool and an int an int. */
function logical(
  bools: (a: boolean, b: boolean) => boolean,
  ints: (a: Int, b: Int) => Int,
): (self: PyValue, other: PyValue) => PyValue {
  return (self, other) => {
    if (typeof self === "boolean" && typeof other === "boolean") return bools(self, other);
    const b = asInt(other);
    return b === undefined ? NotImplemented : ints(asInt(self) as Int, b);
  };
}
const and = logical((a, b) => a && b, andInt);
const or = logical((a, b) => a || b, orInt);
const xor = logical((a, b) => a !== b, xorInt);

defineMethods(boolType, {
  "__repr__()": (self: boolean) => (self ? "True" : "False"),
  "__and__(value, /)": and,
  "__rand__(value, /)": and,
  "__or__(value, /)": or,
  "__ror__(value, /)": or,
  "__xor__(value, /)": xor,
  "__rxor__(value, /)": xor,
});
