// `/events/events/`: what happened.
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { isObject } from "../../runtime/flow/plan.ts";
import { MOMENT, TYPES } from "../resources/description.ts";
import { type Filter, fieldFilters, textFilter, textsFilter } from "../resources/filters.ts";
import {
  defineResource,
  type FieldRule,
  type Found,
  plainFields,
  type Resource,
} from "../resources/resource.ts";
import { addAction, addResource } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area } from "../site.ts";

const EVENT = "authentik_events.event";

/** authentik's actions. Those that expressions make up begin with the last one. */
export const EVENT_ACTIONS = [
  "login",
  "login_failed",
  "logout",
  "user_write",
  "user_offboarded",
  "suspicious_request",
  "password_set",
  "secret_view",
  "secret_rotate",
  "invitation_used",
  "authorize_application",
  "source_linked",
  "impersonation_started",
  "impersonation_ended",
  "flow_execution",
  "policy_execution",
  "policy_exception",
  "property_mapping_exception",
  "system_task_execution",
  "system_task_exception",
  "system_exception",
  "configuration_error",
  "configuration_warning",
  "model_created",
  "model_updated",
  "model_deleted",
  "email_sent",
  "update_available",
  "export_ready",
  "review_initiated",
  "review_overdue",
  "review_attested",
  "review_completed",
  "access_request_created",
  "access_request_approved",
  "access_request_denied",
  "access_request_revoked",
  "custom_",
] as const;

const knownAction: FieldRule = (value) =>
  EVENT_ACTIONS.some((action) => action === value) ? undefined : `"${String(value)}" is not a valid choice.`;

/** The events. */
export const EVENTS: Resource = defineResource({
  path: "/events/events/",
  models: [EVENT],
  object: "Event",
  key: "event_uuid",
  operations: ["list", "create", "retrieve", "update", "destroy"],
  writable: ["user", "action", "app", "context", "client_ip", "expires", "brand"],
  rules: { action: knownAction },
  filters: {
    ...fieldFilters(EVENT, ["client_ip"]),
    action: textFilter((wanted) => ({
      test: ({ row }) => String(row.action).toLowerCase().includes(wanted.toLowerCase()),
    })),
    actions: textsFilter((wanted) => ({ test: ({ row }) => wanted.includes(String(row.action)) })),
    username: inside("user", "username"),
    brand_name: inside("brand", "name"),
    context_authorized_app: inside("context", "authorized_application", "pk"),
    context_device: inside("context", "device", "pk"),
    context_model_app: inside("context", "model", "app"),
    context_model_name: inside("context", "model", "model_name"),
    // UUIDs stand there without hyphens.
    context_model_pk: textFilter((wanted) => {
      const pk = wanted.replaceAll("-", "");
      return { test: ({ row }) => String(at(row.context, ["model", "pk"]) ?? "") === pk };
    }),
  },
  search: ["user", "action", "app", "context", "client_ip", "created"],
  ordering: ["-created"],
  sortable: ["pk", "user", "action", "app", "context", "client_ip", "created", "expires", "brand"],
  computed: { created: MOMENT },
  sometimes: ["expires"],
  show: showEvent,
});

/** The events. */
export const eventsArea: Area = (site) => async (api) => {
  const about = { description: "All actions.", answer: TYPES };
  addAction(api, "GET", "/events/events/actions/", "superuser", about, async () =>
    EVENT_ACTIONS.map(actionType),
  );
  addResource(api, site, EVENTS);
};

/** An event that never expires has no `expires`. */
function showEvent(_view: View, { row }: Found): JsonObject {
  const { expires, ...fields } = plainFields(EVENTS, row);
  return { ...fields, created: row.created, ...(expires !== null && { expires }) };
}

/** A text inside of a JSON field. */
function inside(field: string, ...path: readonly string[]): Filter {
  return textFilter((wanted) => ({
    test: ({ row }) => {
      const value = at(row[field], path);
      return value !== undefined && value !== null && String(value) === wanted;
    },
  }));
}

function at(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

function actionType(action: string): object {
  const words = (action === "custom_" ? "custom_prefix" : action).split("_");
  const name = words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(" ");
  return { name, description: "", component: action, model_name: "" };
}
