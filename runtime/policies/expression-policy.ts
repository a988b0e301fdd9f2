// Runs one expression policy and turns whatever happens, errors and timeouts included, into a plain answer.

import { ExpressionSyntaxError } from "../../engine/errors.ts";
import { expressionPlaces, type Site } from "../../engine/index.ts";
import type { Engine, EvaluateOptions, ExpressionError, JsonObject, Verdict } from "../../engine/types.ts";

/** Source and name of a policy. */
export interface PolicySource {
  readonly name: string;
  readonly expression: string;
}

const FAILED: Omit<Verdict, "error"> = {
  passing: false,
  messages: [],
  logs: [],
  events: [],
  changes: [],
  rawResult: null,
  steps: 0,
  durationMs: 0,
};

/**
 * The verdict of an expression policy. Never rejects: syntax errors, limits and the timeout are errors of the verdict.
 *
 * @param timeoutSeconds Longest wait for the verdict; 0 leaves it to the engine's own limits.
 */
export async function runExpressionPolicy(
  engine: Engine,
  policy: PolicySource,
  context: JsonObject,
  timeoutSeconds: number,
  options: EvaluateOptions = {},
): Promise<Verdict> {
  try {
    const verdict = engine.policy(policy.name, policy.expression).evaluate(context, options);
    return await (timeoutSeconds > 0 ? withTimeout(verdict, timeoutSeconds) : verdict);
  } catch (error) {
    return { ...FAILED, error: asExpressionError(error) };
  }
}

function withTimeout(verdict: Promise<Verdict>, seconds: number): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    // Node's timers hold at most 2^31 - 1 milliseconds.
    const timer = setTimeout(() => resolve(timedOut(seconds)), Math.min(seconds * 1000, 2_147_483_647));
    const settled =
      <T>(how: (value: T) => void) =>
      (value: T): void => {
        clearTimeout(timer);
        how(value);
      };
    verdict.then(settled(resolve), settled(reject));
  });
}

function timedOut(seconds: number): Verdict {
  const message = `no decision within ${seconds} seconds`;
  return { ...FAILED, error: { type: "PolicyTimeout", message, traceback: message, limit: true } };
}

/** An exception as events tell it; `hint` says of a name that is not there at which sites it is. */
export async function exceptionView(error: ExpressionError, site: Site): Promise<JsonObject> {
  const { type, message, line = null } = error;
  const hint = (await expressionPlaces()).errorHint(error, site);
  return { type, message, line, ...(hint === undefined ? {} : { hint }) };
}

/** Any exception of the engine in the form of an expression's error. */
export function asExpressionError(error: unknown): ExpressionError {
  if (error instanceof ExpressionSyntaxError) {
    const { type, message, line, column, caret } = error;
    return { type, message, line, column, traceback: `${caret}\n${type}: ${message}` };
  }
  const type = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  return { type, message, traceback: `${type}: ${message}`, limit: true };
}
