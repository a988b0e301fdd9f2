// The challenge of the SMS set-up stage.
import type { ShownUser, StageChallenge } from "../../flow/challenge.ts";

/** `ak-stage-authenticator-sms`: asks for a phone number, or for the code that was sent. */
export function smsSetupChallenge(user: ShownUser, phoneNumberRequired: boolean): StageChallenge {
  return { component: "ak-stage-authenticator-sms", ...user, phone_number_required: phoneNumberRequired };
}
