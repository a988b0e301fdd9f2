// What a new row of a model has where nothing is given.
import { PyDict } from "../../python/dict.ts";
import type { PyValue } from "../../python/object.ts";
import type { Model } from "./model.ts";

const OWN: { readonly [label: string]: { readonly [field: string]: PyValue } } = {
  "authentik_core.user": { is_active: true, path: "users", type: "internal" },
  "authentik_core.token": { intent: "verification", expiring: true },
  "authentik_core.application": { policy_engine_mode: "any" },
  "authentik_stages_invitation.invitation": { expiring: true },
  "authentik_events.event": { expiring: true },
  "authentik_policies.policybinding": { enabled: true, timeout: 30 },
};

/** Values of a model's columns before anything is assigned; keys and dates are the host's to give. */
export function defaults(model: Model): [string, PyValue][] {
  const own = OWN[model.label] ?? {};
  return model.columns.flatMap((field): [string, PyValue][] => {
    if (field === model.pk || field.relation !== undefined) return [];
    const given = own[field.name];
    if (given !== undefined) return [[field.name, given]];
    if (field.null) return [[field.name, null]];
    switch (field.type) {
      case "BooleanField":
        return [[field.name, false]];
      case "JSONField":
        return [[field.name, new PyDict()]];
      case "CharField":
      case "TextField":
      case "EmailField":
      case "SlugField":
        return [[field.name, ""]];
      default:
        return [];
    }
  });
}
