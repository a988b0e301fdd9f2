// `statistics.NormalDist`, and the inverse of the normal distribution.
import { getAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { typeError } from "../exceptions.ts";
import { reprFloat } from "../float-text.ts";
import { builtin, call, defineStatic, method, PyProperty } from "../function.ts";
import { hashTuple } from "../hash.ts";
import { importModule } from "../module.ts";
import {
  floatType,
  makeType,
  NotImplemented,
  PyFloat,
  PyObject,
  type PyType,
  type PyValue,
} from "../object.ts";
import { add, div, ge, index, le, lt, mul, neg, sub, truth } from "../operators.ts";
import { realNumber } from "../real.ts";
import { list } from "../sequence.ts";
import { allocate, charge } from "../state.ts";
import { exp, log } from "./elementary-functions.ts";
import { vectorLength } from "./exact-sums.ts";
import { erf } from "./gamma-functions.ts";
import { pythonClassMethods, pythonMethods } from "./python-function.ts";
import { failure, rootOf, squaredDifferences } from "./statistics-sums.ts";

const float = (value: number): PyFloat => new PyFloat(value);
const polynomial = (r: number, coefficients: readonly number[]): number =>
  coefficients.reduce((sum, coefficient) => sum * r + coefficient);

// M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution (1988).
const CENTRAL = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
] as const;
const MIDDLE = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const;
const TAIL = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
  ],
] as const;
/** The `x` below which a normally distributed number is with probability `p`. */
export function inverseNormal(p: number, mu: number, sigma: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return mu + ((polynomial(r, CENTRAL[0]) * q) / polynomial(r, CENTRAL[1])) * sigma;
  }
  const r = Math.sqrt(-log(q <= 0 ? p : 1 - p));
  const [at, [above, below]] = r <= 5 ? [r - 1.6, MIDDLE] : [r - 5, TAIL];
  const x = polynomial(at, above) / polynomial(at, below);
  return mu + (q < 0 ? -x : x) * sigma;
}

/** A `statistics.NormalDist`. */
export class PyNormalDist extends PyObject {
  mu = 0;
  sigma = 1;
  get variance(): number {
    return this.sigma * this.sigma;
  }
  /** The deviation, where something is defined only when there is one. */
  spread(what: string): number {
    if (this.sigma === 0) throw failure(`${what} not defined when sigma is zero`);
    return this.sigma;
  }
  cumulative(x: number): number {
    return 0.5 * (1 + erf((x - this.mu) / (this.sigma * Math.SQRT2)));
  }
}
/** `statistics.NormalDist`. */
export const normalDistType = makeType("NormalDist", { of: PyNormalDist, module: "statistics" });
defineStatic(normalDistType, {
  "__new__(cls, /, *args, **kwargs)": (cls: PyType) => adopt(new PyNormalDist(), cls),
});
function normal(mu: PyValue, sigma: PyValue): PyValue {
  return normalDistType.call([mu, sigma], null);
}
const size = (x: PyValue): PyValue => float(Math.abs(realNumber(x)));

function overlap(self: PyNormalDist, other: PyValue): PyValue {
  if (!(other instanceof PyNormalDist)) throw typeError("Expected another NormalDist instance");
  let [x, y] = [self, other];
  if (y.sigma < x.sigma || (y.sigma === x.sigma && y.mu < x.mu)) [x, y] = [y, x];
  if (x.variance === 0 || y.variance === 0) throw failure("overlap() not defined when sigma is zero");
  const dv = y.variance - x.variance;
  const dm = Math.abs(y.mu - x.mu);
  if (dv === 0) return float(1 - erf(dm / (2 * x.sigma * Math.SQRT2)));
  const a = x.mu * y.variance - y.mu * x.variance;
  const b = x.sigma * y.sigma * Math.sqrt(dm * dm + dv * log(y.variance / x.variance));
  const [from, to] = [(a + b) / dv, (a - b) / dv];
  const gap = (at: number): number => Math.abs(y.cumulative(at) - x.cumulative(at));
  return float(1 - (gap(from) + gap(to)));
}
function inverse(self: PyNormalDist, p: PyValue): PyValue {
  if (truth(le(p, float(0))) || truth(ge(p, float(1)))) throw failure("p must be in the range 0.0 < p < 1.0");
  return float(inverseNormal(realNumber(p), self.mu, self.sigma));
}

const plus = (self: PyNormalDist, other: PyValue): PyValue =>
  other instanceof PyNormalDist
    ? normal(float(self.mu + other.mu), float(vectorLength([self.sigma, other.sigma])))
    : normal(add(float(self.mu), other), float(self.sigma));
const minus = (self: PyNormalDist, other: PyValue): PyValue =>
  other instanceof PyNormalDist
    ? normal(float(self.mu - other.mu), float(vectorLength([self.sigma, other.sigma])))
    : normal(sub(float(self.mu), other), float(self.sigma));
const times = (self: PyNormalDist, factor: PyValue): PyValue =>
  normal(mul(float(self.mu), factor), mul(float(self.sigma), size(factor)));

pythonMethods(normalDistType, {
  "__init__(mu=0.0, sigma=1.0)": (self: PyNormalDist, mu: PyValue = float(0), sigma: PyValue = float(1)) => {
    if (truth(lt(sigma, float(0)))) throw failure("sigma must be non-negative");
    self.mu = (call(floatType, [mu], null) as PyFloat).value;
    self.sigma = (call(floatType, [sigma], null) as PyFloat).value;
    return null;
  },
  "samples(n, *, seed=None)": (self: PyNormalDist, n: PyValue, seed: PyValue = null) => {
    const module = importModule("random", true);
    const source = seed === null ? module : method(module, "Random", [seed], null);
    const random = getAttribute(source, "random");
    const count = Math.max(0, Number(index(n)));
    allocate(count * 16);
    const out: PyValue[] = [];
    for (let i = 0; i < count; i++) {
      charge(1);
      out.push(float(inverseNormal(realNumber(call(random, [], null)), self.mu, self.sigma)));
    }
    return list(out);
  },
  "pdf(x)": (self: PyNormalDist, x: PyValue) => {
    self.spread("pdf()");
    const difference = realNumber(sub(x, float(self.mu)));
    const shape = exp((difference * difference) / (-2 * self.variance));
    return float(shape / Math.sqrt(2 * Math.PI * self.variance));
  },
  "cdf(x)": (self: PyNormalDist, x: PyValue) => {
    const scale = self.spread("cdf()") * Math.SQRT2;
    return float(0.5 * (1 + erf(realNumber(div(sub(x, float(self.mu)), float(scale))))));
  },
  "inv_cdf(p)": inverse,
  "quantiles(n=4)": (self: PyNormalDist, n: PyValue = 4) => {
    const out: PyValue[] = [];
    const count = Number(index(n));
    for (let i = 1; i < count; i++) {
      charge(1);
      out.push(method(self, "inv_cdf", [div(i, n)], null));
    }
    return list(out);
  },
  "overlap(other)": overlap,
  "zscore(x)": (self: PyNormalDist, x: PyValue) => {
    const sigma = self.spread("zscore()");
    return div(sub(x, float(self.mu)), float(sigma));
  },
  "__add__(x2)": plus,
  "__radd__(x2)": plus,
  "__sub__(x2)": minus,
  "__rsub__(x2)": (self: PyNormalDist, other: PyValue) => neg(minus(self, other)),
  "__mul__(x2)": times,
  "__rmul__(x2)": times,
  "__truediv__(x2)": (self: PyNormalDist, divisor: PyValue) =>
    normal(div(float(self.mu), divisor), div(float(self.sigma), size(divisor))),
  "__pos__()": (self: PyNormalDist) => normal(float(self.mu), float(self.sigma)),
  "__neg__()": (self: PyNormalDist) => normal(float(-self.mu), float(self.sigma)),
  "__eq__(x2)": (self: PyNormalDist, other: PyValue) =>
    other instanceof PyNormalDist ? self.mu === other.mu && self.sigma === other.sigma : NotImplemented,
  "__hash__()": (self: PyNormalDist) => hashTuple([float(self.mu), float(self.sigma)]),
  "__repr__()": (self: PyNormalDist) =>
    `${self.cls.name}(mu=${reprFloat(self.mu)}, sigma=${reprFloat(self.sigma)})`,
});
pythonClassMethods(normalDistType, {
  "from_samples(data)": (cls: PyType, data: PyValue) => {
    const { type, total, mean, count } = squaredDifferences(data, null);
    if (count < 2) throw failure("stdev requires at least two data points");
    const xbar = call(floatType, [mean], null);
    if (total instanceof PyFloat) return cls.call([xbar, div(xbar, total)], null);
    return cls.call(
      [xbar, rootOf(div(total, count - 1), type.isSubtype(floatType) ? type : floatType)],
      null,
    );
  },
});
for (const [name, get] of Object.entries({
  mean: (self: PyNormalDist) => self.mu,
  median: (self: PyNormalDist) => self.mu,
  mode: (self: PyNormalDist) => self.mu,
  stdev: (self: PyNormalDist) => self.sigma,
  variance: (self: PyNormalDist) => self.variance,
  _mu: (self: PyNormalDist) => self.mu,
  _sigma: (self: PyNormalDist) => self.sigma,
})) {
  const property = new PyProperty(
    builtin(`${name}(self, /)`, (self: PyNormalDist) => float(get(self))),
    null,
    null,
    null,
  );
  property.name = name;
  normalDistType.dict.set(name, property);
}
