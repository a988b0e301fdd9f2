// All resources of the management API in one list; the description of the API is made from it.
import type { Resource } from "../resources/resource.ts";
import { BLUEPRINTS } from "./blueprints.ts";
import { BRANDS } from "./brands.ts";
import { TOKENS } from "./core-tokens.ts";
import { ALL_SMS_DEVICES, OWN_SMS_DEVICES } from "./devices.ts";
import { EVENTS } from "./events.ts";
import { FLOW_BINDINGS, FLOWS } from "./flows.ts";
import { GROUPS } from "./groups.ts";
import { ALL_POLICIES, EXPRESSION_POLICIES, POLICY_BINDINGS } from "./policies.ts";
import { PROMPTS } from "./prompts.ts";
import { ALL_MAPPINGS, NOTIFICATION_MAPPINGS } from "./property-mappings.ts";
import { ALL_STAGES, STAGE_RESOURCES } from "./stages.ts";
import { USERS } from "./users.ts";

/** The resources, by path. */
export const RESOURCES: readonly Resource[] = [
  OWN_SMS_DEVICES,
  ALL_SMS_DEVICES,
  BRANDS,
  BLUEPRINTS,
  GROUPS,
  USERS,
  TOKENS,
  EVENTS,
  FLOWS,
  FLOW_BINDINGS,
  EXPRESSION_POLICIES,
  ALL_POLICIES,
  POLICY_BINDINGS,
  NOTIFICATION_MAPPINGS,
  ALL_MAPPINGS,
  ...STAGE_RESOURCES,
  ALL_STAGES,
  PROMPTS,
];
