// The objects a context holds: `request`, users, HTTP requests, brands, devices, stages.
//
// They are records: what the embedder's JSON gave, as attributes, plus the defaults that authentik's models have. A name
// that is not there is an AttributeError, as on the real object. Nothing secret is ever put in one.
import { PyDict } from "../python/dict.ts";
import { TreeEntries } from "../python/entries.ts";
import { typeError } from "../python/exceptions.ts";
import { defineAttributes, defineMethods } from "../python/function.ts";
import { pythonMethods } from "../python/modules/python-function.ts";
import { PyType, type PyValue } from "../python/object.ts";
import { emit } from "../python/output.ts";
import { str } from "../python/representation.ts";
import { list } from "../python/sequence.ts";
import { exporters } from "./boundary.ts";
import { MODEL_KEYS } from "./context-keys.ts";
import { ContextReader, isTree, type Parsed, type Tree } from "./context-tree.ts";
import { httpHeaders } from "./django/http-headers.ts";
import { queryDict } from "./django/query-dict.ts";
import { groupModel, smsDeviceModel, smsStageModel, userModel } from "./models/catalogue.ts";
import { type Model, modelOf, models } from "./models/model.ts";
import { momentObject } from "./models/moments.ts";
import { PyRecord, recordType, type Unread } from "./models/record.ts";
import { attributesFrom, PyRelatedManager } from "./models/relations.ts";

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
    dict.set("name", record.dict.has("name") ? record.get("name") : str(record));
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

// ---- made of a context ---------------------------------------------------------------------------

/** How the members of an object become attributes: those that are not what JSON makes of them. */
type Makers = { readonly [name: string]: (value: Parsed, reader: ContextReader) => PyValue };
/** What a record has where the context says nothing. */
type Defaults = readonly (readonly [name: string, make: () => PyValue])[];

/** How records of one type are made. */
interface Recipe {
  readonly type: PyType;
  /** For rows of a model: its primary key and relations. */
  readonly model?: Model;
  readonly defaults: Defaults;
  readonly makers: Makers;
  /** Members that are left out. */
  readonly without?: readonly string[];
  readonly plain: ReadonlySet<string>;
  /** Names of attributes that other members have a say in: a row's relations, and the column of its primary key. */
  readonly entangled: ReadonlySet<string>;
  /** Models of the rows that a row leads to, one each, by attribute. */
  readonly toOne: ReadonlyMap<string, string>;
}
function recipe(
  of: PyType | Model,
  {
    defaults,
    makers = {},
    without,
  }: { defaults: { [name: string]: () => PyValue }; makers?: Makers; without?: string[] },
): Recipe {
  const model = of instanceof PyType ? undefined : of;
  const relations = model?.relations ?? [];
  // `pk` has a second name among the columns.
  const special = new Set([
    "pk",
    model?.pk.name,
    ...(model?.moments ?? []),
    ...relations.map(({ name }) => name),
  ]);
  const plain = new Set(
    [...Object.keys(defaults), ...(model?.fields.keys() ?? [])].filter(
      (name) => !Object.hasOwn(makers, name) && !special.has(name) && without?.includes(name) !== true,
    ),
  );
  return {
    type: of instanceof PyType ? of : of.type,
    ...(model === undefined ? {} : { model }),
    defaults: Object.entries(defaults),
    makers,
    ...(without === undefined ? {} : { without }),
    plain,
    entangled: new Set(
      model === undefined
        ? []
        : [model.pk.name, ...model.relations.flatMap(({ name }) => [name, `${name}_id`])].filter(
            (name) => name !== "pk",
          ),
    ),
    toOne: new Map(
      relations.flatMap(({ name, relation }) =>
        relation === undefined || relation.many || Object.hasOwn(makers, name) ? [] : [[name, relation.to]],
      ),
    ),
  };
}
/** The record of an object; its attributes are made when they are asked for. */
function made(recipe: Recipe, tree: Tree, reader: ContextReader): PyRecord {
  return reader.object(tree, () => new PyRecord(recipe.type, new Attributes(recipe, tree, reader)));
}
/** Attributes of an object that are still to be made. */
class Attributes implements Unread {
  readonly tree: Tree;
  readonly plain: ReadonlySet<string>;
  private readonly recipe: Recipe;
  private readonly reader: ContextReader;
  constructor(recipe: Recipe, tree: Tree, reader: ContextReader) {
    this.tree = tree;
    this.plain = recipe.plain;
    this.recipe = recipe;
    this.reader = reader;
  }
  isSingle(name: string): boolean {
    return !this.recipe.entangled.has(name) || this.rowAt(name) !== undefined;
  }
  /** The row that a relation leads to, where the context has it. */
  private rowAt(name: string): Tree | undefined {
    const value = this.recipe.toOne.has(name) && Object.hasOwn(this.tree, name) ? this.tree[name] : undefined;
    return isTree(value) ? value : undefined;
  }
  single(name: string): PyValue | undefined {
    const { model, without, toOne } = this.recipe;
    const related = this.rowAt(name);
    if (related !== undefined) return row(toOne.get(name) as string, related, this.reader);
    if (without?.includes(name) === true) return undefined;
    if (model === undefined) return this.given(name);
    if (name === "pk") return this.given(name) ?? this.given(model.pk.name) ?? null;
    const value = this.given(name);
    const isMoment = value !== undefined && value !== null && model.moments.includes(name);
    return isMoment ? momentObject(value) : value;
  }
  /** What the context says, or what stands for it where it says nothing. */
  private given(name: string): PyValue | undefined {
    if (Object.hasOwn(this.tree, name)) return this.member(name);
    return this.recipe.defaults.find(([known]) => known === name)?.[1]();
  }
  private member(name: string): PyValue {
    const { makers } = this.recipe;
    const value = this.tree[name] as Parsed;
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    return make === undefined ? this.reader.value(value) : make(value, this.reader);
  }
  make(record: PyRecord, known: ReadonlyMap<string, PyValue> | null): Map<string, PyValue> {
    const { model, defaults, without } = this.recipe;
    const isMade = (name: string): boolean => known?.has(name) === true && !model?.moments.includes(name);
    const map = new Map<string, PyValue>();
    for (const name of Object.keys(this.tree))
      map.set(name, isMade(name) ? (known?.get(name) as PyValue) : this.member(name));
    for (const [name, make] of defaults)
      if (!map.has(name)) map.set(name, isMade(name) ? (known?.get(name) as PyValue) : make());
    if (without !== undefined) for (const name of without) map.delete(name);
    if (model === undefined) return map;
    attributesFrom(model, map, record);
    for (const name of model.moments) {
      const moment = known?.get(name);
      if (moment !== undefined) map.set(name, moment);
    }
    return map;
  }
}
/** The object, or a TypeError that names the variable. */
function objectOf(value: Parsed, what: string): Tree {
  if (!isTree(value)) throw typeError(`the context's \`${what}\` must be an object`);
  return value;
}
const none = (): PyValue => null;
const empty = (): PyValue => "";
const dict = (): PyValue => new PyDict();
const yes = (): PyValue => true;
const no = (): PyValue => false;
const nobody = (): PyValue => list([]);
/** Groups of a list; what is no list is nothing. */
const groups = (value: Parsed, reader: ContextReader): PyValue =>
  list(Array.isArray(value) ? value.map((item) => group(item, reader)) : []);

const userRecipe = recipe(userModel, {
  defaults: {
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
    last_login: none,
    groups: nobody,
  },
  makers: { groups },
  // These are worked out.
  without: ["is_authenticated", "is_anonymous", "ak_groups"],
});
/** Its groups may stand under the name that they had before authentik 2026.2. */
function withGroups(tree: Tree): Tree {
  return tree.groups === undefined && tree.ak_groups !== undefined
    ? { ...tree, groups: tree.ak_groups }
    : tree;
}
/** A user, or the anonymous one where there is none. */
export function user(value: Parsed, reader: ContextReader): PyValue {
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
  const tree = objectOf(value, "user");
  return reader.object(tree, () => made(userRecipe, withGroups(tree), reader));
}
const groupRecipe = recipe(groupModel, {
  defaults: { pk: none, name: empty, attributes: dict, is_superuser: no, parents: nobody },
  makers: { parents: groups },
});
/** A group, with the groups it is in. */
function group(value: Parsed, reader: ContextReader): PyValue {
  return isTree(value) ? made(groupRecipe, value, reader) : reader.value(value);
}
const brandRecipe = recipe(modelOf("authentik_brands.brand"), {
  defaults: {
    domain: empty,
    branding_title: () => "authentik",
    branding_logo: empty,
    branding_favicon: empty,
    attributes: dict,
    default: no,
  },
});
function brand(value: Parsed, reader: ContextReader): PyValue {
  return made(brandRecipe, value === null ? {} : objectOf(value, "brand"), reader);
}
function query(value: Parsed, reader: ContextReader): PyValue {
  const items = reader.value(value);
  return items instanceof PyDict ? queryDict(items.entries()) : items;
}
function headers(value: Parsed, reader: ContextReader): PyValue {
  const items = reader.value(value);
  return items instanceof PyDict ? httpHeaders(items.entries()) : items;
}
const httpRecipe = recipe(httpRequestType, {
  defaults: {
    META: dict,
    GET: dict,
    POST: dict,
    COOKIES: dict,
    headers: dict,
    path: () => "/",
    method: () => "GET",
    session: dict,
    request_id: empty,
  },
  makers: { GET: query, POST: query, headers, brand, user },
});
/** An HTTP request; None where there is none. */
export function httpRequest(value: Parsed, reader: ContextReader): PyValue {
  if (value === null) return null;
  const tree = objectOf(value, "http_request");
  return reader.object(tree, () =>
    made(httpRecipe, tree.brand == null ? { ...tree, brand: {} } : tree, reader),
  );
}

const rowRecipes = new Map<string, Recipe>();
/** The row of a model. */
function row(label: string, tree: Tree, reader: ContextReader): PyRecord {
  let known = rowRecipes.get(label);
  if (known === undefined) {
    // A provider's application is the other side of a relation, which rows do not carry.
    const makers: Makers = label === MODEL_KEYS.get("provider") ? { application } : {};
    known = recipe(modelOf(label), { defaults: {}, makers });
    rowRecipes.set(label, known);
  }
  return made(known, tree, reader);
}
const application = (value: Parsed, reader: ContextReader): PyValue => named("application", value, reader);

/** The object that a variable or a context's key of that name stands for. */
export function named(key: string, value: Parsed, reader: ContextReader): PyValue {
  if (!isTree(value)) return reader.value(value);
  if (key === "user" || key === "pending_user") return user(value, reader);
  if (key === "group") return group(value, reader);
  const model = MODEL_KEYS.get(key);
  return model === undefined ? reader.value(value) : row(model, value, reader);
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

const planRecipe = recipe(planType, {
  defaults: { context: dict, bindings: () => list([]), flow_pk: none },
  makers: { context: (value, reader) => contextValues(value, reader, named) },
});
/**
 * A policy's context: the plan's own, copied flat, with the plan. What is in both is one object, as in authentik: a change
 * inside of it is a change of the plan. (`parseContext` has made it one.)
 */
function contextValues(value: Parsed, reader: ContextReader, make: typeof named): PyValue {
  if (!isTree(value)) return reader.value(value);
  return new PyDict(new ContextValues(value, reader, make));
}
/** Values of a context that are made when they are asked for. */
class ContextValues extends TreeEntries {
  private readonly reader: ContextReader;
  private readonly maker: typeof named;
  constructor(tree: Tree, reader: ContextReader, maker: typeof named) {
    super(tree);
    this.reader = reader;
    this.maker = maker;
  }
  protected override make(key: string): PyValue {
    return this.maker(key, this.tree[key] as Parsed, this.reader);
  }
}
const namedOrPlan: typeof named = (key, value, reader) =>
  key === "flow_plan" && isTree(value) ? made(planRecipe, value, reader) : named(key, value, reader);
const objRecipe = recipe(objType, { defaults: {} });
const requestRecipe = recipe(requestType, {
  defaults: {
    user: () => user(null, NOTHING),
    context: dict,
    http_request: none,
    obj: none,
    debug: no,
  },
  makers: {
    // In a flow the request's user is the pending one, where there is one: the same object.
    user,
    context: (value, reader) => (value === null ? new PyDict() : contextValues(value, reader, namedOrPlan)),
    http_request: httpRequest,
    obj: (value, reader) => (isTree(value) ? made(objRecipe, value, reader) : reader.value(value)),
  },
});
const NOTHING = new ContextReader({ tree: null, shared: [] });
/** The policy request. */
export function policyRequest(value: Parsed, reader: ContextReader = NOTHING): PyRecord {
  const tree = value === null ? {} : objectOf(value, "request");
  return made(requestRecipe, tree, reader);
}

const deviceRecipe = recipe(smsDeviceModel, {
  defaults: { pk: none, name: () => "SMS Device", phone_number: empty, confirmed: no },
  makers: { user, stage },
});
/** The SMS device that a webhook mapping sees. */
export function device(value: Parsed, reader: ContextReader): PyValue {
  return isTree(value) ? made(deviceRecipe, value, reader) : reader.value(value);
}
const stageRecipe = recipe(smsStageModel, {
  defaults: { pk: none, name: empty, from_number: empty, friendly_name: empty },
  // Secret.
  without: ["auth", "auth_password"],
});
/** The SMS stage that a webhook mapping sees: never its credentials. */
export function stage(value: Parsed, reader: ContextReader): PyValue {
  return isTree(value) ? made(stageRecipe, value, reader) : reader.value(value);
}
