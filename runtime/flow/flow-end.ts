// How flows end: with a redirect, or with a no (reference, sections 7.3 and 7.4).
import type { JsonObject } from "../../engine/types.ts";
import type { Row } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import {
  accessDeniedChallenge,
  type Challenge,
  flowInfo,
  isLocalUrl,
  redirectChallenge,
  type ShownUser,
  shownUser,
} from "./challenge.ts";
import { type HttpRequestData, lastValue } from "./http-request.ts";

/** What an ending needs to know of the flow. */
export interface FlowSetting {
  readonly flow: Row<"authentik_flows.flow">;
  /** The user who sends the requests. */
  readonly user: Person | null;
  /** The user it is about, where that is another one. */
  readonly pending: Person | null;
  readonly http: HttpRequestData;
  readonly query: { readonly [key: string]: string };
  readonly context: JsonObject;
}

/** The user shown in this flow's challenges. */
export function settingUser(setting: FlowSetting): ShownUser {
  return shownUser(setting.context, setting.pending, setting.user);
}

/** `next` of the page's query. */
export function nextOf(setting: FlowSetting): string | undefined {
  return Object.hasOwn(setting.query, "next") ? setting.query.next : undefined;
}

/** Access denied, with a text for the user. */
export function deniedAnswer(setting: FlowSetting, message: string): Challenge {
  const user = settingUser(setting);
  return accessDeniedChallenge(flowInfo(setting.flow, setting.context, user, nextOf(setting)), user, message);
}

/** The end of a flow that was passed: the context's `redirect`, else `next` of the query, else the root. */
export function finishedTarget(setting: FlowSetting): Challenge {
  const { redirect } = setting.context;
  if (typeof redirect === "string" && redirect !== "") return redirectChallenge(redirect);
  const next = nextOf(setting);
  if (next === undefined || next === "") return redirectChallenge("/");
  return isLocalUrl(next) ? redirectChallenge(next) : deniedAnswer(setting, "Invalid next URL");
}

/** The answer of a flow that is not for this user, by the flow's `denied_action`. */
export function notApplicableAnswer(setting: FlowSetting, messages: readonly string[]): Challenge {
  const { flow, user, http } = setting;
  if (flow.designation === "authentication" && user !== null) return finishedTarget(setting);
  if (flow.denied_action !== "message") {
    const next = lastValue(http.GET, "next");
    if (next !== undefined && next !== "" && isLocalUrl(next)) return redirectChallenge(next);
    if (flow.denied_action === "continue") return redirectChallenge("/");
  }
  const text = messages.length === 0 ? "Flow does not apply to current user." : messages.join("\n");
  return deniedAnswer(setting, text);
}
