// Connections to a PostgreSQL database, and what their errors mean: nothing happened, or nobody knows.
import pg from "pg";
import { StoreError, StoreOutcomeUnknown, StoreUnavailable } from "./errors.ts";
import type { ConnectionOptions } from "./postgres-options.ts";

/** A statement that is prepared once for each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A row of an answer. */
export type AnswerRow = { readonly [column: string]: unknown };

/** Commit the same thing again: the database gave it up in favour of another transaction. */
export class Contended extends Error {
  override readonly name = "Contended";
}

/** The SQLSTATE that the commit function raises when the epoch has changed. */
const OTHER_EPOCH = "PT001";
/** serialization_failure, deadlock_detected, unique_violation. */
const CONTENTION = new Set(["40001", "40P01", "23505"]);
/** The time after the server's own that the client waits for an answer, milliseconds. */
const GRACE = 5_000;

/** A pool of connections to one database. */
export class PostgresConnection {
  readonly #pool: pg.Pool;
  /** The database as messages name it: never with user or password. */
  readonly place: string;

  /** @throws StoreError when the URL is none of a PostgreSQL database. */
  constructor(url: string, options: ConnectionOptions) {
    this.place = placeOf(url);
    const statementTimeout = options.statementTimeout ?? 15_000;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: options.connectTimeout ?? 5_000,
      idleTimeoutMillis: options.idleTimeout ?? 30_000,
      application_name: options.applicationName ?? "postern",
      keepAlive: true,
      query_timeout: statementTimeout + GRACE,
      // The look-ups are all by key. An empty table must not leave a plan behind that reads a full one from end to end.
      // So there is one plan for any values, and to make it anew for each statement would cost as much as the statement.
      options: [
        `-c statement_timeout=${statementTimeout}`,
        `-c idle_in_transaction_session_timeout=${statementTimeout + GRACE}`,
        "-c default_transaction_isolation=read\\ committed",
        "-c default_transaction_read_only=off",
        "-c enable_seqscan=off",
        "-c enable_hashjoin=off",
        "-c enable_mergejoin=off",
        "-c plan_cache_mode=force_generic_plan",
        "-c jit=off",
      ].join(" "),
    });
    // An idle connection that breaks is dropped by the pool; whoever needs one gets another.
    this.#pool.on("error", () => undefined);
  }

  /** Runs a statement that changes nothing. One whose connection turned out to be broken is run again on another. */
  async read(statement: Statement, values: readonly unknown[]): Promise<readonly AnswerRow[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.hold((client) => client.run(statement, values));
      } catch (error) {
        if (!(error instanceof StoreOutcomeUnknown)) throw error;
        if (attempt === 2) throw this.unavailable(error.cause);
      }
    }
  }

  /** Gives `work` a connection of its own. Where an error left it in doubt, it is not used again. */
  async hold<T>(work: (client: HeldConnection) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw this.unavailable(error);
    }
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on("error", onError);
    try {
      return await work(
        new HeldConnection(client, (error) => {
          const meaning = this.#meaningOf(error);
          if (meaning instanceof StoreOutcomeUnknown) broken = meaning;
          return meaning;
        }),
      );
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  /** Closes all connections; those in use when they are given back. */
  end(): Promise<void> {
    return this.#pool.end();
  }

  /** The error of a process that opened the database before it was changed for all. */
  otherEpoch(): StoreError {
    return new StoreError(
      `${this.place} was changed by a newer Postern, or got a key, since this process opened it: restart the process`,
    );
  }

  /** What an error of a statement that was sent means. */
  #meaningOf(error: unknown): Error {
    if (!(error instanceof pg.DatabaseError) || endsConnection(error)) {
      const text = `the connection to ${this.place} broke (${reason(error)})`;
      return new StoreOutcomeUnknown(
        `${text} before the answer to a change came: whether it was kept is not known. Look before you repeat it.`,
        { cause: error },
      );
    }
    const code = error.code ?? "";
    if (CONTENTION.has(code)) return new Contended(error.message, { cause: error });
    if (code === OTHER_EPOCH) return this.otherEpoch();
    if (code === "57014") {
      return new StoreUnavailable(`${this.place} took too long, nothing was changed; try again later`, {
        cause: error,
      });
    }
    // Disk full, out of memory, too many connections, read-only, shutting down.
    if (/^(53|57|25006|58)/.test(code)) return this.unavailable(error);
    return new StoreError(`${this.place} refused a statement (${code}): ${error.message}`, { cause: error });
  }

  /** The error of a database that cannot be used at the moment. */
  unavailable(error: unknown): StoreUnavailable {
    return new StoreUnavailable(
      `${this.place} cannot be used at the moment (${reason(error)}): nothing was changed; try again when it is back`,
      { cause: error },
    );
  }
}

/** One connection, for as long as it is held. */
export class HeldConnection {
  readonly #client: pg.PoolClient;
  readonly #meaningOf: (error: unknown) => Error;
  constructor(client: pg.PoolClient, meaningOf: (error: unknown) => Error) {
    this.#client = client;
    this.#meaningOf = meaningOf;
  }

  /** Runs a prepared statement. Throws what its failure means. */
  async run(statement: Statement, values: readonly unknown[]): Promise<readonly AnswerRow[]> {
    try {
      const { rows } = await this.#client.query<AnswerRow>({ ...statement, values: [...values] });
      return rows;
    } catch (error) {
      throw this.#meaningOf(error);
    }
  }

  /** Runs a text of SQL that is used once: several statements, unless there are values. */
  async sql(text: string, values?: readonly unknown[]): Promise<readonly AnswerRow[]> {
    try {
      const { rows } = await this.#client.query<AnswerRow>(
        text,
        values === undefined ? undefined : [...values],
      );
      return rows;
    } catch (error) {
      throw this.#meaningOf(error);
    }
  }
}

/** Codes of errors that may be the last of their connection: the server ends it, or itself. */
const MAY_BE_LAST = /^(?:08|25P0|53|57P|58|XX)/;

/** Whether an error was the last of its connection. A server says how severe it is in its own language. */
function endsConnection({ severity, code = "" }: pg.DatabaseError): boolean {
  if (severity === "ERROR") return false;
  return severity === "FATAL" || severity === "PANIC" || MAY_BE_LAST.test(code);
}

function placeOf(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new StoreError(
      "the database's address is no URL; it looks like postgres://user:password@host:5432/name",
    );
  }
  if (parsed.protocol !== "postgres:" && parsed.protocol !== "postgresql:") {
    throw new StoreError(`the database's address begins with postgres://, not with ${parsed.protocol}//`);
  }
  return `the database ${parsed.hostname || "localhost"}:${parsed.port || "5432"}${parsed.pathname}`;
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
