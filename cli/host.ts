// What a command is given: its outside, the library it runs, and a way to say how it ended.
import type { Capabilities } from "../engine/capabilities.ts";
import type { CheckOptions, Diagnostic, expressionPlaces } from "../engine/index.ts";
import type { Engine, EngineOptions, JsonObject, StartingEngine } from "../engine/types.ts";
import type { SmsInbox } from "../providers/index.ts";
import type { BlueprintExpression } from "../runtime/index.ts";
import type { GrantOptions } from "./grant-options.ts";
import type { CommandIo, ExitCode } from "./io.ts";
import type { OpenedRuntime } from "./runtime-door.ts";

/** How a command opens the runtime. */
export interface OpenRuntimeOptions {
  /** The store's file, made where it is missing, its folder too; or the URL of a PostgreSQL database. */
  readonly storePlace: string;
  /** What the store's secrets are encrypted with, from `POSTERN_STORE_KEY`. */
  readonly storeKey?: string;
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

/** How a command opens the server. */
export interface OpenServerOptions {
  /** Settings that the command line gives; they go over the environment's and the file's. */
  readonly given: { readonly [name: string]: unknown };
  /** A YAML file of settings. */
  readonly settingsFile?: string;
  /** Values for the blueprints' `!Context`. */
  readonly context: JsonObject;
  /** Where the store is unless a setting says otherwise. */
  readonly dataFolder: string;
  readonly inbox?: SmsInbox;
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A server that listens. */
export interface OpenedServer {
  /** `http://127.0.0.1:9000` */
  readonly url: string;
  /** API token of the administrator who was made because nobody was there; it is not kept. */
  readonly token?: string;
  /** Answers what is in flight, then lets go of everything. */
  close(): Promise<void>;
}

/** How a command opens the store alone. */
export interface OpenStoreOptions {
  readonly storePlace: string;
  /** What the store's secrets are encrypted with, from `POSTERN_STORE_KEY`. */
  readonly storeKey?: string;
  notice(text: string): void;
}

/** API tokens in a store. Every function throws {@link UsageError} that says what to do. */
export interface OpenedTokens {
  /** Makes one and answers its key, which is not kept. */
  create(options: {
    readonly user: string;
    readonly identifier?: string;
    readonly days?: number;
  }): Promise<MadeToken>;
  list(): Promise<readonly ShownToken[]>;
  revoke(identifier: string): Promise<void>;
  close(): Promise<void>;
}

/** A new token. */
export interface MadeToken {
  readonly identifier: string;
  readonly token: string;
  readonly expires: string | null;
}

/** A token as lists show it. */
export interface ShownToken {
  readonly identifier: string;
  readonly user: string;
  readonly created: string;
  readonly expires: string | null;
}

/** What `postern doctor` looks at. */
export interface ExamineOptions {
  /** Settings that the command line gives. */
  readonly given: { readonly [name: string]: unknown };
  readonly settingsFile?: string;
  /** Where the store is unless a setting says otherwise. */
  readonly dataFolder: string;
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One thing that was looked at. */
export interface Examined {
  /** A stable name: `node`, `isolated-vm`, `re2`, `snapshot`, `sandbox`, `time-zones`, `settings`, `store`. */
  readonly name: string;
  /** With a warning Postern works, but not all of it or not as well; with a failure it does not. */
  readonly state: "ok" | "warn" | "fail";
  /** What was found. */
  readonly found: string;
  /** What to do about it; there unless all is well. */
  readonly todo?: string;
}

/** The library, loaded only when a command needs it so that `--help` is quick. */
export interface Library {
  createEngine(options?: EngineOptions): Promise<Engine>;
  /** One that need not be waited for; `ready` has to be, before anybody is told what it answered. */
  startEngine(options?: EngineOptions): Promise<StartingEngine>;
  /** Throws {@link UsageError} when the store cannot be used or an allowed target is none. */
  openRuntime(options: OpenRuntimeOptions): Promise<OpenedRuntime>;
  /** Throws {@link UsageError} when a setting, the store or a blueprint cannot be used, or the port cannot be had. */
  openServer(options: OpenServerOptions): Promise<OpenedServer>;
  /** Throws {@link UsageError} when the store cannot be used. */
  openTokens(options: OpenStoreOptions): Promise<OpenedTokens>;
  /** What `--grant` and `--allow` ask for. Throws {@link UsageError} for a target that is none. */
  grantedCapabilities(options: GrantOptions): Promise<Capabilities>;
  /** Static findings about an expression. */
  checkExpression(source: string, options: CheckOptions): Promise<Diagnostic[]>;
  /** What expressions see where. */
  expressionPlaces(): ReturnType<typeof expressionPlaces>;
  /** `.pyi` stubs of what expressions see, by place. */
  expressionStubs(): Promise<ReadonlyMap<string, string>>;
  /** The expressions in a blueprint's text. Throws what reading a blueprint throws. */
  blueprintExpressions(text: string, file: string): Promise<BlueprintExpression[]>;
  /** Findings about how a blueprint's objects fit together. Throws what reading a blueprint throws. */
  checkBlueprint(text: string, file: string): Promise<Diagnostic[]>;
  /** Looks at the installation, the settings and the store; changes neither settings nor store. */
  examine(options: ExamineOptions): Promise<readonly Examined[]>;
  /** A local endpoint in place of the SMS provider. */
  createSmsInbox(): Promise<SmsInbox>;
}

/** Everything a command uses. */
export interface CommandHost {
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly library: Library;
  /** Resolves when the process is asked to stop. */
  stopped(): Promise<void>;
  /** Sets the exit code. */
  end(code: ExitCode): void;
}
