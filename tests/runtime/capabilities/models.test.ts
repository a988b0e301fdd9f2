// The store's users and groups in expressions: queries without credentials, changes in one transaction.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEngine, type Engine } from "../../../engine/index.ts";
import { storedModels } from "../../../runtime/capabilities/models.ts";
import { memoryStore, type Store } from "../../../runtime/index.ts";
import { verifyPassword } from "../../../runtime/models/password.ts";

let engine: Engine;
let store: Store;
beforeAll(async () => {
  engine = await createEngine();
  store = memoryStore();
  await store.transaction((tx) => {
    const staff = tx.insert("authentik_core.group", { name: "staff" });
    const admins = tx.insert("authentik_core.group", {
      name: "admins",
      is_superuser: true,
      parents: [staff.pk],
    });
    const marie = tx.insert("authentik_core.user", {
      username: "marie",
      groups: [admins.pk],
      attributes: { team: "a" },
      password: "pbkdf2_sha256$1$salt$x",
    });
    tx.insert("authentik_core.user", { username: "paul", groups: [staff.pk] });
    const stage = tx.insert("authentik_stages_authenticator_sms.authenticatorsmsstage", {
      name: "sms",
      provider: "twilio",
      from_number: "+15550100",
      account_sid: "AC",
      auth: "token",
    });
    tx.insert("authentik_stages_authenticator_sms.smsdevice", {
      user: marie.pk,
      stage: stage.pk,
      phone_number: "+15550101",
      name: "phone",
      token: "123456",
    });
  });
});
afterAll(() => engine.close());

async function answer(source: string, access: "read" | "write" = "read"): Promise<string> {
  const head =
    "from authentik.core.models import User, Group, Token\nfrom authentik.stages.authenticator_sms.models import SMSDevice, AuthenticatorSMSStage\nfrom authentik.flows.models import Stage\nfrom authentik.events.models import Event\n";
  const outcome = await engine
    .expression("test", `${head}${source.includes("\n") ? source : `return ${source}`}`, "policy")
    .run(
      { request: { user: null, context: {} } },
      { capabilities: { models: storedModels(store, Date.now, access) } },
    );
  return outcome.error === undefined ? outcome.repr : `${outcome.error.type}: ${outcome.error.message}`;
}

test.each([
  ["ak_user_by(username='marie').attributes", "{'team': 'a'}"],
  ["[g.name for g in ak_user_by(username='marie').all_groups()]", "['admins', 'staff']"],
  ["ak_user_by(username='marie').is_superuser", "True"],
  ["ak_user_has_authenticator(ak_user_by(username='marie'), 'sms')", "True"],
  ["ak_user_has_authenticator(ak_user_by(username='paul'))", "False"],
  ["Group.objects.filter(users__username='paul')", "<QuerySet [<Group: Group staff>]>"],
  ["[u.username for u in Group.objects.get(name='staff').users.all()]", "['paul']"],
  ["User.objects.filter(groups__parents__name='staff')", "<QuerySet [<User: marie>]>"],
  ["SMSDevice.objects.get().user.username", "'marie'"],
  ["SMSDevice.objects.get().stage.name", "'sms'"],
  ["SMSDevice.objects.get().token", "AttributeError: 'SMSDevice' object has no attribute 'token'"],
  [
    "AuthenticatorSMSStage.objects.get().auth",
    "AttributeError: 'AuthenticatorSMSStage' object has no attribute 'auth'",
  ],
  ["Stage.objects.get().name", "'sms'"],
  ["Token.objects.exists()", "False"],
  [
    "ak_user_by(username='marie').has_usable_password(), ak_user_by(username='paul').has_usable_password()",
    "(True, False)",
  ],
  [
    "Group.objects.create(name='x')",
    'CapabilityError: Group.objects.create() needs the capability "models.write", which this evaluation was not granted',
  ],
])("%s is %s", async (source, expected) => {
  expect(await answer(source)).toBe(expected);
});

test("users and groups are changed, and nothing else", async () => {
  expect(
    await answer(
      `group, created = Group.objects.get_or_create(name="new")
user = User.objects.create(username="zoe", email="zoe@example.com")
user.groups.add(group)
user.set_password("s3cret")
user.save()
group.users.add(User.objects.get(username="paul"))
Group.objects.get(name="staff").users.clear()
return [created, sorted(u.username for u in group.users.all()), User.objects.filter(groups__name="staff").exists(),
        user.check_password("s3cret"), user.check_password("x"), User.objects.filter(username="zoe").count()]`,
      "write",
    ),
  ).toBe("[True, ['paul', 'zoe'], False, True, False, 1]");
  const [zoe] = await store.read((tx) => tx.list("authentik_core.user", { username: "zoe" }));
  expect([zoe?.email, verifyPassword("s3cret", zoe?.password ?? "")]).toEqual(["zoe@example.com", true]);
  expect(await answer("User.objects.get(username='zoe').delete()", "write")).toBe(
    "(1, {'authentik_core.User': 1})",
  );
});

test("a password that an expression saves logs the user out", async () => {
  await store.transaction((tx) => {
    const [{ pk: user }] = tx.list("authentik_core.user", { username: "paul" });
    tx.insert("postern.session", { pk: "paul's", user, data: {}, expires: "2040-01-01T00:00:00Z" });
  });
  const sessions = () => store.read((tx) => tx.list("postern.session").length);
  const change = (line: string) =>
    answer(`user = ak_user_by(username="paul")\n${line}\nuser.save()\nreturn 1`, "write");
  await change('user.name = "Paul"');
  expect(await sessions()).toBe(1);
  await change('user.set_password("another")');
  expect(await sessions()).toBe(0);
});

test.each([
  ["User.objects.create(username='marie')", "IntegrityError: user with this username already exists."],
  [
    "User.objects.create(username='x', email='nonsense')",
    "ValidationError: ['authentik_core.user: email: Enter a valid email address.']",
  ],
  [
    "Token.objects.create(identifier='x')",
    "NotSupportedError: expressions can change users and groups of this installation, not rows of authentik_core.token",
  ],
])("%s raises %s", async (source, expected) => {
  expect(await answer(source, "write")).toBe(expected);
});

test("what would read a large table is refused and says how to ask; what an index finds is not", async () => {
  const rows = 10_001;
  await store.transaction((tx) => {
    for (let index = 0; index < rows; index += 1) {
      tx.insert("authentik_events.event", { action: index % 2 === 0 ? "login" : "logout", app: "test" });
    }
  });
  expect(await answer("len(Event.objects.filter(action='login'))")).toBe("5001");
  expect(await answer("Event.objects.count()")).toBe(
    "NotSupportedError: this query would look at more than 10,000 rows of authentik_events.event; filter it by a field that few rows share, such as pk, username or email",
  );
});
