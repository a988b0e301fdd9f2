// What can be asked of every input: the properties of `postern fuzz`, ready-made and as Python expressions.
import { PySyntaxError } from "../../engine/language/diagnostics.ts";
import { parseExpression } from "../../engine/language/parser.ts";
import type { Engine, ExpressionKind, JsonObject, JsonValue, Outcome } from "../../engine/types.ts";
import { closest } from "../../runtime/blueprint/errors.ts";
import { type Path, pathsOf, type Read } from "./reached.ts";

/** A property that cannot be asked; the message says what to write. */
export class PropertyError extends Error {
  override readonly name = "PropertyError";
}

/** An input for which the property does not hold. */
export interface Violation {
  readonly context: JsonObject;
  /** What happened, in one line. */
  readonly why: string;
  /** What a case about the input expects; it fails until the expression is mended. */
  readonly expect: JsonObject;
  /** What should hold, where no expectation can say it; then `expect` is what is so today. */
  readonly wish?: string;
}

/** Runs the expression on an input; `turn` changes clock and randomness. */
export type Evaluate = (context: JsonObject, turn?: number) => Promise<Outcome>;

/** A property, ready to be asked. */
export interface Property {
  readonly name: string;
  violation(context: JsonObject, evaluate: Evaluate): Promise<Violation | null>;
}

/** What properties are read against. */
export interface PropertySubject {
  readonly kind: ExpressionKind;
  readonly root: Read;
  readonly engine: Engine;
}

/** The ready-made ones, as they are written. */
export const READY_MADE: readonly string[] = [
  "never-raises",
  "deterministic",
  "ignores-whitespace:PATH",
  "denies-when-empty:PATH",
  "payload-has:KEY",
  "never-leaks:PATH",
];

/** Reads a property. Throws {@link PropertyError}. */
export function propertyOf(text: string, subject: PropertySubject): Property {
  const [, word = "", rest] = /^([a-z]+(?:-[a-z]+)*)(?::(.*))?$/s.exec(text.trim()) ?? [];
  const wanted = READY_MADE.find((each) => each.split(":")[0] === word);
  if (wanted === undefined) {
    if (word.includes("-")) {
      const near = closest(
        word,
        READY_MADE.map((each) => each.split(":")[0] as string),
      );
      const hint = near === undefined ? `there are ${READY_MADE.join(", ")}` : `did you mean ${near}?`;
      throw new PropertyError(
        `there is no property ${word}: ${hint}; anything else is a Python expression over input and verdict`,
      );
    }
    return custom(text, subject);
  }
  const takes = wanted.split(":")[1];
  if (takes === undefined && rest !== undefined)
    throw new PropertyError(`${word} takes nothing after it; write ${wanted}`);
  if (takes !== undefined && (rest ?? "") === "")
    throw new PropertyError(`${word} needs a ${takes.toLowerCase()}; write ${wanted}`);
  const argument = rest ?? "";
  if (word === "denies-when-empty" && subject.kind === "mapping")
    throw new PropertyError("denies-when-empty is about policies; a mapping denies nothing");
  if (word === "payload-has" && subject.kind === "policy")
    throw new PropertyError("payload-has is about mappings; a policy has no payload. Use --kind mapping");
  switch (word) {
    case "never-raises":
      return neverRaises;
    case "deterministic":
      return deterministic(subject.kind);
    case "ignores-whitespace":
      return ignoresWhitespace(text, pathNamed(argument, subject.root), subject.kind);
    case "denies-when-empty":
      return deniesWhenEmpty(text, pathNamed(argument, subject.root));
    case "payload-has":
      return payloadHas(text, argument);
    default:
      return neverLeaks(text, pathNamed(argument, subject.root), subject.kind);
  }
}

// ---- ready-made -----------------------------------------------------------------------------------

const neverRaises: Property = {
  name: "never-raises",
  async violation(context, evaluate) {
    const { error } = await evaluate(context);
    return error === undefined ? null : { context, why: `it raised ${errorText(error)}`, expect: {} };
  },
};

function deterministic(kind: ExpressionKind): Property {
  return {
    name: "deterministic",
    async violation(context, evaluate) {
      const first = await evaluate(context);
      for (const turn of [1, 2]) {
        const again = await evaluate(context, turn);
        if (same(first, again, kind)) continue;
        const why = `at another time, or with other randomness, it ${saying(again, kind)} in place of: it ${saying(first, kind)}`;
        return {
          context,
          why,
          expect: today(first, kind),
          wish: "the same at any time and with any randomness",
        };
      }
      return null;
    },
  };
}

function ignoresWhitespace(name: string, path: Path, kind: ExpressionKind): Property {
  return {
    name,
    async violation(context, evaluate) {
      const text = valueAt(context, path);
      if (typeof text !== "string") return null;
      const bare = text.replace(/\s+/g, "");
      const plain = await evaluate(withValue(context, path, bare));
      const half = bare.length >> 1;
      for (const spaced of [text, ` ${bare}`, `${bare} `, `${bare.slice(0, half)} ${bare.slice(half)}`]) {
        if (spaced === bare) continue;
        const changed = withValue(context, path, spaced);
        const outcome = await evaluate(changed);
        if (same(plain, outcome, kind)) continue;
        const why = `with ${JSON.stringify(spaced)} it ${saying(outcome, kind)}, with ${JSON.stringify(bare)} it ${saying(plain, kind)}`;
        return { context: changed, why, expect: today(plain, kind) };
      }
      return null;
    },
  };
}

function deniesWhenEmpty(name: string, path: Path): Property {
  return {
    name,
    async violation(context, evaluate) {
      for (const empty of ["", " ", null, undefined]) {
        const changed = withValue(context, path, empty);
        const outcome = await evaluate(changed);
        if (!outcome.passing) continue;
        const what = empty === undefined ? "is missing" : `is ${JSON.stringify(empty)}`;
        return {
          context: changed,
          why: `it passed although ${path.join(".")} ${what}`,
          expect: { passing: false },
        };
      }
      return null;
    },
  };
}

function payloadHas(name: string, key: string): Property {
  return {
    name,
    async violation(context, evaluate) {
      const outcome = await evaluate(context);
      if (outcome.error !== undefined)
        return { context, why: `it raised ${errorText(outcome.error)}`, expect: {} };
      const value = valueAt(outcome.result as JsonObject, key.split("."));
      if (value !== undefined && value !== null) return null;
      const why = `the payload has ${value === null ? "null for" : "no"} ${key}: ${outcome.resultJson}`;
      return { context, why, expect: today(outcome, "mapping"), wish: `the payload has ${key}` };
    },
  };
}

/** A text that no expression has by chance. */
const MARK = "s3cret-7Qx-0042";
function neverLeaks(name: string, path: Path, kind: ExpressionKind): Property {
  return {
    name,
    async violation(context, evaluate) {
      const own = valueAt(context, path);
      // Its own text too, where what is done with it depends on that.
      const secrets = typeof own === "string" ? [MARK, `${own}${MARK}`, `${MARK}${own}`] : [MARK];
      for (const secret of secrets) {
        const changed = withValue(context, path, secret);
        const outcome = await evaluate(changed);
        const { messages, logs, events, error } = outcome;
        const where = Object.entries({
          [kind === "mapping" ? "the payload" : "the result"]: outcome.result,
          "a message": messages,
          "the log": logs,
          "an event": events,
          "the error": error?.message ?? null,
        }).find(([, value]) => holds(value as JsonValue, MARK))?.[0];
        if (where === undefined) continue;
        const wish = `${path.join(".")} is not in ${where}`;
        return {
          context: changed,
          why: `${path.join(".")} is in ${where}`,
          expect: today(outcome, kind),
          wish,
        };
      }
      return null;
    },
  };
}
function holds(value: JsonValue | undefined, secret: string): boolean {
  if (typeof value === "string") return value.includes(secret);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, each]) => key.includes(secret) || holds(each, secret));
}

// ---- as Python ------------------------------------------------------------------------------------

/** Members of `input` and `verdict` can be written either way: `verdict.passing`, `verdict["passing"]`. */
const PRELUDE = `class Members(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
def members(value):
    if isinstance(value, dict):
        return Members({key: members(item) for key, item in value.items()})
    if isinstance(value, list):
        return [members(item) for item in value]
    return value
input, verdict = members(given["input"]), members(given["verdict"])
`;

function custom(text: string, { engine, kind }: PropertySubject): Property {
  try {
    // By itself, so that it is one expression.
    parseExpression(text.trim());
  } catch (error) {
    if (!(error instanceof PySyntaxError)) throw error;
    throw new PropertyError(
      `the property ${JSON.stringify(text)} is neither ready-made (${READY_MADE.join(", ")}) nor a Python expression: ${error.type}: ${error.message}`,
    );
  }
  const expression = engine.expression("property", `${PRELUDE}return bool(${text.trim()}\n)`, "expression");
  return {
    name: text,
    async violation(context, evaluate) {
      const outcome = await evaluate(context);
      const { passing, messages, logs, events, error, result } = outcome;
      const verdict = { passing, messages, logs, events, result, payload: result, error: error ?? null };
      const answer = await expression.run({ given: { input: context, verdict } as unknown as JsonObject });
      if (answer.error !== undefined) {
        throw new PropertyError(
          `the property ${JSON.stringify(text)} raised ${answer.error.type}: ${answer.error.message}\n  input: ${JSON.stringify(context)}`,
        );
      }
      if (answer.passing) return null;
      return {
        context,
        why: `it does not hold: it ${saying(outcome, kind)}`,
        expect: today(outcome, kind),
        wish: text,
      };
    },
  };
}

// ---- paths ----------------------------------------------------------------------------------------

/** The path that a text names: whole, or its last part. Throws {@link PropertyError} for what the expression does not read. */
export function pathNamed(text: string, root: Read): Path {
  const given = text.split(".");
  const all = pathsOf(root);
  const isRead = (path: Path): boolean => {
    let here = root;
    for (const name of path) {
      const next = here.members.get(name);
      // Below what is used as a whole anything may be read.
      if (next === undefined) return here.whole && here !== root;
      here = next;
    }
    return true;
  };
  if (isRead(given)) return given;
  const ending = all.filter((path) => path.join(".").endsWith(`.${text}`));
  if (ending.length === 1) return ending[0] as Path;
  const names = all.map((path) => path.join("."));
  if (ending.length > 1)
    throw new PropertyError(
      `${text} may be ${ending.map((path) => path.join(".")).join(" or ")}; write it whole`,
    );
  const near = closest(text, names);
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : names.length === 0
        ? "it reads nothing"
        : `it reads ${names.join(", ")}`;
  throw new PropertyError(`the expression does not read ${text}: ${hint}`);
}

function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let here = value;
  for (const name of path) {
    if (typeof here !== "object" || here === null || Array.isArray(here) || !Object.hasOwn(here, name))
      return undefined;
    here = here[name];
  }
  return here;
}
/** A copy with another value at the path; undefined takes the member away. */
function withValue(value: JsonObject, [name, ...rest]: Path, to: JsonValue | undefined): JsonObject {
  const key = name as string;
  if (rest.length === 0) {
    const { [key]: _, ...others } = value;
    return to === undefined ? others : { ...value, [key]: to };
  }
  const inner = value[key];
  const object = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
  return { ...value, [key]: withValue(object, rest, to) };
}

// ---- outcomes -------------------------------------------------------------------------------------

/** What decides: whether a policy passes, or what a mapping makes; and how it failed. */
function same(a: Outcome, b: Outcome, kind: ExpressionKind): boolean {
  if (a.error?.type !== b.error?.type) return false;
  return kind === "policy" ? a.passing === b.passing : a.resultJson === b.resultJson;
}
/** `passes`, `denies with "no"`, `raises KeyError: 'phone' in line 1`, `returns {"to": ""}` */
export function saying(outcome: Outcome, kind: ExpressionKind): string {
  if (outcome.error !== undefined) return `raises ${errorText(outcome.error)}`;
  if (kind !== "policy") return `returns ${outcome.resultJson}`;
  const { passing, messages } = outcome;
  const said =
    messages.length === 0 ? "" : ` with ${messages.map((message) => JSON.stringify(message)).join(", ")}`;
  return `${passing ? "passes" : "denies"}${said}`;
}
function errorText({ type, message, line }: NonNullable<Outcome["error"]>): string {
  return `${type}${message === "" ? "" : `: ${message}`}${line === undefined ? "" : ` in line ${line}`}`;
}
/** A case's expectation of just this outcome. */
export function today({ error, passing, messages, result }: Outcome, kind: ExpressionKind): JsonObject {
  const head: JsonObject = kind === "policy" ? { passing } : {};
  if (error !== undefined) return { ...head, error: error.type };
  return kind === "policy" ? { ...head, messages: [...messages] } : { payload: result };
}
