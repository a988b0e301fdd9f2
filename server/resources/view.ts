// One request's view of the store: the snapshot, who asks and how, and what was worked out already.
import type { FastifyRequest } from "fastify";
import type { Snapshot } from "../../runtime/index.ts";
import type { Principal } from "../principal.ts";
import type { Site } from "../site.ts";

/** The query string's values. */
export type Query = { readonly [name: string]: string | readonly string[] | undefined };

/** A view of the store for one request. */
export class View {
  readonly site: Site;
  readonly tx: Snapshot;
  readonly principal: Principal;
  readonly query: Query;
  /** `https://host`, as the client spells it. */
  readonly origin: string;
  readonly #known = new Map<string, unknown>();

  constructor(site: Site, tx: Snapshot, request: FastifyRequest, principal: Principal) {
    this.site = site;
    this.tx = tx;
    this.principal = principal;
    this.query = request.query as Query;
    this.origin = `${request.protocol}://${request.host}`;
  }

  /** The last value of a parameter; nothing where it is absent or empty. */
  parameter(name: string): string | undefined {
    const text = this.all(name).at(-1);
    return text === "" ? undefined : text;
  }

  /** All values of a parameter. */
  all(name: string): readonly string[] {
    const value = Object.hasOwn(this.query, name) ? this.query[name] : undefined;
    return value === undefined ? [] : typeof value === "string" ? [value] : value;
  }

  /** What `work` comes to; it runs once for each key. */
  once<T>(key: string, work: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, work());
    return this.#known.get(key) as T;
  }
}
