// The embedded store: one readable JSON file, kept by lowdb through an adapter that never loses what it acknowledged.
//
// A write goes to a new file, is synced, and takes the old one's place by rename; then the directory is synced. So
// the file is at every moment a whole one, the old or the new. The one before stays as `<file>.bak`. A file that is
// damaged is refused and never touched: only a person can say what it should have held.
//
// What waits for the disk is asynchronous. What only changes names, or fills the system's cache with little, is not: it
// takes microseconds, a tenth of what a thread of the pool would cost.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { copyFile, type FileHandle, lstat, open, readFile, realpath, rename, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Adapter, Low } from "lowdb";
import type { Store } from "./contract.ts";
import { StoreDamaged, StoreError, StoreWriteFailed } from "./errors.ts";
import { readState } from "./file-format.ts";
import { FileLock } from "./file-lock.ts";
import { StateWriter, writeParts } from "./file-writer.ts";
import { SecretBox } from "./secrets.ts";
import { SerialStore } from "./serial-store.ts";
import { EMPTY_STATE, type State } from "./state.ts";

/** Settings of {@link lowdbStore}. */
export interface LowdbOptions {
  /**
   * Encrypts secret fields in the file (AES-256-GCM): 32 bytes, or their spelling as 64 hexadecimal digits or base64.
   * A file with plain secrets is rewritten when it is first opened with a key. Whoever loses the key loses the secrets.
   */
  readonly key?: Uint8Array | string;
  /** Told of what was ignored in the file (unknown fields), one sentence each. Default: `process.emitWarning`. */
  readonly notice?: (text: string) => void;
}

/**
 * Opens the store in a file; makes the file (mode 0600) where there is none. The directory has to exist.
 *
 * Throws {@link StoreLocked} when another process has it open, {@link StoreDamaged} when it is not what a store wrote,
 * {@link StoreKeyError} when its secrets need another key, {@link StoreWriteFailed} when the directory is not writable.
 */
export async function lowdbStore(path: string, options: LowdbOptions = {}): Promise<Store> {
  const box = options.key === undefined ? undefined : new SecretBox(options.key);
  const file = await realFile(path);
  const lock = await FileLock.acquire(file);
  const adapter = new FileAdapter(file, lock, box);
  try {
    const db = new Low<State>(adapter, EMPTY_STATE);
    await db.read();
    for (const notice of adapter.notices) (options.notice ?? emitNotice)(notice);
    if (adapter.stale) await db.write();
    if (adapter.plainBackup) await adapter.replaceBackup();
    const durability = {
      persist: async (state: State) => {
        db.data = state;
        await db.write();
      },
      release: async () => {
        await adapter.close();
        await lock.release();
      },
    };
    return new SerialStore(db.data, durability, box && ((purpose, text) => box.keyedHash(purpose, text)));
  } catch (error) {
    await adapter.close();
    await lock.release();
    throw error;
  }
}

class FileAdapter implements Adapter<State> {
  readonly #file: string;
  readonly #backup: string;
  readonly #lock: FileLock;
  readonly #box: SecretBox | undefined;
  readonly #writer: StateWriter;
  /** Kept open, to be synced after each replacement. */
  #directory: FileHandle | undefined;
  /** What was ignored when reading. */
  notices: readonly string[] = [];
  /** The file has to be written now: it is not there, or its secrets stand in it plainly. */
  stale = true;
  /** The file is one that this process made: nobody else can read it. */
  #isOwn = false;
  /** The backup may hold plain secrets that are encrypted in the file. */
  plainBackup = false;

  constructor(file: string, lock: FileLock, box: SecretBox | undefined) {
    this.#file = file;
    this.#backup = `${file}.bak`;
    this.#lock = lock;
    this.#box = box;
    this.#writer = new StateWriter(box);
  }

  async read(): Promise<State | null> {
    const backup = await lstat(this.#backup).catch(() => undefined);
    const todo =
      backup === undefined
        ? "Repair it, or move it away to start with an empty store."
        : `Repair it, or replace it by the last good state, ${this.#backup} of ${backup.mtime.toISOString()}.`;
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        throw new StoreError(`${this.#file} cannot be read: ${(error as Error).message}`, { cause: error });
      }
      if (backup === undefined) return null;
      throw new StoreDamaged(
        this.#file,
        undefined,
        `the file is missing, but its backup ${this.#backup} is there`,
        "Copy the backup to the file's name to go on from it, or move it away to start with an empty store.",
      );
    }
    const { state, encrypted, notices } = readState(this.#file, bytes, this.#box, todo);
    this.notices = notices;
    this.stale = this.#box !== undefined && !encrypted;
    this.plainBackup = this.stale;
    return state;
  }

  async write(state: State): Promise<void> {
    this.#lock.expectHeld();
    const fresh = `${this.#file}.tmp`;
    let replaced = false;
    try {
      const descriptor = openFresh(fresh);
      try {
        await writeParts(descriptor, this.#writer.parts(state));
        await synced(descriptor);
      } finally {
        closeSync(descriptor);
      }
      this.#keepBackup();
      renameSync(fresh, this.#file);
      replaced = true;
      this.#isOwn = true;
      await this.#syncDirectory();
    } catch (error) {
      await removeIfThere(fresh).catch(() => undefined);
      const changed = replaced && !(await this.#putBack());
      throw new StoreWriteFailed(this.#file, explain(this.#file, error, changed), error);
    }
  }

  /** Makes the backup a copy of the file as it is now. */
  async replaceBackup(): Promise<void> {
    this.#keepBackup();
    await this.#syncDirectory();
  }

  /** Lets go of the directory. */
  async close(): Promise<void> {
    await this.#directory?.close();
    this.#directory = undefined;
  }

  async #syncDirectory(): Promise<void> {
    // Windows has no such thing; a rename is durable there when the file is.
    if (process.platform === "win32") return;
    this.#directory ??= await open(dirname(this.#file), "r");
    await this.#directory.sync();
  }

  /** Undoes a replacement whose durability is not known; false where that fails too. */
  async #putBack(): Promise<boolean> {
    try {
      await copyFile(this.#backup, `${this.#file}.tmp`);
      await rename(`${this.#file}.tmp`, this.#file);
      return true;
    } catch {
      return false;
    }
  }

  #keepBackup(): void {
    const fresh = `${this.#backup}.tmp`;
    try {
      this.#copyTo(fresh);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EEXIST") throw error;
      // What an interrupted write has left.
      rmSync(fresh, { force: true });
      this.#copyTo(fresh);
    }
    // A file that somebody put here may be open to others.
    if (!this.#isOwn) chmodSync(fresh, 0o600);
    renameSync(fresh, this.#backup);
  }

  /** Makes a copy under a name that must not be there yet. */
  #copyTo(fresh: string): void {
    try {
      linkSync(this.#file, fresh);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "EEXIST") throw error;
      // File systems without hard links.
      copyFileSync(this.#file, fresh, constants.COPYFILE_EXCL);
    }
  }
}

/** The file that a path leads to, links followed, so that the lock and the rename hit the file itself. */
export async function realFile(path: string): Promise<string> {
  const file = resolve(path);
  try {
    const real = await realpath(file);
    if ((await lstat(real)).isFile()) return real;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unusable(file, error);
    if ((await lstat(file).catch(() => undefined))?.isSymbolicLink() === true) {
      throw new StoreError(`${file} is a link that leads nowhere; remove it or make the file it names`);
    }
    const directory = await realpath(dirname(file)).catch((cause: unknown) => {
      throw unusable(file, cause);
    });
    return join(directory, basename(file));
  }
  throw new StoreError(
    `${file} is not a file; give the store the path of a file, such as ${join(file, "postern.json")}`,
  );
}

function unusable(file: string, cause: unknown): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why =
    code === "ENOENT"
      ? `the directory ${dirname(file)} does not exist; make it first`
      : (message ?? String(cause));
  return new StoreError(`${file} cannot be used for a store: ${why}`, { cause });
}

/** Makes a file that must not be there yet; what an interrupted write has left is removed first. */
function openFresh(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  rmSync(path, { force: true });
  return openSync(path, "wx", 0o600);
}

const synced = promisify(fsync);

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function explain(file: string, error: unknown, changed: boolean): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const todo =
    code === "ENOSPC" || code === "EDQUOT"
      ? "The disk is full: free some space and try again."
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? `Let this process write in ${dirname(file)}.`
        : "See that the disk and the directory are in order, and try again.";
  const outcome = changed
    ? "was written, but whether it would outlive a power cut is not known"
    : "could not be written, nothing changed";
  return `${file} ${outcome}: ${message ?? String(error)}. ${todo}`;
}

function emitNotice(text: string): void {
  process.emitWarning(text, "PosternStoreNotice");
}
