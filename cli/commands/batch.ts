// `postern eval --batch`: one JSON request per line in, one answer line each out, in the order of the requests.
import type { Engine, ExpressionKind, JsonValue } from "../../engine/types.ts";
import { described, parseExactJson } from "../../testing/exact-json.ts";
import { type Answer, answerJson, type EvaluationRequest, evaluate, invalidRequest } from "../answer.ts";
import { type CommandIo, type ExitCode, exit, OutputClosed, write } from "../io.ts";
import { type Line, readLines } from "../lines.ts";

/** How much a batch takes on at once. */
export interface BatchOptions {
  /** Kind of a request that names none. */
  readonly kind: ExpressionKind;
  /** Bytes of one line at most. */
  readonly maxLineBytes: number;
  /** Requests under way at most. */
  readonly maxInFlight: number;
  /** Characters of the requests under way together, beyond which no further line is read. */
  readonly maxCharactersInFlight: number;
}

/** What the command uses. */
export const batchDefaults: BatchOptions = {
  kind: "policy",
  maxLineBytes: 32 * 1024 * 1024,
  maxInFlight: 64,
  maxCharactersInFlight: 64 * 1024 * 1024,
};

const kinds: readonly string[] = ["policy", "mapping", "expression"] satisfies ExpressionKind[];

/** True for a name of a kind of expression. */
export function isKind(value: unknown): value is ExpressionKind {
  return typeof value === "string" && kinds.includes(value);
}

/** A line as a request, or the answer that it is none; with the line's id, `null` where none can be read. */
function readRequest(
  line: Line,
  options: BatchOptions,
): { id: JsonValue; request: EvaluationRequest } | { id: JsonValue; answer: Answer } {
  const refuse = (message: string, id: JsonValue = null, kind?: ExpressionKind) => ({
    id,
    answer: invalidRequest(`line ${line.number}: ${message}`, kind),
  });
  if ("problem" in line) {
    return refuse(
      line.problem === "too-long"
        ? `longer than ${options.maxLineBytes} bytes; send a smaller context`
        : "not UTF-8 text",
    );
  }
  let value: JsonValue;
  try {
    value = parseExactJson(line.text);
  } catch (error) {
    return refuse(`not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(`a request is a JSON object, not ${described(value)}`);
  }
  const { id = null, kind = options.kind, source, context = {} } = value;
  if (!isKind(kind)) {
    return refuse(`"kind" is one of ${kinds.join(", ")}, not ${JSON.stringify(kind)}`, id);
  }
  if (typeof source !== "string") {
    const found = source === undefined ? "missing" : described(source);
    return refuse(`"source" is the expression's text, not ${found}`, id, kind);
  }
  if (typeof context !== "object" || context === null || Array.isArray(context)) {
    return refuse(`"context" is a JSON object, not ${described(context)}`, id, kind);
  }
  return { id, request: { kind, source, context } };
}

/** A failure of ours, told as an answer so that the other lines still get theirs. */
function engineFailure(error: unknown, kind: ExpressionKind): Answer {
  const message = error instanceof Error ? error.message : String(error);
  return { kind, refused: { type: "EngineError", message, traceback: "" } };
}

async function answerLine(engine: Engine, line: Line, options: BatchOptions): Promise<string> {
  const read = readRequest(line, options);
  if ("answer" in read) return answerJson(read.answer, read.id);
  try {
    return answerJson(await evaluate(engine, "<expression>", read.request), read.id);
  } catch (error) {
    return answerJson(engineFailure(error, read.request.kind), read.id);
  }
}

/**
 * Answers every line of stdin. Requests are pipelined through the engine; an answer is written as soon as those before
 * it are, so a caller may wait for each answer before it sends the next request. Reading stops while enough requests are
 * under way or stdout is full. Empty lines are skipped.
 */
export async function runBatch(io: CommandIo, engine: Engine, options: BatchOptions): Promise<ExitCode> {
  let inFlight = 0;
  let characters = 0;
  let written = Promise.resolve();
  let broken: unknown;
  let wake = () => {};

  for await (const line of readLines(io.stdin, options.maxLineBytes)) {
    const size = "text" in line ? line.text.length : 0;
    if ("text" in line && line.text.trim() === "") continue;
    while (
      broken === undefined &&
      (inFlight >= options.maxInFlight || (inFlight > 0 && characters + size > options.maxCharactersInFlight))
    ) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (broken !== undefined) break;
    inFlight += 1;
    characters += size;
    const answer = answerLine(engine, line, options);
    written = written.then(async () => {
      try {
        const text = await answer;
        if (broken === undefined) await write(io.stdout, `${text}\n`);
      } catch (error) {
        broken = error;
      }
      inFlight -= 1;
      characters -= size;
      wake();
    });
  }
  await written;
  if (broken !== undefined && !(broken instanceof OutputClosed)) throw broken;
  return exit.pass;
}
