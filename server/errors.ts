// Errors as the API answers them: Django REST framework's shapes and texts, and nothing internal.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  FlowNotFound,
  NotFound,
  ProtectedError,
  StoreOutcomeUnknown,
  StoreUnavailable,
  StoreWriteFailed,
  ValidationError,
} from "../runtime/index.ts";
import { isModelName, modelOf } from "../runtime/models/registry.ts";
import { isEndedSession } from "../runtime/users/end-sessions.ts";

/** An error with the status and the body of its answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly body: object | null;
  /** A body of null is an empty one. */
  constructor(status: number, body: object | null) {
    super(`answered with ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** 404 for an object that is not there; `label` is the model's (`Flow`). */
export function notFound(label: string): ApiError {
  return new ApiError(404, { detail: `No ${label} matches the given query.` });
}

/** 400 with the faults by field. */
export function invalid(faults: { readonly [field: string]: readonly string[] }): ApiError {
  return new ApiError(400, faults);
}

/** Logging in and out gives a browser another session; a request at the same moment still has the one before. */
const ENDED = "The browser's session ended while the request was served; send the request again.";

/** The answer to an error, or nothing for one that is nobody's business. */
export function apiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof ValidationError) return invalid(error.messages);
  if (isEndedSession(error)) return new ApiError(400, { detail: ENDED });
  if (error instanceof NotFound)
    return notFound(isModelName(error.model) ? modelOf(error.model).label : "object");
  if (error instanceof FlowNotFound) return notFound("Flow");
  if (error instanceof ProtectedError) return invalid({ non_field_errors: [error.message] });
  return requestError(error as Partial<FastifyError>);
}

/** Faults that the HTTP library finds in a request. */
function requestError({ code, statusCode, message = "" }: Partial<FastifyError>): ApiError | undefined {
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  switch (code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new ApiError(415, { detail: "Unsupported media type in request." });
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new ApiError(413, { detail: "The request's body is too large." });
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return new ApiError(400, { detail: "JSON parse error - the body is not valid JSON." });
  }
  return new ApiError(statusCode, { detail: message });
}

const STORE_AWAY = "The server cannot get at its data at the moment. Please try again in a while.";

/** Whether only the store's database or disk is in the way: the same request works again when it is back. */
function isAway(error: unknown): boolean {
  return [StoreUnavailable, StoreOutcomeUnknown, StoreWriteFailed].some((kind) => error instanceof kind);
}

/** Has the app answer errors. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const known = apiError(error);
    if (known !== undefined) return reply.status(known.status).send(known.body ?? undefined);
    request.log.error({ err: error }, "request failed");
    const [status, detail] = isAway(error) ? [503, STORE_AWAY] : [500, "Internal server error."];
    return reply.status(status).send({ detail, request_id: request.id });
  });
}

/** Answers a request whose path cannot be read (`/%ff/`): it leads nowhere. */
export function answerUnreadable(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.status(404).send({ detail: "Not found." });
}
