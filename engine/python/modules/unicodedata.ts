// The module `unicodedata`: what Unicode 15.1 says of characters.

import { lookupUnicodeName, unicodeName } from "../../unicode/names.ts";
import type { NormalForm } from "../../unicode/normalize.ts";
import {
  bidirectional,
  combiningClass,
  decomposition,
  eastAsianWidth,
  isMirrored,
  numericValue,
} from "../../unicode/properties.ts";
import { KeyError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineModule } from "../module.ts";
import { asStr, PyFloat, type PyValue, typeName } from "../object.ts";
import { charge } from "../state.ts";
import { normalizeText, textLength } from "../text.ts";
import { category, decimalValue, isAscii, isDigit } from "../unicode.ts";
import { moduleFunctions } from "./python-function.ts";

/** The argument's type as CPython's converters name it. */
const given = (value: PyValue): string => (value === null ? "None" : typeName(value));

/** The one character of an argument. */
function character(value: PyValue, what: string): number {
  const text = asStr(value);
  if (text === undefined || textLength(text) !== 1) {
    throw typeError(`${what} must be a unicode character, not ${given(value)}`);
  }
  return text.codePointAt(0) as number;
}

/** A function of one character. */
function single(
  name: string,
  answer: (point: number) => PyValue,
): { [declaration: string]: (c: PyValue) => PyValue } {
  return { [`${name}(chr, /)`]: (chr) => answer(character(chr, `${name}() argument`)) };
}
/** A function of one character that may have no answer: then the default is it, or there is a ValueError. */
function partial(name: string, answer: (point: number) => PyValue | undefined, refusal: string) {
  return {
    [`${name}(chr, default=None, /)`]: (chr: PyValue, fallback?: PyValue): PyValue => {
      const value = answer(character(chr, `${name}() argument 1`)) ?? fallback;
      if (value === undefined) throw valueError(refusal);
      return value;
    },
  };
}

function digit(point: number): number | undefined {
  const decimal = decimalValue(point);
  if (decimal >= 0) return decimal;
  return isDigit(point) ? numericValue(point) : undefined;
}
function numeric(point: number): PyValue | undefined {
  const value = decimalValue(point) >= 0 ? decimalValue(point) : numericValue(point);
  return value === undefined ? undefined : new PyFloat(value);
}

const FORMS = new Set(["NFC", "NFD", "NFKC", "NFKD"]);

/** What V8 may know and 15.1 does not have: such characters neither change nor touch their neighbours. */
function normalized(form: NormalForm, text: string): string {
  if (isAscii(text)) return text;
  let out = "";
  let from = 0;
  let at = 0;
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (point > 0x7f && category(point) === "Cn") {
      out += normalizeText(text.slice(from, at), form) + char;
      from = at + char.length;
    }
    at += char.length;
  }
  return out + normalizeText(text.slice(from), form);
}

function normalForm(name: string, form: PyValue, text: PyValue): { before: string; after: string } {
  const wanted = asStr(form);
  if (wanted === undefined) throw typeError(`${name}() argument 1 must be str, not ${given(form)}`);
  const before = asStr(text);
  if (before === undefined) throw typeError(`${name}() argument 2 must be str, not ${given(text)}`);
  // An empty text is in every form, even in one that does not exist.
  if (before === "") return { before, after: "" };
  if (!FORMS.has(wanted)) throw valueError("invalid normalization form");
  return { before, after: normalized(wanted as NormalForm, before) };
}

defineModule("unicodedata", {
  values: {
    unidata_version: "15.1.0",
    ...moduleFunctions("unicodedata", {
      ...single("category", category),
      ...single("bidirectional", bidirectional),
      ...single("combining", combiningClass),
      ...single("east_asian_width", eastAsianWidth),
      ...single("mirrored", (point) => (isMirrored(point) ? 1 : 0)),
      ...single("decomposition", decomposition),
      ...partial("name", unicodeName, "no such name"),
      ...partial("numeric", numeric, "not a numeric character"),
      ...partial(
        "decimal",
        (point) => (decimalValue(point) < 0 ? undefined : decimalValue(point)),
        "not a decimal",
      ),
      ...partial("digit", digit, "not a digit"),
      "lookup(name, /)": (name: PyValue) => {
        const text = asStr(name);
        if (text === undefined) throw typeError(`a bytes-like object is required, not '${typeName(name)}'`);
        if (text.length > 256) throw pyError(KeyError, "name too long");
        charge(100);
        const found = lookupUnicodeName(text, true);
        if (found === undefined) throw pyError(KeyError, `undefined character name '${text}'`);
        return found;
      },
      "normalize(form, unistr, /)": (form: PyValue, text: PyValue) =>
        normalForm("normalize", form, text).after,
      "is_normalized(form, unistr, /)": (form: PyValue, text: PyValue) => {
        const { before, after } = normalForm("is_normalized", form, text);
        return before === after;
      },
    }),
  },
});
