// Opening a database: its tables are made or brought up to date, by one process at a time.
import { MODEL_NAMES, modelOf } from "../models/registry.ts";
import { StoreError, StoreKeyError, StoreOutcomeUnknown } from "./errors.ts";
import { LOOKUPS_FINGERPRINT, lookupsOf } from "./lookups.ts";
import { EVERYTHING } from "./postgres-commit.ts";
import type { HeldConnection, PostgresConnection } from "./postgres-connection.ts";
import { pkText, RowCodec } from "./postgres-rows.ts";
import { lockNumber, MIGRATIONS, type Names, namesIn, numberSequence } from "./postgres-schema.ts";
import { CIPHER, type SecretBox } from "./secrets.ts";

/** What the database holds encrypted so that a wrong key shows. */
const KEY_CHECK = "postern";
const CHECK_PLACE = ["encryption", "check"] as const;
/** Rows that are read at a time where all are. */
const BATCH = 1_000;

interface Setting {
  readonly epoch: number;
  readonly encryption: { readonly cipher?: unknown; readonly check?: unknown } | null;
  readonly lookups: string;
}

/**
 * Makes the database ready for this Postern and this key, and returns its epoch: a number that changes when the tables
 * do, the key or the look-ups, so that processes which have it open from before notice.
 */
export function openSchema(
  connection: PostgresConnection,
  schema: string,
  box: SecretBox | undefined,
): Promise<number> {
  return connection.hold(async (client) => {
    try {
      await expectUsable(client, connection.place);
      await client.sql("BEGIN ISOLATION LEVEL READ COMMITTED");
      const epoch = await new Opening(client, connection.place, schema, box).run();
      await client.sql("COMMIT");
      return epoch;
    } catch (error) {
      await client.sql("ROLLBACK").catch(() => undefined);
      // Opening again does no harm, whether it was kept or not.
      throw error instanceof StoreOutcomeUnknown ? connection.unavailable(error.cause) : error;
    }
  });
}

/** Throws {@link StoreError} where the server or the database is none that Postern can use. */
async function expectUsable(client: HeldConnection, place: string): Promise<void> {
  const [{ encoding, version }] = await client.sql(
    "SELECT current_setting('server_encoding') AS encoding, current_setting('server_version_num')::integer AS version",
  );
  if (encoding !== "UTF8") {
    throw new StoreError(`${place} is in ${encoding}; make one for Postern with ENCODING 'UTF8'`);
  }
  if ((version as number) < 150_000) {
    throw new StoreError(
      `${place} is on PostgreSQL ${Math.floor((version as number) / 10_000)}; use 15 or later`,
    );
  }
}

/** Throws {@link StoreError} where a later version has been at the tables. */
function expectNoNewer(applied: number, place: string): void {
  if (applied <= MIGRATIONS.length) return;
  throw new StoreError(
    `a newer Postern has changed ${place} (migration ${applied}; this one knows ${MIGRATIONS.length}): use that version`,
  );
}

/** Throws {@link StoreKeyError} where the secrets are encrypted with another key than this one, or none is given. */
function expectKey(encryption: Setting["encryption"], box: SecretBox | undefined, place: string): void {
  if (encryption === null) return;
  const { cipher, check } = encryption;
  if (cipher !== CIPHER || typeof check !== "string") {
    throw new StoreError(`${place} says of its encryption what no Postern wrote; it was left as it is`);
  }
  if (box === undefined) {
    throw new StoreKeyError(`${place} holds encrypted secrets: open it with the key it was written with`);
  }
  if (box.open(CHECK_PLACE, check)?.value !== KEY_CHECK) {
    throw new StoreKeyError(`${place} was written with another key: open it with that one`);
  }
}

/** Throws what {@link openSchema} would for tables that are there, and changes nothing; false where there are none. */
export async function expectOpenable(
  client: HeldConnection,
  place: string,
  schema: string,
  box: SecretBox | undefined,
): Promise<boolean> {
  await expectUsable(client, place);
  const { migration, setting } = namesIn(schema);
  const [found] = await client.sql("SELECT to_regclass($1) IS NOT NULL AS there", [migration]);
  if (found?.there !== true) return false;
  const [counted] = await client.sql(`SELECT count(*)::integer AS applied FROM ${migration}`);
  expectNoNewer(counted?.applied as number, place);
  // An older Postern's tables may lack it.
  const [setup] = await client.sql("SELECT to_regclass($1) IS NOT NULL AS there", [setting]);
  if (setup?.there !== true) return true;
  const [row] = await client.sql(`SELECT encryption FROM ${setting}`);
  expectKey((row as unknown as Setting).encryption, box, place);
  return true;
}

class Opening {
  readonly #client: HeldConnection;
  readonly #place: string;
  readonly #schema: string;
  readonly #names: Names;
  readonly #box: SecretBox | undefined;
  constructor(client: HeldConnection, place: string, schema: string, box: SecretBox | undefined) {
    this.#client = client;
    this.#place = place;
    this.#schema = schema;
    this.#names = namesIn(schema);
    this.#box = box;
  }

  async run(): Promise<number> {
    const { setting } = this.#names;
    // Alone among those that open, and, from here to the end, among those that commit.
    for (const lock of ["open", EVERYTHING]) {
      await this.#client.sql("SELECT pg_advisory_xact_lock($1)", [lockNumber(this.#schema, lock)]);
    }
    const isNew = await this.#migrate();
    await this.#numberModels();
    const [found] = await this.#client.sql(`SELECT epoch, encryption, lookups FROM ${setting}`);
    const before = found as unknown as Setting;
    const seals = await this.#encrypt(before);
    const indexes = before.lookups !== LOOKUPS_FINGERPRINT;
    if (indexes) await this.#index();
    const epoch = before.epoch + (seals || indexes || isNew ? 1 : 0);
    if (epoch !== before.epoch) {
      await this.#client.sql(`UPDATE ${setting} SET epoch = $1, lookups = $2`, [epoch, LOOKUPS_FINGERPRINT]);
    }
    return epoch;
  }

  /** Applies the migrations that are missing; whether there were any. */
  async #migrate(): Promise<boolean> {
    const { schema, migration } = this.#names;
    const [{ there }] = await this.#client.sql("SELECT to_regclass($1) IS NOT NULL AS there", [migration]);
    if (there !== true) {
      await this.#client.sql(`CREATE SCHEMA IF NOT EXISTS ${schema};
        CREATE TABLE ${migration} (
          number integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now()
        )`);
    }
    const [{ applied }] = await this.#client.sql(`SELECT count(*)::integer AS applied FROM ${migration}`);
    expectNoNewer(applied as number, this.#place);
    for (const [index, { name, sql }] of MIGRATIONS.entries()) {
      if (index < (applied as number)) continue;
      await this.#client.sql(sql(this.#names));
      await this.#client.sql(`INSERT INTO ${migration} (number, name) VALUES ($1, $2)`, [index + 1, name]);
    }
    return (applied as number) < MIGRATIONS.length;
  }

  /** A sequence for each model whose pks are numbers. */
  async #numberModels(): Promise<void> {
    for (const name of MODEL_NAMES) {
      if (modelOf(name).key !== "integer") continue;
      const sequence = numberSequence(this.#schema, name);
      const [{ there }] = await this.#client.sql("SELECT to_regclass($1) IS NOT NULL AS there", [sequence]);
      if (there !== true) await this.#client.sql(`CREATE SEQUENCE ${sequence}`);
    }
  }

  /** Compares the key with the one in use; encrypts all secrets where there was none. Whether it did. */
  async #encrypt({ encryption }: Setting): Promise<boolean> {
    const box = this.#box;
    expectKey(encryption, box, this.#place);
    if (encryption !== null || box === undefined) return false;
    const { record, setting, commitNumber } = this.#names;
    const codec = new RowCodec(box, () => undefined);
    const plain = new RowCodec(undefined, () => undefined);
    await this.#eachBatch(async (rows) => {
      const bodies = rows.map(({ model, pk, body }) => {
        const row = plain.decode(model, pk, body, false);
        return codec.encode(model as never, row);
      });
      await this.#client.sql(
        `UPDATE ${record} r SET body = sealed.body::json, sealed = true, version = nextval('${commitNumber}')
         FROM unnest($1::text[], $2::text[], $3::text[]) AS sealed(model, pk, body)
         WHERE r.model = sealed.model AND r.pk = sealed.pk`,
        [rows.map(({ model }) => model), rows.map(({ pk }) => pk), bodies],
      );
    });
    const sealed = { cipher: CIPHER, check: box.seal(CHECK_PLACE, KEY_CHECK) };
    await this.#client.sql(`UPDATE ${setting} SET encryption = $1::json`, [JSON.stringify(sealed)]);
    return true;
  }

  /** Makes the look-ups of all rows anew. */
  async #index(): Promise<void> {
    const { lookup } = this.#names;
    const codec = new RowCodec(this.#box, () => undefined);
    await this.#client.sql(`DELETE FROM ${lookup}`);
    await this.#eachBatch(async (rows) => {
      const entries = rows.flatMap(({ model, pk, body, sealed }) => {
        const row = codec.decode(model, pk, body, sealed);
        return lookupsOf(model as never, row).map((found) => ({ ...found, model, pk: pkText(row.pk) }));
      });
      await this.#client.sql(
        `INSERT INTO ${lookup} (scope, key, model, pk, single)
         SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::boolean[])`,
        [
          entries.map(({ scope }) => scope),
          entries.map(({ key }) => key),
          entries.map(({ model }) => model),
          entries.map(({ pk }) => pk),
          entries.map(({ unique }) => unique),
        ],
      );
    });
  }

  async #eachBatch(work: (rows: readonly BatchRow[]) => Promise<void>): Promise<void> {
    const { record } = this.#names;
    let after = ["", ""];
    for (;;) {
      const rows = (await this.#client.sql(
        `SELECT model, pk, sealed, body::text AS body FROM ${record}
         WHERE (model, pk) > ($1, $2) ORDER BY model, pk LIMIT ${BATCH}`,
        after,
      )) as unknown as BatchRow[];
      const last = rows.at(-1);
      if (last === undefined) return;
      await work(rows);
      after = [last.model, last.pk];
    }
  }
}

interface BatchRow {
  readonly model: string;
  readonly pk: string;
  readonly sealed: boolean;
  readonly body: string;
}
