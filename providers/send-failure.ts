// From a failed or refusing HTTP exchange to the SmsSendError that the runtime shows.

import type { HttpError, HttpErrorCode } from "./http-error.ts";
import { SmsSendError, type SmsSendFailure } from "./sms-provider.ts";

const KINDS: Readonly<Record<HttpErrorCode, SmsSendFailure>> = {
  invalid_url: "configuration",
  invalid_header: "configuration",
  invalid_request: "configuration",
  blocked_scheme: "unreachable",
  blocked_port: "unreachable",
  blocked_address: "unreachable",
  dns_failed: "unreachable",
  connect_failed: "unreachable",
  tls: "unreachable",
  connection_lost: "unreachable",
  aborted: "unreachable",
  timeout: "timeout",
  invalid_response: "invalid_answer",
  too_large: "invalid_answer",
};

/** An exchange that ended without a complete answer. */
export function failureOf(error: HttpError): SmsSendError {
  return new SmsSendError(KINDS[error.code], error.message, {
    hint: error.hint,
    status: error.status,
    mayHaveBeenSent: error.mayHaveBeenSent,
    code: error.code,
  });
}

/**
 * An answer that is not a success.
 *
 * @param service how the text names the provider, such as `Twilio`.
 * @param detail the provider's text, already cleaned.
 */
export function rejection(service: string, status: number, detail: string): SmsSendError {
  if (status >= 300 && status < 400) {
    const message = `${service} answered with a redirect (status ${status}), which is not followed.`;
    return new SmsSendError("rejected", message, {
      hint: "Configure the address that the redirect points to; following it would hand it the credentials.",
      status,
    });
  }
  return new SmsSendError("rejected", `${service} did not accept the message (status ${status}).`, {
    detail,
    hint: HINTS[status] ?? "The detail holds the provider's own words.",
    status,
  });
}

const HINTS: Readonly<Record<number, string>> = {
  401: "Check the credentials of the stage.",
  403: "Check the credentials of the stage and what the account is allowed to do.",
  404: "Check the account SID or URL of the stage.",
  429: "The provider limits how much may be sent; try again later.",
};
