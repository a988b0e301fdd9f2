// A suite's users and groups as expressions see them, and as rows of authentik's models.
import { createHash } from "node:crypto";
import type { JsonObject } from "../../engine/types.ts";
import type { GroupFixture, UserFixture } from "./schema.ts";

/** An id that is the same in every run. */
function stableUuid(name: string): string {
  const hex = createHash("sha256").update(`postern suite: ${name}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The people of a suite. */
export class People {
  private readonly groupFixtures: Readonly<Record<string, GroupFixture>>;
  private readonly userFixtures: Readonly<Record<string, UserFixture>>;
  constructor(
    users: Readonly<Record<string, UserFixture>> = {},
    groups: Readonly<Record<string, GroupFixture>> = {},
  ) {
    this.userFixtures = users;
    this.groupFixtures = groups;
  }

  hasUser(name: string): boolean {
    return Object.hasOwn(this.userFixtures, name);
  }
  hasGroup(name: string): boolean {
    return Object.hasOwn(this.groupFixtures, name);
  }

  /** A group with its parents. A group among its own ancestors is left out there. */
  group(name: string, below: readonly string[] = []): JsonObject {
    const { pk, is_superuser = false, attributes = {}, parents = [] } = this.groupFixtures[name] ?? {};
    return {
      pk: pk ?? stableUuid(`group ${name}`),
      name,
      is_superuser,
      attributes: attributes as JsonObject,
      parents: parents
        .filter((parent) => !below.includes(parent) && parent !== name)
        .map((parent) => this.group(parent, [...below, name])),
    };
  }
  /** A user by name. */
  user(name: string): JsonObject {
    const pk = Object.keys(this.userFixtures).indexOf(name) + 1;
    return this.inline({ pk, username: name, ...this.userFixtures[name] });
  }
  /** A user who stands in a case. */
  inline(fixture: UserFixture): JsonObject {
    const { groups = [], username = "", ...given } = fixture;
    const rows = groups.map((name) => this.group(name));
    return {
      pk: 1,
      username,
      name: username,
      email: "",
      is_active: true,
      type: "internal",
      path: "users",
      uuid: stableUuid(`user ${username}`),
      attributes: {},
      is_superuser: rows.some(isSuper),
      is_authenticated: true,
      is_anonymous: false,
      ...(given as JsonObject),
      groups: rows,
    };
  }
  get users(): JsonObject[] {
    return Object.keys(this.userFixtures).map((name) => this.user(name));
  }
  get groups(): JsonObject[] {
    return Object.keys(this.groupFixtures).map((name) => this.group(name));
  }
}

function isSuper(group: JsonObject): boolean {
  return group.is_superuser === true || (group.parents as JsonObject[]).some(isSuper);
}
