// The user-logout stage: from here on the browser is nobody's.
import type { StageOutcome, StageView } from "../../flow/stage.ts";

const LOGOUT = "authentik_stages_user_logout.userlogoutstage";

/** Nothing is asked. The flow goes on without a user, as it does for somebody who was not logged in. */
const logout: StageView<typeof LOGOUT>["get"] = async (context): Promise<StageOutcome> => {
  const { services, requestUser, http } = context;
  const app = "authentik.stages.user_logout";
  const event = requestUser && services.events.row("logout", {}, { user: requestUser, http, app });
  return {
    kind: "done",
    login: null,
    commit: (tx) => {
      if (event !== null) tx.insert("authentik_events.event", event);
      return undefined;
    },
  };
};

/** Logs out on GET and POST alike. */
export const userLogoutView: StageView<typeof LOGOUT> = { get: logout, post: logout };
