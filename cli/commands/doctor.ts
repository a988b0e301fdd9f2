// `postern doctor`: whether everything that Postern needs is there and works, and what to do where it is not.
import type { Command } from "commander";
import type { CommandHost, Examined } from "../host.ts";
import { exit, printable, write } from "../io.ts";
import { addStoreOptions, dataFolder, givenStore, type StoreOptions } from "../store-options.ts";

interface DoctorOptions extends StoreOptions {
  readonly settings?: string;
  readonly json?: boolean;
}

/** Adds `doctor` to the program. */
export function addDoctorCommand(program: Command, host: CommandHost): void {
  const { io, env } = host;
  const command = program
    .command("doctor")
    .summary("say what is wrong with an installation")
    .description(
      "Looks at Node, the native modules, the sandbox (which is started, and evaluates), the time zones, the settings of " +
        "postern serve and its store, and says what to do about each. Settings and store are not changed.",
    )
    .option("--settings <file>", "YAML file of settings, as for postern serve")
    .option("--json", "print one line of JSON for each");
  addStoreOptions(command)
    .addHelpText("after", "\nExit code: 0 everything works, or warnings only; 1 something does not.")
    .action(async (options: DoctorOptions) => {
      const { data, settings: settingsFile, json } = options;
      const store = givenStore(options);
      const given = { ...(data !== undefined && { data }), ...(store !== undefined && { store }) };
      const found = await host.library.examine({
        given,
        ...(settingsFile !== undefined && { settingsFile }),
        dataFolder: dataFolder(env),
        io,
        env,
      });
      for (const one of found) await write(io.stdout, json ? `${JSON.stringify(one)}\n` : line(one));
      host.end(found.some(({ state }) => state === "fail") ? exit.fail : exit.pass);
    });

  function line({ name, state, found, todo }: Examined): string {
    const mark = { ok: io.color.green("ok  "), warn: io.color.yellow("warn"), fail: io.color.red("fail") }[
      state
    ];
    const [first = "", ...rest] = found.split("\n").map(printable);
    const lines = [`${mark}  ${name}: ${first}`, ...rest.map((more) => `      ${more}`)];
    if (todo !== undefined) lines.push(`      ${printable(todo)}`);
    return `${lines.join("\n")}\n`;
  }
}
