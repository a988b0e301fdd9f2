// Models of flows: the flow, its stage bindings, and the state of a flow in progress.
import { z } from "zod";
import { choice, Fault, flag, integer, json, moment, reference, slug, text } from "./fields.ts";
import { defineModel } from "./model.ts";

/** How the results of several bindings are combined. */
export const POLICY_ENGINE_MODES = ["all", "any"] as const;

/** `authentik_flows.flow` */
export const flow = defineModel({
  name: "authentik_flows.flow",
  label: "Flow",
  key: "uuid",
  schema: z.object({
    name: text(),
    slug: slug(),
    /** %-formatted with `app` and `user` when shown. */
    title: text(),
    designation: choice([
      "authentication",
      "authorization",
      "invalidation",
      "enrollment",
      "unenrollment",
      "recovery",
      "stage_configuration",
    ]),
    background: text({ blank: true }).default(""),
    policy_engine_mode: choice(POLICY_ENGINE_MODES).default("any"),
    compatibility_mode: flag().default(false),
    layout: choice([
      "stacked",
      "content_left",
      "content_right",
      "sidebar_left",
      "sidebar_right",
      "sidebar_left_frame_background",
      "sidebar_right_frame_background",
    ]).default("stacked"),
    denied_action: choice(["message_continue", "message", "continue"]).default("message_continue"),
    authentication: choice([
      "none",
      "require_authenticated",
      "require_unauthenticated",
      "require_superuser",
      "require_redirect",
      "require_outpost",
      "require_token",
    ]).default("none"),
  }),
  unique: [["slug"]],
});

/** `authentik_flows.flowstagebinding` */
export const flowStageBinding = defineModel({
  name: "authentik_flows.flowstagebinding",
  label: "Flow Stage Binding",
  key: "uuid",
  schema: z.object({
    target: reference(),
    stage: reference(),
    order: integer(),
    evaluate_on_plan: flag().default(false),
    re_evaluate_policies: flag().default(true),
    policy_engine_mode: choice(POLICY_ENGINE_MODES).default("any"),
    invalid_response_action: choice(["retry", "restart", "restart_with_context"]).default("retry"),
  }),
  unique: [["target", "stage", "order"]],
  references: {
    target: { to: ["authentik_flows.flow"], onDelete: "cascade" },
    stage: { to: "stage", onDelete: "cascade" },
  },
  // Else policies could be bound to the stage that nobody ever asks.
  check: ({ evaluate_on_plan, re_evaluate_policies }) =>
    evaluate_on_plan || re_evaluate_policies
      ? []
      : [new Fault("invalid", "Either evaluation on plan or evaluation on run must be enabled")],
});

/** `postern.flowsession`: a flow in progress; Postern's own model. The pk is a hash of the session's id. */
export const flowSession = defineModel({
  name: "postern.flowsession",
  label: "Flow session",
  key: "text",
  schema: z.object({
    /** The whole state, sealed under the session's id: `{version, sealed}`. */
    data: json(),
    /** The session is void from this moment on. */
    expires: moment(),
  }),
  secrets: ["data"],
});
