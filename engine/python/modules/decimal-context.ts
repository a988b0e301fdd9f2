// `decimal.Context`: precision, rounding and limits, the signals that were met, and those that raise.

import { plainSetAttribute } from "../attribute.ts";
import { adopt } from "../classes.ts";
import { PyDict } from "../dict.ts";
import {
  ArithmeticError,
  attributeError,
  keyError,
  PyException,
  raise,
  TypeError_,
  typeError,
  valueError,
  ZeroDivisionError,
} from "../exceptions.ts";
import { defineAttributes, defineMethods, method } from "../function.ts";
import { narrow } from "../integer.ts";
import { collect, iterObject } from "../iterator.ts";
import {
  asInt,
  asStr,
  makeType,
  NotImplemented,
  PyObject,
  type PyType,
  type PyValue,
  typeOf,
} from "../object.ts";
import { truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { list } from "../sequence.ts";
import { perEvaluation } from "../state.ts";
import { defineParsedConstructor } from "../types/construct.ts";
import {
  type Env,
  etiny,
  etop,
  MAX_EMAX,
  MAX_PREC,
  MIN_EMIN,
  type Rounding,
  Status,
} from "./decimal-number.ts";
import { anything, parseArguments } from "./parsed-arguments.ts";

// ---- signals -------------------------------------------------------------------------------------

function signal(name: string, bases: PyType[]): PyType {
  const type = makeType(name, { bases, module: "decimal" });
  type.hasDict = true;
  return type;
}
export const DecimalException = signal("DecimalException", [ArithmeticError]);
const Clamped = signal("Clamped", [DecimalException]);
const InvalidOperation = signal("InvalidOperation", [DecimalException]);
const DivisionByZero = signal("DivisionByZero", [DecimalException, ZeroDivisionError]);
const Inexact = signal("Inexact", [DecimalException]);
const Rounded = signal("Rounded", [DecimalException]);
const Subnormal = signal("Subnormal", [DecimalException]);
const Overflow = signal("Overflow", [Inexact, Rounded]);
const Underflow = signal("Underflow", [Inexact, Rounded, Subnormal]);
const FloatOperation = signal("FloatOperation", [DecimalException, TypeError_]);
const ConversionSyntax = signal("ConversionSyntax", [InvalidOperation]);
const DivisionImpossible = signal("DivisionImpossible", [InvalidOperation]);
const DivisionUndefined = signal("DivisionUndefined", [InvalidOperation, ZeroDivisionError]);
const InvalidContext = signal("InvalidContext", [InvalidOperation]);

/** Every condition that signals an invalid operation. */
const INVALID =
  Status.InvalidOperation |
  Status.ConversionSyntax |
  Status.DivisionImpossible |
  Status.DivisionUndefined |
  Status.InvalidContext;
/** Signals in CPython's order, with the bits that set them. */
const SIGNALS: readonly (readonly [type: PyType, bits: number])[] = [
  [InvalidOperation, INVALID],
  [FloatOperation, Status.FloatOperation],
  [DivisionByZero, Status.DivisionByZero],
  [Overflow, Status.Overflow],
  [Underflow, Status.Underflow],
  [Subnormal, Status.Subnormal],
  [Inexact, Status.Inexact],
  [Rounded, Status.Rounded],
  [Clamped, Status.Clamped],
];
const CONDITIONS: readonly (readonly [type: PyType, bits: number])[] = [
  [InvalidOperation, Status.InvalidOperation],
  [ConversionSyntax, Status.ConversionSyntax],
  [DivisionImpossible, Status.DivisionImpossible],
  [DivisionUndefined, Status.DivisionUndefined],
  [InvalidContext, Status.InvalidContext],
];
/** The exception classes of the module. */
export const signalTypes: PyType[] = [
  DecimalException,
  ...SIGNALS.map(([type]) => type),
  ConversionSyntax,
  DivisionImpossible,
  DivisionUndefined,
  InvalidContext,
];
const UNKNOWN_SIGNAL =
  "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";
function bitsOf(type: PyValue): number {
  const known = SIGNALS.find(([candidate]) => candidate === type);
  if (known === undefined) throw keyError(UNKNOWN_SIGNAL);
  return known[1];
}

// ---- the context ---------------------------------------------------------------------------------

export const ROUNDINGS: readonly Rounding[] = [
  "ROUND_CEILING",
  "ROUND_FLOOR",
  "ROUND_UP",
  "ROUND_DOWN",
  "ROUND_HALF_UP",
  "ROUND_HALF_DOWN",
  "ROUND_HALF_EVEN",
  "ROUND_05UP",
];
/** The rounding mode of that name. */
export function roundingOf(value: PyValue): Rounding {
  const text = asStr(value);
  const known = ROUNDINGS.find((rounding) => rounding === text);
  if (known !== undefined) return known;
  throw typeError(
    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
  );
}

/** A `decimal.Context`. */
export class PyContext extends PyObject {
  prec = 28n;
  rounding: Rounding = "ROUND_HALF_EVEN";
  emin = -999999n;
  emax = 999999n;
  capitals = 1;
  clamp = 0;
  flags = 0;
  traps: number = INVALID | Status.DivisionByZero | Status.Overflow;

  /** What an operation works within. */
  env(rounding = this.rounding): Env {
    const { prec, emin, emax, clamp } = this;
    return { prec, rounding, emin, emax, clamp: clamp === 1, status: 0 };
  }
  /** Takes note of what an operation met, and raises what is trapped. */
  note(status: number): void {
    this.flags |= status;
    const trapped = status & this.traps;
    if (trapped === 0) return;
    const [type] = SIGNALS.find(([, bits]) => (trapped & bits) !== 0) as readonly [PyType, number];
    const met = [...CONDITIONS, ...SIGNALS.slice(1)].filter(([, bits]) => (trapped & bits) !== 0);
    throw raise(new PyException(type, [list(met.map(([condition]) => condition))]));
  }
  copy(): PyContext {
    return Object.assign(new PyContext(), {
      prec: this.prec,
      rounding: this.rounding,
      emin: this.emin,
      emax: this.emax,
      capitals: this.capitals,
      clamp: this.clamp,
      flags: this.flags,
      traps: this.traps,
    });
  }
}
export const contextType = makeType("decimal.Context", { of: PyContext });

function integer(value: PyValue): bigint {
  const int = asInt(value);
  if (int === undefined) throw typeError("an integer is required");
  return BigInt(int);
}
function ranged(value: PyValue, low: bigint, high: bigint, text: string): bigint {
  const int = integer(value);
  if (int < low || int > high) throw valueError(text);
  return int;
}
/** How each attribute is set. */
const setters: { readonly [name: string]: (self: PyContext, value: PyValue) => void } = {
  prec: (self, value) =>
    void (self.prec = ranged(value, 1n, MAX_PREC, "valid range for prec is [1, MAX_PREC]")),
  rounding: (self, value) => void (self.rounding = roundingOf(value)),
  Emin: (self, value) =>
    void (self.emin = ranged(value, MIN_EMIN, 0n, "valid range for Emin is [MIN_EMIN, 0]")),
  Emax: (self, value) =>
    void (self.emax = ranged(value, 0n, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")),
  capitals: (self, value) =>
    void (self.capitals = Number(ranged(value, 0n, 1n, "valid values for capitals are 0 or 1"))),
  clamp: (self, value) =>
    void (self.clamp = Number(ranged(value, 0n, 1n, "valid values for clamp are 0 or 1"))),
  flags: (self, value) => void (self.flags = signalBits(value)),
  traps: (self, value) => void (self.traps = signalBits(value)),
};
/** The bits of a list of signals, or of a mapping that has them all. */
function signalBits(value: PyValue): number {
  if (value instanceof PySignals) return value.bits;
  if (value instanceof PyDict) {
    if (value.size !== SIGNALS.length) throw keyError("invalid signal dict");
    let bits = 0;
    for (const [type, own] of SIGNALS) {
      const set = value.get(type);
      if (set === undefined) throw keyError("invalid signal dict");
      if (truth(set)) bits |= own;
    }
    return bits;
  }
  throw typeError("argument must be a signal dict");
}
/** As {@link signalBits}, also of a list of signals. */
function signalList(value: PyValue): number {
  const isList = value instanceof PyObject && value.cls.mro.some((type) => type.name === "list");
  if (!isList) return signalBits(value);
  return collect(value).reduce((bits: number, type) => bits | bitsOf(type), 0);
}

const PARAMETERS = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
defineParsedConstructor(
  contextType,
  (args, kw) =>
    parseArguments({ names: PARAMETERS, converters: PARAMETERS.map(() => anything), required: 0 }, args, kw),
  (cls: PyType, ...given: (PyValue | undefined)[]) => {
    const context = adopt(new PyContext(), cls);
    PARAMETERS.forEach((name, i) => {
      const value = given[i];
      if (value === undefined || value === null) return;
      if (name === "flags") context.flags = signalList(value);
      else if (name === "traps") context.traps = signalList(value);
      else configure(context, name, value);
    });
    return context;
  },
);
/** Sets an attribute of a context. */
export function configure(context: PyContext, name: string, value: PyValue): void {
  const set = setters[name] as (self: PyContext, value: PyValue) => void;
  set(context, value);
}
export const SETTINGS = PARAMETERS;
const undeletable = (): never => {
  throw attributeError(null, "", "context attributes cannot be deleted");
};
const getters: { readonly [name: string]: (self: PyContext) => PyValue } = {
  prec: (self) => narrow(self.prec),
  rounding: (self) => self.rounding,
  Emin: (self) => narrow(self.emin),
  Emax: (self) => narrow(self.emax),
  capitals: (self) => self.capitals,
  clamp: (self) => self.clamp,
  flags: (self) => new PySignals(self, "flags"),
  traps: (self) => new PySignals(self, "traps"),
};
defineAttributes<PyContext>(
  contextType,
  Object.fromEntries(
    PARAMETERS.map((name) => [
      name,
      [getters[name], setters[name], undeletable] as [
        (self: PyContext) => PyValue,
        (self: PyContext, value: PyValue) => void,
        (self: PyContext) => void,
      ],
    ]),
  ),
);
defineMethods(contextType, {
  "__repr__()": (self: PyContext) =>
    `Context(prec=${self.prec}, rounding=${self.rounding}, Emin=${self.emin}, Emax=${self.emax}, capitals=${self.capitals}, clamp=${self.clamp}, flags=[${contextSignals(self.flags)}], traps=[${contextSignals(self.traps)}])`,
  "__setattr__(name, value, /)": (self: PyContext, name: PyValue, value: PyValue) => {
    const key = asStr(name) ?? "";
    if (self.cls === contextType && typeOf(self).lookup(key) === undefined) {
      throw attributeError(self, key, `'decimal.Context' object has no attribute '${key}'`);
    }
    plainSetAttribute(self, key, value);
    return null;
  },
  "clear_flags()": (self: PyContext) => {
    self.flags = 0;
    return null;
  },
  "clear_traps()": (self: PyContext) => {
    self.traps = 0;
    return null;
  },
  "copy()": (self: PyContext) => self.copy(),
  "__copy__()": (self: PyContext) => self.copy(),
  "Etiny()": (self: PyContext) => narrow(etiny(self.env())),
  "Etop()": (self: PyContext) => narrow(etop(self.env())),
});
/** Signals as a context shows them: in the order of the C library's bits, an invalid operation once. */
function contextSignals(bits: number): string {
  const order: readonly (readonly [bit: number, name: string])[] = [
    [Status.Clamped, "Clamped"],
    [Status.ConversionSyntax, "InvalidOperation"],
    [Status.DivisionByZero, "DivisionByZero"],
    [Status.DivisionImpossible | Status.DivisionUndefined, "InvalidOperation"],
    [Status.Inexact, "Inexact"],
    [Status.InvalidContext | Status.InvalidOperation, "InvalidOperation"],
    [Status.FloatOperation, "FloatOperation"],
    [Status.Overflow, "Overflow"],
    [Status.Rounded, "Rounded"],
    [Status.Subnormal, "Subnormal"],
    [Status.Underflow, "Underflow"],
  ];
  return [...new Set(order.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name))].join(", ");
}

// ---- flags and traps -----------------------------------------------------------------------------

/** `context.flags` or `context.traps`: a mapping from signals to whether they are set. */
class PySignals extends PyObject {
  readonly context: PyContext;
  readonly which: "flags" | "traps";
  constructor(context: PyContext, which: "flags" | "traps") {
    super();
    this.context = context;
    this.which = which;
  }
  get bits(): number {
    return this.context[this.which];
  }
  has(bits: number): boolean {
    return (this.bits & bits) !== 0;
  }
  asDict(): PyDict {
    const dict = new PyDict();
    for (const [type, bits] of SIGNALS) dict.set(type, this.has(bits));
    return dict;
  }
}
const signalsType = makeType("SignalDict", { of: PySignals, module: "decimal", subclassable: false });
signalsType.dict.set("__hash__", null);
defineMethods(signalsType, {
  "__repr__()": (self: PySignals) =>
    `{${SIGNALS.map(([type, bits]) => `${repr(type)}:${self.has(bits) ? "True" : "False"}`).join(", ")}}`,
  "__len__()": () => SIGNALS.length,
  "__iter__()": () => iterObject(list(SIGNALS.map(([type]) => type))),
  "__contains__(key, /)": (_self: PySignals, key: PyValue) => SIGNALS.some(([type]) => type === key),
  "__getitem__(key, /)": (self: PySignals, key: PyValue) => self.has(bitsOf(key)),
  "__setitem__(key, value, /)": (self: PySignals, key: PyValue, value: PyValue) => {
    const bits = bitsOf(key);
    if (truth(value)) self.context[self.which] |= bits;
    else self.context[self.which] &= ~bits;
    return null;
  },
  "__delitem__(key, /)": () => {
    throw valueError("signal keys cannot be deleted");
  },
  "__eq__(value, /)": (self: PySignals, other: PyValue) => {
    if (other instanceof PySignals) return self.bits === other.bits;
    if (!(other instanceof PyDict)) return NotImplemented;
    if (other.size !== SIGNALS.length) throw valueError("invalid signal dict");
    return self.bits === signalBits(other);
  },
  "copy()": (self: PySignals) => self.asDict(),
  "get(key, default=None, /)": (self: PySignals, key: PyValue, fallback: PyValue = null) => {
    const known = SIGNALS.find(([type]) => type === key);
    return known === undefined ? fallback : self.has(known[1]);
  },
  "keys()": (self: PySignals) => method(self.asDict(), "keys", [], null),
  "values()": (self: PySignals) => method(self.asDict(), "values", [], null),
  "items()": (self: PySignals) => method(self.asDict(), "items", [], null),
});

// ---- the current context -------------------------------------------------------------------------

function template(settings: Partial<PyContext>): () => PyContext {
  return () => Object.assign(new PyContext(), settings);
}
const everyday = INVALID | Status.DivisionByZero | Status.Overflow;
/** The contexts that the module has by name, which a program may change. */
export const namedContexts = {
  DefaultContext: perEvaluation(template({})),
  BasicContext: perEvaluation(
    template({
      prec: 9n,
      rounding: "ROUND_HALF_UP",
      traps: everyday | Status.Clamped | Status.Underflow,
    }),
  ),
  ExtendedContext: perEvaluation(template({ prec: 9n, traps: 0 })),
};
const unflagged = (context: PyContext): PyContext => Object.assign(context.copy(), { flags: 0 });
const current = perEvaluation(() => ({ context: unflagged(namedContexts.DefaultContext()) }));
/** `getcontext()`. */
export function currentContext(): PyContext {
  return current().context;
}
/** `setcontext(context)`: the contexts of the module are copied. */
export function setCurrentContext(context: PyContext): void {
  const isNamed = Object.values(namedContexts).some((named) => named() === context);
  current().context = isNamed ? unflagged(context) : context;
}
