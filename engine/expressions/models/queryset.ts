// Query sets: which rows of a model, in which order and shape. Nothing is asked of the host until rows are wanted.

import { PyDict } from "../../python/dict.ts";
import { pyError, typeError } from "../../python/exceptions.ts";
import { asStr, makeType, PyObject, type PyValue } from "../../python/object.ts";
import { same } from "../../python/operators.ts";
import { repr } from "../../python/representation.ts";
import { type PyTuple, tuple } from "../../python/sequence.ts";
import { charge } from "../../python/state.ts";
import { FieldError, NotSupportedError } from "../django/exceptions.ts";
import {
  type Branch,
  type Condition,
  conditionOf,
  isLeaf,
  type Joined,
  joinAll,
  matching,
  prefetchSteps,
  valueIn,
} from "./conditions.ts";
import { fetchRows, type HostFilter, hostJson } from "./host.ts";
import { columnOrder } from "./lookups.ts";
import type { Model } from "./model.ts";
import { type Column, resolveColumn } from "./paths.ts";
import { nodeOf } from "./q.ts";
import type { PyRecord } from "./record.ts";

/** Where a query set's rows come from. */
export type Source =
  /** Rows at hand. */
  | { readonly kind: "rows"; readonly rows: () => readonly PyRecord[] }
  /** Values at hand, in their final shape (a union of `values()`). */
  | { readonly kind: "items"; readonly items: () => readonly PyValue[] }
  /** The embedder's store; `filters` hold for every query (a related manager's). */
  | { readonly kind: "host"; readonly filters: readonly HostFilter[] };

/** What the items of a query set are. */
export type Shape =
  | { readonly kind: "rows" }
  | { readonly kind: "dicts" | "tuples" | "flat"; readonly names: readonly string[] };

/** Everything that makes a query. */
export interface Query {
  readonly model: Model;
  readonly source: Source;
  /** As the author wrote it (`User.objects`), for errors. */
  readonly name: string;
  readonly conditions: readonly Branch[];
  readonly order: readonly string[];
  readonly reversed: boolean;
  readonly distinct: boolean;
  /** First and last row (exclusive) of a slice. */
  readonly from: number;
  readonly to: number | null;
  readonly shape: Shape;
  /** The number of conditions that came before `values()`. */
  readonly shapedAfter: number;
  /** The row whose related manager this is, under the path that leads back to it. */
  readonly owner: { readonly path: string; readonly row: PyRecord } | null;
  /** Straight from the related manager: the first condition is about the owner. */
  readonly fresh: boolean;
  readonly firstOfOwner: boolean;
  /** `union` and its kin: the result allows little more. */
  readonly combinator: "union" | "intersection" | "difference" | null;
}

/** A query set. */
export class PyQuerySet extends PyObject {
  readonly query: Query;
  private cache: readonly PyValue[] | null = null;
  constructor(query: Query) {
    super();
    this.query = query;
  }
  /** The same query with something changed. */
  with(change: Partial<Query>): PyQuerySet {
    return new PyQuerySet({ ...this.query, fresh: false, ...change });
  }
  /** The rows, dicts, tuples or values; asked for once. */
  get items(): readonly PyValue[] {
    this.cache ??= run(this.query);
    return this.cache;
  }
  /** Have the rows been asked for already? */
  get known(): readonly PyValue[] | null {
    return this.cache;
  }
  get sliced(): boolean {
    return this.query.from > 0 || this.query.to !== null;
  }
}
/** The type of query sets. */
export const querySetType = makeType("QuerySet", {
  of: PyQuerySet,
  module: "django.db.models.query",
  subclassable: false,
});

const PLAIN = {
  conditions: [],
  order: [],
  reversed: false,
  distinct: false,
  from: 0,
  to: null,
  shape: { kind: "rows" },
  shapedAfter: 0,
  owner: null,
  fresh: false,
  firstOfOwner: false,
  combinator: null,
} as const;

/** All rows that the host has of a model. */
export function hostSet(model: Model, name: string, filters: readonly HostFilter[] = []): PyQuerySet {
  return new PyQuerySet({ ...PLAIN, model, name, source: { kind: "host", filters } });
}
/** A query set over rows at hand. */
export function rowSet(model: Model, name: string, rows: () => readonly PyRecord[]): PyQuerySet {
  return new PyQuerySet({ ...PLAIN, model, name, source: { kind: "rows", rows } });
}

// ---- building ------------------------------------------------------------------------------------

/** Refuses what Django refuses after `union()`. */
export function requireNotCombined(set: PyQuerySet, method: string): void {
  const { combinator } = set.query;
  if (combinator !== null)
    throw pyError(NotSupportedError, `Calling QuerySet.${method}() after ${combinator}() is not supported.`);
}

/** `filter` and `exclude`. */
export function filtered(set: PyQuerySet, args: PyTuple, kw: PyDict, negated: boolean): PyQuerySet {
  requireNotCombined(set, negated ? "exclude" : "filter");
  const given = args.items.length > 0 || kw.size > 0;
  if (given && set.sliced) throw typeError("Cannot filter a query once a slice has been taken.");
  const condition = conditionOf(set.query.model, nodeOf(args, kw, "AND", negated));
  if (condition.children.length === 0) return set.with({});
  const { conditions, fresh, firstOfOwner } = set.query;
  return set.with({ conditions: [...conditions, condition], firstOfOwner: firstOfOwner || fresh });
}

/** `order_by`; checks the names. */
export function ordered(set: PyQuerySet, names: readonly PyValue[]): PyQuerySet {
  if (set.sliced) throw typeError("Cannot reorder a query once a slice has been taken.");
  const order = names.map((name) => {
    const text = asStr(name);
    if (text === undefined) throw pyError(FieldError, `Invalid order_by arguments: [${repr(name)}]`);
    if (text === "?")
      throw pyError(
        NotSupportedError,
        `order_by("?") is not available: an expression's query has no random order`,
      );
    resolveColumn(set.query.model, text.replace(/^[-+]/, ""));
    return text.replace(/^\+/, "");
  });
  return set.with({ order, reversed: false });
}

/** A slice of what the set already is. */
export function sliced(set: PyQuerySet, start: number, stop: number | null): PyQuerySet {
  const { from, to } = set.query;
  const end = stop === null ? to : to === null ? from + stop : Math.min(to, from + stop);
  const begin = to === null ? from + start : Math.min(to, from + start);
  return set.with({ from: begin, to: end === null ? null : Math.max(begin, end) });
}

// ---- running -------------------------------------------------------------------------------------

/** What the host needs to know, and whether that is all there is to know. */
function hostFilters(query: Query): { filters: HostFilter[]; whole: boolean } {
  const filters: HostFilter[] = query.source.kind === "host" ? [...query.source.filters] : [];
  let whole = true;
  const push = (condition: Condition): void => {
    if (isLeaf(condition)) {
      const { column, lookup, argument, negated } = condition;
      if (column.steps.some((step) => step.field.relation?.many === true)) whole = false;
      const own = column.field === column.model.pk ? "pk" : column.field.name;
      const part = column.transform === null ? column.json : [column.transform];
      const path = [...column.steps.map((step) => step.field.name), own, ...part];
      filters.push({ path, lookup, value: hostJson(argument), negated });
    } else if (
      condition.children.length === 1 &&
      (!condition.negated || isLeaf(condition.children[0] as Condition))
    ) {
      push(condition.children[0] as Condition);
    } else if (condition.connector === "AND" && !condition.negated) condition.children.forEach(push);
    else whole = false;
  };
  query.conditions.forEach(push);
  return { filters, whole };
}

function base(query: Query): readonly PyRecord[] {
  const { source } = query;
  if (source.kind === "rows") return source.rows();
  if (source.kind === "items") return [];
  const { filters, whole } = hostFilters(query);
  const simple =
    whole && !query.distinct && orderColumns(query).every(({ column }) => column.steps.length === 0);
  const order = orderColumns(query).map(({ name, down }) => (down ? `-${name}` : name));
  return fetchRows(query.name, query.model, filters, order, simple ? query.to : null);
}

function orderColumns(query: Query): { name: string; column: Column; down: boolean }[] {
  return query.order.map((text) => {
    const name = text.replace(/^-/, "");
    return { name, column: resolveColumn(query.model, name), down: text.startsWith("-") !== query.reversed };
  });
}

function run(query: Query): readonly PyValue[] {
  if (query.to !== null && query.to <= query.from) return [];
  if (query.source.kind === "items") return query.source.items().slice(query.from, query.to ?? undefined);
  const { owner, conditions, shape, shapedAfter } = query;
  const joins = new Map(owner === null ? [] : [[owner.path, owner.row]]);
  let rows: Joined[] = base(query).map((row) => ({ row, joins }));
  for (const [i, condition] of conditions.entries()) {
    if (i === shapedAfter) rows = show(rows, query);
    rows = matching(rows, condition, i === 0 && query.firstOfOwner);
  }
  if (shapedAfter >= conditions.length) rows = show(rows, query);
  rows = sorted(rows, orderColumns(query));
  let items = rows.map(({ row, shown }) => (shape.kind === "rows" ? row : (shown as PyValue)));
  if (query.distinct) items = distinct(items);
  return items.slice(query.from, query.to ?? undefined);
}

function sorted(rows: Joined[], order: ReturnType<typeof orderColumns>): Joined[] {
  if (order.length === 0) return rows;
  const steps = order.flatMap(({ column }) => column.steps);
  prefetchSteps(rows, steps);
  const joined = steps.length === 0 ? [...rows] : rows.flatMap((row) => joinAll(row, steps, true));
  return joined.sort((a, b) => {
    charge(1);
    for (const { column, down } of order) {
      const by = columnOrder(valueIn(a, column) ?? null, valueIn(b, column) ?? null);
      if (by !== 0) return down ? -by : by;
    }
    return 0;
  });
}

/** Takes what `values()` and its kin name from the joins as they are now. */
function show(rows: Joined[], { model, shape }: Query): Joined[] {
  if (shape.kind === "rows") return rows;
  const columns = shape.names.map((name) => resolveColumn(model, name));
  const steps = columns.flatMap((column) => column.steps);
  prefetchSteps(rows, steps);
  const joined = steps.length === 0 ? rows : rows.flatMap((row) => joinAll(row, steps, true));
  return joined.map((row) => ({ ...row, shown: item(row, shape, columns) }));
}

function item(
  row: Joined,
  { kind, names }: Exclude<Shape, { kind: "rows" }>,
  columns: readonly Column[],
): PyValue {
  const values = columns.map((column) => valueIn(row, column) ?? null);
  if (kind === "flat") return values[0] as PyValue;
  if (kind === "tuples") return tuple(values);
  const dict = new PyDict();
  for (const [i, name] of names.entries()) dict.set(name, values[i] as PyValue);
  return dict;
}

/** Each item once. */
export function distinct(items: readonly PyValue[]): PyValue[] {
  const seen: PyValue[] = [];
  for (const candidate of items) {
    charge(seen.length + 1);
    if (!seen.some((other) => same(other, candidate))) seen.push(candidate);
  }
  return seen;
}
