// The dummy stage's challenge.
import type { StageChallenge } from "../../flow/challenge.ts";

/** `ak-stage-dummy`: shows the stage's name. */
export function dummyChallenge(name: string): StageChallenge {
  return { component: "ak-stage-dummy", name };
}
