// A server with a real engine for the tests of the management API, and requests to it. Every answer is judged.
import { afterAll, beforeAll } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import type { ModelName, NewRow, Row } from "../../../runtime/index.ts";
import { type Client, type Running, startServer } from "../server-under-test.ts";

let engine: Engine | undefined;

/** The engine that all servers of a test file share; starting one takes a while. */
export async function sharedEngine(): Promise<Engine> {
  engine ??= await createEngine();
  return engine;
}

/** Closes the shared engine; for `afterAll`. */
export async function closeSharedEngine(): Promise<void> {
  await engine?.close();
  engine = undefined;
}

/** An answer's status and body, as it is on the wire. */
export interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape; the judge has checked them.
  readonly body: any;
}

/** A server, and what tests do with it. */
export class Management {
  #running: Running | undefined;
  constructor(running?: Running) {
    this.#running = running;
  }

  get running(): Running {
    if (this.#running === undefined)
      throw new Error("the server is started before the first test, not before");
    return this.#running;
  }

  async start(): Promise<void> {
    this.#running = await startServer({ engine: await sharedEngine() });
  }

  /** Inserts a row past the API. */
  add<M extends ModelName>(model: M, row: NewRow<M>): Promise<Row<M>> {
    return this.running.store.transaction((tx) => tx.insert(model, row));
  }

  /** All rows of a model. */
  rows<M extends ModelName>(model: M): Promise<Row<M>[]> {
    return this.running.store.read((tx) => tx.list(model));
  }

  /** One request below `/api/v3`, by default the administrator's. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    client: Client = this.running.client(),
  ): Promise<Told> {
    const response = await client.once(`/api/v3${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
    return { status: response.status, body: text === "" ? undefined : isJson ? JSON.parse(text) : text };
  }

  get(path: string): Promise<Told> {
    return this.ask("GET", path);
  }

  /** Creates an object and answers with it. Throws where that is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Told.
  async create(path: string, body: unknown): Promise<any> {
    const told = await this.ask("POST", path, body);
    if (told.status !== 201) throw new Error(`${path}: ${told.status} ${JSON.stringify(told.body)}`);
    return told.body;
  }
}

/** Starts a server. */
export async function manage(): Promise<Management> {
  const at = new Management();
  await at.start();
  return at;
}

/** A server for all tests of a file, from before the first until after the last. */
export function managementUnderTest(): Management {
  const at = new Management();
  beforeAll(() => at.start());
  afterAll(async () => {
    await at.running.close();
    await closeSharedEngine();
  });
  return at;
}
