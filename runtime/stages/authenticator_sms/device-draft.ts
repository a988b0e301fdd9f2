// The device that is being set up: data in the plan, never a row of the store before the right code was given.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { JsonObject } from "../../../engine/types.ts";
import { isObject, type Plan, SMS_DEVICE_KEY } from "../../flow/plan.ts";
import type { RandomInt } from "../../services.ts";

/** Digits of a code. */
export const CODE_LENGTH = 6;
/** Milliseconds a code is good for. */
export const CODE_LIFETIME = 300_000;
/** Wait after the first wrong code, milliseconds; it doubles with every further one, as in authentik (factor 1). */
const THROTTLING_FACTOR = 1000;

/** A device in the making. JSON. */
export type DeviceDraft = {
  stage: string;
  user: number;
  name: string;
  /** The number last asked for; empty while none is known. */
  phone_number: string;
  /** The code that was sent, or is being sent; null where there is none. */
  token: string | null;
  /** ISO; the code is void from this moment on. */
  valid_until: string | null;
  /**
   * `sent`: the code is on its way to `phone_number`, and only now is it accepted. `sending`: a provider is being
   * called (or the process ended meanwhile). `failed`: it was not sent. `refused`: the number may not be used.
   */
  state: "idle" | "sending" | "sent" | "failed" | "refused";
  /** ISO; when `sending` began. */
  sending_since: string | null;
  throttling_failure_timestamp: string | null;
  /** Wrong codes so far; a new code or number does not reset it. */
  throttling_failure_count: number;
};

/** The draft of this stage and user in the plan; a new one is put there where there is none. */
export function draftOf(plan: Plan, stage: string, user: number): DeviceDraft {
  const found = plan.context[SMS_DEVICE_KEY];
  if (isObject(found) && found.stage === stage && found.user === user) return found as DeviceDraft;
  const draft: DeviceDraft = {
    stage,
    user,
    name: "SMS Device",
    phone_number: "",
    token: null,
    valid_until: null,
    state: "idle",
    sending_since: null,
    throttling_failure_timestamp: null,
    throttling_failure_count: 0,
  };
  plan.context[SMS_DEVICE_KEY] = draft as JsonObject;
  return draft;
}

/** Takes the draft out of the plan. */
export function dropDraft(plan: Plan): void {
  delete plan.context[SMS_DEVICE_KEY];
}

/** Puts a draft (back) into the plan, with its code void and its number refused. */
export function refuseDraft(plan: Plan, draft: DeviceDraft): void {
  plan.context[SMS_DEVICE_KEY] = { ...draft, state: "refused", token: null, valid_until: null } as JsonObject;
}

/**
 * Points the draft at a number and returns its code. The code stays the same when it is sent again to the same number
 * while it is valid; another number voids it, because a code proves the number that it was sent to and no other.
 */
export function aimDraft(draft: DeviceDraft, number: string, now: number, randomInt: RandomInt): string {
  const usable = draft.state === "sent" && draft.phone_number === number && isValid(draft, now);
  draft.phone_number = number;
  if (usable && draft.token !== null) return draft.token;
  const token = String(randomInt(10 ** CODE_LENGTH)).padStart(CODE_LENGTH, "0");
  draft.token = token;
  draft.valid_until = new Date(now + CODE_LIFETIME).toISOString();
  return token;
}

/** Voids the code; what was sent before is not accepted any more. */
export function voidCode(draft: DeviceDraft, state: "failed" | "refused" | "idle"): void {
  draft.state = state;
  draft.token = null;
  draft.valid_until = null;
  draft.sending_since = null;
}

/**
 * Checks a code. A wrong, malformed or expired one counts as a failure; while the draft is locked for earlier failures
 * nothing counts and nothing is accepted. The same comparison runs in every case and takes the same time.
 */
export function verifyCode(draft: DeviceDraft, code: string, now: number): boolean {
  const equal = constantTimeEqual(code, draft.token);
  if (isThrottled(draft, now)) return false;
  const wellFormed = /^[0-9]+$/.test(code) && code.length === CODE_LENGTH;
  if (equal && wellFormed && draft.state === "sent" && isValid(draft, now)) return true;
  draft.throttling_failure_count += 1;
  draft.throttling_failure_timestamp = new Date(now).toISOString();
  return false;
}

function isValid(draft: DeviceDraft, now: number): boolean {
  return draft.valid_until !== null && now < Date.parse(draft.valid_until);
}

/** Locked for `2^(failures - 1)` seconds after the last failure. */
function isThrottled(draft: DeviceDraft, now: number): boolean {
  const { throttling_failure_count: failures, throttling_failure_timestamp: last } = draft;
  if (failures === 0 || last === null) return false;
  return now - Date.parse(last) < THROTTLING_FACTOR * 2 ** (failures - 1);
}

/** Compares digests, so that neither content nor length shows in the time; where no code is pending, with noise. */
function constantTimeEqual(code: string, token: string | null): boolean {
  const digest = (text: string | Buffer): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(code), digest(token ?? randomBytes(16)));
}
