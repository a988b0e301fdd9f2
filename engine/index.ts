// The engine: compiles expressions and runs them in the sandbox. Public face of `postern/engine`.
import type { Capabilities } from "./capabilities.ts";
import type { CheckOptions, Diagnostic } from "./check/check.ts";
import { entropy } from "./entropy.ts";
import { ExpressionFailure, ExpressionSyntaxError } from "./errors.ts";
import { formatOptions, type Settings } from "./expressions/options.ts";
import { type Part, project, projectionOf, union } from "./expressions/projection.ts";
import { hostCalls, type OnHostError, warn } from "./host-calls.ts";
import { type CompiledProgram, compile } from "./language/compile.ts";
import { PySyntaxError } from "./language/diagnostics.ts";
import { requireSupportedNode } from "./node-release.ts";
import { type Evaluated, outcomeOf, requireWhole, verdictOf } from "./outcome.ts";
import { type Program, programId } from "./program.ts";
import { startSandbox } from "./sandbox/pool.ts";
import type { Sandbox, SandboxRequest } from "./sandbox/types.ts";
import { defaultLimits, sandboxOptions } from "./sandbox-options.ts";
import { syntaxError } from "./syntax-error.ts";
import type {
  Engine,
  EngineOptions,
  EvaluateOptions,
  Expression,
  ExpressionKind,
  JsonObject,
  Limits,
  Mapping,
  Policy,
  StartingEngine,
  Verdict,
} from "./types.ts";

export type {
  Capabilities,
  EmailCall,
  HttpAnswer,
  HttpCall,
  JwtCall,
  ModelFilter,
  ModelQuery,
  ModelsCapability,
  ModelWrite,
  NameService,
  PolicyAnswer,
} from "./capabilities.ts";
export type { CheckOptions, Diagnostic, DiagnosticCode, Site } from "./check/check.ts";
export { ExpressionFailure, ExpressionSyntaxError, UnsupportedNode } from "./errors.ts";
export type { Place, PlaceEntry, Use } from "./expressions/places.ts";
export { defaultLimits } from "./sandbox-options.ts";
export type * from "./trace.ts";
export type * from "./types.ts";

/** Compiled programs that an engine remembers at most, and their characters: texts of megabytes do not add up. */
const PROGRAMS = 1000;
const PROGRAMS_LENGTH = 16 << 20;

function settingsOf({ steps, cpuMs, memoryMb, outputBytes, recursion }: Limits): string {
  const settings: Settings = { steps, cpuMs, memoryMb, outputBytes, recursion };
  return JSON.stringify(settings);
}

/** What a program can reach of its context; all of it where what it changes is to be told. */
function reached(program: Program, kind: ExpressionKind): Part | null {
  let part = program.projections.get(kind);
  if (part === undefined) {
    const isTracked = kind === "policy" && program.mutates;
    part = isTracked ? null : projectionOf(kind, program.compiled.reaches);
    program.projections.set(kind, part);
  }
  return part;
}

/** What an embedder said itself: not what something else in the process has left on `Object.prototype`. */
function own<Options extends object>(options: Options): Options {
  return Object.assign(Object.create(null) as Options, options);
}

/** Whether somebody wants to know what an evaluation does. */
function isWatched(options: EvaluateOptions | undefined): options is EvaluateOptions {
  return options?.trace === true || options?.coverage === true;
}

function isGranting(capabilities: Capabilities): boolean {
  for (const group of Object.values(capabilities)) if (group !== undefined) return true;
  return false;
}

class SandboxedEngine implements StartingEngine {
  private readonly sandbox: Sandbox;
  private readonly limits: Limits;
  private readonly settings: string;
  private readonly capabilities: Capabilities;
  private readonly onHostError: OnHostError;
  /** By source; the oldest go when there are too many, or they are too long together. */
  private readonly programs: Map<string, Program> = new Map();
  /** Characters of their sources and code. */
  private programsLength = 0;
  private readonly policies: WeakMap<Policy, Program> = new WeakMap();
  private last: { readonly programs: readonly Program[]; readonly part: Part | null } | null = null;

  constructor(sandbox: Sandbox, limits: Limits, capabilities: Capabilities, onHostError: OnHostError) {
    this.sandbox = sandbox;
    this.onHostError = onHostError;
    this.limits = limits;
    this.settings = settingsOf(limits);
    this.capabilities = capabilities;
  }

  get ready(): Promise<void> {
    return this.sandbox.ready;
  }

  policy(name: string, source: string): Policy {
    const program = this.compile(name, source);
    const policy: Policy = {
      name,
      source,
      evaluate: async (context, options) =>
        verdictOf(await this.run(program, name, "policy", context, options, false)),
    };
    this.policies.set(policy, program);
    return policy;
  }

  async evaluateAll(
    policies: readonly Policy[],
    context: JsonObject,
    given?: EvaluateOptions,
  ): Promise<Verdict[]> {
    const options = given === undefined ? given : own(given);
    const programs = policies.map((policy) => {
      const program = this.policies.get(policy);
      if (program === undefined) throw new TypeError(`the policy "${policy.name}" is not of this engine`);
      return program;
    });
    const contextJson = project(
      context,
      this.reachedByAll(programs),
      options?.limits?.contextBytes ?? this.limits.contextBytes,
      !isWatched(options),
    );
    if (isWatched(options)) {
      return Promise.all(
        programs.map(async (program, index) => {
          const { name } = policies[index] as Policy;
          return verdictOf(await this.run(program, name, "policy", context, options, false, contextJson));
        }),
      );
    }
    const { limits, settings, granted, ...common } = this.prepare(options);
    // Programs with the same options are sent in one piece: these tell only whether what changes is to be told.
    const told = formatOptions({ kind: "policy", ...common, repr: false, track: true, watch: false });
    const untold = formatOptions({ kind: "policy", ...common, repr: false, track: false, watch: false });
    const answers = await this.sandbox.runAll(
      programs.map((program, index) => ({
        program,
        contextJson,
        settings,
        options: program.mutates ? told : untold,
        index,
        limits,
        onCall: this.callsOf(granted, limits),
      })),
    );
    return answers.map((answer, index) => {
      const { name } = policies[index] as Policy;
      return verdictOf(outcomeOf(answer, programs[index] as Program, name));
    });
  }

  /** What of an evaluation's options and the engine's own holds for an evaluation, or for several at once. */
  private prepare(options: EvaluateOptions | undefined) {
    const limits = options?.limits === undefined ? this.limits : { ...this.limits, ...options.limits };
    const granted =
      options?.capabilities === undefined
        ? this.capabilities
        : { ...this.capabilities, ...options.capabilities };
    const seed = options?.seed !== undefined && Number.isFinite(options.seed) ? options.seed : null;
    return {
      limits,
      granted,
      settings: limits === this.limits ? this.settings : settingsOf(limits),
      now: options?.now ?? Date.now(),
      seed,
      entropy: seed === null ? entropy() : "",
      sanitize: options?.sanitize === true,
      display: options?.display === true,
    };
  }

  /** Serves the calls of one evaluation, where anything is granted. */
  private callsOf(granted: Capabilities, limits: Limits): SandboxRequest["onCall"] {
    if (!isGranting(granted)) return undefined;
    return hostCalls(granted, limits, (policy, source) => this.compile(policy, source), this.onHostError);
  }

  /** What any of several policies can reach; those of the last call are often those of the next. */
  private reachedByAll(programs: readonly Program[]): Part | null {
    const { last } = this;
    const isSame =
      last !== null &&
      last.programs.length === programs.length &&
      last.programs.every((program, index) => program === programs[index]);
    if (isSame) return last.part;
    const part = union(programs.map((program) => reached(program, "policy")));
    this.last = { programs, part };
    return part;
  }

  mapping(name: string, source: string): Mapping {
    const program = this.compile(name, source);
    return {
      name,
      source,
      evaluate: async (context, options) => {
        const outcome = requireWhole(await this.run(program, name, "mapping", context, options, false));
        if (outcome.error !== undefined) throw new ExpressionFailure(name, outcome.error);
        return outcome.result;
      },
    };
  }

  expression(name: string, source: string, kind: ExpressionKind = "expression"): Expression {
    const program = this.compile(name, source);
    return {
      name,
      source,
      kind,
      run: (context, options) => this.run(program, name, kind, context, options, true),
    };
  }

  private compile(name: string, source: string): Program {
    let program = this.programs.get(source);
    if (program !== undefined) return program;
    let compiled: CompiledProgram;
    try {
      compiled = compile(source);
    } catch (error) {
      if (error instanceof PySyntaxError) throw syntaxError(error, name, source);
      if (error instanceof RangeError) {
        throw new ExpressionSyntaxError(
          "RecursionError",
          "maximum recursion depth exceeded during compilation",
          name,
          1,
          1,
          "",
        );
      }
      throw error;
    }
    program = {
      id: programId(compiled),
      code: compiled.code,
      mutates: compiled.mutates,
      source,
      compiled,
      projections: new Map(),
      map: null,
    };
    this.programs.set(source, program);
    this.programsLength += source.length + program.code.length;
    for (const [oldest, { code }] of this.programs) {
      if (this.programs.size <= PROGRAMS && this.programsLength <= PROGRAMS_LENGTH) break;
      this.programs.delete(oldest);
      this.programsLength -= oldest.length + code.length;
    }
    return program;
  }

  private async run(
    program: Program,
    name: string,
    kind: ExpressionKind,
    context: JsonObject,
    given: EvaluateOptions | undefined,
    wantRepr: boolean,
    contextJson?: string,
  ): Promise<Evaluated> {
    const options = given === undefined ? given : own(given);
    const { limits, settings, granted, ...common } = this.prepare(options);
    const watch = isWatched(options) ? (await import("./watching/watch.ts")).watch(program, options) : null;
    const onCall = this.callsOf(granted, limits);
    const answer = await this.sandbox.run({
      program: watch?.program ?? program,
      contextJson:
        contextJson ?? project(context, reached(program, kind), limits.contextBytes, watch === null),
      settings,
      options: formatOptions({
        kind,
        ...common,
        repr: wantRepr,
        track: kind === "policy" && program.mutates,
        watch: watch !== null,
      }),
      limits: watch?.limits(limits) ?? limits,
      onCall: watch?.onCall(onCall) ?? onCall,
    });
    if (watch === null) return outcomeOf(answer, program, name);
    const { answer: plain, seen } = watch.read(answer, limits);
    options?.onWatched?.(seen);
    return { ...outcomeOf(plain, watch.program, name), ...seen };
  }

  async close(): Promise<void> {
    await this.sandbox.close();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Static findings about an expression, in the order of its text: CPython's syntax error, or unknown names, modules and
 * attributes, wrong arguments, unreachable code, missing answers, traps. Runs nothing of it; throws for nothing it says.
 */
export async function checkExpression(source: string, options: CheckOptions): Promise<Diagnostic[]> {
  // Loaded late: who only runs expressions needs none of it in this process.
  const check = await import("./check/check.ts");
  return check.checkExpression(source, options);
}

/** What expressions see where: places, names, context keys, and the sentences about what is elsewhere. */
export async function expressionPlaces(): Promise<typeof import("./expressions/places.ts")> {
  return await import("./expressions/places.ts");
}

/** `.pyi` stubs of what expressions see, by place. */
export async function expressionStubs(): Promise<ReadonlyMap<string, string>> {
  return (await import("./check/stubs.ts")).expressionStubs();
}

/**
 * Starts an engine and waits until a worker process serves.
 *
 * @throws UnsupportedNode on a release of Node that is refused: one that is too old, or odd-numbered.
 * @throws Error that says why no worker can start.
 */
export async function createEngine(given: EngineOptions = {}): Promise<Engine> {
  const engine = startEngine(given);
  await engine.ready;
  return engine;
}

/**
 * Starts an engine whose worker processes start meanwhile: it compiles at once, and evaluations wait for a worker.
 *
 * @throws UnsupportedNode on a release of Node that is refused: one that is too old, or odd-numbered.
 */
export function startEngine(given: EngineOptions = {}): StartingEngine {
  requireSupportedNode();
  const options = own(given);
  const limits = { ...defaultLimits, ...options.limits };
  const sandbox = startSandbox(sandboxOptions(limits, options.workers));
  return new SandboxedEngine(sandbox, limits, options.capabilities ?? {}, options.onHostError ?? warn);
}
