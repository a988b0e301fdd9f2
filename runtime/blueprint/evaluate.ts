// Turning YAML nodes into values: aliases, merge keys and authentik's tags.
//
// Work is bounded by a budget that every node and every copied value is charged to, so neither aliases of aliases nor
// nested `!Enumerate` can blow up a small file. A number keeps its spelling (`+1234`, `007`) until it is known whether
// a text or a number is wanted.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { YamlMapping } from "../../yaml/tree.ts";
import { copyJson, Fault } from "../models/fields.ts";
import { BlueprintError } from "./errors.ts";
import { LookupError, modelsNamed } from "./lookup.ts";
import type { Blueprint, YamlNode } from "./parse.ts";
import { PercentFormatError, percentFormat } from "./percent-format.ts";
import { deepMerge, isTruthy, plain, Spelled, sizeOf, type Value } from "./values.ts";

/** What tags ask of their surroundings. */
export interface Surroundings {
  /** The pk of the applied entry with this id; a text that says why there is none. */
  keyOf(id: string): { readonly pk: string | number } | { readonly missing: string; readonly hint?: string };
  /** The first row of a model that meets the conditions, as JSON without its secrets. */
  find(model: string, conditions: readonly (readonly [string, JsonValue])[]): JsonObject | undefined;
  /** The caller's context; what the file's own `context` says is merged under it. */
  readonly context: JsonObject;
  readonly env: { readonly [name: string]: string | undefined };
  /** Reads a file for `!File`; absent: the tag is refused. Throws when the file cannot be read. */
  readonly readFile?: (path: string) => string;
}

/** Nodes and values that one application may evaluate. */
const BUDGET = 500_000;
const DEEPEST = 150;
const LONGEST_TEXT = 1024 * 1024;

/** Evaluates the nodes of one blueprint. All methods throw {@link BlueprintError} with the place. */
export class Evaluator {
  readonly #blueprint: Blueprint;
  readonly #surroundings: Surroundings;
  readonly #loops: { readonly index: Value; readonly value: Value }[] = [];
  #left = BUDGET;
  #depth = 0;

  constructor(blueprint: Blueprint, surroundings: Surroundings) {
    this.#blueprint = blueprint;
    this.#surroundings = surroundings;
  }

  /** The value of a node. */
  evaluate(node: YamlNode): Value {
    if (node === null) return null;
    this.#spend(node, 1);
    if (this.#depth >= DEEPEST) {
      throw this.#fail(
        node,
        `values are nested more than ${DEEPEST} levels deep`,
        "look for an alias within itself",
      );
    }
    this.#depth += 1;
    try {
      if (node.kind === "alias") return this.evaluate(this.#blueprint.follow(node));
      if (node.tag?.startsWith("!") === true) return this.#tag(node.tag, node);
      if (node.kind === "mapping") return this.#map(node);
      if (node.kind === "sequence") return node.items.map((item) => this.evaluate(item));
      return this.#scalar(node);
    } finally {
      this.#depth -= 1;
    }
  }

  #scalar(node: YamlNode): Value {
    if (node?.kind !== "scalar") throw this.#fail(node, "this cannot be a value");
    const { value } = node;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) {
      if (node.style === "plain" && node.source !== String(value)) {
        return new Spelled(value, node.source);
      }
      return value;
    }
    throw this.#fail(node, `${node.source} is not a value that JSON can hold`, "write it in quotes");
  }

  #map(node: YamlMapping): { [key: string]: Value } {
    const merged: { [key: string]: Value } = {};
    const own: { [key: string]: Value } = {};
    for (const pair of node.pairs) {
      if (isMergeKey(pair.key)) {
        // The first of several maps wins, as in PyYAML.
        for (const [key, item] of Object.entries(this.#merge(pair.value))) {
          if (!Object.hasOwn(merged, key)) merged[key] = item;
        }
        continue;
      }
      own[this.#key(pair.key)] = this.evaluate(pair.value);
    }
    return { ...merged, ...own };
  }

  #merge(node: YamlNode): { [key: string]: Value } {
    const value = this.evaluate(node);
    const merged: { [key: string]: Value } = {};
    for (const part of Array.isArray(value) ? value : [value]) {
      if (typeof part !== "object" || part === null || Array.isArray(part) || part instanceof Spelled) {
        throw this.#fail(node, "only maps can be merged with <<");
      }
      for (const [key, item] of Object.entries(part)) {
        if (!Object.hasOwn(merged, key)) merged[key] = item;
      }
    }
    return merged;
  }

  #key(node: YamlNode): string {
    const key = this.evaluate(node);
    const text = key instanceof Spelled ? key.source : String(key);
    if (typeof key === "object" && key !== null && !(key instanceof Spelled)) {
      throw this.#fail(node, "a key has to be a text");
    }
    if (text === "__proto__") throw this.#fail(node, 'the key "__proto__" is not allowed');
    return text;
  }

  #tag(tag: string, node: YamlNode): Value {
    switch (tag) {
      case "!KeyOf":
        return this.#keyOf(node);
      case "!Find":
        return this.#find(node)?.pk ?? null;
      case "!FindObject":
        return this.#find(node) ?? null;
      case "!Context":
        return this.#named(node, (name) => this.#context(name)) ?? null;
      case "!Env":
        return this.#named(node, (name) => this.#surroundings.env[name] || undefined) ?? null;
      case "!File":
        return this.#named(node, (path) => this.#file(node, path)) ?? null;
      case "!Format":
        return this.#format(this.#list(node, 1));
      case "!If":
        return this.#if(this.#list(node, 1, 3));
      case "!Condition":
        return this.#condition(this.#list(node, 2));
      case "!Enumerate":
        return this.#enumerate(this.#list(node, 3, 3));
      case "!Index":
        return this.#loop(node).index;
      case "!Value":
        return this.#loop(node).value;
      case "!AtIndex":
        return this.#atIndex(this.#list(node, 2, 3));
      case "!ParseJSON":
        return this.#parseJson(node);
      default:
        throw this.#fail(node, `there is no tag ${tag}`);
    }
  }

  #keyOf(node: YamlNode): Value {
    const id = this.#text(node);
    const found = this.#surroundings.keyOf(id);
    if ("missing" in found) throw this.#fail(node, `!KeyOf ${id}: ${found.missing}`, found.hint);
    return found.pk;
  }

  #find(node: YamlNode): JsonObject | undefined {
    const [model, ...rest] = this.#list(node, 2);
    const name = this.evaluate(model);
    if (typeof name !== "string" || modelsNamed(name).length === 0) {
      throw this.#fail(model, `Postern has no model ${JSON.stringify(plain(name))}`);
    }
    const conditions = rest.map((item): [string, JsonValue] => {
      const pair = this.#blueprint.follow(item);
      if (pair?.kind !== "sequence" || pair.items.length !== 2) {
        throw this.#fail(item, "a condition is a list of a field and a value", "write [slug, my-flow]");
      }
      const [field, value] = pair.items as readonly [YamlNode, YamlNode];
      return [this.#string(field), plain(this.evaluate(value))];
    });
    try {
      const row = this.#surroundings.find(name, conditions);
      if (row !== undefined) this.#spend(node, sizeOf(row));
      return row;
    } catch (error) {
      if (error instanceof LookupError) throw this.#fail(node, error.message);
      throw error;
    }
  }

  /** `!Tag name` or `!Tag [name, default]`. */
  #named(node: YamlNode, get: (name: string) => Value | undefined): Value | undefined {
    if (node?.kind !== "sequence") return get(this.#text(node));
    const [name, fallback] = this.#list(node, 1, 2);
    const value = get(this.#string(name));
    return value !== undefined || fallback === undefined ? value : this.evaluate(fallback);
  }

  #context(name: string): Value | undefined {
    const { context } = this.#blueprint;
    const given = Object.hasOwn(this.#surroundings.context, name)
      ? this.#surroundings.context[name]
      : undefined;
    const written = context.has(name) ? this.evaluate(context.get(name) ?? null) : undefined;
    if (given === undefined) return written;
    this.#spend(null, sizeOf(given));
    return written === undefined ? given : deepMerge(written, given);
  }

  #file(node: YamlNode, path: string): string | undefined {
    const { readFile } = this.#surroundings;
    if (readFile === undefined) {
      throw this.#fail(
        node,
        `!File ${path}: reading files is not allowed here`,
        "give the value with !Context",
      );
    }
    try {
      return readFile(path).trim();
    } catch {
      return undefined;
    }
  }

  #format(items: readonly YamlNode[]): string {
    const [format, ...values] = items;
    const arguments_ = values.map((item) => {
      const value = this.evaluate(item);
      return value instanceof Spelled && this.#string(format).includes("%s") ? value.source : plain(value);
    });
    try {
      const text = percentFormat(this.#string(format), arguments_);
      if (text.length > LONGEST_TEXT) throw new PercentFormatError("the text gets too long");
      return text;
    } catch (error) {
      if (!(error instanceof PercentFormatError)) throw error;
      throw this.#fail(
        format,
        `!Format: ${error.message}`,
        "each %s needs one argument; a percent sign is %%",
      );
    }
  }

  #if(items: readonly YamlNode[]): Value {
    const [condition, yes, no] = items;
    const holds = isTruthy(this.evaluate(condition));
    if (items.length === 1) return holds;
    return this.evaluate((holds ? yes : no) ?? null);
  }

  #condition(items: readonly YamlNode[]): boolean {
    const [mode, ...rest] = items;
    const truths = rest.map((item) => isTruthy(this.evaluate(item)));
    const odd = truths.filter(Boolean).length % 2 === 1;
    switch (this.#string(mode).toUpperCase()) {
      case "AND":
        return truths.every(Boolean);
      case "NAND":
        return !truths.every(Boolean);
      case "OR":
        return truths.some(Boolean);
      case "NOR":
        return !truths.some(Boolean);
      case "XOR":
        return odd;
      case "XNOR":
        return !odd;
      default:
        throw this.#fail(
          mode,
          "!Condition: the first item is not a mode",
          "use AND, NAND, OR, NOR, XOR or XNOR",
        );
    }
  }

  #enumerate(items: readonly YamlNode[]): Value {
    const [over, kind, body] = items;
    const value = this.evaluate(over);
    if (typeof value !== "object" || value === null || value instanceof Spelled) {
      throw this.#fail(over, "!Enumerate: only lists and maps can be gone through");
    }
    const mode = this.#string(kind).toUpperCase();
    if (mode !== "SEQ" && mode !== "MAP") {
      throw this.#fail(kind, "!Enumerate: the second item is neither SEQ nor MAP");
    }
    const steps: [Value, Value][] = Array.isArray(value)
      ? value.map((item, index) => [index, item])
      : Object.entries(value).map(([key, item]) => [key, [key, item]]);
    const results = steps.map(([index, item]) => {
      this.#loops.push({ index, value: item });
      try {
        return this.evaluate(body);
      } finally {
        this.#loops.pop();
      }
    });
    return mode === "SEQ" ? results : this.#mapOf(results, body);
  }

  #mapOf(results: readonly Value[], body: YamlNode): Value {
    const map: { [key: string]: Value } = {};
    for (const result of results) {
      if (Array.isArray(result) && result.length === 2) {
        const key = result[0] instanceof Spelled ? result[0].source : String(plain(result[0]));
        if (key === "__proto__") throw this.#fail(body, 'the key "__proto__" is not allowed');
        map[key] = result[1];
      } else if (
        typeof result === "object" &&
        result !== null &&
        !Array.isArray(result) &&
        !(result instanceof Spelled)
      ) {
        Object.assign(map, result);
      } else {
        throw this.#fail(body, "!Enumerate: with MAP, the body has to give [key, value] or a map");
      }
    }
    return map;
  }

  #loop(node: YamlNode): { index: Value; value: Value } {
    const depth = Number(this.#text(node));
    const found = Number.isInteger(depth) && depth >= 0 ? this.#loops.at(-1 - depth) : undefined;
    if (found === undefined) {
      const tag = `${node?.tag} ${this.#text(node)}`;
      throw this.#fail(node, `${tag}: there is no !Enumerate that far around it`, "0 is the innermost");
    }
    this.#spend(node, sizeOf(found.value));
    return found;
  }

  #atIndex(items: readonly YamlNode[]): Value {
    const [of, at, fallback] = items;
    const container = this.evaluate(of);
    const index = plain(this.evaluate(at));
    let found: Value | undefined;
    if (Array.isArray(container) && typeof index === "number") found = container.at(index);
    else if (typeof container === "object" && container !== null && !(container instanceof Spelled)) {
      const key = String(index);
      found = Object.hasOwn(container, key) ? (container as { [key: string]: Value })[key] : undefined;
    }
    if (found !== undefined) return found;
    if (items.length === 3) return this.evaluate(fallback);
    throw this.#fail(
      at,
      `!AtIndex: there is no element ${JSON.stringify(index)}`,
      "a third item is the default",
    );
  }

  #parseJson(node: YamlNode): Value {
    let value: unknown;
    try {
      value = JSON.parse(this.#text(node));
    } catch {
      throw this.#fail(node, "!ParseJSON: the text is not JSON");
    }
    const copy = copyJson(value, 0);
    if (copy instanceof Fault) throw this.#fail(node, `!ParseJSON: ${copy.message}`);
    this.#spend(node, sizeOf(copy));
    return copy;
  }

  /** The items of a tagged list. */
  #list(node: YamlNode, least: number, most = Number.POSITIVE_INFINITY): readonly YamlNode[] {
    const items = node?.kind === "sequence" ? node.items : [];
    if (items.length >= least && items.length <= most) return items;
    const count =
      most === least
        ? `${least}`
        : most === Number.POSITIVE_INFINITY
          ? `at least ${least}`
          : `${least} to ${most}`;
    throw this.#fail(node, `${node?.tag} takes a list of ${count} item${count === "1" ? "" : "s"}`);
  }

  /** The text of a tagged scalar. */
  #text(node: YamlNode): string {
    if (node?.kind === "scalar" && node.value !== null && String(node.value) !== "")
      return String(node.value);
    throw this.#fail(node, `${node?.tag} takes a text`);
  }

  #string(node: YamlNode): string {
    const value = this.evaluate(node);
    if (typeof value === "string") return value;
    throw this.#fail(node, "a text is wanted here");
  }

  #spend(node: YamlNode, amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) {
      throw this.#fail(
        node,
        `the blueprint unfolds to more than ${BUDGET} values`,
        "look for aliases of aliases",
      );
    }
  }

  #fail(node: YamlNode | undefined, what: string, hint?: string): BlueprintError {
    const place = this.#blueprint.position(node);
    return new BlueprintError(this.#blueprint.file, [
      { ...place, what, ...(hint === undefined ? {} : { hint }) },
    ]);
  }
}

function isMergeKey(node: YamlNode): boolean {
  return node?.kind === "scalar" && node.value === "<<" && node.style === "plain";
}
