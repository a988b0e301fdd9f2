// The prompt stage: shows fields, checks what was filled in, and adds it to the plan's `prompt_data`.
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import { applyChange } from "../../flow/json-change.ts";
import { promptData } from "../../flow/plan.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import type { StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { promptChallenge } from "./challenge.ts";
import { type ComputedPrompt, computePrompt, type PromptStageContext } from "./expressions.ts";
import { checkField } from "./fields.ts";

async function get(context: PromptStageContext): Promise<StageOutcome> {
  return { kind: "challenge", challenge: promptChallenge(await computeFields(context)) };
}

/** Field checks first; then the two passwords; then the validation policies, all of which must pass. */
async function post(context: PromptStageContext, response: StageResponse): Promise<StageOutcome> {
  const fields = await computeFields(context);
  const { values, errors } = await checkFields(context, fields, response);
  const refusal = errors ?? passwordErrors(fields, values) ?? (await policyErrors(context, values));
  if (refusal !== undefined) return { kind: "rejected", challenge: promptChallenge(fields), errors: refusal };
  context.plan.context.prompt_data = { ...promptData(context.plan.context), ...values };
  return { kind: "done" };
}

async function computeFields(context: PromptStageContext): Promise<ComputedPrompt[]> {
  const { services, stage, plan } = context;
  const prompts = await services.store.read((tx) =>
    stage.fields
      .map((pk) => tx.get("authentik_stages_prompt.prompt", pk))
      .filter((prompt) => prompt !== undefined)
      .sort((a, b) => a.order - b.order),
  );
  const known = promptData(plan.context);
  return Promise.all(prompts.map((prompt) => computePrompt(context, prompt, known)));
}

async function checkFields(
  context: PromptStageContext,
  fields: readonly ComputedPrompt[],
  { data, form }: StageResponse,
): Promise<{ readonly values: JsonObject; readonly errors?: ResponseErrors }> {
  const values: [string, JsonValue][] = [["component", "ak-stage-prompt"]];
  const errors: ResponseErrors = {};
  for (const field of fields) {
    const key = field.prompt.field_key;
    const result = checkField(field, Object.hasOwn(data, key) ? data[key] : undefined, form);
    if (result.kind === "error") errors[key] = [result.error];
    else if (result.kind === "value" && (await isUsernameTaken(context, field, result.value))) {
      errors[key] = [{ string: "Username is already taken.", code: "invalid" }];
    } else if (result.kind === "value") values.push([key, result.value]);
  }
  const valid = Object.keys(errors).length === 0;
  return { values: Object.fromEntries(values), ...(valid ? {} : { errors }) };
}

/** The pending user's own name is free for that user. */
async function isUsernameTaken(
  { services, user }: PromptStageContext,
  { prompt }: ComputedPrompt,
  username: JsonValue,
): Promise<boolean> {
  if (prompt.type !== "username" || typeof username !== "string") return false;
  const holders = await services.store.read((tx) => tx.list("authentik_core.user", { username }));
  return holders.some((holder) => holder.pk !== user?.pk);
}

/** Exactly two password fields on one stage must be the same. */
function passwordErrors(fields: readonly ComputedPrompt[], values: JsonObject): ResponseErrors | undefined {
  const passwords = fields
    .filter(({ prompt }) => prompt.type === "password")
    .map(({ prompt }) => prompt.field_key);
  if (passwords.length !== 2 || values[passwords[0]] === values[passwords[1]]) return undefined;
  return nonFieldErrors("Passwords don't match.");
}

/** Policies see `prompt_data` and nothing else of the plan. Without a message the form comes back without a reason. */
async function policyErrors(
  context: PromptStageContext,
  values: JsonObject,
): Promise<ResponseErrors | undefined> {
  const { services, stage, user, requestUser, http } = context;
  const result = await services.policies.evaluatePolicies(stage.validation_policies, {
    user,
    http,
    httpUser: requestUser,
    context: () => ({ prompt_data: values }),
    obj: { pk: stage.pk, name: stage.name },
  });
  if (!result.passing) return nonFieldErrors(...result.messages);
  // What they change of the values is what the stage keeps.
  for (const change of result.changes) {
    if (change.op === "redirect") continue;
    const [root, key, ...path] = change.path;
    if (root === "context" && key === "prompt_data") applyChange(values, { ...change, path });
  }
  return undefined;
}

/** The prompt stage. */
export const promptView: StageView<"authentik_stages_prompt.promptstage"> = { get, post };
