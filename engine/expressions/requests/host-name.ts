// Host names that are not ASCII, as IDNA 2008 encodes them (RFC 5890 to 5892, 3492).
//
// Labels written from right to left and characters that are allowed only beside certain others are refused: their
// rules need tables that an expression has no other use for. Such a host can be written in its `xn--` form.

const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]$/u;
/** RFC 5892, 2.6: valid although their class says otherwise, and the reverse; with 2.9, the conjoining Hangul. */
const ALSO_VALID = /^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/u;
const NEVER_VALID = /^[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]$/u;
const CONTEXTUAL = /^[\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9\u200c\u200d]$/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

function isValid(char: string): boolean {
  if (ALSO_VALID.test(char)) return true;
  if (NEVER_VALID.test(char) || CONTEXTUAL.test(char) || /^\p{Default_Ignorable_Code_Point}$/u.test(char))
    return false;
  const folded = char.normalize("NFKC").toLowerCase().normalize("NFKC");
  return folded === char && LETTER_OR_DIGIT.test(char);
}

/** One label of a host name in ASCII, lower case; undefined where it is not a valid one. */
export function asciiLabel(label: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  if (/^[\x00-\x7f]*$/.test(label)) return label.toLowerCase();
  const text = label.toLowerCase();
  if (text.normalize("NFC") !== text || RIGHT_TO_LEFT.test(text)) return undefined;
  if (/^-|-$|^..--/u.test(text) || /^\p{M}/u.test(text)) return undefined;
  for (const char of text) if (!/[a-z0-9-]/.test(char) && !isValid(char)) return undefined;
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
