// Reading a blueprint's YAML: its shape is checked here, its tags are evaluated when it is applied.
//
// The text is YAML 1.1 as PyYAML reads it (`yes` and `off` are booleans), less its accidents: dates and times of day
// stay text. Nodes are kept with their places, so that whatever goes wrong later can be pointed at.
import { BLUEPRINT } from "../../yaml/schema.ts";
import {
  nodesOf,
  readYaml,
  SECOND_DOCUMENT,
  type YamlAlias,
  type YamlDocument,
  type YamlMapping,
  type YamlScalar,
  type YamlNode as YamlTreeNode,
} from "../../yaml/tree.ts";
import { MODEL_NAMES } from "../models/registry.ts";
import { BlueprintError, closest, type Position, type Problem } from "./errors.ts";
import { modelsNamed } from "./lookup.ts";
import { TAGS } from "./tags.ts";

/** A node of the YAML tree; null where there is none. */
export type YamlNode = YamlTreeNode | null;

/** What an entry asks for. */
export const STATES = ["present", "created", "must_created", "absent"] as const;
/** What an entry asks for. */
export type State = (typeof STATES)[number];

/** One entry, as written. */
export interface BlueprintEntry {
  /** The whole entry. */
  readonly node: YamlMapping;
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
  return new Parser(file, text, options.unknownModels === "skip").parse();
}

class Parser {
  readonly #file: string;
  readonly #document: YamlDocument;
  readonly #problems: Problem[] = [];
  readonly #warnings: Problem[] = [];

  readonly #skipsUnknown: boolean;

  constructor(file: string, text: string, skipsUnknown: boolean) {
    this.#file = file;
    this.#document = readYaml(text, BLUEPRINT);
    this.#skipsUnknown = skipsUnknown;
  }

  parse(): Blueprint {
    for (const { offset, what, hint } of this.#document.problems) {
      const told = what === SECOND_DOCUMENT ? "a blueprint is one document, and here a second begins" : what;
      const help = hint === undefined ? {} : { hint };
      this.#problems.push({ ...this.#document.place(offset), what: `YAML: ${told}`, ...help });
    }
    this.#stop();
    const { root } = this.#document;
    for (const node of root === null ? [] : nodesOf(root)) {
      if (node.kind === "alias") this.#alias(node);
      if (node.tag?.startsWith("!") === true && !TAGS.has(node.tag)) this.#unknownTag(node, node.tag);
    }
    const map = this.#map(root, "a blueprint");
    this.#stop();
    const blueprint = this.#root(map as YamlMapping);
    this.#stop();
    return blueprint;
  }

  #root(root: YamlMapping): Blueprint {
    const parts = this.#parts(root, TOP_KEYS, "a blueprint");
    const version = this.#follow(parts.get("version") ?? null);
    if (version?.kind !== "scalar" || version.value !== 1) {
      const hint = "a blueprint begins with: version: 1";
      this.#problem(parts.has("version") ? version : root, "Invalid blueprint version", hint);
    }
    const metadata = this.#optionalMap(parts.get("metadata"), "metadata");
    const name = this.#follow(metadata.get("name") ?? null);
    const labels = new Map<string, string>();
    for (const [key, value] of this.#optionalMap(metadata.get("labels"), "labels")) {
      const label = this.#follow(value);
      if (label?.kind === "scalar") labels.set(key, String(label.value));
    }
    return {
      file: this.#file,
      text: this.#document.text,
      name: name?.kind === "scalar" ? String(name.value) : "",
      labels,
      context: this.#optionalMap(parts.get("context"), "context"),
      entries: this.#entries(root, parts.get("entries")),
      warnings: this.#warnings,
      position: (node) => this.#position(node),
      follow: (node) => this.#follow(node),
    };
  }

  #entries(root: YamlMapping, written: YamlNode | undefined): BlueprintEntry[] {
    const node = this.#follow(written ?? null);
    if (node?.kind === "sequence") return node.items.flatMap((item) => this.#entry(item));
    if (node?.kind === "mapping") {
      return [...this.#optionalMap(node, "entries").values()].flatMap((list) => {
        const items = this.#follow(list);
        if (items?.kind === "sequence") return items.items.flatMap((item) => this.#entry(item));
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
    if (id !== null && (id.kind !== "scalar" || id.tag?.startsWith("!"))) {
      this.#problem(id, "an entry's id has to be a plain text");
    }
    const conditions = this.#follow(parts.get("conditions") ?? null);
    if (conditions !== null && conditions.kind !== "sequence")
      this.#problem(conditions, "conditions have to be a list");
    const permissions = this.#follow(parts.get("permissions") ?? null);
    if (permissions?.kind === "sequence" && permissions.items.length > 0) {
      const what = "permissions have no effect: Postern has no permissions on objects";
      this.#warnings.push({ ...this.#position(permissions), what });
    }
    return [
      {
        node,
        model,
        state,
        id: id?.kind === "scalar" ? id.source : undefined,
        identifiers: parts.get("identifiers") ?? null,
        attrs: parts.get("attrs") ?? null,
        conditions: conditions?.kind === "sequence" ? conditions.items : [],
      },
    ];
  }

  #modelName(model: YamlScalar & { value: string }): void {
    if (this.#skipsUnknown && modelsNamed(model.value).length === 0) return;
    const found = modelProblem(model.value);
    if (found !== undefined) this.#problem(model, found.what, found.hint);
  }

  /** The values of a map's known keys; other keys are problems. */
  #parts(map: YamlMapping, known: readonly string[], what: string): Map<string, YamlNode> {
    const parts = new Map<string, YamlNode>();
    for (const pair of map.pairs) {
      const key = pair.key.kind === "scalar" ? String(pair.key.value) : "";
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
    for (const pair of map?.pairs ?? []) {
      if (pair.key.kind === "scalar") values.set(String(pair.key.value), pair.value);
    }
    return values;
  }

  #map(written: YamlNode, what: string): YamlMapping | undefined {
    const node = this.#follow(written);
    if (node?.kind === "mapping" && node.tag?.startsWith("!") !== true) return node;
    this.#problem(node ?? written, `${what} has to be a map of keys and values`);
    return undefined;
  }

  #alias({ target, name, start }: YamlAlias): void {
    if (target !== undefined) return;
    const what = `there is no anchor &${name} before this *${name}`;
    this.#problems.push({ ...this.#document.place(start), what });
  }

  #unknownTag(node: YamlNode, tag: string): void {
    const meant = closest(tag, [...TAGS]);
    const hint = meant === undefined ? `known are: ${[...TAGS].join(" ")}` : `did you mean ${meant}?`;
    this.#problem(node, `there is no tag ${tag}`, hint);
  }

  #follow(node: YamlNode): YamlNode {
    let next = node;
    for (let hops = 0; next?.kind === "alias" && hops < 100; hops += 1) next = next.target ?? null;
    return next;
  }

  #position(node: YamlNode | undefined): Position {
    if (node === null || node === undefined) return { line: 1, column: 1 };
    return this.#document.place(node.tag?.startsWith("!") === true ? node.tagStart : node.start);
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

function isPlainText(node: YamlNode): node is YamlScalar & { value: string } {
  return node?.kind === "scalar" && typeof node.value === "string" && node.tag?.startsWith("!") !== true;
}
