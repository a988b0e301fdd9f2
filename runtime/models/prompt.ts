// Models of the prompt stage: the prompts and the stage that shows them.
import { z } from "zod";
import { choice, flag, integer, list, reference, text } from "./fields.ts";
import { defineModel, STAGE } from "./model.ts";

/** Kinds of prompt fields. */
export const PROMPT_TYPES = [
  "text",
  "text_area",
  "text_read_only",
  "text_area_read_only",
  "username",
  "email",
  "password",
  "number",
  "checkbox",
  "radio-button-group",
  "dropdown",
  "date",
  "date-time",
  "file",
  "separator",
  "hidden",
  "static",
  "alert_info",
  "alert_warning",
  "alert_danger",
  "ak-locale",
] as const;

/** `authentik_stages_prompt.prompt`: one field of a form. */
export const prompt = defineModel({
  name: "authentik_stages_prompt.prompt",
  label: "Prompt",
  key: "uuid",
  schema: z.object({
    name: text(),
    /** The key in `prompt_data`. */
    field_key: text(),
    label: text(),
    type: choice(PROMPT_TYPES),
    required: flag().default(true),
    placeholder: text({ blank: true }).default(""),
    initial_value: text({ blank: true }).default(""),
    order: integer().default(0),
    sub_text: text({ blank: true }).default(""),
    /** `placeholder` is Python source. A broken one is shown as it stands, so it is not checked when saved. */
    placeholder_expression: flag().default(false),
    /** `initial_value` is Python source. */
    initial_value_expression: flag().default(false),
  }),
  unique: [["name"]],
});

/** `authentik_stages_prompt.promptstage` */
export const promptStage = defineModel({
  ...STAGE,
  name: "authentik_stages_prompt.promptstage",
  label: "Prompt Stage",
  schema: z.object({
    name: text(),
    fields: list(reference()),
    validation_policies: list(reference()).default([]),
  }),
  unique: [["name"]],
  references: {
    fields: { to: ["authentik_stages_prompt.prompt"], onDelete: "remove" },
    validation_policies: { to: "policy", onDelete: "remove" },
  },
});
