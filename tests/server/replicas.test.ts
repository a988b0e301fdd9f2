// Two servers on one database: any of them takes any request, and nothing happens twice.
import { expect, test } from "vitest";
import { postgresStore, type Store } from "../../runtime/index.ts";
import { testDatabase } from "../postgres/database.ts";
import { install } from "../runtime/flow/harness.ts";
import { installSms } from "../runtime/stages/sms-installation.ts";
import { type Client, type Running, startServer } from "./server-under-test.ts";

const database = await testDatabase();
const EXECUTOR = "/api/v3/flows/executor/enroll/?query=";

/** An installation with an SMS stage, and two servers on its database, each with a connection and a runtime of its own. */
async function replicas() {
  const open = new AsyncDisposableStack();
  const schema = database.schema();
  const connect = async (): Promise<Store> => open.use(await postgresStore(database.url, { schema }));
  const store = await connect();
  const sms = await installSms({}, { store, codes: [42] });
  const { engine, time, sent } = sms.at;
  const second = await install({ store: await connect(), engine, time, sent });
  const serve = async (on: typeof sms.at): Promise<Running> =>
    open.use(await startServer({ on, admin: on === sms.at }));
  const servers = [await serve(sms.at), await serve(second)] as const;
  return { ...sms, servers, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** The same browser in front of another server. */
function at(running: Running, browser: Client): Client {
  const other = running.client(null);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  return other;
}

const post = (fields: object): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(fields),
});

database.describe("two servers on one database", () => {
  test("a flow that one began is continued by the other, by the same browser", async () => {
    await using site = await replicas();
    const [first, second] = site.servers;
    const browser = await first.browser("marie");
    await browser.once(EXECUTOR, post({ phone_number: "+1234" }));
    const shown = await at(second, browser).once(EXECUTOR);
    expect(await shown.json()).toMatchObject({ pending_user: "marie", phone_number_required: false });
    const end = await at(second, browser).once(EXECUTOR, post({ code: "000042" }));
    expect(await end.json()).toEqual({ component: "xak-flow-redirect", to: "/" });
    expect(await site.devices()).toMatchObject([{ phone_number: "+1234", user: site.marie.pk }]);
  });

  test("a code that is typed at both at the same time makes one device", async () => {
    await using site = await replicas();
    const [first, second] = site.servers;
    const browser = await first.browser("marie");
    await browser.once(EXECUTOR, post({ phone_number: "+1234" }));
    const answers = await Promise.all(
      [browser, at(second, browser), browser, at(second, browser)].map(async (client) => {
        const response = await client.once(EXECUTOR, post({ code: "000042" }));
        return ((await response.json()) as { component: string }).component;
      }),
    );
    expect(answers.filter((component) => component === "xak-flow-redirect")).toHaveLength(1);
    expect(await site.devices()).toHaveLength(1);
  });

  test("a token that one made is one of the other's", async () => {
    await using site = await replicas();
    const [first, second] = site.servers;
    const response = await second.client(first.token).once("/api/v3/core/users/me/");
    expect(await response.json()).toMatchObject({ user: { username: "akadmin", is_superuser: true } });
  });
});
