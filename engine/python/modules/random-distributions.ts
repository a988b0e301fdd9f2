// The distributions of `random`: floats and whole numbers that are not uniform.
//
// Arithmetic with what the program gives goes through Python's operators, so that it complains and mixes types as
// CPython's does; the rest is in doubles, step by step as there, so that every bit is the same.
import { getAttribute, setAttribute } from "../attribute.ts";
import { PyException, typeError, valueError, ZeroDivisionError } from "../exceptions.ts";
import { method2 } from "../function.ts";
import { fromDouble } from "../integer.ts";
import { PyFloat, type PyValue } from "../object.ts";
import { add, asDouble, div, equal, ge, gt, le, lt, mod, mul, pow, sub, truth } from "../operators.ts";
import { charge } from "../state.ts";
import { acos, cos, exp, log, log2, sin } from "./elementary-functions.ts";
import { lgamma } from "./gamma-functions.ts";
import { draw, drawDouble, type PyRandom } from "./random-source.ts";

const TWO_PI = 2 * Math.PI;
const NORMAL_MAGIC = (4 * exp(-0.5)) / Math.sqrt(2);
const GAMMA_MAGIC = 1 + log(4.5);
const LOG4 = log(4);

/** What `random` calls them. */
export const magicConstants: { readonly [name: string]: PyValue } = {
  NV_MAGICCONST: new PyFloat(NORMAL_MAGIC),
  TWOPI: new PyFloat(TWO_PI),
  LOG4: new PyFloat(LOG4),
  SG_MAGICCONST: new PyFloat(GAMMA_MAGIC),
  BPF: 53,
  RECIP_BPF: new PyFloat(2 ** -53),
};

const float = (value: number): PyFloat => new PyFloat(value);
const ZERO = float(0);
const ONE = float(1);
/** What arithmetic with a float gave, as a double. */
function double(value: PyValue): number {
  const number = asDouble(value);
  if (number === undefined) throw typeError("must be real number");
  return number;
}
const isTrue = (value: PyValue): boolean => truth(value);

function uniform(self: PyRandom, a: PyValue, b: PyValue): PyValue {
  return add(a, mul(sub(b, a), draw(self)));
}
function triangular(self: PyRandom, low: PyValue = ZERO, high: PyValue = ONE, mode: PyValue = null): PyValue {
  let u = draw(self);
  let c: PyValue = float(0.5);
  if (mode !== null) {
    try {
      c = div(sub(mode, low), sub(high, low));
    } catch (error) {
      if (error instanceof PyException && error.cls.isSubtype(ZeroDivisionError)) return low;
      throw error;
    }
  }
  let [from, to] = [low, high];
  if (isTrue(gt(u, c))) {
    u = sub(ONE, u);
    c = sub(ONE, c);
    [from, to] = [high, low];
  }
  return add(from, mul(sub(to, from), float(Math.sqrt(double(mul(u, c))))));
}
function normalvariate(self: PyRandom, mu: PyValue = ZERO, sigma: PyValue = ONE): PyValue {
  for (;;) {
    const u1 = drawDouble(self);
    const u2 = 1 - drawDouble(self);
    const z = (NORMAL_MAGIC * (u1 - 0.5)) / u2;
    if ((z * z) / 4 <= -log(u2)) return add(mu, mul(float(z), sigma));
  }
}
/** Makes values in pairs: the second waits as `gauss_next`. */
function gauss(self: PyRandom, mu: PyValue = ZERO, sigma: PyValue = ONE): PyValue {
  let z = getAttribute(self, "gauss_next");
  setAttribute(self, "gauss_next", null);
  if (z === null) {
    const angle = drawDouble(self) * TWO_PI;
    const radius = Math.sqrt(-2 * log(1 - drawDouble(self)));
    z = float(cos(angle) * radius);
    setAttribute(self, "gauss_next", float(sin(angle) * radius));
  }
  return add(mu, mul(z, sigma));
}
function vonmisesvariate(self: PyRandom, mu: PyValue, kappa: PyValue): PyValue {
  if (isTrue(le(kappa, float(1e-6)))) return float(TWO_PI * drawDouble(self));
  const s = double(div(float(0.5), kappa));
  const r = s + Math.sqrt(1 + s * s);
  let z: number;
  for (;;) {
    z = cos(Math.PI * drawDouble(self));
    const d = z / (r + z);
    const u = drawDouble(self);
    if (u < 1 - d * d || u <= (1 - d) * exp(d)) break;
  }
  const q = 1 / r;
  const angle = float(acos((q + z) / (1 + q * z)));
  return mod(drawDouble(self) > 0.5 ? add(mu, angle) : sub(mu, angle), float(TWO_PI));
}
function gammavariate(self: PyRandom, alphaValue: PyValue, beta: PyValue): PyValue {
  if (isTrue(le(alphaValue, ZERO)) || isTrue(le(beta, ZERO))) {
    throw valueError("gammavariate: alpha and beta must be > 0.0");
  }
  const alpha = double(mul(ONE, alphaValue));
  if (alpha > 1) {
    const root = Math.sqrt(2 * alpha - 1);
    const b = alpha - LOG4;
    const c = alpha + root;
    for (;;) {
      charge(1);
      const u1 = drawDouble(self);
      if (!(u1 > 1e-7 && u1 < 0.9999999)) continue;
      const u2 = 1 - drawDouble(self);
      const v = log(u1 / (1 - u1)) / root;
      const x = alpha * exp(v);
      const z = u1 * u1 * u2;
      const r = b + c * v - x;
      if (r + GAMMA_MAGIC - 4.5 * z >= 0 || r >= log(z)) return mul(float(x), beta);
    }
  }
  if (alpha === 1) return mul(float(-log(1 - drawDouble(self))), beta);
  for (;;) {
    const b = (Math.E + alpha) / Math.E;
    const p = b * drawDouble(self);
    const x = p <= 1 ? double(pow(float(p), float(1 / alpha))) : -log((b - p) / alpha);
    const u = drawDouble(self);
    if (p > 1 ? u <= double(pow(float(x), float(alpha - 1))) : u <= exp(-x)) return mul(float(x), beta);
  }
}

/** The number of successes of `n` trials: by waiting times while few are expected, else by rejection (BTRS). */
function binomialvariate(self: PyRandom, nValue: PyValue = 1, pValue: PyValue = float(0.5)): PyValue {
  if (isTrue(lt(nValue, 0))) throw valueError("n must be non-negative");
  if (isTrue(le(pValue, ZERO)) || isTrue(ge(pValue, ONE))) {
    if (equal(pValue, ZERO)) return 0;
    if (equal(pValue, ONE)) return nValue;
    throw valueError("p must be in the range 0.0 <= p <= 1.0");
  }
  if (equal(nValue, 1)) return isTrue(lt(draw(self), pValue)) ? 1 : 0;
  if (isTrue(gt(pValue, float(0.5)))) {
    return sub(nValue, method2(self, "binomialvariate", nValue, sub(ONE, pValue)));
  }
  const expected = double(mul(ONE, mul(nValue, pValue)));
  const [n, p] = [double(nValue), double(mul(ONE, pValue))];
  return fromDouble(expected < 10 ? byWaiting(self, n, p) : byRejection(self, n, p));
}
function byWaiting(self: PyRandom, n: number, p: number): number {
  const c = log2(1 - p);
  if (c === 0) return 0;
  let [x, y] = [0, 0];
  for (;;) {
    const u = drawDouble(self);
    if (u === 0) throw valueError("math domain error");
    y += Math.floor(log2(u) / c) + 1;
    if (y > n) return x;
    x += 1;
  }
}
function byRejection(self: PyRandom, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const lpq = log(p / (1 - p));
  const mode = Math.floor((n + 1) * p);
  const h = lgamma(mode + 1) + lgamma(n - mode + 1);
  for (;;) {
    charge(4);
    const u = drawDouble(self) - 0.5;
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (k < 0 || k > n) continue;
    let v = drawDouble(self);
    if (us >= 0.07 && v <= vr) return k;
    v *= alpha / (a / (us * us) + b);
    if (log(v) <= h - lgamma(k + 1) - lgamma(n - k + 1) + (k - mode) * lpq) return k;
  }
}

/** Methods by declaration. */
export const distributions = {
  "uniform(a, b)": uniform,
  "triangular(low=0.0, high=1.0, mode=None)": triangular,
  "normalvariate(mu=0.0, sigma=1.0)": normalvariate,
  "gauss(mu=0.0, sigma=1.0)": gauss,
  "lognormvariate(mu, sigma)": (self: PyRandom, mu: PyValue, sigma: PyValue) =>
    float(exp(double(method2(self, "normalvariate", mu, sigma)))),
  "expovariate(lambd=1.0)": (self: PyRandom, lambd: PyValue = ONE) =>
    div(float(-log(1 - drawDouble(self))), lambd),
  "vonmisesvariate(mu, kappa)": vonmisesvariate,
  "gammavariate(alpha, beta)": gammavariate,
  "betavariate(alpha, beta)": (self: PyRandom, alpha: PyValue, beta: PyValue) => {
    const y = method2(self, "gammavariate", alpha, ONE);
    return truth(y) ? div(y, add(y, method2(self, "gammavariate", beta, ONE))) : ZERO;
  },
  "paretovariate(alpha)": (self: PyRandom, alpha: PyValue) => {
    const u = float(1 - drawDouble(self));
    return pow(u, div(float(-1), alpha));
  },
  "weibullvariate(alpha, beta)": (self: PyRandom, alpha: PyValue, beta: PyValue) => {
    const u = 1 - drawDouble(self);
    return mul(alpha, pow(float(-log(u)), div(ONE, beta)));
  },
  "binomialvariate(n=1, p=0.5)": binomialvariate,
};
