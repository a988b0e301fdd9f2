// Sends a code: the one way for the stage that sets a device up and the one that logs in with it.
//
// A send has three steps. One transaction takes the right to it: the state becomes `sending`, with a code, and every
// limit is counted. Then, with nothing locked, mapping and provider do their work. A second transaction writes how it
// ended: `sent` or `failed`. Whoever comes in between finds `sending` and does not send; a process that dies leaves
// `sending` behind, which nobody takes for sent, and after half a minute the user may ask for another message. A
// request that is served again, because another one wrote to its flow first, finds its own name on the send and is
// told how that ended. So a request sends one message at most, whatever is retried or dies.
import type { JsonValue } from "../../engine/types.ts";
import { type SmsProviderConfig, SmsSendError } from "../../providers/sms-provider.ts";
import { smsSegments } from "../../providers/sms-segments.ts";
import { maskPhone, redact } from "../events/cleanse.ts";
import { clientIp } from "../events/event-log.ts";
import type { HttpRequestData } from "../flow/http-request.ts";
import { MappingFailed } from "../mappings/webhook-mapping.ts";
import { durationMs } from "../models/fields.ts";
import type { Services } from "../services.ts";
import type { Row, Transaction } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import type { CodeSlot } from "./code-slot.ts";
import { type LimitReached, Limits, type Purpose, type Subjects, type Ticket } from "./limits.ts";
import { type Claimed, claimSend, drawCode, settleSend } from "./one-time-code.ts";
import { numberTexts, readPhoneNumber } from "./phone-number.ts";

/** What users read when the cause is none of their business. */
export const NOT_SENT = "The SMS could not be sent. Please try again.";
/** Another request is talking to the provider. */
export const BEING_SENT = "The SMS is being sent. Please wait a moment and try again.";
/** The country of the number is not among the stage's. */
export const NOT_SUPPORTED =
  "This phone number is not supported. Please use another one, with its country code.";
/** A limit is used up; which one is nobody's business. */
export const TOO_MANY = "Too many messages were sent. Please try again later.";

/** A code to be sent. */
export interface CodeRequest {
  readonly purpose: Purpose;
  /** The SMS stage that the device belongs to. */
  readonly stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">;
  /** The recipient; see {@link readPhoneNumber}. */
  readonly number: string;
  /** The device as mappings see it; pk is null while it is being set up. */
  readonly device: { readonly pk: number | null; readonly name: string };
  /** Whose device it is. */
  readonly user: Person | null;
  /** Who sends the request. */
  readonly requestUser: Person | null;
  readonly http: HttpRequestData;
  /** Names the request; see `StageContext`. */
  readonly requestKey: string;
  /** A new code each time; else one that is still good is sent again. */
  readonly fresh: boolean;
  readonly slot: CodeSlot;
  /** Says in the user's words why this number is refused, if it is; runs in the transaction that takes the right to send. */
  readonly refuse?: (tx: Transaction) => string | undefined;
}

/** Why no message went out. */
export type Refusal =
  | "country"
  | "refused"
  | "limit"
  | "cooldown"
  | "busy"
  | "failed"
  /** The device was deleted meanwhile. */
  | "gone";

/** How a send ended. */
export type SendOutcome =
  /** The provider has the message. */
  | { readonly kind: "sent" }
  /** No message; `message` says so to the user. With `cooldown` the code that was sent before is still good. */
  | { readonly kind: "refused"; readonly reason: Refusal; readonly message: string };

type Taken =
  | Exclude<Claimed, { readonly kind: "send" }>
  | { readonly kind: "send"; readonly token: string; readonly tickets: readonly Ticket[] }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "limit"; readonly reached: LimitReached; readonly notice: boolean };

/** Sends one message, or says why not. Throws nothing of its own; what the slot throws passes through. */
export async function sendCode(services: Services, request: CodeRequest): Promise<SendOutcome> {
  const { slot, stage, requestKey } = request;
  const limits = new Limits(services.store);
  const subjects = subjectsOf(request);
  if (!isCountryAllowed(request)) {
    services.messageCounts.add(stage, "refused_country");
    await recordRefusal(services, request, limits, { reason: "country" });
    return refused("country", NOT_SUPPORTED);
  }
  const now = services.clock();
  let drawn: string | undefined;
  const newCode = (): string => {
    drawn ??= drawCode(services.randomInt);
    return drawn;
  };
  const taken = await slot.claim<Taken>((tx, state) => {
    const message = request.refuse?.(tx);
    if (message !== undefined) return { next: state, result: { kind: "refused", message } };
    const claimed = claimSend(state, {
      request: requestKey,
      now,
      cooldown: durationMs(stage.postern_resend_cooldown),
      fresh: request.fresh,
      newCode,
    });
    if (claimed.kind !== "send") return { next: state, result: claimed };
    const reached = limits.reached(tx, "sends", subjects, now);
    if (reached !== undefined) {
      const notice = limits.isNoticeDue(tx, `sends ${reached.scope}`, subjects, now);
      return { next: state, result: { kind: "limit", reached, notice } };
    }
    const tickets = limits.take(tx, "sends", subjects, now);
    return { next: claimed.next, result: { kind: "send", token: claimed.token, tickets } };
  });
  if (taken === undefined) return refused("gone", NOT_SENT);
  switch (taken.kind) {
    case "refused":
      services.messageCounts.add(stage, "refused_number");
      return refused("refused", taken.message);
    case "busy":
      services.messageCounts.add(stage, "refused_busy");
      return refused("busy", BEING_SENT);
    case "cooldown":
      services.messageCounts.add(stage, "refused_cooldown");
      await recordRefusal(services, request, limits, { reason: "cooldown" });
      return refused("cooldown", cooldownText(taken.wait));
    case "repeated":
      return ended(taken.delivery.problem);
    case "limit":
      services.messageCounts.add(stage, "refused_limit");
      await recordLimit(services, request, taken.reached, taken.notice);
      return refused("limit", TOO_MANY);
  }
  const failure = await deliver(services, request, taken.token).then(
    () => undefined,
    (error: unknown) => error ?? new Error("the provider failed without a reason"),
  );
  services.messageCounts.add(stage, failure === undefined ? "sent" : "failed");
  if (failure === undefined) services.codeCounts.sent(request.number, request.purpose);
  const problem =
    failure === undefined
      ? null
      : await recordFailure(services, request, failure, [taken.token, ...numberTexts(request.number)]);
  await slot.settle(
    (state) => settleSend(state, requestKey, problem),
    (tx) => {
      if (failure !== undefined) limits.giveBack(tx, unitsBack(failure, taken.tickets));
    },
  );
  return ended(problem);
}

function ended(problem: string | null): SendOutcome {
  return problem === null ? { kind: "sent" } : refused("failed", problem);
}

function refused(reason: Refusal, message: string): SendOutcome {
  return { kind: "refused", reason, message };
}

function cooldownText(wait: number): string {
  const seconds = Math.ceil(wait / 1000);
  const unit = seconds === 1 ? "second" : "seconds";
  return `An SMS was sent a moment ago. Please wait ${seconds} ${unit} before you ask for another one.`;
}

/** Whom this request's sends and guesses are counted for. */
export function subjectsOf(
  request: Pick<CodeRequest, "purpose" | "stage" | "number" | "user" | "http" | "slot">,
): Subjects {
  const { purpose, stage, number, user, http, slot } = request;
  return {
    purpose,
    stage,
    device: slot.device,
    number,
    user: user?.pk ?? null,
    address: clientIp(http),
  };
}

function isCountryAllowed({ stage, number }: CodeRequest): boolean {
  const allowed = stage.postern_allowed_countries;
  if (allowed.length === 0) return true;
  const { country } = readPhoneNumber(number);
  return country !== undefined && allowed.includes(country);
}

/**
 * The units that come back after a failure. What a provider may have sent stays counted. What it certainly did not
 * send has cost nothing and disturbed nobody; but how often a user or network makes us call it stays counted.
 */
function unitsBack(failure: unknown, tickets: readonly Ticket[]): Ticket[] {
  if (failure instanceof SmsSendError ? failure.mayHaveBeenSent : !(failure instanceof MappingFailed))
    return [];
  return tickets.filter(({ scope }) => scope !== "user" && scope !== "address");
}

async function deliver(services: Services, request: CodeRequest, token: string): Promise<void> {
  const { stage, user, requestUser, http, number } = request;
  const device = { ...request.device, phone_number: number, token };
  const { text, payload, carriesLink } = await services.webhookMappings.apply({
    stage,
    device,
    user,
    httpUser: requestUser,
    http,
  });
  const message = text ?? `Use this code to authenticate in authentik: ${token}`;
  if (carriesLink === true) await recordLink(services, request);
  logSegments(services, request, payload === undefined ? message : textWith(payload, token));
  await services.smsProvider(providerConfig(stage)).send({
    to: number,
    token,
    text: message,
    ...(payload === undefined ? {} : { payload }),
  });
}

type Stage = CodeRequest["stage"];

/** The stage's fields that say how to send; Postern's own only where they are used. */
function providerConfig(stage: Stage): SmsProviderConfig {
  const { provider, from_number, account_sid, auth, auth_password, auth_type } = stage;
  const own = {
    encoding: stage.postern_encoding,
    authorization: stage.postern_authorization,
    headers: stage.postern_headers,
  };
  const idle =
    own.encoding === "json" && own.authorization === "auth_type" && Object.keys(own.headers).length === 0;
  const config = { provider, from_number, account_sid, auth, auth_password, auth_type };
  return idle ? config : { ...config, ...own };
}

/** What a mapping's payload sends as text, as far as one can see: the longest text that has the code in it. */
function textWith(payload: JsonValue, token: string): string {
  if (typeof payload === "string") return payload.includes(token) ? payload : "";
  if (payload === null || typeof payload !== "object") return "";
  const texts = Object.values(payload).map((value) => textWith(value, token));
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

/** A message of several segments costs a multiple; the log says so, without the text. */
function logSegments({ logger }: Services, { stage }: CodeRequest, text: string): void {
  const { alphabet, units, segments, beyond } = smsSegments(text);
  if (segments === 1) return;
  logger.log("info", "an SMS takes more than one segment", {
    stage: stage.name,
    segments,
    alphabet,
    units,
    beyond: beyond.join(""),
  });
}

const APP = "authentik.stages.authenticator_sms";

function origin({ user, http }: CodeRequest): { user: Person | null; http: HttpRequestData; app: string } {
  return { user, http, app: APP };
}

/** Records that a limit was met: always in the log, as an event when one is due. */
async function recordLimit(
  services: Services,
  request: CodeRequest,
  { scope, rate, wait }: LimitReached,
  notice: boolean,
): Promise<void> {
  const facts = { reason: "limit", scope, count: rate.count, span_seconds: rate.span / 1000 };
  services.logger.log("warning", "an SMS was refused", {
    ...facts,
    stage: request.stage.name,
    purpose: request.purpose,
    wait_seconds: Math.ceil(wait / 1000),
  });
  if (notice) await refusalEvent(services, request, facts);
}

async function recordRefusal(
  services: Services,
  request: CodeRequest,
  limits: Limits,
  facts: { readonly reason: string },
): Promise<void> {
  const { stage, purpose } = request;
  services.logger.log("warning", "an SMS was refused", { ...facts, stage: stage.name, purpose });
  if (await isNoticeDue(services, request, limits, facts.reason))
    await refusalEvent(services, request, facts);
}

/** Records that the mapping put a link into the message that a user chose. It is sent, as in authentik. */
async function recordLink(services: Services, request: CodeRequest): Promise<void> {
  const { stage, purpose } = request;
  services.logger.log("warning", "an SMS carries a link that a user chose", { stage: stage.name, purpose });
  if (!(await isNoticeDue(services, request, new Limits(services.store), "link"))) return;
  await refusalEvent(services, request, { reason: "link" }, "SMS with a link that a user chose");
}

function isNoticeDue(
  services: Services,
  request: CodeRequest,
  limits: Limits,
  kind: string,
): Promise<boolean> {
  const now = services.clock();
  return services.store.transaction((tx) => limits.isNoticeDue(tx, kind, subjectsOf(request), now));
}

async function refusalEvent(
  services: Services,
  request: CodeRequest,
  facts: object,
  message = "SMS refused",
): Promise<void> {
  const { stage, purpose, number } = request;
  const context = {
    message,
    ...facts,
    purpose,
    stage: { pk: stage.pk, name: stage.name },
    phone_number: maskPhone(number),
  };
  await services.events.create("suspicious_request", context, origin(request));
}

/** Records why nothing was sent, and returns the text for the user. */
async function recordFailure(
  services: Services,
  request: CodeRequest,
  error: unknown,
  secrets: readonly string[],
): Promise<string> {
  // The mapping's own event is there already.
  if (error instanceof MappingFailed) return NOT_SENT;
  const { stage } = request;
  const credentials = [stage.auth, stage.auth_password, ...Object.values(stage.postern_headers)];
  const clean = (text: string): string => redact(text, [...secrets, ...credentials]);
  const subject = {
    message: "Error sending SMS",
    stage: { pk: stage.pk, name: stage.name },
    provider: stage.provider,
  };
  if (!(error instanceof SmsSendError)) {
    const exception = clean(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    await services.events.create("system_exception", { ...subject, exception }, origin(request));
    return NOT_SENT;
  }
  const { kind, status = null, hint, code = null } = error;
  const facts = {
    ...subject,
    kind,
    status_code: status,
    body: clean(error.detail),
    exception: clean(error.message),
  };
  const rejected = kind === "rejected" || kind === "configuration";
  const action = rejected ? "configuration_error" : "system_exception";
  await services.events.create(action, { ...facts, hint, error_code: code }, origin(request));
  const shown = clean(error.detail).trim();
  return kind === "rejected" && shown !== "" ? shown : NOT_SENT;
}
