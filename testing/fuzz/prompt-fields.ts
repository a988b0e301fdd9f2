// The fields of a blueprint's prompt stages, as a runtime has them once the blueprint is applied.
import type { Engine } from "../../engine/types.ts";
import {
  blueprintExpressions,
  createRuntime,
  memoryStore,
  parseBlueprint,
  type Snapshot,
} from "../../runtime/index.ts";
import type { PromptField } from "../arbitraries/context.ts";
import { PropertyError } from "./properties.ts";

const STAGE = "authentik_stages_prompt.promptstage";

/** The fields of the prompt stage with this name. Throws {@link PropertyError} where there is none, and what applying throws. */
export async function promptFields(
  engine: Engine,
  text: string,
  file: string,
  stage: string,
): Promise<readonly PromptField[]> {
  return await applied(engine, text, file, (tx) => {
    const stages = tx.list(STAGE);
    const found = stages.find(({ name }) => name === stage);
    if (found === undefined) {
      const names = stages.map(({ name }) => name).join(", ");
      throw new PropertyError(
        `${file} has no prompt stage ${stage}: ${names === "" ? "it has none at all" : `there are ${names}`}`,
      );
    }
    return fieldsOf(tx, found.fields);
  });
}

/**
 * What the prompt stages collect that the policy with this name validates; undefined where it stands elsewhere too, or only:
 * there `prompt_data` may be anything. Throws what applying a blueprint throws.
 */
export async function validatedFields(
  engine: Engine,
  text: string,
  file: string,
  policy: string,
): Promise<readonly PromptField[] | undefined> {
  const all = blueprintExpressions(parseBlueprint(text, { file, unknownModels: "skip" }));
  const uses = all.find(({ label, site }) => label === policy && site === "policy")?.uses ?? [];
  if (uses.length === 0 || uses.some(({ place }) => place !== "prompt-validation")) return undefined;
  return await applied(engine, text, file, (tx) => {
    const policies = tx.list("authentik_policies_expression.expressionpolicy");
    const row = policies.find(({ name }) => name === policy);
    if (row === undefined) return undefined;
    const stages = tx.list(STAGE).filter(({ validation_policies }) => validation_policies.includes(row.pk));
    return fieldsOf(tx, [...new Set(stages.flatMap(({ fields }) => fields))]);
  });
}

async function applied<T>(engine: Engine, text: string, file: string, read: (tx: Snapshot) => T): Promise<T> {
  const store = memoryStore({ key: new Uint8Array(32) });
  const runtime = await createRuntime({ engine, store });
  await runtime.apply(text, { file, unknownModels: "skip" });
  return await store.read(read);
}

function fieldsOf(tx: Snapshot, prompts: readonly string[]): PromptField[] {
  return prompts.flatMap((pk) => tx.get("authentik_stages_prompt.prompt", pk) ?? []);
}
