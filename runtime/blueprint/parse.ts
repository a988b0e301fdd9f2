// Reading a blueprint's YAML: its shape is checked here, its tags are evaluated when it is applied.
//
// The text is YAML 1.1 as PyYAML reads it (`yes` and `off` are booleans), less its accidents: dates and times of day
// stay text. Nodes are kept with their places, so that whatever goes wrong later can be pointed at.
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type ScalarTag,
  type Tags,
  visit,
  type YAMLMap,
} from "yaml";
import { MODEL_NAMES } from "../models/registry.ts";
import { BlueprintError, closest, type Position, type Problem } from "./errors.ts";
import { modelsNamed } from "./lookup.ts";
import { TAGS } from "./tags.ts";

/** A node of the YAML tree; null where nothing was written. */
export type YamlNode = Node | null;

/** What an entry asks for. */
export const STATES = ["present", "created", "must_created", "absent"] as const;
/** What an entry asks for. */
export type State = (typeof STATES)[number];

/** One entry, as written. */
export interface BlueprintEntry {
  /** The whole entry. */
  readonly node: YAMLMap;
  readonly model: YamlNode;
  readonly state: YamlNode;
  /** The name that `!KeyOf` calls it by. */
  readonly id: string | undefined;
  readonly identifiers: YamlNode;
  readonly attrs: YamlNode;
  readonly conditions: readonly YamlNode[];
}

/** A blueprint whose form is right. */
export interface Blueprint {
  /** The file's name, as errors show it. */
  readonly file: string;
  readonly text: string;
  /** `metadata.name`; empty where there is none. */
  readonly name: string;
  /** `metadata.labels`. */
  readonly labels: ReadonlyMap<string, string>;
  /** The values of `context`, unevaluated. */
  readonly context: ReadonlyMap<string, YamlNode>;
  readonly entries: readonly BlueprintEntry[];
  /** What is understood but has no effect here. */
  readonly warnings: readonly Problem[];
  /** Where a node begins. */
  position(node: YamlNode | undefined): Position;
  /** The node that an alias (`*name`) stands for; any other node itself. */
  follow(node: YamlNode): YamlNode;
}

/** Longest text that is read, in characters. */
const LONGEST = 4 * 1024 * 1024;
const TOP_KEYS = ["version", "metadata", "context", "entries"];
const ENTRY_KEYS = ["model", "state", "id", "identifiers", "attrs", "conditions", "permissions"];

/** Settings of {@link parseBlueprint}. */
export interface ParseOptions {
  /** As errors show it. */
  readonly file?: string;
  /** Entries of models that Postern does not have: an error (default), or left for who applies the blueprint to report. */
  readonly unknownModels?: "error" | "skip";
}

/** Reads a blueprint. Throws {@link BlueprintError} with all problems of its form. */
export function parseBlueprint(text: string, options: ParseOptions = {}): Blueprint {
  const file = options.file ?? "blueprint";
  if (text.length > LONGEST) {
    const what = `the blueprint has ${text.length} characters; ${LONGEST} are the most that is read`;
    throw new BlueprintError(file, [{ line: 1, column: 1, what, hint: "split it" }]);
  }
  try {
    return new Parser(file, text, options.unknownModels === "skip").parse();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BlueprintError(file, [{ line: 1, column: 1, what: "the YAML is nested too deeply" }]);
  }
}

class Parser {
  readonly #file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #problems: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #targets = new Map<Alias, Node>();

  readonly #skipsUnknown: boolean;

  constructor(file: string, text: string, skipsUnknown: boolean) {
    this.#file = file;
    this.#text = text;
    this.#skipsUnknown = skipsUnknown;
  }

  parse(): Blueprint {
    const document = parseDocument(this.#text, {
      version: "1.1",
      lineCounter: this.#lines,
      prettyErrors: false,
      customTags: (tags) => pyYamlTags(tags),
    });
    for (const error of document.errors) {
      const { line, col } = this.#lines.linePos(error.pos[0]);
      const second = error.code === "MULTIPLE_DOCS";
      const message = second ? "a blueprint is one document, and here a second begins" : error.message;
      this.#problems.push({ line, column: col, what: `YAML: ${message.replace(/\.$/, "")}` });
    }
    this.#stop();
    const anchors = new Map<string, Node>();
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) this.#alias(node, anchors);
        else if (node.anchor !== undefined) anchors.set(node.anchor, node as Node);
        if (node.tag?.startsWith("!") === true && !TAGS.has(node.tag)) this.#unknownTag(node as Node);
      },
    });
    const root = this.#map(document.contents, "a blueprint");
    this.#stop();
    const blueprint = this.#root(root as YAMLMap);
    this.#stop();
    return blueprint;
  }

  #root(root: YAMLMap): Blueprint {
    const parts = this.#parts(root, TOP_KEYS, "a blueprint");
    const version = this.#follow(parts.get("version") ?? null);
    if (!isScalar(version) || version.value !== 1) {
      const hint = "a blueprint begins with: version: 1";
      this.#problem(parts.has("version") ? version : root, "Invalid blueprint version", hint);
    }
    const metadata = this.#optionalMap(parts.get("metadata"), "metadata");
    const name = this.#follow(metadata.get("name") ?? null);
    const labels = new Map<string, string>();
    for (const [key, value] of this.#optionalMap(metadata.get("labels"), "labels")) {
      const label = this.#follow(value);
      if (isScalar(label)) labels.set(key, String(label.value));
    }
    return {
      file: this.#file,
      text: this.#text,
      name: isScalar(name) ? String(name.value) : "",
      labels,
      context: this.#optionalMap(parts.get("context"), "context"),
      entries: this.#entries(root, parts.get("entries")),
      warnings: this.#warnings,
      position: (node) => this.#position(node),
      follow: (node) => this.#follow(node),
    };
  }

  #entries(root: YAMLMap, written: YamlNode | undefined): BlueprintEntry[] {
    const node = this.#follow(written ?? null);
    if (isSeq(node)) return node.items.flatMap((item) => this.#entry(item as YamlNode));
    if (isMap(node)) {
      return [...this.#optionalMap(node, "entries").values()].flatMap((list) => {
        const items = this.#follow(list);
        if (isSeq(items)) return items.items.flatMap((item) => this.#entry(item as YamlNode));
        this.#problem(items ?? node, "named entries have to be lists of entries");
        return [];
      });
    }
    this.#problem(node ?? root, "entries is missing, or is not a list", "list the objects under: entries:");
    return [];
  }

  #entry(written: YamlNode): BlueprintEntry[] {
    const node = this.#map(written, "an entry");
    if (node === undefined) return [];
    const parts = this.#parts(node, ENTRY_KEYS, "an entry");
    const model = this.#follow(parts.get("model") ?? null);
    if (model === null)
      this.#problem(node, "the entry has no model", "give it one: model: authentik_flows.flow");
    else if (isPlainText(model)) this.#modelName(model);
    const state = this.#follow(parts.get("state") ?? null);
    if (isPlainText(state) && !(STATES as readonly string[]).includes(state.value)) {
      const known = STATES.join(", ");
      this.#problem(state, `there is no state ${JSON.stringify(state.value)}`, `use one of: ${known}`);
    }
    const id = this.#follow(parts.get("id") ?? null);
    if (id !== null && (!isScalar(id) || id.tag?.startsWith("!"))) {
      this.#problem(id, "an entry's id has to be a plain text");
    }
    const conditions = this.#follow(parts.get("conditions") ?? null);
    if (conditions !== null && !isSeq(conditions)) this.#problem(conditions, "conditions have to be a list");
    const permissions = this.#follow(parts.get("permissions") ?? null);
    if (isSeq(permissions) && permissions.items.length > 0) {
      const what = "permissions have no effect: Postern has no permissions on objects";
      this.#warnings.push({ ...this.#position(permissions), what });
    }
    return [
      {
        node,
        model,
        state,
        id: isScalar(id) ? (id.source ?? String(id.value)) : undefined,
        identifiers: parts.get("identifiers") ?? null,
        attrs: parts.get("attrs") ?? null,
        conditions: isSeq(conditions) ? (conditions.items as YamlNode[]) : [],
      },
    ];
  }

  #modelName(model: Scalar<string>): void {
    if (this.#skipsUnknown && modelsNamed(model.value).length === 0) return;
    const found = modelProblem(model.value);
    if (found !== undefined) this.#problem(model, found.what, found.hint);
  }

  /** The values of a map's known keys; other keys are problems. */
  #parts(map: YAMLMap, known: readonly string[], what: string): Map<string, YamlNode> {
    const parts = new Map<string, YamlNode>();
    for (const pair of map.items as Pair<YamlNode, YamlNode>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      if (known.includes(key)) {
        parts.set(key, pair.value);
        continue;
      }
      const meant = closest(key, known);
      const hint = meant === undefined ? `known are: ${known.join(", ")}` : `did you mean ${meant}?`;
      this.#problem(pair.key ?? map, `${what} has no key ${JSON.stringify(key)}`, hint);
    }
    return parts;
  }

  #optionalMap(written: YamlNode | undefined, what: string): Map<string, YamlNode> {
    const values = new Map<string, YamlNode>();
    const map = written === undefined || written === null ? undefined : this.#map(written, what);
    for (const pair of (map?.items ?? []) as Pair<YamlNode, YamlNode>[]) {
      if (isScalar(pair.key)) values.set(String(pair.key.value), pair.value);
    }
    return values;
  }

  #map(written: YamlNode, what: string): YAMLMap | undefined {
    const node = this.#follow(written);
    if (isMap(node) && node.tag?.startsWith("!") !== true) return node;
    this.#problem(node ?? written, `${what} has to be a map of keys and values`);
    return undefined;
  }

  #alias(node: Alias, anchors: ReadonlyMap<string, Node>): void {
    const target = anchors.get(node.source);
    if (target === undefined)
      this.#problem(node, `there is no anchor &${node.source} before this *${node.source}`);
    else this.#targets.set(node, target);
  }

  #unknownTag(node: Node): void {
    const tag = node.tag as string;
    const meant = closest(tag, [...TAGS]);
    const hint = meant === undefined ? `known are: ${[...TAGS].join(" ")}` : `did you mean ${meant}?`;
    this.#problem(node, `there is no tag ${tag}`, hint);
  }

  #follow(node: YamlNode): YamlNode {
    let next = node;
    for (let hops = 0; isAlias(next) && hops < 100; hops += 1) next = this.#targets.get(next) ?? null;
    return next;
  }

  #position(node: YamlNode | undefined): Position {
    const value = node?.range?.[0] ?? 0;
    // A node's range begins after its tag; the tag is what people look for.
    const tag = node?.tag?.startsWith("!") === true ? this.#text.lastIndexOf(node.tag, value) : -1;
    const { line, col } = this.#lines.linePos(tag === -1 ? value : tag);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #problem(node: YamlNode, what: string, hint?: string): void {
    this.#problems.push({ ...this.#position(node), what, ...(hint === undefined ? {} : { hint }) });
  }

  #stop(): void {
    if (this.#problems.length > 0) throw new BlueprintError(this.#file, this.#problems);
  }
}

/** Models that are written by flows, logins and `postern token` only. */
const NOT_IN_BLUEPRINTS = new Set([
  "authentik_core.token",
  "authentik_events.event",
  "authentik_stages_authenticator_sms.smsdevice",
  "postern.flowsession",
  "postern.passwordcounter",
  "postern.session",
  "postern.smscounter",
]);

/** The models that an entry may have. */
export const KNOWN_MODELS = MODEL_NAMES.filter((name) => !NOT_IN_BLUEPRINTS.has(name));

/** Why an entry cannot have this model; nothing where it can. */
export function modelProblem(name: string): { what: string; hint: string } | undefined {
  const models = modelsNamed(name);
  if (models.length === 1 && models[0] === name.toLowerCase()) {
    if (!NOT_IN_BLUEPRINTS.has(models[0])) return undefined;
    return { what: `${name} cannot be in a blueprint`, hint: "its rows are made at work; remove the entry" };
  }
  const meant = closest(name, KNOWN_MODELS);
  const what = `Postern has no model ${JSON.stringify(name)}`;
  return meant === undefined
    ? { what, hint: `remove the entry; known are: ${KNOWN_MODELS.join(", ")}` }
    : { what, hint: `did you mean ${meant}?` };
}

function isPlainText(node: YamlNode): node is Scalar<string> {
  return isScalar(node) && typeof node.value === "string" && node.tag?.startsWith("!") !== true;
}

/** The tags of YAML 1.1 that PyYAML's safe loader and JSON have in common. */
function pyYamlTags(tags: Tags): Tags {
  const left = new Set(
    ["binary", "omap", "pairs", "set", "timestamp"].map((name) => `tag:yaml.org,2002:${name}`),
  );
  return tags.flatMap((tag): Tags => {
    if (typeof tag === "string") return [tag];
    if (left.has(tag.tag) || ("format" in tag && tag.format === "TIME")) return [];
    if (tag.tag !== "tag:yaml.org,2002:bool" || !("test" in tag)) return [tag];
    const yes = tag.identify?.(true) === true;
    const test = yes
      ? /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
      : /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
    return [{ ...tag, test } as ScalarTag];
  });
}
