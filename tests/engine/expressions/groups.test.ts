// Group look-ups, what a quarter of all expressions are about: relations, query sets, inherited groups, attributes.
import { expect, test } from "vitest";
import type { JsonObject } from "../../../engine/types.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();

const staff = { pk: "s", name: "staff", attributes: { quota: 10, tags: ["s"], nested: { a: 1 } } };
const admins = {
  pk: "a",
  name: "admins",
  attributes: { quota: 50, tags: ["a"], nested: { b: 2 } },
  parents: [staff],
};
const context: JsonObject = {
  request: {
    user: {
      pk: 7,
      username: "marie",
      groups: [admins, { pk: "b", name: "Beta", attributes: {} }],
      attributes: { quota: 99 },
    },
  },
};
const answer = async (expression: string) => {
  const outcome = await under.run(`user = request.user\nreturn ${expression}`, context);
  return outcome.error === undefined ? outcome.repr : `${outcome.error.type}: ${outcome.error.message}`;
};

test.each([
  ["[g.name for g in user.groups.all()]", "['admins', 'Beta']"],
  ["[g.name for g in user.ak_groups.all()]", "['admins', 'Beta']"],
  ['user.groups.filter(name="admins").exists()', "True"],
  ['user.groups.filter(name="staff").exists()', "False"],
  ["[g.name for g in user.all_groups()]", "['admins', 'staff', 'Beta']"],
  ['user.all_groups().filter(name__in=["staff", "x"]).count()', "1"],
  ['user.groups.filter(name__iexact="beta").first().pk', "'b'"],
  ['user.groups.filter(name__startswith="ad", attributes__quota__gte=50).exists()', "True"],
  ['user.groups.exclude(name__icontains="ET").values_list("name", flat=True)', "<QuerySet ['admins']>"],
  ['user.groups.order_by("-name").first().name', "'admins'"],
  ['user.groups.get(name="Beta")', "<Group: Group Beta>"],
  ['user.groups.get(name="nobody")', "Group.DoesNotExist: Group matching query does not exist."],
  [
    'user.groups.filter(nme="x")',
    "FieldError: Cannot resolve keyword 'nme' into field. Choices are: attributes, children, group_uuid, is_superuser, name, parents, roles, users",
  ],
  ["[g for g in user.groups]", "TypeError: 'ManyRelatedManager' object is not iterable"],
  ['ak_is_group_member(user, name="staff")', "True"],
  ['ak_is_group_member(user, name="nobody")', "False"],
  ["user.group_attributes()", "{'quota': 99, 'tags': ['a', 's'], 'nested': {'b': 2, 'a': 1}}"],
  ["user.groups.first() in user.all_groups()", "True"],
  ["bool(user.groups.none())", "False"],
])("%s", async (expression, expected) => {
  expect(await answer(expression)).toBe(expected);
});

test("merging group attributes leaves the groups' own as they were", async () => {
  expect(
    (
      await under.run(
        "u = request.user\nu.group_attributes()['tags'].append('x')\nreturn u.groups.first().attributes['tags']",
        context,
      )
    ).repr,
  ).toBe("['a']");
});
