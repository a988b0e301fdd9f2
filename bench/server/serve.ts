// One server process of the bench: a whole `postern serve`, but for the sending of messages, on the store it is told.
import { createEngine } from "../../engine/index.ts";
import { createRuntime, lowdbStore, memoryStore, postgresStore, type Store } from "../../runtime/index.ts";
import { createLogger, createServer } from "../../server/index.ts";
import type { Place } from "./subject.ts";

const place = JSON.parse(process.argv[2] ?? "") as Place;

function open(): Promise<Store> {
  if (place.store === "lowdb") return lowdbStore(place.file);
  return place.store === "postgres"
    ? postgresStore(place.url, { schema: place.schema })
    : Promise.resolve(memoryStore());
}

const engine = await createEngine();
const store = await open();
const runtime = await createRuntime({
  engine,
  store,
  // Every code is the same, so that the client knows it.
  randomInt: () => 123_456,
  smsProvider: ({ provider }) => ({ kind: provider, send: async () => ({ provider, status: 201 }) }),
});
const server = await createServer({
  runtime,
  engine,
  settings: { port: 0, secretKey: "k".repeat(40), logLevel: "error" },
  logger: createLogger("error", { write: () => true }),
});

process.on(
  "message",
  async (asked: { readonly id: number; readonly rows?: number; readonly policy?: boolean }) => {
    if (asked.rows !== undefined) {
      const { install } = await import("./installation.ts");
      process.send?.({ id: asked.id, token: await install(store, asked.rows, asked.policy === true) });
    } else {
      const { user, system } = process.cpuUsage();
      process.send?.({ id: asked.id, cpu: user + system });
    }
  },
);
process.on("disconnect", () => process.exit(0));
process.send?.({ id: 0, url: await server.listen() });
