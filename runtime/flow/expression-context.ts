// What expressions see of the runtime, as JSON, built in one place so that what they must not see is decided once.
import type { JsonObject } from "../../engine/types.ts";
import { plainTexts } from "../sms/plain-texts.ts";
import type { Row, Snapshot } from "../store/contract.ts";
import { type Person, pendingPerson, personView } from "../users/person.ts";
import type { HttpRequestData } from "./http-request.ts";
import { isObject, type Plan, plannedStages, SMS_DEVICE_KEY } from "./plan.ts";

/** `http_request`, or null where there is none. */
export function httpRequestView(
  tx: Snapshot,
  http: HttpRequestData | null,
  user: Person | null,
): JsonObject | null {
  if (http === null) return null;
  return { ...http, user: personView(tx, user) };
}

/** A policy request: the variable `request` of every kind of expression. */
export interface RequestParts {
  readonly user: Person | null;
  readonly http: HttpRequestData | null;
  /** The user who sends the HTTP request. */
  readonly httpUser: Person | null;
  readonly context: JsonObject;
  readonly obj?: JsonObject | null;
  readonly debug?: boolean;
}

/** The policy request as expressions see it. */
export function requestView(tx: Snapshot, parts: RequestParts): JsonObject {
  const pending = parts.context.pending_user;
  // One object where they are one user, so that a change of the one is a change of the other.
  const isPending = isObject(pending) && parts.user !== null && pending.pk === parts.user.pk;
  return {
    user: isPending ? pending : personView(tx, parts.user),
    http_request: httpRequestView(tx, parts.http, parts.httpUser),
    obj: parts.obj ?? null,
    context: parts.context,
    debug: parts.debug ?? false,
  };
}

/**
 * The plan context as flow policies see it: flat, with the users it refers to, and `flow_plan`. The code that was
 * sent by SMS is in neither.
 */
export function planContextView(tx: Snapshot, plan: Plan): JsonObject {
  const context = contextView(tx, plan.context);
  return {
    ...context,
    flow_plan: {
      flow_pk: plan.flow,
      bindings: plannedStages(plan).map((stage) => ({
        pk: stage.binding,
        stage: stage.stage,
        marker: stage.marker,
      })),
      context,
    },
  };
}

function contextView(tx: Snapshot, context: JsonObject): JsonObject {
  const view = { ...context };
  if (Object.hasOwn(view, "pending_user")) view.pending_user = personView(tx, pendingPerson(tx, context));
  const draft = view[SMS_DEVICE_KEY];
  if (isObject(draft)) {
    view[SMS_DEVICE_KEY] = { pk: null, name: draft.name, phone_number: draft.phone_number, confirmed: false };
  }
  return view;
}

/** An SMS stage as mappings see it: all it is configured with, except its credentials. */
export function smsStageView(
  stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">,
): JsonObject {
  const { auth: _auth, auth_password: _password, postern_headers: _headers, ...fields } = stage;
  return fields;
}

/** The parts of an SMS device that a mapping sees; pk is null while it is being enrolled. */
export interface DeviceParts {
  readonly pk: number | null;
  readonly name: string;
  readonly phone_number: string;
  readonly token: string;
}

/** Variables of the mapping that an SMS stage calls. */
export function smsMappingContext(
  tx: Snapshot,
  parts: {
    readonly mapping: Row<"authentik_events.notificationwebhookmapping">;
    readonly stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">;
    readonly device: DeviceParts;
    readonly user: Person | null;
    readonly httpUser: Person | null;
    readonly http: HttpRequestData | null;
  },
): JsonObject {
  const isPlain = parts.stage.postern_user_texts === "plain";
  const shown = isPlain ? plainPerson : (view: JsonObject | null): JsonObject | null => view;
  const user = shown(personView(tx, parts.user));
  const stage = smsStageView(parts.stage);
  const device: JsonObject = { ...parts.device, user, stage };
  const obj = { pk: parts.mapping.pk, name: parts.mapping.name };
  const context = { device, token: parts.device.token, stage };
  const request = requestView(tx, {
    user: parts.user,
    httpUser: parts.httpUser,
    http: parts.http,
    obj,
    context,
  });
  const http = request.http_request;
  if (!isPlain || !isObject(http)) return { user, request: { ...request, user }, ...context };
  const { brand = null, user: sender = null, ...chosen } = http;
  const http_request = {
    ...(plainTexts(chosen) as JsonObject),
    brand,
    user: shown(sender as JsonObject | null),
  };
  return { user, request: { ...request, user, http_request }, ...context };
}

/** A user whose texts, as far as users choose them, hold no links. */
function plainPerson(view: JsonObject | null): JsonObject | null {
  if (view === null) return null;
  const { username = "", name = "", email = "", attributes = {} } = view;
  return { ...view, ...(plainTexts({ username, name, email, attributes }) as JsonObject) };
}

/** Variables of a prompt's placeholder, initial value or choices. */
export function promptExpressionContext(
  tx: Snapshot,
  prompt: Row<"authentik_stages_prompt.prompt">,
  parts: {
    readonly user: Person | null;
    readonly httpUser: Person | null;
    readonly http: HttpRequestData;
    readonly promptContext: JsonObject;
  },
): JsonObject {
  const obj = { pk: prompt.pk, name: prompt.name, field_key: prompt.field_key, type: prompt.type };
  const context = { prompt_context: parts.promptContext };
  const request = requestView(tx, {
    user: parts.user,
    httpUser: parts.httpUser,
    http: parts.http,
    obj,
    context,
  });
  return { user: personView(tx, parts.user), request, ...context };
}
