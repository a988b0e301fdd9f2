// Stages of any kind by their pk, and what they are called.
import { modelOf, STAGE_MODELS } from "../models/registry.ts";
import type { ModelName, Row, Snapshot } from "../store/contract.ts";

/** A stage and its model. */
export interface FoundStage {
  readonly model: ModelName;
  readonly stage: Row<ModelName>;
}

/** The stage with this pk, whatever its kind. */
export function findStage(tx: Snapshot, pk: string): FoundStage | undefined {
  for (const model of STAGE_MODELS) {
    const stage = tx.get(model, pk);
    if (stage !== undefined) return { model, stage };
  }
  return undefined;
}

/** What users read: the friendly name where the stage has one, else its name. */
export function stageTitle(stage: Row<ModelName>): string {
  const friendly = "friendly_name" in stage ? String(stage.friendly_name) : "";
  return friendly !== "" ? friendly : "name" in stage ? String(stage.name) : "";
}

/** The kind of a stage as users read it: `SMS Authenticator`. */
export function stageKind(model: ModelName): string {
  return modelOf(model).label.replace("Setup Stage", "").trim();
}
