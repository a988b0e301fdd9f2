// Runs a command line in this process, with streams of ours and, where wanted, an engine and a runtime of ours.
import { Readable, Writable } from "node:stream";
import picocolors from "picocolors";
import type { Library } from "../../cli/host.ts";
import { main } from "../../cli/main.ts";
import type {
  Engine,
  EngineOptions,
  ExpressionKind,
  JsonObject,
  Outcome,
  StartingEngine,
} from "../../engine/types.ts";

/** What a command line left behind. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the command line meets. */
export interface Surroundings {
  readonly stdin?: string | Readable;
  readonly interactive?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly library?: Partial<Library>;
  /** Where stdout goes in place of `out`. */
  readonly stdout?: Writable;
  /** Where stderr goes in place of `err`. */
  readonly stderr?: Writable;
  readonly color?: boolean;
  /** Resolves when the process is asked to stop; by default at once. */
  readonly stopped?: () => Promise<void>;
}

/** A stream that keeps what is written to it. */
export function gather(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

const absent = () => {
  throw new Error("this command line was not expected to need the library");
};

/** Runs `postern ...args`. */
export async function postern(args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  const out = gather();
  const err = gather();
  const { stdin = "" } = around;
  const code = await main(args, {
    io: {
      stdin: typeof stdin === "string" ? Readable.from([Buffer.from(stdin)]) : stdin,
      stdout: around.stdout ?? out.stream,
      stderr: around.stderr ?? err.stream,
      interactive: around.interactive ?? false,
      color: picocolors.createColors(around.color ?? false),
      errorColor: picocolors.createColors(false),
    },
    env: around.env ?? {},
    stopped: around.stopped ?? (async () => {}),
    library: {
      createEngine: absent,
      startEngine: absent,
      openRuntime: absent,
      openServer: absent,
      openTokens: absent,
      grantedCapabilities: absent,
      checkExpression: absent,
      expressionPlaces: absent,
      expressionStubs: absent,
      blueprintExpressions: absent,
      checkBlueprint: absent,
      examine: absent,
      createSmsInbox: absent,
      ...around.library,
    },
  });
  return { code, out: out.text(), err: err.text() };
}

/** What a scripted engine was asked. */
export interface Asked {
  readonly name: string;
  readonly kind: ExpressionKind;
  readonly source: string;
  readonly context: JsonObject;
}

/** An outcome that passed, with what the test wants changed. */
export function outcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    ok: true,
    result: true,
    resultJson: "true",
    repr: "True",
    passing: true,
    none: false,
    messages: [],
    logs: [],
    events: [],
    changes: [],
    steps: 1,
    durationMs: 0,
    ...changes,
  };
}

/** An outcome that an exception ended. */
export function failure(error: Outcome["error"]): Outcome {
  return outcome({
    ok: false,
    result: null,
    resultJson: "null",
    repr: "None",
    passing: false,
    error,
  });
}

/** A library whose engine answers with `answer`; compiling throws where `answer` throws synchronously at compile time. */
export function scriptedEngine(
  answer: (asked: Asked) => Outcome | Promise<Outcome>,
  compile: (source: string) => void = () => {},
): Pick<Library, "createEngine" | "startEngine"> & {
  readonly asked: Asked[];
  options: EngineOptions | undefined;
  closed: boolean;
} {
  const script = {
    async startEngine(options?: EngineOptions) {
      return Object.assign(await script.createEngine(options), { ready: Promise.resolve() });
    },
    asked: [] as Asked[],
    options: undefined as EngineOptions | undefined,
    closed: false,
    async createEngine(options?: EngineOptions): Promise<Engine> {
      script.options = options;
      const close = async () => {
        script.closed = true;
      };
      return {
        policy: absent,
        mapping: absent,
        evaluateAll: absent,
        expression(name: string, source: string, kind: ExpressionKind = "expression") {
          compile(source);
          return {
            name,
            source,
            kind,
            async run(context: JsonObject) {
              const asked = { name, kind, source, context };
              script.asked.push(asked);
              return await answer(asked);
            },
          };
        },
        close,
        [Symbol.asyncDispose]: close,
      };
    },
  };
  return script;
}

/** A library whose engine is one that the test file has started already, and closes itself. */
export function withEngine(library: Library, engine: () => Engine): Library {
  const close = async () => {};
  const borrowed = (): StartingEngine => ({
    policy: (name, source) => engine().policy(name, source),
    mapping: (name, source) => engine().mapping(name, source),
    expression: (name, source, kind) => engine().expression(name, source, kind),
    evaluateAll: (policies, context, options) => engine().evaluateAll(policies, context, options),
    ready: Promise.resolve(),
    close,
    [Symbol.asyncDispose]: close,
  });
  return { ...library, createEngine: async () => borrowed(), startEngine: async () => borrowed() };
}
