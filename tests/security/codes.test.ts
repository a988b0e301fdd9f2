// Section 6 of the rules, where it is about codes as such; devices, limits and flows: see the table in docs/security.md.
import * as crypto from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  CODE_LENGTH,
  type CodeState,
  claimSend,
  drawCode,
  IDLE,
  settleSend,
  verifyCode,
} from "../../runtime/sms/one-time-code.ts";
import { linesWith } from "./sources.ts";

vi.mock("node:crypto", { spy: true });
afterEach(() => vi.clearAllMocks());

const T = Date.parse("2026-03-01T12:00:00.000Z");

/** A code that the generator drew, and the state once it was sent. */
function sent(randomInt: (exclusiveMaximum: number) => number): { code: string; state: CodeState } {
  const claim = claimSend(IDLE, {
    request: "r",
    now: T,
    cooldown: 0,
    fresh: false,
    newCode: () => drawCode(randomInt),
  });
  if (claim.kind !== "send") throw new Error(`not granted: ${claim.kind}`);
  return { code: claim.token, state: settleSend(claim.next, "r", null) };
}

describe("O1 codes nobody guesses better than by chance", () => {
  test("no digit of any place comes more often than the others", () => {
    const draws = 60_000;
    const counts = Array.from({ length: CODE_LENGTH }, () => new Map<string, number>());
    for (let i = 0; i < draws; i += 1)
      for (const [place, digit] of [...sent(crypto.randomInt).code].entries())
        counts[place]?.set(digit, (counts[place]?.get(digit) ?? 0) + 1);
    const expected = draws / 10;
    for (const place of counts) {
      expect(place.size).toBe(10);
      const chiSquare = [...place.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      // Of nine degrees of freedom: a fair generator is above it once in a thousand million runs.
      expect(chiSquare).toBeLessThan(62);
    }
  });

  test("one draw of the generator over all codes; the runtime's is the system's, and nothing has another", () => {
    const asked: number[] = [];
    sent((maximum) => asked.push(maximum));
    expect(asked).toEqual([10 ** CODE_LENGTH]);
    expect(linesWith(/randomInt = /)).toEqual([
      "runtime/runtime.ts: const { engine, store, clock = Date.now, randomInt = systemRandomInt } = options;",
    ]);
    expect(linesWith(/randomInt as systemRandomInt/)).toEqual([
      'runtime/runtime.ts: import { randomBytes, randomInt as systemRandomInt } from "node:crypto";',
    ]);
    expect(linesWith(/Math\.random\(/).filter((line) => !line.startsWith("engine/"))).toEqual([]);
  });
});

describe("O2 a code is a text", () => {
  test("of exactly six digits, zeros in front included, and no other spelling of the number is it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(999_999), fc.nat(999)), (number) => {
        const { code, state } = sent(() => number);
        expect(code).toMatch(/^[0-9]{6}$/);
        expect(verifyCode(state, code, T).accepted).toBe(true);
        const stored = JSON.parse(JSON.stringify(state)) as CodeState;
        expect(verifyCode(stored, code, T).accepted).toBe(true);
        const inDigitsFrom = (zero: number): string =>
          code.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
        const others = [
          `0${code}`,
          code.replace(/^0+/, ""),
          code.slice(0, -1),
          `+${code}`,
          `${code}.0`,
          `${code}e0`,
          `${code}\0`,
          inDigitsFrom(0xff10),
          inDigitsFrom(0x0660),
          "",
        ];
        const accepted = others.filter((other) => other !== code && verifyCode(state, other, T).accepted);
        expect(accepted).toEqual([]);
      }),
    );
  });
});

describe("O6 time tells nothing", () => {
  test("one comparison of digests of one length, whatever is asked and whatever is pending", () => {
    const { code, state } = sent(() => 123_456);
    const wrong = verifyCode(state, "000000", T).next;
    const cases: [string, CodeState, string, number][] = [
      ["the right code", state, code, T],
      ["a wrong one", state, "000000", T],
      ["a short one", state, "1", T],
      ["a long one", state, "1".repeat(10_000), T],
      ["none", state, "", T],
      ["nothing pending", IDLE, code, T],
      ["expired", state, code, T + 300_000],
      ["locked", wrong, code, T + 1],
    ];
    for (const [name, pending, given, now] of cases) {
      vi.clearAllMocks();
      verifyCode(pending, given, now);
      const compared = vi
        .mocked(crypto.timingSafeEqual)
        .mock.calls.map(([a, b]) => [a.byteLength, b.byteLength]);
      expect([name, compared]).toEqual([name, [[32, 32]]]);
    }
  });
});
