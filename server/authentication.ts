// Finds out who sends a request: a bearer token, else the browser session.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Snapshot } from "../runtime/index.ts";
import { isSuperuser } from "../runtime/users/person.ts";
import { refuseForgery } from "./csrf.ts";
import { ApiError } from "./errors.ts";
import type { Principal } from "./principal.ts";
import type { Site } from "./site.ts";
import { userOfToken } from "./tokens.ts";

/**
 * Has every request carry its session and its principal, and refuses forged ones. A token that is not valid is refused
 * with 403, whatever it was for.
 */
export function authenticate(app: FastifyInstance, site: Site): void {
  app.decorateRequest("principal", null);
  app.decorateRequest("session", null);
  app.addHook("onRequest", async (request, reply) => {
    const key = bearerKey(request.headers.authorization);
    await site.store.read((tx) => {
      request.session = site.sessions.find(tx, request);
      request.principal =
        key === undefined ? sessionPrincipal(tx, request) : tokenPrincipal(tx, key, site.clock());
    });
    refuseForgery(request, site.settings.secretKey);
    if (request.method === "GET") site.sessions.refreshCsrf(request, reply);
  });
}

function sessionPrincipal(tx: Snapshot, { session }: FastifyRequest): Principal | null {
  const user =
    session === null || session.user === null ? undefined : tx.get("authentik_core.user", session.user);
  return user === undefined ? null : { user, superuser: isSuperuser(tx, user), via: "session" };
}

function tokenPrincipal(tx: Snapshot, key: string, now: number): Principal {
  const user = userOfToken(tx, key, now);
  if (user === undefined) throw new ApiError(403, { detail: "Token invalid/expired" });
  return { user, superuser: isSuperuser(tx, user), via: "token" };
}

/** The key of a bearer header; nothing without one, or with a header of another kind. Throws 403 for one without key. */
function bearerKey(header: string | undefined): string | undefined {
  const [, kind = "", key = ""] = /^(\S*)\s*(.*)$/.exec(header?.trim() ?? "") ?? [];
  if (kind.toLowerCase() !== "bearer") return undefined;
  if (key === "") throw new ApiError(403, { detail: "Malformed header" });
  return key;
}
