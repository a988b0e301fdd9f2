// Sends the code of a device in the making, once per request, and says in the user's words why it was not sent.
import { SmsSendError } from "../../../providers/sms-provider.ts";
import { redact } from "../../events/cleanse.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import type { StageContext } from "../../flow/stage.ts";
import { MappingFailed } from "../../mappings/webhook-mapping.ts";
import { aimDraft, type DeviceDraft, voidCode } from "./device-draft.ts";
import { isNumberTaken } from "./device-row.ts";

/** The context of the SMS set-up stage. */
export type SmsStageContext = StageContext<"authentik_stages_authenticator_sms.authenticatorsmsstage">;

/** The number is taken; deliberately not more precise. */
export const INVALID_NUMBER = "Invalid phone number";
/** What users read when the cause is none of their business. */
export const NOT_SENT = "The SMS could not be sent. Please try again.";
/** Another request of the same flow is talking to the provider. */
export const BEING_SENT = "The SMS is being sent. Please wait a moment and try again.";
/** After this many milliseconds a send without an end is taken for dead. */
const SENDING_LIMIT = 30_000;

/**
 * Sends the draft's code to a number. Nothing is returned when the provider took it; else the errors to show, and
 * then no code is accepted until one was sent.
 *
 * That a message is about to be sent is made durable first: if the process ends in between, the next request knows,
 * and does not take the code for sent.
 */
export async function sendCode(
  context: SmsStageContext,
  draft: DeviceDraft,
  number: string,
): Promise<ResponseErrors | undefined> {
  const { services, stage } = context;
  const now = services.clock();
  if (draft.state === "sending" && now - Date.parse(draft.sending_since ?? "") < SENDING_LIMIT) {
    return nonFieldErrors(BEING_SENT);
  }
  const token = aimDraft(draft, number, now, services.randomInt);
  if (await services.store.read((tx) => isNumberTaken(tx, stage.pk, number))) {
    voidCode(draft, "refused");
    return nonFieldErrors(INVALID_NUMBER);
  }
  draft.state = "sending";
  draft.sending_since = new Date(now).toISOString();
  await context.checkpoint();
  try {
    await deliver(context, { token, number, name: draft.name });
  } catch (error) {
    voidCode(draft, "failed");
    return nonFieldErrors(await recordFailure(context, error, [token, number]));
  }
  draft.state = "sent";
  draft.sending_since = null;
  return undefined;
}

async function deliver(
  { services, stage, user, requestUser, http }: SmsStageContext,
  sms: { readonly token: string; readonly number: string; readonly name: string },
): Promise<void> {
  const device = { pk: null, name: sms.name, phone_number: sms.number, token: sms.token };
  const { text, payload } = await services.webhookMappings.apply({
    stage,
    device,
    user,
    httpUser: requestUser,
    http,
  });
  const { provider, from_number, account_sid, auth, auth_password, auth_type } = stage;
  const config = { provider, from_number, account_sid, auth, auth_password, auth_type };
  await services.smsProvider(config).send({
    to: sms.number,
    token: sms.token,
    text: text ?? `Use this code to authenticate in authentik: ${sms.token}`,
    ...(payload === undefined ? {} : { payload }),
  });
}

/** Records why nothing was sent, and returns the text for the user. */
async function recordFailure(
  { services, user, http, stage }: SmsStageContext,
  error: unknown,
  secrets: readonly string[],
): Promise<string> {
  // The mapping's own event is there already.
  if (error instanceof MappingFailed) return NOT_SENT;
  const origin = { user, http, app: "authentik.stages.authenticator_sms" };
  const clean = (text: string): string => redact(text, [...secrets, stage.auth, stage.auth_password]);
  const subject = {
    message: "Error sending SMS",
    stage: { pk: stage.pk, name: stage.name },
    provider: stage.provider,
  };
  if (!(error instanceof SmsSendError)) {
    const exception = clean(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    await services.events.create("system_exception", { ...subject, exception }, origin);
    return NOT_SENT;
  }
  const { kind, status = null, hint, code = null } = error;
  const facts = {
    ...subject,
    kind,
    status_code: status,
    body: clean(error.detail),
    exception: clean(error.message),
  };
  const rejected = kind === "rejected" || kind === "configuration";
  const action = rejected ? "configuration_error" : "system_exception";
  await services.events.create(action, { ...facts, hint, error_code: code }, origin);
  const shown = clean(error.detail).trim();
  return kind === "rejected" && shown !== "" ? shown : NOT_SENT;
}
