// Who may use the playground: whoever sits at this machine, and elsewhere the administrator with a token.
import type { FastifyRequest } from "fastify";
import { ApiError } from "../errors.ts";
import { requireSuperuser } from "../principal.ts";

const LOOPBACK_ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** Headers by which a proxy says that it passes on what somebody else asked. */
const PASSED_ON = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * Whether the request comes from this machine itself. The name that was asked for has to be the machine's own too: a
 * page elsewhere can have its own name lead here.
 */
export function isLocal(request: FastifyRequest): boolean {
  return (
    LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? "") &&
    LOOPBACK_HOST.test(request.headers.host ?? "") &&
    PASSED_ON.every((name) => request.headers[name] === undefined)
  );
}

/** Throws 403 for anyone else, and for what another site's page sends; 415 for a body that no page of ours sends. */
export function requireAccess(request: FastifyRequest): void {
  if (!isLocal(request)) requireSuperuser(request);
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new ApiError(403, { detail: "The request comes from another site." });
  }
  if (request.method !== "POST") return;
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new ApiError(415, { detail: "Unsupported media type in request." });
  }
}
