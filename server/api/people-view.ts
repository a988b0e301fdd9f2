// Users and groups as other objects show them.
import type { JsonObject } from "../../engine/types.ts";
import type { Row } from "../../runtime/index.ts";
import { uidOf } from "../../runtime/users/person.ts";
import { objectSchema, type Schema } from "../openapi.ts";
import { ANY_OBJECT, FLAG, INTEGER, MOMENT, orNull, TEXT, UUID } from "../resources/description.ts";

/** The schema of {@link partialUser}. */
export const PARTIAL_USER: Schema = objectSchema({
  pk: INTEGER,
  username: TEXT,
  name: TEXT,
  is_active: FLAG,
  last_login: orNull(MOMENT),
  email: TEXT,
  attributes: ANY_OBJECT,
  uid: TEXT,
});

/** The schema of {@link partialGroup}. */
export const PARTIAL_GROUP: Schema = objectSchema({
  pk: UUID,
  num_pk: INTEGER,
  name: TEXT,
  is_superuser: FLAG,
  attributes: ANY_OBJECT,
});

/** The schema of {@link relatedGroup}. */
export const RELATED_GROUP: Schema = objectSchema({
  pk: UUID,
  name: TEXT,
  is_superuser: FLAG,
  attributes: ANY_OBJECT,
  group_uuid: UUID,
});

/** The schema of a role; Postern has none. */
export const ROLE: Schema = objectSchema({ pk: UUID, name: TEXT });

/** A user in short. */
export function partialUser(user: Row<"authentik_core.user">): JsonObject {
  const { pk, username, name, is_active, last_login, email, attributes } = user;
  return { pk, username, name, is_active, last_login, email, attributes, uid: uidOf(user) };
}

/** A group in short. */
export function partialGroup(group: Row<"authentik_core.group">): JsonObject {
  const { pk, name, is_superuser, attributes } = group;
  return { pk, num_pk: numericPk(pk), name, is_superuser, attributes };
}

/** A group as its relatives show it. */
export function relatedGroup(group: Row<"authentik_core.group">): JsonObject {
  const { pk, name, is_superuser, attributes } = group;
  return { pk, name, is_superuser, attributes, group_uuid: pk };
}

/** A number for systems that know groups by numbers only: the first nine decimal digits of the UUID's value. */
export function numericPk(uuid: string): number {
  return Number(String(BigInt(`0x${uuid.replaceAll("-", "")}`)).slice(0, 9));
}
