// The inputs of a search: a fast-check arbitrary of contexts, made of what the expression reads and what it compares that with.
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { moment, type PromptField, promptData } from "../arbitraries/context.ts";
import { e164, phoneNumber } from "../arbitraries/phone.ts";
import { type Reached, type Read, STRUCTURES } from "./reached.ts";

/** What is known of the inputs beside the expression's own text. */
export interface Knowledge {
  /** A context whose shape is kept: its members are there, with values of their types. */
  readonly given?: JsonObject;
  /** The fields of the prompt before the expression. */
  readonly fields?: readonly PromptField[];
}

const SHORT = fc.string({ unit: fc.constantFrom(..."abcxyz019"), maxLength: 6 });
/** What is in every part of a context that authentik makes itself. */
const RECORDS: ReadonlySet<string> = new Set(["user", "device", "stage", "http_request", "brand", "request"]);
const BOOLEANS = /^(is_|has_|can_|confirmed$|creating$)/;
/** Members of authentik's records that are dates with times, and whether they may be missing (`last_login`: never yet). */
const MOMENTS: ReadonlyMap<string, boolean> = new Map([
  ["date_joined", false],
  ["password_change_date", false],
  ["last_login", true],
]);

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
const record = (
  values: Readonly<Record<string, fc.Arbitrary<JsonValue>>>,
  requiredKeys: readonly string[],
): fc.Arbitrary<JsonObject> =>
  fc.record(values, { requiredKeys: [...requiredKeys], noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

class Contexts {
  private readonly reached: Reached;
  private readonly fields: readonly PromptField[] | undefined;
  private readonly constants: fc.Arbitrary<string> | undefined;
  constructor(reached: Reached, fields: readonly PromptField[] | undefined) {
    this.reached = reached;
    this.fields = fields;
    this.constants = reached.texts.length === 0 ? undefined : fc.constantFrom(...reached.texts);
  }

  /** Texts: those the source names, as they are and with something around; its patterns' matches; what such a key holds. */
  text(key: string): fc.Arbitrary<string> {
    const usual: fc.Arbitrary<string> = /phone|mobile/i.test(key)
      ? phoneNumber()
      : /mail/i.test(key)
        ? SHORT.map((name) => `${name}@example.com`)
        : /addr|(^|_)ip$/i.test(key)
          ? fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("127.0.0.1"))
          : fc.oneof(SHORT, fc.string({ unit: "grapheme", maxLength: 10 }));
    if (/^(META|REMOTE_ADDR)$/.test(key))
      return fc.oneof(fc.constantFrom("127.0.0.1", "10.0.0.1"), fc.ipV4());
    const all: fc.WeightedArbitrary<string>[] = [
      { arbitrary: fc.constantFrom("", " "), weight: 1 },
      { arbitrary: usual, weight: 4 },
    ];
    const { constants } = this;
    if (constants !== undefined) {
      const tail = fc.oneof(
        SHORT,
        e164().map((number) => number.slice(4)),
      );
      const around = fc.tuple(constants, tail).map(([constant, more]) => constant + more);
      all.push(
        { arbitrary: constants, weight: 2 },
        { arbitrary: around, weight: 3 },
        { arbitrary: fc.tuple(tail, constants).map(([more, constant]) => more + constant), weight: 2 },
        { arbitrary: fc.tuple(constants, constants).map((two) => two.join("")), weight: 1 },
        {
          arbitrary: fc
            .tuple(around, fc.nat({ max: 12 }), fc.constantFrom(" ", "-", "\t", "\n"))
            .map(inserted),
          weight: 2,
        },
        { arbitrary: around.map((text) => text.toUpperCase()), weight: 1 },
      );
    }
    for (const pattern of this.reached.patterns) {
      const matching = matches(pattern);
      if (matching === undefined) continue;
      all.push(
        { arbitrary: matching, weight: 1 },
        { arbitrary: fc.tuple(SHORT, matching, SHORT).map((three) => three.join("")), weight: 1 },
      );
    }
    for (const length of this.reached.numbers.filter((number) => number > 0 && number <= 200)) {
      const long = fc.constantFrom(length - 1, length, length + 1).map((size) => "0".repeat(size));
      all.push({ arbitrary: long, weight: 1 });
    }
    return fc.oneof({ withCrossShrink: true }, ...all);
  }
  number(): fc.Arbitrary<number> {
    const near = this.reached.numbers.flatMap((number) => [number - 1, number, number + 1]);
    return fc.oneof({ withCrossShrink: true }, fc.constantFrom(0, 1, -1, ...near), fc.integer());
  }
  /** A value of the same type as one that was given. */
  like(given: JsonValue, key: string): fc.Arbitrary<JsonValue> {
    if (typeof given === "string" && MOMENTS.has(key)) return fc.oneof(moment(), fc.constant(given));
    if (typeof given === "string")
      return fc.oneof({ arbitrary: this.text(key), weight: 5 }, { arbitrary: fc.constant(given), weight: 1 });
    if (typeof given === "number") return this.number();
    if (typeof given === "boolean") return fc.boolean();
    return fc.constant(given);
  }
  /** A value of which nothing is known but its key. */
  unknown(key: string, loose: boolean): fc.Arbitrary<JsonValue> {
    if (BOOLEANS.test(key) || key === "is_sso") return fc.boolean();
    if (key === "pk") return fc.integer({ min: 1, max: 1000 });
    if (key === "groups") return this.groups();
    const isNullable = loose ? undefined : MOMENTS.get(key);
    if (isNullable !== undefined) return isNullable ? fc.option(moment()) : moment();
    if (!loose) return this.text(key);
    return fc.oneof(
      { withCrossShrink: true },
      { arbitrary: this.text(key), weight: 6 },
      { arbitrary: fc.constantFrom<JsonValue>(null, true, false, [], {}), weight: 1 },
      { arbitrary: this.number(), weight: 1 },
      { arbitrary: fc.array(this.text(key), { maxLength: 3 }), weight: 1 },
    );
  }
  private groups(): fc.Arbitrary<JsonValue> {
    const group = record({ name: this.text("name").map((name) => name || "x"), is_superuser: fc.boolean() }, [
      "name",
      "is_superuser",
    ]);
    return fc.uniqueArray(group, { maxLength: 3, selector: ({ name }) => name }) as fc.Arbitrary<JsonValue>;
  }

  /** An object with the members that are read, and those that were given. */
  object(read: Read, key: string, given: JsonObject | undefined, loose: boolean): fc.Arbitrary<JsonObject> {
    const values: Record<string, fc.Arbitrary<JsonValue>> = {};
    const always: string[] = [];
    for (const [name, value] of Object.entries(given ?? {})) {
      if (read.members.has(name)) continue;
      values[name] = read.whole ? this.like(value, name) : fc.constant(value);
      always.push(name);
    }
    if (read.whole && key === "user" && given === undefined) {
      for (const name of ["username", "email", "groups"]) {
        values[name] = this.unknown(name, false);
        always.push(name);
      }
    }
    for (const [name, next] of read.members) {
      const own = given === undefined ? undefined : given[name];
      values[name] = this.value(next, name, own, loose || name === "attributes");
      const isThere = own !== undefined || RECORDS.has(key) || ["prompt_data", "request"].includes(name);
      if (isThere || key === "") always.push(name);
    }
    return record(values, always);
  }
  private value(
    read: Read,
    key: string,
    given: JsonValue | undefined,
    loose: boolean,
  ): fc.Arbitrary<JsonValue> {
    if (key === "prompt_data" && this.fields !== undefined) return this.answers(read, this.fields);
    const isStructure = read.members.size > 0 || isObject(given);
    if (key !== "groups" && (isStructure || STRUCTURES.has(key)))
      return this.object(read, key, isObject(given) ? given : undefined, loose);
    return given === undefined || key === "groups" ? this.unknown(key, loose) : this.like(given, key);
  }
  /** What the stage keeps; its texts are often those of the source. */
  private answers(read: Read, fields: readonly PromptField[]): fc.Arbitrary<JsonObject> {
    const texts = fields.filter(
      ({ field_key, type = "text" }) =>
        ["text", "text_area", "hidden", "static"].includes(type) && read.members.has(field_key),
    );
    const better = record(
      Object.fromEntries(
        texts.map(({ field_key, required }) => [
          field_key,
          this.text(field_key).map((text) => (text === "" && required !== false ? "x" : text)),
        ]),
      ),
      [],
    );
    return fc.tuple(promptData({ fields }), better).map(([data, more]) => ({ ...data, ...more }));
  }
}

function inserted([text, place, what]: [string, number, string]): string {
  return text.slice(0, place) + what + text.slice(place);
}
function matches(pattern: RegExp): fc.Arbitrary<string> | undefined {
  try {
    const matching = fc.stringMatching(pattern, { maxLength: 40 });
    fc.sample(matching, { numRuns: 1, seed: 0 });
    return matching;
  } catch {
    // What fast-check cannot turn round, look-behind for instance; the source's other texts remain.
    return undefined;
  }
}

/** Contexts for an expression. They hold what it reads, and nothing else that is not known to be there. */
export function contexts(reached: Reached, { given, fields }: Knowledge = {}): fc.Arbitrary<JsonObject> {
  return new Contexts(reached, fields).object(reached.root, "", given, false);
}
