// `pow(base, exp, mod)`.
import { typeError, valueError } from "./exceptions.ts";
import { PyBuiltin, special } from "./function.ts";
import { bitSize, type Int, powMod } from "./integer.ts";
import { isPythonFunction } from "./modules/python-function.ts";
import {
  asInt,
  floatType,
  intType,
  NotImplemented,
  type PyType,
  type PyValue,
  typeName,
  typeOf,
} from "./object.ts";
import { asDouble } from "./operators.ts";
import { complexType, PyComplex } from "./power.ts";
import { charge } from "./state.ts";

function modularInverse(value: Int, modulus: Int): Int {
  const m = modulus < 0 ? -BigInt(modulus) : BigInt(modulus);
  if (m === 0n) throw valueError("pow() 3rd argument cannot be 0");
  let [a, b] = [((BigInt(value) % m) + m) % m, m];
  let [x, y] = [1n, 0n];
  const words = 1 + (bitSize(modulus) >> 6);
  while (b !== 0n) {
    charge(words);
    const q = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - q * y];
  }
  if (a !== 1n && a !== -1n) throw valueError("base is not invertible for the given modulus");
  const inverse = (((x * a) % m) + m) % m;
  return inverse <= 9007199254740991n ? Number(inverse) : inverse;
}

/** What answers a power of three operands for a type: the built-in type it comes from, or the author's methods. */
function powerSlot(value: PyValue): PyType | "author" | undefined {
  const own = typeOf(value).lookup("__pow__") ?? typeOf(value).lookup("__rpow__");
  if (own === undefined) return undefined;
  return own instanceof PyBuiltin && own.owner !== null && !isPythonFunction(own) ? own.owner : "author";
}
function powerOfInts(base: Int, exp: Int, mod: Int): Int {
  if (mod === 0) throw valueError("pow() 3rd argument cannot be 0");
  return exp >= 0 ? powMod(base, exp, mod) : powMod(modularInverse(base, mod), -exp, mod);
}
const isPlainInt = (value: PyValue): value is Int => typeof value === "number" || typeof value === "bigint";

/** `pow(base, exp, mod)`: the types of all three are asked, one after the other. */
export function powerModulo(base: PyValue, exp: PyValue, mod: PyValue): PyValue {
  if (isPlainInt(base) && isPlainInt(exp) && isPlainInt(mod)) return powerOfInts(base, exp, mod);
  const ask = (slot: PyType | "author"): PyValue => {
    if (slot === intType) {
      const [b, e, m] = [asInt(base), asInt(exp), asInt(mod)];
      if (b === undefined || e === undefined || m === undefined) return NotImplemented;
      return powerOfInts(b, e, m);
    }
    if (slot === floatType)
      throw typeError("pow() 3rd argument not allowed unless all arguments are integers");
    if (slot === complexType) {
      if ([base, exp].every((value) => value instanceof PyComplex || asDouble(value) !== undefined))
        throw valueError("complex modulo");
      return NotImplemented;
    }
    if (powerSlot(base) === slot) return special(base, "__pow__", [exp, mod]) ?? NotImplemented;
    // An author's `__rpow__` is only asked where there are two operands.
    return slot !== "author" && powerSlot(exp) === slot
      ? (special(exp, "__rpow__", [base, mod]) ?? NotImplemented)
      : NotImplemented;
  };
  const slots = [powerSlot(base), powerSlot(exp), powerSlot(mod)];
  const isDerived = typeOf(exp) !== typeOf(base) && typeOf(exp).isSubtype(typeOf(base));
  for (const slot of new Set(isDerived ? [slots[1], slots[0], slots[2]] : slots)) {
    const result = slot === undefined ? NotImplemented : ask(slot);
    if (result !== NotImplemented) return result;
  }
  const names = [base, exp, mod].map((value) => `'${typeName(value)}'`).join(", ");
  throw typeError(`unsupported operand type(s) for ** or pow(): ${names}`);
}
