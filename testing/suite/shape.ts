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
  const found: Misfit[] = [];
  new Checker(schema).check(value, schema, found);
  return found;
}

class Checker {
  private readonly root: Schema;
  /** Schemas with what they refer to. */
  private readonly resolved: Map<Schema, Schema> = new Map();
  /** Where the value that is looked at stands. */
  private readonly path: (string | number)[] = [];
  constructor(root: Schema) {
    this.root = root;
  }

  check(value: unknown, given: Schema, found: Misfit[]): void {
    const schema = this.resolve(given);
    if (schema.anyOf !== undefined) {
      this.checkAny(value, schema, found);
      return;
    }
    const misfit = this.misfit(value, schema);
    if (misfit !== undefined) found.push({ path: [...this.path], key: false, ...misfit });
    else if (Array.isArray(value)) {
      if (schema.items !== undefined)
        for (const [i, item] of value.entries()) this.checkAt(i, item, schema.items, found);
    } else if (isObject(value) && !isRaw(value)) this.checkObject(value, schema, found);
  }

  private checkAt(step: string | number, value: unknown, schema: Schema, found: Misfit[]): void {
    this.path.push(step);
    this.check(value, schema, found);
    this.path.pop();
  }

  /** What is wrong with a value, whatever is in it. */
  private misfit(value: unknown, schema: Schema): Pick<Misfit, "what" | "hint"> | undefined {
    if ("const" in schema && value !== schema.const)
      return { what: `${named(value)} stands where only ${JSON.stringify(schema.const)} can` };
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const all = schema.enum.map(String);
      const near = typeof value === "string" ? closest(value, all) : undefined;
      return { what: `${named(value)} is none of ${all.join(", ")}`, ...didYouMean(near) };
    }
    if (schema.type !== undefined && !isOfType(value, schema.type)) {
      const hint = hintFor(value, schema);
      const what = `${named(value)} stands where ${this.wanted(schema)} is expected`;
      return { what, ...(hint === undefined ? {} : { hint }) };
    }
    if (typeof value === "string") {
      if (value.length < (schema.minLength ?? 0)) return { what: "the text is empty" };
      if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value))
        return { what: `${named(value)} does not fit ${schema.pattern}` };
    }
    if (typeof value === "number") {
      if (value < (schema.minimum ?? Number.NEGATIVE_INFINITY))
        return { what: `${value} is less than ${schema.minimum}` };
      if (value > (schema.maximum ?? Number.POSITIVE_INFINITY))
        return { what: `${value} is more than ${schema.maximum}` };
    }
    if (Array.isArray(value) && value.length < (schema.minItems ?? 0)) return { what: "the list is empty" };
    return undefined;
  }

  private checkObject(value: Readonly<Record<string, unknown>>, schema: Schema, found: Misfit[]): void {
    const { properties = NONE, required, additionalProperties = true } = schema;
    for (const key of Object.keys(value)) {
      const item = value[key];
      const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (own !== undefined) this.checkAt(key, item, own, found);
      else if (additionalProperties === false) {
        const known = Object.keys(properties);
        const near = closest(key, known);
        const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
        found.push({ path: [...this.path, key], key: true, what: `there is no ${key} here`, hint });
      } else if (typeof additionalProperties === "object")
        this.checkAt(key, item, additionalProperties, found);
    }
    for (const key of required ?? []) {
      if (Object.hasOwn(value, key)) continue;
      const about = this.resolve(properties[key] ?? {}).description;
      found.push({
        path: [...this.path],
        key: false,
        what: `${key} is missing`,
        ...(about === undefined ? {} : { hint: `${key}: ${about}` }),
      });
    }
  }

  private checkAny(value: unknown, schema: Schema, into: Misfit[]): void {
    let best: Misfit[] | undefined;
    let hasFittingType = false;
    for (const option of schema.anyOf ?? []) {
      const resolved = this.resolve(option);
      const found: Misfit[] = [];
      this.check(value, resolved, found);
      if (found.length === 0) return;
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
    if (hasFittingType && best !== undefined && typeof value !== "string") {
      into.push(...best);
      return;
    }
    const hints = (schema.anyOf ?? []).map((option) => hintFor(value, this.resolve(option)));
    const hint = hints.find((each) => each !== undefined);
    const what = `${named(value)} stands where ${this.wanted(schema)} is expected`;
    into.push({ path: [...this.path], key: false, what, ...(hint === undefined ? {} : { hint }) });
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

const NONE: Readonly<Record<string, Schema>> = {};

function didYouMean(near: string | undefined): { hint?: string } {
  return near === undefined ? {} : { hint: `did you mean ${near}?` };
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
