// The user a flow deals with: found in the store, or still to be created.
import { hash } from "node:crypto";
import type { Change, JsonObject, JsonValue } from "../../engine/types.ts";
import { UserNotFound } from "../errors.ts";
import { applyChange } from "../flow/json-change.ts";
import { isObject } from "../flow/plan.ts";
import { modelOf } from "../models/registry.ts";
import { shapeRow } from "../models/validation.ts";
import type { Row, Snapshot } from "../store/contract.ts";
import { groupsWithAncestors, groupView } from "./groups.ts";

/** A user of the store, or (with pk null) one that is not saved yet. */
export type Person = Omit<Row<"authentik_core.user">, "pk"> & { readonly pk: number | null };

/** How an embedder names a user: a row (its `pk` counts), a username, or nobody. */
export type UserInput = { readonly pk: number } | string | null;

/** The stored user that the input means. Throws {@link UserNotFound}. */
export function findPerson(tx: Snapshot, input: UserInput): Person | null {
  if (input === null) return null;
  const row =
    typeof input === "string"
      ? tx.list("authentik_core.user", { username: input })[0]
      : tx.get("authentik_core.user", input.pk);
  if (row === undefined) throw new UserNotFound(typeof input === "string" ? input : input.pk);
  return row;
}

/**
 * The user under `pending_user` of a plan's context: the stored row with the pk that is kept there, with what policies
 * changed of it; or one that is not saved yet.
 */
export function pendingPerson(tx: Snapshot, context: JsonObject): Person | null {
  const reference = context.pending_user;
  if (!isObject(reference)) return null;
  const { pk, changes } = reference;
  if (pk === null && isObject(reference.values)) return reference.values as Person;
  if (typeof pk !== "number") return null;
  const person = findPerson(tx, { pk });
  if (person === null || !Array.isArray(changes)) return person;
  const changed = structuredClone(person) as unknown as JsonObject;
  for (const change of changes)
    applyChange(changed, change as unknown as Exclude<Change, { op: "redirect" }>);
  return { ...changed, pk, password: person.password, groups: person.groups, roles: person.roles } as Person;
}

/** A user that a policy made and nobody has saved, in the shape of a row. Throws ValidationError. */
export function unsavedPerson(values: JsonObject): JsonObject {
  const user = modelOf("authentik_core.user");
  const known = Object.entries(values).filter(
    ([name, value]) => Object.hasOwn(user.schema.shape, name) && !KEPT.includes(name) && value !== null,
  );
  return { ...shapeRow(user, Object.fromEntries(known)), pk: null };
}
/** What a policy cannot change of a user without saving them. */
const KEPT: readonly string[] = ["password", "groups", "roles"];

/** A user as expressions see one; never the password's hash. Null is the anonymous user. */
export function personView(tx: Snapshot, person: Person | null): JsonObject | null {
  if (person === null) return null;
  const { password: _secret, groups, roles: _roles, ...fields } = person;
  return {
    ...(fields as JsonObject),
    uid: uidOf(person),
    is_superuser: isSuperuser(tx, person),
    is_authenticated: true,
    is_anonymous: false,
    avatar: avatarOf(person),
    groups: groups.flatMap((pk): JsonValue[] => {
      const group = tx.get("authentik_core.group", pk);
      return group === undefined ? [] : [groupView(tx, group)];
    }),
  };
}

/** The user's id for other systems: always the same, and no clue to the pk. */
export function uidOf(person: Pick<Person, "uuid">): string {
  const { uuid } = person;
  if (lastUid?.uuid !== uuid) lastUid = { uuid, uid: hash("sha256", `postern:${uuid}`, "hex") };
  return lastUid.uid;
}

/** The id that was asked for last: one request asks several times. */
let lastUid: { readonly uuid: string; readonly uid: string } | undefined;

/** Whether any group of the user, or an ancestor of one, makes superusers. */
export function isSuperuser(tx: Snapshot, person: Person | null): boolean {
  return person !== null && groupsWithAncestors(tx, person).some((group) => group.is_superuser);
}

/** The picture of the name that was asked for last: one request asks several times. */
let lastAvatar: { readonly name: string; readonly avatar: string } | undefined;

/** A picture with the user's initials, as a data URI: nothing is fetched from elsewhere. */
export function avatarOf(person: Pick<Person, "name" | "username"> | null): string {
  const name = (person?.name || person?.username || "?").trim();
  if (lastAvatar?.name !== name) lastAvatar = { name, avatar: drawnAvatar(name) };
  return lastAvatar.avatar;
}

function drawnAvatar(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  const initials = picked.map((word) => [...word][0]?.toUpperCase() ?? "").join("");
  const safe = initials.replace(/[<>&"']/g, "");
  const hue = hash("sha256", name, "buffer")[0];
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">` +
    `<rect width="64" height="64" fill="hsl(${hue},45%,40%)"/>` +
    `<text x="50%" y="50%" dy=".1em" fill="#fff" font-family="sans-serif" font-size="26" ` +
    `text-anchor="middle" dominant-baseline="middle">${safe}</text></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}
