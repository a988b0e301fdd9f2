// The conditions of `filter` and `exclude`, and which rows they keep, with SQL's three-valued logic and its joins.
import { PyDict } from "../../python/dict.ts";
import { pyError, ValueError } from "../../python/exceptions.ts";
import { collect } from "../../python/iterator.ts";
import { asInt, asStr, type PyValue } from "../../python/object.ts";
import { getItem, same } from "../../python/operators.ts";
import { repr, str } from "../../python/representation.ts";
import { list } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { NotSupportedError, validationError } from "../django/exceptions.ts";
import { columnLookups, integerArgument, jsonLookups, jsonPath, type Test } from "./lookups.ts";
import { type Model, modelOf, modelOfType } from "./model.ts";
import { momentArgument, momentPart, momentValue } from "./moments.ts";
import { type Column, resolveLookup, type Step } from "./paths.ts";
import { type Connector, PyQ, pairOf } from "./q.ts";
import { PyRecord } from "./record.ts";
import { columnOf, prefetch, type Target, targetsOf } from "./relations.ts";

/** One comparison. */
export interface Leaf {
  readonly column: Column;
  readonly lookup: string;
  readonly argument: PyValue;
  readonly test: Test;
  /** Under an odd number of negations. */
  readonly negated: boolean;
}
/** Comparisons that are combined. */
export interface Branch {
  readonly connector: Connector;
  readonly negated: boolean;
  readonly children: readonly Condition[];
}
export type Condition = Leaf | Branch;

/** A row of a query, with the rows that were joined to it by look-up path. */
export interface Joined {
  readonly row: PyRecord;
  readonly joins: ReadonlyMap<string, Target>;
  /** What `values()` shows, taken from the joins as they were when it was called. */
  readonly shown?: PyValue;
}

const INTEGERS = /^(?:Big|Small|Positive|PositiveSmall|PositiveBig)?(?:AutoField|IntegerField|Auto|Integer)$/;

/** What a query set stands for in another query's `in`. */
export const setValues: { of: (value: PyValue, field: Column) => PyValue[] | undefined } = {
  of: () => undefined,
};

// ---- from Q objects ------------------------------------------------------------------------------

/** The condition that a Q object means for a model's rows. Throws FieldError and the like for what makes no sense. */
export function conditionOf(model: Model, q: PyQ, negated = false): Branch {
  const inside = negated !== q.negated;
  return {
    connector: q.connector,
    negated: q.negated,
    // A node without conditions says nothing, negated or not.
    children: q.children.flatMap((child): Condition[] => {
      if (child instanceof PyQ) {
        const branch = conditionOf(model, child, inside);
        return branch.children.length === 0 ? [] : [branch];
      }
      const [path, value] = pairOf(child);
      return [leafOf(model, path, value, inside)];
    }),
  };
}

function leafOf(model: Model, path: string, value: PyValue, negated: boolean): Leaf {
  let { column, lookup } = resolveLookup(model, path);
  let argument = value;
  const isPath = column.field.type === "JSONField" && column.json.length > 0;
  if (argument === null && (lookup === "exact" || lookup === "iexact") && !(isPath && lookup === "exact")) {
    [lookup, argument] = ["isnull", true];
  }
  if (lookup === "isnull") {
    if (typeof argument !== "boolean")
      throw pyError(ValueError, "The QuerySet value for an isnull lookup must be True or False.");
  } else argument = prepared(column, lookup, argument);
  const table =
    column.field.type === "JSONField"
      ? isPath || lookup !== "isnull"
        ? jsonLookups
        : columnLookups
      : columnLookups;
  return { column, lookup, argument, test: table.get(lookup) as Test, negated };
}

function prepared(column: Column, lookup: string, value: PyValue): PyValue {
  if (value instanceof PyQ) throw pyError(NotSupportedError, "a Q object cannot be the value of a look-up");
  if (column.field.type === "JSONField") {
    if (lookup === "in") return list(itemsOf(value, column).filter((item) => item !== null));
    if (value === null && lookup !== "exact") throw pyError(ValueError, "Cannot use None as a query value");
    return value;
  }
  switch (lookup) {
    case "in":
      return list(
        itemsOf(value, column)
          .filter((item) => item !== null)
          .map((item) => scalar(column, lookup, item)),
      );
    case "range":
      collect(value);
      return list([0, 1].map((at) => scalar(column, lookup, getItem(value, at))));
    default:
      if (value === null) throw pyError(ValueError, "Cannot use None as a query value");
      return scalar(column, lookup, value);
  }
}
const itemsOf = (value: PyValue, column: Column): PyValue[] => setValues.of(value, column) ?? collect(value);

const COMPARED = new Set(["exact", "in", "gt", "gte", "lt", "lte", "range"]);

/** One value in the form of the column it is compared with. */
function scalar(column: Column, lookup: string, value: PyValue): PyValue {
  const { field, steps } = column;
  const target =
    field.relation?.to ?? (field === column.model.pk ? steps.at(-1)?.field.relation?.to : undefined);
  if (target !== undefined && value instanceof PyRecord) {
    const own = modelOfType(value.cls);
    if (own !== undefined && own.label !== target)
      throw pyError(ValueError, `Cannot query "${str(value)}": Must be "${modelOf(target).name}" instance.`);
    if (own !== undefined) {
      const pk = value.get("pk");
      if (pk === null) throw pyError(ValueError, "Model instances passed to related filters must be saved.");
      return pk;
    }
  }
  const final = field.relation === undefined ? field : modelOf(field.relation.to).pk;
  if (!COMPARED.has(lookup)) return str(value);
  if (column.transform !== null && column.transform !== "date" && column.transform !== "time")
    return integerArgument(value, column.transform, repr(value));
  if (column.field.type === "DateTimeField") return momentArgument(value, column.transform);
  if (INTEGERS.test(final.type)) return integerArgument(value, final.name, repr(value));
  if (final.type === "BooleanField") return flag(value);
  return asStr(value) ?? str(value);
}

function flag(value: PyValue): boolean {
  const word = asStr(value);
  const int = asInt(value);
  if (int === 1 || word === "True" || word === "t" || word === "1") return true;
  if (int === 0 || word === "False" || word === "f" || word === "0") return false;
  const params = new PyDict();
  params.set("value", value);
  throw validationError("“%(value)s” value must be either True or False.", "invalid", params);
}

// ---- which rows fit ------------------------------------------------------------------------------

/** Is this one comparison? */
export const isLeaf = (condition: Condition): condition is Leaf => "lookup" in condition;
const crossesMany = (column: Column): boolean =>
  column.steps.some((step) => step.field.relation?.many === true);

/** The comparisons of a condition. */
export function leaves(condition: Condition): Leaf[] {
  return isLeaf(condition) ? [condition] : condition.children.flatMap(leaves);
}

/**
 * The rows that fit, each as often as SQL's joins would give it. `reuse`: rows that are joined already are meant, as for
 * the first filter on a related manager.
 */
export function matching(rows: readonly Joined[], condition: Branch, reuse: boolean): Joined[] {
  if (condition.children.length === 0) return [...rows];
  const joined = leaves(condition).filter((leaf) => !leaf.negated && crossesMany(leaf.column));
  const steps = joined.flatMap((leaf) => leaf.column.steps);
  prefetchSteps(
    rows,
    leaves(condition).flatMap((leaf) => leaf.column.steps),
  );
  return rows.flatMap((row) =>
    joinAll(row, steps, reuse).filter((candidate) => holds(condition, candidate, reuse) === true),
  );
}

/** Asks once for all rows' related rows of the first relation. */
export function prefetchSteps(rows: readonly Joined[], steps: readonly Step[]): void {
  const first = steps.filter((step) => step.whole && !step.path.includes("__"));
  for (const field of new Set(first.map((step) => step.field)))
    prefetch(
      rows.map(({ row }) => row),
      field,
    );
}

/** A row with every choice of related rows along the steps; `reuse` keeps what an earlier condition joined. */
export function joinAll(row: Joined, steps: readonly Step[], reuse: boolean): Joined[] {
  let found: Joined[] = [row];
  const done = new Set<string>();
  for (const { field, from, path } of steps) {
    if (done.has(path) || (reuse && row.joins.has(path))) continue;
    done.add(path);
    const parent = path.includes("__") ? path.slice(0, path.lastIndexOf("__")) : "";
    found = found.flatMap((candidate) => {
      const owner = parent === "" ? candidate.row : (candidate.joins.get(parent) ?? null);
      const whole = steps.some((step) => step.path === path && step.whole);
      const targets = targetsOf(owner, field, from, whole);
      charge(targets.length + 1);
      return (targets.length === 0 ? [null] : targets).map((target) => ({
        ...candidate,
        joins: new Map(candidate.joins).set(path, target),
      }));
    });
  }
  return found;
}

/** A column's value in a row whose joins are made; undefined where a JSON path leads nowhere. */
export function valueIn({ row, joins }: Joined, column: Column): PyValue | undefined {
  const last = column.steps.at(-1);
  const owner = last === undefined ? row : (joins.get(last.path) ?? null);
  if (owner === null) return column.json.length > 0 ? undefined : null;
  const value = columnOf(owner, column.model, column.field);
  if (column.json.length > 0) return jsonPath(value, column.json);
  return column.transform === null || value === null ? value : momentPart(value, column.transform);
}

/** A column's value in the form that look-ups compare. */
function comparable(row: Joined, column: Column): PyValue | undefined {
  const value = valueIn(row, column);
  if (column.field.type !== "DateTimeField" || column.transform !== null || value === undefined) return value;
  return momentValue(value);
}

function holds(condition: Condition, row: Joined, reuse: boolean): boolean | null {
  charge(1);
  if (isLeaf(condition)) return leafHolds(condition, row, reuse);
  const answers = condition.children.map((child) => holds(child, row, reuse));
  const result = combined(condition.connector, answers);
  return condition.negated && result !== null ? !result : result;
}
function combined(connector: Connector, answers: readonly (boolean | null)[]): boolean | null {
  if (connector === "XOR") {
    if (answers.includes(null)) return null;
    return answers.filter((answer) => answer === true).length % 2 === 1;
  }
  const decisive = connector === "OR";
  if (answers.includes(decisive)) return decisive;
  return answers.includes(null) ? null : !decisive;
}
function leafHolds(leaf: Leaf, row: Joined, reuse: boolean): boolean | null {
  const { column, argument, test, negated } = leaf;
  if (negated && crossesMany(column)) {
    // Django asks in a sub-query of its own: is there any related row that fits?
    const from = reuse ? row : { row: row.row, joins: new Map() };
    return joinAll(from, column.steps, reuse).some(
      (candidate) => test(comparable(candidate, column), argument) === true,
    );
  }
  const joined = column.steps.every((step) => row.joins.has(step.path))
    ? row
    : (joinAll(row, column.steps, true)[0] as Joined);
  const answer = test(comparable(joined, column), argument);
  // Under a negation Django adds "and is not null" to columns that may be null, so that NULL becomes no.
  if (
    answer === null &&
    negated &&
    (column.field.null || column.steps.length > 0) &&
    column.json.length === 0
  )
    return false;
  return answer;
}

/** The plural that `get` and `in` tell apart: is this the same row? */
export function sameRow(a: PyValue, b: PyValue): boolean {
  return a instanceof PyRecord && b instanceof PyRecord && a.cls === b.cls && same(a.get("pk"), b.get("pk"));
}
