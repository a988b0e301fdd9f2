// `complex`.
import { adopt } from "../classes.ts";
import { OverflowError, pyError, typeError, valueError, zeroDivision } from "../exceptions.ts";
import { asciiNumber, parseFloatText, reprFloat } from "../float-text.ts";
import { formatComplex } from "../format-spec.ts";
import { defineMembers, defineMethods, special } from "../function.ts";
import { hashFloat } from "../hash.ts";
import { narrow } from "../integer.ts";
import { vectorLength } from "../modules/exact-sums.ts";
import { asInt, asStr, NotImplemented, PyFloat, type PyType, type PyValue, typeName } from "../object.ts";
import { asDouble } from "../operators.ts";
import { type Complex, complexPower, complexType, PyComplex } from "../power.ts";
import { realNumber } from "../real.ts";
import { strObject } from "../representation.ts";
import { tuple } from "../sequence.ts";
import { reprString } from "../text.ts";
import { defineConstructor } from "./construct.ts";
import { specArgument } from "./str-format.ts";

export { complexType, PyComplex };

// ---- construction --------------------------------------------------------------------------------

const PART = "(?:\\d[\\d_]*\\.?[\\d_]*|\\.\\d[\\d_]*)(?:[eE][+-]?\\d[\\d_]*)?|inf(?:inity)?|nan";
const BOTH = new RegExp(`^([+-]?(?:${PART}))?(?:([+-]?(?:${PART})?)j)?$`, "i");

/** Reads `1+2j`, `(1+2j)`, `3`, `-j`; ValueError for anything else. */
function parseComplex(text: string): Complex {
  const malformed = () => valueError("complex() arg is a malformed string");
  if (text.includes("_") && /^_|_$|[^0-9]_|_[^0-9]/.test(asciiNumber(text))) {
    throw valueError(`could not convert string to complex: ${reprString(text)}`);
  }
  let body = asciiNumber(text);
  if (body.startsWith("(") && body.endsWith(")")) body = body.slice(1, -1).trim();
  const match = BOTH.exec(body);
  if (match === null || body === "") throw malformed();
  const [, first, second] = match;
  const read = (part: string): number => {
    const value = parseFloatText(part);
    if (value === undefined) throw malformed();
    return value;
  };
  const unit = (part: string): number => (/^[+-]?$/.test(part) ? (part === "-" ? -1 : 1) : read(part));
  if (second === undefined) return { real: read(first as string), imag: 0 };
  // The expression may split digits between both parts: only a sign begins the second.
  if (first === undefined) return { real: 0, imag: unit(second) };
  if (!/^[+-]/.test(second)) {
    if (second !== "") throw malformed();
    return { real: 0, imag: read(first) };
  }
  return { real: read(first), imag: unit(second) };
}

/** The complex number of a `complex`, or of an object with `__complex__`; undefined for others. */
function asComplex(value: PyValue): Complex | undefined {
  if (value instanceof PyComplex) return value;
  const converted = special(value, "__complex__", []);
  if (converted === undefined) return undefined;
  if (!(converted instanceof PyComplex)) {
    throw typeError(`__complex__ returned non-complex (type ${typeName(converted)})`);
  }
  return converted;
}

function makeComplex(first: PyValue | undefined, second: PyValue | undefined): Complex {
  const text = first === undefined ? undefined : asStr(first);
  if (text !== undefined) {
    if (second !== undefined) throw typeError("complex() can't take second arg if first is a string");
    return parseComplex(text);
  }
  if (second !== undefined && asStr(second) !== undefined)
    throw typeError("complex() second arg can't be a string");
  const a = first === undefined ? undefined : asComplex(first);
  const real =
    a ??
    (first === undefined
      ? 0
      : realNumber(first, (name) => `complex() first argument must be a string or a number, not '${name}'`));
  const [re, im] = typeof real === "number" ? [real, 0] : [real.real, real.imag];
  if (second === undefined) return { real: re, imag: im };
  // A part that is not given adds nothing, not even a zero's sign.
  if (second instanceof PyComplex) {
    return { real: re - second.imag, imag: typeof real === "number" ? second.real : im + second.real };
  }
  const other = realNumber(second, (name) => `complex() second argument must be a number, not '${name}'`);
  return { real: re, imag: typeof real === "number" ? other : im + other };
}

defineConstructor(complexType, "(real=0, imag=0)", (cls: PyType, real?: PyValue, imag?: PyValue) => {
  const made = makeComplex(real, imag);
  const value = new PyComplex(made.real, made.imag);
  return cls === complexType ? value : adopt(value, cls);
});

// ---- operators -----------------------------------------------------------------------------------

function operand(value: PyValue): Complex | undefined {
  if (value instanceof PyComplex) return value;
  const double = asDouble(value);
  return double === undefined ? undefined : { real: double, imag: 0 };
}

/** Scaled by the larger part of the divisor, so that nothing overflows on the way. */
function divide(a: Complex, b: Complex): Complex {
  const [size, other] = [Math.abs(b.real), Math.abs(b.imag)];
  if (size === 0 && other === 0) throw zeroDivision("complex division by zero");
  if (size >= other) {
    const ratio = b.imag / b.real;
    const denominator = b.real + b.imag * ratio;
    return { real: (a.real + a.imag * ratio) / denominator, imag: (a.imag - a.real * ratio) / denominator };
  }
  if (other >= size) {
    const ratio = b.real / b.imag;
    const denominator = b.real * ratio + b.imag;
    return { real: (a.real * ratio + a.imag) / denominator, imag: (a.imag * ratio - a.real) / denominator };
  }
  return { real: Number.NaN, imag: Number.NaN };
}

const operators: { readonly [name: string]: (a: Complex, b: Complex) => Complex } = {
  add: (a, b) => ({ real: a.real + b.real, imag: a.imag + b.imag }),
  sub: (a, b) => ({ real: a.real - b.real, imag: a.imag - b.imag }),
  mul: (a, b) => ({
    real: a.real * b.real - a.imag * b.imag,
    imag: a.real * b.imag + a.imag * b.real,
  }),
  truediv: divide,
  pow: complexPower,
};
for (const [name, operate] of Object.entries(operators)) {
  const apply = (x: PyValue, y: PyValue, modulus: PyValue): PyValue => {
    const [a, b] = [operand(x), operand(y)];
    if (a === undefined || b === undefined) return NotImplemented;
    if (modulus !== null) throw valueError("complex modulo");
    const { real, imag } = operate(a, b);
    return new PyComplex(real, imag);
  };
  const signature = name === "pow" ? "(value, mod=None, /)" : "(value, /)";
  defineMethods(complexType, {
    [`__${name}__${signature}`]: (self: PyComplex, other: PyValue, modulus: PyValue = null) =>
      apply(self, other, modulus),
    [`__r${name}__${signature}`]: (self: PyComplex, other: PyValue, modulus: PyValue = null) =>
      apply(other, self, modulus),
  });
}

function equals(self: PyComplex, other: PyValue): boolean | undefined {
  if (other instanceof PyComplex) return self.real === other.real && self.imag === other.imag;
  const real = other instanceof PyFloat ? other.value : asInt(other);
  // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint are compared by value.
  return real === undefined ? undefined : self.imag === 0 && self.real == real;
}

function reprComplex({ real, imag }: Complex): string {
  const part = (value: number): string => reprFloat(value).replace(/\.0$/, "");
  if (Object.is(real, 0)) return `${part(imag)}j`;
  const text = part(imag);
  return `(${part(real)}${text.startsWith("-") ? "" : "+"}${text}j)`;
}

function hashComplex({ real, imag }: Complex): number | bigint {
  const sum = BigInt.asIntN(64, BigInt(hashFloat(real)) + 1000003n * BigInt(hashFloat(imag)));
  return narrow(sum === -1n ? -2n : sum);
}

defineMethods(complexType, {
  "__eq__(value, /)": (self: PyComplex, other: PyValue) => equals(self, other) ?? NotImplemented,
  "__ne__(value, /)": (self: PyComplex, other: PyValue) => {
    const equal = equals(self, other);
    return equal === undefined ? NotImplemented : !equal;
  },
  "__neg__()": (self: PyComplex) => new PyComplex(-self.real, -self.imag),
  "__pos__()": (self: PyComplex) => new PyComplex(self.real, self.imag),
  "__abs__()": (self: PyComplex) => {
    const size = vectorLength([self.real, self.imag]);
    if (!Number.isFinite(size) && Number.isFinite(self.real) && Number.isFinite(self.imag)) {
      throw pyError(OverflowError, "absolute value too large");
    }
    return new PyFloat(size);
  },
  "__bool__()": (self: PyComplex) => self.real !== 0 || self.imag !== 0,
  "__complex__()": (self: PyComplex) => new PyComplex(self.real, self.imag),
  "__hash__()": hashComplex,
  "__repr__()": reprComplex,
  "__format__(format_spec, /)": (self: PyComplex, formatSpec: PyValue) => {
    const spec = specArgument(formatSpec);
    return spec === "" ? strObject(self) : formatComplex(self.real, self.imag, spec, typeName(self));
  },
  "conjugate()": (self: PyComplex) => new PyComplex(self.real, -self.imag),
  "__getnewargs__()": (self: PyComplex) => tuple([new PyFloat(self.real), new PyFloat(self.imag)]),
});
defineMembers<PyComplex>(complexType, {
  real: (self) => new PyFloat(self.real),
  imag: (self) => new PyFloat(self.imag),
});
