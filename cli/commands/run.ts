// `postern run`: walks a flow, with a person on the terminal or with scripted answers.
import type { Command } from "commander";
import type { JsonObject } from "../../engine/types.ts";
import type { SmsInbox } from "../../providers/index.ts";
import { addBlueprintOptions, type BlueprintOptions } from "../blueprint-options.ts";
import { type Challenge, challengeText, ending } from "../challenge.ts";
import { addGatewayOptions, allowedTargets, type GatewayOptions } from "../gateway-options.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { type CommandIo, type ExitCode, exit, printable, UsageError, write } from "../io.ts";
import { addLimitOptions, type LimitOptions, limitsOf } from "../limit-options.ts";
import { askingPerson } from "../questions.ts";
import { repeated } from "../repeated-option.ts";
import type { WalkedFlow } from "../runtime-door.ts";
import { addStoreOptions, type StoreOptions, storeAccess } from "../store-options.ts";
import { openTerminal } from "../terminal.ts";

interface RunOptions extends StoreOptions, BlueprintOptions, GatewayOptions, LimitOptions {
  readonly blueprint: readonly string[];
  readonly answers?: string;
  readonly user?: string;
  readonly json?: boolean;
}

type Responder = (challenge: Challenge) => JsonObject | Promise<JsonObject>;

/** Shows every challenge and answers it until the flow ends. */
async function walk(flow: WalkedFlow, respond: Responder, io: CommandIo, json: boolean): Promise<ExitCode> {
  for (;;) {
    const { challenge } = flow;
    await write(io.stdout, json ? `${JSON.stringify(challenge)}\n` : challengeText(challenge, io.color));
    const end = ending(challenge);
    if (end !== undefined) return end === "done" ? exit.pass : exit.fail;
    await flow.respond(await respond(challenge));
  }
}

/** Where the responses come from, and what is to be done once the flow has ended. */
async function responder(
  options: RunOptions,
  io: CommandIo,
): Promise<{ respond: Responder; finish: () => Promise<void> }> {
  if (options.answers !== undefined) {
    const file = options.answers === "-" ? "stdin" : options.answers;
    const { parseAnswers } = await import("../answers.ts");
    const answers = parseAnswers(await readInput(options.answers, io), file);
    return {
      respond: (challenge) => answers.next(challenge.component),
      finish: async () => {
        const left = answers.left();
        if (left === 0) return;
        const verb = left === 1 ? "response was" : "responses were";
        await write(io.stderr, `postern: ${file}: ${left} ${verb} not asked for\n`);
      },
    };
  }
  if (!io.interactive) {
    throw new UsageError("there is no terminal to ask on; give the responses with --answers FILE");
  }
  const terminal = openTerminal(io);
  return { respond: askingPerson(terminal), finish: async () => terminal.close() };
}

/** Shows what the inbox has received before each response, and puts the last code where a response says `$code`. */
function readingInbox(respond: Responder, inbox: SmsInbox, io: CommandIo): Responder {
  let seen = 0;
  return async (challenge) => {
    for (const { to, text, id } of inbox.messages.filter((message) => message.id > seen)) {
      await write(io.stderr, `  ${io.errorColor.yellow("SMS")} to ${printable(to)}: ${printable(text)}\n`);
      seen = id;
    }
    const response = await respond(challenge);
    const code = inbox.messages.at(-1)?.code;
    const replaced = Object.entries(response).map(([field, value]) => {
      if (value !== "$code") return [field, value];
      if (code === undefined)
        throw new UsageError("a response says $code, but no message with a code has come");
      return [field, code];
    });
    return Object.fromEntries(replaced);
  };
}

/** Adds `run` to the program. */
export function addRunCommand(program: Command, host: CommandHost): void {
  const command = program
    .command("run")
    .summary("walk a flow")
    .description(
      "Walks a flow, asking on the terminal or taking the responses from a file.\n\n" +
        "An answers file (YAML or JSON) is a list of responses in order, or a mapping from component to a response " +
        "or a list of them:\n{ak-stage-prompt: {phone: '+1234567'}, ak-stage-authenticator-sms: [{code: '000000'}]}",
    )
    .argument("<flow>", "the flow's slug")
    .option("--blueprint <file>", "load this blueprint first; may be repeated", repeated, [])
    .option("--answers <file>", "responses to give; - is stdin")
    .option("--user <name>", "user name of the user who walks the flow")
    .option("--json", "print each challenge as one line of JSON");
  addLimitOptions(addGatewayOptions(addBlueprintOptions(addStoreOptions(command)))).addHelpText(
    "after",
    "\nWith --inbox the text $code in a response stands for the code of the last message.\n" +
      "Exit code: 0 the flow was finished, 1 it was denied or failed, 2 wrong usage or broken input, or the answers ran out.",
  );
  command.action(async (slug: string, options: RunOptions) => {
    const { io, library } = host;
    const { respond, finish } = await responder(options, io);
    await using open = new AsyncDisposableStack();
    open.defer(finish);
    const inbox = options.inbox ? open.use(await library.createSmsInbox()) : undefined;
    const runtime = await library.openRuntime({
      ...storeAccess(options, host.env),
      engine: { limits: limitsOf(options) },
      allow: allowedTargets(options, inbox),
      env: host.env,
      twilioBaseUrl: inbox?.url,
      notice: (text) => io.stderr.write(`postern: ${text}\n`),
    });
    open.defer(() => runtime.close());
    const context = { ...(inbox !== undefined && { gateway_url: inbox.gatewayUrl }), ...options.set };
    for (const file of options.blueprint) {
      await runtime.apply(await readInput(file, io), file, { context, dryRun: false });
    }
    const flow = await runtime.start(slug, { user: options.user });
    const answering = inbox === undefined ? respond : readingInbox(respond, inbox, io);
    host.end(await walk(flow, answering, io, options.json ?? false));
  });
}
