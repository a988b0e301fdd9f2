// Looks for an input that a property does not hold for, or on which two versions decide differently, and makes it small.
import fc from "fast-check";
import type { Engine, EvaluateOptions, ExpressionKind, JsonObject, Outcome } from "../../engine/types.ts";
import { DEFAULT_NOW } from "../suite/load.ts";
import { stubbed } from "../suite/stubs.ts";
import { contextOf, groupRows, type Input, inputOf } from "./input.ts";
import { type Evaluate, type Property, saying, today, type Violation } from "./properties.ts";
import { type Reached, reached, together } from "./reached.ts";
import { contexts, type Knowledge } from "./values.ts";

/** How long and from where a search goes. */
export interface SearchOptions {
  /** Decides every input that is tried, together with the sources. */
  readonly seed: number;
  /** Inputs that are tried at most. */
  readonly runs: number;
  /** Milliseconds after which it ends with what it has. */
  readonly timeMs?: number;
  /** Told after each input that was tried. */
  onRun?(): void;
  /** Ends it with what it has. */
  readonly signal?: AbortSignal;
}

/** What a search came to. */
export interface SearchResult {
  readonly runs: number;
  /** Inputs that say nothing: what they ask for outside has no answer here, with what was asked first. */
  readonly unanswered: number;
  readonly asked?: string;
  readonly found?: Found;
}
/** The smallest input that was found. */
export interface Found extends Violation {
  readonly input: Input;
  readonly shrinks: number;
}

/** An expression to search with. */
export interface FuzzSubject {
  readonly name: string;
  readonly source: string;
  readonly kind: ExpressionKind;
}

/** Texts of a request that have a form whatever the expression. */
const FORMED = ["REMOTE_ADDR", "method", "email"];
const YEAR = 365.25 * 86_400_000;

class Searcher {
  private readonly engine: Engine;
  /** Fields whose texts have a form: an address, a date. */
  private readonly typed: ReadonlySet<string>;
  private asked: string | undefined;
  private isAsking = false;
  constructor(engine: Engine, { fields = [] }: Knowledge) {
    this.engine = engine;
    this.typed = new Set([
      ...FORMED,
      ...fields.filter(({ type = "text" }) => !type.startsWith("text")).map(({ field_key }) => field_key),
    ]);
  }
  evaluator({ name, source, kind }: FuzzSubject): Evaluate {
    const expression = this.engine.expression(name, source, kind);
    return async (context, turn = 0): Promise<Outcome> => {
      const input = inputOf(context);
      const options: EvaluateOptions = {
        now: DEFAULT_NOW + turn * 0.37 * YEAR,
        seed: turn,
        capabilities: stubbed(
          {},
          {
            users: [],
            groups: groupRows(input),
            policies: new Map(),
            onMissing: (what) => {
              this.isAsking = true;
              this.asked ??= what;
            },
          },
        ),
      };
      const outcome = await expression.run(contextOf(input, kind), options);
      if (outcome.error?.type === "CapabilityError") {
        this.isAsking = true;
        this.asked ??= outcome.error.message;
      }
      return outcome;
    };
  }

  async search(
    arbitrary: fc.Arbitrary<JsonObject>,
    violation: (context: JsonObject) => Promise<Violation | null>,
    { seed, runs, timeMs, onRun, signal }: SearchOptions,
  ): Promise<SearchResult> {
    let unanswered = 0;
    let last: Violation | undefined;
    let problem: unknown;
    const property = fc.asyncProperty(arbitrary, async (context) => {
      if (signal?.aborted) return true;
      this.isAsking = false;
      let found: Violation | null = null;
      try {
        found = await violation(context);
      } catch (error) {
        // A property that cannot be asked is no finding; the search ends.
        problem ??= error;
      }
      if (problem !== undefined) return false;
      onRun?.();
      if (this.isAsking) unanswered += 1;
      if (found === null || this.isAsking) return true;
      last = found;
      return false;
    });
    const details = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(timeMs === undefined ? {} : { interruptAfterTimeLimit: timeMs, markInterruptAsFailure: false }),
    });
    if (problem !== undefined) throw problem;
    const head = {
      runs: details.numRuns,
      unanswered,
      ...(this.asked === undefined ? {} : { asked: this.asked }),
    };
    if (!details.failed || last === undefined) return head;
    const { found, steps } = await this.smaller(last, violation, signal);
    return {
      ...head,
      found: { ...found, input: inputOf(found.context), shrinks: details.numShrinks + steps },
    };
  }

  /** Takes characters out of texts that people type, as long as the violation stays: fast-check shrinks within one kind of text. */
  private async smaller(
    from: Violation,
    violation: (context: JsonObject) => Promise<Violation | null>,
    signal: AbortSignal | undefined,
  ): Promise<{ found: Violation; steps: number }> {
    let found = from;
    let steps = 0;
    for (let tries = 0, isSmaller = true; isSmaller && tries < MOST_TRIES; ) {
      isSmaller = false;
      for (const context of this.shorter(found.context)) {
        if (++tries > MOST_TRIES || signal?.aborted) break;
        this.isAsking = false;
        const next = await violation(context);
        // Some properties change the input, and must not give back what was taken.
        if (next === null || this.isAsking || lengthOf(next.context) >= lengthOf(found.context)) continue;
        found = next;
        steps += 1;
        isSmaller = true;
        break;
      }
    }
    return { found, steps };
  }
  private *shorter(value: JsonObject): Generator<JsonObject> {
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === "string" && !this.typed.has(key)) {
        const points = [...member];
        for (let size = points.length >> 1; size >= 1; size >>= 1)
          for (let i = 0; i + size <= points.length; i += size) {
            const text = points.toSpliced(i, size).join("");
            if (text !== "") yield { ...value, [key]: text };
          }
      } else if (typeof member === "object" && member !== null && !Array.isArray(member))
        for (const smaller of this.shorter(member)) yield { ...value, [key]: smaller };
    }
  }
}
const MOST_TRIES = 400;
const lengthOf = (context: JsonObject): number => JSON.stringify(context).length;

/** What is known of an expression's inputs. Throws PySyntaxError. */
export function reachedBy({ source, kind }: FuzzSubject, { given = {} }: Knowledge): Reached {
  return reached(source, kind, Object.keys(given));
}

/** Looks for an input for which the property does not hold. Throws what the property throws that cannot be asked. */
export async function fuzz(
  engine: Engine,
  subject: FuzzSubject,
  property: Property,
  knowledge: Knowledge,
  options: SearchOptions,
): Promise<SearchResult> {
  const searcher = new Searcher(engine, knowledge);
  const evaluate = searcher.evaluator(subject);
  const arbitrary = contexts(reachedBy(subject, knowledge), knowledge);
  return await searcher.search(arbitrary, (context) => property.violation(context, evaluate), options);
}

/** Looks for an input on which two versions decide differently: whether they pass, what they say, return or raise. */
export async function diff(
  engine: Engine,
  before: FuzzSubject,
  after: FuzzSubject,
  knowledge: Knowledge,
  options: SearchOptions,
): Promise<SearchResult> {
  const searcher = new Searcher(engine, knowledge);
  const [one, two] = [searcher.evaluator(before), searcher.evaluator(after)];
  const arbitrary = contexts(
    together([reachedBy(before, knowledge), reachedBy(after, knowledge)]),
    knowledge,
  );
  const { kind } = before;
  const violation = async (context: JsonObject): Promise<Violation | null> => {
    const [a, b] = [await one(context), await two(context)];
    if (decision(a, kind) === decision(b, kind)) return null;
    return {
      context,
      why: `${before.name} ${saying(a, kind)}\n${after.name} ${saying(b, kind)}`,
      expect: today(a, kind),
    };
  };
  return await searcher.search(arbitrary, violation, options);
}

function decision({ passing, messages, resultJson, error }: Outcome, kind: ExpressionKind): string {
  return JSON.stringify([
    kind === "policy" ? passing : resultJson,
    messages,
    error === undefined ? null : [error.type, error.message],
  ]);
}
