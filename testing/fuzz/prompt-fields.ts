// The fields of a prompt stage in a blueprint, as a runtime has them once the blueprint is applied.
import type { Engine } from "../../engine/types.ts";
import { createRuntime, memoryStore } from "../../runtime/index.ts";
import type { PromptField } from "../arbitraries/context.ts";
import { PropertyError } from "./properties.ts";

/** Throws {@link PropertyError} where there is no such stage, and what applying a blueprint throws. */
export async function promptFields(
  engine: Engine,
  text: string,
  file: string,
  stage: string,
): Promise<readonly PromptField[]> {
  const store = memoryStore({ key: new Uint8Array(32) });
  const runtime = await createRuntime({ engine, store });
  await runtime.apply(text, { file });
  return await store.read((tx) => {
    const stages = tx.list("authentik_stages_prompt.promptstage");
    const found = stages.find(({ name }) => name === stage);
    if (found === undefined) {
      const names = stages.map(({ name }) => name).join(", ");
      throw new PropertyError(
        `${file} has no prompt stage ${stage}: ${names === "" ? "it has none at all" : `there are ${names}`}`,
      );
    }
    return found.fields.flatMap((pk) => {
      const prompt = tx.get("authentik_stages_prompt.prompt", pk);
      return prompt === undefined ? [] : [prompt];
    });
  });
}
