// The JSON value of a YAML document.
import {
  constructFromEvents,
  defineMappingTag,
  EVENT_ID,
  type Event,
  mapTag,
  NOT_RESOLVED,
  Schema,
  YAMLException,
} from "js-yaml";
import type { JsonValue } from "../engine/types.ts";
import { DUPLICATE } from "./mistakes.ts";
import { CORE } from "./schema.ts";
import {
  eventsOf,
  treeOf,
  YamlDocument,
  type YamlMapping,
  type YamlNode,
  type YamlProblem,
  type YamlScalar,
} from "./tree.ts";

/** What a document may hold. */
export interface JsonOptions {
  /** A number as JSON has it; undefined where it cannot. */
  readonly number: (
    scalar: Pick<YamlScalar, "source" | "tag"> & { readonly value: number },
  ) => JsonValue | undefined;
  /** Whether keys have to be texts; else a number or boolean is a key as well, as its text. */
  readonly onlyTextKeys: boolean;
}

/** A document that was read as a JSON value. */
export class JsonDocument {
  /** Null where the text is empty. With problems, it is not to be used. */
  readonly value: JsonValue;
  readonly problems: readonly YamlProblem[];
  readonly #tree: () => YamlDocument;
  #made: YamlDocument | undefined;
  constructor(value: JsonValue, problems: readonly YamlProblem[], tree: () => YamlDocument) {
    this.value = value;
    this.problems = problems;
    this.#tree = tree;
  }

  /** Where everything stands; made when somebody asks. */
  get tree(): YamlDocument {
    this.#made ??= this.#tree();
    return this.#made;
  }
}

/** Reads documents of YAML 1.2 as JSON values. */
export class JsonReader {
  readonly #options: JsonOptions;
  #schema: Schema | undefined;
  constructor(options: JsonOptions) {
    this.#options = options;
  }

  /** Throws nothing: what is wrong is among the problems. */
  read(text: string): JsonDocument {
    const events = eventsOf(text);
    if (!Array.isArray(events))
      return new JsonDocument(null, [events], () => new YamlDocument(text, null, [events]));
    if (isPlain(events)) {
      this.#schema ??= schemaOf(this.#options);
      const value = quickly(text, events, this.#schema);
      if (value !== undefined) return new JsonDocument(value, [], () => treeOf(text, events, CORE));
    }
    const tree = treeOf(text, events, CORE);
    const { root, problems } = tree;
    if (root === null || problems.length > 0) return new JsonDocument(null, problems, () => tree);
    const maker = new JsonMaker(this.#options);
    return new JsonDocument(maker.value(root), maker.problems, () => tree);
  }
}

/** Whether a document has neither tags nor aliases. */
function isPlain(events: readonly Event[]): boolean {
  return events.every(
    (event) =>
      event.type === EVENT_ID.POP ||
      (event.type === EVENT_ID.DOCUMENT ? event === events[0] : "tagStart" in event && event.tagStart === -1),
  );
}

/**
 * The value that the library makes of a plain document, in half the time that the tree takes; undefined where anything is wrong
 * with it, or needs a second look: the tree's way says what, and is the one that decides.
 */
function quickly(source: string, events: Event[], schema: Schema): JsonValue | undefined {
  try {
    const [value = null] = constructFromEvents(events, { source, schema });
    return value as JsonValue;
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

/** The library's core schema for {@link quickly}: numbers as they are wanted, keys that are texts. */
function schemaOf({ number }: JsonOptions): Schema {
  const jsonMap = defineMappingTag("tag:yaml.org,2002:map", {
    ...mapTag,
    addPair: (map, key, value) =>
      typeof key === "string" ? mapTag.addPair(map, key, value) : "a key is no text",
  });
  const tags = CORE.tags.map((tag) => {
    if (tag.nodeKind !== "scalar" || !/:(?:int|float)$/.test(tag.tagName)) return tag;
    return {
      ...tag,
      resolve(source: string, isExplicit: boolean, name: string): unknown {
        const value: unknown = tag.resolve(source, isExplicit, name);
        if (value === NOT_RESOLVED) return value;
        const made = number({ value: value as number, source, tag: undefined });
        if (made === undefined) throw new YAMLException("a number that JSON cannot carry");
        return made;
      },
    };
  });
  return new Schema([...tags, jsonMap]);
}

/** What aliases may unfold to, all together: characters and nodes. As much as a context may have of JSON. */
const MOST_UNFOLDED = 4 * 1024 * 1024;

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
