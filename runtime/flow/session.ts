// A flow in progress as the store keeps it: plan, user, request; with a version so that no two requests overwrite each other.
import { randomBytes } from "node:crypto";
import type { JsonObject } from "../../engine/types.ts";
import { SessionConflict, SessionNotFound } from "../errors.ts";
import type { Snapshot, Store, Transaction } from "../store/contract.ts";
import type { HttpRequestData } from "./http-request.ts";
import { isObject, type Plan } from "./plan.ts";

const MODEL = "postern.flowsession";

/** A flow in progress ends by itself this many milliseconds after its last change. */
export const SESSION_LIFETIME = 24 * 60 * 60 * 1000;

/** Everything about a flow in progress. JSON. */
export type SessionData = {
  /** Counts the changes; a request only saves what it read. */
  version: number;
  slug: string;
  /** pk of the user who sends the requests, or null. */
  user: number | null;
  /** The request that started the flow. */
  http: HttpRequestData;
  /** The page's query, where `next` stands. */
  query: { [key: string]: string };
  plan: Plan;
};

/** A session that was read, and how to write it back. */
export class FlowSession {
  readonly id: string;
  readonly data: SessionData;
  /** The request being served; not kept, so that a mere look at a flow writes nothing. */
  http: HttpRequestData;
  readonly #clock: () => number;
  #saved: string;
  private constructor(id: string, data: SessionData, clock: () => number) {
    this.id = id;
    this.data = data;
    this.http = data.http;
    this.#clock = clock;
    this.#saved = JSON.stringify(data);
  }

  /** Starts a session under a new id that nobody can guess. */
  static async create(
    store: Store,
    clock: () => number,
    data: Omit<SessionData, "version">,
  ): Promise<FlowSession> {
    const id = randomBytes(24).toString("base64url");
    const session = new FlowSession(id, structuredClone({ ...data, version: 1 }), clock);
    const row = { pk: id, data: session.data as JsonObject, expires: session.#expiry() };
    await store.transaction((tx) => tx.insert(MODEL, row));
    return session;
  }

  /** Reads a session. Throws {@link SessionNotFound}, also when it has expired. */
  static async load(store: Store, id: string, clock: () => number): Promise<FlowSession> {
    const row = await store.read((tx) => tx.get(MODEL, id));
    if (row === undefined || Date.parse(row.expires) <= clock() || !isObject(row.data))
      throw new SessionNotFound(id);
    return new FlowSession(id, structuredClone(row.data) as SessionData, clock);
  }

  /** Writes what changed, if anything. Throws {@link SessionConflict} when another request wrote first. */
  save(tx: Transaction): void {
    this.#requireUnchanged(tx);
    if (JSON.stringify(this.data) === this.#saved) return;
    const data = { ...this.data, version: this.data.version + 1 } as JsonObject;
    tx.update(MODEL, this.id, { data, expires: this.#expiry() });
  }

  /** To be called when the transaction that saved is durable. */
  saved(): void {
    if (JSON.stringify(this.data) === this.#saved) return;
    this.data.version += 1;
    this.#saved = JSON.stringify(this.data);
  }

  /** Ends the session. Throws {@link SessionConflict} when another request wrote first. */
  remove(tx: Transaction): void {
    this.#requireUnchanged(tx);
    tx.delete(MODEL, this.id);
  }

  #requireUnchanged(tx: Snapshot): void {
    const row = tx.get(MODEL, this.id);
    if (row === undefined) throw new SessionNotFound(this.id);
    if (!isObject(row.data) || row.data.version !== this.data.version) throw new SessionConflict();
  }

  #expiry(): string {
    return new Date(this.#clock() + SESSION_LIFETIME).toISOString();
  }
}

/** Deletes the sessions whose time is over. */
export async function removeExpiredSessions(store: Store, now: number): Promise<void> {
  const expired = (tx: Snapshot): string[] =>
    tx
      .list(MODEL)
      .filter((row) => Date.parse(row.expires) <= now)
      .map((row) => row.pk);
  if ((await store.read(expired)).length === 0) return;
  await store.transaction((tx) => {
    for (const pk of expired(tx)) tx.delete(MODEL, pk);
  });
}
