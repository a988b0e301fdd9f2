// The modules `html` and `html.entities`: escaping, and character references with and without names.
import { PyDict } from "../dict.ts";
import { typeError } from "../exceptions.ts";
import { method } from "../function.ts";
import { parseIntText } from "../integer-text.ts";
import { defineModule } from "../module.ts";
import { asStr, type PyValue, typeName } from "../object.ts";
import { contains, truth } from "../operators.ts";
import { allocate, charge } from "../state.ts";
import { HTML4, REFERENCES } from "./html-entity-table.ts";
import { pythonFunctions } from "./python-function.ts";

/** The text that a word of the tables spells. */
function spelled(text: string): string {
  return text.replace(/\\u(....)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What named references stand for, by name; with the semicolon where one belongs to it. */
const references = new Map<string, string>();
{
  const bare: string[] = [];
  for (const word of REFERENCES.trim().split(/\s+/)) {
    const [name, text] = word.split(/=(.*)/s) as [string, string | undefined];
    references.set(text === undefined ? name : `${name};`, spelled(text ?? ""));
    if (text === undefined) bare.push(name);
  }
  for (const name of bare) references.set(name, references.get(`${name};`) as string);
}
/** HTML 4's names and their code points. */
const codePoints = HTML4.trim()
  .split(/\s+/)
  .map((word): [string, number] => {
    const [name, text] = word.split("=") as [string, string | undefined];
    const shown = text === undefined ? (references.get(`${name};`) as string) : spelled(text);
    return [name, shown.codePointAt(0) as number];
  });

/** What browsers make of numbers that are no characters: those of Windows' code page 1252, among others. */
const CODE_PAGE =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";
/** Numbers that are left out: controls and what Unicode calls noncharacters. */
function leftOut(point: number): boolean {
  if (point < 0x20) return point !== 9 && point !== 10 && point !== 12;
  return (
    (point >= 0x7f && point <= 0x9f) || (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe
  );
}
function numbered(reference: string): string {
  const hex = /^#[xX]/.test(reference);
  const digits = reference.replace(/^#[xX]?|;$/g, "");
  const number = parseIntText(digits, hex ? 16 : 10) as number | bigint;
  if (number === 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return "\ufffd";
  const point = Number(number);
  if (point === 13) return "\r";
  if (point >= 0x80 && point <= 0x9f) return CODE_PAGE[point - 0x80] as string;
  return leftOut(point) ? "" : String.fromCodePoint(point);
}
function named(reference: string): string {
  const whole = references.get(reference);
  if (whole !== undefined) return whole;
  // The longest name that begins it.
  for (let end = reference.length - 1; end > 1; end--) {
    const text = references.get(reference.slice(0, end));
    if (text !== undefined) return text + reference.slice(end);
  }
  return `&${reference}`;
}

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

function unescape(s: PyValue): PyValue {
  if (!contains(s, "&")) return s;
  const text = asStr(s);
  if (text === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(s)}'`);
  charge(text.length >> 3);
  allocate(text.length * 2);
  return text.replace(REFERENCE, (_all, reference: string) => {
    charge(1);
    return reference.startsWith("#") ? numbered(reference) : named(reference);
  });
}

const ESCAPES = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#x27;"],
] as const;
function escape(s: PyValue, quote: PyValue = true): PyValue {
  let text = s;
  for (const [char, reference] of ESCAPES.slice(0, truth(quote) ? 5 : 3)) {
    text = method(text, "replace", [char, reference], null);
  }
  return text;
}

defineModule("html", {
  values: pythonFunctions({ "escape(s, quote=True)": escape, "unescape(s)": unescape }),
});

const dictOf = (entries: Iterable<readonly [PyValue, PyValue]>) => (): PyValue => {
  const dict = new PyDict();
  for (const [key, value] of entries) dict.set(key, value);
  return dict;
};
defineModule("html.entities", {
  fresh: {
    html5: dictOf(references),
    name2codepoint: dictOf(codePoints),
    codepoint2name: dictOf(codePoints.map(([name, point]) => [point, name] as const)),
    entitydefs: dictOf(codePoints.map(([name, point]) => [name, String.fromCodePoint(point)] as const)),
  },
});
