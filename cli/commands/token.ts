// `postern token`: API tokens, made, listed and revoked in the store.
import { type Command, InvalidArgumentError } from "commander";
import type { CommandHost, OpenedTokens } from "../host.ts";
import { exit, printable, write } from "../io.ts";
import { addStoreOptions, type StoreOptions, storeAccess } from "../store-options.ts";

interface TokenOptions extends StoreOptions {
  readonly json?: boolean;
}

interface CreateOptions extends TokenOptions {
  readonly user: string;
  readonly identifier?: string;
  readonly days?: number;
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days < 1 || days > 36_500) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 36500.");
  }
  return days;
}

/** Adds `token` to the program. */
export function addTokenCommand(program: Command, host: CommandHost): void {
  const { io, env } = host;
  const token = program
    .command("token")
    .summary("make, list and revoke API tokens")
    .description(
      "API tokens: what programs show to `postern serve` in an Authorization: Bearer header.\n\n" +
        "The store keeps a hash only. A store in a file is open in one process at a time: stop the server first. " +
        "POSTERN_DATA, POSTERN_STORE and POSTERN_STORE_KEY count as for the server.",
    );

  /** Runs `work` on the tokens of the store that the options name. */
  async function withTokens(
    options: TokenOptions,
    work: (tokens: OpenedTokens) => Promise<void>,
  ): Promise<void> {
    const tokens = await host.library.openTokens({
      ...storeAccess(options, env),
      notice: (text) => io.stderr.write(`postern: ${text}\n`),
    });
    try {
      await work(tokens);
    } finally {
      await tokens.close();
    }
    host.end(exit.pass);
  }

  addStoreOptions(token.command("create").description("Makes a token of a user and prints it, this once."))
    .requiredOption("--user <name>", "user name of the user whose rights it has")
    .option("--identifier <name>", "what the token is called (default: a random name)")
    .option("--days <n>", "how long it is valid (default: until it is revoked)", wholeDays)
    .option("--json", "print the result as JSON")
    .action((options: CreateOptions) =>
      withTokens(options, async (tokens) => {
        const { user, identifier, days } = options;
        const made = await tokens.create({ user, identifier, days });
        await write(io.stdout, options.json ? `${JSON.stringify(made)}\n` : `${made.token}\n`);
      }),
    );

  addStoreOptions(token.command("list").description("Lists the tokens, not their keys."))
    .option("--json", "print one line of JSON for each")
    .action((options: TokenOptions) =>
      withTokens(options, async (tokens) => {
        for (const shown of await tokens.list()) {
          const { identifier, user, created, expires } = shown;
          const text = `${identifier}  ${printable(user)}  made ${created}, ${expires === null ? "no end" : `until ${expires}`}`;
          await write(io.stdout, `${options.json ? JSON.stringify(shown) : text}\n`);
        }
      }),
    );

  addStoreOptions(token.command("revoke").description("Revokes a token: it is refused from now on."))
    .argument("<identifier>", "the token's identifier, as `postern token list` shows it")
    .action((identifier: string, options: TokenOptions) =>
      withTokens(options, (tokens) => tokens.revoke(identifier)),
    );
}
