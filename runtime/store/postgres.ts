// The store in a PostgreSQL database, for several processes at a time.
//
// The work of a transaction is synchronous, but its rows are elsewhere. So it is run on a supposition: on the rows as
// they were last seen, and none where nothing was seen. That run says which rows the work looks at. Then either
//
//   - it has changes, and the supposition is likely: it is committed together with what it supposed. The database
//     takes it if all of that is still so (postgres-schema.ts, `commit`), and refuses it otherwise;
//   - or the rows are fetched, with one statement that sees one moment. If they are what was supposed, the run counts,
//     its error too; if not, the work is run again on them.
//
// Mostly a read costs one round trip and a transaction one, whatever they look at. A transaction that was refused
// goes on behind the others of this process that were, and after some refusals alone on the whole database, so that it
// comes to an end however many others there are.

import type { ModelName } from "../models/registry.ts";
import type { ExpiringModel, KeyedHash, Pk, Row, Snapshot, Store, Transaction } from "./contract.ts";
import { StoreClosed, StoreError, StoreOutcomeUnknown } from "./errors.ts";
import { CommitRequest, EVERYTHING } from "./postgres-commit.ts";
import { Contended, type HeldConnection, PostgresConnection } from "./postgres-connection.ts";
import { type Item, isSame, itemFor, type Known, PartialDraft, type Write } from "./postgres-draft.ts";
import { openSchema } from "./postgres-migration.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { type Fetched, PostgresReader, type Wanted } from "./postgres-reader.ts";
import { pkOf, RowCodec } from "./postgres-rows.ts";
import { lockNumber, namesIn } from "./postgres-schema.ts";
import { SecretBox } from "./secrets.ts";
import { expectSynchronous } from "./serial-store.ts";

/** Runs after which a work is given up. Each run finds rows that it had not looked at before, or is refused. */
const MOST_ROUNDS = 10_000;
/** Refusals after which a transaction goes on alone. */
const REFUSALS = 6;

/**
 * Opens the store in a PostgreSQL database (15 or later), and brings its tables up to date. Any number of processes
 * may have it open.
 *
 * @param url `postgres://user:password@host:5432/database`, with `?sslmode=…` where the connection is to be encrypted
 * @throws StoreUnavailable when the database cannot be reached; StoreKeyError when its secrets need another key;
 *   StoreError when it is none that Postern can use: a newer Postern's, or not in UTF-8.
 */
export async function postgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const box = options.key === undefined ? undefined : new SecretBox(options.key);
  const schema = options.schema ?? "postern";
  const notice = options.notice ?? ((text) => process.emitWarning(text, "PosternStoreNotice"));
  const connection = new PostgresConnection(url, options);
  try {
    const epoch = await openSchema(connection, schema, box);
    const codec = new RowCodec(box, notice);
    const hash: KeyedHash | undefined = box && ((purpose, text) => box.keyedHash(purpose, text));
    return new PostgresStore(connection, schema, codec, epoch, hash);
  } catch (error) {
    await connection.end();
    throw error;
  }
}

/** A work that is to be done, and what is known of it from runs that did not count. */
class Attempt<T> {
  readonly work: (tx: Transaction) => T;
  readonly kind: "read" | "transaction";
  /** What it looked at. */
  readonly items = new Map<string, Item>();
  constructor(work: (tx: Transaction) => T, kind: "read" | "transaction") {
    this.work = work;
    this.kind = kind;
  }
}

/** A run of a work, on a supposition. */
interface Run<T> {
  readonly draft: PartialDraft;
  readonly writes: readonly Write[];
  readonly outcome: { readonly value: T } | { readonly error: unknown };
}

/** How the database is spoken to: over the pool, or over one connection. */
interface Way {
  fetch(wanted: Wanted): Promise<Fetched>;
  /** The commit's number, or nothing where it was refused. */
  commit(request: CommitRequest): Promise<string | undefined>;
}

class PostgresStore implements Store {
  readonly keyedHash?: KeyedHash;
  readonly #connection: PostgresConnection;
  readonly #schema: string;
  readonly #codec: RowCodec;
  readonly #epoch: number;
  readonly #reader: PostgresReader;
  readonly #pooled: Way;
  readonly #running = new Set<Promise<unknown>>();
  /** Ends when the last of the refused transactions has ended. */
  #refused: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    connection: PostgresConnection,
    schema: string,
    codec: RowCodec,
    epoch: number,
    keyedHash: KeyedHash | undefined,
  ) {
    if (keyedHash !== undefined) this.keyedHash = keyedHash;
    this.#connection = connection;
    this.#schema = schema;
    this.#codec = codec;
    this.#epoch = epoch;
    this.#reader = new PostgresReader(connection, schema, codec, epoch);
    this.#pooled = {
      fetch: (wanted) => this.#reader.fetch(wanted),
      commit: (request) => connection.hold((client) => request.send(client)),
    };
  }

  read<T>(work: (tx: Snapshot) => T): Promise<T> {
    return this.#begin(() => this.#settle(new Attempt((tx) => work(tx), "read"), this.#pooled, 1));
  }

  transaction<T>(work: (tx: Transaction) => T): Promise<T> {
    const attempt = new Attempt(work, "transaction");
    return this.#begin(async () => {
      try {
        return await this.#settle(attempt, this.#pooled, 1);
      } catch (error) {
        if (!(error instanceof Contended)) throw error;
      }
      return this.#afterOthers(async () => {
        try {
          return await this.#settle(attempt, this.#pooled, REFUSALS);
        } catch (error) {
          if (!(error instanceof Contended)) throw error;
        }
        return await this.#alone(attempt);
      });
    });
  }

  size<M extends ModelName>(model: M, where: Partial<Row<M>>, limit: number): Promise<number> {
    const { record, lookup } = namesIn(this.#schema);
    const item = itemFor(model, where);
    if (item.kind === "row") return Promise.resolve(Math.min(limit, 1));
    const [name, rows, values] =
      item.kind === "set"
        ? ["set", `${lookup} WHERE scope = $1 AND key = $2::uuid LIMIT $3`, [item.scope, item.key, limit]]
        : ["model", `${record} WHERE model = $1 LIMIT $2`, [model, limit]];
    const text = `SELECT count(*)::integer AS size FROM (SELECT 1 FROM ${rows}) AS counted`;
    return this.#begin(async () => {
      const [{ size }] = await this.#connection.read({ name: `postern-size-${name}`, text }, values);
      return size as number;
    });
  }

  expired(model: ExpiringModel, now: Date, limit: number): Promise<Pk[]> {
    const { record } = namesIn(this.#schema);
    const statement = {
      name: "postern-expired",
      text: `SELECT pk, CASE WHEN pk LIKE '"%' THEN body::text END AS body FROM ${record}
        WHERE model = $1 AND expires <= $2 ORDER BY expires LIMIT $3`,
    };
    return this.#begin(async () => {
      const rows = await this.#connection.read(statement, [model, now.toISOString(), limit]);
      return rows.map(({ pk, body }) => pkOf(model, pk as string, body as string | null));
    });
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled(this.#running);
      await this.#connection.end();
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #begin<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StoreClosed();
    const running = run();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Runs the work until a run counts. Throws {@link Contended} where the database has refused it `refusals` times. */
  async #settle<T>(attempt: Attempt<T>, way: Way, refusals: number): Promise<T> {
    const { items } = attempt;
    // Of a work that was refused it is known what to look at.
    let fetched: Fetched =
      items.size === 0 ? new Map() : await way.fetch({ items, numbers: new Map<ModelName, number>() });
    let refused = 0;
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const run = this.#run(attempt, fetched);
      const { draft, writes } = run;
      const uses = [...draft.uses.values()];
      // All from one answer, so the run saw one moment.
      const isSo = (): boolean => uses.every(({ item, known }) => isSame(known, fetched.get(item.id)));
      const isLikely = (): boolean => writes.length > 0 && uses.every(({ guess }) => guess !== "unlikely");
      const counts = async (isBelieved: () => boolean): Promise<boolean> => {
        if (draft.hungry.size > 0 || !isBelieved()) return false;
        if (writes.length === 0 || (await this.#commit(way, run))) return true;
        refused += 1;
        if (refused >= refusals) throw new Contended("other transactions came first");
        return false;
      };
      for (const { item } of uses) items.set(item.id, item);
      try {
        if (await counts(() => isSo() || isLikely())) return settled(run.outcome);
        fetched = await way.fetch({ items, numbers: draft.hungry });
        if (await counts(isSo)) return settled(run.outcome);
      } finally {
        this.#giveBack(draft);
      }
    }
    throw new StoreError(
      "a transaction looks at other rows each time it is run; its work has to be deterministic",
    );
  }

  #run<T>({ work, kind }: Attempt<T>, fetched: Fetched): Run<T> {
    const draft = new PartialDraft(
      (item): Known | undefined => fetched.get(item.id) ?? this.#reader.remembered(item),
      this.#reader.numbers,
    );
    try {
      const value = expectSynchronous(work(draft));
      const writes = draft.writes();
      if (kind === "read" && writes.length > 0)
        throw new StoreError("a read cannot change rows; use a transaction");
      return { draft, writes, outcome: { value } };
    } catch (error) {
      return { draft, writes: [], outcome: { error } };
    } finally {
      draft.abandon();
    }
  }

  /** Commits a run; false where the database refused it. */
  async #commit(way: Way, { draft, writes }: Run<unknown>): Promise<boolean> {
    const request = new CommitRequest({
      schema: this.#schema,
      epoch: this.#epoch,
      codec: this.#codec,
      uses: [...draft.uses.values()],
      writes,
      numbers: draft.givenNumbers(),
    });
    let version: string | undefined;
    try {
      version = await way.commit(request);
    } catch (error) {
      if (error instanceof Contended) return false;
      // Numbers of a commit that may have happened are used up.
      if (error instanceof StoreOutcomeUnknown) draft.keepNumbers();
      throw error;
    }
    if (version === undefined) return false;
    draft.keepNumbers();
    for (const { model, number } of draft.givenNumbers()) this.#reader.numbers.dropUpTo(model, number);
    for (const [id, known] of request.outcome(version)) this.#reader.remember(id, known);
    return true;
  }

  /** Numbers that a run took and did not use are for the next. */
  #giveBack(draft: PartialDraft): void {
    for (const { model, number } of draft.unused()) this.#reader.numbers.add(model, number);
  }

  /** Runs what was refused, one after the other. */
  #afterOthers<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#refused.then(run);
    this.#refused = result.catch(() => undefined);
    return result;
  }

  /** Runs the work while no other transaction, of whatever process, can commit. */
  #alone<T>(attempt: Attempt<T>): Promise<T> {
    return this.#connection.hold(async (client) => {
      let value: T;
      try {
        await client.sql("BEGIN ISOLATION LEVEL READ COMMITTED");
        await client.sql("SELECT pg_advisory_xact_lock($1)", [lockNumber(this.#schema, EVERYTHING)]);
        value = await this.#settle(attempt, this.#over(client), REFUSALS);
      } catch (error) {
        await client.sql("ROLLBACK").catch(() => undefined);
        if (error instanceof StoreOutcomeUnknown) throw this.#connection.unavailable(error.cause);
        if (!(error instanceof Contended)) throw error;
        throw new StoreError(
          `${this.#connection.place} refuses a transaction again and again: ${error.message}`,
          {
            cause: error,
          },
        );
      }
      await client.sql("COMMIT");
      return value;
    });
  }

  #over(client: HeldConnection): Way {
    return {
      fetch: (wanted) => this.#reader.fetchOver(client, wanted),
      commit: (request) => request.send(client),
    };
  }
}

function settled<T>(outcome: Run<T>["outcome"]): T {
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
