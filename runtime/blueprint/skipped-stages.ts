// Bindings of a blueprint by which a broken policy would skip a stage that guards a login.
//
// Only a binding that asks for authentik's behaviour (`postern_compatibility: authentik`) can do that. What is bound to
// what is followed through `!KeyOf` and `!Find` as they are written; nothing is evaluated, and doubt says nothing.
import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import type { Diagnostic } from "../../engine/index.ts";
import type { Blueprint, BlueprintEntry, YamlNode } from "./parse.ts";

/** Stages without which people get in who should not. */
const GUARDS = /^authentik_stages_(?:authenticator_\w+|password|identification|captcha|mtls)\./;
const BINDING = "authentik_policies.policybinding";
const STAGE_BINDING = "authentik_flows.flowstagebinding";

/** One warning for each such binding, with the YAML's lines. */
export function skippedStages(blueprint: Blueprint): Diagnostic[] {
  return blueprint.entries.flatMap((entry): Diagnostic[] => {
    if (modelOf(blueprint, entry) !== BINDING) return [];
    const field = (name: string): YamlNode => fieldOf(blueprint, entry, name);
    const setting = field("postern_compatibility");
    if (setting === null || value(setting) !== "authentik") return [];
    // Without a policy there is nothing that can fail; `failure_result: true` keeps the stage.
    if (value(field("enabled")) === false || value(field("failure_result")) === true) return [];
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
        notes: [`${stage.name} is a ${stage.model}`],
        hint: "leave postern_compatibility out: the flow then stops on an error, and can be tried again",
      },
    ];
  });
}

/** What a reference names: its model, what to call it, and its entry where it stands in this blueprint. */
interface Referred {
  readonly model: string;
  readonly name: string;
  readonly entry?: BlueprintEntry;
}

function referred(blueprint: Blueprint, node: YamlNode): Referred | undefined {
  if (isScalar(node) && node.tag === "!KeyOf") {
    const entry = blueprint.entries.find(({ id }) => id === String(node.value));
    const model = entry === undefined ? undefined : modelOf(blueprint, entry);
    if (entry === undefined || model === undefined) return undefined;
    const name = value(fieldOf(blueprint, entry, "name"));
    return { model, entry, name: JSON.stringify(typeof name === "string" ? name : entry.id) };
  }
  if (isSeq(node) && node.tag === "!Find") {
    const [model, condition] = node.items.map((item) => blueprint.follow(item as YamlNode));
    const named = isSeq(condition) ? value(blueprint.follow(condition.items[1] as YamlNode)) : undefined;
    const text = value(model ?? null);
    return typeof text === "string" ? { model: text, name: JSON.stringify(named ?? text) } : undefined;
  }
  return undefined;
}

function modelOf(blueprint: Blueprint, entry: BlueprintEntry): string | undefined {
  const model = value(blueprint.follow(entry.model));
  return typeof model === "string" ? model : undefined;
}

function fieldOf(blueprint: Blueprint, entry: BlueprintEntry, name: string): YamlNode {
  for (const part of [entry.attrs, entry.identifiers]) {
    const map = blueprint.follow(part);
    if (isMap(map) && map.has(name)) {
      return blueprint.follow((map as YAMLMap).get(name, true) as YamlNode);
    }
  }
  return null;
}

/** The value of a scalar that is written as it is. */
function value(node: YamlNode): unknown {
  return isScalar(node) && node.tag?.startsWith("!") !== true ? node.value : undefined;
}
