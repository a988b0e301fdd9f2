// What users, groups and entitlements do: memberships, attributes that are merged, entitlements of an application.
import { getAttribute } from "../../python/attribute.ts";
import { PyDict } from "../../python/dict.ts";
import { attributeError, typeError } from "../../python/exceptions.ts";
import { defineAttributes } from "../../python/function.ts";
import { pythonMethods } from "../../python/modules/python-function.ts";
import type { PyValue } from "../../python/object.ts";
import { same, truth } from "../../python/operators.ts";
import { str } from "../../python/representation.ts";
import { list, PyList } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { groupModel, userModel } from "./catalogue.ts";
import { modelOf } from "./model.ts";
import { type PyQuerySet, rowSet } from "./queryset.ts";
import { PyRecord } from "./record.ts";
import type { PyRelatedManager } from "./relations.ts";

const parentsOf = (group: PyRecord): PyRecord[] =>
  (getAttribute(group, "parents") as PyRelatedManager).records();

/** Groups and those they are in, each once. */
function withAncestors(groups: readonly PyRecord[]): PyRecord[] {
  const found: PyRecord[] = [];
  const visit = (rows: readonly PyRecord[]): void => {
    for (const row of rows) {
      charge(found.length + 1);
      if (found.some((other) => same(other, row))) continue;
      found.push(row);
      visit(parentsOf(row));
    }
  };
  visit(groups);
  return found;
}
/** A user's groups and those they are in. */
export function allGroups(self: PyRecord): PyQuerySet {
  const groups = getAttribute(self, "groups") as PyRelatedManager;
  return rowSet(groupModel, "User.all_groups()", () => withAncestors(groups.records()));
}

/** Merges as authentik's `always_merger`: objects key by key, lists appended, anything else replaced. */
function merge(target: PyDict, source: PyValue): void {
  if (!(source instanceof PyDict)) return;
  for (const [key, value] of source.entries()) {
    const own = target.get(key);
    if (own instanceof PyDict && value instanceof PyDict) merge(own, value);
    else if (own instanceof PyList && value instanceof PyList) own.items.push(...value.items);
    else target.set(key, copied(value));
  }
}
function copied(value: PyValue): PyValue {
  if (value instanceof PyList) return list(value.items.map(copied));
  if (!(value instanceof PyDict)) return value;
  const copy = new PyDict();
  for (const [key, item] of value.entries()) copy.set(key, copied(item));
  return copy;
}
const byName = (a: PyRecord, b: PyRecord): number => (str(a.get("name")) < str(b.get("name")) ? -1 : 1);

/** What the bindings of an entitlement say about a user. */
function entitled(entitlement: PyRecord, user: PyRecord, groups: readonly PyRecord[]): boolean {
  const bindings = (getAttribute(entitlement, "bindings") as PyRelatedManager).records();
  return bindings.some((binding) => {
    if (binding.get("enabled") === false) return false;
    const [boundUser, boundGroup] = [getAttribute(binding, "user_id"), getAttribute(binding, "group_id")];
    const isUser = boundUser !== null && same(boundUser, user.get("pk"));
    const inGroup = boundGroup !== null && groups.some((group) => same(group.get("pk"), boundGroup));
    if (binding.get("negate") !== true) return isUser || inGroup;
    return (boundUser !== null && !isUser) || (boundGroup !== null && !inGroup);
  });
}
function entitlements(self: PyRecord, application: PyValue): PyValue {
  if (!truth(application)) return list([]);
  const all = getAttribute(application, "applicationentitlement_set") as PyRelatedManager;
  return rowSet(modelOf("authentik_core.applicationentitlement"), "User.app_entitlements()", () => {
    const groups = allGroups(self).items as PyRecord[];
    return all.records().filter((row) => entitled(row, self, groups));
  }).with({ order: ["name"] });
}

pythonMethods(userModel.type, {
  "all_groups()": allGroups,
  "group_attributes(request=None)": (self: PyRecord, request: PyValue = null) => {
    const merged = new PyDict();
    const brand = request instanceof PyRecord ? request.get("brand") : null;
    if (brand instanceof PyRecord) merge(merged, brand.get("attributes"));
    for (const row of [...(allGroups(self).items as PyRecord[])].sort(byName))
      merge(merged, row.get("attributes"));
    merge(merged, self.get("attributes"));
    return merged;
  },
  "app_entitlements(app)": entitlements,
  "app_entitlements_attributes(app)": (self: PyRecord, application: PyValue) => {
    const merged = new PyDict();
    if (!truth(application)) return merged;
    for (const row of (entitlements(self, application) as PyQuerySet).items)
      merge(merged, (row as PyRecord).get("attributes"));
    return merged;
  },
  "locale(request=None)": (self: PyRecord, request: PyValue = null) => {
    const language = request instanceof PyRecord ? request.get("LANGUAGE_CODE") : null;
    if (language !== null) return language;
    const attributes = self.get("attributes");
    const settings = attributes instanceof PyDict ? attributes.get("settings") : undefined;
    const locale = settings instanceof PyDict ? settings.get("locale") : undefined;
    return locale === undefined ? "" : locale;
  },
  "get_full_name()": (self: PyRecord) =>
    `${self.dict.has("first_name") ? str(self.get("first_name")) : ""} ${self.dict.has("last_name") ? str(self.get("last_name")) : ""}`.trim(),
  "get_username()": (self: PyRecord) => self.get("username"),
});
defineAttributes<PyRecord>(userModel.type, {
  is_authenticated: () => true,
  is_anonymous: () => false,
  is_superuser: [
    (self) =>
      self.dict.get("is_superuser") ??
      (allGroups(self).items as PyRecord[]).some((row) => row.get("is_superuser") === true),
    (self, value) => void self.dict.set("is_superuser", value),
  ],
  is_staff: (self) => getAttribute(self, "is_superuser"),
  // The name it had before authentik 2026.2, still in most expressions.
  ak_groups: [
    (self) => getAttribute(self, "groups"),
    () => {
      throw typeError("ak_groups is read-only; use groups.set()");
    },
  ],
});
pythonMethods(groupModel.type, {
  "is_member(user)": (self: PyRecord, member: PyValue) =>
    member instanceof PyRecord &&
    member.cls === userModel.type &&
    allGroups(member).items.some((row) => same(row, self)),
});
defineAttributes<PyRecord>(groupModel.type, {
  num_pk: (self) => {
    const given = self.dict.get("num_pk");
    const hex = str(self.get("pk")).replaceAll("-", "");
    if (given !== undefined) return given;
    if (!/^[0-9a-f]{32}$/i.test(hex)) throw notCarried(self, "num_pk");
    return Number(BigInt(`0x${hex}`).toString().slice(0, 5));
  },
});
function notCarried(record: PyRecord, name: string) {
  return attributeError(record, name, `'${record.cls.name}' object has no attribute '${name}'`);
}
