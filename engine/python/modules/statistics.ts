// The module `statistics`: averages, spread, quantiles, and how two rows of data belong together.
import { PyDict } from "../dict.ts";
import {
  PyException,
  raise,
  TypeError_,
  typeError,
  ValueError,
  valueError,
  ZeroDivisionError,
} from "../exceptions.ts";
import { call, method } from "../function.ts";
import { isInstanceOf } from "../instance-check.ts";
import { collect, forEach, iter, iterObject } from "../iterator.ts";
import { defineModule, importModule } from "../module.ts";
import { floatType, PyFloat, type PyType, type PyValue } from "../object.ts";
import { add, div, equal, getItem, gt, index, is, le, length, lt, mul, sub, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge, perEvaluation } from "../state.ts";
import { sortItems } from "../types/list.ts";
import { decimalType } from "./decimal-objects.ts";
import { namedtuple } from "./namedtuple.ts";
import { normalDistType } from "./normal-dist.ts";
import { realType } from "./numbers.ts";
import { pythonFunctions } from "./python-function.ts";
import { densityFunctions } from "./statistics-density.ts";
import {
  convert,
  exactSum,
  failure,
  raised,
  rootOf,
  squaredDifferences,
  statisticsError,
} from "./statistics-sums.ts";

const float = (value: number): PyFloat => new PyFloat(value);
/** A function of `math`: it takes and complains as there. */
const math = (name: string, ...args: PyValue[]): PyValue =>
  method(importModule("math", true), name, args, null);
const number = (value: PyValue): number => (value as PyFloat).value;
const sorted = (data: PyValue): PyValue[] => sortItems(collect(data), null, false);

// ---- averages ------------------------------------------------------------------------------------

function fmean(data: PyValue, weights: PyValue = null): PyValue {
  if (weights === null) {
    let [values, n] = [data, 0];
    try {
      n = length(data);
    } catch (error) {
      if (!raised(error, TypeError_)) throw error;
      const items = collect(data);
      [values, n] = [list(items), items.length];
    }
    const total = math("fsum", values);
    if (n === 0) throw failure("fmean requires at least one data point");
    return div(total, n);
  }
  const factors = weights instanceof PyList || weights instanceof PyTuple ? weights : list(collect(weights));
  let sum: PyValue;
  try {
    sum = math("sumprod", data, factors);
  } catch (error) {
    if (!raised(error, ValueError)) throw error;
    throw failure("data and weights must be the same length");
  }
  const total = math("fsum", factors);
  if (!truth(total)) throw failure("sum of weights must be non-zero");
  return div(sum, total);
}
function geometricMean(data: PyValue): PyValue {
  let [n, zero] = [0, false];
  const logs: PyValue[] = [];
  forEach(data, (x) => {
    n += 1;
    if (truth(gt(x, float(0))) || math("isnan", x) === true) logs.push(math("log", x));
    else if (equal(x, float(0))) zero = true;
    else throw raise(new PyException(statisticsError, ["No negative inputs allowed", x]));
  });
  const total = number(math("fsum", list(logs)));
  if (n === 0) throw failure("Must have a non-empty dataset");
  if (Number.isNaN(total)) return float(Number.NaN);
  if (zero) return float(total === Number.POSITIVE_INFINITY ? Number.NaN : 0);
  return math("exp", float(total / n));
}

const NEGATIVE = "harmonic mean does not support negative values";
const notNegative = (x: PyValue): PyValue => {
  if (truth(lt(x, 0))) throw failure(NEGATIVE);
  return x;
};
/** What can be gone through twice. */
function twice(data: PyValue): PyValue {
  return is(iterObject(data), data) ? list(collect(data)) : data;
}
function harmonicMean(given: PyValue, givenWeights: PyValue = null): PyValue {
  const data = twice(given);
  const n = length(data);
  if (n < 1) throw failure("harmonic_mean requires at least one data point");
  if (n === 1 && givenWeights === null) {
    const x = getItem(data, 0);
    if (!isInstanceOf(x, tuple([realType, decimalType]))) throw typeError("unsupported type");
    return notNegative(x);
  }
  let weights: PyValue = null;
  let whole: PyValue = n;
  if (givenWeights !== null) {
    weights = twice(givenWeights);
    if (length(weights) !== n) throw failure("Number of weights does not match data size");
    whole = exactSum(weights, notNegative).total;
  }
  const factor = weights === null ? undefined : iter(weights);
  try {
    const { total, type } = exactSum(data, (x) => {
      const w = factor === undefined ? 1 : (factor.next() ?? 0);
      notNegative(x);
      return truth(w) ? div(w, x) : 0;
    });
    if (truth(le(total, 0))) throw failure("Weighted sum must be positive");
    return convert(div(whole, total), type);
  } catch (error) {
    if (raised(error, ZeroDivisionError)) return 0;
    throw error;
  }
}

function middle(data: PyValue, pick: (items: readonly PyValue[], half: number) => PyValue): PyValue {
  const items = sorted(data);
  if (items.length === 0) throw failure("no median for empty data");
  const half = items.length >> 1;
  return items.length % 2 === 1 ? (items[half] as PyValue) : pick(items, half);
}
const at = (items: readonly PyValue[], i: number): PyValue => items[i] as PyValue;

function medianGrouped(data: PyValue, interval: PyValue = float(1)): PyValue {
  const items = sorted(data);
  const n = items.length;
  if (n === 0) throw failure("no median for empty data");
  const x = at(items, n >> 1);
  let [i, j] = [n >> 1, n >> 1];
  while (i > 0 && !truth(lt(at(items, i - 1), x))) i -= 1;
  while (j < n && !truth(lt(x, at(items, j)))) j += 1;
  charge(j - i);
  let [width, value] = [0, 0];
  try {
    width = number(call(floatType, [interval], null));
    value = number(call(floatType, [x], null));
  } catch (error) {
    if (!raised(error, ValueError)) throw error;
    const complaint = typeError("Value cannot be converted to a float");
    complaint.context = error;
    throw complaint;
  }
  return float(value - width / 2 + (width * (n / 2 - i)) / (j - i));
}

/** How often each value is there, in the order in which they came. */
function counts(data: PyValue): [PyValue, number][] {
  const dict = new PyDict();
  forEach(data, (x) => dict.set(x, ((dict.get(x) as number | undefined) ?? 0) + 1));
  return [...dict.entries()] as [PyValue, number][];
}
const most = (counted: readonly [PyValue, number][]): number =>
  counted.reduce((best, [, count]) => Math.max(best, count), 0);

function quantiles(data: PyValue, n: PyValue = 4, how: PyValue = "exclusive"): PyValue {
  if (truth(lt(n, 1))) throw failure("n must be at least 1");
  const items = sorted(data);
  const size = items.length;
  if (size < 2) {
    if (size === 1) return method(list(items), "__mul__", [sub(n, 1)], null);
    throw failure("must have at least one data point");
  }
  if (how !== "inclusive" && how !== "exclusive") throw valueError(`Unknown method: ${repr(how)}`);
  const inclusive = how === "inclusive";
  const parts = Number(index(n));
  allocate(parts * 16);
  const cuts = Array.from({ length: parts - 1 }, (_, i) => i + 1);
  charge(parts);
  return list(
    cuts.map((i) => {
      const whole = i * (inclusive ? size - 1 : size + 1);
      let j = Math.floor(whole / parts);
      if (!inclusive) j = Math.min(Math.max(j, 1), size - 1) - 1;
      const delta = whole - (inclusive ? j : j + 1) * parts;
      return div(add(mul(at(items, j), parts - delta), mul(at(items, j + 1), delta)), n);
    }),
  );
}

// ---- spread --------------------------------------------------------------------------------------

function spread(name: string, least: number, finish: (mean: PyValue, type: PyType) => PyValue) {
  return (data: PyValue, center: PyValue = null): PyValue => {
    const { total, type, count } = squaredDifferences(data, center);
    if (count < least) {
      throw failure(`${name} requires at least ${least === 1 ? "one data point" : "two data points"}`);
    }
    return finish(div(total, count - least + 1), type);
  };
}

// ---- relations -----------------------------------------------------------------------------------

function sameSize(what: string, x: PyValue, y: PyValue): number {
  const n = length(x);
  if (length(y) !== n) throw failure(`${what} requires that both inputs have same number of data points`);
  if (n < 2) throw failure(`${what} requires at least two data points`);
  return n;
}
const average = (x: PyValue, n: number): PyValue => div(math("fsum", x), n);
const around = (x: PyValue, mean: PyValue): PyValue => list(collect(x).map((each) => sub(each, mean)));

/** Ranks from `start` on; equal values share the average of theirs. */
function ranks(data: PyValue, start: number): PyValue {
  const items = collect(data).map((value, i) => tuple([value, i]));
  const order = sortItems(items, null, false) as PyTuple[];
  const out: PyValue[] = order.map(() => 0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    const value = at((order[from] as PyTuple).items, 0);
    while (to < order.length && equal(at((order[to] as PyTuple).items, 0), value)) to += 1;
    charge(to - from);
    for (let k = from; k < to; k++) {
      out[Number(at((order[k] as PyTuple).items, 1))] = float(start - 1 + from + (to - from + 1) / 2);
    }
    from = to;
  }
  return list(out);
}
/** `sqrt(x * y)`, to the last bit, where the product itself may not fit. */
function rootOfProduct(x: number, y: number): number {
  const h = Math.sqrt(x * y);
  if (!Number.isFinite(h)) {
    if (h !== Number.POSITIVE_INFINITY || !Number.isFinite(x) || !Number.isFinite(y)) return h;
    return rootOfProduct(2 ** -512 * x, 2 ** -512 * y) / 2 ** -512;
  }
  if (h === 0) return x === 0 || y === 0 ? h : rootOfProduct(2 ** 537 * x, 2 ** 537 * y) / 2 ** 537;
  const rest = math("sumprod", tuple([float(x), float(h)]), tuple([float(y), float(-h)]));
  return h + number(rest) / (2 * h);
}
function correlation(x: PyValue, y: PyValue, how: PyValue = "linear"): PyValue {
  const n = sameSize("correlation", x, y);
  if (how !== "linear" && how !== "ranked") throw valueError(`Unknown method: ${repr(how)}`);
  const [a, b] =
    how === "ranked"
      ? [ranks(x, (n - 1) / -2), ranks(y, (n - 1) / -2)]
      : [around(x, average(x, n)), around(y, average(y, n))];
  const product = (p: PyValue, q: PyValue): PyValue => math("sumprod", p, q);
  const asFloat = (value: PyValue): number => number(add(value, float(0)));
  const xy = product(a, b);
  try {
    return div(xy, float(rootOfProduct(asFloat(product(a, a)), asFloat(product(b, b)))));
  } catch (error) {
    if (!raised(error, ZeroDivisionError)) throw error;
    throw failure("at least one of the inputs is constant");
  }
}

const regressionType = perEvaluation(() => {
  const made = namedtuple("LinearRegression", tuple(["slope", "intercept"]), false, null, "statistics");
  return made as PyType;
});
function linearRegression(x: PyValue, y: PyValue, proportional: PyValue = false): PyValue {
  const n = sameSize("linear regression", x, y);
  let [a, b] = [x, y];
  let [xbar, ybar]: [PyValue, PyValue] = [0, 0];
  const through = truth(proportional);
  if (!through) {
    xbar = average(x, n);
    ybar = average(y, n);
    a = around(x, xbar);
    b = around(y, ybar);
  }
  const xy = add(math("sumprod", a, b), float(0));
  let slope: PyValue;
  try {
    slope = div(xy, math("sumprod", a, a));
  } catch (error) {
    if (!raised(error, ZeroDivisionError)) throw error;
    throw failure("x is constant");
  }
  const intercept = through ? float(0) : sub(ybar, mul(slope, xbar));
  return regressionType().call([slope, intercept], null);
}

const functions = pythonFunctions({
  "mean(data)": (data: PyValue) => {
    const { total, type, count } = exactSum(data);
    if (count < 1) throw failure("mean requires at least one data point");
    return convert(div(total, count), type);
  },
  "fmean(data, weights=None)": fmean,
  "geometric_mean(data)": geometricMean,
  "harmonic_mean(data, weights=None)": harmonicMean,
  "median(data)": (data: PyValue) =>
    middle(data, (items, half) => div(add(at(items, half - 1), at(items, half)), 2)),
  "median_low(data)": (data: PyValue) => middle(data, (items, half) => at(items, half - 1)),
  "median_high(data)": (data: PyValue) => middle(data, (items, half) => at(items, half)),
  "median_grouped(data, interval=1.0)": medianGrouped,
  "mode(data)": (data: PyValue) => {
    const counted = counts(data);
    const best = most(counted);
    const found = counted.find(([, count]) => count === best);
    if (found !== undefined) return found[0];
    const complaint = failure("no mode for empty data");
    complaint.suppressContext = true;
    throw complaint;
  },
  "multimode(data)": (data: PyValue) => {
    const counted = counts(data);
    const best = most(counted);
    return list(counted.filter(([, count]) => count === best).map(([value]) => value));
  },
  "quantiles(data, *, n=4, method='exclusive')": quantiles,
  "variance(data, xbar=None)": spread("variance", 2, convert),
  "pvariance(data, mu=None)": spread("pvariance", 1, convert),
  "stdev(data, xbar=None)": spread("stdev", 2, rootOf),
  "pstdev(data, mu=None)": spread("pstdev", 1, rootOf),
  "covariance(x, y, /)": (x: PyValue, y: PyValue) => {
    const n = sameSize("covariance", x, y);
    const [xbar, ybar] = [average(x, n), average(y, n)];
    return div(math("sumprod", around(x, xbar), around(y, ybar)), n - 1);
  },
  "correlation(x, y, /, *, method='linear')": correlation,
  "linear_regression(x, y, /, *, proportional=False)": linearRegression,
});

defineModule("statistics", {
  values: { ...functions, ...densityFunctions },
  types: [statisticsError, normalDistType],
  fresh: { LinearRegression: () => regressionType() },
});
