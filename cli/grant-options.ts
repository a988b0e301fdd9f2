// The options --grant and --allow: what the expressions that a command runs may ask for outside the sandbox.
import { type Command, Option } from "commander";
import { UsageError } from "./io.ts";
import { repeated } from "./repeated-option.ts";

/** What can be granted on a command line; the other capabilities need an embedder. */
export type GrantName = "http" | "dns";

/** What commander collects from the options below. */
export interface GrantOptions {
  readonly grant: readonly GrantName[];
  readonly allow: readonly string[];
}

/** Adds the options to a command. */
export function addGrantOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--grant <name>",
        "let expressions use http (`requests`) or dns (`resolve_dns`); may be repeated",
      )
        .choices(["http", "dns"])
        .default([])
        .argParser((name: string, before: readonly string[]) => {
          if (name === "http" || name === "dns") return repeated(name, before);
          throw new UsageError(`--grant: there is no ${JSON.stringify(name)}; there are http and dns`);
        }),
    )
    .option(
      "--allow <target>",
      "a host that `requests` may reach, such as api.example.com or http://localhost:8080; may be repeated",
      repeated,
      [] as readonly string[],
    );
}

/** Throws {@link UsageError} for options that do not fit together. */
export function checkGrants({ grant, allow }: GrantOptions): void {
  if (grant.includes("http") && allow.length === 0) {
    throw new UsageError("--grant http reaches nothing by itself; name each host with --allow");
  }
  if (!grant.includes("http") && allow.length > 0) {
    throw new UsageError("--allow is for --grant http; add it, or leave --allow out");
  }
}
