// Functions of complex numbers, with C's rules for infinities, NaNs and signed zeros.
//
// The formulas are those that lose least (Kahan, "Branch cuts for complex elementary functions"): square roots and
// inverse functions are put together so that neither overflow nor cancellation spoils what a double can hold.
import {
  asinh as asinhReal,
  atan2,
  cos,
  cosh as coshReal,
  exp as expReal,
  log as logReal,
  sin,
  tan,
} from "./elementary-functions.ts";
import { vectorLength } from "./exact-sums.ts";

/** A complex number. */
export interface Z {
  readonly real: number;
  readonly imag: number;
}
/** What a function gives where it has no value, or none that a double can hold. */
export type Failure = "domain" | "range";

const LARGE = Number.MAX_VALUE / 4;
const SQRT_LARGE = Math.sqrt(LARGE);
const LOG_LARGE = Math.log(LARGE);
const SMALLEST = 2 ** -1022;
const SQRT_SMALLEST = Math.sqrt(SMALLEST);
const LN2 = Math.LN2;
const hypot = (x: number, y: number): number => vectorLength([x, y]);
const z = (real: number, imag: number): Z => ({ real, imag });
const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);
const withSign = (x: number, sign: number): number => (isNegative(sign) ? -Math.abs(x) : Math.abs(x));
const isFinite = (x: Z): boolean => Number.isFinite(x.real) && Number.isFinite(x.imag);
const byI = (x: Z): Z => z(-x.imag, x.real);
const byMinusI = (x: Z): Z => z(x.imag, -x.real);

/** Values where a part is not finite; recorded from C's, a row for each real part, two signs for each imaginary one. */
const SPECIAL: { readonly [name: string]: string } = {
  acos: "tIpIpIpJpJtJNIhI--------hJNNhI--------hJhNhI--------hJhNhI--------hJNNqIoIoIoJoJqJNININNNNNNNNNJNN",
  acosh: "ITIPIPIpIpItINIH--------IhNNIH--------IhNNIH--------IhNNIH--------IhNNIQIOIOIoIoIqININNNNNNNNNINNN",
  asinh: "JQJOJOJoJoJqJNJH--------JhNNJH--------JhNNIH--------IhNNIH--------IhNNIQIOIOIoIoIqININNNNONoNNINNN",
  atanh: "OHOHOHOhOhOhONOH--------OhNNOH--------OhONoH--------ohoNoH--------ohNNoHoHoHohohohoNoHNNNNNNNNohNN",
  cosh: "!!JIIoIOJJ!!IN!!--------!!NN!!--------!!No!!--------!!No!!--------!!NN!!JJIOIoJI!!INNNNNNoNoNNNNNN",
  exp: "ooOOoOooOooooo!!--------!!NN!!--------!!NN!!--------!!NN!!--------!!NN!!JJIOIoJI!!INNNNNNONoNNNNNN",
  log: "ITIPIPIpIpItINIH--------IhNNIH--------IhNNIH--------IhNNIH--------IhNNIQIOIOIoIoIqININNNNNNNNNINNN",
  sinh: "!!IJJOJoII!!IN!!--------!!NN!!--------!!oN!!--------!!oN!!--------!!NN!!JJIOIoJI!!INNNNNNONoNNNNNN",
  sqrt: "IJoJoJoIoIIINIIJ--------IINNIJ--------IINNIJ--------IINNIJ--------IINNIJIOIOIoIoIIINIJNNNNNNNNIINN",
  tanh: "LoLoLOLoLOLoLo!!--------!!NN!!--------!!NN!!--------!!NN!!--------!!NNlololOlolOloloNNNNNONoNNNNNN",
  rect: "!!IIJoJOIJ!!IN!!--------!!NNoo--------oooooo--------oooo!!--------!!NN!!JJIOIoJI!!INNNNNNoNoNNNNNN",
};
const SIGNS: { readonly [sign: string]: number } = {
  I: Number.POSITIVE_INFINITY,
  J: Number.NEGATIVE_INFINITY,
  N: Number.NaN,
  o: 0,
  O: -0,
  l: 1,
  L: -1,
  q: Math.PI / 4,
  Q: -Math.PI / 4,
  h: Math.PI / 2,
  H: -Math.PI / 2,
  t: (3 * Math.PI) / 4,
  T: (-3 * Math.PI) / 4,
  p: Math.PI,
  P: -Math.PI,
};
function rank(x: number): number {
  if (Number.isNaN(x)) return 6;
  if (x === Number.NEGATIVE_INFINITY) return 0;
  if (x === Number.POSITIVE_INFINITY) return 5;
  if (x === 0) return isNegative(x) ? 2 : 3;
  return x < 0 ? 1 : 4;
}
function special(name: string, x: Z): Z | Failure {
  const at = 2 * (rank(x.real) * 7 + rank(x.imag));
  const [real, imag] = (SPECIAL[name] as string).slice(at, at + 2) as unknown as [string, string];
  return real === "!" ? "domain" : z(SIGNS[real] as number, SIGNS[imag] as number);
}
/** An infinite length turned by a finite angle. */
function turned(sign: number, angle: number): Z {
  const infinite = Number.POSITIVE_INFINITY;
  return z(sign * withSign(infinite, cos(angle)), sign * withSign(infinite, sin(angle)));
}
function bounded(x: Z): Z | Failure {
  return Number.isFinite(x.real) && Number.isFinite(x.imag) ? x : "range";
}

export function sqrt(x: Z): Z {
  if (!isFinite(x)) return special("sqrt", x) as Z;
  if (x.real === 0 && x.imag === 0) return z(0, x.imag);
  const [ax, ay] = [Math.abs(x.real), Math.abs(x.imag)];
  let s: number;
  if (ax < SMALLEST && ay < SMALLEST) {
    const scaled = ax * 2 ** 53;
    s = Math.sqrt(scaled + hypot(scaled, ay * 2 ** 53)) * 2 ** -27;
  } else s = 2 * Math.sqrt(ax / 8 + hypot(ax / 8, ay / 8));
  const d = ay / (2 * s);
  return x.real >= 0 ? z(s, withSign(d, x.imag)) : z(d, withSign(s, x.imag));
}

const far = (x: Z): boolean => Math.abs(x.real) > LARGE || Math.abs(x.imag) > LARGE;
const farLog = (x: Z): number => logReal(hypot(x.real / 2, x.imag / 2)) + 2 * LN2;

export function acos(x: Z): Z {
  if (!isFinite(x)) return special("acos", x) as Z;
  if (far(x)) {
    const size = farLog(x);
    const imag = x.real < 0 ? -withSign(size, x.imag) : withSign(size, -x.imag);
    return z(atan2(Math.abs(x.imag), x.real), imag);
  }
  const [a, b] = [sqrt(z(1 - x.real, -x.imag)), sqrt(z(1 + x.real, x.imag))];
  return z(2 * atan2(a.real, b.real), asinhReal(b.real * a.imag - b.imag * a.real));
}
export function acosh(x: Z): Z {
  if (!isFinite(x)) return special("acosh", x) as Z;
  if (far(x)) return z(farLog(x), atan2(x.imag, x.real));
  const [a, b] = [sqrt(z(x.real - 1, x.imag)), sqrt(z(x.real + 1, x.imag))];
  return z(asinhReal(a.real * b.real + a.imag * b.imag), 2 * atan2(a.imag, b.real));
}
export function asinh(x: Z): Z {
  if (!isFinite(x)) return special("asinh", x) as Z;
  if (far(x)) {
    const size = farLog(x);
    return z(
      x.imag >= 0 ? withSign(size, x.real) : -withSign(size, -x.real),
      atan2(x.imag, Math.abs(x.real)),
    );
  }
  const [a, b] = [sqrt(z(1 + x.imag, -x.real)), sqrt(z(1 - x.imag, x.real))];
  return z(asinhReal(a.real * b.imag - b.real * a.imag), atan2(x.imag, a.real * b.real - a.imag * b.imag));
}
export const asin = (x: Z): Z => byMinusI(asinh(byI(x)));
export function atanh(x: Z): Z | Failure {
  if (!isFinite(x)) return special("atanh", x);
  if (isNegative(x.real)) {
    const mirrored = atanh(z(-x.real, -x.imag));
    return typeof mirrored === "string" ? mirrored : z(-mirrored.real, -mirrored.imag);
  }
  const ay = Math.abs(x.imag);
  if (x.real > SQRT_LARGE || ay > SQRT_LARGE) {
    const h = hypot(x.real / 2, x.imag / 2);
    return z(x.real / 4 / h / h, -withSign(Math.PI / 2, -x.imag));
  }
  if (x.real === 1 && ay < SQRT_SMALLEST) {
    if (ay === 0) return "domain";
    return z(-logReal(Math.sqrt(ay) / Math.sqrt(hypot(ay, 2))), withSign(atan2(2, -ay) / 2, x.imag));
  }
  const near = 1 - x.real;
  return z(
    Math.log1p((4 * x.real) / (near * near + ay * ay)) / 4,
    -atan2(-2 * x.imag, near * (1 + x.real) - ay * ay) / 2,
  );
}
export function atan(x: Z): Z | Failure {
  const result = atanh(byI(x));
  return typeof result === "string" ? result : byMinusI(result);
}

/** A hyperbolic function or exponential whose real part is infinite, of an angle that is not. */
const infiniteReal = (x: Z): boolean =>
  !Number.isFinite(x.real) && !Number.isNaN(x.real) && Number.isFinite(x.imag) && x.imag !== 0;

export function cosh(x: Z): Z | Failure {
  if (infiniteReal(x)) {
    const result = turned(1, x.imag);
    return x.real > 0 ? result : z(result.real, -result.imag);
  }
  if (!isFinite(x)) return special("cosh", x);
  if (Math.abs(x.real) > LOG_LARGE) {
    const less = x.real - withSign(1, x.real);
    return bounded(z(cos(x.imag) * coshReal(less) * Math.E, sin(x.imag) * Math.sinh(less) * Math.E));
  }
  return bounded(z(cos(x.imag) * coshReal(x.real), sin(x.imag) * Math.sinh(x.real)));
}
export function sinh(x: Z): Z | Failure {
  if (infiniteReal(x)) {
    const result = turned(1, x.imag);
    return x.real > 0 ? result : z(-result.real, result.imag);
  }
  if (!isFinite(x)) return special("sinh", x);
  if (Math.abs(x.real) > LOG_LARGE) {
    const less = x.real - withSign(1, x.real);
    return bounded(z(cos(x.imag) * Math.sinh(less) * Math.E, sin(x.imag) * coshReal(less) * Math.E));
  }
  return bounded(z(cos(x.imag) * Math.sinh(x.real), sin(x.imag) * coshReal(x.real)));
}
export function tanh(x: Z): Z | Failure {
  if (infiniteReal(x)) {
    return z(x.real > 0 ? 1 : -1, withSign(0, 2 * sin(x.imag) * cos(x.imag)));
  }
  if (!isFinite(x)) return special("tanh", x);
  if (Math.abs(x.real) > LOG_LARGE) {
    return z(withSign(1, x.real), 4 * sin(x.imag) * cos(x.imag) * expReal(-2 * Math.abs(x.real)));
  }
  const [tx, ty, cx] = [Math.tanh(x.real), tan(x.imag), 1 / coshReal(x.real)];
  const product = tx * ty;
  const below = 1 + product * product;
  return z((tx * (1 + ty * ty)) / below, (ty / below) * cx * cx);
}
export const cosine = (x: Z): Z | Failure => cosh(byI(x));
const rotated =
  (f: (x: Z) => Z | Failure) =>
  (x: Z): Z | Failure => {
    const result = f(byI(x));
    return typeof result === "string" ? result : byMinusI(result);
  };
export const sine: (x: Z) => Z | Failure = rotated(sinh);
export const tangent: (x: Z) => Z | Failure = rotated(tanh);

export function exp(x: Z): Z | Failure {
  if (infiniteReal(x)) {
    if (x.real > 0) return turned(1, x.imag);
    return z(withSign(0, cos(x.imag)), withSign(0, sin(x.imag)));
  }
  if (!isFinite(x)) return special("exp", x);
  const scale = x.real > LOG_LARGE ? Math.E : 1;
  const size = expReal(scale === 1 ? x.real : x.real - 1);
  return bounded(z(size * cos(x.imag) * scale, size * sin(x.imag) * scale));
}
export function log(x: Z): Z | Failure {
  if (!isFinite(x)) return special("log", x);
  const [ax, ay] = [Math.abs(x.real), Math.abs(x.imag)];
  let real: number;
  if (ax > LARGE || ay > LARGE) real = logReal(hypot(ax / 2, ay / 2)) + LN2;
  else if (ax < SMALLEST && ay < SMALLEST) {
    if (ax === 0 && ay === 0) return "domain";
    real = logReal(hypot(ax * 2 ** 53, ay * 2 ** 53)) - 53 * LN2;
  } else {
    const h = hypot(ax, ay);
    const [most, least] = ax > ay ? [ax, ay] : [ay, ax];
    real = h >= 0.71 && h <= 1.73 ? Math.log1p((most - 1) * (most + 1) + least * least) / 2 : logReal(h);
  }
  return z(real, atan2(x.imag, x.real));
}
export function log10(x: Z): Z | Failure {
  const result = log(x);
  return typeof result === "string" ? result : z(result.real / Math.LN10, result.imag / Math.LN10);
}
/** The number with this length and angle. */
export function rect(length: number, angle: number): Z | Failure {
  const both = z(length, angle);
  if (!isFinite(both)) {
    if (infiniteReal(both)) return turned(length > 0 ? 1 : -1, angle);
    return special("rect", both);
  }
  if (angle === 0) return z(length, length * angle);
  return z(length * cos(angle), length * sin(angle));
}
export const phase = (x: Z): number => atan2(x.imag, x.real);
/** The length of a number. */
export function modulus(x: Z): number | Failure {
  if (!isFinite(x)) {
    const infinite = [x.real, x.imag].some((part) => Math.abs(part) === Number.POSITIVE_INFINITY);
    return infinite ? Number.POSITIVE_INFINITY : Number.NaN;
  }
  const length = hypot(x.real, x.imag);
  return Number.isFinite(length) ? length : "range";
}
