// One server process of the bench: a whole `postern serve`, but for the sending of messages, on the store it is told.
import { createEngine } from "../../engine/index.ts";
import { createRuntime, lowdbStore, memoryStore, postgresStore, type Store } from "../../runtime/index.ts";
import { createLogger, createServer } from "../../server/index.ts";
import type { Asked, Place } from "./subject.ts";

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

async function answer(asked: Asked): Promise<object> {
  if ("install" in asked) {
    const { install } = await import("./installation.ts");
    return { token: await install(store, asked.install.devices, asked.install.policy) };
  }
  if ("clear" in asked) {
    const { clear } = await import("./installation.ts");
    await clear(store, asked.clear);
    return {};
  }
  const { user, system } = process.cpuUsage();
  return { cpu: user + system };
}

process.on("message", async (asked: Asked) => process.send?.({ id: asked.id, ...(await answer(asked)) }));
process.on("disconnect", () => process.exit(0));
process.send?.({ id: 0, url: await server.listen() });
