// `postern import`: checks a blueprint and loads it into the store.
import type { Command } from "commander";
import { addBlueprintOptions, type BlueprintOptions } from "../blueprint-options.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { exit, write } from "../io.ts";
import type { AppliedBlueprint } from "../runtime-door.ts";
import { addStoreOptions, type StoreOptions, shownPlace, storeAccess } from "../store-options.ts";

interface ImportOptions extends StoreOptions, BlueprintOptions {
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `26 entries (20 created, 6 unchanged)` */
function summary(entries: AppliedBlueprint["entries"]): string {
  const actions = Map.groupBy(entries, (entry) => entry.action);
  const counts = [...actions].map(([action, list]) => `${list.length} ${action}`).join(", ");
  return `${entries.length} ${entries.length === 1 ? "entry" : "entries"}${counts === "" ? "" : ` (${counts})`}`;
}

/** Adds `import` to the program. */
export function addImportCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("import")
    .summary("check and load a blueprint")
    .description(
      "Checks a blueprint (version 1) and loads its objects into the store, all or nothing. Entries of models that Postern does " +
        "not have, and those that refer to them, are named with their lines and left out.",
    )
    .argument("<blueprint>", "the blueprint's YAML; - is stdin")
    .option("--dry-run", "check only, change nothing")
    .option("--strict", "load nothing where an entry would be left out")
    .option("--json", "print the result as JSON");
  addBlueprintOptions(addStoreOptions(command)).addHelpText(
    "after",
    "\nExit code: 0 loaded, what is left out being named on stderr; 2 the blueprint or the store cannot be used, or, with\n" +
      "--strict, an entry would be left out.",
  );
  command.action(async (file: string, options: ImportOptions) => {
    const { io, library } = host;
    const text = await readInput(file, io);
    const name = file === "-" ? "stdin" : file;
    const access = storeAccess(options, host.env);
    const store = shownPlace(access.storePlace);
    const runtime = await library.openRuntime({
      ...access,
      engine: {},
      allow: [],
      env: host.env,
      notice: (text) => io.stderr.write(`postern: ${text}\n`),
    });
    try {
      const dryRun = options.dryRun ?? false;
      const { entries } = await runtime.apply(text, name, {
        context: options.set,
        dryRun,
        unknownModels: options.strict ? "error" : "skip",
      });
      await write(
        io.stdout,
        options.json
          ? `${JSON.stringify({ blueprint: name, store, dryRun, entries })}\n`
          : `${name}: ${summary(entries)}; ${dryRun ? `checked only, ${store} is as it was` : `kept in ${store}`}\n`,
      );
      host.end(exit.pass);
    } finally {
      await runtime.close();
    }
  });
}
