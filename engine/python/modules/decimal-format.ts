// `format(decimal, specification)`: the C implementation's mini-language.
import { valueError } from "../exceptions.ts";
import { allocate } from "../state.ts";
import { textLength } from "../text.ts";
import { atExponent } from "./decimal-arithmetic.ts";
import { type Dec, digits, type Env, toText } from "./decimal-number.ts";

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly noNegativeZero: boolean;
  /** Is there always a point? */
  readonly alternate: boolean;
  readonly width: number;
  readonly grouped: boolean;
  readonly precision: number | undefined;
  readonly type: string;
}
const SPEC = /^(?:([\s\S])?([<>=^]))?([ +-])?(z)?(#)?(0)?([1-9]\d*)?(,)?(?:\.(\d+))?([eEfFgGn%])?$/u;

function parse(text: string, capitals: boolean): Spec {
  const invalid = () => valueError("invalid format string");
  const [match, fill = " ", align, sign = "-", z, alternate, zero, width = "0", comma, precision, type] =
    SPEC.exec(text) ?? [];
  if (match === undefined) throw invalid();
  // Padding with zeros is an alignment, and there can be only one; `n` groups by itself.
  if ((zero !== undefined && align !== undefined) || (type === "n" && comma !== undefined)) throw invalid();
  if (width.length > 9 || (precision ?? "").length > 9) throw invalid();
  return {
    fill: zero === undefined ? fill : "0",
    align: zero === undefined ? (align ?? ">") : "zero",
    sign,
    noNegativeZero: z !== undefined,
    alternate: alternate !== undefined,
    width: Number(width),
    grouped: comma !== undefined,
    precision: precision === undefined ? undefined : Number(precision),
    type: type === undefined ? (capitals ? "G" : "g") : type === "n" ? "g" : type,
  };
}

/** To so many significant digits. */
function significant(a: Dec, count: bigint, env: Env): Dec {
  if (a.coef === 0n) return a;
  const at = a.exp + digits(a.coef) - count;
  const { value } = atExponent(a, at, env.rounding);
  return digits(value.coef) > count ? atExponent(value, at + 1n, env.rounding).value : value;
}

/** Whole part, fraction and exponent of a finite number as the type shows it. */
function layout(
  given: Dec,
  spec: Spec,
  env: Env,
): { a: Dec; whole: string; fraction: string; exponent: bigint } {
  const { type, precision } = spec;
  const fixed = "fF%".includes(type);
  let a = type === "%" ? { ...given, exp: given.exp + 2n } : given;
  if (precision !== undefined) {
    allocate(precision * 2);
    const count = BigInt(precision);
    if ("eE".includes(type)) {
      if (a.coef !== 0n) a = padded(significant(a, count + 1n, env), count + 1n);
    } else if (fixed) a = atExponent(a, -count, env.rounding).value;
    else if (digits(a.coef) > count) a = significant(a, count === 0n ? 1n : count, env);
  }
  if (fixed && a.exp > 0n) a = atExponent(a, 0n, env.rounding).value;
  const text = a.coef.toString();
  const left = a.exp + BigInt(text.length);
  let dot = 1n;
  if (fixed) dot = left;
  else if ("eE".includes(type)) {
    if (a.coef === 0n && precision !== undefined) dot = 1n - BigInt(precision);
  } else if (a.exp <= 0n && left > -6n) dot = left;
  const at = Number(dot);
  const whole = at <= 0 ? "0" : text.slice(0, at).padEnd(at, "0");
  const fraction = at < 0 ? "0".repeat(-at) + text : text.slice(at);
  return { a, whole, fraction, exponent: left - dot };
}
/** With zeros behind, to so many digits. */
function padded(a: Dec, count: bigint): Dec {
  const lacking = count - digits(a.coef);
  return lacking <= 0n ? a : { ...a, coef: a.coef * 10n ** lacking, exp: a.exp - lacking };
}

function grouped(whole: string, least: number): string {
  let text = whole;
  // Padding zeros are grouped too, and none of them makes a group of nothing.
  while (text.length + Math.floor((text.length - 1) / 3) < least) text = `0${text}`;
  return text.replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** The text of a number under a specification; ValueError for one that is none. */
export function formatDecimal(given: Dec, specText: string, env: Env, capitals: boolean): string {
  const spec = parse(specText, capitals);
  let body: string;
  let { negative } = given;
  let zeros = spec.align === "zero";
  const signOf = (): string => (negative ? "-" : spec.sign === "-" ? "" : spec.sign);
  if (given.kind !== "finite") {
    body = toText({ ...given, negative: false });
    if (spec.type === "%") body += "%";
    zeros = false;
  } else {
    const { a, whole, fraction, exponent } = layout(given, spec, env);
    if (a.coef === 0n && spec.noNegativeZero) negative = false;
    let tail = fraction === "" && !spec.alternate ? "" : `.${fraction}`;
    if (exponent !== 0n || "eE".includes(spec.type)) {
      tail += `${"EG".includes(spec.type) ? "E" : "e"}${exponent < 0n ? "" : "+"}${exponent}`;
    }
    if (spec.type === "%") tail += "%";
    allocate(spec.width * 2);
    const room = zeros ? spec.width - signOf().length - tail.length : 0;
    body = (spec.grouped ? grouped(whole, room) : whole.padStart(room, "0")) + tail;
  }
  const sign = signOf();
  const fill = given.kind !== "finite" && spec.align === "zero" ? " " : spec.fill;
  const missing = spec.width - sign.length - textLength(body);
  if (missing <= 0 || zeros) return sign + body;
  const pad = (count: number): string => fill.repeat(count);
  switch (spec.align) {
    case "<":
      return sign + body + pad(missing);
    case "=":
      return sign + pad(missing) + body;
    case "^":
      return pad(Math.floor(missing / 2)) + sign + body + pad(missing - Math.floor(missing / 2));
    default:
      return pad(missing) + sign + body;
  }
}
