// What became of an evaluation, in the terms of embedders: the sandbox's answer, read and located in the author's text.
import { type ChainLink, framesOf, renderTraceback, SourceMap } from "./expressions/traceback.ts";
import { GuestJsonError } from "./guest-json.ts";
import { type GuestError, type GuestOutcome, readOutcome } from "./guest-outcome.ts";
import type { Program } from "./program.ts";
import type { SandboxAnswer } from "./sandbox/types.ts";
import type { ExpressionError, Outcome, Verdict } from "./types.ts";

/** A policy's verdict. */
export function verdictOf(evaluated: Evaluated): Verdict {
  const outcome = requireWhole(evaluated);
  const { error } = outcome;
  const verdict: Verdict = {
    passing: outcome.ok && outcome.passing,
    messages: outcome.messages,
    logs: outcome.logs,
    events: outcome.events,
    changes: outcome.changes,
    rawResult: outcome.result,
    steps: outcome.steps,
    durationMs: outcome.durationMs,
  };
  if (outcome.trace !== undefined || outcome.coverage !== undefined) {
    const { trace, coverage } = outcome;
    Object.assign(verdict, trace === undefined ? { coverage } : { trace });
  }
  return error === undefined ? verdict : { ...verdict, error };
}

/** An outcome, with what only policies and mappings show or refuse. */
export type Evaluated = Outcome & { readonly hadPrototypeKey: boolean };

/** Reads an answer; what cannot be read fails closed. */
export function outcomeOf(answer: SandboxAnswer, program: Program, name: string): Evaluated {
  const { durationMs } = answer;
  const failed = (error: ExpressionError, said?: GuestOutcome): Evaluated => ({
    ok: false,
    result: null,
    resultJson: "null",
    repr: "",
    passing: false,
    none: false,
    messages: said?.messages ?? [],
    logs: said?.logs ?? [],
    events: said?.events ?? [],
    changes: said?.changes ?? [],
    hadPrototypeKey: said?.hadPrototypeKey === true,
    steps: said?.steps ?? 0,
    durationMs,
    error,
  });
  if (!answer.ok) {
    const { failure, message } = answer;
    return failed({ type: failure, message, traceback: `${failure}: ${message}\n`, limit: true });
  }
  let guest: GuestOutcome;
  try {
    guest = readOutcome(answer.outcomeJson);
  } catch (error) {
    if (!(error instanceof GuestJsonError)) throw error;
    const message = `the worker's answer is not understood: ${error.message}`;
    return failed({ type: "WorkerCrashed", message, traceback: `WorkerCrashed: ${message}\n`, limit: true });
  }
  if (!guest.ok) return failed(locate(guest.error, program, name), guest);
  return {
    ok: true,
    result: guest.result,
    resultJson: guest.resultJson,
    repr: guest.repr,
    passing: guest.passing,
    none: guest.none,
    messages: guest.messages,
    logs: guest.logs,
    events: guest.events,
    changes: guest.changes ?? [],
    hadPrototypeKey: guest.hadPrototypeKey,
    steps: guest.steps,
    durationMs,
  };
}

const PROTOTYPE_KEY = "a key '__proto__' cannot be handed to JavaScript, where it would replace a prototype";

/** Refuses what would not be whole in JavaScript: better no answer than another one. */
export function requireWhole(outcome: Evaluated): Evaluated {
  if (!outcome.hadPrototypeKey) return outcome;
  if (!outcome.ok) return { ...outcome, changes: [] };
  const error = { type: "ValueError", message: PROTOTYPE_KEY, traceback: `ValueError: ${PROTOTYPE_KEY}\n` };
  return { ...outcome, ok: false, passing: false, result: null, resultJson: "null", changes: [], error };
}

/** An error of the guest's, with the author's lines. */
function locate(error: GuestError, program: Program, name: string): ExpressionError {
  program.map ??= new SourceMap(program.compiled);
  const map = program.map;
  const link: ChainLink = error.chain?.at(-1) ?? {
    type: error.type,
    message: error.message,
    link: null,
    frames: error.frames ?? [],
    outer: 0,
    notes: [],
  };
  const innermost = framesOf(map, link, true).at(-1);
  const traceback = renderTraceback(map, name, error.chain ?? [link]);
  return {
    type: error.type,
    message: error.message,
    ...(innermost === undefined ? {} : { line: innermost.line, column: innermost.column + 1 }),
    traceback,
    ...(error.limit === true ? { limit: true } : {}),
  };
}
