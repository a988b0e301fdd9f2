// A flow in progress as the store keeps it: plan, user, request; with a version so that no two requests overwrite each other.
//
// It holds what people typed: numbers, codes, passwords. So it is sealed under its own id, which only the client has.
import { drawnBytes } from "../../engine/entropy.ts";
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
  slug: string;
  /** pk of the user who sends the requests, or null. */
  user: number | null;
  /** The request that started the flow. */
  http: HttpRequestData;
  /** The page's query, where `next` stands. */
  query: { [key: string]: string };
  plan: Plan;
  /** pks of the bindings of the stages that are done, the last one last; null for one that another stage put in. */
  done?: (string | null)[];
};

/** What is written together with a new session, in one transaction: the browser's row that leads to it, say. */
export type Along = (tx: Transaction, session: string) => void;

/** A session that was read, or begun, and how to write it back. */
export class FlowSession {
  readonly id: string;
  readonly data: SessionData;
  /** The request being served; not kept, so that a mere look at a flow writes nothing. */
  http: HttpRequestData;
  readonly #clock: () => number;
  readonly #row: HeldRow;
  /** Counts the changes; a request only saves what it read. 0: the session is not stored yet. */
  #version: number;
  /** The data, as it is stored or was begun with. */
  #text: string;
  /** The data of a transaction that is not durable yet. */
  #written: string | undefined;
  readonly #along: Along | undefined;
  /** Another request has written since, or ended the session. */
  #isBehind = false;
  private constructor(
    id: string,
    row: HeldRow,
    { version, text }: Written,
    clock: () => number,
    along?: Along,
  ) {
    this.id = id;
    this.data = JSON.parse(text) as SessionData;
    this.http = this.data.http;
    this.#row = row;
    this.#version = version;
    this.#text = text;
    this.#clock = clock;
    this.#along = along;
  }

  /** A session under a new id that nobody can guess. It is not stored before something is saved. */
  static begin(data: SessionData, clock: () => number, along?: Along): FlowSession {
    const id = drawnBytes(24).toString("base64url");
    const begun = { version: 0, text: JSON.stringify(data) };
    return new FlowSession(id, heldRow(MODEL, id), begun, clock, along);
  }

  /** Reads a session. Throws {@link SessionNotFound}, also when it has expired. */
  static read(tx: Snapshot, id: string, clock: () => number): FlowSession {
    const place = heldRow(MODEL, id);
    const row = tx.get(MODEL, place.pk);
    const opened = row === undefined || Date.parse(row.expires) <= clock() ? undefined : place.open(row.data);
    if (opened === undefined) throw new SessionNotFound(id);
    return new FlowSession(id, place, opened, clock);
  }

  /** As {@link read}, in a transaction of its own. */
  static load(store: Store, id: string, clock: () => number): Promise<FlowSession> {
    return store.read((tx) => FlowSession.read(tx, id, clock));
  }

  /** Deletes a session, if it is there. */
  static discard(tx: Transaction, id: string): void {
    const { pk, forget } = heldRow(MODEL, id);
    if (tx.get(MODEL, pk) !== undefined) tx.delete(MODEL, pk);
    forget();
  }

  /** Whether the store has it. */
  get isStored(): boolean {
    return this.#version > 0;
  }

  /** Whether something is to be saved, or another request is known to have come first. */
  get isChanged(): boolean {
    return this.#isBehind || JSON.stringify(this.data) !== this.#text;
  }

  /** Writes what changed, if anything. Throws {@link SessionConflict} when another request wrote first. */
  save(tx: Transaction): void {
    this.#requireUnchanged(tx);
    const text = JSON.stringify(this.data);
    this.#written = text === this.#text && this.isStored ? undefined : text;
    if (this.#written !== undefined) this.#write(tx, text, this.#version + 1);
  }

  /** Writes a session that is not stored as it was begun. To be followed by {@link saved}. */
  saveBegun(tx: Transaction): void {
    this.#written = this.#text;
    this.#write(tx, this.#text, 1);
  }

  /** To be called when the transaction that saved is durable. */
  saved(): void {
    if (this.#written === undefined) return;
    this.#version += 1;
    this.#text = this.#written;
    this.#written = undefined;
  }

  /** Ends the session. Throws {@link SessionConflict} when another request wrote first. */
  remove(tx: Transaction): void {
    this.#requireUnchanged(tx);
    if (this.isStored) tx.delete(MODEL, this.#row.pk);
    this.#row.forget();
  }

  /**
   * Changes the session as it is stored now, whoever wrote it last; for what became true meanwhile and must be kept
   * (a message went out). Where another request wrote first, this session is behind then, and its `save` says so.
   * To be followed by {@link amended} when the transaction is durable. Nothing happens to a session that has ended.
   */
  amend(tx: Transaction, change: (data: SessionData) => void): Written | undefined {
    const row = tx.get(MODEL, this.#row.pk);
    const opened = row === undefined ? undefined : this.#row.open(row.data);
    if (opened === undefined) return undefined;
    const data = JSON.parse(opened.text) as SessionData;
    change(data);
    const written = { version: opened.version + 1, text: JSON.stringify(data) };
    this.#write(tx, written.text, written.version);
    return written;
  }

  /** To be called when the transaction of {@link amend} is durable. */
  amended(written: Written | undefined, change: (data: SessionData) => void): void {
    this.#isBehind = written?.version !== this.#version + 1;
    if (written === undefined || this.#isBehind) return;
    change(this.data);
    this.#version = written.version;
    this.#text = written.text;
  }

  #requireUnchanged(tx: Snapshot): void {
    if (!this.isStored) return;
    const row = tx.get(MODEL, this.#row.pk);
    if (row === undefined) throw new SessionNotFound(this.id);
    if ((row.data as SealedData).version !== this.#version) throw new SessionConflict();
  }

  #write(tx: Transaction, text: string, version: number): void {
    const { pk } = this.#row;
    const expires = new Date(this.#clock() + SESSION_LIFETIME).toISOString();
    const row = { data: this.#row.seal(version, text), expires };
    if (version > 1) {
      tx.update(MODEL, pk, row);
      return;
    }
    tx.insert(MODEL, { pk, ...row });
    this.#along?.(tx, this.id);
  }
}

/** A session's data as a transaction wrote it. */
interface Written {
  readonly version: number;
  readonly text: string;
}
