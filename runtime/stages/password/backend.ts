// Who a password belongs to: authentik's built-in backend, for the password stage and the one that asks for both.
import type { JsonValue } from "../../../engine/types.ts";
import { FlowMisconfigured } from "../../errors.ts";
import { isObject } from "../../flow/plan.ts";
import type { StageContext } from "../../flow/stage.ts";
import { passwordMatches } from "../../models/password.ts";
import type { NewRow, Row } from "../../store/contract.ts";
import type { Person } from "../../users/person.ts";

/** The backend that there is. */
export const INBUILT = "authentik.core.auth.InbuiltBackend";

type PasswordStage = Row<"authentik_stages_password.passwordstage">;

/**
 * Whether the password is this user's, who must be active. Takes as long for a user who does not exist (null) or has no
 * password.
 *
 * @throws FlowMisconfigured where the stage wants other backends only.
 */
export async function authenticates(
  stage: PasswordStage,
  person: Person | null,
  password: string,
): Promise<boolean> {
  if (!stage.backends.includes(INBUILT)) {
    const wanted = stage.backends.length === 0 ? "no backend" : stage.backends.join(", ");
    throw new FlowMisconfigured(
      `password stage ${JSON.stringify(stage.name)} uses ${wanted}; ${INBUILT} is the one there is: add it`,
    );
  }
  const known = person !== null && person.pk !== null && person.is_active ? person.password : "";
  return passwordMatches(password, known);
}

/** Notes in the plan that the pending user gave a password: `auth_method`, unless there is one. */
export function rememberPassword({ plan }: StageContext): void {
  const { auth_method, auth_method_args } = plan.context;
  plan.context.auth_method = auth_method ?? "password";
  plan.context.auth_method_args = isObject(auth_method_args) ? auth_method_args : {};
  plan.context.user_backend = INBUILT;
}

/** `login_failed`, for a password that was refused. */
export function loginFailed(
  { services, stage, requestUser, http }: StageContext,
  username: JsonValue,
  app: string,
): NewRow<"authentik_events.event"> {
  const subject = { pk: stage.pk, name: "name" in stage ? stage.name : "" };
  return services.events.row("login_failed", { username, stage: subject }, { user: requestUser, http, app });
}
