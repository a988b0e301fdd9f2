// The lock beside a store's file: one process owns the file, and a dead owner's lock is taken over.
//
// The lock is a file made complete and then linked into place, so it is either whole or not there. It names the
// owner's pid and the time that process started, because pids are used again. A lock from another host cannot be
// judged from here and counts as held.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, type Stats, statSync } from "node:fs";
import { link, open, readFile, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { StoreLocked, StoreWriteFailed } from "./errors.ts";

interface Owner {
  readonly pid: number;
  /** When the process started, in the system's own terms; nothing where the system does not tell. */
  readonly started?: string;
  readonly host: string;
  readonly id: string;
}

/** A held lock. */
export class FileLock {
  readonly #file: string;
  readonly #path: string;
  readonly #owner: Owner;
  /** The lock file when it was read last and named this process. */
  #seen: Stats | undefined;

  private constructor(file: string, owner: Owner) {
    this.#file = file;
    this.#path = `${file}.lock`;
    this.#owner = owner;
  }

  /** A lock that is not held. */
  static #wanted(file: string): FileLock {
    return new FileLock(file, {
      pid: process.pid,
      started: processStart(process.pid),
      host: hostname(),
      id: randomUUID(),
    });
  }

  /** Throws {@link StoreLocked} where {@link acquire} would, and changes nothing. */
  static async expectFree(file: string): Promise<void> {
    const lock = FileLock.#wanted(file);
    const content = await readIfThere(lock.#path);
    if (content !== undefined) lock.#expectDead(content);
  }

  /** Locks a file. Throws {@link StoreLocked} when another living process, or this one, has it. */
  static async acquire(file: string): Promise<FileLock> {
    const lock = FileLock.#wanted(file);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (await lock.#claim()) return lock;
      const content = await readIfThere(lock.#path);
      if (content === undefined) continue;
      lock.#expectDead(content);
      await lock.#clearAway(content);
    }
    throw new StoreLocked(
      file,
      undefined,
      `${file} is being locked and unlocked all the time; try again later`,
    );
  }

  /**
   * Throws {@link StoreLocked} when the lock was taken away: somebody removed the lock file by hand. The file is read
   * where it is not the one that was read before, or was written since.
   */
  expectHeld(): void {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (stats !== undefined && this.#seen !== undefined && isSameFile(stats, this.#seen)) return;
    const content = readNow(this.#path);
    if (content !== undefined && parseOwner(content)?.id === this.#owner.id) {
      this.#seen = stats;
      return;
    }
    throw new StoreLocked(
      this.#file,
      content === undefined ? undefined : parseOwner(content)?.pid,
      `the lock ${this.#path} is gone or another's: somebody removed it while this process (${process.pid}) had the store open. Nothing was written. Close the store and open it again.`,
    );
  }

  /** Removes the lock, unless it is another's by now. */
  async release(): Promise<void> {
    const content = await readIfThere(this.#path);
    if (content !== undefined && parseOwner(content)?.id === this.#owner.id) await unlink(this.#path);
  }

  async #claim(): Promise<boolean> {
    const draft = `${this.#path}.${this.#owner.id}`;
    try {
      const handle = await open(draft, "wx", 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(this.#owner)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await link(draft, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw new StoreWriteFailed(
        this.#file,
        `${this.#file} cannot be locked: ${(error as Error).message}. The directory has to exist and be writable.`,
        error,
      );
    } finally {
      await unlink(draft).catch(() => undefined);
    }
  }

  #expectDead(content: string): void {
    const owner = parseOwner(content);
    if (owner === undefined) {
      throw new StoreLocked(
        this.#file,
        undefined,
        `${this.#file} is locked, and the lock ${this.#path} does not say by whom. If no process uses the store, remove the lock file.`,
      );
    }
    if (owner.host !== this.#owner.host) {
      throw new StoreLocked(
        this.#file,
        owner.pid,
        `${this.#file} is locked by process ${owner.pid} on the host ${owner.host}. If that process is gone, remove ${this.#path}.`,
      );
    }
    if (!isAlive(owner)) return;
    const who = owner.pid === process.pid ? "this process itself" : "another process";
    throw new StoreLocked(
      this.#file,
      owner.pid,
      `${this.#file} is in use by ${who} (pid ${owner.pid}). A store file has one owner: close the store there or end that process, or use another file.`,
    );
  }

  /** Removes a dead owner's lock. Two processes may try: only the lock that was judged is thrown away. */
  async #clearAway(content: string): Promise<void> {
    const aside = `${this.#path}.${this.#owner.id}.stale`;
    try {
      // At once, so that a lock which somebody took meanwhile is hardly ever out of its place, where its owner would miss it.
      if (readFileSync(this.#path, "utf8") !== content) return;
      renameSync(this.#path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    if ((await readIfThere(aside)) !== content) await link(aside, this.#path).catch(() => undefined);
    await unlink(aside);
  }
}

/** The same file with the same content. A number of a file is given to the next one; the time of its content is not. */
function isSameFile(one: Stats, other: Stats): boolean {
  return (
    one.ino === other.ino && one.dev === other.dev && one.mtimeMs === other.mtimeMs && one.size === other.size
  );
}

function parseOwner(content: string): Owner | undefined {
  try {
    const owner = JSON.parse(content) as Partial<Owner> | null;
    const whole =
      typeof owner?.pid === "number" &&
      Number.isSafeInteger(owner.pid) &&
      owner.pid > 0 &&
      typeof owner.host === "string" &&
      typeof owner.id === "string";
    return whole ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const started = processStart(owner.pid);
  return owner.started === undefined || started === undefined || owner.started === started;
}

/** When a process started: boot id and clock ticks on Linux, `ps`' text elsewhere; nothing where neither tells. */
function processStart(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold blanks and parentheses; the start time is the 20th field after it.
      const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${ticks}`;
    }
    if (process.platform === "win32") return undefined;
    const options = { encoding: "utf8", env: { LC_ALL: "C", PATH: "/bin:/usr/bin" } } as const;
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], options).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(nothingThere);
}

/** The same at once: before a write, where a thread of the pool would cost ten times the read. */
function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return nothingThere(error);
  }
}

function nothingThere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
