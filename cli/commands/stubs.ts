// `postern stubs`: what an expression sees where it stands, as `.pyi` files that Python editors read.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { CommandHost } from "../host.ts";
import { exit, UsageError, write } from "../io.ts";
import { makeFolder } from "../make-folder.ts";

interface StubsOptions {
  readonly site?: string;
  readonly output?: string;
}

/** Adds `stubs` to the program. */
export function addStubsCommand(program: Command, { io, library, end }: CommandHost): void {
  program
    .command("stubs")
    .summary("write .pyi stubs for editors")
    .description(
      "Writes the names, types and docs of what expressions see as .pyi stubs: of one site with --site, else a file for each. " +
        "docs/expressions.md says how an editor picks them up.",
    )
    .option("--site <place>", "one site, such as stage-run or prompt-validation")
    .option("-o, --output <path>", "file (with --site; default: stdout) or folder (default: typings)")
    .addHelpText("after", "\nExit code: 0 written; 2 there is no such site, or a file cannot be written.")
    .action(async ({ site, output }: StubsOptions) => {
      const stubs = await library.expressionStubs();
      if (site !== undefined) {
        const stub = stubs.get(site);
        if (stub === undefined) {
          throw new UsageError(
            `--site ${site}: there is no such site; there are ${[...stubs.keys()].join(", ")}`,
          );
        }
        await (output === undefined ? write(io.stdout, stub) : put(output, stub));
        return end(exit.pass);
      }
      const folder = output ?? "typings";
      for (const [place, stub] of stubs) {
        const file = join(folder, `${place.replaceAll("-", "_")}.pyi`);
        await put(file, stub);
        await write(io.stdout, `${file}\n`);
      }
      end(exit.pass);
    });
}

async function put(file: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
  }
}
