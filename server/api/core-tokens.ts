// `/core/tokens/`: API tokens, everybody's own; all of them for administrators.
//
// The store keeps a hash of a key. A key that this server drew is besides kept sealed under the server's secret key,
// until it was looked at once or its time is over: so authentik's two steps, making a token and viewing its key, work.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { JsonObject } from "../../engine/types.ts";
import { httpRequestData } from "../../runtime/flow/http-request.ts";
import type { Row } from "../../runtime/index.ts";
import { text } from "../../runtime/models/fields.ts";
import { ApiError, invalid } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import { objectSchema } from "../openapi.ts";
import { component, orNull, TEXT } from "../resources/description.ts";
import { fieldFilters, textFilter } from "../resources/filters.ts";
import { expectObject, readField } from "../resources/input.ts";
import {
  defineResource,
  type FieldRule,
  type Found,
  plainFields,
  type Resource,
} from "../resources/resource.ts";
import { addAction, addResource, find, jsonBody, recordChange, write } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { forgetKeys, keyFields, newKey, openKey } from "../tokens.ts";
import { showUser } from "./users.ts";

const TOKEN = "authentik_core.token";

/** How long a token lasts that is to end and does not say when: authentik's default. */
const LIFETIME = 86_400_000;
/** The shortest key that a token can be given. It is hashed without salt, so nobody may be able to guess it. */
const SHORTEST_KEY = 32;

/** What tokens are for. Nothing here takes the passwords of applications. */
const usableIntent: FieldRule = (value) => (value === "api" ? undefined : `Invalid intent ${String(value)}`);

const ownUser: FieldRule = (value, { view }) =>
  view.principal.superuser || value === view.principal.user.pk
    ? undefined
    : "You can have tokens of your own only.";

/** The tokens. */
export const TOKENS: Resource = defineResource({
  path: "/core/tokens/",
  models: [TOKEN],
  object: "Token",
  access: "owner_or_superuser",
  key: "identifier",
  lookup: "identifier",
  writable: ["identifier", "intent", "user", "description", "expires", "expiring"],
  unsupported: ["managed"],
  rules: { intent: usableIntent, user: ownUser },
  defaults: { user: (view, existing) => existing?.user ?? view.principal.user.pk },
  complete: (tx, { site }, fields, existing) => {
    const now = site.clock();
    forgetKeys(tx, now);
    const made = existing === undefined ? newKey(site.settings.secretKey, now) : {};
    return { ...fields, ...lifetime(fields, existing, now), ...made };
  },
  filters: {
    ...fieldFilters(TOKEN, ["description", "expires", "expiring", "identifier", "intent"]),
    managed: textFilter(() => ({ test: () => false })),
    user__username: textFilter((wanted, view) => ({
      where: { user: view.tx.list("authentik_core.user", { username: wanted })[0]?.pk ?? 0 },
    })),
  },
  search: ["identifier", "intent", "description"],
  searchRelated: ({ tx }, { row }) => {
    const user = tx.get("authentik_core.user", row.user as number);
    return user === undefined ? [] : [user.username];
  },
  ordering: ["identifier", "expires"],
  computed: { managed: orNull(TEXT), user_obj: component("User") },
  show: showToken,
});

/** The tokens. */
export const tokensArea: Area = (site) => async (api) => {
  addResource(api, site, TOKENS);
  addAction(
    api,
    "GET",
    "/core/tokens/:identifier/view_key/",
    TOKENS.access,
    { description: "The key of a token that was just made, once.", answer: objectSchema({ key: TEXT }) },
    (request) => viewKey(site, request),
  );
  addAction(
    api,
    "POST",
    "/core/tokens/:identifier/set_key/",
    "superuser",
    { description: "Gives a token another key.", body: objectSchema({ key: TEXT }) },
    (request, reply) => setKey(site, request, reply),
  );
};

/** Whether a token ends, and when: one that is given a time does, unless the client says otherwise. */
function lifetime(fields: JsonObject, existing: JsonObject | undefined, now: number): JsonObject {
  const { expires = null, expiring = expires !== null } = { ...existing, ...fields };
  if (expiring !== true || expires !== null) return { expires, expiring };
  return { expiring, expires: new Date(now + LIFETIME).toISOString() };
}

function showToken(view: View, { row }: Found): JsonObject {
  const user = view.tx.get("authentik_core.user", row.user as number);
  // A token cannot be without its user: deleting the user deletes it.
  if (user === undefined) throw new Error(`there is no user ${String(row.user)}`);
  return {
    ...plainFields(TOKENS, row),
    managed: null,
    user_obj: showUser(view, { model: "authentik_core.user", row: user as unknown as Found["row"] }),
  };
}

function viewKey(site: Site, request: FastifyRequest): Promise<{ key: string }> {
  return write(site, request, (tx, view) => {
    const found = find(view, TOKENS, request);
    const token = found.row as unknown as Row<typeof TOKEN>;
    const key = openKey(site.settings.secretKey, token, site.clock());
    if (key === undefined) {
      const detail =
        "Only a hash of this key is kept; it was shown, or its time is over. Make another token.";
      throw new ApiError(404, { detail });
    }
    tx.update(TOKEN, token.pk, { key_sealed: null, key_viewable_until: null });
    const model = { pk: token.pk, name: token.identifier, app: "authentik_core", model_name: "token" };
    const http = httpRequestData(tx, httpRequestInput(request));
    const origin = { user: view.principal.user, http, app: "authentik.core.api.tokens" };
    tx.insert("authentik_events.event", site.runtime.services.events.row("secret_view", { model }, origin));
    return { key };
  });
}

async function setKey(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = expectObject(jsonBody(request));
  await write(site, request, (tx, view) => {
    const found = find(view, TOKENS, request);
    const key = readKey(body);
    const fields = keyFields(key);
    const isTaken = tx.list(TOKEN, { key_hash: fields.key_hash }).some(({ pk }) => pk !== found.row.pk);
    if (isTaken) throw invalid({ key: ["This key cannot be used; draw another one."] });
    tx.update(TOKEN, found.row.pk, fields);
    recordChange(site, tx, request, "model_updated", found);
  });
  return reply.status(204).send();
}

function readKey(body: JsonObject): string {
  if (!Object.hasOwn(body, "key")) throw invalid({ key: ["This field is required."] });
  const read = readField(text({ trim: false }) as z.ZodType, body.key);
  if ("faults" in read) throw invalid({ key: read.faults as string[] });
  const key = read.value as string;
  if (!/^[\x21-\x7e]+$/.test(key)) throw invalid({ key: ["Use visible ASCII characters only."] });
  if (key.length >= SHORTEST_KEY) return key;
  throw invalid({ key: [`Ensure this field has at least ${SHORTEST_KEY} characters, drawn at random.`] });
}
