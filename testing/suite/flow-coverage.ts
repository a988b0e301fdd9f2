// Counts what runs of the expressions of a flow's blueprints: an engine that stands before the real one, for one case.
import type { Engine, EvaluateOptions } from "../../engine/types.ts";
import type { Covered } from "./result.ts";
import type { FlowSuite, Target } from "./suite.ts";
import { blueprintTargets } from "./target.ts";

/** The expressions of a flow suite, by their source. */
export class FlowCoverage {
  readonly #targets: ReadonlyMap<string, Target>;
  private constructor(targets: ReadonlyMap<string, Target>) {
    this.#targets = targets;
  }

  /** Reads the suite's blueprints. Throws what reading a blueprint throws. */
  static async of({ target }: FlowSuite): Promise<FlowCoverage> {
    const all = await Promise.all(
      target.blueprints.map(async ({ file, text }) => await blueprintTargets(file, text)),
    );
    return new FlowCoverage(new Map(all.flat().map((found) => [found.source, found])));
  }

  /**
   * An engine that evaluates as `engine` does, and what it has counted so far. An expression that a tag puts together has no
   * lines in the YAML and is not counted.
   */
  watch(engine: Engine): { readonly engine: Engine; readonly covered: Covered[] } {
    const covered: Covered[] = [];
    const counting = (source: string, options: EvaluateOptions = {}): EvaluateOptions => {
      const target = this.#targets.get(source);
      if (target === undefined) return options;
      return {
        ...options,
        coverage: true,
        onWatched: ({ coverage }) => void (coverage && covered.push({ target, coverage })),
      };
    };
    const watched: Engine = {
      policy(name, source) {
        const policy = engine.policy(name, source);
        return {
          ...policy,
          evaluate: (context, options) => policy.evaluate(context, counting(source, options)),
        };
      },
      mapping(name, source) {
        const mapping = engine.mapping(name, source);
        return {
          ...mapping,
          evaluate: (context, options) => mapping.evaluate(context, counting(source, options)),
        };
      },
      expression(name, source, kind) {
        const expression = engine.expression(name, source, kind);
        return {
          ...expression,
          run: (context, options) => expression.run(context, counting(source, options)),
        };
      },
      evaluateAll: (policies, context, options) =>
        Promise.all(policies.map((policy) => policy.evaluate(context, options))),
      close: () => engine.close(),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
    return { engine: watched, covered };
  }
}
