// Pages of a list, in authentik's envelope.
import type { JsonObject } from "../../engine/types.ts";
import { ApiError } from "../errors.ts";
import type { View } from "./view.ts";

/** Rows of a page unless `page_size` says otherwise. */
export const DEFAULT_PAGE_SIZE = 20;
/** Most rows of a page; more are not an error, but not given either. */
export const MOST_PAGE_SIZE = 100;

/** Where a page lies within its list, as authentik's answers say it. */
export interface Pagination {
  /** Number of the next page; 0: there is none. */
  readonly next: number;
  /** Number of the page before; 0: there is none. */
  readonly previous: number;
  /** Rows of the whole list. */
  readonly count: number;
  /** The page's number, from 1. */
  readonly current: number;
  readonly total_pages: number;
  /** Number of the page's first row, from 1; 0: the list is empty. */
  readonly start_index: number;
  /** Number of the page's last row. */
  readonly end_index: number;
}

/** The page that a request asks for. Throws 404 for one that does not exist. */
export function paginate(view: View, count: number): Pagination {
  const size = pageSize(view.parameter("page_size"));
  const total_pages = Math.max(1, Math.ceil(count / size));
  const current = pageNumber(view.parameter("page"), total_pages);
  return {
    next: current < total_pages ? current + 1 : 0,
    previous: current - 1,
    count,
    current,
    total_pages,
    start_index: count === 0 ? 0 : (current - 1) * size + 1,
    end_index: Math.min(current * size, count),
  };
}

/** The envelope of one page; `show` is called for the rows of the page only. */
export function pageOf<T>(view: View, rows: readonly T[], show: (row: T) => JsonObject): JsonObject {
  const pagination = paginate(view, rows.length);
  const { start_index, end_index } = pagination;
  const shown = rows.slice(Math.max(0, start_index - 1), end_index);
  return { pagination: { ...pagination }, results: shown.map(show), autocomplete: {} };
}

function pageSize(text: string | undefined): number {
  const size = text !== undefined && /^\s*\+?\d+\s*$/.test(text) ? Number(text) : 0;
  return size > 0 ? Math.min(size, MOST_PAGE_SIZE) : DEFAULT_PAGE_SIZE;
}

function pageNumber(text: string | undefined, pages: number): number {
  if (text === undefined) return 1;
  if (text === "last") return pages;
  const page = /^\s*\+?\d+\s*$/.test(text) ? Number(text) : 0;
  if (page >= 1 && page <= pages) return page;
  throw new ApiError(404, { detail: "Invalid page." });
}
