// What the command line needs of the runtime, no more: apply a blueprint, walk a flow.
import type { JsonObject } from "../engine/types.ts";
import type { Challenge } from "./challenge.ts";

/** A flow in progress. */
export interface WalkedFlow {
  /** What the flow waits for, or how it ended. */
  readonly challenge: Challenge;
  /** Answers the challenge; `challenge` is the next one afterwards. */
  respond(response: JsonObject): Promise<void>;
}

/** What a blueprint did, entry by entry. */
export interface AppliedBlueprint {
  readonly entries: readonly { readonly model: string; readonly action: string }[];
}

/** A runtime on an open store. */
export interface OpenedRuntime {
  /** Checks a blueprint and loads it, all or nothing. Throws {@link UsageError} that names what is wrong with it. */
  apply(
    text: string,
    file: string,
    options: { context: JsonObject; dryRun: boolean; unknownModels?: "error" | "skip" },
  ): Promise<AppliedBlueprint>;
  /** Starts a flow. Throws {@link UsageError} for an unknown flow or user. */
  start(flow: string, options: { user?: string }): Promise<WalkedFlow>;
  close(): Promise<void>;
}
