// The contract of an SMS provider: what is sent, what comes back, and the one error that a send can end in.

/** What JSON can say; structurally the engine's type of the same name. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** One text message with a one-time code. */
export interface SmsMessage {
  /** Number of the recipient, as the user's device holds it. */
  readonly to: string;
  /** The one-time code. Never part of an error or a receipt. */
  readonly token: string;
  /** The whole message: the stage's default text, or for Twilio the `message` of a mapping. */
  readonly text: string;
  /**
   * Generic provider only: the result of the stage's mapping, which replaces the body. Left out: the default body
   * with `From`, `To`, `Body`, `Message`; `text` itself with the encoding `text`. `null`: a request without a body, as authentik sends it for a mapping that
   * returns None.
   */
  readonly payload?: JsonValue;
}

/** The provider took the message over. Nothing is known about its delivery to the phone. */
export interface SendReceipt {
  readonly provider: "twilio" | "generic";
  /** Status of the provider's answer. */
  readonly status: number;
  /** The provider's own id of the message; Twilio only. */
  readonly messageId?: string;
}

/** Sends text messages. One call is at most one message: nothing is ever sent a second time. */
export interface SmsProvider {
  readonly kind: "twilio" | "generic";
  /** @throws SmsSendError for everything but an accepted message. */
  send(message: SmsMessage): Promise<SendReceipt>;
}

/** The fields of an SMS stage that say how to send, by authentik's names. */
export interface SmsProviderConfig {
  readonly provider: "twilio" | "generic";
  readonly from_number: string;
  /** Twilio: the account's SID. Generic: **the URL** of the gateway. */
  readonly account_sid: string;
  /** Twilio: the auth token. Generic: user name for `basic`, token for `bearer`. */
  readonly auth: string;
  /** Generic with `basic` only. Default empty. */
  readonly auth_password?: string;
  /** Generic only. Default `basic`. */
  readonly auth_type?: "basic" | "bearer";
  /** Generic only: how the body is written. Default `json`. */
  readonly encoding?: "json" | "form" | "text";
  /** Generic only: `none` leaves the `Authorization` header out, or to `headers`. Default `auth_type`. */
  readonly authorization?: "auth_type" | "none";
  /** Generic only: further headers. `{auth}` and `{auth_password}` in a value stand for these fields. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Why a message was not sent.
 *
 * - `rejected`: the provider answered, and not with success. `status` is set, `detail` is the provider's text.
 * - `unreachable`: no connection, or a broken one: refused, DNS, TLS, reset, or the address is not allowed.
 * - `timeout`: a deadline passed.
 * - `invalid_answer`: the provider answered with success, but not as its interface promises.
 * - `configuration`: the stage's fields or the mapping's payload cannot make a request; nothing was sent.
 */
export type SmsSendFailure = "rejected" | "unreachable" | "timeout" | "invalid_answer" | "configuration";

/** The facts of an {@link SmsSendError} beside its kind and text. */
export interface SmsSendFacts {
  readonly detail?: string;
  readonly hint: string;
  readonly status?: number;
  readonly mayHaveBeenSent?: boolean;
  readonly code?: string;
}

/**
 * A message that was not accepted.
 *
 * `message` is fixed text that may be logged. `detail` of a rejection is the provider's own text, which authentik
 * shows in the form: at most 1000 characters, control characters removed, credentials and the one-time code masked.
 * For the other kinds `detail` repeats `message`.
 */
export class SmsSendError extends Error {
  override readonly name = "SmsSendError";
  readonly kind: SmsSendFailure;
  readonly detail: string;
  /** What the operator can do about it. */
  readonly hint: string;
  /** Status of the provider's answer, when there was one. */
  readonly status: number | undefined;
  /** True when the provider may have sent the message all the same. */
  readonly mayHaveBeenSent: boolean;
  /** The code of the `HttpError` behind it, such as `blocked_address`, when there was one. */
  readonly code: string | undefined;

  constructor(kind: SmsSendFailure, message: string, facts: SmsSendFacts) {
    super(message);
    this.kind = kind;
    this.detail = facts.detail ?? message;
    this.hint = facts.hint;
    this.status = facts.status;
    this.mayHaveBeenSent = facts.mayHaveBeenSent ?? false;
    this.code = facts.code;
  }
}
