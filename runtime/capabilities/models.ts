// The store's rows as expressions query and change them: no credentials in, one transaction for each change out.
import type { ModelFilter, ModelQuery, ModelsCapability, ModelWrite } from "../../engine/capabilities.ts";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { shapeOf } from "../models/fields.ts";
import { hashPassword, verifyPassword } from "../models/password.ts";
import { modelOf, STAGE_MODELS } from "../models/registry.ts";
import type { Clock } from "../services.ts";
import {
  type ModelName,
  NotFound,
  type Pk,
  type Row,
  type Snapshot,
  type Store,
  type Transaction,
  ValidationError,
} from "../store/contract.ts";
import { ProtectedError, UniqueViolation } from "../store/errors.ts";
import { endSessions } from "../users/end-sessions.ts";

const USER = "authentik_core.user";
const GROUP = "authentik_core.group";

/** Models that can be queried, by the names that expressions know; models the store does not have have no rows. */
const QUERIED: ReadonlyMap<string, readonly ModelName[]> = new Map<string, readonly ModelName[]>([
  ["authentik_flows.stage", STAGE_MODELS],
  ["authentik_policies.policy", ["authentik_policies_expression.expressionpolicy"]],
  ...(
    [
      USER,
      GROUP,
      "authentik_brands.brand",
      "authentik_flows.flow",
      "authentik_flows.flowstagebinding",
      "authentik_policies.policybinding",
      "authentik_policies_expression.expressionpolicy",
      "authentik_stages_authenticator_sms.authenticatorsmsstage",
      "authentik_stages_authenticator_sms.smsdevice",
      "authentik_events.event",
    ] as const
  ).map((name): [string, readonly ModelName[]] => [name, [name]]),
]);

/** An error that the expression sees as the Python exception of that name. */
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

/** The store as a capability; `access` says whether expressions may also change users and groups. */
export function storedModels(store: Store, clock: Clock, access: "read" | "write"): ModelsCapability {
  return {
    query: (query) => readRows(store, query),
    checkPassword: async (pk, password) => {
      const row = await store.read((tx) => tx.get(USER, pk));
      return row !== undefined && verifyPassword(password, row.password);
    },
    ...(access === "read" ? {} : { write: (change: ModelWrite) => write(store, clock, change) }),
  };
}

// ---- reading -------------------------------------------------------------------------------------

/** Rows that one query may look at: they all go to the sandbox. */
const MOST_ROWS = 10_000;

async function readRows(store: Store, query: ModelQuery): Promise<JsonObject[]> {
  const models = QUERIED.get(query.model) ?? [];
  const wantsUsers = query.filters.some((filter) => filter.path.includes("users"));
  for (const model of models) await expectFew(store, model, indexedPart(model, query));
  if (wantsUsers) await expectFew(store, USER, {});
  return store.read((tx) =>
    models
      .flatMap((model) => {
        const rows = tx.list(model, indexedPart(model, query));
        return rows.map((row) => shown(tx, model, row as Row<ModelName>, wantsUsers));
      })
      .filter((row) => query.filters.every((filter) => mayFit(row, filter))),
  );
}

async function expectFew(store: Store, model: ModelName, where: object): Promise<void> {
  if ((await store.size(model, where, MOST_ROWS + 1)) <= MOST_ROWS) return;
  const remedy = "filter it by a field that few rows share, such as pk, username or email";
  throw named(
    "django.db.utils.NotSupportedError",
    `this query would look at more than ${MOST_ROWS.toLocaleString("en")} rows of ${model}; ${remedy}`,
  );
}

/** What of a query the store can decide by itself: plain fields that are to equal a value. */
function indexedPart(model: ModelName, { filters }: ModelQuery): { [field: string]: JsonValue } {
  const { schema, secrets } = modelOf(model);
  const known = (field: string): boolean =>
    field === "pk" || (Object.hasOwn(schema.shape, field) && !secrets.includes(field as never));
  const plain = filters.flatMap(({ path, lookup, value, negated }): [string, JsonValue][] => {
    const [field = "", key] = path;
    const isPlain = path.length === 1 || (path.length === 2 && key === "pk");
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isPlain && isScalar && !negated && lookup === "exact" && known(field) ? [[field, value]] : [];
  });
  // A list never equals one of its items: what is asked of it is decided row by row.
  return Object.fromEntries(plain.filter(([field]) => field === "pk" || !isList(model, field)));
}

function isList(model: ModelName, field: string): boolean {
  return shapeOf(modelOf(model).schema.shape[field] as never).kind.type === "list";
}

function shown(tx: Snapshot, model: ModelName, row: Row<ModelName>, wantsUsers: boolean): JsonObject {
  const { secrets } = modelOf(model);
  const view = Object.fromEntries(Object.entries(row).filter(([field]) => !secrets.includes(field as never)));
  if (model === USER)
    return { ...view, password_usable: (row as unknown as Row<typeof USER>).password !== "" };
  if (model !== GROUP || !wantsUsers) return view;
  const members = tx.list(USER).filter((user) => user.groups.includes(row.pk as string));
  return { ...view, users: members.map((user) => user.pk) };
}

/** May the row fit? Only equality of plain columns is decided here; the expression compares again. */
function mayFit(row: JsonObject, { path, lookup, value, negated }: ModelFilter): boolean {
  const [field = "", key] = path;
  const plain = path.length === 1 || (path.length === 2 && key === "pk");
  const own = Object.hasOwn(row, field) ? row[field] : undefined;
  if (negated || !plain || own === undefined || (typeof own === "object" && own !== null)) return true;
  if (lookup === "exact") return own === value;
  return lookup === "in" && Array.isArray(value) ? value.includes(own) : true;
}

// ---- writing -------------------------------------------------------------------------------------

async function write(store: Store, clock: Clock, change: ModelWrite): Promise<JsonObject[]> {
  const { model } = change;
  if (model !== USER && model !== GROUP)
    throw named(
      "django.db.utils.NotSupportedError",
      `expressions can change users and groups of this installation, not rows of ${model}`,
    );
  const values = "values" in change ? prepared(model, change.values, clock) : {};
  try {
    return await store.transaction((tx) => {
      const pks = changeRows(tx, change, values);
      return pks.flatMap((pk) => {
        const row = tx.get(model, pk);
        return row === undefined ? [] : [shown(tx, model, row, false)];
      });
    });
  } catch (error) {
    throw asPython(error);
  }
}

/** A password is hashed before the transaction, which must not wait for it. */
function prepared(model: ModelName, values: JsonObject, clock: Clock): JsonObject {
  if (model !== USER || !Object.hasOwn(values, "password")) return values;
  const { password } = values;
  return {
    ...values,
    password: typeof password === "string" ? hashPassword(password) : "",
    password_change_date: new Date(clock()).toISOString(),
  };
}

function changeRows(tx: Transaction, change: ModelWrite, values: JsonObject): Pk[] {
  const model = change.model as ModelName;
  switch (change.op) {
    case "create":
      return [tx.insert(model, values as never).pk];
    case "update":
      for (const pk of change.keys) {
        tx.update(model, pk as Pk, values as never);
        if (model === USER && Object.hasOwn(values, "password")) endSessions(tx, pk as number);
      }
      return change.keys as Pk[];
    case "delete":
      for (const pk of change.keys) tx.delete(model, pk as Pk);
      return [];
    case "relate":
      relate(tx, change);
      return [change.pk as Pk];
  }
}

/** Changes a list of keys, on the side where it is stored. */
function relate(tx: Transaction, change: ModelWrite & { readonly op: "relate" }): void {
  const { model, field, pk } = change;
  if (model === USER && field === "groups") changeList(tx, USER, pk as Pk, "groups", change);
  else if (model === GROUP && field === "parents") changeList(tx, GROUP, pk as Pk, "parents", change);
  else if (model === GROUP && field === "users") changeOwners(tx, USER, "groups", change);
  else if (model === GROUP && field === "children") changeOwners(tx, GROUP, "parents", change);
  else
    throw named(
      "django.db.utils.NotSupportedError",
      `${field} of ${model} cannot be changed by an expression`,
    );
}
type Relate = ModelWrite & { readonly op: "relate" };
type Listed = typeof USER | typeof GROUP;

function changeList(tx: Transaction, model: Listed, pk: Pk, field: string, { action, keys }: Relate): void {
  const before = listOf(tx, model, pk, field);
  const kept =
    action === "add" ? before : action === "remove" ? before.filter((key) => !keys.includes(key)) : [];
  const added = action === "add" || action === "set" ? keys.filter((key) => !kept.includes(key)) : [];
  tx.update(model, pk, { [field]: [...kept, ...added] } as never);
}
/** The same from the other side: the rows that hold the list, or are to hold it. */
function changeOwners(tx: Transaction, model: Listed, field: string, { action, keys, pk }: Relate): void {
  for (const row of tx.list(model)) {
    const before = listOf(tx, model, row.pk, field);
    const isNamed = keys.includes(row.pk);
    const has = before.includes(pk);
    const wanted =
      action === "add" ? has || isNamed : action === "remove" ? has && !isNamed : action === "set" && isNamed;
    if (wanted !== has)
      tx.update(model, row.pk, {
        [field]: wanted ? [...before, pk] : before.filter((key) => key !== pk),
      } as never);
  }
}
function listOf(tx: Transaction, model: Listed, pk: Pk, field: string): readonly JsonValue[] {
  const row = tx.get(model, pk);
  if (row === undefined) throw new NotFound(model, pk);
  return (row as unknown as { readonly [field: string]: readonly JsonValue[] })[field] ?? [];
}

function asPython(error: unknown): unknown {
  if (error instanceof UniqueViolation)
    return named("django.db.utils.IntegrityError", Object.values(error.messages).flat().join(" "));
  if (error instanceof ValidationError) return named("django.core.exceptions.ValidationError", error.message);
  if (error instanceof ProtectedError)
    return named("django.db.models.deletion.ProtectedError", error.message);
  if (error instanceof NotFound) return named("django.db.utils.IntegrityError", error.message);
  return error;
}
