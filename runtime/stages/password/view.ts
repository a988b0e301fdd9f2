// The password stage: asks the pending user for their password, a few times at most.
import { flowPage } from "../../flow/flow-page.ts";
import { findBrand } from "../../flow/http-request.ts";
import type { ResponseError } from "../../flow/response-errors.ts";
import { STANDARD_ERRORS } from "../../flow/response-errors.ts";
import { checkText } from "../../flow/response-fields.ts";
import type { StageContext, StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { authenticate, loginFailed, rememberPassword } from "./backend.ts";
import { passwordChallenge } from "./challenge.ts";

type PasswordContext = StageContext<"authentik_stages_password.passwordstage">;

/** The plan's count of wrong passwords; those of all runs are counted in `guesses.ts`. */
const TRIES = "goauthentik.io/stages/password/invalid_tries";
const APP = "authentik.stages.password";
const INVALID_PASSWORD = "Invalid password";
const NO_USER: StageOutcome = { kind: "invalid" };

async function get(context: PasswordContext): Promise<StageOutcome> {
  if (context.pending === null) return NO_USER;
  return { kind: "challenge", challenge: await challenge(context) };
}

async function post(context: PasswordContext, { data }: StageResponse): Promise<StageOutcome> {
  // Only the pending user is asked, never the one who happens to be logged in.
  const { stage, pending } = context;
  if (pending === null) return NO_USER;
  const given = Object.hasOwn(data, "password") ? data.password : undefined;
  if (given === undefined) return refused(context, STANDARD_ERRORS.required);
  const checked = checkText(given, { blank: false, trim: false });
  if ("error" in checked) return refused(context, checked.error);
  const verdict = await authenticate(context, stage, pending, checked.value, APP);
  if (verdict.passed) {
    rememberPassword(context);
    delete context.plan.context[TRIES];
    return { kind: "done", commit: verdict.commit };
  }
  const tries = countTry(context);
  await context.checkpoint((tx) => {
    tx.insert("authentik_events.event", loginFailed(context, pending.username, APP));
  });
  if (tries >= stage.failed_attempts_before_cancel) return { kind: "invalid", message: INVALID_PASSWORD };
  return refused(context, { string: INVALID_PASSWORD, code: "invalid" });
}

function countTry({ plan }: PasswordContext): number {
  const before = plan.context[TRIES];
  const tries = (typeof before === "number" ? before : 0) + 1;
  plan.context[TRIES] = tries;
  return tries;
}

async function challenge({
  services,
  stage,
  http,
  query,
  shownUser,
}: PasswordContext): Promise<ReturnType<typeof passwordChallenge>> {
  const recovery = await services.store.read((tx) => {
    const pk = findBrand(tx, http.host)?.flow_recovery;
    return pk === null || pk === undefined ? undefined : tx.get("authentik_flows.flow", pk);
  });
  return passwordChallenge(shownUser, {
    allowShow: stage.allow_show_password,
    ...(recovery !== undefined && { recoveryUrl: flowPage(recovery.slug, query) }),
  });
}

async function refused(context: PasswordContext, error: ResponseError): Promise<StageOutcome> {
  return { kind: "rejected", challenge: await challenge(context), errors: { password: [error] } };
}

/** The password stage. */
export const passwordView: StageView<"authentik_stages_password.passwordstage"> = { get, post };
