// Browser sessions: a signed cookie with a random id, and a row that knows who is logged in and which flow runs.
//
// The store has only a hash of the id, so that nobody can log in with what it holds; which flow the browser runs is
// sealed under the id, as the flow itself is under its own. The id changes whenever somebody logs in: one that was
// planted beforehand is worth nothing afterwards.
import type { FastifyReply, FastifyRequest } from "fastify";
import { drawnBytes } from "../engine/entropy.ts";
import type { JsonObject } from "../engine/types.ts";
import type { Clock, Login, Snapshot, Store, Transaction } from "../runtime/index.ts";
import { heldRow, type SealedData } from "../runtime/store/held-row.ts";
import { Recent } from "../runtime/store/recent.ts";
import { CSRF_COOKIE, csrfToken, isCsrfToken } from "./csrf.ts";
import type { ServerSettings } from "./settings.ts";

/** authentik's name of the cookie. */
export const SESSION_COOKIE = "authentik_session";

const MODEL = "postern.session";

/** A session that nobody is logged in to lasts as long as a flow in progress. */
const ANONYMOUS_LIFETIME = 24 * 60 * 60 * 1000;
/** Expired sessions are looked for at most this often, milliseconds. */
const CLEANING_INTERVAL = 60_000;
/** Cookies that are remembered, twice as many at most. */
const AT_HAND = 500;
/** Expired sessions that are cleared away at a time. */
const CLEANED_AT_ONCE = 1_000;

/** A browser's session. */
export interface BrowserSession {
  /** What the browser holds; nothing else leads to the session. */
  readonly id: string;
  /** Where the store has it. */
  readonly pk: string;
  /** pk of the user who is logged in, or null. */
  readonly user: number | null;
  /** The flow in progress, which may have ended meanwhile. */
  readonly flow: string | null;
}

declare module "fastify" {
  interface FastifyRequest {
    /** The browser's session; null where it has none, or one that has ended. */
    session: BrowserSession | null;
  }
}

/** What the sessions need. */
export interface SessionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: ServerSettings;
}

/** A flow that the browser is going to run. */
export interface RunningFlow {
  write(tx: Transaction, flow: string): void;
  /** Tells the browser, if there is anything to tell. */
  tell(reply: FastifyReply): void;
}

function sealed(id: string, flow: string | null): SealedData {
  return heldRow(MODEL, id).seal(1, JSON.stringify({ flow }));
}

/** The sessions of all browsers. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #settings: ServerSettings;
  /** The ids in cookies that were signed here, or whose signatures were found good. */
  readonly #signed = new Recent<string, string>(AT_HAND);
  #cleaned = Number.NEGATIVE_INFINITY;
  constructor({ store, clock, settings }: SessionsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** The session whose cookie the request shows. One of a user who was deleted or deactivated has ended. */
  find(tx: Snapshot, request: FastifyRequest): BrowserSession | null {
    const cookie = request.cookies[SESSION_COOKIE];
    if (cookie === undefined) return null;
    const value = this.#idOf(cookie, request);
    if (value === undefined) return null;
    const { pk, open } = heldRow(MODEL, value);
    const row = tx.get(MODEL, pk);
    if (row === undefined || Date.parse(row.expires) <= this.#clock()) return null;
    if (row.user !== null && tx.get("authentik_core.user", row.user)?.is_active !== true) return null;
    const opened = open(row.data);
    if (opened === undefined) return null;
    const { flow } = JSON.parse(opened.text) as JsonObject;
    return { id: value, pk, user: row.user, flow: typeof flow === "string" ? flow : null };
  }

  /** The id in a signed cookie; nothing where the signature is not ours. */
  #idOf(cookie: string, request: FastifyRequest): string | undefined {
    const found = this.#signed.get(cookie);
    if (found !== undefined) return found;
    const { valid, value } = request.unsignCookie(cookie);
    if (!valid || value === null) return undefined;
    this.#signed.set(cookie, value);
    return value;
  }

  /**
   * Has the browser run another flow; it gets a session where it has none. `write` belongs into the transaction that
   * stores the flow, `tell` comes when that is durable.
   */
  async running(request: FastifyRequest): Promise<RunningFlow> {
    const { session } = request;
    if (session === null) await this.#clean();
    const fresh = session === null ? this.#make(null, null, ANONYMOUS_LIFETIME) : undefined;
    let running: string | undefined;
    return {
      write: (tx, flow) => {
        running = flow;
        if (fresh !== undefined) {
          fresh.insert(tx, flow);
        } else if (session !== null) {
          tx.update(MODEL, session.pk, { data: sealed(session.id, flow) });
        }
      },
      tell: (reply) => {
        if (running === undefined) return;
        const known = session ?? fresh?.session;
        if (known !== undefined) request.session = { ...known, flow: running };
        if (fresh !== undefined) this.#sendCookies(request, reply, fresh.session.id, 0);
      },
    };
  }

  /** Has the browser run a flow that is stored already. */
  async setFlow(request: FastifyRequest, reply: FastifyReply, flow: string): Promise<void> {
    const { write, tell } = await this.running(request);
    await this.#store.transaction((tx) => write(tx, flow));
    tell(reply);
  }

  /** Logs a user in to the browser: a new session takes the place of the one it had. */
  async login(request: FastifyRequest, reply: FastifyReply, login: Login): Promise<void> {
    const before = request.session;
    const lifetime = login.seconds > 0 ? login.seconds * 1000 : this.#settings.sessionLifetime;
    const fresh = this.#make(login.user, before?.flow ?? null, lifetime);
    await this.#store.transaction((tx) => {
      const ended = login.terminateOthers ? tx.list(MODEL, { user: login.user }) : [];
      const over = new Set(ended.map(({ pk }) => pk));
      if (before !== null) over.add(before.pk);
      for (const pk of over) if (tx.get(MODEL, pk) !== undefined) tx.delete(MODEL, pk);
      fresh.insert(tx, fresh.session.flow);
    });
    request.session = fresh.session;
    this.#sendCookies(request, reply, fresh.session.id, login.seconds);
  }

  /** Logs the browser out: a session of nobody takes the place of the one it had; a flow in progress goes on in it. */
  async logout(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const before = request.session;
    if (before === null) return;
    const fresh = this.#make(null, before.flow, ANONYMOUS_LIFETIME);
    await this.#store.transaction((tx) => {
      if (tx.get(MODEL, before.pk) !== undefined) tx.delete(MODEL, before.pk);
      fresh.insert(tx, fresh.session.flow);
    });
    request.session = fresh.session;
    this.#sendCookies(request, reply, fresh.session.id, 0);
  }

  /** Gives a browser with a session the cookie against forged requests, unless it has one of this session's. */
  refreshCsrf(request: FastifyRequest, reply: FastifyReply): void {
    const { session } = request;
    if (session === null) return;
    const { secretKey } = this.#settings;
    if (isCsrfToken(secretKey, session.pk, request.cookies[CSRF_COOKIE])) return;
    reply.setCookie(CSRF_COOKIE, csrfToken(secretKey, session.pk), {
      path: "/",
      sameSite: "lax",
      secure: this.secure(request),
    });
  }

  /** Whether cookies are for https only. */
  secure(request: FastifyRequest): boolean {
    return this.#settings.secureCookies === "always" || request.protocol === "https";
  }

  #make(
    user: number | null,
    flow: string | null,
    lifetime: number,
  ): { readonly session: BrowserSession; insert(tx: Transaction, flow: string | null): void } {
    const id = drawnBytes(32).toString("base64url");
    const { pk } = heldRow(MODEL, id);
    const now = this.#clock();
    const created = new Date(now).toISOString();
    const expires = new Date(now + lifetime).toISOString();
    return {
      session: { id, pk, user, flow },
      insert: (tx, flow) => tx.insert(MODEL, { pk, user, data: sealed(id, flow), created, expires }),
    };
  }

  #sendCookies(request: FastifyRequest, reply: FastifyReply, id: string, seconds: number): void {
    const cookie = reply.signCookie(id);
    this.#signed.set(cookie, id);
    reply.setCookie(SESSION_COOKIE, cookie, {
      path: "/",
      httpOnly: true,
      sameSite: "lax",
      secure: this.secure(request),
      ...(seconds > 0 && { maxAge: Math.round(seconds) }),
    });
    this.refreshCsrf(request, reply);
  }

  async #clean(): Promise<void> {
    const now = this.#clock();
    if (now - this.#cleaned < CLEANING_INTERVAL) return;
    this.#cleaned = now;
    const pks = await this.#store.expired(MODEL, new Date(now), CLEANED_AT_ONCE);
    if (pks.length === 0) return;
    await this.#store.transaction((tx) => {
      for (const pk of pks) if (tx.get(MODEL, pk) !== undefined) tx.delete(MODEL, pk);
    });
  }
}
