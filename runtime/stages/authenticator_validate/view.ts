// The validation stage, SMS class: offers the user's devices, sends a code to the chosen one, and passes with a right code.
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import { insertStage, isObject } from "../../flow/plan.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import { checkText } from "../../flow/response-fields.ts";
import type { StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { DEVICE_CLASSES } from "../../models/stages.ts";
import { sendCode } from "../../sms/send-code.ts";
import { validationChallenge } from "./challenge.ts";
import { consume, tryCode } from "./code-check.ts";
import { loginCodeRequest } from "./login-code.ts";
import { MFA_COOKIE, mfaToken } from "./mfa-cookie.ts";
import {
  type Offer,
  readSituation,
  type SetupStage,
  type Situation,
  SMS_DEVICE,
  thresholdSeconds,
  type VALIDATE_STAGE,
  type ValidateContext,
} from "./situation.ts";

const INVALID_TOKEN = "Invalid Token. Please ensure the time on your device is accurate and try again.";
const INVALID_SELECTION = "invalid challenge selected";
const INVALID_STAGE = "Selected stage is invalid";
const NO_CLASS = "No compatible device class allowed";
/** authentik's answer to a selection: nothing is wrong, but nothing is proved yet. Clients do not show it. */
const SELECTED = nonFieldErrors("Empty response");

async function get(context: ValidateContext): Promise<StageOutcome> {
  const situation = await readSituation(context);
  return (await settled(context, situation)) ?? shown(context, situation);
}

/** A code is looked at first, then a chosen device, then a chosen stage. */
async function post(context: ValidateContext, { data }: StageResponse): Promise<StageOutcome> {
  const situation = await readSituation(context);
  const outcome = await settled(context, situation);
  if (outcome !== undefined) return outcome;
  const offers = situation.kind === "validate" ? situation.offers : [];
  const stages = situation.kind === "configure" ? situation.stages : [];
  const fields = checkFields(data, offers, stages);
  if ("errors" in fields) return rejected(context, situation, fields.errors);
  if (fields.code !== undefined) return checkCode(context, situation, fields.code);
  if (fields.device !== undefined) return select(context, situation, fields.device);
  if (fields.stage !== undefined) return configure(context, fields.stage);
  return rejected(context, situation, nonFieldErrors("Empty response"));
}

/** The outcome where the user is asked nothing. */
async function settled(context: ValidateContext, situation: Situation): Promise<StageOutcome | undefined> {
  switch (situation.kind) {
    case "pass":
      return { kind: "done" };
    case "deny":
      return { kind: "invalid", ...(situation.message !== undefined && { message: situation.message }) };
    case "misconfigured":
      await recordMisconfigured(context);
      return { kind: "invalid" };
    case "configure":
      return situation.stages.length === 1 ? configure(context, situation.stages[0]) : undefined;
    case "validate":
      return undefined;
  }
}

interface Fields {
  readonly code?: string;
  readonly device?: Offer;
  readonly stage?: SetupStage;
}

/** The fields of a response, each checked by itself. */
function checkFields(
  data: JsonObject,
  offers: readonly Offer[],
  stages: readonly SetupStage[],
): Fields | { readonly errors: ResponseErrors } {
  const errors: ResponseErrors = {};
  const refuse = (field: string, string: string): void => {
    errors[field] = [{ string, code: "invalid" }];
  };
  const given = (field: string): JsonValue | undefined =>
    Object.hasOwn(data, field) ? data[field] : undefined;
  const text = (field: string): string | undefined => {
    const value = given(field);
    if (value === undefined) return undefined;
    const checked = checkText(value, { blank: false, trim: true });
    if ("error" in checked) errors[field] = [checked.error];
    return "value" in checked ? checked.value : undefined;
  };
  const code = text("code");
  if (code !== undefined && offers.length === 0) refuse("code", NO_CLASS);
  for (const other of ["webauthn", "duo"]) if (given(other) !== undefined) refuse(other, NO_CLASS);
  const selection = given("selected_challenge");
  let device: Offer | undefined;
  if (selection !== undefined) {
    const problem = selectionProblem(selection);
    if (problem !== undefined) refuse("selected_challenge", problem);
    else {
      const chosen = selection as JsonObject;
      device = offers.find(
        (offer) => chosen.device_class === "sms" && String(offer.device.pk) === String(chosen.device_uid),
      );
      if (device === undefined) refuse("selected_challenge", INVALID_SELECTION);
    }
  }
  const pk = text("selected_stage");
  const stage = stages.find((candidate) => candidate.pk === pk);
  if (pk !== undefined && stage === undefined) refuse("selected_stage", INVALID_STAGE);
  if (Object.keys(errors).length > 0) return { errors };
  return { ...(code !== undefined && { code }), ...(device && { device }), ...(stage && { stage }) };
}

/** What is wrong with the form of a `selected_challenge`: its four keys are required, `last_used` may be null. */
function selectionProblem(selection: JsonValue): string | undefined {
  if (!isObject(selection)) return INVALID_SELECTION;
  const missing = ["device_class", "device_uid", "challenge", "last_used"].filter(
    (key) => !Object.hasOwn(selection, key),
  );
  if (missing.length > 0) return `${missing.join(", ")}: This field is required.`;
  const known = DEVICE_CLASSES.some((name) => name === selection.device_class);
  return known && isObject(selection.challenge) ? undefined : INVALID_SELECTION;
}

/** Sends a code to the chosen device. A message that went out a moment ago counts as this one's. */
async function select(context: ValidateContext, situation: Situation, offer: Offer): Promise<StageOutcome> {
  const outcome = await sendCode(context.services, loginCodeRequest(context, offer));
  if (outcome.kind === "sent" || outcome.reason === "cooldown") {
    return { kind: "challenge", challenge: challenge(context, situation), errors: SELECTED };
  }
  const error = { string: outcome.message, code: "invalid" };
  return rejected(context, situation, { selected_challenge: [error] });
}

async function checkCode(
  context: ValidateContext,
  situation: Situation,
  code: string,
): Promise<StageOutcome> {
  const offer = await tryCode(context, code);
  if (offer === null) {
    return rejected(context, situation, { code: [{ string: INVALID_TOKEN, code: "invalid" }] });
  }
  rememberMethod(context, offer);
  const { services, stage } = context;
  const seconds = thresholdSeconds(context);
  const scope = { secret: services.secret, stage: stage.pk };
  const value = mfaToken(scope, offer.device.pk, services.clock(), seconds);
  return {
    kind: "done",
    commit: (tx) => {
      consume(tx, context, code, offer);
      return undefined;
    },
    committed: () => services.codeCounts.confirmed(offer.device.phone_number, "login"),
    ...(seconds >= 1 && { cookies: [{ name: MFA_COOKIE, value, seconds }] }),
  };
}

/** The stage that sets a device up comes next; this one is done with it. */
function configure({ plan }: ValidateContext, stage: SetupStage): StageOutcome {
  insertStage(plan, stage);
  return { kind: "done" };
}

/** `auth_method` and `auth_method_args`, for policies. */
function rememberMethod({ plan }: ValidateContext, { device }: Offer): void {
  const { auth_method, auth_method_args } = plan.context;
  const args = isObject(auth_method_args) ? auth_method_args : {};
  const [app, model_name] = SMS_DEVICE.split(".");
  const used = { app, model_name, pk: device.pk, name: device.name };
  plan.context.auth_method = auth_method ?? "auth_mfa";
  plan.context.auth_method_args = {
    ...args,
    mfa_devices: [...(Array.isArray(args.mfa_devices) ? args.mfa_devices : []), used],
  };
}

async function recordMisconfigured({ services, stage, user, http }: ValidateContext): Promise<void> {
  await services.events.create(
    "configuration_error",
    {
      message: "Users without a device are to set one up, but the stage names no stage for it.",
      stage: { pk: stage.pk, name: stage.name },
    },
    { user, http, app: "authentik.stages.authenticator_validate" },
  );
}

function challenge(context: ValidateContext, situation: Situation): ReturnType<typeof validationChallenge> {
  const offers = situation.kind === "validate" ? situation.offers : [];
  const stages = situation.kind === "configure" ? situation.stages : [];
  return validationChallenge(context.shownUser, offers, stages);
}

function shown(context: ValidateContext, situation: Situation): StageOutcome {
  return { kind: "challenge", challenge: challenge(context, situation) };
}

function rejected(context: ValidateContext, situation: Situation, errors: ResponseErrors): StageOutcome {
  return { kind: "rejected", challenge: challenge(context, situation), errors };
}

/** The validation stage. */
export const validateView: StageView<typeof VALIDATE_STAGE> = {
  get,
  post,
};
