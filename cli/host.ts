// What a command is given: its outside, the library it runs, and a way to say how it ended.
import type { Capabilities } from "../engine/capabilities.ts";
import type { CheckOptions, Diagnostic } from "../engine/index.ts";
import type { Engine, EngineOptions } from "../engine/types.ts";
import type { SmsInbox } from "../providers/index.ts";
import type { BlueprintExpression } from "../runtime/index.ts";
import type { GrantOptions } from "./grant-options.ts";
import type { CommandIo, ExitCode } from "./io.ts";
import type { OpenedRuntime } from "./runtime-door.ts";

/** How a command opens the runtime. */
export interface OpenRuntimeOptions {
  /** The store's file, made where it is missing, its folder too. */
  readonly storeFile: string;
  readonly engine: EngineOptions;
  /**
   * Gateways that may be reached although the guarded client would refuse them, `host:port` or, for plain HTTP,
   * `http://host:port`.
   */
  readonly allow: readonly string[];
  /** Takes the place of Twilio's API. */
  readonly twilioBaseUrl?: string;
  /** What a blueprint's `!Env` reads. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told what the runtime logs as warning or error, one line each. */
  notice(text: string): void;
}

/** The library, loaded only when a command needs it so that `--help` is quick. */
export interface Library {
  createEngine(options?: EngineOptions): Promise<Engine>;
  /** Throws {@link UsageError} when the store cannot be used or an allowed target is none. */
  openRuntime(options: OpenRuntimeOptions): Promise<OpenedRuntime>;
  /** What `--grant` and `--allow` ask for. Throws {@link UsageError} for a target that is none. */
  grantedCapabilities(options: GrantOptions): Promise<Capabilities>;
  /** Static findings about an expression. */
  checkExpression(source: string, options: CheckOptions): Promise<Diagnostic[]>;
  /** The expressions in a blueprint's text. Throws what reading a blueprint throws. */
  blueprintExpressions(text: string, file: string): Promise<BlueprintExpression[]>;
  /** A local endpoint in place of the SMS provider. */
  createSmsInbox(): Promise<SmsInbox>;
}

/** Everything a command uses. */
export interface CommandHost {
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly library: Library;
  /** Sets the exit code. */
  end(code: ExitCode): void;
}
