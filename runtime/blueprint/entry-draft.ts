// An entry on its way into the store: its fields' values in shape, and where in the file each of them is written.
import type { JsonValue } from "../../engine/types.ts";
import type { Model } from "../models/model.ts";
import { type ModelName, modelOf } from "../models/registry.ts";
import { NON_FIELD, type ValidationError } from "../models/validation.ts";
import { closest, type Problem } from "./errors.ts";
import type { Blueprint, BlueprintEntry, YamlNode } from "./parse.ts";
import { plain, Spelled, type Value } from "./values.ts";

interface FieldSchema {
  safeParse(value: unknown): { success: boolean; data?: unknown };
}

/** An entry on its way into the store; knows where its fields are written. */
export class EntryDraft {
  readonly entry: BlueprintEntry;
  readonly name: ModelName;
  readonly model: Model;
  readonly #blueprint: Blueprint;

  constructor(blueprint: Blueprint, entry: BlueprintEntry, name: ModelName) {
    this.#blueprint = blueprint;
    this.entry = entry;
    this.name = name;
    this.model = modelOf(name);
  }

  hasField(field: string): boolean {
    const isMembers = field === "users" && this.name === "authentik_core.group";
    return field === "pk" || isMembers || Object.hasOwn(this.model.schema.shape, field);
  }

  problems(error: ValidationError): Problem[] {
    return error.issues.map(({ field, path, message }) =>
      this.problem(
        field,
        path,
        field === NON_FIELD ? `${this.name}: ${message}` : `${this.name}: ${field}: ${message}`,
      ),
    );
  }

  problem(field: string, path: readonly (string | number)[], what: string): Problem {
    const { key, value } = this.#written(field);
    const node =
      value === undefined ? (key ?? this.entry.node) : (this.#inner(value, path) ?? key ?? this.entry.node);
    const place = this.hasField(field) ? node : (key ?? node);
    const hint = this.#hint(field, value);
    return {
      ...this.#blueprint.position(place),
      what,
      model: this.name,
      field,
      ...(hint === undefined ? {} : { hint }),
    };
  }

  /** The place of an error within an expression that stands in the file as a literal block. */
  placeInText(
    field: string,
    error: { line?: unknown; column?: unknown },
  ): { line: number; column: number } | undefined {
    const node = this.#blueprint.follow(this.#written(field).value ?? null);
    if (node?.kind !== "scalar" || node.style !== "literal" || typeof error.line !== "number")
      return undefined;
    const line = this.#blueprint.position(node).line + error.line;
    const written = this.#blueprint.text.split("\n")[line - 1] ?? "";
    const content = String(node.value).split("\n")[error.line - 1] ?? "";
    const indent = Math.max(written.indexOf(content), 0);
    return { line, column: indent + (typeof error.column === "number" ? error.column : 1) };
  }

  #hint(field: string, value: YamlNode | undefined): string | undefined {
    if (!this.hasField(field)) {
      const meant = closest(field, Object.keys(this.model.schema.shape));
      return meant === undefined ? undefined : `did you mean ${meant}?`;
    }
    const node = value === undefined ? null : this.#blueprint.follow(value);
    if (node?.tag === "!Find") return "what !Find looks for is not there";
    const isPlainBoolean = node?.kind === "scalar" && typeof node.value === "boolean";
    return isPlainBoolean ? `to mean the text, write it in quotes: "${node.source}"` : undefined;
  }

  /** Where a field is written: in the identifiers, which count more, or in the attrs. */
  #written(field: string): { key?: YamlNode; value?: YamlNode } {
    for (const part of [this.entry.identifiers, this.entry.attrs]) {
      const map = this.#blueprint.follow(part);
      if (map?.kind !== "mapping") continue;
      for (const { key, value } of map.pairs) {
        if (key.kind === "scalar" && String(key.value) === field) return { key, value };
      }
    }
    return {};
  }

  #inner(value: YamlNode, path: readonly (string | number)[]): YamlNode {
    const node = this.#blueprint.follow(value);
    const [index] = path;
    if (typeof index === "number" && node?.kind === "sequence" && index < node.items.length) {
      return node.items[index] as YamlNode;
    }
    return value;
  }
}

/** A value as its field wants it: a text field takes a number as it is spelled. */
export function settle(model: Model, field: string, value: Value): JsonValue {
  if (!(value instanceof Spelled)) return plain(value);
  const shaped = shapeField(model, field, value.value);
  return typeof shaped === "string" ? value.source : value.value;
}

/** A value in its field's shape; as it is where it does not fit, for the whole row to be refused. */
export function shapeField(model: Model, field: string, value: JsonValue): JsonValue {
  const schema = model.schema.shape[field] as unknown as FieldSchema | undefined;
  const result = schema?.safeParse(value);
  return result?.success === true ? (result.data as JsonValue) : value;
}
