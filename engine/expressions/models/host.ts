// Models and the host: queries go out as data, rows come back as JSON; writes need a grant of their own.
import type { PyDict } from "../../python/dict.ts";
import type { PyValue } from "../../python/object.ts";
import { toJson } from "../boundary.ts";
import { askHost, type GuestJson } from "../capabilities.ts";
import { fromParsed } from "../context-tree.ts";
import type { Model } from "./model.ts";
import { PyRecord } from "./record.ts";
import { recordOf } from "./relations.ts";

/** A condition as the host gets it; see `ModelFilter` in engine/capabilities.ts. */
export interface HostFilter {
  readonly path: readonly string[];
  readonly lookup: string;
  readonly value: GuestJson;
  readonly negated: boolean;
}

/** A Python value as the host's JSON: records as their primary keys, dates as ISO texts. */
export function hostJson(value: PyValue): GuestJson {
  const key = value instanceof PyRecord ? value.get("pk") : value;
  return JSON.parse(toJson(key, { sanitize: false, strict: false })) as GuestJson;
}

/** The rows that the host finds: all that fit, and maybe more. `name` is what the author wrote. */
export function fetchRows(
  name: string,
  model: Model,
  filters: readonly HostFilter[],
  order: readonly string[] = [],
  limit: number | null = null,
): PyRecord[] {
  const query = { model: model.label, filters, order, limit } as unknown as GuestJson;
  const rows = askHost(name, "models.query", query);
  return Array.isArray(rows) ? rows.map((row) => recordOf(model, fromParsed(row) as PyDict)) : [];
}

/** Counts the writes: what was read before one may be stale after it. */
export const writes = { count: 0 };

/** Has the host change rows; the rows as they are afterwards. */
export function write(name: string, change: { readonly [key: string]: GuestJson }): GuestJson[] {
  const rows = askHost(name, "models.write", change);
  writes.count += 1;
  return Array.isArray(rows) ? rows : [];
}
