// Where a blueprint's expressions are used: what its bindings and prompt stages say of each.
import type { Place, Use } from "../../engine/index.ts";
import type { Blueprint, BlueprintEntry, YamlNode } from "./parse.ts";
import { fieldOf, modelOfEntry, plainValue, type Referred, referred } from "./references.ts";

/** Every use of a policy that this blueprint names; empty where it names none. */
export function usesOfPolicy(blueprint: Blueprint, policy: BlueprintEntry): Use[] {
  const model = modelOfEntry(blueprint, policy);
  const name = plainValue(fieldOf(blueprint, policy, "name"));
  const isPolicy = (node: YamlNode): boolean => {
    const found = referred(blueprint, node);
    if (found?.entry !== undefined) return found.entry === policy;
    return found?.model === model && found?.name === JSON.stringify(name);
  };
  return blueprint.entries.flatMap((entry): Use[] => {
    const field = (key: string): YamlNode => fieldOf(blueprint, entry, key);
    switch (modelOfEntry(blueprint, entry)) {
      case "authentik_policies.policybinding":
        if (!isPolicy(field("policy")) || plainValue(field("enabled")) === false) return [];
        return usesOfBinding(blueprint, entry, referred(blueprint, field("target")));
      case "authentik_stages_prompt.promptstage": {
        const policies = field("validation_policies");
        if (policies?.kind !== "sequence") return [];
        const isUsed = policies.items.some((item) => isPolicy(blueprint.follow(item)));
        return isUsed ? [{ place: "prompt-validation" }] : [];
      }
      default:
        return [];
    }
  });
}

function usesOfBinding(blueprint: Blueprint, binding: BlueprintEntry, target: Referred | undefined): Use[] {
  const setting = (entry: BlueprintEntry, key: string, usual: boolean): boolean | undefined => {
    const node = fieldOf(blueprint, entry, key);
    if (node === null) return usual;
    const value = plainValue(node);
    return typeof value === "boolean" ? value : undefined;
  };
  const negate = setting(binding, "negate", false);
  const put = (place: Place | null): Use => ({ place, ...(negate === undefined ? {} : { negate }) });
  if (target?.model === "authentik_flows.flow") {
    if (target.entry === undefined) return [{ place: "flow" }];
    const mode = fieldOf(blueprint, target.entry, "policy_engine_mode");
    // Under `all` another policy may still deny the flow, and then the messages of those that pass are shown as well.
    const use: Use = mode === null || plainValue(mode) === "any" ? put("flow") : { place: "flow" };
    if (plainValue(fieldOf(blueprint, target.entry, "denied_action")) !== "continue") return [use];
    const unseen = "the flow's denied_action is `continue`: who is denied is sent on without a text";
    return [{ ...use, unseen }];
  }
  if (target?.entry === undefined || target.model !== "authentik_flows.flowstagebinding") return [put(null)];
  const atPlan = setting(target.entry, "evaluate_on_plan", false);
  const atRun = setting(target.entry, "re_evaluate_policies", true);
  return [
    ...(atPlan === true ? [put("stage-plan")] : []),
    ...(atRun === true ? [put("stage-run")] : []),
    ...(atPlan === undefined || atRun === undefined ? [put(null)] : []),
  ];
}

/** Where a model's `expression` is Python that is no policy. */
const MAPPINGS: readonly (readonly [model: RegExp, place: Place])[] = [
  [/^authentik_events\.notificationwebhookmapping$/, "webhook-mapping"],
  [/^authentik_providers_oauth2\./, "oauth2-mapping"],
  [/^authentik_providers_saml\./, "saml-mapping"],
  [/^authentik_providers_scim\./, "scim-mapping"],
  [/^authentik_providers_(?:google_workspace|microsoft_entra)\./, "directory-mapping"],
  [/^authentik_providers_radius\./, "radius-mapping"],
  [/^authentik_providers_rac\./, "rac-mapping"],
  [/^authentik_sources_ldap\./, "ldap-source"],
  [/^authentik_sources_oauth\./, "oauth-source"],
  [/^authentik_sources_saml\./, "saml-source"],
  [/^authentik_sources_kerberos\./, "kerberos-source"],
  [/^authentik_sources_scim\./, "scim-source"],
  [/^authentik_sources_/, "other-source"],
];

/** The use of a mapping's expression; empty for models whose place is not known. */
export function usesOfMapping(model: string): Use[] {
  const place = MAPPINGS.find(([pattern]) => pattern.test(model))?.[1];
  return place === undefined ? [] : [{ place }];
}
