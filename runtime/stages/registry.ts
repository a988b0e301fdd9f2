// The stages that this runtime runs, by model.
import type { StageView } from "../flow/stage.ts";
import type { ModelName } from "../store/contract.ts";
import { smsSetupView } from "./authenticator_sms/view.ts";
import { validateView } from "./authenticator_validate/view.ts";
import { denyView } from "./deny/view.ts";
import { dummyView } from "./dummy/view.ts";
import { identificationView } from "./identification/view.ts";
import { passwordView } from "./password/view.ts";
import { promptView } from "./prompt/view.ts";
import { userLoginView } from "./user_login/view.ts";
import { userLogoutView } from "./user_logout/view.ts";
import { userWriteView } from "./user_write/view.ts";

const VIEWS = new Map<ModelName, StageView>([
  ["authentik_stages_prompt.promptstage", promptView as StageView],
  ["authentik_stages_authenticator_sms.authenticatorsmsstage", smsSetupView as StageView],
  ["authentik_stages_authenticator_validate.authenticatorvalidatestage", validateView as StageView],
  ["authentik_stages_identification.identificationstage", identificationView as StageView],
  ["authentik_stages_password.passwordstage", passwordView as StageView],
  ["authentik_stages_user_write.userwritestage", userWriteView as StageView],
  ["authentik_stages_user_login.userloginstage", userLoginView as StageView],
  ["authentik_stages_user_logout.userlogoutstage", userLogoutView as StageView],
  ["authentik_stages_deny.denystage", denyView as StageView],
  ["authentik_stages_dummy.dummystage", dummyView as StageView],
]);

/** The view of a stage's model; nothing where this runtime cannot run it. */
export function stageView(model: ModelName): StageView | undefined {
  return VIEWS.get(model);
}
