// What a plain scalar means: YAML 1.2's core schema, and YAML 1.1 as blueprints have it.
import {
  boolYaml11Tag,
  CORE_SCHEMA,
  floatCoreTag,
  floatYaml11Tag,
  intYaml11Tag,
  NOT_RESOLVED,
  nullYaml11Tag,
  type ScalarTagDefinition,
  strTag,
  type TagDefinition,
} from "js-yaml";

/** How scalars are understood. */
export class YamlSchema {
  readonly tags: readonly TagDefinition[];
  /** Whether `<<` merges a mapping into another, so that it may stand several times. */
  readonly merges: boolean;
  readonly #byName = new Map<string, ScalarTagDefinition>();
  /** By the first character that a scalar of theirs can have. */
  readonly #byFirst = new Map<string, ScalarTagDefinition[]>();

  constructor(tags: readonly TagDefinition[], merges: boolean) {
    this.tags = tags;
    this.merges = merges;
    for (const tag of tags) {
      if (tag.nodeKind !== "scalar") continue;
      this.#byName.set(tag.tagName, tag);
      if (!tag.implicit) continue;
      for (const first of tag.implicitFirstChars ?? [])
        this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), tag]);
    }
  }

  /** The value of a scalar that is written plainly. */
  implicit(source: string): unknown {
    for (const tag of this.#byFirst.get(source.charAt(0)) ?? NONE) {
      const value = tag.resolve(source, false, tag.tagName);
      if (value !== NOT_RESOLVED) return value;
    }
    return source;
  }

  /** The value of a scalar with one of YAML's own tags; undefined where there is no such tag, or the scalar is no such thing. */
  explicit(source: string, tagName: string): unknown {
    const value = this.#byName.get(tagName)?.resolve(source, true, tagName);
    return value === NOT_RESOLVED ? undefined : value;
  }
}

const NONE: readonly ScalarTagDefinition[] = [];

/** The library's tag, with what the scalar must not be. */
function except<T>(tag: ScalarTagDefinition<T>, isLeftOut: RegExp): ScalarTagDefinition<T> {
  return {
    ...tag,
    resolve: (source, isExplicit, name) =>
      isLeftOut.test(source) ? NOT_RESOLVED : tag.resolve(source, isExplicit, name),
  };
}

/** A number that JavaScript cannot hold is a number, nevertheless: 1e400. */
const float: ScalarTagDefinition<number> = {
  ...floatCoreTag,
  resolve(source, isExplicit, name) {
    const value = floatCoreTag.resolve(source, isExplicit, name);
    const isNumber = value === NOT_RESOLVED && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(source);
    return isNumber ? Number(source) : value;
  },
};

/** `!!float 1` is a float; a float that is written without digits before its point has no sign. */
const plainFloat11 = except(floatYaml11Tag, /:|^[-+]\.\d/);
const float11: ScalarTagDefinition<number> = {
  ...plainFloat11,
  resolve(source, isExplicit, name) {
    const value = plainFloat11.resolve(source, isExplicit, name);
    return isExplicit && value === NOT_RESOLVED ? intYaml11Tag.resolve(source, true, name) : value;
  },
};

/** YAML 1.2's core schema: suites, contexts, settings. */
export const CORE: YamlSchema = new YamlSchema([...CORE_SCHEMA.tags, float], false);

/**
 * YAML 1.1 as PyYAML reads it (`yes` and `off` are booleans, `y` is none), less its accidents: dates and times of day stay
 * text, and so do numbers to the base of 60.
 */
export const BLUEPRINT: YamlSchema = new YamlSchema(
  [
    strTag,
    nullYaml11Tag,
    except(boolYaml11Tag, /^[yn]$/i),
    except(intYaml11Tag, /:/),
    float11,
    { ...strTag, tagName: "tag:yaml.org,2002:timestamp" },
  ],
  true,
);
