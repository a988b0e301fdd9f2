// Challenges: what a flow's client is shown, in authentik's wire format (reference, sections 7 and 8).
import type { JsonObject } from "../../engine/types.ts";
import type { Row } from "../store/contract.ts";
import { avatarOf, type Person } from "../users/person.ts";
import { isObject } from "./plan.ts";
import type { ResponseErrors } from "./response-errors.ts";

/** What a client shows around every stage. */
export type FlowInfo = {
  title: string;
  background: string;
  background_themed_urls: null;
  cancel_url: string;
  layout: string;
};

/**
 * A challenge: the component that shows it, and the fields of that component. `response_errors` is absent on a plain
 * GET, and `{}` when the response was valid but the stage wants more.
 */
export type Challenge = JsonObject & {
  readonly component: string;
  readonly flow_info?: FlowInfo;
  readonly response_errors?: ResponseErrors;
};

/** A stage's own part of a challenge. */
export type StageChallenge = JsonObject & { readonly component: string };

/** The user as challenges show one. */
export type ShownUser = {
  pending_user: string;
  pending_user_avatar: string;
};

/**
 * Identifier typed in, else the pending user, else the request's user. What was typed says nothing about whether there
 * is such a user, and neither does the picture.
 */
export function shownUser(
  context: JsonObject,
  pending: Person | null,
  requestUser: Person | null,
): ShownUser {
  const typed = context.pending_user_identifier;
  const person =
    typeof typed === "string" && typed !== "" ? { name: "", username: typed } : (pending ?? requestUser);
  return { pending_user: person?.username ?? "", pending_user_avatar: avatarOf(person) };
}

const CANCEL_URL = "/flows/-/cancel/";
/** The background of flows that have none of their own. */
export const DEFAULT_BACKGROUND = "/static/dist/assets/images/flow_background.jpg";

/** `next`: where the client wants to go in the end, from its stored query. */
export function flowInfo(
  flow: Row<"authentik_flows.flow">,
  context: JsonObject,
  user: ShownUser,
  next: string | undefined,
): FlowInfo {
  return {
    title: formatTitle(flow.title, { app: applicationName(context), user: user.pending_user }),
    background: flow.background === "" ? DEFAULT_BACKGROUND : flow.background,
    background_themed_urls: null,
    cancel_url: next === undefined ? CANCEL_URL : `${CANCEL_URL}?${new URLSearchParams({ next })}`,
    layout: flow.layout,
  };
}

function applicationName(context: JsonObject): string {
  const application = context.application;
  if (isObject(application)) return typeof application.name === "string" ? application.name : "";
  return typeof application === "string" ? application : "";
}

/** Python's %-formatting as far as titles use it; the raw title where anything does not fit. */
function formatTitle(title: string, values: { readonly app: string; readonly user: string }): string {
  let fits = true;
  const text = title.replace(
    /%(?:(%)|\((app|user)\)s)?/g,
    (_match, percent?: string, key?: "app" | "user") => {
      if (percent !== undefined) return "%";
      if (key !== undefined) return values[key];
      fits = false;
      return "";
    },
  );
  return fits ? text : title;
}

/** The end of a flow, or a way out of it. */
export function redirectChallenge(to: string): Challenge {
  return { component: "xak-flow-redirect", to };
}

/** The flow said no. */
export function accessDeniedChallenge(info: FlowInfo, user: ShownUser, message: string): Challenge {
  return { flow_info: info, component: "ak-stage-access-denied", ...user, error_message: message };
}

/**
 * Something is broken; the flow's state is as before, so the same request may be sent again. `error` is a fixed text:
 * details are in the event that has the same request id.
 */
export function flowErrorChallenge(info: FlowInfo | undefined, requestId: string, error: string): Challenge {
  return {
    ...(info === undefined ? {} : { flow_info: info }),
    component: "ak-stage-flow-error",
    request_id: requestId,
    error,
  };
}

/** Whether a redirect target stays on this site: no scheme, no host; what cannot be read does not. */
export function isLocalUrl(target: string): boolean {
  if (/[\\\p{Cc}]/u.test(target) || /^\s*(?:\/\/|[a-z][a-z0-9+.-]*:)/i.test(target)) return false;
  const base = "http://postern.invalid";
  return URL.canParse(target, base) && new URL(target, base).origin === base;
}
