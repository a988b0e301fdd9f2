// What a model is: its label, its fields, the class of its rows and the exceptions that carry its name.
import { makeType, type PyType, type PyValue } from "../../python/object.ts";
import { str } from "../../python/representation.ts";
import { MultipleObjectsReturned, ObjectDoesNotExist } from "../django/exceptions.ts";
import { type PyRecord, recordType } from "./record.ts";

/** A column, or a relation to rows of another model. */
export interface Field {
  readonly name: string;
  /** Django's class of the field, as its errors name it (`TextField`). */
  readonly type: string;
  readonly null: boolean;
  readonly unique: boolean;
  /** Relations only. */
  readonly relation?: Relation;
}

/** Where a relation leads. */
export interface Relation {
  readonly to: string;
  readonly many: boolean;
  /** The look-up path by which rows of the other model are found from here: `users` for `User.groups`. */
  readonly back: string | null;
}

/** One of authentik's models. */
export class Model {
  /** As authentik names it: `authentik_core.user`. */
  readonly label: string;
  readonly name: string;
  readonly pk: Field;
  /** By name, the primary key among them; `pk` is not a name here. */
  readonly fields: ReadonlyMap<string, Field>;
  /** The fields that are relations. */
  readonly relations: readonly Field[];
  /** Names of the fields that are dates with times. */
  readonly moments: readonly string[];
  readonly type: PyType;
  readonly doesNotExist: PyType;
  readonly multipleObjectsReturned: PyType;

  constructor(
    label: string,
    name: string,
    module: string,
    fields: ReadonlyMap<string, Field>,
    display: (self: PyRecord) => string,
  ) {
    this.label = label;
    this.name = name;
    this.fields = fields;
    this.relations = [...fields.values()].filter((field) => field.relation !== undefined);
    this.moments = [...fields.values()]
      .filter(({ type }) => type === "DateTimeField")
      .map((field) => field.name);
    this.pk = fields.values().next().value as Field;
    this.type = recordType(name, module, display);
    const own = (base: PyType): PyType => {
      const type = makeType(base.name === "ObjectDoesNotExist" ? "DoesNotExist" : base.name, {
        base,
        module,
      });
      type.qualname = `${name}.${type.name}`;
      type.hasDict = true;
      this.type.dict.set(type.name, type);
      return type;
    };
    this.doesNotExist = own(ObjectDoesNotExist);
    this.multipleObjectsReturned = own(MultipleObjectsReturned);
  }

  /** Columns in the order of the model; relations to one row among them, to many not. */
  get columns(): Field[] {
    return [...this.fields.values()].filter((field) => field.relation?.many !== true && !isReverse(field));
  }
}

/** A relation that is stored with the other model. */
export function isReverse(field: Field): boolean {
  return field.type === "ManyToOneRel" || field.type === "ManyToManyRel";
}

const byLabel = new Map<string, Model>();
const byType = new Map<PyType, Model>();

/** All models that are known. */
export const models: ReadonlyMap<string, Model> = byLabel;

/** The model of that label; there is one wherever the catalogue names it. */
export function modelOf(label: string): Model {
  const model = byLabel.get(label);
  if (model === undefined) throw new Error(`there is no model ${label}`);
  return model;
}
/** The model whose rows have this class. */
export function modelOfType(type: PyType): Model | undefined {
  return byType.get(type);
}

/**
 * Declares a model. `fields` has one word per field, the primary key first: `name:TextField`, with `!` for unique and `?`
 * for nullable; `user:>authentik_core.user` is a foreign key, `groups:>>authentik_core.group/users` a relation to many
 * rows that lead back by `users`, `users:<<authentik_core.user/groups` the other end of one, `token_set:<authentik_core.token/user`
 * the other end of a foreign key.
 */
export function declareModel(
  label: string,
  name: string,
  module: string,
  fields: string,
  display: string | ((self: PyRecord) => string) = "",
): Model {
  const table = new Map<string, Field>();
  for (const word of fields.trim().split(/\s+/)) {
    const [, field, kind, unique, nullable] = /^(\w+):([^!?]+)(!?)(\??)$/.exec(word) as RegExpExecArray;
    table.set(field as string, fieldOf(field as string, kind as string, unique === "!", nullable === "?"));
  }
  const shown =
    typeof display === "function"
      ? display
      : display === ""
        ? (self: PyRecord) => `${name} object (${str(self.get("pk"))})`
        : (self: PyRecord) => str(self.get(display));
  const model = new Model(label, name, module, table, shown);
  byLabel.set(label, model);
  byType.set(model.type, model);
  return model;
}

function fieldOf(name: string, kind: string, unique: boolean, nullable: boolean): Field {
  const relation = /^([<>]{1,2})([\w.]+)(?:\/(\w+))?$/.exec(kind);
  if (relation === null) return { name, type: kind, null: nullable, unique };
  const [, arrow, to, back] = relation;
  const type = { ">": "ForeignKey", ">>": "ManyToManyField", "<": "ManyToOneRel", "<<": "ManyToManyRel" }[
    arrow as string
  ] as string;
  return {
    name,
    type,
    null: nullable,
    unique,
    relation: { to: to as string, many: arrow !== ">", back: back ?? null },
  };
}

/** The name under which a row's dict holds a field. */
export function storedName(model: Model, field: Field): string {
  return field === model.pk ? "pk" : field.name;
}
/** The field that a name of the author's means: `pk`, a field's name, or a foreign key's `user_id`. */
export function fieldNamed(model: Model, name: string): Field | undefined {
  if (name === "pk") return model.pk;
  const field = model.fields.get(name);
  if (field !== undefined) return field;
  const relation = name.endsWith("_id") ? model.fields.get(name.slice(0, -3)) : undefined;
  return relation?.type === "ForeignKey" ? relation : undefined;
}
/** What Django lists where a name is no field. */
export function choices(model: Model): string {
  const names = [...model.fields.values()].flatMap((field) =>
    field.type === "ForeignKey" ? [field.name, `${field.name}_id`] : [field.name],
  );
  return names.sort().join(", ");
}

/** A value that a model's class has for all its rows. */
export function classValue(model: Model, name: string, value: PyValue): void {
  model.type.dict.set(name, value);
}
