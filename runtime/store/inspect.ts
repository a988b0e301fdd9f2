// Looks whether a store could be opened, and changes nothing: no lock, no file, no table.
import { constants } from "node:fs";
import { access, lstat, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StoreDamaged, StoreError } from "./errors.ts";
import { readState } from "./file-format.ts";
import { FileLock } from "./file-lock.ts";
import { realFile } from "./lowdb.ts";
import { type HeldConnection, PostgresConnection } from "./postgres-connection.ts";
import { expectOpenable } from "./postgres-migration.ts";
import { namesIn } from "./postgres-schema.ts";
import { SecretBox } from "./secrets.ts";

/** Where `postgresStore` keeps everything unless it is told otherwise. */
const SCHEMA = "postern";

/** What stands in a store that can be opened. */
export interface StoreReport {
  /** False where opening it would make it. */
  readonly exists: boolean;
  /** Rows of all models. */
  readonly rows: number;
}

/**
 * Looks at the store in a file, or in the database of a `postgres://` URL.
 *
 * @param key decrypts what the store holds encrypted, to see that it is the right one
 * @throws StoreError (or one of its kinds) that says why it cannot be opened and what to do: what opening it would throw.
 */
export async function inspectStore(
  place: string,
  options: { readonly key?: string } = {},
): Promise<StoreReport> {
  const box = options.key === undefined ? undefined : new SecretBox(options.key);
  return /^postgres(?:ql)?:\/\//i.test(place)
    ? await inspectDatabase(place, box)
    : await inspectFile(place, box);
}

async function inspectFile(path: string, box: SecretBox | undefined): Promise<StoreReport> {
  const given = resolve(path);
  const isThere = (await lstat(given).catch(() => undefined)) !== undefined;
  // Lock and backup stand beside the file itself.
  const file = isThere ? await realFile(given) : given;
  await expectFolder(dirname(file));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw new StoreError(`${file} cannot be read: ${message}`, { cause: error });
    if ((await lstat(`${file}.bak`).catch(() => undefined)) === undefined) return { exists: false, rows: 0 };
    const todo =
      "Copy the backup to the file's name to go on from it, or move it away to start with an empty store.";
    throw new StoreDamaged(file, undefined, `the file is missing, but ${file}.bak is there`, todo);
  }
  const { state } = readState(file, bytes, box, `Repair it, or replace it by ${file}.bak if that is there.`);
  await FileLock.expectFree(file);
  let rows = 0;
  for (const table of state.tables.values()) rows += table.size;
  return { exists: true, rows };
}

/** A folder that is missing is made, so the nearest that is there has to be writable. */
async function expectFolder(folder: string): Promise<void> {
  try {
    if (!(await lstat(folder)).isDirectory()) await access(`${folder}/.`);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(folder) !== folder) return await expectFolder(dirname(folder));
    throw new StoreError(`${folder} cannot be written, and the store's folder has to be: ${message}`, {
      cause: error,
    });
  }
}

async function inspectDatabase(url: string, box: SecretBox | undefined): Promise<StoreReport> {
  const connection = new PostgresConnection(url, { connections: 1 });
  try {
    return await connection.hold(async (client: HeldConnection) => {
      if (!(await expectOpenable(client, connection.place, SCHEMA, box))) return { exists: false, rows: 0 };
      const { record } = namesIn(SCHEMA);
      const [counted] = await client.sql(`SELECT count(*)::integer AS rows FROM ${record}`);
      return { exists: true, rows: counted?.rows as number };
    });
  } finally {
    await connection.end();
  }
}
