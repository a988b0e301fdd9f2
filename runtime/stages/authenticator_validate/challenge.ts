// The validation stage's challenge: the devices that may be used, or the stages that set one up.
import type { ShownUser, StageChallenge } from "../../flow/challenge.ts";
import type { Offer, SetupStage } from "./situation.ts";

/** `ak-stage-authenticator-validate`. Only one of the two lists ever has items. */
export function validationChallenge(
  user: ShownUser,
  offers: readonly Offer[],
  stages: readonly SetupStage[],
): StageChallenge {
  return {
    component: "ak-stage-authenticator-validate",
    ...user,
    device_challenges: offers.map(({ device, number, delivery }) => ({
      device_class: "sms",
      device_uid: String(device.pk),
      challenge: { phone_number: number, delivery_method: delivery },
      last_used: device.last_used,
    })),
    configuration_stages: stages.map(({ pk, title, kind, model }) => ({
      pk,
      name: title,
      verbose_name: kind,
      meta_model_name: model,
    })),
  };
}
