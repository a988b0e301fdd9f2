// Starting a flow with its first request: one transaction for everything, or nothing.
import { expect, test } from "vitest";
import { memoryStore, SessionNotFound, type Store } from "../../../runtime/index.ts";
import { dummy } from "./dummy-flow.ts";
import { install } from "./harness.ts";

const SESSION = "postern.flowsession";
const GET = { method: "GET" } as const;
const POST = { method: "POST", response: { data: {}, form: false } } as const;

/** A flow "f" of two stages on a store that counts the transactions which change something. */
async function served(stages: readonly string[] = ["one", "two"], throwError = false) {
  const inner = memoryStore();
  const written: string[][] = [];
  const store: Store = {
    ...inner,
    read: (work) => inner.read(work),
    size: (model, where, limit) => inner.size(model, where, limit),
    expired: (model, now, limit) => inner.expired(model, now, limit),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
    transaction: (work) =>
      inner.transaction((tx) => {
        const models: string[] = [];
        const result = work({
          get: (model, pk) => tx.get(model, pk),
          list: (model, where) => tx.list(model, where),
          insert: (model, row) => {
            models.push(model);
            return tx.insert(model, row);
          },
          update: (model, pk, patch) => {
            models.push(model);
            return tx.update(model, pk, patch);
          },
          delete: (model, pk) => {
            models.push(model);
            tx.delete(model, pk);
          },
        });
        if (models.length > 0) written.push(models);
        return result;
      }),
  };
  const at = await install({ store });
  const rows = [];
  for (const name of stages) rows.push(await dummy(at, name, throwError));
  await at.flow("f", rows);
  written.length = 0;
  const along: string[] = [];
  return {
    at,
    written,
    along,
    enter: (request: typeof GET | typeof POST = GET) =>
      at.runtime.executor.enter("f", {}, request, (tx, session) => {
        along.push(session);
        tx.insert("authentik_brands.brand", { domain: `d${along.length}` });
      }),
  };
}

test("the first look stores the session and what goes along in one transaction; another look writes nothing", async () => {
  const { at, written, along, enter } = await served();
  const { session, challenge } = await enter();
  expect(challenge).toMatchObject({ component: "ak-stage-dummy", name: "one" });
  expect(written).toEqual([[SESSION, "authentik_brands.brand"]]);
  expect(along).toEqual([session]);
  const again = await at.runtime.executor.request(session as string, GET);
  expect(again.challenge).toEqual(challenge);
  expect(written).toHaveLength(1);
});

test("a first request that is a response is served, and stored once as well", async () => {
  const { at, written, enter } = await served();
  const { session, status } = await enter(POST);
  expect([status, written]).toEqual([302, [[SESSION, "authentik_brands.brand"]]]);
  const next = await at.runtime.executor.request(session as string, GET);
  expect(next.challenge).toMatchObject({ name: "two" });
});

test("a flow that ends with its first request stores nothing, and nothing goes along", async () => {
  const { written, along, enter } = await served(["only"]);
  expect(await enter(POST)).toMatchObject({ session: null, challenge: { component: "xak-flow-redirect" } });
  expect([written, along]).toEqual([[], []]);
});

test("a first request that fails leaves the session as it was begun, so that it can be repeated", async () => {
  const { at, along, enter } = await served(["broken"], true);
  const { session, challenge } = await enter();
  expect(challenge).toMatchObject({ component: "ak-stage-flow-error" });
  expect(along).toEqual([session]);
  await at.store.transaction((tx) => {
    const [stage] = tx.list("authentik_stages_dummy.dummystage");
    tx.update("authentik_stages_dummy.dummystage", stage.pk, { throw_error: false });
  });
  const again = await at.runtime.executor.request(session as string, GET);
  expect(again.challenge).toMatchObject({ name: "broken" });
});

test("what goes along and fails takes the session with it", async () => {
  const { at } = await served();
  const failing = at.runtime.executor.enter("f", {}, GET, (tx) => {
    tx.insert("authentik_brands.brand", { domain: "d" });
    throw new Error("no room");
  });
  await expect(failing).rejects.toThrow("no room");
  expect(await at.rows(SESSION)).toEqual([]);
  expect(await at.rows("authentik_brands.brand")).toEqual([]);
});

test("a session of another flow than the one that is meant is not found", async () => {
  const { at, enter } = await served();
  const { session } = await enter();
  const other = at.runtime.executor.request(session as string, { ...GET, slug: "g" });
  await expect(other).rejects.toThrow(SessionNotFound);
  expect(await at.rows(SESSION)).toHaveLength(1);
});
