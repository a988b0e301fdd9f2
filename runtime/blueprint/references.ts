// What a blueprint's entries refer to, as it is written: `!KeyOf` and `!Find` are followed, nothing is evaluated.
import { valueIn } from "../../yaml/tree.ts";
import type { Blueprint, BlueprintEntry, YamlNode } from "./parse.ts";

/** What a reference names: its model, what to call it, and its entry where it stands in this blueprint. */
export interface Referred {
  readonly model: string;
  /** In quotes. */
  readonly name: string;
  readonly entry?: BlueprintEntry;
}

/** What a value refers to; undefined where that cannot be said. */
export function referred(blueprint: Blueprint, node: YamlNode): Referred | undefined {
  if (node?.kind === "scalar" && node.tag === "!KeyOf") {
    const entry = blueprint.entries.find(({ id }) => id === node.source);
    const model = entry === undefined ? undefined : modelOfEntry(blueprint, entry);
    if (entry === undefined || model === undefined) return undefined;
    const name = plainValue(fieldOf(blueprint, entry, "name"));
    return { model, entry, name: JSON.stringify(typeof name === "string" ? name : entry.id) };
  }
  if (node?.kind === "sequence" && node.tag === "!Find") {
    const [model, condition] = node.items.map((item) => blueprint.follow(item));
    const named =
      condition?.kind === "sequence" ? plainValue(blueprint.follow(condition.items[1] ?? null)) : undefined;
    const text = plainValue(model ?? null);
    return typeof text === "string" ? { model: text, name: JSON.stringify(named ?? text) } : undefined;
  }
  return undefined;
}

/** The model of an entry, where it is written as it is. */
export function modelOfEntry(blueprint: Blueprint, entry: BlueprintEntry): string | undefined {
  const model = plainValue(blueprint.follow(entry.model));
  return typeof model === "string" ? model : undefined;
}

/** A field of an entry's attributes or identifiers; null where it has none. */
export function fieldOf(blueprint: Blueprint, entry: BlueprintEntry, name: string): YamlNode {
  for (const part of [entry.attrs, entry.identifiers]) {
    const map = blueprint.follow(part);
    const value = map?.kind === "mapping" ? valueIn(map, name) : undefined;
    if (value !== undefined) return blueprint.follow(value);
  }
  return null;
}

/** The value of a scalar that is written as it is. */
export function plainValue(node: YamlNode): unknown {
  return node?.kind === "scalar" && node.tag?.startsWith("!") !== true ? node.value : undefined;
}
