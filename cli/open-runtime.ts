// A runtime on a store file, with the errors that a person can mend told apart from those of ours.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { createEngine } from "../engine/index.ts";
import {
  createHttpClient,
  createSmsProvider,
  type HttpClient,
  parseAllowedTarget,
} from "../providers/index.ts";
import {
  BlueprintError,
  createRuntime,
  lowdbStore,
  RuntimeError,
  StoreError,
  ValidationError,
} from "../runtime/index.ts";
import type { Challenge } from "./challenge.ts";
import type { OpenRuntimeOptions } from "./host.ts";
import { printable, UsageError } from "./io.ts";
import type { OpenedRuntime } from "./runtime-door.ts";

/** Errors that tell the person what to mend: a store's file, a blueprint, a name. */
const mendable = [StoreError, BlueprintError, RuntimeError, ValidationError];

/** Runs `work`; what a person can mend becomes a {@link UsageError}. */
async function telling<T>(work: () => Promise<T>): Promise<T> {
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

/** Opens store, engine and runtime. Throws {@link UsageError} when the store's file cannot be used. */
export async function openRuntime(options: OpenRuntimeOptions): Promise<OpenedRuntime> {
  const { storeFile, allow, twilioBaseUrl, notice } = options;
  const http = httpClient(allow);
  await using opened = new AsyncDisposableStack();
  const folder = dirname(storeFile);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(`${folder}: cannot be made: ${(error as Error).message}`);
  }
  const store = opened.use(await telling(() => lowdbStore(storeFile, { notice })));
  const engine = opened.use(await createEngine(options.engine));
  const runtime = await createRuntime({
    engine,
    store,
    env: options.env,
    smsProvider: (config) => createSmsProvider(config, http, { twilioBaseUrl }),
    logger: {
      log(level, event, attributes) {
        if (level !== "warning" && level !== "error") return;
        const facts = Object.entries(attributes).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
        notice(printable(`${level}: ${event}${facts.join("")}`));
      },
    },
  });
  const resources = opened.move();
  return {
    async apply(text, file, { context, dryRun }) {
      const { entries, warnings } = await telling(() => runtime.apply(text, { file, context, dryRun }));
      for (const { line, column, what } of warnings) notice(`${file}:${line}:${column}: ${what}`);
      return { entries };
    },
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
