// Models of policies and webhook mappings: what is written in Python, and what it is bound to.
import { z } from "zod";
import { choice, Fault, flag, integer, integerReference, moment, reference, source, text } from "./fields.ts";
import { defineModel } from "./model.ts";

const now = (): string => new Date().toISOString();

/** `authentik_policies_expression.expressionpolicy` */
export const expressionPolicy = defineModel({
  name: "authentik_policies_expression.expressionpolicy",
  label: "Expression Policy",
  uniqueLabel: "Policy",
  key: "uuid",
  family: "policy",
  schema: z.object({
    name: text(),
    execution_logging: flag().default(false),
    expression: source(),
    created: moment().default(now),
    last_updated: moment().default(now),
  }),
  unique: [["name"]],
  expressions: ["expression"],
});

/** `authentik_policies.policybinding`: a policy, group or user bound to a flow or to a stage of a flow. */
export const policyBinding = defineModel({
  name: "authentik_policies.policybinding",
  label: "Policy Binding",
  key: "uuid",
  schema: z.object({
    target: reference(),
    policy: reference().nullable().default(null),
    group: reference().nullable().default(null),
    user: integerReference().nullable().default(null),
    enabled: flag().default(true),
    negate: flag().default(false),
    order: integer(),
    /** Seconds. */
    timeout: integer(0).default(30),
    /** What counts when the policy fails to run; not negated. */
    failure_result: flag().default(false),
    // What authentik does not have; docs/compatibility.md describes it.
    /**
     * What a policy that fails to run does to the stage it is bound to. `postern`: where the stage would be skipped for
     * it, the flow stops and can be tried again. `authentik`: `failure_result` decides, and a stage may be skipped.
     */
    postern_compatibility: choice(["postern", "authentik"]).default("postern"),
  }),
  unique: [["policy", "target", "order"]],
  references: {
    target: { to: ["authentik_flows.flow", "authentik_flows.flowstagebinding"], onDelete: "cascade" },
    policy: { to: "policy", onDelete: "cascade" },
    group: { to: ["authentik_core.group"], onDelete: "cascade" },
    user: { to: ["authentik_core.user"], onDelete: "cascade" },
  },
  check: (row) => {
    const set = [row.policy, row.group, row.user].filter((value) => value !== null).length;
    if (set > 1) return [new Fault("invalid", "Only one of 'policy', 'group', 'user' can be set.")];
    return set === 0 ? [new Fault("invalid", "One of 'policy', 'group', 'user' must be set.")] : [];
  },
});

/** `authentik_events.notificationwebhookmapping`: the mapping that an SMS stage may use for its payload. */
export const notificationWebhookMapping = defineModel({
  name: "authentik_events.notificationwebhookmapping",
  label: "Webhook Mapping",
  uniqueLabel: "Property Mapping",
  key: "uuid",
  schema: z.object({
    /** Set on objects that a blueprint manages. */
    managed: text().nullable().default(null),
    name: text(),
    expression: source(),
  }),
  unique: [["name"], ["managed"]],
  expressions: ["expression"],
});
