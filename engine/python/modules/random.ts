// The module `random`: `Random` and `SystemRandom`, and functions that are methods of one generator per evaluation.
import { getAttribute, setAttribute } from "../attribute.ts";
import { asBytes, latin1Text, PyBytes } from "../bytes.ts";
import { adopt } from "../classes.ts";
import { encode } from "../codecs.ts";
import {
  indexError,
  NotImplementedError,
  overflowError,
  PyException,
  pyError,
  TypeError_,
  typeError,
  ValueError,
  valueError,
} from "../exceptions.ts";
import { defineMethods, defineStatic, method, method1 } from "../function.ts";
import { hash } from "../hash.ts";
import { isInstanceOf } from "../instance-check.ts";
import type { Int } from "../integer.ts";
import { collect, iter, unpack } from "../iterator.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, PyFloat, type PyType, type PyValue } from "../object.ts";
import {
  add,
  asDouble,
  floorDiv,
  getItem,
  index,
  le,
  length,
  lt,
  mod,
  mul,
  setItem,
  sub,
  truth,
} from "../operators.ts";
import { randomWord } from "../randomness.ts";
import { repr, str } from "../representation.ts";
import { list, PyList, PyTuple, tuple } from "../sequence.ts";
import { allocate, charge, perEvaluation, S } from "../state.ts";
import { PyRange } from "../types/range.ts";
import { sequenceType } from "./abstract-sequences.ts";
import { log } from "./elementary-functions.ts";
import { sha512 } from "./hash-functions.ts";
import { pythonMethods } from "./python-function.ts";
import { distributions, magicConstants } from "./random-distributions.ts";
import {
  below,
  belowOfClass,
  bitCount,
  coreType,
  draw,
  drawDouble,
  keyWords,
  PyRandom,
  PySystemRandom,
  randomType,
  systemRandomType,
} from "./random-source.ts";

// ---- seeds and states ----------------------------------------------------------------------------

/** An int of bytes, the highest first. */
function bigEndian(bytes: Uint8Array): bigint {
  charge(bytes.length);
  return BigInt(`0x0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
}
/** The seed that text gave in Python 2. */
function oldSeed(text: string): bigint {
  const points = Array.from(text, (char) => BigInt(char.codePointAt(0) as number));
  charge(points.length);
  let x = (points[0] ?? 0n) << 7n;
  for (const point of points) x = BigInt.asUintN(64, (1000003n * x) ^ point);
  return x ^ BigInt(points.length);
}

/** Seeds the twister as `_random.Random.seed` does. */
function seedCore(self: PyRandom, seed: PyValue): void {
  if (seed === null) {
    self.twister.seed(Array.from({ length: 8 }, randomWord));
    return;
  }
  const int = asInt(seed);
  self.twister.seed(keyWords(int ?? BigInt.asUintN(64, BigInt(hash(seed)))));
}
function seed(self: PyRandom, a: PyValue = null, version: PyValue = 2): PyValue {
  const text = asStr(a);
  const bytes = asBytes(a);
  let value: PyValue = a;
  if (version === 1 && (text !== undefined || a instanceof PyBytes)) {
    value = oldSeed(text ?? latin1Text(bytes as Uint8Array));
  } else if (version === 2 && (text !== undefined || bytes !== undefined)) {
    const data = bytes ?? encode(text as string);
    value = (bigEndian(data) << 512n) | bigEndian(sha512(data));
  } else if (
    a !== null &&
    asInt(a) === undefined &&
    !(a instanceof PyFloat) &&
    text === undefined &&
    bytes === undefined
  ) {
    throw typeError("The only supported seed types are:\nNone, int, float, str, bytes, and bytearray.");
  }
  seedCore(self, value);
  setAttribute(self, "gauss_next", null);
  return null;
}

function coreState({ twister }: PyRandom): PyValue {
  charge(twister.words.length);
  return tuple([...twister.words, twister.used]);
}
function restoreCore({ twister }: PyRandom, state: PyValue): void {
  if (!(state instanceof PyTuple)) throw typeError("state vector must be a tuple");
  if (state.items.length !== 625) throw valueError("state vector is the wrong size");
  charge(state.items.length);
  const words = state.items.map((item) => {
    const word = asInt(item);
    if (word === undefined) throw typeError("an integer is required");
    if (word < 0) throw overflowError("can't convert negative value to unsigned int");
    return word;
  });
  const used = words[624] as Int;
  if (used > 624) throw valueError("invalid state");
  twister.words.set(words.slice(0, 624).map((word) => Number(BigInt.asUintN(32, BigInt(word)))));
  twister.used = Number(used);
}
/** The words of a state of version 2, which were signed. */
function unsigned(words: PyValue): PyTuple {
  try {
    return tuple(collect(words).map((word) => mod(word, 2 ** 32)));
  } catch (error) {
    if (!(error instanceof PyException) || !error.cls.isSubtype(ValueError)) throw error;
    const complaint = pyError(TypeError_);
    complaint.cause = complaint.context = error;
    complaint.suppressContext = true;
    throw complaint;
  }
}
function setstate(self: PyRandom, state: PyValue): PyValue {
  const version = getItem(state, 0);
  if (version !== 3 && version !== 2) {
    throw valueError(`state with version ${str(version)} passed to Random.setstate() of version 3`);
  }
  const [, words, next] = unpack(state, 3) as [PyValue, PyValue, PyValue];
  setAttribute(self, "gauss_next", next);
  if (version === 3) restoreCore(self, words);
  else restoreCore(self, unsigned(words));
  return null;
}

// ---- whole numbers and sequences -----------------------------------------------------------------

function randrange(self: PyRandom, start: PyValue, stop: PyValue = null, step: PyValue = 1): PyValue {
  const from = index(start);
  if (stop === null) {
    if (step !== 1) throw typeError("Missing a non-None stop argument");
    if (from > 0) return below(self, from);
    throw valueError("empty range for randrange()");
  }
  const to = index(stop);
  const width = sub(to, from) as Int;
  const by = index(step);
  if (by === 1) {
    if (width > 0) return add(from, below(self, width));
    throw valueError(`empty range in randrange(${str(start)}, ${str(stop)})`);
  }
  if (by === 0) throw valueError("zero step for randrange()");
  const count = floorDiv(add(width, by > 0 ? sub(by, 1) : add(by, 1)), by) as Int;
  if (count <= 0) throw valueError(`empty range in randrange(${str(start)}, ${str(stop)}, ${str(step)})`);
  return add(from, mul(by, below(self, count)));
}
function shuffle(self: PyRandom, x: PyValue): PyValue {
  const size = length(x);
  for (let i = size - 1; i > 0; i--) {
    charge(1);
    const j = below(self, i + 1);
    const items = x instanceof PyList && x.cls.builtin ? x.items : undefined;
    if (items !== undefined && items.length > i) {
      const moved = items[Number(j)] as PyValue;
      items[Number(j)] = items[i] as PyValue;
      items[i] = moved;
      continue;
    }
    const [atJ, atI] = [getItem(x, j), getItem(x, i)];
    setItem(x, i, atJ);
    setItem(x, j, atI);
  }
  return null;
}

/** `list(itertools.accumulate(values))`. */
function accumulated(values: PyValue): PyValue[] {
  const sums: PyValue[] = [];
  const it = iter(values);
  for (let value = it.next(); value !== undefined; value = it.next()) {
    charge(1);
    allocate(16);
    const last = sums.at(-1);
    sums.push(last === undefined ? value : add(last, value));
  }
  return sums;
}
/** `bisect.bisect(sums, x, 0, high)`. */
function bisect(sums: readonly PyValue[], x: PyValue, high: number): number {
  let [from, to] = [0, high];
  while (from < to) {
    charge(1);
    const middle = (from + to) >> 1;
    if (truth(lt(x, sums[middle] as PyValue))) to = middle;
    else from = middle + 1;
  }
  return from;
}

function sampleOfCounts(self: PyRandom, population: PyValue, k: PyValue, counts: PyValue): PyValue {
  const sums = accumulated(counts);
  if (sums.length !== length(population)) {
    throw valueError("The number of counts does not match the population");
  }
  const total = sums.pop();
  if (total === undefined) throw indexError("pop from empty list");
  const int = asInt(total);
  if (int === undefined) throw typeError("Counts must be integers");
  if (int <= 0) throw valueError("Total of counts must be greater than zero");
  const chosen = method(self, "sample", [new PyRange(0, int, 1)], new Map([["k", k]]));
  return list(collect(chosen).map((at) => getItem(population, bisect(sums, at, sums.length))));
}
function sample(self: PyRandom, population: PyValue, k: PyValue, counts: PyValue = null): PyValue {
  if (!isInstanceOf(population, sequenceType)) {
    throw typeError("Population must be a sequence.  For dicts or sets, use sorted(d).");
  }
  if (counts !== null) return sampleOfCounts(self, population, k, counts);
  const n = length(population);
  if (!truth(le(0, k)) || !truth(le(k, n))) throw valueError("Sample larger than population or is negative");
  const size = asInt(k) === undefined ? length(mul(list([null]), k)) : Number(asInt(k));
  allocate(size * 16);
  const out: PyValue[] = [];
  // A pool is copied while it is small against the set that remembers what was taken.
  const setSize = 21 + (size > 5 ? 4 ** Math.ceil(log(size * 3) / log(4)) : 0);
  if (n <= setSize) {
    const pool = collect(population);
    for (let i = 0; i < size; i++) {
      const j = Number(below(self, n - i));
      out.push(pool[j] as PyValue);
      pool[j] = pool[n - i - 1] as PyValue;
    }
  } else {
    const taken = new Set<Int>();
    for (let i = 0; i < size; i++) {
      let j = below(self, n);
      while (taken.has(j)) j = below(self, n);
      taken.add(j);
      out.push(getItem(population, j));
    }
  }
  return list(out);
}

function choices(
  self: PyRandom,
  population: PyValue,
  weights: PyValue = null,
  cumulative: PyValue = null,
  k: PyValue = 1,
): PyValue {
  const n = length(population);
  const times = (): number => {
    const count = Math.max(0, Number(index(k)));
    allocate(count * 16);
    return count;
  };
  const out: PyValue[] = [];
  if (cumulative === null && weights === null) {
    for (let i = times(); i > 0; i--) out.push(getItem(population, Math.floor(drawDouble(self) * n)));
    return list(out);
  }
  let sums: readonly PyValue[];
  if (cumulative === null) {
    try {
      sums = accumulated(weights);
    } catch (error) {
      if (!(error instanceof PyException) || !error.cls.isSubtype(TypeError_) || asInt(weights) === undefined)
        throw error;
      const complaint = typeError(`The number of choices must be a keyword argument: k=${repr(weights)}`);
      complaint.context = error;
      complaint.suppressContext = true;
      throw complaint;
    }
  } else {
    if (weights !== null) throw typeError("Cannot specify both weights and cumulative weights");
    sums =
      cumulative instanceof PyList || cumulative instanceof PyTuple ? cumulative.items : collect(cumulative);
  }
  if (sums.length !== n) throw valueError("The number of weights does not match the population");
  const last = sums.at(-1);
  if (last === undefined) throw indexError("list index out of range");
  const total = add(last, new PyFloat(0));
  if (truth(le(total, new PyFloat(0)))) throw valueError("Total of weights must be greater than zero");
  if (!Number.isFinite(asDouble(total) ?? 0)) throw valueError("Total of weights must be finite");
  for (let i = times(); i > 0; i--)
    out.push(getItem(population, bisect(sums, mul(draw(self), total), n - 1)));
  return list(out);
}

// ---- the types -----------------------------------------------------------------------------------

for (const type of [coreType, randomType, systemRandomType]) {
  defineStatic(type, {
    "__new__(cls, /, *args, **kwargs)": (cls: PyType) =>
      adopt(cls.isSubtype(systemRandomType) ? new PySystemRandom() : new PyRandom(), cls),
  });
}
defineMethods(coreType, {
  "random()": (self: PyRandom) => new PyFloat(self.double()),
  "getrandbits(k, /)": (self: PyRandom, k: PyValue) => self.bits(bitCount(k)),
  "seed(n=None, /)": (self: PyRandom, n: PyValue = null) => {
    seedCore(self, n);
    return null;
  },
  "getstate()": coreState,
  "setstate(state, /)": (self: PyRandom, state: PyValue) => {
    restoreCore(self, state);
    return null;
  },
});
pythonMethods(randomType, {
  "__init__(x=None)": (self: PyRandom, x: PyValue = null) => {
    method1(self, "seed", x);
    setAttribute(self, "gauss_next", null);
    return null;
  },
  "seed(a=None, version=2)": seed,
  "getstate()": (self: PyRandom) => tuple([3, coreState(self), getAttribute(self, "gauss_next")]),
  "setstate(state)": setstate,
  "_randbelow(n)": (self: PyRandom, n: PyValue) => belowOfClass(self, index(n) as Int),
  "randbytes(n)": (self: PyRandom, n: PyValue) => {
    const bits = mul(n, 8);
    const made = method1(self, "getrandbits", bits);
    return method(made, "to_bytes", [n, "little"], null);
  },
  "randrange(start, stop=None, step=1)": randrange,
  "randint(a, b)": (self: PyRandom, a: PyValue, b: PyValue) =>
    method(self, "randrange", [a, add(b, 1)], null),
  "choice(seq)": (self: PyRandom, seq: PyValue) => {
    const size = length(seq);
    if (size === 0) throw indexError("Cannot choose from an empty sequence");
    return getItem(seq, below(self, size));
  },
  "shuffle(x)": shuffle,
  "sample(population, k, *, counts=None)": sample,
  "choices(population, weights=None, *, cum_weights=None, k=1)": choices,
  ...distributions,
});
pythonMethods(systemRandomType, {
  "random()": (self: PyRandom) => new PyFloat(self.double()),
  "getrandbits(k)": (self: PyRandom, k: PyValue) => self.bits(bitCount(k)),
  "randbytes(n)": (self: PyRandom, n: PyValue) => {
    const size = index(n);
    if (size < 0) throw valueError("negative argument not allowed");
    return self.bytes(Number(size));
  },
  "seed(*args, **kwds)": () => null,
  "getstate(*args, **kwds)": noState,
  "setstate(*args, **kwds)": noState,
});
function noState(): never {
  throw pyError(NotImplementedError, "System entropy source does not have state.");
}

// ---- the module ----------------------------------------------------------------------------------

/** The generator behind the module's functions; a seed that the embedder has fixed is its seed. */
const shared = perEvaluation(() => {
  const made = new PyRandom();
  made.cls = randomType;
  made.dict = new Map();
  seed(made, S.seed === null ? null : BigInt(Math.trunc(S.seed)));
  return made;
});
const SHARED =
  "seed random uniform triangular randint choice randrange sample shuffle choices normalvariate lognormvariate expovariate vonmisesvariate gammavariate gauss betavariate binomialvariate paretovariate weibullvariate getstate setstate getrandbits randbytes";

defineModule("random", {
  values: magicConstants,
  types: [randomType, systemRandomType],
  fresh: Object.fromEntries(SHARED.split(" ").map((name) => [name, () => getAttribute(shared(), name)])),
});
