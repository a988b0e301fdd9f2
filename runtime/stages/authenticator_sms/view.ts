// The SMS set-up stage: asks for a number (or takes `prompt_data.phone`), sends a code, keeps the device once the code is back.
//
// The device exists only as data in the plan until the right code is given. The row is inserted in the transaction
// that takes the stage off the plan, so there is no half-enrolled device at any moment, whatever fails or dies.
import type { JsonValue } from "../../../engine/types.ts";
import { promptData } from "../../flow/plan.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import { checkText } from "../../flow/response-fields.ts";
import type { StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { smsSetupChallenge } from "./challenge.ts";
import { type DeviceDraft, draftOf, dropDraft, refuseDraft, verifyCode, voidCode } from "./device-draft.ts";
import { deviceRow, isNumberTaken } from "./device-row.ts";
import { INVALID_NUMBER, type SmsStageContext, sendCode } from "./send-code.ts";

/** One text for wrong, malformed, expired and throttled codes. */
const NO_MATCH = "Code does not match";
const NO_USER: StageOutcome = {
  kind: "invalid",
  message: "A user is needed to set up an SMS authenticator.",
};

/** GET shows where the set-up stands and sends at most one message, for a number known from `prompt_data`. */
async function get(context: SmsStageContext): Promise<StageOutcome> {
  const draft = draftFor(context);
  if (draft === undefined) return NO_USER;
  const known = promptPhone(context);
  if (known !== undefined && draft.state === "idle") {
    const errors = await sendCode(context, draft, known);
    if (errors !== undefined) return forgetNumber(context, draft, errors);
  }
  return { kind: "challenge", challenge: challenge(context, draft.state !== "sent") };
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
  const errors = await sendCode(context, draft, number.value);
  if (errors !== undefined) return rejected(context, draft, errors);
  return { kind: "challenge", challenge: challenge(context, false), errors: {} };
}

function confirm(context: SmsStageContext, draft: DeviceDraft, code: string): StageOutcome {
  const now = context.services.clock();
  if (!verifyCode(draft, code, now)) return rejected(context, draft, nonFieldErrors(NO_MATCH));
  const { plan, stage } = context;
  dropDraft(plan);
  return {
    kind: "done",
    commit: (tx) => {
      if (isNumberTaken(tx, stage.pk, draft.phone_number)) {
        refuseDraft(plan, draft);
        return {
          kind: "rejected",
          challenge: challenge(context, false),
          errors: nonFieldErrors(INVALID_NUMBER),
        };
      }
      tx.insert("authentik_stages_authenticator_sms.smsdevice", deviceRow(draft, stage, now));
      return undefined;
    },
  };
}

/** A number from an earlier prompt that did not work: the stage starts over without it. */
function forgetNumber(context: SmsStageContext, draft: DeviceDraft, errors: ResponseErrors): StageOutcome {
  voidCode(draft, "idle");
  draft.phone_number = "";
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

/** After a failed send the phone form stays; a number that is taken leads to the code form, as in authentik. */
function rejected(context: SmsStageContext, draft: DeviceDraft, errors: ResponseErrors): StageOutcome {
  const required = draft.state !== "sent" && draft.state !== "refused";
  return { kind: "rejected", challenge: challenge(context, required), errors };
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
