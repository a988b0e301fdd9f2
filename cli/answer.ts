// One evaluation's answer as JSON text: what `eval --json` prints and what each line of `eval --batch` is.
import { ExpressionSyntaxError } from "../engine/errors.ts";
import type {
  Engine,
  EvaluateOptions,
  ExpressionError,
  ExpressionKind,
  JsonObject,
  JsonValue,
  Outcome,
} from "../engine/types.ts";

/** One expression to evaluate. */
export interface EvaluationRequest {
  readonly kind: ExpressionKind;
  readonly source: string;
  readonly context: JsonObject;
}

/** An outcome, or the error that kept the expression from running: then there are no messages or logs. */
export type Answer =
  | { readonly kind: ExpressionKind; readonly outcome: Outcome }
  | { readonly kind: ExpressionKind | undefined; readonly refused: ExpressionError };

/** A syntax error in the form of every other error, with CPython's traceback text. */
export function syntaxErrorData(name: string, error: ExpressionSyntaxError): ExpressionError {
  const caret = error.caret === "" ? "" : `${error.caret}\n`;
  return {
    type: error.type,
    message: error.text,
    line: error.line,
    column: error.column,
    traceback: `  File "${name}", line ${error.line}\n${caret}${error.type}: ${error.text}\n`,
  };
}

/** Compiles and runs. Never throws for what the expression is or does; throws for a broken engine. */
export async function evaluate(
  engine: Engine,
  name: string,
  request: EvaluationRequest,
  options?: EvaluateOptions,
): Promise<Answer> {
  const { kind, source, context } = request;
  try {
    return { kind, outcome: await engine.expression(name, source, kind).run(context, options) };
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError)) throw error;
    return { kind, refused: syntaxErrorData(name, error) };
  }
}

/** An answer that a request was not one. */
export function invalidRequest(message: string, kind?: ExpressionKind): Answer {
  return { kind, refused: { type: "InvalidRequest", message, traceback: "" } };
}

/**
 * The answer's JSON text, without line break. The result stands in it as the engine wrote it, so that integers beyond
 * 2^53 stay exact. `id` is left out where it is undefined.
 */
export function answerJson(answer: Answer, id?: JsonValue): string {
  const head = id === undefined ? "" : `"id":${JSON.stringify(id)},`;
  const outcome = "outcome" in answer ? answer.outcome : undefined;
  const error = "outcome" in answer ? answer.outcome.error : answer.refused;
  const messages = JSON.stringify(outcome?.messages ?? []);
  const trace = outcome?.trace === undefined ? "" : `,"trace":${JSON.stringify(outcome.trace)}`;
  if (outcome?.ok) {
    const passing = answer.kind === "policy" ? `"passing":${outcome.passing},` : "";
    return (
      `{${head}"ok":true,"result":${outcome.resultJson},"repr":${JSON.stringify(outcome.repr)},${passing}` +
      `"messages":${messages},"logs":${JSON.stringify(outcome.logs)},"steps":${outcome.steps}${trace}}`
    );
  }
  const passing = answer.kind === "policy" ? '"passing":false,' : "";
  return `{${head}"ok":false,${passing}"messages":${messages},"error":${JSON.stringify(error)}${trace}}`;
}
