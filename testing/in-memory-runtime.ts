// A whole runtime for one test: nothing on disk, messages kept in place of being sent, a clock that the test moves.
import { createEngine } from "../engine/index.ts";
import type { Engine, JsonObject, JsonValue } from "../engine/types.ts";
import { createRuntime, type Grants, memoryStore, type Runtime } from "../runtime/index.ts";

/** A message that a stage has handed to its provider. */
export interface KeptMessage {
  readonly provider: "twilio" | "generic";
  readonly to: string;
  /** The whole message. */
  readonly text: string;
  /** The one-time code. */
  readonly token: string;
  /** What the stage's mapping made; absent where it has none. */
  readonly payload?: JsonValue;
  /** When it was sent, milliseconds since the epoch. */
  readonly at: number;
}

/** The messages of a runtime in the order they were sent. */
export interface Inbox {
  readonly messages: readonly KeptMessage[];
  /** The last message. Throws Error where there is none. */
  readonly last: KeptMessage;
  /** Forgets all. */
  clear(): void;
}

/** Time as the runtime and its expressions see it. It moves only when told. */
export interface MovableClock {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Moves on. Throws RangeError for what is not a number of milliseconds from 0. */
  advance(ms: number): void;
}

/** Settings of {@link createInMemoryRuntime}. */
export interface InMemoryOptions {
  /** Texts of blueprints, applied in order. */
  readonly blueprints?: readonly string[];
  /** Values for their `!Context`. */
  readonly context?: JsonObject;
  /** By default one of its own, which is closed with the runtime. */
  readonly engine?: Engine;
  /** First moment, milliseconds since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly now?: number;
  /** What expressions may ask for beside the store's policies. */
  readonly capabilities?: Grants;
}

/** A runtime and what stands around it. */
export interface InMemoryRuntime extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly inbox: Inbox;
  readonly clock: MovableClock;
  close(): Promise<void>;
}

/** Makes a runtime that keeps everything in memory. Throws what applying the blueprints throws, with nothing left open. */
export async function createInMemoryRuntime(options: InMemoryOptions = {}): Promise<InMemoryRuntime> {
  const { blueprints = [], context = {}, capabilities = {} } = options;
  const messages: KeptMessage[] = [];
  let now = options.now ?? Date.UTC(2026, 0, 1);
  const engine = options.engine ?? (await createEngine());
  const store = memoryStore({ key: new Uint8Array(32) });
  const close = async (): Promise<void> => {
    await store.close();
    if (options.engine === undefined) await engine.close();
  };
  const inbox: Inbox = {
    messages,
    get last() {
      const last = messages.at(-1);
      if (last === undefined) throw new Error("no message has been sent");
      return last;
    },
    clear: () => void messages.splice(0),
  };
  const clock: MovableClock = {
    get now() {
      return now;
    },
    advance(ms) {
      if (!(ms >= 0 && Number.isFinite(ms)))
        throw new RangeError(`cannot advance by ${ms}: give milliseconds from 0`);
      now += ms;
    },
  };
  try {
    const runtime = await createRuntime({
      engine,
      store,
      capabilities,
      clock: () => now,
      smsProvider: ({ provider }) => ({
        kind: provider,
        send: async ({ to, text, token, payload }) => {
          messages.push({
            provider,
            to,
            text,
            token,
            ...(payload === undefined ? {} : { payload }),
            at: now,
          });
          return { provider, status: 200 };
        },
      }),
    });
    for (const blueprint of blueprints) await runtime.apply(blueprint, { context });
    return { runtime, inbox, clock, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
