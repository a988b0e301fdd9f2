// The option --set, with which a command gives values to a blueprint's `!Context` tags.
import { type Command, InvalidArgumentError } from "commander";
import type { JsonObject } from "../engine/types.ts";

/** What commander collects from the option below. */
export interface BlueprintOptions {
  readonly set: JsonObject;
}

function collect(text: string, before: JsonObject): JsonObject {
  const split = text.indexOf("=");
  if (split < 1) throw new InvalidArgumentError("It is written name=value.");
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** Adds the option to a command. */
export function addBlueprintOptions(command: Command): Command {
  return command.option(
    "--set <name=value>",
    "a value for the blueprint's !Context; may be repeated",
    collect,
    {},
  );
}
