// The JSON value of a YAML document.
import type { JsonValue } from "../engine/types.ts";
import { DUPLICATE } from "./mistakes.ts";
import type { YamlDocument, YamlMapping, YamlNode, YamlProblem, YamlScalar } from "./tree.ts";

/** What a document may hold. */
export interface JsonOptions {
  /** A number as JSON has it; undefined where it cannot. */
  readonly number: (scalar: YamlScalar & { readonly value: number }) => JsonValue | undefined;
  /** Whether keys have to be texts; else a number or boolean is a key as well, as its text. */
  readonly onlyTextKeys: boolean;
}

/** What aliases may unfold to, all together: characters and nodes. As much as a context may have of JSON. */
const MOST_UNFOLDED = 4 * 1024 * 1024;

/** A document's value; null where it is empty. With problems, the value is not to be used. */
export function jsonOf(
  document: YamlDocument,
  options: JsonOptions,
): { readonly value: JsonValue; readonly problems: readonly YamlProblem[] } {
  const { root, problems } = document;
  if (root === null || problems.length > 0) return { value: null, problems };
  const maker = new JsonMaker(options);
  return { value: maker.value(root), problems: maker.problems };
}

class JsonMaker {
  readonly problems: YamlProblem[] = [];
  readonly #options: JsonOptions;
  /** What anchors stand for, once it is whole. */
  readonly #made = new Map<YamlNode, JsonValue>();
  readonly #sizes = new Map<YamlNode, number>();
  #unfolded = 0;

  constructor(options: JsonOptions) {
    this.#options = options;
  }

  value(node: YamlNode): JsonValue {
    const { tag } = node;
    if (tag?.startsWith("!") && tag !== "!") this.#problem(node.tagStart, `Unresolved tag: ${tag}`);
    const value = this.#value(node);
    if (node.isAnchored) this.#made.set(node, value);
    return value;
  }

  #value(node: YamlNode): JsonValue {
    switch (node.kind) {
      case "scalar":
        return typeof node.value === "number"
          ? this.#number(node as YamlScalar & { value: number })
          : node.value;
      case "sequence":
        return node.items.map((item) => this.value(item));
      case "mapping":
        return this.#mapping(node);
      case "alias": {
        const { target, name, start } = node;
        if (target === undefined) {
          this.#problem(start, `there is no anchor &${name} before this alias`);
          return null;
        }
        const value = this.#made.get(target);
        if (value === undefined) this.#problem(start, `the alias *${name} stands within what it stands for`);
        else if (this.problems.length === 0) {
          this.#unfolded += this.#sizeOf(target);
          if (this.#unfolded > MOST_UNFOLDED)
            this.#problem(start, `aliases unfold to more than ${MOST_UNFOLDED} characters`);
        }
        return value ?? null;
      }
    }
  }

  #number(scalar: YamlScalar & { value: number }): JsonValue {
    const value = this.#options.number(scalar);
    if (value === undefined)
      this.#problem(scalar.start, `${scalar.source} is not a number that JSON can carry`);
    return value ?? null;
  }

  #mapping(node: YamlMapping): JsonValue {
    const made: { [key: string]: JsonValue } = {};
    for (const { key, value } of node.pairs) {
      const name = this.#key(key);
      if (name !== undefined && Object.hasOwn(made, name)) this.#problem(key.start, DUPLICATE);
      const item = this.value(value);
      if (name === undefined) continue;
      if (name === "__proto__")
        Object.defineProperty(made, name, {
          value: item,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else made[name] = item;
    }
    return made;
  }

  #key(node: YamlNode): string | undefined {
    const { onlyTextKeys } = this.#options;
    if (node.kind === "scalar" && typeof node.value === "string") return this.value(node) as string;
    if (node.kind !== "scalar" || onlyTextKeys) {
      this.#problem(node.start, "a key must be a text", "put it in quotes");
      return undefined;
    }
    const value = this.value(node);
    return typeof value === "object" ? (value === null ? "" : JSON.stringify(value)) : String(value);
  }

  /** Characters and nodes that a node unfolds to. */
  #sizeOf(node: YamlNode): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    let size = 1;
    if (node.kind === "scalar") size += node.source.length;
    else if (node.kind === "sequence") for (const item of node.items) size += this.#sizeOf(item);
    else if (node.kind === "mapping")
      for (const { key, value } of node.pairs) size += this.#sizeOf(key) + this.#sizeOf(value);
    else if (node.target !== undefined) size += this.#sizeOf(node.target);
    if (node.isAnchored) this.#sizes.set(node, size);
    return size;
  }

  #problem(offset: number, what: string, hint?: string): void {
    this.problems.push({ offset, what, ...(hint === undefined ? {} : { hint }) });
  }
}
