// The dummy stage: shows its name and goes on with any answer. Flows are tried out with it.
import { FlowMisconfigured } from "../../errors.ts";
import type { StageView } from "../../flow/stage.ts";
import { dummyChallenge } from "./challenge.ts";

/** With `throw_error` every request ends in the flow-error challenge. */
export const dummyView: StageView<"authentik_stages_dummy.dummystage"> = {
  async get({ stage }) {
    if (stage.throw_error)
      throw new FlowMisconfigured(`dummy stage ${JSON.stringify(stage.name)} throws on purpose`);
    return { kind: "challenge", challenge: dummyChallenge(stage.name) };
  },
  async post() {
    return { kind: "done" };
  },
};
