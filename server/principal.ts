// Who sends a request: a user by session or by token, or nobody; and the guards of the API.
import type { FastifyRequest } from "fastify";
import type { Row } from "../runtime/index.ts";
import { ApiError } from "./errors.ts";

/** The user who sends a request. */
export interface Principal {
  readonly user: Row<"authentik_core.user">;
  /** Through a group of the user's, or an ancestor of one, with `is_superuser`. */
  readonly superuser: boolean;
  readonly via: "session" | "token";
}

declare module "fastify" {
  interface FastifyRequest {
    /** Null: nobody. */
    principal: Principal | null;
  }
}

/** The user who sends the request. Throws the 403 of a request without one. */
export function requireUser(request: FastifyRequest): Principal {
  if (request.principal !== null) return request.principal;
  throw new ApiError(403, { detail: "Authentication credentials were not provided." });
}

/** The superuser who sends the request. Throws 403 for anyone else. */
export function requireSuperuser(request: FastifyRequest): Principal {
  const principal = requireUser(request);
  if (principal.superuser) return principal;
  throw new ApiError(403, { detail: "You do not have permission to perform this action." });
}
