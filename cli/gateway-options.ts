// The options --allow and --inbox: which SMS gateways a flow may reach, and a local one to try things with.
import type { Command } from "commander";
import type { SmsInbox } from "../providers/index.ts";
import { repeated } from "./repeated-option.ts";

/** What commander collects from the options below. */
export interface GatewayOptions {
  readonly allow: readonly string[];
  readonly inbox?: boolean;
}

/** Adds the options to a command. */
export function addGatewayOptions(command: Command): Command {
  return command
    .option(
      "--allow <target>",
      "let SMS go to this private or plain-HTTP gateway, such as 10.0.0.5:8443 or http://localhost:8080; may be repeated",
      repeated,
      [],
    )
    .option(
      "--inbox",
      "stand in for the SMS provider: show messages here, be Twilio's API and the blueprint's !Context gateway_url",
    );
}

/** The gateways that may be reached: those of the options, and the inbox. */
export function allowedTargets(options: GatewayOptions, inbox: SmsInbox | undefined): readonly string[] {
  return inbox === undefined ? options.allow : [...options.allow, inbox.url];
}
