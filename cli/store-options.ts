// Which store a command opens: --store, else --data, else what the environment says as for the server, else the user's
// data folder. Never the working tree by itself.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Command, Option } from "commander";

/** What commander collects from the options below. */
export interface StoreOptions {
  readonly data?: string;
  readonly store?: string;
}

/** Adds the options to a command. */
export function addStoreOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--data <folder>", "folder of the store (default: the user's data folder)").conflicts(
        "store",
      ),
    )
    .option("--store <place>", "the store's file itself, or the postgresql:// URL of a database");
}

/** The user's data folder for Postern, after the XDG base directory specification. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_DATA_HOME;
  // The specification has relative paths ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, "postern");
  return join(env.HOME || homedir(), ".local", "share", "postern");
}

/** What opens a store. */
export interface StoreAccess {
  /** The store's file, or the URL of its database. */
  readonly storePlace: string;
  /** What its secrets are encrypted with. */
  readonly storeKey: string | undefined;
}

/** The store that the options name, if they do. Whoever names a folder means the store in it, whatever else is set. */
export function givenStore({ data, store }: StoreOptions): string | undefined {
  return store ?? (data === undefined ? undefined : join(data, "postern.json"));
}

/** The store that the options name, else `POSTERN_DATA` and `POSTERN_STORE`; its key is `POSTERN_STORE_KEY`. */
export function storeAccess(
  options: StoreOptions,
  env: Readonly<Record<string, string | undefined>>,
): StoreAccess {
  const set = env.POSTERN_STORE || join(env.POSTERN_DATA || dataFolder(env), "postern.json");
  return { storePlace: givenStore(options) ?? set, storeKey: env.POSTERN_STORE_KEY || undefined };
}

/** Whether a store's place is a PostgreSQL database. */
export function isDatabase(place: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(place);
}

/** Why a place can be no store's, if it cannot: an address of something else would be taken for the path of a file. */
export function placeFault(place: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(place) && !isDatabase(place)
    ? "must be a file, or a database's address that begins with postgresql://"
    : undefined;
}

/** A store's place as it may be shown: never with user, password or options. */
export function shownPlace(place: string): string {
  if (!isDatabase(place)) return place;
  if (!URL.canParse(place)) return "the database";
  const { protocol, host, pathname } = new URL(place);
  return `${protocol}//${host}${pathname}`;
}
