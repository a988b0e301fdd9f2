// Where settings come from: what the caller gives, else the environment, else a YAML file, else the defaults.
import type { z } from "zod";
import { JsonReader } from "../yaml/json.ts";
import type { YamlDocument, YamlPair, YamlProblem } from "../yaml/tree.ts";

/** A settings file. */
export interface SettingsFile {
  /** As errors call it. */
  readonly name: string;
  /** YAML: a mapping from settings to values. */
  readonly text: string;
}

/** Where settings are looked for; the first source that has one wins. */
export interface SettingsSources {
  /** What the caller gives, under the settings' own names. */
  readonly given?: { readonly [name: string]: unknown };
  /** `POSTERN_BODY_LIMIT` is the setting `bodyLimit`; lists are separated by commas. */
  readonly env?: { readonly [name: string]: string | undefined };
  readonly file?: SettingsFile;
}

/** Settings that cannot be used: one line for each, with file, line and key, or the variable. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** The environment variable of a setting. */
export function variableOf(setting: string): string {
  return `POSTERN_${setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * The variables that are named like settings and are none. They may be meant for something else, a blueprint's `!Env` say;
 * or they are settings that are spelt wrongly, and have no effect.
 *
 * @param others that are known
 */
export function unknownVariables(
  schema: z.ZodObject,
  env: { readonly [name: string]: string | undefined },
  others: readonly string[] = [],
): string[] {
  const known = new Set([...Object.keys(schema.shape).map(variableOf), ...others]);
  return Object.keys(env).filter((name) => name.startsWith("POSTERN_") && !known.has(name));
}

/** Settings from their sources, checked. Values are never part of an error: they may be secrets. Throws {@link SettingsError}. */
export function loadSettings<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  sources: SettingsSources,
): z.output<z.ZodObject<S>> {
  const file = sources.file === undefined ? undefined : new FileSource(sources.file);
  const values: { [name: string]: unknown } = {};
  const places = new Map<string, string>();
  const broken = file?.broken ?? [];
  if (broken.length > 0) throw new SettingsError(broken);
  const problems = file?.unknown(Object.keys(schema.shape)) ?? [];
  for (const [name, field] of Object.entries(schema.shape)) {
    const variable = variableOf(name);
    const given = sources.given?.[name];
    const text = sources.env?.[variable];
    if (given !== undefined) {
      values[name] = given;
      places.set(name, name);
    } else if (text !== undefined && text !== "") {
      values[name] = fromText(text, kindOf(field as z.core.$ZodType));
      places.set(name, variable);
    } else if (file?.has(name) === true) {
      values[name] = file.value(name);
      places.set(name, `${file.place(name)}: ${name}`);
    }
  }
  const result = schema.safeParse(values);
  if (!result.success) {
    for (const { path, message } of result.error.issues) {
      const [name, ...rest] = path.map(String);
      const missing = `${name} (${variableOf(name ?? "")})`;
      problems.push(
        `${places.get(name ?? "") ?? missing}${rest.map((part) => `.${part}`).join("")}: ${message}`,
      );
    }
  }
  if (problems.length > 0 || !result.success) throw new SettingsError(problems);
  return result.data as z.output<z.ZodObject<S>>;
}

type Kind = "number" | "boolean" | "array" | "text";

/** What kind of value a setting takes, defaults and options taken off. */
function kindOf(field: z.core.$ZodType): Kind {
  const def = field._zod.def as { type: string; innerType?: z.core.$ZodType };
  if (def.innerType !== undefined) return kindOf(def.innerType);
  return def.type === "number" || def.type === "boolean" || def.type === "array" ? def.type : "text";
}

/** A variable's text as a value; one that does not fit stays a text, which the schema then refuses. */
function fromText(text: string, kind: Kind): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case "number":
      return /^-?\d+(?:\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
    case "boolean":
      return ["true", "1"].includes(trimmed) ? true : ["false", "0"].includes(trimmed) ? false : text;
    case "array":
      return trimmed.split(",").map((item) => item.trim());
    case "text":
      return text;
  }
}

/** A settings file and the lines of its keys. */
class FileSource {
  readonly #file: SettingsFile;
  readonly #document: YamlDocument;
  readonly #values: { readonly [name: string]: unknown };
  readonly #problems: readonly YamlProblem[];
  constructor(file: SettingsFile) {
    this.#file = file;
    const reader = new JsonReader({ number: ({ value }) => value, onlyTextKeys: false });
    const { tree, value, problems } = reader.read(file.text);
    this.#document = tree;
    this.#values = value as { readonly [name: string]: unknown };
    this.#problems = problems;
  }

  /** Why the file cannot be read, if it cannot. */
  get broken(): string[] {
    if (this.#problems.length > 0)
      return this.#problems.map(({ offset, what, hint }) => {
        const help = hint === undefined ? "" : ` (${hint})`;
        return `${this.#at(offset)}: ${what}${help}`;
      });
    const { root } = this.#document;
    if (root === null || root.kind === "mapping") return [];
    return [`${this.#file.name}:1: a mapping from settings to values is expected`];
  }

  /** Keys that are no settings. */
  unknown(known: readonly string[]): string[] {
    return this.#pairs().flatMap(({ key }) => {
      const name = key.kind === "scalar" ? key.source : "";
      if (known.includes(name)) return [];
      const list = `there is no such setting; the settings are ${known.join(", ")}`;
      return [`${this.#at(key.start)}: ${name}: ${list}`];
    });
  }

  has(name: string): boolean {
    return this.#pairs().length > 0 && Object.hasOwn(this.#values, name);
  }

  value(name: string): unknown {
    return this.#values[name];
  }

  /** Where the setting stands: `postern.yaml:3`. */
  place(name: string): string {
    const pair = this.#pairs().find(({ key }) => key.kind === "scalar" && key.value === name);
    return this.#at(pair?.key.start ?? 0);
  }

  #pairs(): readonly YamlPair[] {
    const { root } = this.#document;
    return root?.kind === "mapping" ? root.pairs : [];
  }

  #at(offset: number): string {
    return `${this.#file.name}:${this.#document.place(offset).line}`;
  }
}
