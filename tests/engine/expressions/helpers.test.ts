// The helpers that look at their arguments alone: exactness against CPython's re, and Django's slugify as CPython runs it.
import { expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
async function answer(source: string): Promise<string> {
  const { error, repr } = await under.run(source, {}, "policy");
  return error === undefined ? repr : `${error.type}: ${error.message}`;
}

/** Text, its slug, its slug with `allow_unicode=True`; from CPython 3.13. */
const slugs: readonly (readonly [string, string, string])[] = [
  ["Hello, World!", "hello-world", "hello-world"],
  ["  a -- b__c ", "a-b__c", "a-b__c"],
  ["-_x_-", "x", "x"],
  ["\u00dcn\u00efc\u00f6d\u00e9 Stra\u00dfe", "unicode-strae", "\u00fcn\u00efc\u00f6d\u00e9-stra\u00dfe"],
  ["\ufb01 \ufb02 \u00bd \u00b2 \u2167", "fi-fl-12-2-viii", "fi-fl-12-2-viii"],
  ["\u0130stanbul \u0131", "istanbul", "istanbul-\u0131"],
  ["\u0391\u03a3 \u03a3 \u03c2", "", "\u03b1\u03c2-\u03c3-\u03c2"],
  ["\u65e5\u672c\u8a9e \u30c6\u30b9\u30c8", "", "\u65e5\u672c\u8a9e-\u30c6\u30b9\u30c8"],
  ["a\u001cb\u0085c\u00a0d\ufeffe\u2003f", "a-bc-de-f", "a-b-c-de-f"],
  ["\u0663 \u0be7 \u2460", "1", "\u0663-\u0be7-1"],
  ["e\u0301\u0327", "e", "\u0229"],
  ["\u0928\u092e\u0938\u094d\u0924\u0947", "", "\u0928\u092e\u0938\u0924"],
  ["a\u200db", "ab", "ab"],
  ["\ud83d\ude00 x \ud83c\udde9\ud83c\uddea", "x", "x"],
  ["\u01c5 \u1e9e", "dz", "d\u017e-\u00df"],
  ["_", "", ""],
  ["", "", ""],
  ["--", "", ""],
  ["A.B:C/D", "abcd", "abcd"],
  ["\ud800x", "x", "x"],
  ["\u00aa \u00ba \u00b5", "a-o", "a-o-\u03bc"],
  ["\ud835\udd18\ud835\udd2b\ud835\udd26", "uni", "uni"],
  ["\u0e01\u0e47", "", "\u0e01"],
  ["x\u0345", "x", "x"],
  ["\u00b2\u00b3", "23", "23"],
  ["\u2160\u2170", "ii", "ii"],
];
test.each(slugs)("slugify(%j) is %j, and %j in Unicode", async (value, ascii, unicode) => {
  const outcome = await under.run("return [slugify(value), slugify(value, allow_unicode=True)]", { value });
  expect(outcome.result).toEqual([ascii, unicode]);
});

test.each([
  ["regex_match('a\\nb', '^b')", "False"],
  ["regex_match('xaby', 'ab')", "True"],
  ["regex_match('x', None)", "TypeError: first argument must be string or compiled pattern"],
  ["regex_match(5, 'a')", "TypeError: expected string or bytes-like object, got 'int'"],
  ["regex_match('a', '(')", "PatternError: missing ), unterminated subpattern at position 0"],
  ["regex_match('a')", "TypeError: regex_match() missing 1 required positional argument: 'regex'"],
  ["regex_replace('2024-01', r'(\\d+)-(\\d+)', r'\\2/\\g<1>')", "'01/2024'"],
  ["list_flatten([])", "None"],
  ["list_flatten([3, 4])", "3"],
  ["list_flatten((3, 4))", "(3, 4)"],
  ["list_flatten('ab')", "'ab'"],
  ["slugify(12.5)", "'125'"],
  ["slugify(None)", "'none'"],
])("%s is %s", async (call, expected) => {
  expect(await answer(`return ${call}`)).toBe(expected);
});

test("ak_logger formats its arguments and keeps what is bound", async () => {
  const { logs } = await under.run(
    "log = ak_logger.bind(a=1).bind(b=2)\nlog.info('x %s %d', 'y', 3, c=4)\nlog.unbind('a').warning('w')\nlog.new(z=0).error('%')\nak_logger.debug('plain')",
    {},
    "policy",
  );
  expect(logs).toEqual([
    { level: "info", event: "x y 3", attributes: { a: 1, b: 2, c: 4 } },
    { level: "warning", event: "w", attributes: { b: 2 } },
    { level: "error", event: "%", attributes: { z: 0 } },
    { level: "debug", event: "plain", attributes: {} },
  ]);
});

test("a message that is no text is shown as its text", async () => {
  const verdict = await under.engine.policy("p", "ak_message(5)\nak_message(ValueError('x'))").evaluate({});
  expect(verdict.messages).toEqual(["5", "x"]);
});

test("a context's keys are variables by their slugs", async () => {
  const outcome = await under.run("return [a_b, goauthentikiosourcesconnection, x]", {
    "A  b": 1,
    "goauthentik.io/sources/connection": 2,
    "_x-": 3,
  });
  expect(outcome.error?.message ?? outcome.result).toEqual([1, 2, 3]);
});
