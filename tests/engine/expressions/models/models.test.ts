// Models over what the embedder grants: queries, relations that rows leave out, and changes.
import { expect, test } from "vitest";
import type { EvaluateOptions, ModelsCapability } from "../../../../engine/index.ts";
import { engineUnderTest } from "../../engine-under-test.ts";
import { directory } from "./directory.ts";

const under = engineUnderTest();
const IMPORTS = "from authentik.core.models import User, Group, Token, Application\n";
async function answer(source: string, models: ModelsCapability | undefined = directory()): Promise<string> {
  const body = `${IMPORTS}${source.includes("\n") || source.startsWith("return") ? source : `return ${source}`}`;
  const options: EvaluateOptions = models === undefined ? {} : { capabilities: { models } };
  const context = {
    request: {
      user: {
        pk: 1,
        username: "marie",
        groups: [{ pk: "g2", name: "admins", parents: [{ pk: "g1", name: "staff" }] }],
      },
    },
  };
  const outcome = await under.run(body, context, "policy", options);
  return outcome.error === undefined ? outcome.repr : `${outcome.error.type}: ${outcome.error.message}`;
}

test.each([
  ["User.objects.get(username='marie').email", "'marie@example.com'"],
  ["User.objects.filter(attributes__team__site='south')", "<QuerySet [<User: zoe>]>"],
  ["User.objects.filter(groups__name__in=['staff', 'admins']).count()", "2"],
  [
    "User.objects.filter(username__regex=r'^[mp]').values_list('username', flat=True)",
    "<QuerySet ['marie', 'paul']>",
  ],
  ["User.objects.filter(username__iregex='^M').exists()", "True"],
  ["User.objects.get(username='nobody')", "User.DoesNotExist: User matching query does not exist."],
  ["[g.name for g in User.objects.get(pk=1).all_groups()]", "['admins', 'staff']"],
  ["User.objects.get(pk=1).is_superuser, User.objects.get(pk=2).is_superuser", "(True, False)"],
  ["User.objects.get(pk=1) == request.user", "True"],
  ["[u.username for u in Group.objects.get(name='staff').users.all()]", "['paul']"],
  ["Group.objects.get(name='staff').children.get().name", "'admins'"],
  ["Group.objects.filter(users=request.user)", "<QuerySet [<Group: Group admins>]>"],
  ["Token.objects.get(identifier='api').user.username", "'marie'"],
  ["ak_user_by(username='paul').pk", "2"],
  ["ak_user_by(username='nobody')", "None"],
  ["ak_user_by(nme='x')", "None"],
  ["ak_user_by(attributes__team__site='north').username", "'marie'"],
  ["ak_user_has_authenticator(request.user)", "True"],
  ["ak_user_has_authenticator(request.user, 'totp')", "True"],
  ["ak_user_has_authenticator(request.user, 'webauthn')", "False"],
  ["ak_user_has_authenticator(ak_user_by(username='paul'))", "False"],
  ["ak_is_group_member(ak_user_by(username='marie'), name='staff')", "True"],
  ["Application.objects.get(slug='wiki')", "<Application: Wiki>"],
  ["[e.name for e in request.user.app_entitlements(Application.objects.get(slug='wiki'))]", "['edit']"],
  ["ak_user_by(pk=2).app_entitlements_attributes(Application.objects.get())", "{'role': 'viewer'}"],
  ["request.user.app_entitlements(None)", "[]"],
  ["ak_user_by(pk=1).has_usable_password(), ak_user_by(pk=2).has_usable_password()", "(True, False)"],
  ["request.user.check_password('secret-1'), request.user.check_password('x')", "(True, False)"],
  [
    "request.user.password",
    "AttributeError: 'User' object has no attribute 'password' (not available in an expression: use set_password(), check_password() or has_usable_password())",
  ],
])("%s is %s", async (source, expected) => {
  expect(await answer(source)).toBe(expected);
});

test("devices, invitations and enumerations come from their modules", async () => {
  expect(
    await answer(`from authentik.stages.authenticator import devices_for_user
from authentik.stages.authenticator_totp.models import TOTPDevice
from authentik.stages.authenticator.models import Device
from authentik.stages.invitation.models import Invitation
from authentik.core.models import UserTypes, USER_ATTRIBUTE_CHANGE_EMAIL
from authentik.flows.models import FlowAuthenticationRequirement
try:
    Device.objects.all()
except AttributeError as error:
    abstract = str(error)
return [
    list(devices_for_user(request.user)), list(devices_for_user(ak_user_by(pk=2), confirmed=None)),
    TOTPDevice.objects.filter(user=request.user).exists(), abstract,
    Invitation.objects.get(fixed_data__group="staff").created_by.username,
    UserTypes.INTERNAL, UserTypes.INTERNAL == "internal", str(UserTypes.EXTERNAL), UserTypes("external").label,
    UserTypes.values, len(UserTypes), "external" in UserTypes, [t.name for t in UserTypes][:2],
    USER_ATTRIBUTE_CHANGE_EMAIL, FlowAuthenticationRequirement.NONE.value,
]`),
  ).toBe(
    "[[<TOTPDevice: phone (1)>], [<SMSDevice: sms (2)>], True, \"Manager isn't available; Device is abstract\", 'marie', " +
      "UserTypes.INTERNAL, True, 'external', 'External', ['internal', 'external', 'service_account', 'internal_service_account'], " +
      "4, True, ['INTERNAL', 'EXTERNAL'], 'goauthentik.io/user/can-change-email', 'none']",
  );
});

test("conditions go to the embedder as data, with order and limit where they suffice", async () => {
  const models = directory();
  await answer(
    "list(User.objects.filter(attributes__team__site='north', groups__name='x').exclude(username='a').order_by('-username')), User.objects.filter(pk__in=[1, 2]).first()",
    models,
  );
  expect(models.queries).toEqual([
    {
      model: "authentik_core.user",
      filters: [
        { path: ["attributes", "team", "site"], lookup: "exact", value: "north", negated: false },
        { path: ["groups", "name"], lookup: "exact", value: "x", negated: false },
        { path: ["username"], lookup: "exact", value: "a", negated: true },
      ],
      order: ["-username"],
      limit: null,
    },
    {
      model: "authentik_core.group",
      filters: [{ path: ["pk"], lookup: "in", value: ["g2", "g1"], negated: false }],
      order: [],
      limit: null,
    },
    {
      model: "authentik_core.user",
      filters: [{ path: ["pk"], lookup: "in", value: [1, 2], negated: false }],
      order: ["pk"],
      limit: 1,
    },
  ]);
});

test.each([
  [
    "User.objects.count()",
    'CapabilityError: User.objects needs the capability "models", which this evaluation was not granted',
  ],
  [
    "ak_user_by(username='x')",
    'CapabilityError: ak_user_by needs the capability "models", which this evaluation was not granted',
  ],
  ["request.user.groups.count()", "1"],
  [
    "request.user.save()",
    'CapabilityError: User.save() needs the capability "models", which this evaluation was not granted',
  ],
])("without a grant, %s is %s", async (source, expected) => {
  const outcome = await under.run(
    `${IMPORTS}return ${source}`,
    { request: { user: { pk: 1, groups: [{ pk: "g", name: "g" }] } } },
    "policy",
  );
  expect(outcome.error === undefined ? outcome.repr : `${outcome.error.type}: ${outcome.error.message}`).toBe(
    expected,
  );
});

test("reading is not writing", async () => {
  const { query } = directory();
  expect(await answer("Group.objects.create(name='x')", { query })).toBe(
    'CapabilityError: Group.objects.create() needs the capability "models.write", which this evaluation was not granted',
  );
});

test("rows are created, changed, related and deleted", async () => {
  const models = directory();
  expect(
    await answer(
      `group, created = Group.objects.get_or_create(name="new", defaults={"attributes": {"a": 1}})
again = Group.objects.get_or_create(name="new")[1]
user = User.objects.get(username="zoe")
user.email = "zoe@example.com"
user.attributes["seen"] = True
user.set_password("s3cret")
user.save()
user.groups.add(group)
Group.objects.get(name="staff").users.set([user])
names = sorted(g.name for g in user.groups.all())
updated = User.objects.filter(username="paul").update(is_active=False)
token = Token(identifier="t", user=user, intent="api")
token.save()
gone = Token.objects.filter(identifier="api").delete()
other, fresh = Group.objects.update_or_create(name="admins", defaults={"is_superuser": False})
user.refresh_from_db()
return [created, again, group.pk, names, updated, token.pk, token.user_id, gone, fresh, user.email]`,
      models,
    ),
  ).toBe(
    "[True, False, 102, ['new', 'staff'], 1, 101, 3, (1, {'authentik_core.Token': 1}), False, 'zoe@example.com']",
  );
  expect(models.changes).toEqual([
    { op: "create", model: "authentik_core.group", values: { name: "new", attributes: { a: 1 } } },
    {
      op: "update",
      model: "authentik_core.user",
      keys: [3],
      values: {
        email: "zoe@example.com",
        attributes: { team: { site: "south" }, seen: true },
        password: "s3cret",
      },
    },
    { op: "relate", model: "authentik_core.user", pk: 3, field: "groups", action: "add", keys: [102] },
    { op: "relate", model: "authentik_core.group", pk: "g1", field: "users", action: "set", keys: [3] },
    { op: "update", model: "authentik_core.user", keys: [2], values: { is_active: false } },
    { op: "create", model: "authentik_core.token", values: { identifier: "t", user: 3, intent: "api" } },
    { op: "delete", model: "authentik_core.token", keys: ["t1"] },
    { op: "update", model: "authentik_core.group", keys: ["g2"], values: { is_superuser: false } },
  ]);
});

test.each([
  ["Group.objects.create(nme='x')", "TypeError: Group() got unexpected keyword arguments: 'nme'"],
  [
    "Group.objects.get_or_create(name='q', defaults={'nme': 1})",
    "FieldError: Invalid field name(s) for model Group: 'nme'.",
  ],
  ["Group.objects.create(name='staff')", "IntegrityError: Group with this name already exists."],
  ["User.objects.filter(pk=1).update(nme=1)", "FieldDoesNotExist: User has no field named 'nme'"],
  [
    "User.objects.filter(pk=1).update(groups=1)",
    "FieldError: Cannot update model field <django.db.models.fields.related.ManyToManyField: groups> (only non-relations and foreign keys permitted).",
  ],
  [
    "User.objects.all()[:1].update(name='x')",
    "TypeError: Cannot update a query once a slice has been taken.",
  ],
  ["User.objects.all()[:1].delete()", "TypeError: Cannot use 'limit' or 'offset' with delete()."],
  ["User.objects.values('pk').delete()", "TypeError: Cannot call delete() after .values() or .values_list()"],
  ["User.objects.delete()", "AttributeError: 'Manager' object has no attribute 'delete'"],
  [
    "User(username='q').delete()",
    "ValueError: User object can't be deleted because its id attribute is set to None.",
  ],
  ["User(username='q').refresh_from_db()", "User.DoesNotExist: User matching query does not exist."],
  ["request.user.groups.add(request.user)", "TypeError: 'Group' instance expected, got <User: marie>"],
  ["request.user.groups.set(1)", "TypeError: 'int' object is not iterable"],
  [
    "request.user.save(update_fields=['nme'])",
    "ValueError: The following fields do not exist in this model, are m2m fields, primary keys, or are non-concrete fields: nme",
  ],
  ["User.objects.annotate(n=1)", "NotSupportedError: QuerySet.annotate() is not available in an expression"],
])("%s raises %s", async (source, expected) => {
  expect(await answer(source)).toBe(expected);
});

test.each([
  [
    "from django.core.mail import send_mail",
    "ModuleNotFoundError: No module named 'django.core.mail' (not available in an expression: use ak_send_email)",
  ],
  [
    "import boto3",
    "ModuleNotFoundError: No module named 'boto3' (not available in an expression: use requests; what it keeps must be reached over HTTP)",
  ],
  [
    "from django.db import transaction",
    "ImportError: cannot import name 'transaction' from 'django.db' (not available in an expression: queries and writes go through the models, User.objects for example)",
  ],
  [
    "from django.db.models import F",
    "ImportError: cannot import name 'F' from 'django.db.models' (not available in an expression: read the value first, then save it)",
  ],
  [
    "from authentik.lib.config import CONFIG",
    "ModuleNotFoundError: No module named 'authentik.lib.config' (not available in an expression: settings are the embedder's; put what expressions need into a brand's or user's attributes)",
  ],
  [
    "from authentik.core.models import Foo",
    "ImportError: cannot import name 'Foo' from 'authentik.core.models' (unknown location)",
  ],
  ["import authentik.foo", "ModuleNotFoundError: No module named 'authentik.foo'"],
  [
    "from dns.resolver import resolve",
    "ModuleNotFoundError: No module named 'dns' (not available in an expression: use resolve_dns and reverse_dns)",
  ],
])("%s says what to use instead", async (source, expected) => {
  expect(await under.error(source)).toBe(expected);
});
