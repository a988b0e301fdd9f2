// YAML as a tree whose nodes know where they stand, made in one pass over the library's events.
import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from "js-yaml";
import { DUPLICATE, mistake } from "./mistakes.ts";
import type { YamlSchema } from "./schema.ts";

interface Placed {
  /** Where its content begins: a quote, a bracket, the `|` of a block; an offset into the text. */
  readonly start: number;
  /** Where its content ends. */
  readonly end: number;
  /** A tag's full name: `!Find`, `tag:yaml.org,2002:str`, `!` (a scalar is a text); undefined where there is none. */
  readonly tag: string | undefined;
  /** Where the tag begins; -1 where there is none. */
  readonly tagStart: number;
  /** Whether aliases can stand for it. */
  readonly isAnchored: boolean;
}

/** How a scalar is written. */
export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

/** A text, number, boolean or null. */
export interface YamlScalar extends Placed {
  readonly kind: "scalar";
  readonly style: ScalarStyle;
  /** What is written, without quotes, escapes and indentation. */
  readonly source: string;
  /** What that means by the schema. */
  readonly value: string | number | boolean | null;
}

/** A list. */
export interface YamlSequence extends Placed {
  readonly kind: "sequence";
  readonly items: readonly YamlNode[];
}

/** A key of a mapping and its value. */
export interface YamlPair {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** A mapping. */
export interface YamlMapping extends Placed {
  readonly kind: "mapping";
  readonly pairs: readonly YamlPair[];
}

/** `*name`. */
export interface YamlAlias extends Placed {
  readonly kind: "alias";
  readonly name: string;
  /** What it stands for; undefined where nothing before it has this anchor. */
  readonly target: YamlNode | undefined;
}

/** A node of the tree. What was left out (`key:`) is a scalar whose value is null. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping | YamlAlias;

/** What is wrong with a text. */
export interface YamlProblem {
  /** Where, an offset into the text. */
  readonly offset: number;
  readonly what: string;
  /** What to do. */
  readonly hint?: string;
}

/** Nested deeper, a text is not read. */
const DEEPEST = 1000;
/** What is told of a text that holds more than one document. */
export const SECOND_DOCUMENT = "a second document begins here, and one is read";

const STYLES: readonly ScalarStyle[] = ["plain", "plain", "single", "double", "literal", "folded"];

/** A list or mapping whose end has not come yet. */
type Open = { readonly isFlow: boolean } & (
  | { readonly node: YamlSequence & { end: number }; readonly items: YamlNode[] }
  | {
      readonly node: YamlMapping & { end: number };
      readonly pairs: YamlPair[];
      readonly seen: Set<unknown>;
      key: YamlNode | undefined;
    }
);

/** A text that was read as YAML. */
export class YamlDocument {
  readonly text: string;
  /** Null where the text is empty, or broken. */
  readonly root: YamlNode | null;
  /** In the order of the text. With any, the tree is not to be used. */
  readonly problems: readonly YamlProblem[];
  #lines: number[] | undefined;

  constructor(text: string, root: YamlNode | null, problems: readonly YamlProblem[]) {
    this.text = text;
    this.root = root;
    this.problems = problems;
  }

  /** Line and column of an offset, from 1. */
  place(offset: number): { line: number; column: number } {
    this.#lines ??= [0, ...this.text.matchAll(/\r\n?|\n/g).map((match) => match.index + match[0].length)];
    let [line, after] = [1, this.#lines.length + 1];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if ((this.#lines[middle - 1] as number) <= offset) line = middle;
      else after = middle;
    }
    return { line, column: offset - (this.#lines[line - 1] as number) + 1 };
  }
}

/** Reads one document. Throws nothing: what is wrong is among its problems. */
export function readYaml(text: string, schema: YamlSchema): YamlDocument {
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: DEEPEST });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return new YamlDocument(text, null, [mistake(text, error)]);
  }
  return new Builder(text, schema).build(events);
}

/** The value of a key; undefined where there is none. */
export function valueIn(mapping: YamlMapping, key: string): YamlNode | undefined {
  return mapping.pairs.find((pair) => pair.key.kind === "scalar" && pair.key.value === key)?.value;
}

/** A node and all within it in the order of the text, as they are written: an alias is not followed. */
export function* nodesOf(root: YamlNode): Generator<YamlNode> {
  const left = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    yield node;
    if (node.kind === "sequence") left.push(...node.items.toReversed());
    if (node.kind === "mapping") for (const { key, value } of node.pairs.toReversed()) left.push(value, key);
  }
}

/** What stands before a block's header, and before what was left out of a mapping or list. */
const BLOCK = /(?:[\s:?-]|#.*)*/y;
const COLON = /(?:\s|#.*)*[:?]/y;
const DASH = /(?:\s|#.*)*-/y;

class Builder {
  readonly #text: string;
  readonly #schema: YamlSchema;
  readonly #problems: YamlProblem[] = [];
  readonly #open: Open[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  #handles: ReadonlyMap<string, string> = new Map();
  #root: YamlNode | null = null;
  /** Where what was read last ends. */
  #end = 0;

  constructor(text: string, schema: YamlSchema) {
    this.#text = text;
    this.#schema = schema;
  }

  build(events: readonly Event[]): YamlDocument {
    let documents = 0;
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          documents += 1;
          if (documents > 1) return this.#second();
          this.#handles = new Map(
            event.directives.flatMap((each) => (each.kind === "tag" ? [[each.handle, each.prefix]] : [])),
          );
          break;
        case EVENT_ID.SCALAR:
          this.#scalar(event);
          break;
        case EVENT_ID.SEQUENCE: {
          const items: YamlNode[] = [];
          const node = { kind: "sequence" as const, ...this.#placed(event, event.start), items };
          this.#begin(event, { node, items, isFlow: event.style === COLLECTION_STYLE.FLOW });
          break;
        }
        case EVENT_ID.MAPPING: {
          const pairs: YamlPair[] = [];
          const node = { kind: "mapping" as const, ...this.#placed(event, event.start), pairs };
          const isFlow = event.style === COLLECTION_STYLE.FLOW;
          this.#begin(event, { node, pairs, isFlow, seen: new Set(), key: undefined });
          break;
        }
        case EVENT_ID.ALIAS: {
          const name = this.#text.slice(event.anchorStart, event.anchorEnd);
          this.#end = event.anchorEnd;
          this.#put({
            kind: "alias",
            start: event.anchorStart - 1,
            end: event.anchorEnd,
            tag: undefined,
            tagStart: -1,
            isAnchored: false,
            name,
            target: this.#anchors.get(name),
          });
          break;
        }
        case EVENT_ID.POP:
          this.#close();
      }
    }
    return new YamlDocument(this.#text, this.#root, this.#problems);
  }

  #second(): YamlDocument {
    const marker = /^---(?=\s|$)/gm;
    marker.lastIndex = this.#end;
    const offset = marker.exec(this.#text)?.index ?? this.#end;
    return new YamlDocument(this.#text, null, [...this.#problems, { offset, what: SECOND_DOCUMENT }]);
  }

  #placed(
    { tagStart, tagEnd, anchorStart, type }: ScalarEvent | SequenceEvent | MappingEvent,
    start: number,
  ): Placed & { end: number } {
    const written = tagStart === -1 ? "" : this.#text.slice(tagStart, tagEnd);
    const says = written !== "" && (written !== "!" || type === EVENT_ID.SCALAR);
    const tag = says ? this.#tagName(written) : undefined;
    return { start, end: start, tag, tagStart, isAnchored: anchorStart !== -1 };
  }

  #tagName(written: string): string {
    if (written.startsWith("!<")) return decoded(written.slice(2, -1));
    const [handle = "!"] = /^!(?:[\w-]*!)?/.exec(written) ?? [];
    const prefix = this.#handles.get(handle) ?? (handle === "!!" ? "tag:yaml.org,2002:" : handle);
    return prefix + decoded(written.slice(handle.length));
  }

  #scalar(event: ScalarEvent): void {
    const source = getScalarValue(this.#text, event);
    const style = STYLES[event.style] as ScalarStyle;
    const placed = this.#placed(event, this.#startOf(event, style));
    placed.end =
      event.valueStart === -1
        ? placed.start
        : event.valueEnd + (style === "single" || style === "double" ? 1 : 0);
    this.#end = Math.max(this.#end, placed.end, event.tagEnd, event.anchorEnd);
    let value: unknown = source;
    if (placed.tag !== undefined) {
      if (!placed.tag.startsWith("!")) value = this.#explicit(source, placed.tag, placed.tagStart);
    } else if (style === "plain") value = this.#schema.implicit(source);
    const node = { kind: "scalar" as const, ...placed, style, source, value: value as YamlScalar["value"] };
    this.#anchor(event, node);
    this.#put(node);
  }

  #explicit(source: string, tag: string, offset: number): unknown {
    const value = this.#schema.explicit(source, tag);
    if (value !== undefined) return value;
    this.#problems.push({ offset, what: `Unresolved tag: ${tag}` });
    return source;
  }

  #startOf({ valueStart, tagEnd, anchorEnd }: ScalarEvent, style: ScalarStyle): number {
    if (style === "single" || style === "double") return valueStart - 1;
    if (style === "plain" && valueStart !== -1) return valueStart;
    // A block's header and what was left out have no place of their own: behind what stands before them.
    const from = Math.max(this.#end, tagEnd, anchorEnd);
    if (style === "plain" && (tagEnd !== -1 || anchorEnd !== -1)) return from;
    const into = this.#open.at(-1);
    const isValue = into !== undefined && "key" in into;
    const before = style !== "plain" ? BLOCK : isValue ? COLON : DASH;
    before.lastIndex = from;
    if (before.test(this.#text)) return before.lastIndex;
    return isValue ? (into.key?.start ?? from) : from;
  }

  #begin(event: { anchorStart: number; anchorEnd: number }, open: Open): void {
    const { node } = open;
    const expected = node.kind === "sequence" ? "tag:yaml.org,2002:seq" : "tag:yaml.org,2002:map";
    if (node.tag !== undefined && !node.tag.startsWith("!") && node.tag !== expected)
      this.#problems.push({ offset: node.tagStart, what: `Unresolved tag: ${node.tag}` });
    this.#end = Math.max(this.#end, node.start);
    this.#anchor(event, node);
    this.#open.push(open);
  }

  #close(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    const { node, isFlow } = open;
    if (isFlow && /[[{]/.test(this.#text[node.start] as string)) {
      const between = /(?:[\s,]|#.*)*[\]}]/y;
      between.lastIndex = Math.max(this.#end, node.start + 1);
      if (between.test(this.#text)) this.#end = between.lastIndex;
    }
    node.end = this.#end;
    this.#put(node);
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): void {
    if (event.anchorStart !== -1)
      this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
  }

  #put(node: YamlNode): void {
    const into = this.#open.at(-1);
    if (into === undefined) this.#root = node;
    else if ("items" in into) into.items.push(node);
    else if (into.key === undefined) {
      into.key = node;
      this.#unique(into.seen, node);
    } else {
      into.pairs.push({ key: into.key, value: node });
      into.key = undefined;
    }
  }

  #unique(seen: Set<unknown>, key: YamlNode): void {
    if (key.kind !== "scalar" || (this.#schema.merges && key.value === "<<" && key.style === "plain")) return;
    if (seen.has(key.value)) this.#problems.push({ offset: key.start, what: DUPLICATE });
    seen.add(key.value);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
