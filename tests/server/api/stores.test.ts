// The same requests get the same answers from a server on PostgreSQL as from one in memory.
import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { memoryStore, type Store } from "../../../runtime/index.ts";
import { postgresStore } from "../../../runtime/store/postgres.ts";
import { testDatabase } from "../../postgres/database.ts";
import { startServer } from "../server-under-test.ts";
import { closeSharedEngine, Management, sharedEngine } from "./management.ts";

const database = await testDatabase();
afterAll(closeSharedEngine);

/** What a program does: every kind of write, read and refusal. Answers are written down with their statuses. */
async function transcript(store: Store): Promise<unknown[]> {
  await using running = await startServer({ engine: await sharedEngine(), store });
  const at = new Management(running);
  const answers: unknown[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: judged already.
  const ask = async (method: string, path: string, body?: unknown): Promise<any> => {
    const told = await at.ask(method, path, body);
    answers.push([method, told.status, told.body]);
    return told.body;
  };
  const flow = await ask("POST", "/flows/instances/", {
    name: "f",
    slug: "f",
    title: "t",
    designation: "enrollment",
  });
  await ask("POST", "/flows/instances/", { name: "f", slug: "f", title: "t", designation: "enrollment" });
  const sms = await ask("POST", "/stages/authenticator/sms/", {
    name: "s",
    provider: "twilio",
    from_number: "1",
    account_sid: "A",
    auth: "b",
    configure_flow: flow.pk,
  });
  const deny = await ask("POST", "/stages/deny/", { name: "d" });
  await ask("POST", "/stages/dummy/", { name: "d" });
  const first = await ask("POST", "/flows/bindings/", { target: flow.pk, stage: sms.pk, order: 2 });
  await ask("POST", "/flows/bindings/", { target: flow.pk, stage: deny.pk, order: 1 });
  await ask("POST", "/flows/bindings/", { target: flow.pk, stage: deny.pk, order: 1 });
  const policy = await ask("POST", "/policies/expression/", { name: "p", expression: "return True" });
  await ask("POST", "/policies/bindings/", { target: first.pk, policy: policy.pk, order: 0 });
  const group = await ask("POST", "/core/groups/", { name: "g", is_superuser: true });
  const user = await ask("POST", "/core/users/", { username: "u", name: "U", groups: [group.pk] });
  await ask("POST", `/core/groups/${group.pk}/add_user/`, { pk: running.admin });
  await ask("PATCH", `/core/groups/${group.pk}/`, { users: [user.pk, 999_999] });
  await at.add("authentik_stages_authenticator_sms.smsdevice", {
    user: user.pk,
    stage: sms.pk,
    phone_number: "+1",
    name: "phone",
  });
  await ask("DELETE", `/stages/authenticator/sms/${sms.pk}/`);
  await ask("PATCH", `/stages/authenticator/sms/${sms.pk}/`, { mapping: user.uuid });
  for (const path of [
    "/flows/instances/",
    `/flows/bindings/?target=${flow.pk}&ordering=order`,
    "/stages/all/?page_size=1&page=2&ordering=-name",
    `/stages/authenticator/sms/?configure_flow=${flow.pk}`,
    `/flows/bindings/?policies=${policy.pk}`,
    "/policies/all/?bindings__isnull=false",
    "/policies/bindings/?policy__isnull=false",
    "/core/users/?is_superuser=true&ordering=-username",
    "/core/groups/?include_children=true&members_by_username=u",
    "/authenticators/admin/sms/?search=phone",
    "/events/events/?ordering=action&page_size=100",
    `/stages/deny/${deny.pk}/used_by/`,
    `/core/users/${user.pk}/used_by/`,
    `/stages/deny/${flow.pk}/`,
    "/flows/instances/f/diagram/",
    "/stages/deny/?page=9",
  ]) {
    await ask("GET", path);
  }
  await ask("DELETE", `/core/users/${user.pk}/`);
  await ask("DELETE", "/flows/instances/f/");
  await ask("GET", "/policies/bindings/");
  await ask("GET", `/stages/authenticator/sms/${sms.pk}/`);
  return answers;
}

/** With names in place of what differs from run to run: UUIDs and numbers of groups by first appearance, times, addresses. */
function comparable(answers: readonly unknown[]): unknown {
  const names = new Map<string, string>();
  const named = (text: string): string => {
    const plain = text.replaceAll("-", "");
    if (!names.has(plain)) names.set(plain, `id${names.size}`);
    return names.get(plain) as string;
  };
  const text = JSON.stringify(answers)
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=")[0-9a-f]{32}(?=")/g, named)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time")
    .replaceAll(/"num_pk":\d+/g, '"num_pk":0')
    .replaceAll(/"(uid|avatar)":"[^"]*"/g, '"$1":""');
  return JSON.parse(text);
}

database.describe("PostgreSQL and memory", () => {
  test("answer alike", async () => {
    await using inMemory = memoryStore();
    await using onPostgres = await postgresStore(database.url, {
      schema: database.schema(),
      key: randomBytes(32),
    });
    const expected = comparable(await transcript(inMemory));
    expect(comparable(await transcript(onPostgres))).toEqual(expected);
  }, 60_000);
});
