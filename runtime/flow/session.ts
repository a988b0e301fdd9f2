// A flow in progress as the store keeps it: plan, user, request; with a version so that no two requests overwrite each other.
//
// It holds what people typed: numbers, codes, passwords. So it is sealed under its own id, which only the client has.
import { randomBytes } from "node:crypto";
import type { JsonObject } from "../../engine/types.ts";
import { SessionConflict, SessionNotFound } from "../errors.ts";
import type { Snapshot, Store, Transaction } from "../store/contract.ts";
import { type HeldRow, heldRow, type SealedData } from "../store/held-row.ts";
import type { HttpRequestData } from "./http-request.ts";
import type { Plan } from "./plan.ts";

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
  readonly #row: HeldRow;
  #saved: string;
  private constructor(id: string, row: HeldRow, data: SessionData, clock: () => number) {
    this.id = id;
    this.#row = row;
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
    const row = heldRow(MODEL, id);
    const session = new FlowSession(id, row, structuredClone({ ...data, version: 1 }), clock);
    await store.transaction((tx) => tx.insert(MODEL, { pk: row.pk, ...session.#sealed() }));
    return session;
  }

  /** Reads a session. Throws {@link SessionNotFound}, also when it has expired. */
  static async load(store: Store, id: string, clock: () => number): Promise<FlowSession> {
    const place = heldRow(MODEL, id);
    const row = await store.read((tx) => tx.get(MODEL, place.pk));
    const opened = row === undefined || Date.parse(row.expires) <= clock() ? undefined : place.open(row.data);
    if (opened === undefined) throw new SessionNotFound(id);
    return new FlowSession(id, place, opened.value as SessionData, clock);
  }

  /** Deletes a session, if it is there. */
  static discard(tx: Transaction, id: string): void {
    const { pk } = heldRow(MODEL, id);
    if (tx.get(MODEL, pk) !== undefined) tx.delete(MODEL, pk);
  }

  /** Writes what changed, if anything. Throws {@link SessionConflict} when another request wrote first. */
  save(tx: Transaction): void {
    this.#requireUnchanged(tx);
    if (JSON.stringify(this.data) === this.#saved) return;
    tx.update(MODEL, this.#row.pk, this.#sealed({ ...this.data, version: this.data.version + 1 }));
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
    tx.delete(MODEL, this.#row.pk);
  }

  /**
   * Changes the session as it is stored now, whoever wrote it last; for what became true meanwhile and must be kept
   * (a message went out). Where another request wrote first, this session is behind then, and its `save` says so.
   * To be followed by {@link amended} when the transaction is durable. Nothing happens to a session that has ended.
   */
  amend(tx: Transaction, change: (data: SessionData) => void): SessionData | undefined {
    const row = tx.get(MODEL, this.#row.pk);
    const opened = row === undefined ? undefined : this.#row.open(row.data);
    if (opened === undefined) return undefined;
    const data = opened.value as SessionData;
    change(data);
    data.version += 1;
    tx.update(MODEL, this.#row.pk, this.#sealed(data));
    return data;
  }

  /** To be called when the transaction of {@link amend} is durable. */
  amended(written: SessionData | undefined, change: (data: SessionData) => void): void {
    if (written?.version !== this.data.version + 1) return;
    change(this.data);
    this.data.version = written.version;
    this.#saved = JSON.stringify(written);
  }

  #requireUnchanged(tx: Snapshot): void {
    const row = tx.get(MODEL, this.#row.pk);
    if (row === undefined) throw new SessionNotFound(this.id);
    if ((row.data as SealedData).version !== this.data.version) throw new SessionConflict();
  }

  #sealed(data: SessionData = this.data): { data: SealedData; expires: string } {
    return { data: this.#row.seal(data.version, data as JsonObject), expires: this.#expiry() };
  }

  #expiry(): string {
    return new Date(this.#clock() + SESSION_LIFETIME).toISOString();
  }
}
