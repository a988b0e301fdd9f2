// Runs expressions in the test's own process: no isolate, no limits worth the name; for many small answers quickly.
import { compile } from "../../../engine/language/compile.ts";
import { abi } from "../../../engine/python/abi.ts";
import "../../../engine/python/library.ts";
import { builtins } from "../../../engine/python/builtins.ts";
import { PyException } from "../../../engine/python/exceptions.ts";
import type { PyValue } from "../../../engine/python/object.ts";
import { repr, str } from "../../../engine/python/representation.ts";
import { forgetEvaluation, host, installHost, LimitExceeded, S } from "../../../engine/python/state.ts";
import { digest } from "../../../engine/sandbox/digests.ts";
import { zoneFolders, zoneReader } from "../../../engine/sandbox/zone-files.ts";

installHost({ ...host, zone: zoneReader(zoneFolders()), digest });

type Main = (env: {
  param(name: string): PyValue | undefined;
  name(name: string): PyValue | undefined;
  global(name: string): PyValue | undefined;
}) => PyValue;

/** Gives the evaluation limits: none to speak of unless they are named. */
export function unlimited(memoryMb = 512): void {
  S.steps = 0;
  S.maxSteps = Number.MAX_SAFE_INTEGER;
  S.nextTick = Number.MAX_SAFE_INTEGER;
  S.depth = 0;
  S.maxDepth = 900;
  S.allocated = 0;
  S.memoryLimit = memoryMb * 1048576;
  S.live = true;
  S.handled = null;
  S.slept = 0;
  forgetEvaluation();
}

/** The value of a body of Python (with its `return`). */
export function evaluate(body: string, memoryMb?: number): PyValue {
  unlimited(memoryMb);
  const factory = new Function(`return ${compile(body).code}`)() as (runtime: typeof abi) => Main;
  const none = () => undefined;
  return factory(abi)({ param: none, global: none, name: (name) => builtins.get(name) });
}

/** `repr()` of an expression's value, or `Type: message` of what it raises; a limit is `!Limit`. */
export function answer(expression: string, memoryMb?: number): string {
  try {
    return repr(evaluate(`return ${expression}`, memoryMb));
  } catch (error) {
    if (error instanceof PyException) return `${error.cls.name}: ${str(error)}`;
    if (error instanceof LimitExceeded) return `!${error.limit}`;
    throw error;
  }
}
