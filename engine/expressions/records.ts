// The objects a context holds: `request`, users, HTTP requests, brands, devices, stages.
//
// They are records: what the embedder's JSON gave, as attributes, plus the defaults that authentik's models have. A name
// that is not there is an AttributeError, as on the real object. Nothing secret is ever put in one.
import { PyDict } from "../python/dict.ts";
import { typeError } from "../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../python/function.ts";
import { pythonMethods } from "../python/modules/python-function.ts";
import type { PyType, PyValue } from "../python/object.ts";
import { emit } from "../python/output.ts";
import { str } from "../python/representation.ts";
import { list, PyList } from "../python/sequence.ts";
import { exporters } from "./boundary.ts";
import { MODEL_KEYS } from "./context-keys.ts";
import { queryDict } from "./django/query-dict.ts";
import { groupModel, smsDeviceModel, smsStageModel, userModel } from "./models/catalogue.ts";
import { type Model, modelOf, models } from "./models/model.ts";
import { PyRecord, recordType } from "./models/record.ts";
import { PyRelatedManager, recordFrom, recordOf } from "./models/relations.ts";

const display = (): string => "";
const anonymousType = recordType("AnonymousUser", "django.contrib.auth.models", () => "AnonymousUser");
const requestType = recordType("PolicyRequest", "authentik.policies.types", display);
const httpRequestType = recordType(
  "WSGIRequest",
  "django.core.handlers.wsgi",
  (self) => `${str(self.get("method"))} '${str(self.get("path"))}'`,
);
const objType = recordType("Model", "authentik", (self) => str(self.get("name")));
const planType = recordType("FlowPlan", "authentik.flows.planner", display);

// ---- as JSON -------------------------------------------------------------------------------------

/** What `sanitize` keeps of objects that are no models. */
const SANITIZED = new Map<PyType, readonly string[]>([
  [userModel.type, ["username", "pk", "email"]],
  [anonymousType, ["username", "pk"]],
  [httpRequestType, ["path", "method"]],
]);

function plain(record: PyRecord): PyDict {
  const dict = new PyDict();
  for (const [key, item] of record.dict) {
    if (!(item instanceof PyRecord || item instanceof PyRelatedManager)) dict.set(key, item);
  }
  return dict;
}
/** authentik's `sanitize`: models are named, not dumped. */
function sanitized(record: PyRecord, model: Model | undefined): PyDict {
  const kept = SANITIZED.get(record.cls);
  const dict = new PyDict();
  if (kept !== undefined) for (const name of kept) dict.set(name, record.get(name));
  else if (model !== undefined) {
    const [app, name] = model.label.split(".") as [string, string];
    dict.set("app", app);
    dict.set("model_name", name);
    dict.set("pk", record.get("pk"));
    dict.set("name", record.dict.get("name") ?? str(record));
  } else {
    for (const [key, item] of record.dict) {
      if (!(item instanceof PyRecord || item instanceof PyRelatedManager) || key === "user")
        dict.set(key, item);
    }
  }
  return dict;
}
for (const type of [anonymousType, requestType, httpRequestType, objType, planType])
  exporters.set(type, (value, style) =>
    style.sanitize ? sanitized(value as PyRecord, undefined) : plain(value as PyRecord),
  );
for (const model of models.values())
  exporters.set(model.type, (value, style) =>
    style.sanitize ? sanitized(value as PyRecord, model) : plain(value as PyRecord),
  );

defineMethods(requestType, {
  "__repr__()": (self: PyRecord) => `<PolicyRequest user=${str(self.get("user"))}>`,
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
  for (const computed of ["is_authenticated", "is_anonymous", "ak_groups"]) map.delete(computed);
  map.set("groups", groups instanceof PyList ? list(groups.items.map(group)) : list([]));
  return recordFrom(userModel, map);
}
/** A group, with the groups it is in. */
function group(value: PyValue): PyValue {
  if (!(value instanceof PyDict)) return value;
  const map = withDefaults(fields(value, "group"), {
    pk: none,
    name: empty,
    attributes: dict,
    is_superuser: no,
  });
  const parents = map.get("parents");
  map.set("parents", parents instanceof PyList ? list(parents.items.map(group)) : list([]));
  return recordFrom(groupModel, map);
}
function brand(value: PyValue): PyValue {
  const map = value === null ? new Map<string, PyValue>() : fields(value, "brand");
  withDefaults(map, {
    domain: empty,
    branding_title: () => "authentik",
    branding_logo: empty,
    branding_favicon: empty,
    attributes: dict,
    default: no,
  });
  return recordFrom(modelOf("authentik_brands.brand"), map);
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
  for (const name of ["GET", "POST"]) {
    const query = map.get(name);
    if (query instanceof PyDict) map.set(name, queryDict(query.entries()));
  }
  map.set("brand", brand(map.get("brand") ?? null));
  if (map.has("user")) map.set("user", user(map.get("user") as PyValue));
  return new PyRecord(httpRequestType, map);
}
/** The object that a variable or a context's key of that name stands for. */
export function named(key: string, value: PyValue): PyValue {
  if (!(value instanceof PyDict)) return value;
  if (key === "user" || key === "pending_user") return user(value);
  if (key === "group") return group(value);
  // A provider's application is the other side of a relation, which rows do not carry.
  const application = value.get("application");
  if (key === "provider" && application !== undefined)
    value.set("application", named("application", application));
  const model = MODEL_KEYS.get(key);
  return model === undefined ? value : recordOf(modelOf(model), value);
}

/** Destinations that a plan was given with `redirect()`. */
export const redirects: WeakMap<PyRecord, string[]> = new WeakMap();
pythonMethods(planType, {
  "redirect(destination)": (self: PyRecord, destination: PyValue) => {
    const url = str(destination);
    emit(url);
    redirects.set(self, [...(redirects.get(self) ?? []), url]);
    return null;
  },
});

/**
 * A policy's context: the plan's own, copied flat, with the plan. What is in both is one object, as in authentik: a change
 * inside of it is a change of the plan. (`contextFromJson` has made it one.)
 */
function contextValues(context: PyDict): PyDict {
  const plan = context.get("flow_plan");
  const made = new Map<PyValue, PyValue>();
  const convert = (dict: PyDict): void => {
    for (const [key, value] of [...dict.entries()]) {
      const name = String(key);
      if (!(value instanceof PyDict) || !(MODEL_KEYS.has(name) || name === "pending_user" || name === "user"))
        continue;
      const object = made.get(value) ?? named(name, value);
      made.set(value, object);
      dict.set(key, object);
    }
  };
  if (plan instanceof PyDict) {
    const map = withDefaults(fields(plan, "flow_plan"), {
      context: dict,
      bindings: () => list([]),
      flow_pk: none,
    });
    const inner = map.get("context");
    if (inner instanceof PyDict) convert(inner);
    context.set("flow_plan", new PyRecord(planType, map));
  }
  convert(context);
  return context;
}
/** The policy request. */
export function policyRequest(value: PyValue): PyRecord {
  const map = value === null ? new Map<string, PyValue>() : fields(value, "request");
  const given = map.get("user") ?? null;
  const context = map.get("context") ?? null;
  const pendingGiven = context instanceof PyDict ? context.get("pending_user") : undefined;
  // In a flow the request's user is the pending one, where there is one: the same object.
  const isPending = given instanceof PyDict && given === pendingGiven;
  map.set(
    "context",
    context === null ? new PyDict() : context instanceof PyDict ? contextValues(context) : context,
  );
  map.set("user", isPending ? ((context as PyDict).get("pending_user") as PyValue) : user(given));
  map.set("http_request", httpRequest(map.get("http_request") ?? null));
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
  return recordFrom(smsDeviceModel, map);
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
  return recordFrom(smsStageModel, map);
}
