// The deny stage: whoever reaches it is denied.
import type { StageOutcome, StageView } from "../../flow/stage.ts";

const DENY = "authentik_stages_deny.denystage";

const deny: StageView<typeof DENY>["get"] = async ({ stage }): Promise<StageOutcome> =>
  stage.deny_message === "" ? { kind: "invalid" } : { kind: "invalid", message: stage.deny_message };

/** Denies on GET and POST alike. */
export const denyView: StageView<typeof DENY> = { get: deny, post: deny };
