// Where an outbound request stands: its running deadline, and what an error has to say about it.

import { HttpError, type HttpPhase, systemCodeOf } from "./http-error.ts";
import type { Target } from "./http-policy.ts";

/** Facts of an error about a connection that ended early. */
export const CLOSED = {
  hint: "The target may be overloaded, or something on the way ended the connection. Nothing was sent again.",
  mayHaveBeenSent: true,
} as const;

const TIMEOUT_TEXT: Readonly<Record<HttpPhase, string>> = {
  connect: "did not accept a connection in time",
  headers: "took the request but did not answer in time",
  body: "did not finish its answer in time",
  total: "did not complete the request in time",
};

/**
 * The course of one request. Each phase has its deadline; a new phase replaces the running one, the total stands
 * over all of them.
 */
export class Progress {
  /** Status of the answer once its head arrived. */
  status: number | undefined = undefined;
  readonly signal: AbortSignal;
  readonly #target: Target;
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;
  readonly #onCallerAbort = () => this.#stop(this.#aborted());
  #phaseTimer: NodeJS.Timeout | undefined;
  #connected = false;

  constructor(target: Target, timeoutMs: number, caller: AbortSignal | undefined) {
    this.signal = this.#abort.signal;
    this.#target = target;
    this.#caller = caller;
    this.#total = setTimeout(() => this.#stop(this.#timeout("total")), timeoutMs);
    caller?.addEventListener("abort", this.#onCallerAbort, { once: true });
    if (caller?.aborted) this.#onCallerAbort();
  }

  enter(phase: Exclude<HttpPhase, "total">, milliseconds: number): void {
    if (phase !== "connect") this.#connected = true;
    clearTimeout(this.#phaseTimer);
    if (this.signal.aborted) return;
    this.#phaseTimer = setTimeout(() => this.#stop(this.#timeout(phase)), milliseconds);
  }

  /** Settles as the work does, or rejects at once when a deadline passes, whatever the work is waiting for. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      if (this.signal.aborted) reject(this.signal.reason);
      else this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
    });
  }

  end(): void {
    clearTimeout(this.#phaseTimer);
    clearTimeout(this.#total);
    this.#caller?.removeEventListener("abort", this.#onCallerAbort);
  }

  facts(): { readonly status: number | undefined; readonly mayHaveBeenSent: boolean } {
    return { status: this.status, mayHaveBeenSent: this.#connected };
  }

  /** Turns whatever a library threw into an HttpError that carries none of the library's text. */
  explain(error: unknown): HttpError {
    if (this.signal.aborted) return this.signal.reason as HttpError;
    const systemCode = systemCodeOf(error);
    const { label } = this.#target;
    if (error instanceof HttpError) {
      if (error.status === this.status && error.mayHaveBeenSent === this.#connected) return error;
      return new HttpError(error.code, error.message, {
        hint: error.hint,
        systemCode: error.systemCode,
        ...this.facts(),
      });
    }
    if (systemCode === "UND_ERR_HEADERS_OVERFLOW" || systemCode === "HPE_HEADER_OVERFLOW") {
      return new HttpError("too_large", `The headers of the answer of ${label} are too large.`, {
        hint: "An answer may carry 16 KiB of headers.",
        systemCode,
        ...this.facts(),
      });
    }
    const unparsable = error instanceof Error && error.name === "HTTPParserError";
    if (unparsable || systemCode === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
      return new HttpError("invalid_response", `${label} did not answer in valid HTTP.`, {
        hint: "Check that the port is the one of an HTTP service and that the scheme is right.",
        systemCode,
        ...this.facts(),
      });
    }
    if (systemCode === "UND_ERR_INVALID_ARG") {
      return new HttpError("invalid_request", "The request cannot be sent as it is.", {
        hint: "Check method, headers and body.",
        systemCode,
      });
    }
    return new HttpError(
      "connection_lost",
      `${label} closed the connection before its answer was complete.`,
      {
        ...CLOSED,
        systemCode,
        ...this.facts(),
      },
    );
  }

  #stop(reason: HttpError): void {
    this.end();
    this.#abort.abort(reason);
  }

  #timeout(phase: HttpPhase): HttpError {
    return new HttpError("timeout", `${this.#target.label} ${TIMEOUT_TEXT[phase]}.`, {
      hint: "Nothing was sent again. Raise the deadline if the target is known to be slow.",
      phase,
      ...this.facts(),
    });
  }

  #aborted(): HttpError {
    return new HttpError("aborted", `The request to ${this.#target.label} was cancelled.`, {
      hint: "The caller cancelled it.",
      ...this.facts(),
    });
  }
}
