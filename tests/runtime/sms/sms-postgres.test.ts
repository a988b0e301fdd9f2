// Two processes on one PostgreSQL: of what happens at once, a limit lets through what it allows, a request sends once, and a
// code makes one device.
import { expect, test } from "vitest";
import { postgresStore } from "../../../runtime/store/postgres.ts";
import { testDatabase } from "../../postgres/database.ts";
import { type Installation, install } from "../flow/harness.ts";
import { SMS_DEVICE, SMS_STAGE } from "../stages/sms-installation.ts";

const database = await testDatabase();

/** Two runtimes, each with connections of its own, on one new schema. */
async function twoProcesses(sends: object) {
  const schema = database.schema();
  const stores = [
    await postgresStore(database.url, { schema }),
    await postgresStore(database.url, { schema }),
  ] as const;
  const first = await install({ store: stores[0] });
  for (const username of ["marie", "paul"]) await first.add("authentik_core.user", { username });
  const stage = await first.add(SMS_STAGE, {
    name: "sms",
    provider: "generic",
    from_number: "+1",
    account_sid: "https://gateway.example/sms",
    auth: "x",
    postern_limits: { sends },
  });
  await first.flow("enroll", [stage]);
  const second = await install({ store: stores[1], time: first.time, sent: first.sent, firstCode: 511_111 });
  return {
    processes: [first, second] as const,
    sent: first.sent,
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close();
    },
  };
}

async function start(at: Installation, user: string): Promise<string> {
  const { session } = await at.runtime.executor.start("enroll", { user });
  return session as string;
}

const post = (data: { readonly [field: string]: string }, request_id?: string) =>
  ({
    method: "POST",
    response: { data, form: false },
    ...(request_id === undefined ? {} : { http: { request_id } }),
  }) as const;

database.describe("codes by SMS on PostgreSQL", () => {
  test("a number's limit holds for flows of all processes at once", async () => {
    await using at = await twoProcesses({ number: "2/hour" });
    const flows = await Promise.all(
      [0, 1, 0, 1, 0, 1].map(async (process, index) => ({
        at: at.processes[process] as Installation,
        session: await start(at.processes[process] as Installation, index < 3 ? "marie" : "paul"),
      })),
    );
    const answers = await Promise.all(
      flows.map((flow) =>
        flow.at.runtime.executor.request(flow.session, post({ phone_number: "+12025550173" })),
      ),
    );
    const refused = answers.filter(({ challenge }) => challenge?.phone_number_required === true);
    expect([at.sent.length, refused.length]).toEqual([2, 4]);
  });

  test("one request that reaches two processes sends one message, and its code makes one device", async () => {
    await using at = await twoProcesses({});
    const session = await start(at.processes[0], "marie");
    const both = (request: ReturnType<typeof post>) =>
      Promise.allSettled(at.processes.map(({ runtime }) => runtime.executor.request(session, request)));
    await both(post({ phone_number: "+12025550173" }, "one"));
    expect(at.sent).toHaveLength(1);
    const answers = await both(post({ code: at.sent[0]?.token as string }));
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await at.processes[0].rows(SMS_DEVICE)).toHaveLength(1);
    expect(await at.processes[1].rows("postern.flowsession")).toEqual([]);
  });
});
