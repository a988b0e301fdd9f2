// Holds a value against a JSON Schema, as much of it as ours use, and says in an author's words what does not fit.
//
// The schema is the published one, so that an editor and the runner never disagree; a validator with all of JSON Schema, or zod,
// would take longer to load than the cases take to run.
import { closest } from "../../runtime/blueprint/errors.ts";

/** What of JSON Schema is understood. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
}

/** What does not fit, and where. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  /** It is the key at the end of the path, not its value. */
  readonly key: boolean;
  readonly what: string;
  readonly hint?: string;
}

/** Everything in `value` that does not fit the schema. */
export function misfits(value: unknown, schema: Schema): Misfit[] {
  return new Checker(schema).check(value, schema, []);
}

type Path = readonly (string | number)[];

class Checker {
  private readonly root: Schema;
  /** Schemas with what they refer to. */
  private readonly resolved: Map<Schema, Schema> = new Map();
  constructor(root: Schema) {
    this.root = root;
  }

  check(value: unknown, given: Schema, path: Path): Misfit[] {
    const schema = this.resolve(given);
    const misfit = (what: string, hint?: string): Misfit[] => [
      { path, key: false, what, ...(hint === undefined ? {} : { hint }) },
    ];
    if (schema.anyOf !== undefined) return this.checkAny(value, schema, path);
    if ("const" in schema && value !== schema.const)
      return misfit(`${named(value)} stands where only ${JSON.stringify(schema.const)} can`);
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const all = schema.enum.map(String);
      const near = typeof value === "string" ? closest(value, all) : undefined;
      const hint = near === undefined ? undefined : `did you mean ${near}?`;
      return misfit(`${named(value)} is none of ${all.join(", ")}`, hint);
    }
    if (schema.type !== undefined && !isOfType(value, schema.type))
      return misfit(
        `${named(value)} stands where ${this.wanted(schema)} is expected`,
        hintFor(value, schema),
      );
    if (typeof value === "string") {
      if (value.length < (schema.minLength ?? 0)) return misfit("the text is empty");
      if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value))
        return misfit(`${named(value)} does not fit ${schema.pattern}`);
    }
    if (typeof value === "number") {
      if (value < (schema.minimum ?? Number.NEGATIVE_INFINITY))
        return misfit(`${value} is less than ${schema.minimum}`);
      if (value > (schema.maximum ?? Number.POSITIVE_INFINITY))
        return misfit(`${value} is more than ${schema.maximum}`);
    }
    if (Array.isArray(value)) {
      if (value.length < (schema.minItems ?? 0)) return misfit("the list is empty");
      const { items } = schema;
      return items === undefined ? [] : value.flatMap((item, i) => this.check(item, items, [...path, i]));
    }
    return isObject(value) && !isRaw(value) ? this.checkObject(value, schema, path) : [];
  }

  private checkObject(value: Readonly<Record<string, unknown>>, schema: Schema, path: Path): Misfit[] {
    const { properties = {}, required = [], additionalProperties = true } = schema;
    const found: Misfit[] = [];
    for (const [key, item] of Object.entries(value)) {
      const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (own !== undefined) found.push(...this.check(item, own, [...path, key]));
      else if (additionalProperties === false) {
        const known = Object.keys(properties);
        const near = closest(key, known);
        const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
        found.push({ path: [...path, key], key: true, what: `there is no ${key} here`, hint });
      } else if (typeof additionalProperties === "object")
        found.push(...this.check(item, additionalProperties, [...path, key]));
    }
    for (const key of required) {
      if (Object.hasOwn(value, key)) continue;
      const about = this.resolve(properties[key] ?? {}).description;
      found.push({
        path,
        key: false,
        what: `${key} is missing`,
        ...(about === undefined ? {} : { hint: `${key}: ${about}` }),
      });
    }
    return found;
  }

  private checkAny(value: unknown, schema: Schema, path: Path): Misfit[] {
    let best: Misfit[] | undefined;
    let hasFittingType = false;
    for (const option of schema.anyOf ?? []) {
      const resolved = this.resolve(option);
      const found = this.check(value, resolved, path);
      if (found.length === 0) return [];
      const fits = resolved.type !== undefined && isOfType(value, resolved.type);
      // What is wrong inside says more than that it is something else.
      const isBetter =
        best === undefined ||
        (fits && !hasFittingType) ||
        (fits === hasFittingType && badness(found) < badness(best));
      if (isBetter) best = found;
      hasFittingType ||= fits;
    }
    // A text has nothing inside that could be wrong.
    if (hasFittingType && best !== undefined && typeof value !== "string") return best;
    const hints = (schema.anyOf ?? []).map((option) => hintFor(value, this.resolve(option)));
    const hint = hints.find((each) => each !== undefined);
    const what = `${named(value)} stands where ${this.wanted(schema)} is expected`;
    return [{ path, key: false, what, ...(hint === undefined ? {} : { hint }) }];
  }

  private resolve(schema: Schema): Schema {
    const { $ref } = schema;
    if ($ref === undefined) return schema;
    const known = this.resolved.get(schema);
    if (known !== undefined) return known;
    const found = this.root.$defs?.[$ref.slice("#/$defs/".length)];
    if (found === undefined) throw new Error(`the schema has no ${$ref}`);
    const { $ref: _followed, ...own } = schema;
    const whole = { ...this.resolve(found), ...own };
    this.resolved.set(schema, whole);
    return whole;
  }

  /** What a schema takes, in words. */
  private wanted(schema: Schema): string {
    if (schema.title !== undefined) return schema.title;
    if (schema.anyOf !== undefined)
      return schema.anyOf.map((option) => this.wanted(this.resolve(option))).join(" or ");
    return WORDS[schema.type ?? ""] ?? "something else";
  }
}

/** How little a value is of a form: keys that it does not know weigh most, unless they are like one that it does. */
function badness(found: readonly Misfit[]): number {
  return found.reduce(
    (sum, { key, hint }) => sum + (key && hint?.startsWith("did you mean") !== true ? 2 : 1),
    0,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  null: "null",
  number: "a number",
  object: "a mapping",
  string: "a text",
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
/** A number that keeps its digits. */
function isRaw(value: unknown): boolean {
  return JSON.isRawJSON(value);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number" || isRaw(value);
    case "object":
      return isObject(value) && !isRaw(value);
    default:
      return typeof value === type;
  }
}

function named(value: unknown): string {
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return "a list";
  if (isRaw(value)) return `the number ${JSON.stringify(value)}`;
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  const what =
    typeof value === "string" ? "the text" : typeof value === "number" ? "the number" : "the value";
  return `${what} ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
}

function hintFor(value: unknown, { type }: Schema): string | undefined {
  if (type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return `put it in quotes: "${value}"`;
  if (type === "boolean" && typeof value === "string" && /^(?:yes|no|on|off)$/i.test(value))
    return `YAML 1.2 has true and false, not ${value}`;
  if (type === "array" && typeof value !== "string") return "begin its line with `- `, or put it in [ ]";
  return undefined;
}
