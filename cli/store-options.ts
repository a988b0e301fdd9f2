// Where the store's file is: --store, else --data, else the user's data folder. Never the working tree by itself.
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
    .option("--store <file>", "the store's file itself");
}

/** The user's data folder for Postern, after the XDG base directory specification. */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_DATA_HOME;
  // The specification has relative paths ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, "postern");
  return join(env.HOME || homedir(), ".local", "share", "postern");
}

/** The store's file. */
export function storeFile(options: StoreOptions, env: Readonly<Record<string, string | undefined>>): string {
  return options.store ?? join(options.data ?? dataFolder(env), "postern.json");
}
