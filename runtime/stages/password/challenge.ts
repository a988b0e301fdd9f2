// The password stage's challenge.
import type { ShownUser, StageChallenge } from "../../flow/challenge.ts";

/** `ak-stage-password`. */
export function passwordChallenge(
  user: ShownUser,
  { allowShow, recoveryUrl }: { readonly allowShow: boolean; readonly recoveryUrl?: string },
): StageChallenge {
  return {
    component: "ak-stage-password",
    ...user,
    allow_show_password: allowShow,
    ...(recoveryUrl !== undefined && { recovery_url: recoveryUrl }),
  };
}
