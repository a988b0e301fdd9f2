// `postern serve`: the HTTP server, until it is asked to stop.
import { type Command, InvalidArgumentError } from "commander";
import type { SmsInbox } from "../../providers/index.ts";
import { addBlueprintOptions, type BlueprintOptions } from "../blueprint-options.ts";
import { addGatewayOptions, type GatewayOptions } from "../gateway-options.ts";
import type { CommandHost } from "../host.ts";
import { type CommandIo, exit, printable, write } from "../io.ts";
import { addLimitOptions, type LimitOptions } from "../limit-options.ts";
import { repeated } from "../repeated-option.ts";
import { addStoreOptions, dataFolder, givenStore, type StoreOptions } from "../store-options.ts";

interface ServeOptions extends StoreOptions, BlueprintOptions, GatewayOptions, LimitOptions {
  readonly blueprint: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly settings?: string;
  readonly json?: boolean;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}

/** What the command line gives of the settings. */
function given(options: ServeOptions): { [name: string]: unknown } {
  const { host, port, data, limitSteps, limitCpuMs, limitMemoryMb, limitWallMs } = options;
  return {
    ...{ host, port, data, store: givenStore(options), limitSteps, limitCpuMs, limitMemoryMb, limitWallMs },
    ...(options.blueprint.length > 0 && { blueprints: options.blueprint }),
    ...(options.allow.length > 0 && { allow: options.allow }),
  };
}

/** Shows what the inbox receives, until it is closed. */
async function showMessages(inbox: SmsInbox, io: CommandIo): Promise<void> {
  const longest = 2 ** 31 - 1;
  try {
    for (let after = 0; ; ) {
      const { id, to, text } = await inbox.waitForMessage({ after, timeoutMs: longest });
      after = id;
      await write(io.stderr, `  ${io.errorColor.yellow("SMS")} to ${printable(to)}: ${printable(text)}\n`);
    }
  } catch {
    // Closed, or nobody reads what is shown.
  }
}

/** Adds `serve` to the program. */
export function addServeCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("serve")
    .summary("serve authentik's HTTP API")
    .description(
      "Serves authentik's HTTP API with the flow executor until SIGTERM or SIGINT.\n\n" +
        "When it is ready it prints its address and, where the store had no users, the API token of the administrator " +
        "akadmin, whom it then makes. Log lines (JSON) go to stderr.",
    )
    .option("--host <address>", "address to listen on (default: 127.0.0.1, this machine only)")
    .option("--port <n>", "port to listen on, 0 for a free one (default: 9000)", portNumber)
    .option("--blueprint <file>", "load this blueprint at the start; may be repeated", repeated, [])
    .option("--settings <file>", "YAML file of settings; POSTERN_… variables go over it, options over both")
    .option("--json", "print the address and token as one line of JSON");
  addLimitOptions(addGatewayOptions(addBlueprintOptions(addStoreOptions(command)))).addHelpText(
    "after",
    "\nAll settings are in docs/operations.md.\n" +
      "Exit code: 0 stopped when asked to, 2 a setting, the store or a blueprint cannot be used, or the port cannot be had.",
  );
  command.action(async (options: ServeOptions) => {
    const { io, env, library } = host;
    const stopped = host.stopped();
    await using open = new AsyncDisposableStack();
    const inbox = options.inbox ? open.use(await library.createSmsInbox()) : undefined;
    if (inbox !== undefined) void showMessages(inbox, io);
    const server = await library.openServer({
      given: given(options),
      settingsFile: options.settings ?? env.POSTERN_SETTINGS,
      context: options.set,
      dataFolder: dataFolder(env),
      inbox,
      io,
      env,
    });
    open.defer(() => server.close());
    const { url, token } = server;
    await write(
      io.stdout,
      options.json ? `${JSON.stringify({ url, ...(token && { token }) })}\n` : ready(url, token),
    );
    await stopped;
    host.end(exit.pass);
  });
}

function ready(url: string, token: string | undefined): string {
  const first = token === undefined ? "" : `API token of akadmin, shown this once: ${token}\n`;
  return `${url} is ready\n${first}`;
}
