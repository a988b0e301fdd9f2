// Initial values, placeholders and choices of prompts, which may be written in Python.

import { ExpressionSyntaxError } from "../../../engine/errors.ts";
import type { ExpressionError, JsonValue, Outcome } from "../../../engine/types.ts";
import { pythonText } from "../../blueprint/percent-format.ts";
import { sensitiveTexts } from "../../events/cleanse.ts";
import { isTruthy } from "../../events/sanitize.ts";
import { promptExpressionContext } from "../../flow/expression-context.ts";
import { isObject } from "../../flow/plan.ts";
import type { StageContext } from "../../flow/stage.ts";
import { asExpressionError, exceptionView } from "../../policies/expression-policy.ts";
import type { Row } from "../../store/contract.ts";

/** One field of a prompt stage. */
export type Prompt = Row<"authentik_stages_prompt.prompt">;
/** The context of the prompt stage. */
export type PromptStageContext = StageContext<"authentik_stages_prompt.promptstage">;
/** What a prompt is evaluated with. */
export type PromptSetting = Pick<PromptStageContext, "services" | "user" | "requestUser" | "http">;

/** What to do about an expression that fails: record it and show its text, or throw {@link PromptFailure}. */
export type OnFailure = "show" | "raise";

/** An expression of a prompt raised, met a limit, or is not Python. */
export class PromptFailure extends Error {
  override readonly name = "PromptFailure";
  readonly error: ExpressionError;
  constructor(prompt: string, error: ExpressionError) {
    super(`prompt ${JSON.stringify(prompt)}: ${error.type}: ${error.message}`);
    this.error = error;
  }
}

/** One choice. `value` keeps its type; the wire shows its text. */
export interface Choice {
  readonly value: JsonValue;
  readonly label: string;
}

/** What a prompt shows and stores, with its expressions evaluated. */
export interface ComputedPrompt {
  readonly prompt: Prompt;
  readonly placeholder: string;
  readonly initial: JsonValue;
  /** Python's `str()` of the initial value. */
  readonly initialText: string;
  /** Python's truth of the initial value: then it is the field's default. */
  readonly hasDefault: boolean;
  /** Null where the type has no choices. */
  readonly choices: readonly Choice[] | null;
}

/** A value with Python's `str()` and truth of it. */
interface PythonValue {
  readonly value: JsonValue;
  readonly text: string;
  readonly truthy: boolean;
}

/** Types that offer choices. */
export function hasChoices(prompt: Prompt): boolean {
  return prompt.type === "dropdown" || prompt.type === "radio-button-group";
}

/** Evaluates a prompt. Values that are in `prompt_data` already win over initial values, not over placeholders. */
export async function computePrompt(
  context: PromptSetting,
  prompt: Prompt,
  known: { readonly [key: string]: JsonValue },
  onFailure: OnFailure = "show",
): Promise<ComputedPrompt> {
  const value = (source: string, isExpression: boolean): Promise<PythonValue> =>
    evaluate(context, prompt, known, source, isExpression, onFailure);
  const initial = Object.hasOwn(known, prompt.field_key)
    ? jsonValue(known[prompt.field_key])
    : await value(prompt.initial_value, prompt.initial_value_expression);
  if (!hasChoices(prompt)) {
    const placeholder = await value(prompt.placeholder, prompt.placeholder_expression);
    return computed(prompt, placeholder.text, initial, null);
  }
  const key = `${prompt.field_key}__choices`;
  const raw = Object.hasOwn(known, key)
    ? jsonValue(known[key])
    : await value(prompt.placeholder, prompt.placeholder_expression);
  const choices = (Array.isArray(raw.value) ? raw.value : [raw.value]).map(asChoice);
  const fits = choices.some(({ value }) => sameValue(value, initial.value));
  return computed(prompt, "", fits ? initial : jsonValue(choices[0]?.value ?? ""), choices);
}

function computed(
  prompt: Prompt,
  placeholder: string,
  initial: PythonValue,
  choices: readonly Choice[] | null,
): ComputedPrompt {
  return {
    prompt,
    placeholder,
    initial: initial.value,
    initialText: initial.text,
    hasDefault: initial.truthy,
    choices,
  };
}

/** The value of a literal or an expression; a broken expression is recorded, and its text is the value. */
async function evaluate(
  context: PromptSetting,
  prompt: Prompt,
  known: { readonly [key: string]: JsonValue },
  source: string,
  isExpression: boolean,
  onFailure: OnFailure,
): Promise<PythonValue> {
  if (!isExpression) return jsonValue(source);
  const { services, user, requestUser, http } = context;
  const parts = { user, httpUser: requestUser, http, promptContext: { ...known } };
  const variables = await services.store.read((tx) => promptExpressionContext(tx, prompt, parts));
  const outcome = await run(context, prompt, source, variables);
  if ("result" in outcome && outcome.error === undefined) {
    const { result, repr, passing } = outcome;
    return { value: result, text: repr, truthy: passing };
  }
  const error = outcome.error ?? asExpressionError("no answer");
  if (onFailure === "raise") throw new PromptFailure(prompt.name, error);
  const { traceback } = error;
  const exception = await exceptionView(error, "prompt");
  services.logger.log("warning", "a prompt's expression failed; its text is shown instead", {
    prompt: prompt.name,
  });
  await services.events.create(
    "property_mapping_exception",
    { expression: source, message: traceback, prompt: { pk: prompt.pk, name: prompt.name }, exception },
    { user, http, app: "authentik.stages.prompt", secrets: sensitiveTexts(variables) },
  );
  return jsonValue(source);
}

async function run(
  { services }: PromptSetting,
  prompt: Prompt,
  source: string,
  variables: { [key: string]: JsonValue },
): Promise<Outcome | { readonly error: ReturnType<typeof asExpressionError> }> {
  try {
    return await services.engine
      .expression(prompt.name, source, "mapping")
      .run(variables, { ...services.evaluation(), display: true });
  } catch (error) {
    if (error instanceof ExpressionSyntaxError || error instanceof Error)
      return { error: asExpressionError(error) };
    throw error;
  }
}

function asChoice(item: JsonValue): Choice {
  if (!isObject(item)) return { value: item, label: pythonText(item) };
  const value = item.value ?? null;
  return { value, label: pythonText(item.label ?? value) };
}

/** Whether two JSON scalars are the same to Python's `in`; objects and lists by content. */
function sameValue(a: JsonValue, b: JsonValue): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

function jsonValue(value: JsonValue): PythonValue {
  return { value, text: pythonText(value), truthy: isTruthy(value) };
}
