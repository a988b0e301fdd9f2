// The objects a context holds: `request`, users, HTTP requests, brands, devices, stages.
//
// They are plain records: what the embedder's JSON gave, as attributes, plus the defaults that authentik's models
// have. A name that is not there is an AttributeError, as on the real object. Nothing secret is ever put in one.
import { PyDict } from "../python/dict.ts";
import { typeError } from "../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../python/function.ts";
import { makeType, NotImplemented, PyObject, type PyType, type PyValue } from "../python/object.ts";
import { same } from "../python/operators.ts";
import { str } from "../python/representation.ts";
import { list, PyList } from "../python/sequence.ts";
import { charge } from "../python/state.ts";
import { exporters } from "./boundary.ts";
import { PyQuerySet, PyRelatedManager } from "./querysets.ts";

/** A record: attributes by name. */
export class PyRecord extends PyObject {
  constructor(cls: PyType, attributes: Map<string, PyValue>) {
    super();
    this.cls = cls;
    this.dict = attributes;
  }
  get(name: string): PyValue {
    return this.dict?.get(name) ?? null;
  }
}

function recordType(name: string, module: string, display: (self: PyRecord) => string): PyType {
  const type = makeType(name, { module, subclassable: false });
  type.hasDict = true;
  defineMethods(type, {
    "__repr__()": (self: PyRecord) => `<${name}: ${display(self)}>`,
    "__str__()": (self: PyRecord) => display(self),
    // Django models are equal when they are the same row.
    "__eq__(value, /)": (self: PyRecord, other: PyValue) => {
      if (self === other) return true;
      if (!(other instanceof PyRecord) || other.cls !== self.cls) return NotImplemented;
      const pk = self.get("pk");
      return pk !== null && same(pk, other.get("pk"));
    },
  });
  // authentik's `sanitize`: models are named, not dumped.
  exporters.set(type, (value, style) => {
    const record = value as PyRecord;
    const dict = new PyDict();
    for (const [key, item] of record.dict ?? []) {
      const nested = item instanceof PyRecord || item instanceof PyRelatedManager;
      if (!nested && !(style.sanitize && SANITIZED.get(name)?.includes(key) === false)) dict.set(key, item);
      else if (item instanceof PyRecord && style.sanitize && name === "PolicyRequest" && key === "user")
        dict.set(key, item);
    }
    return dict;
  });
  return type;
}

/** What `sanitize` keeps of a model: enough to find it again. */
const SANITIZED: ReadonlyMap<string, readonly string[]> = new Map([
  ["User", ["username", "pk", "email"]],
  ["AnonymousUser", ["username", "pk"]],
  ["Group", ["pk", "name"]],
  ["Brand", ["domain"]],
  ["SMSDevice", ["pk", "name"]],
  ["AuthenticatorSMSStage", ["pk", "name"]],
  ["WSGIRequest", ["path", "method"]],
]);

const text =
  (name: string) =>
  (self: PyRecord): string =>
    str(self.get(name));

export const userType = recordType("User", "authentik.core.models", text("username"));
export const anonymousType = recordType("AnonymousUser", "django.contrib.auth.models", () => "AnonymousUser");
export const groupType = recordType(
  "Group",
  "authentik.core.models",
  (self) => `Group ${str(self.get("name"))}`,
);
export const brandType = recordType(
  "Brand",
  "authentik.brands.models",
  (self) => `Brand ${str(self.get("domain"))}`,
);
export const requestType = recordType("PolicyRequest", "authentik.policies.types", () => "");
export const httpRequestType = recordType(
  "WSGIRequest",
  "django.core.handlers.wsgi",
  (self) => `${str(self.get("method"))} '${str(self.get("path"))}'`,
);
export const deviceType = recordType("SMSDevice", "authentik.stages.authenticator_sms.models", text("name"));
export const stageType = recordType(
  "AuthenticatorSMSStage",
  "authentik.stages.authenticator_sms.models",
  text("name"),
);
export const objType = recordType("Model", "authentik", text("name"));
export const planType = recordType("FlowPlan", "authentik.flows.planner", () => "");
export const queryType = recordType("QueryDict", "django.http.request", () => "");

defineMethods(requestType, {
  "__repr__()": (self: PyRecord) => `<PolicyRequest user=${str(self.get("user"))}>`,
});
defineMethods(userType, {
  "__hash__()": (self: PyRecord) => Number(self.get("pk") ?? 0),
});
defineAttributes<PyRecord>(userType, {
  is_authenticated: () => true,
  is_anonymous: () => false,
});
defineAttributes<PyRecord>(anonymousType, {
  is_authenticated: () => false,
  is_anonymous: () => true,
});
defineMethods(httpRequestType, {
  "get_host()": (self: PyRecord) => {
    const host = self.get("host");
    return host === null ? "localhost" : host;
  },
  "build_absolute_uri(location=None)": (self: PyRecord, location: PyValue = null) => {
    const path = location === null ? str(self.get("path")) : str(location);
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return path;
    const host = self.get("host");
    return `https://${host === null ? "localhost" : str(host)}${path.startsWith("/") ? "" : "/"}${path}`;
  },
});

/** A dict's entries by name; a TypeError that names the variable otherwise. */
function fields(value: PyValue, what: string): Map<string, PyValue> {
  if (!(value instanceof PyDict)) throw typeError(`the context's \`${what}\` must be an object`);
  const map = new Map<string, PyValue>();
  for (const [key, item] of value.entries()) map.set(String(key), item);
  return map;
}
function withDefaults(
  map: Map<string, PyValue>,
  defaults: { [name: string]: () => PyValue },
): Map<string, PyValue> {
  for (const [name, make] of Object.entries(defaults)) if (!map.has(name)) map.set(name, make());
  return map;
}
const none = (): PyValue => null;
const empty = (): PyValue => "";
const dict = (): PyValue => new PyDict();
const yes = (): PyValue => true;
const no = (): PyValue => false;

/** A user, or the anonymous one where there is none. */
export function user(value: PyValue): PyValue {
  if (value instanceof PyRecord) return value;
  if (value === null) {
    return new PyRecord(
      anonymousType,
      new Map<string, PyValue>([
        ["pk", null],
        ["username", ""],
        ["is_active", false],
        ["is_superuser", false],
      ]),
    );
  }
  const map = fields(value, "user");
  const groups = map.get("groups") ?? map.get("ak_groups");
  withDefaults(map, {
    pk: none,
    username: empty,
    name: empty,
    email: empty,
    attributes: dict,
    is_active: yes,
    is_superuser: no,
    path: () => "users",
    type: () => "internal",
    uuid: none,
    uid: none,
  });
  map.delete("is_authenticated");
  map.delete("is_anonymous");
  const manager = relation(groups instanceof PyList ? groups.items : []);
  map.set("groups", manager);
  // The name it had before authentik 2026.2, still in most expressions.
  map.set("ak_groups", manager);
  return new PyRecord(userType, map);
}
/** A relation to groups. */
function relation(groups: readonly PyValue[]): PyRelatedManager {
  return new PyRelatedManager(new PyQuerySet("Group", groups.map(group)));
}
/** A group, with the groups it is in. */
export function group(value: PyValue): PyRecord {
  if (value instanceof PyRecord) return value;
  const map = withDefaults(fields(value, "group"), {
    pk: none,
    name: empty,
    attributes: dict,
    is_superuser: no,
  });
  const parents = map.get("parents");
  map.set("parents", relation(parents instanceof PyList ? parents.items : []));
  return new PyRecord(groupType, map);
}
/** A user's groups and those they are in, each once. */
export function allGroups(self: PyRecord): PyQuerySet {
  const found: PyRecord[] = [];
  const visit = (manager: PyValue): void => {
    if (!(manager instanceof PyRelatedManager)) return;
    for (const row of manager.rows.items) {
      if (found.some((other) => same(other, row))) continue;
      charge(1);
      found.push(row);
      visit(row.get("parents"));
    }
  };
  visit(self.get("groups"));
  return new PyQuerySet("Group", found);
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
defineMethods(userType, {
  "all_groups()": allGroups,
  "group_attributes(request=None)": (self: PyRecord, request: PyValue = null) => {
    const merged = new PyDict();
    if (request instanceof PyRecord) {
      const brandRecord = request.get("brand");
      if (brandRecord instanceof PyRecord) merge(merged, brandRecord.get("attributes"));
    }
    const groups = [...allGroups(self).items].sort((a, b) =>
      str(a.get("name")) < str(b.get("name")) ? -1 : 1,
    );
    for (const row of groups) merge(merged, row.get("attributes"));
    merge(merged, self.get("attributes"));
    return merged;
  },
});
defineMethods(groupType, {
  "is_member(user)": (self: PyRecord, member: PyValue) =>
    member instanceof PyRecord &&
    member.cls === userType &&
    allGroups(member).items.some((row) => same(row, self)),
});
function brand(value: PyValue): PyValue {
  const map = value === null ? new Map<string, PyValue>() : fields(value, "brand");
  return new PyRecord(
    brandType,
    withDefaults(map, {
      domain: empty,
      branding_title: () => "authentik",
      branding_logo: empty,
      branding_favicon: empty,
      attributes: dict,
      default: no,
    }),
  );
}
/** An HTTP request; None where there is none. */
export function httpRequest(value: PyValue): PyValue {
  if (value === null) return null;
  const map = fields(value, "http_request");
  withDefaults(map, {
    META: dict,
    GET: dict,
    POST: dict,
    COOKIES: dict,
    headers: dict,
    path: () => "/",
    method: () => "GET",
    session: dict,
    request_id: empty,
  });
  map.set("brand", brand(map.get("brand") ?? null));
  if (map.has("user")) map.set("user", user(map.get("user") as PyValue));
  return new PyRecord(httpRequestType, map);
}
/** Values of a policy's context that are model objects in authentik. */
function contextValues(context: PyDict): PyDict {
  const pending = context.get("pending_user");
  if (pending instanceof PyDict) context.set("pending_user", user(pending));
  const plan = context.get("flow_plan");
  if (plan instanceof PyDict) {
    const map = withDefaults(fields(plan, "flow_plan"), {
      context: dict,
      bindings: () => list([]),
      flow_pk: none,
    });
    const inner = map.get("context");
    if (inner instanceof PyDict) contextValues(inner);
    context.set("flow_plan", new PyRecord(planType, map));
  }
  return context;
}
/** The policy request. */
export function policyRequest(value: PyValue): PyRecord {
  const map = value === null ? new Map<string, PyValue>() : fields(value, "request");
  map.set("user", user(map.get("user") ?? null));
  map.set("http_request", httpRequest(map.get("http_request") ?? null));
  const context = map.get("context") ?? null;
  map.set(
    "context",
    context === null ? new PyDict() : context instanceof PyDict ? contextValues(context) : context,
  );
  const obj = map.get("obj") ?? null;
  map.set("obj", obj instanceof PyDict ? new PyRecord(objType, fields(obj, "obj")) : obj);
  if (!map.has("debug")) map.set("debug", false);
  return new PyRecord(requestType, map);
}
/** The SMS device that a webhook mapping sees. */
export function device(value: PyValue): PyValue {
  if (!(value instanceof PyDict)) return value;
  const map = withDefaults(fields(value, "device"), {
    pk: none,
    name: () => "SMS Device",
    phone_number: empty,
    confirmed: no,
  });
  if (map.has("user")) map.set("user", user(map.get("user") as PyValue));
  if (map.has("stage")) map.set("stage", stage(map.get("stage") as PyValue));
  return new PyRecord(deviceType, map);
}
/** The SMS stage that a webhook mapping sees: never its credentials. */
export function stage(value: PyValue): PyValue {
  if (!(value instanceof PyDict)) return value;
  const map = withDefaults(fields(value, "stage"), {
    pk: none,
    name: empty,
    from_number: empty,
    friendly_name: empty,
  });
  for (const secret of ["auth", "auth_password"]) map.delete(secret);
  return new PyRecord(stageType, map);
}
