// Host names that are not ASCII, as IDNA 2008 encodes them (RFC 5890 to 5893, 3492).
//
// One thing is stricter than the standard: a zero-width non-joiner stands after a virama only. (Between letters that join
// it would need a table of how letters join; such a host can be written in its `xn--` form.)
import { bidirectional, combiningClass } from "../../unicode/properties.ts";

const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]$/u;
/** RFC 5892, 2.6: valid although their class says otherwise, and the reverse; with 2.9, the conjoining Hangul. */
const ALSO_VALID = /^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/u;
const NEVER_VALID = /^[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/u;

/** RFC 5892, appendix A: characters that are valid beside certain others. Texts before and after, and the whole label. */
function isValidInContext(char: string, before: string, after: string, label: string): boolean | undefined {
  switch (char) {
    case "\u00b7":
      return before.endsWith("l") && after.startsWith("l");
    case "\u0375":
      return /^\p{Script=Greek}/u.test(after);
    case "\u05f3":
    case "\u05f4":
      return /\p{Script=Hebrew}$/u.test(before);
    case "\u30fb":
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label);
    case "\u200c":
    case "\u200d": {
      const previous = Array.from(before).at(-1)?.codePointAt(0);
      return previous !== undefined && combiningClass(previous) === 9;
    }
    default:
      if (/[\u0660-\u0669]/.test(char)) return !/[\u06f0-\u06f9]/.test(label);
      if (/[\u06f0-\u06f9]/.test(char)) return !/[\u0660-\u0669]/.test(label);
      return undefined;
  }
}

function isValid(char: string): boolean {
  if (ALSO_VALID.test(char)) return true;
  if (NEVER_VALID.test(char) || /^\p{Default_Ignorable_Code_Point}$/u.test(char)) return false;
  const folded = char.normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded === char && LETTER_OR_DIGIT.test(char);
}

/** RFC 5893: a label with characters written from right to left keeps to one direction. */
function isOneDirection(points: readonly number[]): boolean {
  const classes = points.map(bidirectional);
  if (!classes.some((name) => name === "R" || name === "AL" || name === "AN")) return true;
  const last = classes.findLast((name) => name !== "NSM") ?? "";
  const all = (allowed: string): boolean => classes.every((name) => allowed.split(" ").includes(name));
  if (classes[0] === "L") return all("L EN ES CS ET ON BN NSM") && (last === "L" || last === "EN");
  if (classes[0] !== "R" && classes[0] !== "AL") return false;
  if (!all("R AL AN EN ES CS ET ON BN NSM") || !["R", "AL", "EN", "AN"].includes(last)) return false;
  return !(classes.includes("EN") && classes.includes("AN"));
}

/** One label of a host name in ASCII, lower case; undefined where it is not a valid one. */
export function asciiLabel(label: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  if (/^[\x00-\x7f]*$/.test(label)) return label.toLowerCase();
  const text = label.toLowerCase();
  if (text.normalize("NFC") !== text || /^-|-$|^..--|^\p{M}/u.test(text)) return undefined;
  let before = "";
  for (const char of text) {
    const after = text.slice(before.length + char.length);
    const valid = /[a-z0-9-]/.test(char) || (isValidInContext(char, before, after, text) ?? isValid(char));
    if (!valid) return undefined;
    before += char;
  }
  if (!isOneDirection(Array.from(text, (char) => char.codePointAt(0) as number))) return undefined;
  const encoded = `xn--${punycode(text)}`;
  return encoded.length > 63 ? undefined : encoded;
}

/** RFC 3492. */
function punycode(label: string): string {
  const points = Array.from(label, (char) => char.codePointAt(0) as number);
  const basic = points.filter((point) => point < 128);
  let out = String.fromCharCode(...basic) + (basic.length > 0 ? "-" : "");
  let [next, delta, bias, handled] = [128, 0, 72, basic.length];
  while (handled < points.length) {
    const smallest = Math.min(...points.filter((point) => point >= next));
    delta += (smallest - next) * (handled + 1);
    next = smallest;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      let rest = delta;
      for (let k = 36; ; k += 36) {
        const threshold = Math.min(26, Math.max(1, k - bias));
        if (rest < threshold) break;
        out += digit(threshold + ((rest - threshold) % (36 - threshold)));
        rest = Math.floor((rest - threshold) / (36 - threshold));
      }
      out += digit(rest);
      bias = adapted(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    next += 1;
  }
  return out;
}
function digit(value: number): string {
  return String.fromCharCode(value < 26 ? 97 + value : 22 + value);
}
function adapted(delta: number, count: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? 700 : 2));
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}
