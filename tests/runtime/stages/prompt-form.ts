// A flow with one form in it, for the tests of the prompt stage.
import type { JsonObject } from "../../../engine/types.ts";
import type { Execution, NewRow } from "../../../runtime/index.ts";
import { type Installation, install, sessionData } from "../flow/harness.ts";

/** A field; name and label are made up where they do not matter. */
export type PromptFields = Omit<NewRow<"authentik_stages_prompt.prompt">, "name" | "label"> & {
  label?: string;
};

/** A form that is shown. */
export interface Form {
  readonly at: Installation;
  readonly flow: Execution;
  /** What is kept of the form when it was accepted. */
  data(): Promise<unknown>;
}

/** A flow with a form of these fields, and a dummy stage after it so that the plan stays. */
export async function form(
  fields: readonly PromptFields[],
  options: Parameters<typeof install>[0] & {
    context?: JsonObject;
    policies?: readonly string[];
  } = {},
): Promise<Form> {
  const at = await install(options);
  await at.add("authentik_core.user", { username: "marie" });
  await at.add("authentik_core.user", { username: "paul" });
  const prompts = [];
  for (const [index, field] of fields.entries()) {
    const row = { name: `prompt-${index}`, label: `Label ${index}`, ...field };
    prompts.push((await at.add("authentik_stages_prompt.prompt", row)).pk);
  }
  const policies = [];
  for (const source of options.policies ?? []) policies.push((await at.policy(source)).pk);
  const stage = await at.add("authentik_stages_prompt.promptstage", {
    name: "form",
    fields: prompts,
    validation_policies: policies,
  });
  const dummy = await at.add("authentik_stages_dummy.dummystage", { name: "after" });
  await at.flow("form", [stage, dummy]);
  const flow = await at.runtime.flow("form").start({ user: "marie", context: options.context ?? {} });
  const data = async () => (await sessionData(at.store, flow.session)).plan.context.prompt_data;
  return { at, flow, data };
}

/** Stored with every form, as in authentik. */
export const COMPONENT = { component: "ak-stage-prompt" };
