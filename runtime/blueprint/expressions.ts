// The expressions a blueprint holds, each with the site it stands at and where its lines are in the YAML.
import type { Place, Site, Use } from "../../engine/index.ts";
import type { YamlScalar } from "../../yaml/tree.ts";
import type { Blueprint, YamlNode } from "./parse.ts";
import { fieldOf } from "./references.ts";
import { usesOfMapping, usesOfPolicy } from "./uses.ts";

/** An expression of an entry. */
export interface BlueprintExpression {
  /** What an author calls it: the entry's name and, where that is not `expression`, the attribute. */
  readonly label: string;
  readonly source: string;
  readonly site: Site;
  /** Where exactly the blueprint uses it, as far as that is known. */
  readonly uses: readonly Use[];
  /** A place of the source (both from 1) as a place of the YAML; null where the YAML wraps its lines another way. */
  place(line: number, column: number): { line: number; column: number } | null;
}

/** Models whose `expression` is Python, and where it runs. */
function siteOf(model: string): Site | undefined {
  if (model === "authentik_policies_expression.expressionpolicy") return "policy";
  if (model === "authentik_events.notificationwebhookmapping") return "webhook";
  return /^authentik_(?:core|providers_\w+|sources_\w+)\.\w*(?:mapping)$/.test(model) ? "mapping" : undefined;
}

/** Every expression written as plain text in the blueprint's entries, of models that Postern has and has not. */
export function blueprintExpressions(blueprint: Blueprint): BlueprintExpression[] {
  const found: BlueprintExpression[] = [];
  for (const entry of blueprint.entries) {
    const model = scalarText(blueprint.follow(entry.model));
    if (model === undefined) continue;
    const field = (name: string): YamlNode => fieldOf(blueprint, entry, name);
    const name = scalarText(field("name")) ?? entry.id ?? model;
    const add = (attribute: string, site: Site, uses: readonly Use[]): void => {
      const node = field(attribute);
      if (node?.kind !== "scalar" || typeof node.value !== "string" || node.tag?.startsWith("!") === true)
        return;
      const label = attribute === "expression" ? name : `${name}: ${attribute}`;
      found.push({ label, source: node.value, site, uses, place: placeOf(blueprint, node) });
    };
    const site = siteOf(model);
    if (site !== undefined)
      add("expression", site, site === "policy" ? usesOfPolicy(blueprint, entry) : usesOfMapping(model));
    if (model === "authentik_stages_prompt.prompt") {
      for (const attribute of ["placeholder", "initial_value"]) {
        const isExpression = field(`${attribute}_expression`);
        if (isExpression?.kind === "scalar" && isExpression.value === true)
          add(attribute, "prompt", [{ place: promptPlace(attribute, scalarText(field("type"))) }]);
      }
    }
  }
  return found;
}

/** A choice's placeholder is the list of its choices. */
function promptPlace(attribute: string, type: string | undefined): Place {
  if (attribute === "initial_value") return "prompt-initial-value";
  return type === "dropdown" || type === "radio-button-group" ? "prompt-choices" : "prompt-placeholder";
}

function scalarText(node: YamlNode): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** Lines of a literal block (`|`) stand as they are, one below the other and indented alike. */
function placeOf(blueprint: Blueprint, node: YamlScalar): BlueprintExpression["place"] {
  const start = blueprint.position(node);
  if (node.style === "literal") {
    const first = blueprint.text.split(/\r\n|\r|\n/)[start.line] ?? "";
    const indent = first.length - first.trimStart().length;
    return (line, column) => ({ line: start.line + line, column: indent + column });
  }
  const quoted = node.style === "plain" ? 0 : 1;
  const isOneLine = !node.source.includes("\n") && node.style !== "folded";
  return (_line, column) =>
    isOneLine ? { line: start.line, column: start.column + quoted + column - 1 } : null;
}
