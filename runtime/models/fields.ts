// Field types of the models: what a value may be, how it is brought into shape, and DRF's texts when it may not.
//
// A field is a zod schema whose faults carry the code that DRF would give (`params.code`), with the texts of
// authentik's API (reference: "Standard validation texts"). Conversions are DRF's too: numbers become text in
// text fields, text is trimmed, booleans are understood in their usual spellings.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { refusedCharacter } from "./characters.ts";
import { isEmailAddress } from "./email-address.ts";
import { isoDateTime } from "./iso-date.ts";

/** A value that a field refuses: DRF's code and text. */
export class Fault {
  readonly code: string;
  readonly message: string;
  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** A model field: its zod schema. */
export type Field<T> = z.ZodType<T, T>;

/** What a field takes, as data; for filters and for descriptions of the API. */
export type FieldKind =
  | {
      readonly type: "text";
      readonly blank: boolean;
      readonly max: number | undefined;
      readonly format: "slug" | "email" | "duration" | undefined;
    }
  | { readonly type: "boolean" | "number" | "uuid" | "moment" | "json" | "object" }
  | { readonly type: "integer"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "choice"; readonly choices: readonly string[] }
  | { readonly type: "reference"; readonly key: "uuid" | "integer" }
  | { readonly type: "list"; readonly item: FieldShape };

/** A field's kind, and whether it may be null or left out. */
export interface FieldShape {
  readonly kind: FieldKind;
  readonly nullable: boolean;
  readonly optional: boolean;
}

const KINDS = new WeakMap<z.ZodType, FieldKind>();

/** The shape of a model's field. Throws TypeError for a schema that this file did not make. */
export function shapeOf(schema: z.ZodType): FieldShape {
  const kind = KINDS.get(schema);
  if (kind !== undefined) return { kind, nullable: false, optional: false };
  if (schema instanceof z.ZodNullable) return { ...shapeOf(schema.unwrap() as z.ZodType), nullable: true };
  if (schema instanceof z.ZodDefault) return { ...shapeOf(schema.unwrap() as z.ZodType), optional: true };
  throw new TypeError("the schema is none of a model's field");
}

/** Brings a value into shape, as a field's schema does; a {@link Fault} where that refuses it. */
export type Conversion = (value: unknown) => unknown;

const CONVERSIONS = new WeakMap<z.ZodType, Conversion>();

/**
 * What a field's schema does to a value that it takes, without zod, which costs five times as much. Of a value that is
 * refused the schema says more: all that is wrong, and where. Throws TypeError for a schema that this file did not make.
 */
export function conversionOf(schema: z.ZodType): Conversion {
  const conversion = CONVERSIONS.get(schema);
  if (conversion !== undefined) return conversion;
  if (schema instanceof z.ZodNullable) {
    const inner = conversionOf(schema.unwrap() as z.ZodType);
    return (value) => (value === null ? null : inner(value));
  }
  if (schema instanceof z.ZodDefault) {
    const inner = conversionOf(schema.unwrap() as z.ZodType);
    return (value) => (value === undefined ? schema.def.defaultValue : inner(value));
  }
  throw new TypeError("the schema is none of a model's field");
}

const REQUIRED = new Fault("required", "This field is required.");
const NULL = new Fault("null", "This field may not be null.");
const BLANK = new Fault("blank", "This field may not be blank.");

/** A field from its conversion, which answers with the value in shape or with a {@link Fault}. */
export function field<T>(
  convert: (value: unknown) => T | Fault,
  kind: FieldKind = { type: "json" },
): Field<T> {
  const conversion = (value: unknown): T | Fault =>
    value === undefined ? REQUIRED : value === null ? NULL : convert(value);
  const schema = z.unknown().transform((value, context) => {
    const result = conversion(value);
    if (!(result instanceof Fault)) return result;
    context.addIssue({
      code: "custom",
      message: result.message,
      params: { code: result.code },
      input: value,
    });
    return z.NEVER;
  }) as unknown as Field<T>;
  KINDS.set(schema, kind);
  CONVERSIONS.set(schema, conversion);
  return schema;
}

/** Settings of a {@link text} field. */
export interface TextOptions {
  /** The empty text is allowed. Default false. */
  readonly blank?: boolean;
  /** Longest text allowed, in characters. Default: any length. */
  readonly max?: number;
  /** Blanks at both ends are cut off. Default true. */
  readonly trim?: boolean;
  /** A further check; runs on texts that are not empty. */
  readonly check?: (text: string) => Fault | undefined;
  /** What the check holds it to, for descriptions. */
  readonly format?: "slug" | "email" | "duration";
}

/** A text; numbers become text. */
export function text(options: TextOptions = {}): Field<string> {
  const { blank = false, max, format } = options;
  return field(
    (value) => {
      if (typeof value !== "string" && typeof value !== "number") {
        return new Fault("invalid", "Not a valid string.");
      }
      const content = options.trim === false ? String(value) : String(value).trim();
      if (content.trim() === "" && options.blank !== true) return BLANK;
      if (content === "") return content;
      const refused = refusedCharacter(content);
      if (refused !== undefined) return new Fault(refused.code, refused.message);
      if (max !== undefined && content.length > max && [...content].length > max) {
        return new Fault("max_length", `Ensure this field has no more than ${max} characters.`);
      }
      return options.check?.(content) ?? content;
    },
    { type: "text", blank, max, format },
  );
}

/** Python source, kept as it is: trimming would take the indentation of the first line only. */
export function source(): Field<string> {
  return text({ trim: false });
}

/** A slug: letters, digits, underscore and hyphen. */
export function slug({ max }: Pick<TextOptions, "max"> = {}): Field<string> {
  return text({
    max,
    format: "slug",
    check: (content) =>
      /^[-a-zA-Z0-9_]+$/.test(content)
        ? undefined
        : new Fault(
            "invalid",
            "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
          ),
  });
}

/** An e-mail address, or the empty text. */
export function email(): Field<string> {
  return text({
    blank: true,
    max: 254,
    format: "email",
    check: (content) =>
      isEmailAddress(content) ? undefined : new Fault("invalid", "Enter a valid email address."),
  });
}

const TRUE = new Set<unknown>([true, 1, "1", "true", "t", "yes", "y", "on"]);
const FALSE = new Set<unknown>([false, 0, "0", "false", "f", "no", "n", "off"]);

/** A boolean, also as 1/0 and as the texts `true t yes y on 1` / `false f no n off 0` in usual capitalisations. */
export function flag(): Field<boolean> {
  return field(
    (value) => {
      const usual = typeof value === "string" && /^(?:[a-z01]+|[A-Z]+|[A-Z][a-z]+)$/.test(value);
      const key = usual ? value.toLowerCase() : value;
      if (TRUE.has(key)) return true;
      if (FALSE.has(key)) return false;
      return new Fault("invalid", "Must be a valid boolean.");
    },
    { type: "boolean" },
  );
}

/** A whole number within a database integer's range (32 bits), also as text. */
export function integer(minimum = -2147483648): Field<number> {
  return field(
    (value) => {
      const number =
        typeof value === "string" && /^\s*[-+]?\d+(?:\.0*)?\s*$/.test(value) ? Number(value) : value;
      if (typeof number !== "number" || !Number.isInteger(number)) {
        return new Fault("invalid", "A valid integer is required.");
      }
      if (number < minimum) {
        return new Fault("min_value", `Ensure this value is greater than or equal to ${minimum}.`);
      }
      if (number > 2147483647) {
        return new Fault("max_value", "Ensure this value is less than or equal to 2147483647.");
      }
      return number === 0 ? 0 : number;
    },
    { type: "integer", minimum, maximum: 2147483647 },
  );
}

/** A finite number, also as text. */
export function decimal(): Field<number> {
  return field(
    (value) => {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number)
        ? number
        : new Fault("invalid", "A valid number is required.");
    },
    { type: "number" },
  );
}

/** One of the given texts. */
export function choice<const C extends string>(choices: readonly C[]): Field<C> {
  return field(
    (value) => {
      const found = choices.find((candidate) => candidate === value);
      return found ?? new Fault("invalid_choice", `"${display(value)}" is not a valid choice.`);
    },
    { type: "choice", choices },
  );
}

/** A list; each item is checked by `item`. A row is referred to once; other items that occur again are kept. */
export function list<T>(item: Field<T>): Field<T[]> {
  const items = field((value) =>
    Array.isArray(value)
      ? (value as T[])
      : new Fault("not_a_list", `Expected a list of items but got type "${pythonType(value)}".`),
  );
  const shape = shapeOf(item);
  const kept = (values: T[]): T[] => (shape.kind.type === "reference" ? [...new Set(values)] : values);
  const checked = items.pipe(z.array(item) as unknown as Field<T[]>) as unknown as Field<T[]>;
  const schema = checked.transform(kept) as unknown as Field<T[]>;
  KINDS.set(schema, { type: "list", item: shape });
  const [listed, converted] = [conversionOf(items), conversionOf(item)];
  CONVERSIONS.set(schema, (value) => {
    const found = listed(value);
    if (found instanceof Fault) return found;
    const values = (found as unknown[]).map(converted);
    return values.find((item) => item instanceof Fault) ?? kept(values as T[]);
  });
  return schema;
}

const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** A UUID in its usual spelling (lower case, hyphens), or nothing where the text is not one. */
export function canonicalUuid(content: string): string | undefined {
  const parts = UUID.exec(content.trim());
  return parts === null ? undefined : parts.slice(1).join("-").toLowerCase();
}

/** A UUID. */
export function uuid(): Field<string> {
  return field(
    (value) =>
      (typeof value === "string" ? canonicalUuid(value) : undefined) ??
      new Fault("invalid", "Must be a valid UUID."),
    { type: "uuid" },
  );
}

/** The pk of a row of a model with UUID pks. Whether the row exists is checked by the store. */
export function reference(): Field<string> {
  return field(
    (value) => {
      if (typeof value !== "string" && typeof value !== "number") {
        return new Fault(
          "incorrect_type",
          `Incorrect type. Expected pk value, received ${pythonType(value)}.`,
        );
      }
      return canonicalUuid(String(value)) ?? new Fault("invalid", `“${value}” is not a valid UUID.`);
    },
    { type: "reference", key: "uuid" },
  );
}

/** The pk of a row of a model with integer pks (users). Whether the row exists is checked by the store. */
export function integerReference(): Field<number> {
  return field(
    (value) => {
      const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
      return typeof number === "number" && Number.isSafeInteger(number)
        ? number
        : new Fault("incorrect_type", `Incorrect type. Expected pk value, received ${pythonType(value)}.`);
    },
    { type: "reference", key: "integer" },
  );
}

/** Milliseconds since the epoch of a moment as ISO text, NaN where it is none. Without an offset it means UTC. */
export function momentOf(text: string): number {
  const moment = isoDateTime(text);
  return moment === undefined ? Number.NaN : Date.parse(moment);
}

/** Whether a text is a moment as it is kept; as nearly all are that rows are written with. */
function isKept(text: string): boolean {
  if (text.length !== KEPT_LENGTH) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}
const KEPT_LENGTH = "2026-01-31T12:00:00.000Z".length;

/** A moment as ISO text; kept in UTC with milliseconds (`2026-01-31T12:00:00.000Z`). */
export function moment(): Field<string> {
  return field(
    (value) => {
      if (typeof value === "string" && isKept(value)) return value;
      const time = typeof value === "string" ? momentOf(value) : Number.NaN;
      return Number.isNaN(time)
        ? new Fault(
            "invalid",
            "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
          )
        : new Date(time).toISOString();
    },
    { type: "moment" },
  );
}

const UNITS = "microseconds|milliseconds|seconds|minutes|hours|days|weeks";
const DURATION = new RegExp(`^(?:${UNITS})=-?\\d+(?:\\.\\d+)?(?:;(?:${UNITS})=-?\\d+(?:\\.\\d+)?)*;?$`);

/** Counted from now it leads to a year of four digits, as moments have in the store. */
const LONGEST_DAYS = 1_000_000;

/** A duration as authentik writes it: `unit=number` pairs joined by `;`, units microseconds to weeks. */
export function duration(): Field<string> {
  return text({
    format: "duration",
    check: (content) => {
      if (!DURATION.test(content)) {
        return new Fault("invalid", `${content} is not in the correct format of 'hours=3;minutes=1'.`);
      }
      return Math.abs(durationMs(content)) > LONGEST_DAYS * 86_400_000
        ? new Fault("invalid", `${content} is longer than ${LONGEST_DAYS} days; give a shorter time.`)
        : undefined;
    },
  });
}

const MILLISECONDS: { readonly [unit: string]: number } = {
  microseconds: 0.001,
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** The milliseconds of a {@link duration}. */
export function durationMs(content: string): number {
  const pairs = content.split(";").filter((pair) => pair !== "");
  return pairs.reduce((sum, pair) => {
    const [unit = "", number] = pair.split("=");
    return sum + (MILLISECONDS[unit] ?? 0) * Number(number);
  }, 0);
}

/** Any JSON value; kept as a copy. Refuses what JSON cannot carry and keys named `__proto__`. */
export function json(): Field<JsonValue> {
  return field((value) => copyJson(value, 0));
}

/** A JSON object; kept as a copy. */
export function jsonObject(): Field<JsonObject> {
  return field(
    (value) => {
      if (typeof value !== "object" || Array.isArray(value)) {
        return new Fault("invalid", "Value must be an object.");
      }
      return copyJson(value, 0) as JsonObject | Fault;
    },
    { type: "object" },
  );
}

const DEEPEST = 200;

/** A copy of a JSON value, or the fault that says why it is none. Depth is bounded, so cycles end too. */
export function copyJson(value: unknown, depth: number): JsonValue | Fault {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : new Fault("invalid", "Value must be valid JSON.");
  }
  if (typeof value !== "object") return new Fault("invalid", "Value must be valid JSON.");
  if (depth >= DEEPEST) return new Fault("invalid", `Value is nested more than ${DEEPEST} levels deep.`);
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      const copy = copyJson(item, depth + 1);
      if (copy instanceof Fault) return copy;
      items.push(copy);
    }
    return items;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return new Fault("invalid", "Value must be valid JSON.");
  }
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__") return new Fault("invalid", 'The key "__proto__" is not allowed.');
    if (item === undefined) continue;
    const copy = copyJson(item, depth + 1);
    if (copy instanceof Fault) return copy;
    object[key] = copy;
  }
  return object;
}

/** The name Python has for a JSON value's type, as DRF's texts use it. */
export function pythonType(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return typeof value === "string" ? "str" : "dict";
}

function display(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
