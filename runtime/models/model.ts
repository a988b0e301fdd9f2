// What a model is: its fields, keys, references and secrets, as data that the store and the blueprints read.
import type { z } from "zod";
import type { JsonValue } from "../../engine/types.ts";
import type { Fault } from "./fields.ts";

/** A row's primary key: an integer for users and SMS devices, text (a UUID mostly) for all others. */
export type Pk = string | number;

/** Models that share a base in authentik: one name space, one kind of reference. */
export type Family = "stage" | "policy";

/** What happens to the row that refers when the row it refers to is deleted. */
export type OnDelete =
  /** It is deleted too. */
  | "cascade"
  /** The deletion is refused. */
  | "protect"
  /** Its field becomes null. */
  | "set_null"
  /** The pk is taken out of its list. */
  | "remove";

/** A field that holds the pk of another row, or a list of such. */
export interface Reference {
  /** Names of the models, or the family, that it may point to. */
  readonly to: readonly string[] | Family;
  readonly onDelete: OnDelete;
}

/** A model. */
export interface Model<
  N extends string = string,
  S extends z.ZodRawShape = z.ZodRawShape,
  K extends "uuid" | "integer" | "text" = "uuid" | "integer" | "text",
> {
  /** authentik's name, `app.model`. */
  readonly name: N;
  /** authentik's verbose name, as messages say it. */
  readonly label: string;
  /** The label in "… with this name already exists.": that of the base model where there is one. */
  readonly uniqueLabel?: string;
  /** How pks look. */
  readonly key: K;
  readonly family?: Family;
  /** The fields, without `pk`. */
  readonly schema: z.ZodObject<S>;
  /** Sets of fields that no two rows share. A null in a set makes it different from all others. */
  readonly unique: readonly (readonly (keyof S & string)[])[];
  readonly references: { readonly [F in keyof S & string]?: Reference };
  /** Fields that are never shown: masked in logs, traces and errors, encrypted at rest when a key is given. */
  readonly secrets: readonly (keyof S & string)[];
  /** Fields that are Python source and are compile-checked when saved. */
  readonly expressions: readonly (keyof S & string)[];
  /** Rules between fields of one row (`pk`: of a row that exists); faults are reported under `non_field_errors`. */
  readonly check?: (row: Readonly<Record<string, JsonValue>>, pk?: Pk) => readonly Fault[];
}

/** What a model file writes down; the lists may be left out where they are empty. */
export type ModelDefinition<
  N extends string,
  S extends z.ZodRawShape,
  K extends "uuid" | "integer" | "text",
> = Omit<Model<N, S, K>, "unique" | "references" | "secrets" | "expressions"> &
  Partial<Pick<Model<N, S, K>, "unique" | "references" | "secrets" | "expressions">>;

/** Makes a model from its definition. */
export function defineModel<
  const N extends string,
  S extends z.ZodRawShape,
  const K extends "uuid" | "integer" | "text",
>(definition: ModelDefinition<N, S, K>): Model<N, S, K> {
  return Object.freeze({ unique: [], references: {}, secrets: [], expressions: [], ...definition });
}

/** The base of every stage: its name is unique among the stages of all kinds. */
export const STAGE = { family: "stage", uniqueLabel: "stage", key: "uuid" } as const;
