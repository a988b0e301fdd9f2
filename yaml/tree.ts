// YAML as a tree whose nodes know where they stand, made in one pass over the library's events.
import {
  type AliasEvent,
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
interface Open {
  readonly node: (YamlSequence | YamlMapping) & { end: number };
  readonly items: YamlNode[];
  readonly pairs: YamlPair[];
  /** A key whose value has not come yet. */
  key: YamlNode | undefined;
  /** The keys of a mapping that has many. */
  seen: Set<unknown> | undefined;
}

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
  const events = eventsOf(text);
  return Array.isArray(events) ? treeOf(text, events, schema) : new YamlDocument(text, null, [events]);
}

/** What the library's parser finds in a text, or what is wrong with it. */
export function eventsOf(text: string): Event[] | YamlProblem {
  try {
    return parseEvents(text, { maxDepth: DEEPEST });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return mistake(text, error);
  }
}

/** The tree of a text whose events these are. */
export function treeOf(text: string, events: readonly Event[], schema: YamlSchema): YamlDocument {
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

/** With so many pairs, a mapping's keys are kept in a set. */
const MANY = 8;

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
        case EVENT_ID.SCALAR:
          this.#scalar(event);
          break;
        case EVENT_ID.SEQUENCE:
        case EVENT_ID.MAPPING:
          this.#begin(event);
          break;
        case EVENT_ID.POP:
          this.#close();
          break;
        case EVENT_ID.ALIAS:
          this.#alias(event);
          break;
        case EVENT_ID.DOCUMENT:
          documents += 1;
          if (documents > 1) return this.#second();
          this.#handles = new Map(
            event.directives.flatMap((each) => (each.kind === "tag" ? [[each.handle, each.prefix]] : [])),
          );
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

  #scalar(event: ScalarEvent): void {
    const { valueStart, valueEnd, tagStart, tagEnd, anchorEnd } = event;
    const source = getScalarValue(this.#text, event);
    const style = STYLES[event.style] as ScalarStyle;
    const isQuoted = style === "single" || style === "double";
    const tag = tagStart === -1 ? undefined : this.#tagName(this.#text.slice(tagStart, tagEnd));
    const start =
      valueStart === -1 || style === "literal" || style === "folded"
        ? this.#startOf(event, style)
        : valueStart - (isQuoted ? 1 : 0);
    const end = valueStart === -1 ? start : valueEnd + (isQuoted ? 1 : 0);
    this.#end = Math.max(this.#end, end, tagEnd, anchorEnd);
    let value: unknown = source;
    if (tag === undefined) {
      if (style === "plain") value = this.#schema.implicit(source);
    } else if (!tag.startsWith("!")) value = this.#explicit(source, tag, tagStart);
    const node: YamlScalar = {
      kind: "scalar",
      start,
      end,
      tag,
      tagStart,
      isAnchored: event.anchorStart !== -1,
      style,
      source,
      value: value as YamlScalar["value"],
    };
    if (node.isAnchored) this.#anchor(event, node);
    this.#put(node);
  }

  #explicit(source: string, tag: string, offset: number): unknown {
    const value = this.#schema.explicit(source, tag);
    if (value !== undefined) return value;
    this.#problems.push({ offset, what: `Unresolved tag: ${tag}` });
    return source;
  }

  #tagName(written: string): string {
    if (written.startsWith("!<")) return decoded(written.slice(2, -1));
    const [handle = "!"] = /^!(?:[\w-]*!)?/.exec(written) ?? [];
    const prefix = this.#handles.get(handle) ?? (handle === "!!" ? "tag:yaml.org,2002:" : handle);
    return prefix + decoded(written.slice(handle.length));
  }

  /** A block's header and what was left out have no place of their own: they are behind what stands before them. */
  #startOf({ tagEnd, anchorEnd }: ScalarEvent, style: ScalarStyle): number {
    const from = Math.max(this.#end, tagEnd, anchorEnd);
    if (style !== "plain") return this.#behind(from, ":?-");
    if (tagEnd !== -1 || anchorEnd !== -1) return from;
    const into = this.#open.at(-1);
    const isValue = into?.node.kind === "mapping";
    const next = this.#behind(from, "");
    if ((isValue ? ":?" : "-").includes(this.#text.charAt(next) || " ")) return next + 1;
    return isValue ? (into?.key?.start ?? from) : from;
  }

  /** Where something comes that is neither white space nor a comment nor one of these characters. */
  #behind(from: number, also: string): number {
    const text = this.#text;
    for (let at = from; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (char === "#") while (at + 1 < text.length && !"\r\n".includes(text.charAt(at + 1))) at += 1;
      else if (!" \t\r\n".includes(char) && !also.includes(char)) return at;
    }
    return text.length;
  }

  #begin(event: SequenceEvent | MappingEvent): void {
    const { start, tagStart, tagEnd } = event;
    const isAnchored = event.anchorStart !== -1;
    const written = tagStart === -1 ? "!" : this.#text.slice(tagStart, tagEnd);
    const tag = written === "!" ? undefined : this.#tagName(written);
    const [items, pairs]: [YamlNode[], YamlPair[]] = [[], []];
    const isList = event.type === EVENT_ID.SEQUENCE;
    const node: Open["node"] = isList
      ? { kind: "sequence", start, end: start, tag, tagStart, isAnchored, items }
      : { kind: "mapping", start, end: start, tag, tagStart, isAnchored, pairs };
    if (tag !== undefined && !tag.startsWith("!") && tag !== `tag:yaml.org,2002:${isList ? "seq" : "map"}`)
      this.#problems.push({ offset: tagStart, what: `Unresolved tag: ${tag}` });
    this.#end = Math.max(this.#end, start);
    if (isAnchored) this.#anchor(event, node);
    this.#open.push({ node, items, pairs, key: undefined, seen: undefined });
    // What is in brackets begins behind one, unless it is the pair of `[key: value]`.
    if (event.style === COLLECTION_STYLE.FLOW && (isList || this.#text[start] === "{")) this.#end = start + 1;
  }

  #alias({ anchorStart, anchorEnd }: AliasEvent): void {
    const name = this.#text.slice(anchorStart, anchorEnd);
    const placed = {
      start: anchorStart - 1,
      end: anchorEnd,
      tag: undefined,
      tagStart: -1,
      isAnchored: false,
    };
    this.#end = anchorEnd;
    this.#put({ kind: "alias", ...placed, name, target: this.#anchors.get(name) });
  }

  #close(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    if ("[{".includes(this.#text.charAt(open.node.start))) {
      const bracket = this.#behind(this.#end, ",");
      if ("]}".includes(this.#text.charAt(bracket))) this.#end = bracket + 1;
    }
    open.node.end = this.#end;
    this.#put(open.node);
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): void {
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
  }

  #put(node: YamlNode): void {
    const into = this.#open.at(-1);
    if (into === undefined) this.#root = node;
    else if (into.node.kind === "sequence") into.items.push(node);
    else if (into.key === undefined) {
      into.key = node;
      this.#unique(into, node);
    } else {
      into.pairs.push({ key: into.key, value: node });
      into.key = undefined;
    }
  }

  #unique(into: Open, key: YamlNode): void {
    const name = this.#nameOf(key);
    const { pairs } = into;
    if (pairs.length >= MANY) into.seen ??= new Set(pairs.map((pair) => this.#nameOf(pair.key)));
    if (into.seen?.has(name) ?? pairs.some((pair) => this.#nameOf(pair.key) === name))
      this.#problems.push({ offset: key.start, what: DUPLICATE });
    into.seen?.add(name);
  }

  /** What a key must not share with others of its mapping. */
  #nameOf(key: YamlNode): unknown {
    if (key.kind !== "scalar") return key;
    return this.#schema.merges && key.value === "<<" && key.style === "plain" ? key : key.value;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
