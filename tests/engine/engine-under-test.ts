// One engine for a test file: started before its tests, closed after them.
import { afterAll, beforeAll } from "vitest";
import { createEngine } from "../../engine/index.ts";
import type {
  Engine,
  EngineOptions,
  EvaluateOptions,
  ExpressionKind,
  JsonObject,
  Outcome,
} from "../../engine/types.ts";

/** Runs expressions on an engine of this test file's own. */
export interface EngineUnderTest {
  readonly engine: Engine;
  run(
    source: string,
    context?: JsonObject,
    kind?: ExpressionKind,
    options?: EvaluateOptions,
  ): Promise<Outcome>;
  /** `repr()` of what the expression returns; fails the test when it raises. */
  repr(source: string, context?: JsonObject): Promise<string>;
  /** `Type: message` of what it raises; fails the test when it does not. */
  error(source: string, context?: JsonObject, options?: EvaluateOptions): Promise<string>;
}

export function engineUnderTest(options: EngineOptions = {}): EngineUnderTest {
  let engine: Engine | undefined;
  beforeAll(async () => {
    engine = await createEngine(options);
  });
  afterAll(async () => {
    await engine?.close();
  });
  const running = (): Engine => {
    if (engine === undefined) throw new Error("the engine has not started");
    return engine;
  };
  const run: EngineUnderTest["run"] = (source, context = {}, kind = "expression", options_) =>
    running().expression("test", source, kind).run(context, options_);
  return {
    get engine() {
      return running();
    },
    run,
    async repr(source, context) {
      const outcome = await run(source, context);
      if (!outcome.ok) throw new Error(outcome.error?.traceback);
      return outcome.repr;
    },
    async error(source, context, options_) {
      const outcome = await run(source, context, "expression", options_);
      if (outcome.error === undefined) throw new Error(`no error, but ${outcome.repr}`);
      return `${outcome.error.type}: ${outcome.error.message}`;
    },
  };
}
