// The SMS set-up stage: asks for a number (or takes `prompt_data.phone`), sends a code, keeps the device once the code is back.
//
// The device exists only as data in the plan until the right code is given. The row is inserted in the transaction
// that takes the stage off the plan, so there is no half-enrolled device at any moment, whatever fails or dies.
import type { JsonValue } from "../../../engine/types.ts";
import { promptData } from "../../flow/plan.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import { checkText } from "../../flow/response-fields.ts";
import type { StageContext, StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { countGuess, guessCode } from "../../sms/guess-code.ts";
import { Limits } from "../../sms/limits.ts";
import { isAwaited, verifyCode } from "../../sms/one-time-code.ts";
import { isNumberTaken, readPhoneNumber } from "../../sms/phone-number.ts";
import { type CodeRequest, type SendOutcome, sendCode, subjectsOf } from "../../sms/send-code.ts";
import type { Snapshot } from "../../store/contract.ts";
import { smsSetupChallenge } from "./challenge.ts";
import { type DeviceDraft, draftOf, draftSlot, dropDraft, putDraft, withoutNumber } from "./device-draft.ts";
import { deviceRow } from "./device-row.ts";

type SmsStageContext = StageContext<"authentik_stages_authenticator_sms.authenticatorsmsstage">;

/** One text for wrong, malformed, expired and throttled codes. */
const NO_MATCH = "Code does not match";
/** The number is taken; deliberately not more precise. */
const INVALID_NUMBER = "Invalid phone number";
const NO_USER: StageOutcome = {
  kind: "invalid",
  message: "A user is needed to set up an SMS authenticator.",
};

/** GET shows where the set-up stands and sends at most one message, for a number known from `prompt_data`. */
async function get(context: SmsStageContext): Promise<StageOutcome> {
  const draft = draftFor(context);
  if (draft === undefined) return NO_USER;
  const known = promptPhone(context);
  const untouched = draft.delivery === null || draft.delivery.request === context.requestKey;
  if (known !== undefined && untouched) {
    const outcome = await send(context, draft, known);
    if (outcome.kind === "refused" && outcome.reason !== "busy") {
      return dropPromptPhone(context, draft, nonFieldErrors(outcome.message));
    }
  }
  return { kind: "challenge", challenge: challenge(context, !isAwaited(draft)) };
}

async function post(context: SmsStageContext, { data }: StageResponse): Promise<StageOutcome> {
  const draft = draftFor(context);
  if (draft === undefined) return NO_USER;
  const code = textField(data, "code");
  const number = textField(data, "phone_number");
  const fieldErrors = { ...code.errors, ...number.errors };
  if (Object.keys(fieldErrors).length > 0) return rejected(context, draft, fieldErrors);
  if (code.value !== undefined) return confirm(context, draft, code.value);
  if (number.value === undefined) return rejected(context, draft, nonFieldErrors("phone_number required"));
  const outcome = await send(context, draft, number.value);
  if (outcome.kind === "sent") {
    return { kind: "challenge", challenge: challenge(context, false), errors: {} };
  }
  // A number that is taken leads to the code form, as in authentik; one that cannot be sent to, back to its own form.
  const same = draft.phone_number === readPhoneNumber(number.value).text;
  const required = outcome.reason !== "refused" && !(same && isAwaited(draft));
  // Who asks a little early is not refused: a message is on its way, and the flow does not restart for it.
  const early = outcome.reason === "cooldown" || outcome.reason === "busy";
  const errors = nonFieldErrors(outcome.message);
  return { kind: early ? "challenge" : "rejected", challenge: challenge(context, required), errors };
}

/** Sends the code to a number; the same code again where it is the same number. */
function send(context: SmsStageContext, draft: DeviceDraft, given: string): Promise<SendOutcome> {
  const request = codeRequest(context, draft, readPhoneNumber(given).text);
  return sendCode(context.services, {
    ...request,
    refuse: (tx) => (isTaken(context, tx, request.number, given) ? INVALID_NUMBER : undefined),
  });
}

async function confirm(context: SmsStageContext, draft: DeviceDraft, code: string): Promise<StageOutcome> {
  const { plan, services, stage } = context;
  const now = services.clock();
  const limits = new Limits(services.store);
  const subjects = subjectsOf(codeRequest(context, draft, draft.phone_number));
  const guess = { code, now };
  // A store may run a transaction again, so it starts from the draft as it is now.
  const given = { ...draft };
  if (!verifyCode(given, code, now).accepted) {
    await context.checkpoint((tx) => {
      const verified = guessCode(limits, tx, subjects, given, guess);
      Object.assign(draft, verified.next);
      countGuess(limits, tx, subjects, verified, now);
    });
    return rejected(context, draft, nonFieldErrors(NO_MATCH));
  }
  return {
    kind: "done",
    commit: (tx) => {
      putDraft(plan, given);
      // The limits on guessing may be used up.
      if (!guessCode(limits, tx, subjects, given, guess).accepted) {
        return rejected(context, given, nonFieldErrors(NO_MATCH));
      }
      if (isTaken(context, tx, given.phone_number)) {
        putDraft(plan, withoutNumber(given));
        const errors = nonFieldErrors(INVALID_NUMBER);
        return { kind: "rejected", challenge: challenge(context, false), errors };
      }
      const row = deviceRow(services.store, given, stage, now);
      dropDraft(plan);
      tx.insert("authentik_stages_authenticator_sms.smsdevice", row);
      return undefined;
    },
    committed: () => services.codeCounts.confirmed(given.phone_number, "setup"),
  };
}

function codeRequest(context: SmsStageContext, draft: DeviceDraft, number: string): CodeRequest {
  const { stage, user, requestUser, http, requestKey } = context;
  return {
    purpose: "setup",
    stage,
    number,
    device: { pk: null, name: draft.name },
    user,
    requestUser,
    http,
    requestKey,
    fresh: false,
    slot: draftSlot(context, draft, number),
  };
}

/** Whether any user has the number on this stage, in its one spelling or as it was typed. */
function isTaken({ services, stage }: SmsStageContext, tx: Snapshot, ...spellings: string[]): boolean {
  return isNumberTaken(tx, services.store, stage.pk, ...spellings);
}

/** A number from an earlier prompt that did not work: the stage starts over without it. */
function dropPromptPhone(context: SmsStageContext, draft: DeviceDraft, errors: ResponseErrors): StageOutcome {
  putDraft(context.plan, withoutNumber(draft));
  const { phone: _dropped, ...rest } = promptData(context.plan.context);
  context.plan.context.prompt_data = rest;
  return { kind: "challenge", challenge: challenge(context, true), errors };
}

function draftFor({ plan, stage, user }: SmsStageContext): DeviceDraft | undefined {
  return user === null || user.pk === null ? undefined : draftOf(plan, stage.pk, user.pk);
}

/** A number that an earlier prompt stage collected; an empty one counts as none. */
function promptPhone({ plan }: SmsStageContext): string | undefined {
  const data = promptData(plan.context);
  const phone = Object.hasOwn(data, "phone") ? data.phone : undefined;
  if (typeof phone !== "string" && typeof phone !== "number") return undefined;
  return String(phone).trim() === "" ? undefined : String(phone);
}

/** The response is refused; the code form stays where a code was sent. */
function rejected(context: SmsStageContext, draft: DeviceDraft, errors: ResponseErrors): StageOutcome {
  return { kind: "rejected", challenge: challenge(context, !isAwaited(draft)), errors };
}

function challenge(context: SmsStageContext, required: boolean): ReturnType<typeof smsSetupChallenge> {
  return smsSetupChallenge(context.shownUser, required);
}

function textField(
  data: { readonly [key: string]: JsonValue },
  field: string,
): { readonly value?: string; readonly errors?: ResponseErrors } {
  if (!Object.hasOwn(data, field)) return {};
  const checked = checkText(data[field], { blank: false, trim: true });
  return "error" in checked ? { errors: { [field]: [checked.error] } } : { value: checked.value };
}

/** The SMS set-up stage. */
export const smsSetupView: StageView<"authentik_stages_authenticator_sms.authenticatorsmsstage"> = {
  get,
  post,
};
