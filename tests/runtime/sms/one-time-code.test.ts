// A code's states: who may send, what a send's end changes, and which codes are accepted.
import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CodeState,
  claimSend,
  drawCode,
  IDLE,
  isAwaited,
  settleSend,
  verifyCode,
  voidCode,
} from "../../../runtime/sms/one-time-code.ts";

const T = Date.parse("2026-03-01T12:00:00.000Z");

function claim(state: CodeState, more: Partial<Parameters<typeof claimSend>[1]> = {}) {
  return claimSend(state, {
    request: "r1",
    now: T,
    cooldown: 30_000,
    fresh: false,
    newCode: () => "000042",
    ...more,
  });
}

/** The state after a claim that was granted. */
function claimed(state: CodeState, more: Partial<Parameters<typeof claimSend>[1]> = {}): CodeState {
  const answer = claim(state, more);
  if (answer.kind !== "send") throw new Error(`not granted: ${answer.kind}`);
  return answer.next;
}

const SENDING = claimed(IDLE);
const SENT = settleSend(SENDING, "r1", null);
const FAILED = settleSend(SENDING, "r1", "no luck");

test("codes have six digits, and each is as likely", () => {
  expect(drawCode(() => 0)).toBe("000000");
  expect(drawCode((limit) => limit - 1)).toBe("999999");
  const firsts = new Map<string, number>();
  const draws = 60_000;
  for (let draw = 0; draw < draws; draw += 1) {
    const code = drawCode(randomInt);
    expect(code).toMatch(/^\d{6}$/);
    firsts.set(code[0] as string, (firsts.get(code[0] as string) ?? 0) + 1);
  }
  // Ten digits, 6000 each: a chi-square of more than 50 with 9 degrees of freedom has a probability of 1e-7.
  const chi = [...firsts.values()].reduce((sum, count) => sum + (count - draws / 10) ** 2 / (draws / 10), 0);
  expect(firsts.size).toBe(10);
  expect(chi).toBeLessThan(50);
});

describe("taking the right to send", () => {
  test("from idle: a code of six digits, good for 300 s", () => {
    expect(claim(IDLE)).toEqual({
      kind: "send",
      token: "000042",
      next: {
        ...IDLE,
        token: "000042",
        valid_until: "2026-03-01T12:05:00.000Z",
        delivery: { state: "sending", request: "r1", since: "2026-03-01T12:00:00.000Z", problem: null },
      },
    });
  });

  test("is nobody's while another one sends, and for half a minute after that one died", () => {
    expect(claim(SENDING, { request: "r2", now: T + 29_999 })).toEqual({ kind: "busy" });
    expect(claim(SENDING, { request: "r2", now: T + 30_000 }).kind).toBe("send");
  });

  test("is not given twice to one request, however its send ended", () => {
    expect(claim(SENDING)).toEqual({ kind: "busy" });
    expect(claim(SENT, { now: T + 3_600_000 })).toEqual({ kind: "repeated", delivery: SENT.delivery });
    expect(claim(FAILED)).toEqual({ kind: "repeated", delivery: FAILED.delivery });
  });

  test("waits for the cool-down after a message, not after a failure", () => {
    const later = { request: "r2", now: T + 10_000 };
    expect(claim(SENT, later)).toEqual({ kind: "cooldown", wait: 20_000 });
    expect(claim(FAILED, later).kind).toBe("send");
    expect(claim(SENT, { ...later, cooldown: 0 }).kind).toBe("send");
  });

  test("keeps a code that is good for more than a minute yet, unless a fresh one is asked for", () => {
    const again = { request: "r2", newCode: () => "000007" };
    expect(claimed(SENT, { ...again, now: T + 239_999 }).token).toBe("000042");
    expect(claimed(SENT, { ...again, now: T + 239_999 }).valid_until).toBe(SENT.valid_until);
    expect(claimed(SENT, { ...again, now: T + 240_000 }).token).toBe("000007");
    expect(claimed(SENT, { ...again, now: T + 60_000, fresh: true }).token).toBe("000007");
  });
});

describe("the end of a send", () => {
  test("voids a code that was not sent", () => {
    expect(FAILED).toMatchObject({ token: null, valid_until: null, delivery: { problem: "no luck" } });
    expect(isAwaited(FAILED)).toBe(false);
    expect(isAwaited(SENT)).toBe(true);
    expect(isAwaited(SENDING)).toBe(false);
  });

  test("changes nothing of a send that another request has begun meanwhile", () => {
    const next = claimed(SENDING, { request: "r2", now: T + 30_000 });
    expect(settleSend(next, "r1", null)).toBe(next);
    expect(settleSend(next, "r1", "late")).toBe(next);
    expect(settleSend(SENT, "r1", "twice")).toBe(SENT);
  });
});

describe("a code that is typed in", () => {
  test("is accepted once, when it was sent and as long as it is good", () => {
    expect(verifyCode(SENDING, "000042", T + 1).accepted).toBe(false);
    expect(verifyCode(SENT, "000042", T + 299_999).accepted).toBe(true);
    expect(verifyCode(SENT, "000042", T + 300_000).accepted).toBe(false);
    expect(verifyCode(verifyCode(SENT, "000042", T).next, "000042", T).accepted).toBe(false);
  });

  test("that authentik sent, so that nothing is known of the send, is accepted too", () => {
    expect(verifyCode({ ...SENT, delivery: null }, "000042", T).accepted).toBe(true);
  });

  test("locks for factor * 2^(failures - 1) seconds where it is wrong; 0 locks never, and failures count all the same", () => {
    const wrong = verifyCode(SENT, "000000", T, 3);
    expect(wrong.next.throttling_failure_count).toBe(1);
    expect(verifyCode(wrong.next, "000042", T + 2_999, 3)).toEqual({
      accepted: false,
      counted: false,
      next: wrong.next,
    });
    expect(verifyCode(wrong.next, "000042", T + 3_000, 3).accepted).toBe(true);
    let state = SENT;
    for (let failure = 0; failure < 10; failure += 1) state = verifyCode(state, "000000", T, 0).next;
    expect(state.throttling_failure_count).toBe(10);
    expect(verifyCode(state, "000042", T, 0).accepted).toBe(true);
  });

  test("is counted whatever was sent since: neither a new code nor another number resets the count", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("wrong", "send", "fail", "void"), { maxLength: 30 }), (steps) => {
        let state: CodeState = IDLE;
        let wrong = 0;
        for (const [index, step] of steps.entries()) {
          const now = T + index * 1e9;
          const request = `r${index}`;
          if (step === "void") state = voidCode(state);
          if (step === "send") state = settleSend(claimed(state, { request, now }), request, null);
          if (step === "fail") state = settleSend(claimed(state, { request, now }), request, "no");
          if (step === "wrong") {
            const verified = verifyCode(state, "999999", now, 0);
            expect([verified.accepted, verified.counted]).toEqual([false, true]);
            state = verified.next;
            wrong += 1;
          }
          expect(state.throttling_failure_count).toBe(wrong);
        }
      }),
    );
  });
});
