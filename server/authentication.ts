// Finds out who sends a request: a bearer token, else the browser session.
import type { FastifyInstance } from "fastify";
import type { Row, Snapshot } from "../runtime/index.ts";
import { isSuperuser } from "../runtime/users/person.ts";
import { refuseForgery } from "./csrf.ts";
import { ApiError } from "./errors.ts";
import type { BrowserSession } from "./session.ts";
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
    const found = await site.store.read((tx) => {
      const session = site.sessions.find(tx, request);
      const user = key === undefined ? userOfSession(tx, session) : userOfToken(tx, key, site.clock());
      return { session, user, superuser: user !== undefined && isSuperuser(tx, user) };
    });
    const { session, user, superuser } = found;
    if (key !== undefined && user === undefined) throw new ApiError(403, { detail: "Token invalid/expired" });
    const via = key === undefined ? "session" : "token";
    request.session = session;
    request.principal = user === undefined ? null : { user, superuser, via };
    refuseForgery(request, site.settings.secretKey);
    if (request.method === "GET") site.sessions.refreshCsrf(request, reply);
  });
}

function userOfSession(tx: Snapshot, session: BrowserSession | null): Row<"authentik_core.user"> | undefined {
  return session === null || session.user === null ? undefined : tx.get("authentik_core.user", session.user);
}

/** The key of a bearer header; nothing without one, or with a header of another kind. Throws 403 for one without key. */
function bearerKey(header: string | undefined): string | undefined {
  const [, kind = "", key = ""] = /^(\S*)\s*(.*)$/.exec(header?.trim() ?? "") ?? [];
  if (kind.toLowerCase() !== "bearer") return undefined;
  if (key === "") throw new ApiError(403, { detail: "Malformed header" });
  return key;
}
