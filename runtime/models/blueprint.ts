// Model of a blueprint that an installation keeps: where it comes from, and how its last application went.
import { z } from "zod";
import { choice, Fault, flag, jsonObject, list, moment, text } from "./fields.ts";
import { defineModel } from "./model.ts";

/** How a blueprint's last application went; `unknown`: it was not applied yet. */
export const BLUEPRINT_STATUSES = ["successful", "warning", "error", "orphaned", "unknown"] as const;

/** `authentik_blueprints.blueprintinstance` */
export const blueprintInstance = defineModel({
  name: "authentik_blueprints.blueprintinstance",
  label: "Blueprint Instance",
  key: "uuid",
  schema: z.object({
    name: text(),
    /** A file of the installation's blueprint folder; empty where `content` is the blueprint. */
    path: text({ blank: true }).default(""),
    content: text({ blank: true, trim: false }).default(""),
    /** Values for `!Context`. */
    context: jsonObject().default({}),
    enabled: flag().default(true),
    metadata: jsonObject().default({}),
    status: choice(BLUEPRINT_STATUSES).default("unknown"),
    last_applied: moment().default(() => new Date().toISOString()),
    /** SHA-512 of the text that was applied last, in hexadecimal digits; empty before. */
    last_applied_hash: text({ blank: true }).default(""),
    managed_models: list(text()).default([]),
  }),
  unique: [["name"]],
  check: (row) =>
    row.path === "" && row.content === ""
      ? [new Fault("invalid", "Either path or content must be set.")]
      : [],
});
