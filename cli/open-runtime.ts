// A runtime on a store file, with the errors that a person can mend told apart from those of ours.
import { dirname } from "node:path";
import { createEngine } from "../engine/index.ts";
import type { Engine, JsonObject } from "../engine/types.ts";
import {
  createHttpClient,
  createSmsProvider,
  type HttpClient,
  parseAllowedTarget,
} from "../providers/index.ts";
import {
  BlueprintError,
  createRuntime,
  type Logger,
  lowdbStore,
  postgresStore,
  type Runtime,
  RuntimeError,
  type RuntimeOptions,
  type Store,
  StoreError,
  ValidationError,
} from "../runtime/index.ts";
import type { Challenge } from "./challenge.ts";
import type { OpenRuntimeOptions } from "./host.ts";
import { printable, UsageError } from "./io.ts";
import { makeFolder } from "./make-folder.ts";
import type { AppliedBlueprint, OpenedRuntime } from "./runtime-door.ts";
import { isDatabase, placeFault } from "./store-options.ts";

/** Errors that tell the person what to mend: a store's file, a blueprint, a name. */
const mendable = [StoreError, BlueprintError, RuntimeError, ValidationError];

/** Runs `work`; what a person can mend becomes a {@link UsageError}. */
export async function telling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!mendable.some((kind) => error instanceof kind)) throw error;
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The guarded client, open for the given targets as well. Throws {@link UsageError} for one that is none. */
function httpClient(allow: readonly string[]): HttpClient {
  try {
    return createHttpClient({ allow: allow.map(parseAllowedTarget) });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`--allow: ${error.message}`);
    throw error;
  }
}

/** A client whose requests end when the signal comes. */
function endingWith(signal: AbortSignal, { request }: HttpClient): HttpClient {
  return {
    request: (asked) =>
      request({
        ...asked,
        signal: asked.signal === undefined ? signal : AbortSignal.any([asked.signal, signal]),
      }),
  };
}

/** What a runtime is opened with. */
export interface PartsOptions extends Omit<OpenRuntimeOptions, "notice"> {
  /** Signs what clients keep for the runtime. */
  readonly secret?: string;
  readonly logger: Logger;
  readonly codeAlarm?: RuntimeOptions["codeAlarm"];
  /** Told of what was ignored in the store's file. */
  notice(text: string): void;
}

/** Engine, store and runtime, and how to let go of the first two. */
export interface Parts {
  readonly engine: Engine;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly resources: AsyncDisposableStack;
}

/** Opens the store in a file, whose folder is made, or in a database. Throws {@link UsageError} when it cannot be used. */
export async function openStore(
  place: string,
  options: { readonly key?: string; notice(text: string): void },
): Promise<Store> {
  const fault = placeFault(place);
  if (fault !== undefined) throw new UsageError(`the store (--store, POSTERN_STORE) ${fault}`);
  if (isDatabase(place)) return await telling(() => postgresStore(place, options));
  await makeStoreFolder(dirname(place));
  return await telling(() => lowdbStore(place, options));
}

/** Makes the folder of a store, readable by its owner only. Throws {@link UsageError} when it cannot be made. */
export async function makeStoreFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
  } catch (error) {
    throw new UsageError(`${folder}: cannot be made: ${(error as Error).message}`);
  }
}

/** Opens store, engine and runtime. Throws {@link UsageError} when the store cannot be used. */
export async function openParts(options: PartsOptions): Promise<Parts> {
  const { storePlace, storeKey, allow, twilioBaseUrl, notice, logger, secret, codeAlarm } = options;
  const closing = new AbortController();
  const http = endingWith(closing.signal, httpClient(allow));
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await openStore(storePlace, { key: storeKey, notice }));
  const engine = opened.use(await createEngine(options.engine));
  const runtime = await createRuntime({
    engine,
    store,
    env: options.env,
    smsProvider: (config) => createSmsProvider(config, http, { twilioBaseUrl }),
    logger,
    secret,
    codeAlarm,
  });
  // Before the others: a gateway that does not answer must not keep the process.
  opened.defer(() => closing.abort());
  return { engine, store, runtime, resources: opened.move() };
}

/** Loads a blueprint and tells its warnings. Throws {@link UsageError} that names what is wrong with it. */
export async function applyBlueprint(
  runtime: Runtime,
  text: string,
  options: {
    readonly file: string;
    readonly context: JsonObject;
    readonly dryRun?: boolean;
    readonly unknownModels?: "error" | "skip";
  },
  notice: (text: string) => void,
): Promise<AppliedBlueprint> {
  const { entries, warnings } = await telling(() => runtime.apply(text, options));
  for (const { line, column, what } of warnings) notice(`${options.file}:${line}:${column}: ${what}`);
  return { entries };
}

/** Opens store, engine and runtime. Throws {@link UsageError} when the store's file cannot be used. */
export async function openRuntime(options: OpenRuntimeOptions): Promise<OpenedRuntime> {
  const { notice } = options;
  const { runtime, resources } = await openParts({
    ...options,
    logger: {
      log(level, event, attributes) {
        if (level !== "warning" && level !== "error") return;
        const facts = Object.entries(attributes).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
        notice(printable(`${level}: ${event}${facts.join("")}`));
      },
    },
  });
  return {
    apply: (text, file, { context, dryRun, unknownModels }) =>
      applyBlueprint(
        runtime,
        text,
        { file, context, dryRun, ...(unknownModels === undefined ? {} : { unknownModels }) },
        notice,
      ),
    async start(slug, { user }) {
      const request = { path: `/if/flow/${slug}/`, META: { REMOTE_ADDR: "127.0.0.1" } };
      const flow = await telling(() => runtime.flow(slug).start({ user: user ?? null, http: request }));
      return {
        get challenge() {
          return flow.challenge as Challenge;
        },
        async respond(response) {
          await telling(() => flow.respond(response));
        },
      };
    },
    close: () => resources.disposeAsync(),
  };
}
