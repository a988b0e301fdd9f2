// HttpError: every way in which an outbound request can fail, as one typed error.

/**
 * What went wrong, from the caller's point of view.
 *
 * - `invalid_url`, `invalid_header`, `invalid_request`: the request itself cannot be made; nothing left the process.
 * - `blocked_scheme`, `blocked_port`, `blocked_address`: the policy forbids the target; nothing was connected.
 * - `dns_failed`, `connect_failed`, `tls`: no usable connection; the request was not written.
 * - `timeout`: a deadline passed, `phase` says which.
 * - `connection_lost`: the peer closed or reset the connection before its answer was complete.
 * - `invalid_response`: the answer is not HTTP, or its content encoding cannot be decoded.
 * - `too_large`: the answer's headers or decoded body passed the cap.
 * - `aborted`: the caller's own signal fired.
 */
export type HttpErrorCode =
  | "invalid_url"
  | "invalid_header"
  | "invalid_request"
  | "blocked_scheme"
  | "blocked_port"
  | "blocked_address"
  | "dns_failed"
  | "connect_failed"
  | "tls"
  | "timeout"
  | "connection_lost"
  | "invalid_response"
  | "too_large"
  | "aborted";

/** The deadline that passed. `total` covers everything from the call to the last byte. */
export type HttpPhase = "connect" | "headers" | "body" | "total";

/** The facts of an {@link HttpError} beside its code and text. */
export interface HttpErrorFacts {
  /** What the reader can do about it, one sentence. */
  readonly hint: string;
  /** Only for `timeout`. */
  readonly phase?: HttpPhase;
  /** The answer's status, when its head arrived before the failure. */
  readonly status?: number;
  /** True when bytes of the request may have reached the target: trying again could do the work twice. */
  readonly mayHaveBeenSent?: boolean;
  /** The system's own error code, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly systemCode?: string;
}

/**
 * An outbound request that got no complete answer.
 *
 * The text names scheme, host and port of the target at most: never path, query, headers or body, because those
 * carry credentials. For the same reason the underlying error is not kept as `cause`; its code is in `systemCode`.
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: HttpErrorCode;
  readonly hint: string;
  readonly phase: HttpPhase | undefined;
  readonly status: number | undefined;
  readonly mayHaveBeenSent: boolean;
  readonly systemCode: string | undefined;

  constructor(code: HttpErrorCode, message: string, facts: HttpErrorFacts) {
    super(message);
    this.code = code;
    this.hint = facts.hint;
    this.phase = facts.phase;
    this.status = facts.status;
    this.mayHaveBeenSent = facts.mayHaveBeenSent ?? false;
    this.systemCode = facts.systemCode;
  }
}

/** The code that the system or a library put on an error, such as `ECONNREFUSED`. */
export function systemCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}
