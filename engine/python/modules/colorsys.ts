// The module `colorsys`: colours from one system of coordinates to another.
import { call1 } from "../function.ts";
import { defineModule } from "../module.ts";
import { intType, PyFloat, type PyValue } from "../object.ts";
import { add, div, eq, gt, le, lt, mod, mul, sub, truth } from "../operators.ts";
import { tuple } from "../sequence.ts";
import { pythonFunctions } from "./python-function.ts";

const float = (value: number): PyFloat => new PyFloat(value);
const [ZERO, ONE, TWO, SIX] = [0, 1, 2, 6].map(float) as [PyFloat, PyFloat, PyFloat, PyFloat];
const [THIRD, SIXTH, TWO_THIRDS] = [1 / 3, 1 / 6, 2 / 3].map(float) as [PyFloat, PyFloat, PyFloat];

/** `a*x + b*y + …`. */
function weighted(...terms: readonly [weight: number, value: PyValue][]): PyValue {
  const [first, ...rest] = terms.map(([weight, value]) => mul(float(weight), value)) as [
    PyValue,
    ...PyValue[],
  ];
  return rest.reduce(add, first);
}
const clamped = (value: PyValue): PyValue =>
  truth(lt(value, ZERO)) ? ZERO : truth(gt(value, ONE)) ? ONE : value;

/** Greatest and least of three, as `max` and `min` find them. */
function extremes(r: PyValue, g: PyValue, b: PyValue): [PyValue, PyValue] {
  const pick = (better: (a: PyValue, b: PyValue) => PyValue): PyValue =>
    [g, b].reduce((best, value) => (truth(better(value, best)) ? value : best), r);
  return [pick(gt), pick(lt)];
}
/** The hue, for colours that have one. */
function hue(r: PyValue, g: PyValue, b: PyValue, most: PyValue, range: PyValue): PyValue {
  const [rc, gc, bc] = [r, g, b].map((c) => div(sub(most, c), range)) as [PyValue, PyValue, PyValue];
  const turned = truth(eq(r, most))
    ? sub(bc, gc)
    : truth(eq(g, most))
      ? sub(add(TWO, rc), bc)
      : sub(add(float(4), gc), rc);
  return mod(div(turned, SIX), ONE);
}
function hlsValue(m1: PyValue, m2: PyValue, angle: PyValue): PyValue {
  const h = mod(angle, ONE);
  if (truth(lt(h, SIXTH))) return add(m1, mul(mul(sub(m2, m1), h), SIX));
  if (truth(lt(h, float(0.5)))) return m2;
  if (truth(lt(h, TWO_THIRDS))) return add(m1, mul(mul(sub(m2, m1), sub(TWO_THIRDS, h)), SIX));
  return m1;
}

defineModule("colorsys", {
  values: {
    ONE_THIRD: THIRD,
    ONE_SIXTH: SIXTH,
    TWO_THIRD: TWO_THIRDS,
    ...pythonFunctions({
      "rgb_to_yiq(r, g, b)": (r: PyValue, g: PyValue, b: PyValue) => {
        const y = weighted([0.3, r], [0.59, g], [0.11, b]);
        const [ry, by] = [sub(r, y), sub(b, y)];
        return tuple([
          y,
          sub(mul(float(0.74), ry), mul(float(0.27), by)),
          add(mul(float(0.48), ry), mul(float(0.41), by)),
        ]);
      },
      "yiq_to_rgb(y, i, q)": (y: PyValue, i: PyValue, q: PyValue) => {
        const term = (weight: number, value: PyValue): PyValue => mul(float(weight), value);
        const r = add(add(y, term(0.9468822170900693, i)), term(0.6235565819861433, q));
        const g = sub(sub(y, term(0.27478764629897834, i)), term(0.6356910791873801, q));
        const b = add(sub(y, term(1.1085450346420322, i)), term(1.7090069284064666, q));
        return tuple([r, g, b].map(clamped));
      },
      "rgb_to_hls(r, g, b)": (r: PyValue, g: PyValue, b: PyValue) => {
        const [most, least] = extremes(r, g, b);
        const [sum, range] = [add(most, least), sub(most, least)];
        const l = div(sum, TWO);
        if (truth(eq(least, most))) return tuple([ZERO, l, ZERO]);
        const s = truth(le(l, float(0.5))) ? div(range, sum) : div(range, sub(sub(TWO, most), least));
        return tuple([hue(r, g, b, most, range), l, s]);
      },
      "hls_to_rgb(h, l, s)": (h: PyValue, l: PyValue, s: PyValue) => {
        if (truth(eq(s, ZERO))) return tuple([l, l, l]);
        const m2 = truth(le(l, float(0.5))) ? mul(l, add(ONE, s)) : sub(add(l, s), mul(l, s));
        const m1 = sub(mul(TWO, l), m2);
        return tuple([hlsValue(m1, m2, add(h, THIRD)), hlsValue(m1, m2, h), hlsValue(m1, m2, sub(h, THIRD))]);
      },
      "rgb_to_hsv(r, g, b)": (r: PyValue, g: PyValue, b: PyValue) => {
        const [most, least] = extremes(r, g, b);
        if (truth(eq(least, most))) return tuple([ZERO, ZERO, most]);
        const range = sub(most, least);
        return tuple([hue(r, g, b, most, range), div(range, most), most]);
      },
      "hsv_to_rgb(h, s, v)": (h: PyValue, s: PyValue, v: PyValue) => {
        if (truth(eq(s, ZERO))) return tuple([v, v, v]);
        const scaled = mul(h, SIX);
        const whole = call1(intType, scaled);
        const fraction = sub(scaled, whole);
        const p = mul(v, sub(ONE, s));
        const q = mul(v, sub(ONE, mul(s, fraction)));
        const t = mul(v, sub(ONE, mul(s, sub(ONE, fraction))));
        const faces = [
          [v, t, p],
          [q, v, p],
          [p, v, t],
          [p, q, v],
          [t, p, v],
          [v, p, q],
        ];
        return tuple(faces[Number(mod(whole, 6))] as PyValue[]);
      },
    }),
  },
});
