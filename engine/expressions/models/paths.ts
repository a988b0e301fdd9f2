// Look-up paths (`groups__attributes__team__in`): which column one means, and what is asked of it.
import { pyError } from "../../python/exceptions.ts";
import { FieldError } from "../django/exceptions.ts";
import { closeMatches } from "./close-matches.ts";
import { columnLookups, jsonLookups, relationLookups } from "./lookups.ts";
import { choices, type Field, fieldNamed, type Model, modelOf } from "./model.ts";

/** A column, seen from the rows of a query. */
export interface Column {
  /** The relations that lead there, each with the path up to it. */
  readonly steps: readonly Step[];
  /** The model that has it. */
  readonly model: Model;
  readonly field: Field;
  /** Keys and indices inside a JSON document. */
  readonly json: readonly string[];
  /** The part of a date and time that is meant (`year`). */
  readonly transform: string | null;
}

/** A relation on the way to a column. */
export interface Step {
  readonly field: Field;
  /** The model that has the relation. */
  readonly from: Model;
  /** `groups`, `user__groups`: two columns with the same path are columns of the same row. */
  readonly path: string;
  /** More than the other row's primary key is wanted. */
  readonly whole: boolean;
}

interface Resolved {
  readonly steps: Step[];
  readonly model: Model;
  readonly field: Field;
  readonly rest: string[];
}

const cannotResolve = (word: string, model: Model): Error =>
  pyError(
    FieldError,
    `Cannot resolve keyword '${word}' into field. Choices are: ${choices(model)}`,
  ) as unknown as Error;

/** Follows fields and relations as far as they go. */
function walk(root: Model, path: string): Resolved {
  const parts = path.split("__");
  const steps: Step[] = [];
  let model = root;
  for (const [i, part] of parts.entries()) {
    const field = fieldNamed(model, part);
    if (field === undefined) throw cannotResolve(part, model);
    const next = parts[i + 1];
    const target = field.relation === undefined ? undefined : modelOf(field.relation.to);
    const goesOn = target !== undefined && next !== undefined && fieldNamed(target, next) !== undefined;
    if (!goesOn && field.relation?.many !== true) return { steps, model, field, rest: parts.slice(i + 1) };
    const whole = goesOn && fieldNamed(target, next) !== target.pk;
    steps.push({ field, from: model, path: parts.slice(0, i + 1).join("__"), whole });
    // A relation to many rows ends at their primary keys.
    if (!goesOn)
      return { steps, model: target as Model, field: (target as Model).pk, rest: parts.slice(i + 1) };
    model = target;
  }
  throw new Error("a path has at least one part");
}

const isRelationEnd = ({ steps, field, model }: Resolved): boolean =>
  field.relation !== undefined || (field === model.pk && steps.at(-1)?.field.relation?.many === true);

/** Parts of dates and times that can be asked for, and the field type each one gives. */
export const TRANSFORMS: ReadonlyMap<string, string> = new Map([
  ["date", "DateField"],
  ["time", "TimeField"],
  ...[
    "year",
    "iso_year",
    "month",
    "day",
    "week",
    "week_day",
    "iso_week_day",
    "quarter",
    "hour",
    "minute",
    "second",
  ].map((name): [string, string] => [name, "IntegerField"]),
]);

function unsupported(parts: readonly string[], type: string, known: Iterable<string>): Error {
  const name = parts.join("__");
  const meant = closeMatches(parts[0] as string, [...known]);
  const hint = meant.length === 0 ? "." : `, perhaps you meant ${meant.join(" or ")}?`;
  return pyError(
    FieldError,
    `Unsupported lookup '${name}' for ${type} or join on the field not permitted${hint}`,
  ) as unknown as Error;
}

interface Meant {
  readonly column: Column;
  readonly lookup: string;
}
/** Look-ups that were resolved before, by model; the fields of a model never change. */
const resolved = new WeakMap<Model, Map<string, Meant>>();

/** The column and the look-up that a filter's name means. */
export function resolveLookup(root: Model, path: string): Meant {
  const known = resolved.get(root) ?? new Map<string, Meant>();
  if (known.size === 0) resolved.set(root, known);
  let meant = known.get(path);
  if (meant === undefined) {
    meant = resolve(root, path);
    // Paths come from expressions: remember only so many.
    if (known.size < 256) known.set(path, meant);
  }
  return meant;
}
function resolve(root: Model, path: string): Meant {
  const found = walk(root, path);
  const { steps, model, field, rest } = found;
  const column: Column = { steps, model, field, json: [], transform: null };
  if (isRelationEnd(found)) {
    const [lookup = "exact"] = rest;
    if (rest.length > 1 || !relationLookups.has(lookup))
      throw unsupported(rest, "ForeignKey", relationLookups);
    return { column, lookup };
  }
  if (field.type === "JSONField") {
    const last = rest.at(-1);
    if (last !== undefined && jsonLookups.has(last))
      return { column: { ...column, json: rest.slice(0, -1) }, lookup: last };
    return { column: { ...column, json: rest }, lookup: "exact" };
  }
  let [transform, parts, type]: [string | null, string[], string] = [null, rest, field.type];
  const result = type === "DateTimeField" ? TRANSFORMS.get(rest[0] ?? "") : undefined;
  if (result !== undefined) [transform, parts, type] = [rest[0] as string, rest.slice(1), result];
  const [lookup = "exact"] = parts;
  if (parts.length > 1 || !columnLookups.has(lookup)) throw unsupported(parts, type, columnLookups.keys());
  return { column: { ...column, transform }, lookup };
}

/** The column that `values`, `order_by` and their kin name. */
export function resolveColumn(root: Model, path: string): Column {
  const { steps, model, field, rest } = walk(root, path);
  const column: Column = { steps, model, field, json: [], transform: null };
  if (rest.length === 0) return column;
  if (field.type === "JSONField") return { ...column, json: rest };
  const [first] = rest as [string];
  if (rest.length === 1 && field.type === "DateTimeField" && TRANSFORMS.has(first))
    return { ...column, transform: first };
  if (field.relation !== undefined) throw cannotResolve(first, modelOf(field.relation.to));
  throw pyError(
    FieldError,
    `Cannot resolve keyword '${first}' into field. Join on '${field.name}' not permitted.`,
  );
}
