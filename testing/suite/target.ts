// Finds what a suite is about: an expression in a file or in a blueprint.
import type { ExpressionKind } from "../../engine/types.ts";
import type { Target } from "./suite.ts";

/** Why a blueprint has no such expression. */
export class NotInBlueprint extends Error {
  override readonly name = "NotInBlueprint";
}

/** An expression that is a whole file. */
export function fileTarget(kind: ExpressionKind, file: string, text: string): Target {
  const name = file.replace(/^.*[\\/]/, "");
  return { kind, name, source: text, file, fileText: text, place: (line, column) => ({ line, column }) };
}

/** Where expressions of a kind stand in blueprints. */
const SITES: Readonly<Record<ExpressionKind, readonly string[]>> = {
  policy: ["policy"],
  mapping: ["webhook", "mapping"],
  expression: ["policy", "webhook", "mapping", "prompt"],
};

/**
 * Every expression that a blueprint holds as plain text; with `kind` those that may stand as one of that kind. Throws what
 * reading a blueprint throws.
 */
export async function blueprintTargets(file: string, text: string, kind?: ExpressionKind): Promise<Target[]> {
  // The reader is loaded when there is a blueprint to read.
  const [{ blueprintExpressions }, { parseBlueprint }] = await Promise.all([
    import("../../runtime/blueprint/expressions.ts"),
    import("../../runtime/blueprint/parse.ts"),
  ]);
  const found = blueprintExpressions(parseBlueprint(text, { file, unknownModels: "skip" }));
  const wanted = kind === undefined ? found : found.filter(({ site }) => SITES[kind].includes(site));
  return wanted.map((found) => ({
    kind: kind ?? (found.site === "policy" ? "policy" : found.site === "prompt" ? "expression" : "mapping"),
    name: found.label,
    source: found.source,
    file,
    fileText: text,
    place: found.place,
  }));
}

/** An expression of a blueprint by its entry's name. Throws {@link NotInBlueprint}, and what reading a blueprint throws. */
export async function blueprintTarget(
  kind: ExpressionKind,
  file: string,
  text: string,
  name: string,
): Promise<Target> {
  const all = await blueprintTargets(file, text, kind);
  const found = all.filter((target) => target.name === name);
  const [first] = found;
  if (first === undefined) {
    const { closest } = await import("../../runtime/blueprint/errors.ts");
    const labels = all.map((target) => target.name);
    const near = closest(name, labels);
    const known = labels.length === 0 ? `it has no ${kind}` : `there are ${labels.join(", ")}`;
    throw new NotInBlueprint(near === undefined ? known : `did you mean ${near}?`);
  }
  if (found.length > 1) throw new NotInBlueprint(`${found.length} of its entries have this name`);
  return first;
}
