// `format(fraction, specification)`.
import { valueError } from "../exceptions.ts";
import { repr } from "../representation.ts";
import { allocate, charge } from "../state.ts";

const GENERAL = /^(?:([\s\S])?([<>=^]))?([-+ ]?)(#)?(0|[1-9][0-9]*)?([,_])?$/u;
const FLOAT =
  /^(?:([\s\S])?([<>=^]))?([-+ ]?)(z)?(#)?(0(?=[0-9]))?(0|[1-9][0-9]*)?([,_])?(?:\.(0|[1-9][0-9]*))?([eEfFgG%])$/u;

function power(n: number): bigint {
  allocate(n);
  charge(n >> 4);
  return 10n ** BigInt(n);
}
/** `n / d` as a multiple of a power of ten, half to even. */
function toExponent(n: bigint, d: bigint, exponent: number, positive: boolean) {
  const [x, y] = exponent >= 0 ? [n, d * power(exponent)] : [n * power(-exponent), d];
  const shifted = x + (y >> 1n);
  let quotient = shifted / y;
  let rest = shifted - quotient * y;
  if (rest < 0n) {
    quotient -= 1n;
    rest += y;
  }
  if (rest === 0n && y % 2n === 0n && quotient % 2n !== 0n) quotient -= 1n;
  return { negative: positive ? quotient < 0n : n < 0n, significand: quotient < 0n ? -quotient : quotient };
}
/** `n / d` to so many digits. */
function toFigures(n: bigint, d: bigint, figures: number) {
  if (n === 0n) return { negative: false, significand: 0n, exponent: 1 - figures };
  const [a, b] = [(n < 0n ? -n : n).toString(), d.toString()];
  let exponent = a.length - b.length + (b <= a ? 1 : 0) - figures;
  const { negative, significand } = toExponent(n, d, exponent, false);
  if (significand.toString().length !== figures + 1) return { negative, significand, exponent };
  exponent += 1;
  return { negative, significand: significand / 10n, exponent };
}

function grouped(digits: string, separator: string | undefined): string {
  return separator === undefined ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, separator);
}
function padded(sign: string, body: string, width: number, fill: string, align: string): string {
  const missing = Math.max(0, width - sign.length - body.length);
  allocate(2 * missing);
  const padding = fill.repeat(missing);
  switch (align) {
    case "<":
      return sign + body + padding;
    case "^": {
      const half = Math.floor(missing / 2) * fill.length;
      return padding.slice(0, half) + sign + body + padding.slice(half);
    }
    case "=":
      return sign + padding + body;
    default:
      return padding + sign + body;
  }
}

function floatStyle(n: bigint, d: bigint, parts: RegExpExecArray): string {
  const [
    ,
    fill = " ",
    align = ">",
    sign,
    z,
    alternate,
    zero,
    widthText = "0",
    separator,
    precisionText = "6",
    type = "",
  ] = parts;
  const [width, precision] = [Number(widthText), Number(precisionText)];
  let negative: boolean;
  let significand: bigint;
  let exponent = 0;
  let scientific = false;
  let point = precision;
  if ("fF%".includes(type)) {
    const places = type === "%" ? precision + 2 : precision;
    ({ negative, significand } = toExponent(n, d, -places, z !== undefined));
  } else {
    const figures = "gG".includes(type) ? Math.max(precision, 1) : precision + 1;
    ({ negative, significand, exponent } = toFigures(n, d, figures));
    scientific = "eE".includes(type) || exponent > 0 || exponent + figures <= -4;
    point = scientific ? figures - 1 : -exponent;
  }
  let suffix = type === "%" ? "%" : "";
  if (scientific) {
    const shown = exponent + point;
    suffix = `${"EFG".includes(type) ? "E" : "e"}${shown < 0 ? "-" : "+"}${String(Math.abs(shown)).padStart(2, "0")}`;
  }
  const digits = significand.toString().padStart(point + 1, "0");
  const shownSign = negative ? "-" : sign === "-" ? "" : (sign ?? "");
  let leading = digits.slice(0, digits.length - point);
  let fraction = digits.slice(digits.length - point);
  if ("gG".includes(type) && alternate === undefined) fraction = fraction.replace(/0+$/, "");
  const trailing = (alternate === undefined && fraction === "" ? "" : ".") + fraction + suffix;
  if (zero !== undefined) {
    const least = width - shownSign.length - trailing.length;
    allocate(2 * Math.max(0, least));
    leading = leading.padStart(separator === undefined ? least : Math.floor((3 * least) / 4) + 1, "0");
  }
  return padded(shownSign, grouped(leading, separator) + trailing, width, fill, align);
}

/** The text of `n / d` under a specification; ValueError for one that is none. */
export function formatFraction(n: bigint, d: bigint, spec: string, typeName: string): string {
  const general = GENERAL.exec(spec);
  if (general !== null) {
    const [, fill = " ", align = ">", sign, alternate, width = "0", separator] = general;
    const whole = grouped((n < 0n ? -n : n).toString(), separator);
    const body = d > 1n || alternate !== undefined ? `${whole}/${grouped(d.toString(), separator)}` : whole;
    const shown = n < 0n ? "-" : sign === "-" ? "" : (sign ?? "");
    return padded(shown, body, Number(width), fill, align);
  }
  const parts = FLOAT.exec(spec);
  if (parts !== null && (parts[2] === undefined || parts[6] === undefined)) return floatStyle(n, d, parts);
  throw valueError(`Invalid format specifier ${repr(spec)} for object of type ${repr(typeName)}`);
}
