// The user-login stage's challenge, where it has one.
import type { ShownUser, StageChallenge } from "../../flow/challenge.ts";

/** `ak-stage-user-login`: whether to stay logged in. */
export function userLoginChallenge(user: ShownUser): StageChallenge {
  return { component: "ak-stage-user-login", ...user };
}
