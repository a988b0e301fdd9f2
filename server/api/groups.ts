// `/core/groups/`: the groups, their families and their members.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { Row, Snapshot, Transaction } from "../../runtime/index.ts";
import { integerReference, list } from "../../runtime/models/fields.ts";
import { ApiError, invalid } from "../errors.ts";
import { objectSchema } from "../openapi.ts";
import { FLAG, INTEGER, listOf, orNull, UUID } from "../resources/description.ts";
import { type Filter, FilterFault, fieldFilters, textsFilter } from "../resources/filters.ts";
import { expectObject } from "../resources/input.ts";
import { defineResource, type Found, plainFields, type Resource } from "../resources/resource.ts";
import { addAction, addResource, find, jsonBody, recordChange, touch, write } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { attributesFilter } from "./attributes-filter.ts";
import { numericPk, PARTIAL_USER, partialUser, RELATED_GROUP, ROLE, relatedGroup } from "./people-view.ts";

const GROUP = "authentik_core.group";
const USER = "authentik_core.user";
type Group = Row<typeof GROUP>;
type User = Row<typeof USER>;

const SHOWN_OF_FAMILY = [
  "include_users",
  "include_parents",
  "include_children",
  "include_inherited_roles",
].map((name) => ({ name, schema: FLAG }));

/** The groups. */
export const GROUPS: Resource = defineResource({
  path: "/core/groups/",
  models: [GROUP],
  object: "Group",
  key: "group_uuid",
  writable: ["name", "is_superuser", "parents", "attributes", "roles"],
  extras: { users: { field: list(integerReference()), write: setMembers } },
  putDefaults: { users: [] },
  filters: {
    ...fieldFilters(GROUP, ["name", "is_superuser"]),
    attributes: attributesFilter(GROUP),
    members_by_pk: membersFilter({ type: "integer" }, (user, wanted) => wanted.includes(String(user.pk))),
    members_by_username: membersFilter({ type: "string" }, (user, wanted) => wanted.includes(user.username)),
  },
  search: ["name", "is_superuser"],
  query: SHOWN_OF_FAMILY,
  itemQuery: SHOWN_OF_FAMILY,
  computed: {
    num_pk: INTEGER,
    parents_obj: orNull(listOf(RELATED_GROUP)),
    users: listOf(INTEGER),
    users_obj: orNull(listOf(PARTIAL_USER)),
    roles_obj: listOf(ROLE),
    inherited_roles_obj: orNull(listOf(ROLE)),
    children: listOf(UUID),
    children_obj: orNull(listOf(RELATED_GROUP)),
  },
  show: showGroup,
});

/** The groups. */
export const groupsArea: Area = (site) => async (api) => {
  addResource(api, site, GROUPS);
  for (const action of ["add_user", "remove_user"] as const) {
    addAction(
      api,
      "POST",
      `/core/groups/:group_uuid/${action}/`,
      "superuser",
      {
        description: action === "add_user" ? "Makes a user a member." : "Makes a user no member.",
        body: objectSchema({ pk: INTEGER }),
      },
      (request, reply) => changeMember(site, request, reply, action === "add_user"),
    );
  }
};

function showGroup(view: View, { row }: Found): JsonObject {
  const group = row as unknown as Group;
  const members = membersOf(view).get(group.pk) ?? [];
  const children = childrenOf(view).get(group.pk) ?? [];
  const parents = group.parents.flatMap((pk) => view.tx.get(GROUP, pk) ?? []);
  return {
    ...plainFields(GROUPS, row),
    num_pk: numericPk(group.pk),
    parents_obj: asked(view, "include_parents", false) ? parents.map(relatedGroup) : null,
    users: members.map(({ pk }) => pk),
    users_obj: asked(view, "include_users", true) ? members.map(partialUser) : null,
    roles_obj: [],
    inherited_roles_obj: asked(view, "include_inherited_roles", false) ? [] : null,
    children: children.map(({ pk }) => pk),
    children_obj: asked(view, "include_children", false) ? children.map(relatedGroup) : null,
  };
}

function asked(view: View, name: string, otherwise: boolean): boolean {
  const text = view.parameter(name);
  return text === undefined ? otherwise : text.toLowerCase() === "true";
}

/** The users that are directly in each group. */
function membersOf(view: View): ReadonlyMap<string, User[]> {
  return view.once("members", () => {
    const members = new Map<string, User[]>();
    for (const user of view.tx.list(USER)) {
      for (const group of user.groups) listed(members, group).push(user);
    }
    return members;
  });
}

function childrenOf(view: View): ReadonlyMap<string, Group[]> {
  return view.once("children", () => {
    const children = new Map<string, Group[]>();
    for (const group of view.tx.list(GROUP)) {
      for (const parent of group.parents) listed(children, parent).push(group);
    }
    return children;
  });
}

/** The list of a key, begun where there is none. */
function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

/** Groups with one of these members, each of which has to exist. */
function membersFilter(
  items: JsonObject,
  isWanted: (user: User, wanted: readonly string[]) => boolean,
): Filter {
  const { condition } = textsFilter((wanted, view) => {
    const users = view.tx.list(USER);
    for (const value of wanted) {
      if (users.some((user) => isWanted(user, [value]))) continue;
      throw new FilterFault(`Select a valid choice. ${value} is not one of the available choices.`);
    }
    const groups = new Set(users.filter((user) => isWanted(user, wanted)).flatMap((user) => user.groups));
    return { test: ({ row }) => groups.has(row.pk as string) };
  });
  return { schema: { type: "array", items }, condition };
}

/** Makes exactly these users the group's members. */
function setMembers(tx: Transaction, { row }: Found, value: JsonValue): void {
  const wanted = new Set(value as number[]);
  for (const pk of wanted) {
    if (tx.get(USER, pk) === undefined)
      throw invalid({ users: [`Invalid pk "${pk}" - object does not exist.`] });
  }
  for (const user of tx.list(USER)) setMember(tx, row.pk as string, user, wanted.has(user.pk));
}

function setMember(
  tx: Transaction,
  group: string,
  user: User,
  isMember: boolean,
  changed: object = {},
): void {
  if (user.groups.includes(group) === isMember) return;
  const groups = isMember ? [...user.groups, group] : user.groups.filter((pk) => pk !== group);
  tx.update(USER, user.pk, { groups, ...changed });
}

async function changeMember(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  isMember: boolean,
): Promise<FastifyReply> {
  await write(site, request, (tx, view) => {
    const found = find(view, GROUPS, request);
    const user = userNamed(tx, expectObject(jsonBody(request)).pk);
    setMember(tx, found.row.pk as string, user, isMember, touch(site, USER));
    recordChange(site, tx, request, "model_updated", found);
  });
  return reply.status(204).send();
}

function userNamed(tx: Snapshot, value: JsonValue | undefined): User {
  const pk = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  const user = typeof pk === "number" ? tx.get(USER, pk) : undefined;
  if (user !== undefined) return user;
  throw new ApiError(404, { detail: "Not found." });
}
