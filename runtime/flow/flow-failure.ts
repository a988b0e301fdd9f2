// What clients and operators are told of a request that failed: the flow-error challenge, an event, a line in the log.
import { PolicyUndecided } from "../errors.ts";
import { redact } from "../events/cleanse.ts";
import type { Services } from "../services.ts";
import type { Person } from "../users/person.ts";
import { type Challenge, type FlowInfo, flowErrorChallenge } from "./challenge.ts";
import type { HttpRequestData } from "./http-request.ts";

/** What is told of a request that failed. */
export interface FailedRequest {
  readonly slug: string;
  readonly user: Person | null;
  readonly http: HttpRequestData;
  /** Texts that no record may hold. */
  readonly secrets: readonly string[];
}

/** Records a failure, and answers with the challenge that tells the client. */
export async function flowFailure(
  { logger, events }: Services,
  error: unknown,
  request: FailedRequest,
  info?: FlowInfo,
): Promise<Challenge> {
  const { slug, user, http, secrets } = request;
  const undecided = error instanceof PolicyUndecided;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = redact(detail, secrets);
  logger.log("error", "a request of a flow failed", {
    flow: slug,
    request_id: http.request_id,
    message,
  });
  // A policy that failed has its own event already.
  if (!undecided) {
    await events.create(
      "system_exception",
      {
        message: "System exception during flow execution.",
        exception: message,
        flow: slug,
        request_id: http.request_id,
      },
      { user, http },
    );
  }
  const text = undecided
    ? "A policy of this flow could not be evaluated. Please try again."
    : "Something went wrong in this flow. Please try again.";
  return flowErrorChallenge(info, http.request_id, text);
}
