// A process that serves flows from a store: one JSON line in for each request, one out for each answer, until it is killed.
import { createInterface } from "node:readline";
import { createHttpClient, createSmsProvider } from "../../../providers/index.ts";
import { createRuntime, lowdbStore, postgresStore } from "../../../runtime/index.ts";
import { fakeEngine } from "../flow/fake-engine.ts";
import type { Asked, Place, Told } from "./service.ts";

const place = JSON.parse(process.argv[2] ?? "") as Place;
const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: place.inbox, http: true }] });
const store =
  place.kind === "lowdb"
    ? await lowdbStore(place.file)
    : await postgresStore(place.url, { schema: place.schema, connections: 5, connectTimeout: 30_000 });
const { executor } = await createRuntime({
  engine: fakeEngine(),
  store,
  smsProvider: (config) => createSmsProvider(config, http),
  logger: { log: () => undefined },
});

async function answer(asked: Asked): Promise<Told["outcome"]> {
  try {
    if (asked.session === undefined)
      return { answer: await executor.start("enroll", { user: asked.user ?? null }) };
    const { session, data, key } = asked;
    const method = data === undefined ? "GET" : "POST";
    const response = data && { data, form: false };
    return { answer: await executor.request(session, { method, response, http: { request_id: key } }) };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const asked = JSON.parse(line) as Asked;
  const told: Told = { id: asked.id, outcome: await answer(asked) };
  process.stdout.write(`${JSON.stringify(told)}\n`);
});
lines.on("close", async () => {
  await store.close();
  process.exit(0);
});
process.stdout.write("ready\n");
