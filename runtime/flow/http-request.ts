// The HTTP request as the runtime keeps it: what expressions may see of it, without the client's credentials.
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../engine/types.ts";
import type { Row, Snapshot } from "../store/contract.ts";
import { Recent } from "../store/recent.ts";

/** A query or form: the last value of a key, or all of them. */
export type QueryData = { [key: string]: string | string[] };

/** The installation as a request's host name selects it. */
export type Brand = {
  domain?: string;
  branding_title?: string;
  branding_logo?: string;
  branding_favicon?: string;
  attributes?: JsonObject;
  default?: boolean;
};

/** An HTTP request as an embedder hands it in; every part may be left out. */
export interface HttpRequestInput {
  /**
   * WSGI's dictionary; `HTTP_…` keys are added from `headers`. `REMOTE_ADDR` is the client's address; where it is given, an
   * `X-Forwarded-For` among `headers` is not believed and reads as this address: the client may have made it up.
   */
  readonly META?: { readonly [key: string]: string };
  readonly headers?: { readonly [name: string]: string };
  /** The query string's values; `query` is the same by another name. */
  readonly GET?: QueryData;
  readonly query?: QueryData;
  /** The form's values. Empty with a JSON body. */
  readonly POST?: QueryData;
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
  /** Default: the store's brand for the host, else its default brand. */
  readonly brand?: Brand;
  readonly request_id?: string;
}

/** An HTTP request as plans, expressions and events use it. JSON. */
export type HttpRequestData = {
  META: { [key: string]: string };
  headers: { [name: string]: string };
  GET: QueryData;
  POST: QueryData;
  /** Always empty: cookies are credentials. */
  COOKIES: { [name: string]: string };
  path: string;
  method: string;
  host: string;
  brand: Brand;
  request_id: string;
};

/** Headers that carry credentials: neither stored with the session nor shown to expressions. */
const CREDENTIALS = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

/** Where expressions look for the client's address first. */
const FORWARDED_FOR = "HTTP_X_FORWARDED_FOR";

/** The request in its kept form: credentials dropped, `META` and `headers` completed from each other, brand found. */
export function httpRequestData(tx: Snapshot, input: HttpRequestInput): HttpRequestData {
  const given = input.headers ?? {};
  const META: { [key: string]: string } = {};
  const headers: { [name: string]: string } = {};
  const names: string[] = [];
  const address = input.META?.REMOTE_ADDR;
  const contentOf = (name: string): string =>
    address !== undefined && metaKey(name) === FORWARDED_FOR ? address : given[name];
  for (const name of Object.keys(given)) {
    const key = metaKey(name);
    if (key === null) continue;
    names.push(name);
    put(META, key, contentOf(name));
  }
  for (const [key, value] of Object.entries(input.META ?? {})) {
    const name = headerName(key);
    if (CREDENTIALS.has(name)) continue;
    put(META, key, value);
    const isKnown = (): boolean => names.some((other) => other.toLowerCase() === name);
    if (key.startsWith("HTTP_") && !isKnown()) put(headers, name, value);
  }
  for (const name of names) put(headers, name, contentOf(name));
  const host = input.host ?? input.headers?.host ?? input.META?.HTTP_HOST ?? "localhost";
  return {
    META,
    headers,
    GET: { ...input.query, ...input.GET },
    POST: { ...input.POST },
    COOKIES: {},
    path: input.path ?? "/",
    method: input.method ?? "GET",
    host,
    brand: { ...(input.brand ?? brandOf(tx, host)) },
    request_id: input.request_id ?? randomUUID().replaceAll("-", ""),
  };
}

/** Sets an own property, whatever it is called: names are the client's. */
function put(target: { [key: string]: string }, key: string, value: string): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, configurable: true, enumerable: true, writable: true });
  } else target[key] = value;
}

/** Names of headers that are kept in their other spelling, twice as many at most; clients make up any number of them. */
const AT_HAND = 250;
/** Longer names are not kept. */
const LONGEST_KEPT = 64;

function remembered<T extends string | null>(spell: (name: string) => T): (name: string) => T {
  const known = new Recent<string, T>(AT_HAND);
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const spelled = spell(name);
    if (name.length <= LONGEST_KEPT) known.set(name, spelled);
    return spelled;
  };
}

/** A header's name in `META`; null for one that carries credentials. */
const metaKey = remembered((header) => {
  if (CREDENTIALS.has(header.toLowerCase())) return null;
  const key = header.toUpperCase().replaceAll("-", "_");
  return key === "CONTENT_TYPE" || key === "CONTENT_LENGTH" ? key : `HTTP_${key}`;
});

/** The header's name that a key of `META` stands for. */
const headerName = remembered((key) =>
  key
    .replace(/^HTTP_/, "")
    .replaceAll("_", "-")
    .toLowerCase(),
);

/** The brand whose domain is the host's or an upper one of it, the longest first; else the default one, if there is one. */
export function findBrand(tx: Snapshot, host: string): Row<"authentik_brands.brand"> | undefined {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  const brands = tx.list("authentik_brands.brand");
  const matching = brands
    .filter(({ domain }) => name === domain.toLowerCase() || name.endsWith(`.${domain.toLowerCase()}`))
    .sort((a, b) => b.domain.length - a.domain.length);
  return matching[0] ?? brands.find((candidate) => candidate.default);
}

function brandOf(tx: Snapshot, host: string): Brand {
  const brand = findBrand(tx, host);
  if (brand === undefined)
    return { domain: "fallback", branding_title: "authentik", attributes: {}, default: true };
  const { domain, branding_title, branding_logo, branding_favicon, attributes } = brand;
  return { domain, branding_title, branding_logo, branding_favicon, attributes, default: brand.default };
}

/** The last value of a query key, or nothing. */
export function lastValue(query: QueryData, key: string): string | undefined {
  const value = Object.hasOwn(query, key) ? query[key] : undefined;
  return Array.isArray(value) ? value[value.length - 1] : value;
}
