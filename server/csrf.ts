// Against forged requests: a token that only pages of this site can read, and a look at where a request comes from.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { drawnBytes } from "../engine/entropy.ts";
import { ApiError } from "./errors.ts";

/** authentik's name of the cookie; pages read it and send it back in the header {@link CSRF_HEADER}. */
export const CSRF_COOKIE = "authentik_csrf";

/** authentik's name of the header. */
export const CSRF_HEADER = "X-authentik-CSRF";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route needs no token: what it does is bound to a flow that the client itself walks. Origins are still checked. */
    readonly csrfExempt?: boolean;
  }
}

/** A token of a session. It is of no use with another one, so planting a cookie does not help. */
export function csrfToken(key: string, session: string): string {
  const nonce = drawnBytes(16).toString("base64url");
  return `${nonce}.${signature(key, session, nonce)}`;
}

/** Whether a text is a token of this session. */
export function isCsrfToken(key: string, session: string, token: string | undefined): boolean {
  const [nonce = "", given = "", ...rest] = (token ?? "").split(".");
  return nonce !== "" && rest.length === 0 && same(given, signature(key, session, nonce));
}

/** Refuses a write that a browser sends on behalf of somebody who may not know of it. Throws 403. */
export function refuseForgery(request: FastifyRequest, key: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  refuseOtherOrigins(request);
  if (request.routeOptions.config.csrfExempt === true) return;
  if (request.principal?.via !== "session" || request.session === null) return;
  const header = request.headers[CSRF_HEADER.toLowerCase()];
  if (typeof header !== "string" || header === "") throw failed("CSRF token missing.");
  if (!isCsrfToken(key, request.session.pk, header)) {
    throw failed("CSRF token from the 'X-Authentik-Csrf' HTTP header incorrect.");
  }
}

/** Refuses what a browser says comes from another site. Clients that are no browsers say nothing. */
function refuseOtherOrigins(request: FastifyRequest): void {
  const { origin } = request.headers;
  const site = request.headers["sec-fetch-site"];
  if (origin !== undefined && !isOwnOrigin(request, origin)) {
    throw failed(`Origin checking failed - ${origin} does not match any trusted origins.`);
  }
  if (site === "cross-site") throw failed("Origin checking failed - the request comes from another site.");
}

function isOwnOrigin(request: FastifyRequest, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  if (request.protocol === "https" && protocol !== "https:") return false;
  return (
    URL.canParse(`${protocol}//${request.host}`) && new URL(`${protocol}//${request.host}`).host === host
  );
}

function failed(reason: string): ApiError {
  return new ApiError(403, { detail: `CSRF Failed: ${reason}` });
}

function signature(key: string, session: string, nonce: string): string {
  return createHmac("sha256", key).update(`csrf:${session}:${nonce}`).digest("base64url");
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
