// `/core/users/`: the users, their paths and their passwords.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { JsonObject } from "../../engine/types.ts";
import type { Row } from "../../runtime/index.ts";
import { text } from "../../runtime/models/fields.ts";
import { passwordHash } from "../../runtime/models/password.ts";
import { endSessions } from "../../runtime/users/end-sessions.ts";
import { avatarOf, isSuperuser, uidOf } from "../../runtime/users/person.ts";
import { invalid } from "../errors.ts";
import { objectSchema } from "../openapi.ts";
import { FLAG, listOf, MOMENT, orNull, TEXT, UUID } from "../resources/description.ts";
import {
  fieldFilters,
  flagFilter,
  momentFilter,
  noRowsFilter,
  nullFilter,
  textFilter,
  textsFilter,
} from "../resources/filters.ts";
import { expectObject, readField } from "../resources/input.ts";
import {
  defineResource,
  type FieldRule,
  type Found,
  plainFields,
  type Resource,
} from "../resources/resource.ts";
import {
  addAction,
  addResource,
  find,
  jsonBody,
  read,
  recordChange,
  touch,
  write,
} from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { attributesFilter } from "./attributes-filter.ts";
import { PARTIAL_GROUP, partialGroup, ROLE } from "./people-view.ts";

const USER = "authentik_core.user";

/** No empty segments, and no slash at either end. */
const wellFormedPath: FieldRule = (value) => {
  const path = String(value);
  if (path.startsWith("/") || path.endsWith("/")) return "No leading or trailing slashes allowed.";
  return path.split("/").includes("") ? "No empty segments in user path allowed." : undefined;
};

/** `internal_service_account` is for authentik's own outposts: nobody becomes one or stops being one. */
const allowedType: FieldRule = (value, { existing }) => {
  const internal = "internal_service_account";
  if (existing?.type === internal && value !== internal) {
    return "Can't change internal service account to other user type.";
  }
  return existing === undefined && value === internal
    ? "Setting a user to internal service account is not allowed."
    : undefined;
};

const { groups: groupsByPk, ...own } = fieldFilters(USER, [
  "username",
  "email",
  "name",
  "is_active",
  "uuid",
  "path",
  "groups",
  "date_joined",
  "last_login",
  "last_updated",
]);

const later = (own: number, wanted: number): boolean => own > wanted;
const earlier = (own: number, wanted: number): boolean => own < wanted;

/** The users. */
export const USERS: Resource = defineResource({
  path: "/core/users/",
  models: [USER],
  object: "User",
  key: "id",
  writable: [
    "username",
    "name",
    "is_active",
    "last_login",
    "groups",
    "roles",
    "email",
    "attributes",
    "path",
    "type",
  ],
  required: ["name"],
  rules: { path: wellFormedPath, type: allowedType },
  putDefaults: { groups: [], roles: [] },
  filters: {
    ...own,
    path_startswith: textFilter((wanted) => ({ test: ({ row }) => String(row.path).startsWith(wanted) })),
    type: textsFilter((wanted) => ({ test: ({ row }) => wanted.includes(String(row.type)) })),
    is_superuser: flagFilter((wanted, view) => ({
      test: ({ row }) => isSuperuser(view.tx, row as unknown as Row<typeof USER>) === wanted,
    })),
    attributes: attributesFilter(USER),
    groups_by_pk: groupsByPk,
    groups_by_name: textsFilter((wanted, view) => {
      const groups = view.tx.list("authentik_core.group").filter(({ name }) => wanted.includes(name));
      return { test: ({ row }) => groups.some(({ pk }) => (row.groups as string[]).includes(pk)) };
    }),
    roles_by_pk: noRowsFilter({ type: "array", items: UUID }),
    roles_by_name: noRowsFilter({ type: "array", items: TEXT }),
    last_login__isnull: nullFilter("last_login"),
    last_login__gt: momentFilter("last_login", later),
    last_login__lt: momentFilter("last_login", earlier),
    date_joined__gt: momentFilter("date_joined", later),
    date_joined__lt: momentFilter("date_joined", earlier),
    last_updated__gt: momentFilter("last_updated", later),
    last_updated__lt: momentFilter("last_updated", earlier),
  },
  search: ["username", "name", "is_active", "email", "uuid"],
  ordering: ["username"],
  sortable: [
    "pk",
    "username",
    "name",
    "is_active",
    "last_login",
    "date_joined",
    "email",
    "path",
    "type",
    "uuid",
    "password_change_date",
    "last_updated",
  ],
  query: ["include_groups", "include_roles"].map((name) => ({ name, schema: FLAG })),
  computed: {
    date_joined: MOMENT,
    is_superuser: FLAG,
    groups_obj: orNull(listOf(PARTIAL_GROUP)),
    roles_obj: orNull(listOf(ROLE)),
    avatar: TEXT,
    uid: TEXT,
    uuid: UUID,
    password_change_date: MOMENT,
    last_updated: MOMENT,
  },
  show: showUser,
});

/** The users. */
export const usersArea: Area = (site) => async (api) => {
  addAction(
    api,
    "GET",
    "/core/users/paths/",
    "superuser",
    {
      description: "The paths that users have.",
      query: [{ name: "search", schema: TEXT }],
      answer: objectSchema({ paths: listOf(TEXT) }),
    },
    (request) => read(site, request, paths),
  );
  addResource(api, site, USERS);
  addAction(
    api,
    "POST",
    "/core/users/:id/set_password/",
    "superuser",
    { description: "Gives a user another password.", body: objectSchema({ password: TEXT }) },
    (request, reply) => setPassword(site, request, reply),
  );
};

/** A user as the API shows one. */
export function showUser(view: View, { row }: Found): JsonObject {
  const user = row as unknown as Row<typeof USER>;
  const groups = user.groups.flatMap((pk) => view.tx.get("authentik_core.group", pk) ?? []);
  return {
    ...plainFields(USERS, row),
    date_joined: user.date_joined,
    is_superuser: isSuperuser(view.tx, user),
    groups_obj: view.parameter("include_groups")?.toLowerCase() === "false" ? null : groups.map(partialGroup),
    roles_obj: view.parameter("include_roles")?.toLowerCase() === "false" ? null : [],
    avatar: avatarOf(user),
    uid: uidOf(user),
    uuid: user.uuid,
    password_change_date: user.password_change_date,
    last_updated: user.last_updated,
  };
}

/** The paths that users have, each once; `search` keeps those that have it in them. */
function paths(view: View): { paths: string[] } {
  const search = view.parameter("search") ?? "";
  const found = new Set(view.tx.list(USER).map(({ path }) => path));
  return { paths: [...found].filter((path) => path.includes(search)).sort() };
}

async function setPassword(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = expectObject(jsonBody(request));
  const given = readField(text({ trim: false }) as z.ZodType, body.password);
  await read(site, request, (view) => find(view, USERS, request));
  if ("faults" in given) throw invalid({ password: given.faults as string[] });
  const password = await passwordHash(given.value as string);
  await write(site, request, (tx, view) => {
    const found = find(view, USERS, request);
    const password_change_date = new Date(site.clock()).toISOString();
    tx.update(USER, found.row.pk, { password, password_change_date, ...touch(site, USER) });
    endSessions(tx, found.row.pk as number, request.session?.pk);
    recordChange(site, tx, request, "model_updated", found);
  });
  return reply.status(204).send();
}
