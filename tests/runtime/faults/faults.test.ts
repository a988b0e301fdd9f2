// Enrolments while processes are killed, the database goes away and the disk is full: what was acknowledged stays, nothing happens twice.
import { randomInt } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { lowdbStore, postgresStore, type Store } from "../../../runtime/index.ts";
import { testDatabase } from "../../postgres/database.ts";
import { PostgresServer } from "../../postgres/server.ts";
import { freshDirectory } from "../store/directory.ts";
import { Books, IS_LONG } from "./enrolment.ts";
import { type Place, Refused, Service } from "./service.ts";

const ENROLMENTS = IS_LONG ? 200 : 12;
const KILLS = IS_LONG ? 30 : 3;
const AWAY = IS_LONG ? 10_000 : 500;
const timeout = IS_LONG ? 900_000 : 300_000;

const database = await testDatabase();
const ending: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function books(): Promise<Books> {
  const opened = await Books.open();
  ending.push(() => opened.inbox.close());
  return opened;
}

function serve(place: Place, count: number, wrap?: readonly string[]): Service {
  const service = new Service(place, count, wrap);
  ending.push(() => service.stop());
  return service;
}

/** Kills processes at random moments until the work is done, but so often at least. */
async function killWhile(service: Service, count: number, work: Promise<void>): Promise<number> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  let kills = 0;
  while (!isDone) {
    await sleep(randomInt(10, 250));
    if (isDone || kills === KILLS) break;
    await service.kill(randomInt(count));
    kills += 1;
  }
  await done;
  return kills;
}

it("kill -9 at random moments, on lowdb", { timeout }, async () => {
  const own = await books();
  const file = join(await freshDirectory(), "postern.json");
  const use = async (work: (store: Store) => Promise<void>): Promise<void> => {
    await using store = await lowdbStore(file);
    await work(store);
  };
  await use((store) => own.install(store));
  const place: Place = { kind: "lowdb", file, inbox: own.inbox.port };
  const service = serve(place, 1);
  await service.ready();
  expect(await killWhile(service, 1, own.enrol(service, ENROLMENTS, 4))).toBeGreaterThan(0);
  await service.stop();
  const last = serve(place, 1);
  await last.ready();
  // The file is read as it is; the process has it open.
  const copy = join(await freshDirectory(), "copy.json");
  await copyFile(file, copy);
  await using store = await lowdbStore(copy);
  await own.audit(store, last);
});

database.describe("on PostgreSQL", () => {
  async function installed(url = database.url): Promise<{ own: Books; place: Place; store: Store }> {
    const own = await books();
    const schema = database.schema();
    const store = await postgresStore(url, { schema });
    ending.push(() => store.close());
    await own.install(store);
    return { own, store, place: { kind: "postgres", url, schema, inbox: own.inbox.port } };
  }

  it("kill -9 at random moments, of one of two processes", { timeout }, async () => {
    const { own, place, store } = await installed();
    const service = serve(place, 2);
    await service.ready();
    expect(await killWhile(service, 2, own.enrol(service, ENROLMENTS, 6))).toBeGreaterThan(0);
    await own.audit(store, service);
  });

  it("two processes serve one flow by turns, and one code once", { timeout }, async () => {
    const { own, place } = await installed();
    const service = serve(place, 2);
    await service.ready();
    const { session } = await service.ask({ user: "marie" }, 0);
    const at = { session: session as string };
    expect((await service.ask(at, 1)).challenge).toMatchObject({ phone_number_required: true });
    const number = "+12025550100";
    const sent = await service.ask({ ...at, data: { phone_number: number } }, 0);
    expect(sent.challenge).toMatchObject({ phone_number_required: false });
    const wrong = await service.ask({ ...at, data: { code: "nonsense" } }, 1);
    expect(wrong.challenge).toMatchObject({ response_errors: { non_field_errors: [{ code: "invalid" }] } });
    await sleep(1_100);
    // Both get the right code at once, more than once.
    const code = own.inbox.messages[0].code as string;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => service.ask({ ...at, data: { code } }, index)),
    );
    const passed = outcomes.filter(
      (outcome) =>
        outcome.status === "fulfilled" && outcome.value.challenge?.component === "xak-flow-redirect",
    );
    expect(passed).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ name: "SessionNotFound" });
    }
  });

  it(`the database is away for ${AWAY / 1000} seconds: requests fail, and work again`, {
    timeout,
  }, async () => {
    const server = await PostgresServer.start({ durable: true });
    ending.push(() => server.stop());
    const { own, place, store } = await installed(server.url);
    const service = serve(place, 2);
    await service.ready();
    await own.enrol(service, 2, 2);
    const { session } = await service.ask({ user: "marie" });
    await server.interrupt();
    const back = sleep(AWAY);
    for (const asked of [{ user: "marie" }, { session: session as string }]) {
      const error = await service.ask(asked).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Refused);
      expect(error).toMatchObject({
        name: "StoreUnavailable",
        message: expect.stringMatching(/cannot be used at the moment .*try again when it is back$/),
      });
    }
    await back;
    await server.resume();
    expect((await service.ask({ session: session as string })).challenge).toMatchObject({
      component: "ak-stage-authenticator-sms",
    });
    await own.enrol(service, 2, 2);
    await own.audit(store, service);
    expect(own.enrolments.map(({ end }) => end)).toEqual(Array(4).fill("acknowledged"));
  });
});

it.skipIf(process.platform === "win32")(
  "a disk that is full: requests fail, nothing is half written, and after a restart all goes on",
  { timeout },
  async () => {
    const own = await books();
    const file = join(await freshDirectory(), "postern.json");
    {
      await using store = await lowdbStore(file);
      await own.install(store);
      // Almost all that the limit below lets a file have.
      await store.transaction((tx) => {
        const context = { filler: "x".repeat(90_000) };
        tx.insert("authentik_events.event", { action: "custom_filler", app: "test", context });
      });
    }
    const place: Place = { kind: "lowdb", file, inbox: own.inbox.port };
    // A limit on the size of files (200 blocks of 512 bytes) stands for the disk: the write that passes it fails half way.
    const limited = ["/bin/sh", "-c", `trap "" XFSZ; ulimit -f 200; exec "$0" "$@"`];
    const service = serve(place, 1, limited);
    await service.ready();
    const failure = await own.enrol(service, 500, 1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refused);
    expect((failure as Refused).message).toMatch(/postern\.json could not be written, nothing changed: /);
    await service.stop();
    const whole = serve(place, 1);
    await whole.ready();
    await own.enrol(whole, 2, 1);
    await whole.stop();
    const last = serve(place, 1);
    await last.ready();
    const copy = join(await freshDirectory(), "copy.json");
    await copyFile(file, copy);
    await using store = await lowdbStore(copy);
    await own.audit(store, last);
  },
);
