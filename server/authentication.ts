// Finds out who sends a request: a bearer token, else the browser session.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isSuperuser } from "../runtime/users/person.ts";
import { ApiError } from "./errors.ts";
import type { Principal } from "./principal.ts";
import type { Site } from "./site.ts";
import { userOfToken } from "./tokens.ts";

/** Has every request carry its principal. A token that is not valid is refused with 403, whatever it was for. */
export function authenticate(app: FastifyInstance, site: Site): void {
  app.decorateRequest("principal", null);
  app.addHook("onRequest", async (request) => {
    request.principal = await tokenPrincipal(request, site);
  });
}

async function tokenPrincipal(request: FastifyRequest, site: Site): Promise<Principal | null> {
  const key = bearerKey(request.headers.authorization);
  if (key === undefined) return null;
  const principal = await site.store.read((tx): Principal | null => {
    const user = userOfToken(tx, key, site.clock());
    return user === undefined ? null : { user, superuser: isSuperuser(tx, user), via: "token" };
  });
  if (principal === null) throw new ApiError(403, { detail: "Token invalid/expired" });
  return principal;
}

/** The key of a bearer header; nothing without one, or with a header of another kind. Throws 403 for one without key. */
function bearerKey(header: string | undefined): string | undefined {
  const [, kind = "", key = ""] = /^(\S*)\s*(.*)$/.exec(header?.trim() ?? "") ?? [];
  if (kind.toLowerCase() !== "bearer") return undefined;
  if (key === "") throw new ApiError(403, { detail: "Malformed header" });
  return key;
}
