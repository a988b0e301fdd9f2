// What a resource of the API is: data from which its routes, its checks and its description are made.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { ModelName, Pk, Transaction } from "../../runtime/index.ts";
import type { Field } from "../../runtime/models/fields.ts";
import { modelOf } from "../../runtime/models/registry.ts";
import type { QueryParameter, Schema } from "../openapi.ts";
import type { Site } from "../site.ts";
import type { Filters } from "./filters.ts";
import type { View } from "./view.ts";

/** A row of any model, as code that works on all models alike sees it. */
export type AnyRow = { readonly pk: Pk } & { readonly [field: string]: JsonValue };

/** A row and its model. */
export interface Found {
  readonly model: ModelName;
  readonly row: AnyRow;
}

/** What clients can do with a resource. */
export type Operation = "list" | "create" | "retrieve" | "update" | "destroy" | "used_by";

/** Who may: a superuser, or any user for the rows whose field `user` names them; or both, a superuser for all rows. */
export type Access = "superuser" | "owner" | "owner_or_superuser";

/** A field of a resource that is not a field of its model, such as a group's members. */
export interface ExtraField {
  readonly field: Field<JsonValue>;
  /** Checks the value and brings it into the store; runs when the row is there. Throws ApiError. */
  readonly write: (tx: Transaction, found: Found, value: JsonValue) => void;
}

/** A rule for one field's value beyond its shape; answers with what is wrong. `existing` is absent for a new row. */
export type FieldRule = (
  value: JsonValue,
  about: { readonly input: JsonObject; readonly existing?: AnyRow; readonly view: View },
) => string | undefined;

/** A resource. */
export interface Resource {
  /** Relative to `/api/v3`, with a slash at both ends: `/stages/deny/`. */
  readonly path: string;
  /** The models that are listed. The first is the one that is created. */
  readonly models: readonly ModelName[];
  /** authentik's class, as in `No DenyStage matches the given query.` */
  readonly object: string;
  readonly operations: readonly Operation[];
  readonly access: Access;
  /** authentik's name of the key in paths: `stage_uuid`. */
  readonly key: string;
  /** The field that the key is compared with. */
  readonly lookup: "pk" | "slug" | "identifier";
  /** Fields of the model that clients set. */
  readonly writable: readonly string[];
  /** Of these, the ones that clients have to set although the model has a default. */
  readonly required: readonly string[];
  /** Of the writable ones, those that are never shown. */
  readonly writeOnly: readonly string[];
  /** Fields of authentik that Postern does not have. They may be empty; a value is refused. */
  readonly unsupported: readonly string[];
  readonly extras: { readonly [name: string]: ExtraField };
  readonly rules: { readonly [field: string]: FieldRule };
  /** Checks what cannot be checked inside of a transaction; runs before it. Throws ApiError. */
  readonly prepare?: (site: Site, input: JsonObject, existing: AnyRow | undefined) => Promise<void>;
  /** Values of fields that a POST or PUT may leave out although they have no default. */
  readonly defaults: { readonly [field: string]: (view: View, existing: AnyRow | undefined) => JsonValue };
  /** What is written in the place of a client's values, once they are checked. */
  readonly complete?: (
    tx: Transaction,
    view: View,
    fields: JsonObject,
    existing: AnyRow | undefined,
  ) => JsonObject;
  /** Values of fields that a PUT leaves out, where these do not stay as they are. */
  readonly putDefaults: JsonObject;
  /** What the expression of a new row is called in its syntax errors. */
  readonly newExpressionName: string;
  /** The name under which the pk is shown. */
  readonly shownPk: string;
  /** Schemas of what is shown beside the model's fields. */
  readonly computed: { readonly [name: string]: Schema };
  /** Fields that are shown for some rows only. */
  readonly sometimes: readonly string[];
  /** Parameters that change how the rows of a list are shown. */
  readonly query: readonly QueryParameter[];
  /** The same for a single row. */
  readonly itemQuery: readonly QueryParameter[];
  /** A row as it is shown. */
  readonly show: (view: View, found: Found) => JsonObject;
  readonly filters: Filters;
  /** Fields in which `search` looks. */
  readonly search: readonly string[];
  /** Texts of the rows that a row refers to, in which it looks as well. */
  readonly searchRelated?: (view: View, found: Found) => readonly string[];
  /** Fields by which rows are sorted unless `ordering` says otherwise; with `-` descending. */
  readonly ordering: readonly string[];
  /** Fields that `ordering` may name. */
  readonly sortable: readonly string[];
}

/** All that clients may do with rows of one model. */
export const EVERYTHING: readonly Operation[] = [
  "list",
  "create",
  "retrieve",
  "update",
  "destroy",
  "used_by",
];

/** Is it a field of Postern's own? They are taken, but neither shown nor filtered by: what clients see is authentik's. */
export const isOwnField = (field: string): boolean => field.startsWith("postern_");

/** Whether a request may see a row. */
export function isVisible({ access }: Resource, { principal }: View, row: AnyRow): boolean {
  if (access === "superuser") return true;
  return row.user === principal.user.pk || (access === "owner_or_superuser" && principal.superuser);
}

/** What a resource's definition has to say; the rest has defaults. */
export type ResourceDefinition = Partial<Resource> &
  Pick<Resource, "path" | "models" | "object" | "key" | "show">;

/** Makes a resource. By default a superuser's, with all operations, and all fields of the model that are no secrets. */
export function defineResource(definition: ResourceDefinition): Resource {
  const model = modelOf(definition.models[0]);
  const secrets = model.secrets as readonly string[];
  const writable = definition.writable ?? Object.keys(model.schema.shape);
  const writeOnly =
    definition.writeOnly ?? writable.filter((field) => secrets.includes(field) || isOwnField(field));
  return {
    operations: EVERYTHING,
    access: "superuser",
    lookup: "pk",
    required: [],
    unsupported: [],
    extras: {},
    rules: {},
    defaults: {},
    putDefaults: {},
    newExpressionName: "None",
    shownPk: "pk",
    computed: {},
    sometimes: [],
    query: [],
    itemQuery: [],
    filters: {},
    search: ["name"],
    ordering: ["name"],
    sortable: ["pk", ...writable.filter((field) => !writeOnly.includes(field))],
    ...definition,
    writable,
    writeOnly,
  };
}

/** The fields of a row that clients set and see, and its pk. */
export function plainFields(resource: Pick<Resource, "writable" | "writeOnly">, row: AnyRow): JsonObject {
  const fields = resource.writable.filter((field) => !resource.writeOnly.includes(field));
  return { pk: row.pk, ...Object.fromEntries(fields.map((field) => [field, row[field]])) };
}
