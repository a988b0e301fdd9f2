// `kde` and `kde_random` of `statistics`: a density estimated from samples, and draws from it.
import { getAttribute } from "../attribute.ts";
import { typeError } from "../exceptions.ts";
import { builtin, call, method, method1 } from "../function.ts";
import { collect } from "../iterator.ts";
import { importModule } from "../module.ts";
import { asInt, PyFloat, type PyValue } from "../object.ts";
import { add, div, getItem, le, length, lt, mul, pow as powerOf, sub, truth } from "../operators.ts";
import { realNumber } from "../real.ts";
import { repr } from "../representation.ts";
import { charge } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { acos, asin, atan, cos, cosh, exp, log, sin, tan } from "./elementary-functions.ts";
import { erf } from "./gamma-functions.ts";
import { inverseNormal } from "./normal-dist.ts";
import { pythonFunctions } from "./python-function.ts";
import { failure } from "./statistics-sums.ts";

const float = (value: number): PyFloat => new PyFloat(value);
const power = (base: number, exponent: number): number => realNumber(powerOf(float(base), float(exponent)));

/** A kernel: its density, its cumulative distribution, and the inverse of that. */
interface Kernel {
  readonly density: (t: number) => number;
  readonly cumulative: (t: number) => number;
  readonly inverse: (p: number) => number;
  /** Outside [-1, 1] the density of a bounded kernel is nothing. */
  readonly bounded: boolean;
}

const cube = (t: number): number => power(t, 3);
const quarticCumulative = (t: number): number =>
  (3 / 16) * power(t, 5) - (5 / 8) * cube(t) + (15 / 16) * t + 1 / 2;
const quarticDensity = (t: number): number => (15 / 16) * power(1 - t * t, 2);
const triweightCumulative = (t: number): number =>
  (35 / 32) * ((-1 / 7) * power(t, 7) + (3 / 5) * power(t, 5) - cube(t) + t) + 1 / 2;
const triweightDensity = (t: number): number => (35 / 32) * cube(1 - t * t);

/** The inverse of a distribution by Newton's method. */
function newton(
  estimate: (p: number) => number,
  cumulative: (t: number) => number,
  density: (t: number) => number,
): (p: number) => number {
  return (p) => {
    let x = estimate(p);
    for (let off = cumulative(x) - p; Math.abs(off) > 1e-12; off = cumulative(x) - p) {
      charge(1);
      x -= off / density(x);
    }
    return x;
  };
}
/** An estimate for the left half, mirrored for the right one. */
const mirrored =
  (left: (p: number) => number) =>
  (p: number): number =>
    p <= 1 / 2 ? left(p) : left(1 - p) * -1;

const SQRT_2PI = Math.sqrt(2 * Math.PI);
const normal: Kernel = {
  density: (t) => exp((-1 / 2) * t * t) / SQRT_2PI,
  cumulative: (t) => (1 / 2) * (1 + erf(t / Math.SQRT2)),
  inverse: (p) => inverseNormal(p, 0, 1),
  bounded: false,
};
const rectangular: Kernel = {
  density: () => 1 / 2,
  cumulative: (t) => (1 / 2) * t + 1 / 2,
  inverse: (p) => 2 * p - 1,
  bounded: true,
};
const parabolic: Kernel = {
  density: (t) => (3 / 4) * (1 - t * t),
  cumulative: (t) => (-1 / 4) * cube(t) + (3 / 4) * t + 1 / 2,
  inverse: (p) => 2 * cos((acos(2 * p - 1) + Math.PI) / 3),
  bounded: true,
};
const quartic: Kernel = {
  density: quarticDensity,
  cumulative: quarticCumulative,
  inverse: newton(
    mirrored((p) => {
      const x = power(2 * p, 0.4258865685331) - 1;
      // CPython's condition; its second half always holds.
      return p >= 0.004 ? x + 0.026818732 * sin(7.101753784 * p + 2.73230839482953) : x;
    }),
    quarticCumulative,
    quarticDensity,
  ),
  bounded: true,
};
const kernels = new Map<PyValue, Kernel>([
  ["normal", normal],
  ["gauss", normal],
  [
    "logistic",
    {
      density: (t) => 1 / 2 / (1 + cosh(t)),
      cumulative: (t) => 1 - 1 / (exp(t) + 1),
      inverse: (p) => log(p / (1 - p)),
      bounded: false,
    },
  ],
  [
    "sigmoid",
    {
      density: (t) => 1 / Math.PI / cosh(t),
      cumulative: (t) => (2 / Math.PI) * atan(exp(t)),
      inverse: (p) => log(tan((p * Math.PI) / 2)),
      bounded: false,
    },
  ],
  ["rectangular", rectangular],
  ["uniform", rectangular],
  [
    "triangular",
    {
      density: (t) => 1 - Math.abs(t),
      cumulative: (t) => t * t * (t < 0 ? 1 / 2 : -1 / 2) + t + 1 / 2,
      inverse: (p) => (p < 1 / 2 ? Math.sqrt(2 * p) - 1 : 1 - Math.sqrt(2 - 2 * p)),
      bounded: true,
    },
  ],
  ["parabolic", parabolic],
  ["epanechnikov", parabolic],
  ["quartic", quartic],
  ["biweight", quartic],
  [
    "triweight",
    {
      density: triweightDensity,
      cumulative: triweightCumulative,
      inverse: newton(
        mirrored((p) => power(2 * p, 0.3400218741872791) - 1),
        triweightCumulative,
        triweightDensity,
      ),
      bounded: true,
    },
  ],
  [
    "cosine",
    {
      density: (t) => (Math.PI / 4) * cos((Math.PI / 2) * t),
      cumulative: (t) => (1 / 2) * sin((Math.PI / 2) * t) + 1 / 2,
      inverse: (p) => (2 * asin(2 * p - 1)) / Math.PI,
      bounded: true,
    },
  ],
]);

function kernelOf(data: PyValue, h: PyValue, name: PyValue): Kernel {
  if (length(data) === 0) throw failure("Empty data sequence");
  const first = getItem(data, 0);
  if (asInt(first) === undefined && !(first instanceof PyFloat)) {
    throw typeError("Data sequence must contain ints or floats");
  }
  if (truth(le(h, float(0)))) throw failure(`Bandwidth h must be positive, not h=${repr(h)}`);
  const kernel = kernels.get(name);
  if (kernel === undefined) throw failure(`Unknown kernel name: ${repr(name)}`);
  return kernel;
}

/** `sum(values, start)` of floats: with the rest that rounding leaves kept aside, as `sum` does. */
function compensated(values: readonly number[], start: number): number {
  let [total, rest] = [start, 0];
  for (const value of values) {
    const next = total + value;
    rest += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return rest !== 0 && Number.isFinite(rest) ? total + rest : total;
}

function kde(data: PyValue, h: PyValue, name: PyValue = "normal", cumulative: PyValue = false): PyValue {
  const kernel = kernelOf(data, h, name);
  const whole = truth(cumulative);
  let sample = kernel.bounded ? sortItems(collect(data), null, false) : [];
  const estimate = (x: PyValue): PyValue => {
    const n = length(data);
    let near = collect(data);
    let below = 0;
    if (kernel.bounded) {
      if (n !== sample.length) sample = sortItems(collect(data), null, false);
      const [low, high] = [sub(x, mul(h, float(1))), add(x, mul(h, float(1)))];
      below = sample.findIndex((each) => !truth(lt(each, low)));
      if (below < 0) below = sample.length;
      let end = sample.findIndex((each) => truth(lt(high, each)));
      if (end < 0) end = sample.length;
      near = sample.slice(below, end);
    }
    charge(n);
    const of = whole ? kernel.cumulative : kernel.density;
    const terms = near.map((each) => of(realNumber(div(sub(x, each), h))));
    const total = float(compensated(terms, whole ? below : 0));
    return whole ? div(total, n) : div(total, mul(n, h));
  };
  return builtin(whole ? "cdf(x)" : "pdf(x)", estimate);
}

/** The functions of this file. */
export const densityFunctions = pythonFunctions({
  "kde(data, h, kernel='normal', *, cumulative=False)": kde,
  "kde_random(data, h, kernel='normal', *, seed=None)": (
    data: PyValue,
    h: PyValue,
    name: PyValue = "normal",
    seed: PyValue = null,
  ) => {
    const { inverse } = kernelOf(data, h, name);
    const generator = method(importModule("random", true), "Random", [seed], null);
    return builtin("rand()", () => {
      const chosen = method1(generator, "choice", data);
      const drawn = inverse(realNumber(call(getAttribute(generator, "random"), [], null)));
      return add(chosen, mul(h, float(drawn)));
    });
  },
});
