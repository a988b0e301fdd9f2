// Bindings of a blueprint by which a broken policy would skip a stage that guards a login.
//
// Only a binding that asks for authentik's behaviour (`postern_compatibility: authentik`) can do that. What is bound to
// what is followed through `!KeyOf` and `!Find` as they are written; nothing is evaluated, and doubt says nothing.
import type { Diagnostic } from "../../engine/index.ts";
import type { Blueprint, YamlNode } from "./parse.ts";
import { fieldOf, modelOfEntry, plainValue, referred } from "./references.ts";

/** Stages without which people get in who should not. */
const GUARDS = /^authentik_stages_(?:authenticator_\w+|password|identification|captcha|mtls)\./;
const BINDING = "authentik_policies.policybinding";
const STAGE_BINDING = "authentik_flows.flowstagebinding";

/** One warning for each such binding, with the YAML's lines. */
export function skippedStages(blueprint: Blueprint): Diagnostic[] {
  return blueprint.entries.flatMap((entry): Diagnostic[] => {
    if (modelOfEntry(blueprint, entry) !== BINDING) return [];
    const field = (name: string): YamlNode => fieldOf(blueprint, entry, name);
    const setting = field("postern_compatibility");
    if (setting === null || plainValue(setting) !== "authentik") return [];
    // Without a policy there is nothing that can fail; `failure_result: true` keeps the stage.
    if (plainValue(field("enabled")) === false || plainValue(field("failure_result")) === true) return [];
    if (field("policy") === null) return [];
    const bound = referred(blueprint, field("target"));
    if (bound?.entry === undefined || bound.model !== STAGE_BINDING) return [];
    const stage = referred(blueprint, fieldOf(blueprint, bound.entry, "stage"));
    if (stage === undefined || !GUARDS.test(stage.model)) return [];
    const { line, column } = blueprint.position(setting);
    return [
      {
        code: "skipped-on-error",
        severity: "warning",
        message: `an error in this policy would skip ${stage.name}, and let people in without it`,
        line,
        column,
        endLine: line,
        endColumn: column + "authentik".length,
        notes: [`${stage.name} is an ${stage.model}`],
        hint: "leave postern_compatibility out: the flow then stops on an error, and can be tried again",
      },
    ];
  });
}
