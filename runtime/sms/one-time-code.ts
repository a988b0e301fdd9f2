// A code on its way to a phone and back: sent at most once per request, valid for a while, accepted once, guessed rarely.
//
// The same few fields carry it in both places: in the plan while a device is being set up, in the device's row when
// somebody logs in with it. Everything here is a function of these fields and the time; who calls it writes the
// answer in the transaction that decides (send-code.ts, the stages).
import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { RandomInt } from "../services.ts";

/** Digits of a code. */
export const CODE_LENGTH = 6;
/** Milliseconds a code is good for. */
export const CODE_LIFETIME = 300_000;
/** A code that is good for less than this, in milliseconds, is not worth sending again: there will be a new one. */
const WORTH_SENDING = 60_000;
/** After this many milliseconds a send without an end is taken for dead; the HTTP client gives up long before. */
const SENDING_LIMIT = 30_000;

/** The last send. Null in {@link CodeState} as long as nothing was sent: idle. */
export type Delivery = {
  /** `sending`: a provider is being called, or the process ended meanwhile. */
  state: "sending" | "sent" | "failed";
  /** The request that sent; the same request does not send again. */
  request: string;
  /** ISO; when it began. */
  since: string;
  /** What the user was told of a failure. */
  problem: string | null;
};

/** A code and what became of it. JSON; the fields of a device's row. */
export type CodeState = {
  /** The code, or null where there is none. */
  token: string | null;
  /** ISO; the code is void from this moment on. */
  valid_until: string | null;
  delivery: Delivery | null;
  /** ISO; the last wrong code. */
  throttling_failure_timestamp: string | null;
  /** Wrong codes since the last right one; a new code or number does not reset it. */
  throttling_failure_count: number;
};

/** Before the first send. */
export const IDLE: CodeState = Object.freeze({
  token: null,
  valid_until: null,
  delivery: null,
  throttling_failure_timestamp: null,
  throttling_failure_count: 0,
});

/** What a send is asked for with. */
export interface Claim {
  /** Names the request. */
  readonly request: string;
  readonly now: number;
  /** Milliseconds between a send and the next one. */
  readonly cooldown: number;
  /** A new code in any case; else a code that is good for a while yet is sent again. */
  readonly fresh: boolean;
  /** Draws a code. Called where one is needed; it answers with the same one however often the claim is made. */
  readonly newCode: () => string;
}

/** A code: every one as likely, leading zeros included. */
export function drawCode(randomInt: RandomInt): string {
  return String(randomInt(10 ** CODE_LENGTH)).padStart(CODE_LENGTH, "0");
}

/** Whether a message may go out now. */
export type Claimed =
  /** Yes. `next` has to be durable before the provider is called. */
  | { readonly kind: "send"; readonly next: CodeState; readonly token: string }
  /** This very request has sent already, and this is how it ended. */
  | { readonly kind: "repeated"; readonly delivery: Delivery }
  /** Another request is sending. */
  | { readonly kind: "busy" }
  /** The last message is too young. */
  | { readonly kind: "cooldown"; readonly wait: number };

/** Takes the right to send one message, or says why there is none. */
export function claimSend(state: CodeState, claim: Claim): Claimed {
  const { delivery } = state;
  const { request, now } = claim;
  if (delivery !== null) {
    const age = now - Date.parse(delivery.since);
    if (delivery.state === "sending" && age < SENDING_LIMIT) return { kind: "busy" };
    if (delivery.request === request) return { kind: "repeated", delivery };
    if (delivery.state === "sent" && age < claim.cooldown) {
      return { kind: "cooldown", wait: claim.cooldown - age };
    }
  }
  const usable =
    !claim.fresh && delivery?.state === "sent" && isValid(state, now + WORTH_SENDING) ? state.token : null;
  const token = usable ?? claim.newCode();
  return {
    kind: "send",
    token,
    next: {
      ...state,
      token,
      valid_until: usable === null ? new Date(now + CODE_LIFETIME).toISOString() : state.valid_until,
      delivery: { state: "sending", request, since: new Date(now).toISOString(), problem: null },
    },
  };
}

/**
 * The state when a request's send has ended, well or with a `problem`; the same state where another send has begun
 * meanwhile. A code that was not sent is void: the provider's answer may have shown it.
 */
export function settleSend(state: CodeState, request: string, problem: string | null): CodeState {
  const { delivery } = state;
  if (delivery?.state !== "sending" || delivery.request !== request) return state;
  if (problem === null) return { ...state, delivery: { ...delivery, state: "sent" } };
  return { ...state, token: null, valid_until: null, delivery: { ...delivery, state: "failed", problem } };
}

/** The state without a code, and with nothing sent; wrong codes stay counted. */
export function voidCode(state: CodeState): CodeState {
  return { ...state, token: null, valid_until: null, delivery: null };
}

/** Whether a code was sent and may be typed in. An expired one may, and is refused. */
export function isAwaited(state: CodeState): boolean {
  return state.token !== null && (state.delivery?.state ?? "sent") === "sent";
}

/** What a code that was typed in leads to. */
export interface Verified {
  readonly accepted: boolean;
  /** To be written in the transaction that decides, whether the code was accepted or not. */
  readonly next: CodeState;
  /** False while earlier wrong codes lock the device: nothing was looked at, and nothing counts. */
  readonly counted: boolean;
}

/**
 * Checks a code. A wrong, malformed or expired one counts as a failure; while the device is locked for earlier ones
 * nothing counts and nothing is accepted. A code is accepted once. The same comparison runs in every case and takes
 * the same time.
 *
 * @param factor of the wait after failures, `factor * 2^(failures - 1)` seconds as in authentik; 0 or less: none
 */
export function verifyCode(state: CodeState, code: string, now: number, factor = 1): Verified {
  const equal = sameText(code, state.token);
  if (isLocked(state, now, factor)) return { accepted: false, next: state, counted: false };
  const wellFormed = /^[0-9]+$/.test(code) && code.length === (state.token?.length ?? CODE_LENGTH);
  if (equal && wellFormed && isAwaited(state) && isValid(state, now)) {
    return {
      accepted: true,
      counted: true,
      next: {
        ...state,
        token: null,
        valid_until: new Date(now).toISOString(),
        delivery: null,
        throttling_failure_timestamp: null,
        throttling_failure_count: 0,
      },
    };
  }
  return {
    accepted: false,
    counted: true,
    next: {
      ...state,
      throttling_failure_count: state.throttling_failure_count + 1,
      throttling_failure_timestamp: new Date(now).toISOString(),
    },
  };
}

function isValid(state: CodeState, now: number): boolean {
  return state.valid_until !== null && now < Date.parse(state.valid_until);
}

function isLocked(state: CodeState, now: number, factor: number): boolean {
  const { throttling_failure_count: failures, throttling_failure_timestamp: last } = state;
  if (failures === 0 || last === null || factor <= 0) return false;
  return now - Date.parse(last) < factor * 1000 * 2 ** (failures - 1);
}

/** Compares digests, so that neither content nor length shows in the time; where no code is pending, with noise. */
function sameText(code: string, token: string | null): boolean {
  const digest = (text: string | Buffer): Buffer => hash("sha256", text, "buffer");
  return timingSafeEqual(digest(code), digest(token ?? randomBytes(16)));
}
