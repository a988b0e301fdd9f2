// The rows that a list request asks for: filtered, searched, sorted, in one page.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import type { ModelName } from "../../runtime/index.ts";
import { invalid } from "../errors.ts";
import { type Condition, FilterFault } from "./filters.ts";
import { pageOf } from "./pagination.ts";
import type { AnyRow, Found, Resource } from "./resource.ts";
import type { View } from "./view.ts";

/** The page that a request asks for, in its envelope. Throws 400 for a filter's value, 404 for a page that is not there. */
export function listPage(view: View, resource: Resource): JsonObject {
  return pageOf(view, listRows(view, resource), (found) => resource.show(view, found));
}

/** All rows that meet a request's filters and its search, sorted. */
export function listRows(view: View, resource: Resource): Found[] {
  const conditions = conditionsOf(view, resource);
  const where = Object.assign(
    {},
    ...conditions.map((condition) => ("where" in condition ? condition.where : {})),
  );
  if (contradicts(conditions, where)) return [];
  const tests = conditions.flatMap((condition) => ("test" in condition ? [condition.test] : []));
  const terms = searchTerms(view.parameter("search") ?? "");
  const rows = resource.models
    .flatMap((model) => rowsOf(view, model, where))
    .filter(
      (found) =>
        tests.every((test) => test(found)) && (terms.length === 0 || hasAll(view, resource, found, terms)),
    );
  return sorted(rows, orderingOf(view, resource));
}

function rowsOf(view: View, model: ModelName, where: JsonObject): Found[] {
  const rows = view.tx.list(model, where) as unknown as readonly AnyRow[];
  return rows.map((row) => ({ model, row }));
}

function conditionsOf(view: View, resource: Resource): Condition[] {
  const { access } = resource;
  const isAll = access === "superuser" || (access === "owner_or_superuser" && view.principal.superuser);
  const conditions: Condition[] = isAll ? [] : [{ where: { user: view.principal.user.pk } }];
  const faults: { [name: string]: string[] } = {};
  for (const [name, filter] of Object.entries(resource.filters)) {
    const values = view.all(name).filter((text) => text !== "");
    if (values.length === 0) continue;
    try {
      const condition = filter.condition(values, view);
      if (condition !== undefined) conditions.push(condition);
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      faults[name] = [error.message];
    }
  }
  if (Object.keys(faults).length > 0) throw invalid(faults);
  return conditions;
}

/** Whether two conditions want different values of one field. */
function contradicts(conditions: readonly Condition[], where: JsonObject): boolean {
  return conditions.some(
    (condition) =>
      "where" in condition &&
      Object.entries(condition.where).some(([field, value]) => where[field] !== value),
  );
}

/** Words, and texts in quotes as they are; commas separate words too. */
function searchTerms(text: string): string[] {
  const parts = text.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s,]+/g) ?? [];
  return parts.map((part) => {
    const quoted = part.length > 1 && (part[0] === '"' || part[0] === "'") && part.at(-1) === part[0];
    return (quoted ? part.slice(1, -1).replace(/\\(.)/g, "$1") : part).toLowerCase();
  });
}

/** Whether each term is somewhere in the texts of a row that are searched. */
function hasAll(view: View, resource: Resource, found: Found, terms: readonly string[]): boolean {
  const own = resource.search.map((field) => textOf(found.row[field]));
  const texts = [...own, ...(resource.searchRelated?.(view, found) ?? [])].map((text) => text.toLowerCase());
  return terms.every((term) => texts.some((text) => text.includes(term)));
}

function textOf(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The fields to sort by. Names that are none are left out; where nothing is left, the resource's own order holds. */
function orderingOf(view: View, { sortable, ordering }: Resource): readonly string[] {
  const asked = (view.parameter("ordering") ?? "").split(",").map((name) => name.trim());
  const known = asked.filter((name) => sortable.includes(name.replace(/^-/, "")));
  return known.length > 0 ? known : ordering;
}

function sorted(rows: Found[], ordering: readonly string[]): Found[] {
  const keys = ordering.map((name) => ({
    field: name.replace(/^-/, ""),
    sign: name.startsWith("-") ? -1 : 1,
  }));
  return rows.sort((a, b) => {
    for (const { field, sign } of keys) {
      const order = compare(a.row[field], b.row[field]);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

/** PostgreSQL's order: null after everything. Texts by code unit. */
function compare(a: JsonValue | undefined, b: JsonValue | undefined): number {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right ? -1 : 1;
}

function sortKey(value: JsonValue | undefined): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "object" ? JSON.stringify(value) : value;
}
