// Who a password belongs to: authentik's built-in backend, for the password stage and the one that asks for both.
import type { JsonValue } from "../../../engine/types.ts";
import { FlowMisconfigured } from "../../errors.ts";
import { isObject } from "../../flow/plan.ts";
import type { StageContext } from "../../flow/stage.ts";
import { passwordMatches } from "../../models/password.ts";
import type { NewRow, Row, Transaction } from "../../store/contract.ts";
import type { Person } from "../../users/person.ts";
import { takeGuess } from "./guesses.ts";

/** The backend that there is. */
export const INBUILT = "authentik.core.auth.InbuiltBackend";

type PasswordStage = Row<"authentik_stages_password.passwordstage">;

/** Whether a password was right; if so, what belongs into the transaction that lets the user pass. */
export type Checked =
  | { readonly passed: false }
  | { readonly passed: true; readonly commit: (tx: Transaction) => undefined };

/**
 * Whether the password is this person's, who must be active, and passwords may still be guessed for them. Takes as long
 * for somebody who does not exist (without a pk) or has no password, and where it may not be guessed.
 *
 * @throws FlowMisconfigured where the stage wants other backends only.
 */
export async function authenticate(
  context: StageContext,
  stage: PasswordStage,
  person: Person | { readonly pk: null; readonly username: string },
  password: string,
  app: string,
): Promise<Checked> {
  if (!stage.backends.includes(INBUILT)) {
    const wanted = stage.backends.length === 0 ? "no backend" : stage.backends.join(", ");
    throw new FlowMisconfigured(
      `password stage ${JSON.stringify(stage.name)} uses ${wanted}; ${INBUILT} is the one there is: add it`,
    );
  }
  const { pk, username } = person;
  const guess = await takeGuess(context, stage, pk === null ? { name: username } : { pk }, app);
  const known = pk !== null && "is_active" in person && person.is_active ? person.password : "";
  const matches = await passwordMatches(password, known);
  if (guess === undefined || !matches) return { passed: false };
  return { passed: true, commit: (tx) => void guess.giveBack(tx) };
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
