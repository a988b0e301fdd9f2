// fast-check arbitraries of phone numbers: as gateways want them, and as people type them.
import fc from "fast-check";

/** Country codes and how many digits follow them: some of each length, and two that begin alike. */
const COUNTRIES: readonly (readonly [code: string, least: number, most: number])[] = [
  ["1", 10, 10],
  ["7", 10, 10],
  ["33", 9, 9],
  ["44", 9, 10],
  ["49", 6, 11],
  ["91", 10, 10],
  ["358", 5, 10],
  ["1234", 7, 7],
];

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most })
    .map((each) => each.join(""));

/**
 * Numbers in E.164: `+`, a country code, 8 to 15 digits in all. Shrinks to short numbers of zeros.
 *
 * @param options.prefix what every number begins with (`+1234`): a `+` and 1 to 14 digits. Throws RangeError for anything else.
 */
export function e164(options: { readonly prefix?: string } = {}): fc.Arbitrary<string> {
  const { prefix } = options;
  if (prefix === undefined) {
    return fc.oneof(
      ...COUNTRIES.map(([code, least, most]) =>
        digits(Math.max(least, 8 - code.length), most).map((rest) => `+${code}${rest}`),
      ),
    );
  }
  if (!/^\+[1-9]\d{0,13}$/.test(prefix))
    throw new RangeError(`prefix is ${JSON.stringify(prefix)}: write a + and 1 to 14 digits, as in "+1234"`);
  const given = prefix.length - 1;
  return digits(Math.max(1, 8 - given), 15 - given).map((rest) => prefix + rest);
}

/** What people put between digits: blanks of several kinds, hyphens, dots, brackets. */
const SEPARATORS = ["", "", "", " ", "  ", "-", ".", "/", "\u00a0", "\t"];

/**
 * What people type where a phone number is asked for: mostly numbers with separators, 00 in place of the +, no country code,
 * an extension, digits of other scripts, blanks around; now and then an empty text or none at all. Shrinks to the empty text.
 */
export function phoneNumber(): fc.Arbitrary<string> {
  const spaced = fc
    .tuple(e164(), fc.array(fc.constantFrom(...SEPARATORS), { minLength: 15, maxLength: 15 }))
    .map(([number, between]) => [...number].map((char, i) => char + (between[i] ?? "")).join(""));
  return fc.oneof(
    { arbitrary: fc.constantFrom("", " ", "+"), weight: 1 },
    { arbitrary: e164(), weight: 3 },
    { arbitrary: spaced, weight: 4 },
    { arbitrary: e164().map((number) => `00${number.slice(1)}`), weight: 1 },
    { arbitrary: e164().map((number) => number.replace(/^\+\d{1,2}/, "0")), weight: 1 },
    { arbitrary: e164().map((number) => number.slice(1)), weight: 1 },
    { arbitrary: e164().map((number) => number.replace(/^(\+\d)(\d{3})/, "$1 ($2) ")), weight: 1 },
    { arbitrary: fc.tuple(e164(), digits(1, 4)).map(([number, more]) => `${number} x${more}`), weight: 1 },
    { arbitrary: e164().map((number) => ` ${number}\n`), weight: 1 },
    { arbitrary: e164().map(inArabicDigits), weight: 1 },
    { arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }), weight: 1 },
  );
}

/** Python's `\d` and `str.isdigit` take these for digits too. */
function inArabicDigits(number: string): string {
  return number.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));
}
