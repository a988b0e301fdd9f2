// The prompt stage's challenge: the fields to fill in.

import { pythonText } from "../../blueprint/percent-format.ts";
import type { StageChallenge } from "../../flow/challenge.ts";
import type { ComputedPrompt } from "./expressions.ts";
import type { PromptField } from "./prompt-field.ts";

/** `ak-stage-prompt`; the fields must be in their order already. */
export function promptChallenge(fields: readonly ComputedPrompt[]): StageChallenge {
  return { component: "ak-stage-prompt", fields: fields.map(fieldOf) };
}

function fieldOf({ prompt, placeholder, initialText, choices }: ComputedPrompt) {
  return {
    field_key: prompt.field_key,
    label: prompt.label,
    type: prompt.type,
    required: prompt.required,
    placeholder,
    initial_value: initialText,
    order: prompt.order,
    sub_text: prompt.sub_text,
    choices: choices?.map(({ value, label }) => ({ value: pythonText(value), label })) ?? null,
  } satisfies PromptField & { order: number };
}
