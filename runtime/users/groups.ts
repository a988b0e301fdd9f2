// Groups and their ancestry: a group with parents counts for its members as if they were in the parents too.
import type { JsonObject } from "../../engine/types.ts";
import type { Row, Snapshot } from "../store/contract.ts";
import type { Person } from "./person.ts";

type Group = Row<"authentik_core.group">;

/** The user's groups and all their ancestors, each once; cycles in the data end. */
export function groupsWithAncestors(tx: Snapshot, person: Person): Group[] {
  const found = new Map<string, Group>();
  const open = [...person.groups];
  for (let pk = open.pop(); pk !== undefined; pk = open.pop()) {
    if (found.has(pk)) continue;
    const group = tx.get("authentik_core.group", pk);
    if (group === undefined) continue;
    found.set(pk, group);
    open.push(...group.parents);
  }
  return [...found.values()];
}

/** A group as expressions see one, with its parents inside it. */
export function groupView(tx: Snapshot, group: Group, seen: readonly string[] = []): JsonObject {
  const path = [...seen, group.pk];
  return {
    pk: group.pk,
    name: group.name,
    is_superuser: group.is_superuser,
    attributes: group.attributes,
    parents: group.parents
      .filter((pk) => !path.includes(pk))
      .flatMap((pk) => {
        const parent = tx.get("authentik_core.group", pk);
        return parent === undefined ? [] : [groupView(tx, parent, path)];
      }),
  };
}
