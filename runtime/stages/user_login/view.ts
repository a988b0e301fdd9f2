// The user-login stage: from here on the browser is the pending user's. Nothing before it logs anybody in.
import { FlowMisconfigured } from "../../errors.ts";
import { isObject } from "../../flow/plan.ts";
import { STANDARD_ERRORS } from "../../flow/response-errors.ts";
import { checkBoolean } from "../../flow/response-fields.ts";
import type { StageContext, StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { durationMs } from "../../models/fields.ts";
import { userLoginChallenge } from "./challenge.ts";

type LoginContext = StageContext<"authentik_stages_user_login.userloginstage">;

const NO_USER = "No Pending user to login.";

/** With a `remember_me_offset` the user is asked whether to stay logged in for longer; else nothing is asked. */
async function get(context: LoginContext): Promise<StageOutcome> {
  requireNoBinding(context);
  if (!asksToRemember(context)) return login(context, false);
  return { kind: "challenge", challenge: userLoginChallenge(context.shownUser) };
}

async function post(context: LoginContext, { data, form }: StageResponse): Promise<StageOutcome> {
  requireNoBinding(context);
  if (!asksToRemember(context)) return login(context, false);
  const given = Object.hasOwn(data, "remember_me") ? data.remember_me : form ? false : undefined;
  const checked = given === undefined ? { error: STANDARD_ERRORS.required } : checkBoolean(given);
  if ("value" in checked) return login(context, checked.value);
  const challenge = userLoginChallenge(context.shownUser);
  return { kind: "rejected", challenge, errors: { remember_me: [checked.error] } };
}

function asksToRemember({ stage }: LoginContext): boolean {
  return durationMs(stage.remember_me_offset) > 0;
}

async function login(context: LoginContext, remember: boolean): Promise<StageOutcome> {
  const { services, stage, plan, pending, http } = context;
  const pk = pending?.pk ?? null;
  if (pk === null) return { kind: "invalid", message: NO_USER };
  const lasting = durationMs(stage.session_duration) + (remember ? durationMs(stage.remember_me_offset) : 0);
  const { auth_method = null, auth_method_args } = plan.context;
  const event = services.events.row(
    "login",
    { auth_method, auth_method_args: isObject(auth_method_args) ? auth_method_args : {} },
    { user: pending, http, app: "authentik.stages.user_login" },
  );
  return {
    kind: "done",
    login: {
      user: pk,
      seconds: Math.max(0, Math.floor(lasting / 1000)),
      terminateOthers: stage.terminate_other_sessions,
    },
    commit: (tx) => {
      // As the store has the user now: a policy's changes, and what was read before, count for nothing here.
      if (tx.get("authentik_core.user", pk)?.is_active !== true) return { kind: "invalid" };
      tx.update("authentik_core.user", pk, { last_login: new Date(services.clock()).toISOString() });
      tx.insert("authentik_events.event", event);
      return undefined;
    },
  };
}

/** A session that is to be bound to a network or place must not go about unbound. */
function requireNoBinding({ stage }: LoginContext): void {
  for (const field of ["network_binding", "geoip_binding"] as const) {
    if (stage[field] === "no_binding") continue;
    throw new FlowMisconfigured(
      `user-login stage ${JSON.stringify(stage.name)}: ${field} "${stage[field]}" is not available, ` +
        'as there are no GeoIP databases; set it to "no_binding"',
    );
  }
}

/** The user-login stage. */
export const userLoginView: StageView<"authentik_stages_user_login.userloginstage"> = { get, post };
