// `/stages/prompt/prompts/`: the fields of prompt stages, and a look at one before it is saved.
import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { JsonObject } from "../../engine/types.ts";
import { httpRequestData } from "../../runtime/flow/http-request.ts";
import { promptChallenge } from "../../runtime/stages/prompt/challenge.ts";
import { computePrompt, type Prompt, PromptFailure } from "../../runtime/stages/prompt/expressions.ts";
import { invalid } from "../errors.ts";
import { httpRequestInput } from "../http-request.ts";
import { objectSchema } from "../openapi.ts";
import { ANY_OBJECT, component, listOf, TEXT } from "../resources/description.ts";
import { fieldFilters } from "../resources/filters.ts";
import { expectObject, readInput } from "../resources/input.ts";
import { defineResource, type Found, plainFields, type Resource } from "../resources/resource.ts";
import { addAction, addResource, jsonBody, read } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area, Site } from "../site.ts";
import { PROMPT_STAGES } from "./stages.ts";

const PROMPT = "authentik_stages_prompt.prompt";
const FILTERED = ["field_key", "name", "label", "type", "placeholder"];

/** Prompts. */
export const PROMPTS: Resource = defineResource({
  path: "/stages/prompt/prompts/",
  models: [PROMPT],
  object: "Prompt",
  key: "prompt_uuid",
  filters: fieldFilters(PROMPT, FILTERED),
  search: FILTERED,
  ordering: ["field_key"],
  computed: { prompt_stages_obj: listOf(component("PromptStage")) },
  show: showPrompt,
});

/** The prompts. */
export const promptsArea: Area = (site) => async (api) => {
  addAction(
    api,
    "POST",
    `${PROMPTS.path}preview/`,
    "superuser",
    {
      description: "The form that a prompt would make.",
      body: component("PromptRequest"),
      answer: objectSchema({ component: TEXT, fields: listOf(ANY_OBJECT) }),
    },
    (request) => preview(site, request),
  );
  addResource(api, site, PROMPTS);
};

function showPrompt(view: View, { row }: Found): JsonObject {
  const stages = view.once("prompt stages", () => view.tx.list("authentik_stages_prompt.promptstage"));
  const using = stages.filter(({ fields }) => fields.includes(row.pk as string));
  return {
    ...plainFields(PROMPTS, row),
    prompt_stages_obj: using.map((stage) =>
      PROMPT_STAGES.show(view, {
        model: "authentik_stages_prompt.promptstage",
        row: stage as unknown as Found["row"],
      }),
    ),
  };
}

/** The challenge of a form with this one prompt. A failing expression is told, not hidden as in a flow. */
async function preview(site: Site, request: FastifyRequest): Promise<object> {
  const { prompt, http, user } = await read(site, request, (view) => {
    // The name is not looked at: the prompt may be one that is there already.
    const body = { ...expectObject(jsonBody(request)), name: randomUUID() };
    const { fields } = readInput(view, site.engine, PROMPTS, body, { kind: "create" });
    return {
      prompt: { ...DEFAULTS, ...fields, pk: randomUUID() } as unknown as Prompt,
      http: httpRequestData(view.tx, httpRequestInput(request)),
      user: view.principal.user,
    };
  });
  const { services } = site.runtime;
  try {
    const computed = await computePrompt({ services, user, requestUser: user, http }, prompt, {}, "raise");
    return promptChallenge([computed]);
  } catch (error) {
    if (error instanceof PromptFailure) throw invalid({ non_field_errors: [error.error.traceback] });
    throw error;
  }
}

/** What a prompt has that its definition leaves out. */
const DEFAULTS = {
  required: true,
  placeholder: "",
  initial_value: "",
  order: 0,
  sub_text: "",
  placeholder_expression: false,
  initial_value_expression: false,
};
