// An engine for tests of the runtime: "expressions" are functions, looked up by their source text.

import { ExpressionFailure, ExpressionSyntaxError } from "../../../engine/errors.ts";
import type {
  Change,
  Engine,
  EvaluateOptions,
  ExpressionError,
  JsonObject,
  JsonValue,
  LogEntry,
  Outcome,
  Verdict,
} from "../../../engine/types.ts";

/** What expressions see: as loosely typed as in Python. */
// biome-ignore lint/suspicious/noExplicitAny: fake expressions walk into their variables like Python code does.
export type Loose = any;

/** What a fake expression can do beside returning a value. */
export interface FakeHelpers {
  /** `ak_message` */
  message(text: string): void;
  /** `ak_create_event` */
  event(action: string, context: JsonObject): void;
  log(entry: LogEntry): void;
  /** Something it changed of its variables, as the sandbox reports it. */
  change(change: Change): void;
}

/** A fake expression. Throwing a {@link PythonError} is raising. A promise stands for an expression that takes long. */
export type FakeExpression = (
  variables: { [name: string]: Loose },
  helpers: FakeHelpers,
) => JsonValue | undefined | Promise<JsonValue | undefined>;

/** An exception of a fake expression. */
export class PythonError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Python's truth of a JSON value. */
function truthy(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

function repr(value: JsonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value);
}

/** Every evaluation, for tests that look at what expressions were given. */
export interface Call {
  readonly source: string;
  readonly variables: { [name: string]: Loose };
}

/** The fake, with its table of expressions and the calls it received. */
export interface FakeEngine extends Engine {
  readonly calls: Call[];
  readonly expressions: Map<string, FakeExpression>;
}

/** The source `;` is a syntax error; a source that is not in the table raises NameError. */
export function fakeEngine(table: { [source: string]: FakeExpression } = {}): FakeEngine {
  const expressions = new Map(Object.entries(table));
  const calls: Call[] = [];
  const compile = (name: string, source: string): void => {
    if (source !== ";") return;
    throw new ExpressionSyntaxError("SyntaxError", "invalid syntax", name, 2, 1, ";\n^");
  };
  const run = async (
    source: string,
    variables: JsonObject,
    options: EvaluateOptions = {},
  ): Promise<Outcome> => {
    // Expressions get a copy through JSON, as they do in the sandbox.
    const copy = JSON.parse(JSON.stringify(variables)) as { [name: string]: Loose };
    calls.push({ source, variables: copy });
    const messages: string[] = [];
    const logs: LogEntry[] = [];
    const events: JsonObject[] = [];
    const changes: Change[] = [];
    const helpers: FakeHelpers = {
      message: (text) => void messages.push(text),
      event: (action, context) => void events.push({ action, ...context }),
      log: (entry) => void logs.push(entry),
      change: (change) => void changes.push(change),
    };
    const base = { messages, logs, events, changes, steps: 1, durationMs: 0 };
    try {
      const expression = expressions.get(source);
      if (expression === undefined) throw new PythonError("NameError", `name '${source}' is not defined`);
      const result = (await expression(copy, helpers)) ?? null;
      return {
        ...base,
        ok: true,
        result,
        resultJson: JSON.stringify(result),
        repr: options.display && typeof result === "string" ? result : repr(result),
        passing: truthy(result),
        none: result === null,
      } as Outcome;
    } catch (raised) {
      if (!(raised instanceof PythonError)) throw raised;
      const { type, message } = raised;
      const error: ExpressionError = { type, message, line: 2, traceback: `Traceback: ${type}: ${message}` };
      const nothing = { result: null, resultJson: "null", repr: "None", passing: false, none: true };
      return { ...base, ...nothing, ok: false, error } as Outcome;
    }
  };
  return {
    calls,
    expressions,
    policy(name, source) {
      compile(name, source);
      return {
        name,
        source,
        async evaluate(context): Promise<Verdict> {
          const outcome = await run(source, context);
          const { events } = outcome as unknown as { events: JsonObject[] };
          return { ...outcome, rawResult: outcome.result, events };
        },
      };
    },
    mapping(name, source) {
      compile(name, source);
      return {
        name,
        source,
        async evaluate(context) {
          const outcome = await run(source, context);
          if (outcome.error !== undefined) throw new ExpressionFailure(name, outcome.error);
          return outcome.result;
        },
      };
    },
    expression(name, source, kind = "expression") {
      compile(name, source);
      return { name, source, kind, run: (context, options) => run(source, context, options) };
    },
    evaluateAll: (policies, context) => Promise.all(policies.map((policy) => policy.evaluate(context))),
    async close() {},
    async [Symbol.asyncDispose]() {},
  };
}
