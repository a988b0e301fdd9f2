// Names that nothing gives: unknown ones, those of another site, those an expression cannot have.
import { namesAt, type Site, siteNames } from "../expressions/sites.ts";
import type { Name } from "../language/ast.ts";
import { builtins, unavailable } from "../python/builtins.ts";
import { suggestion } from "../python/signature.ts";
import type { Finding } from "./diagnostic.ts";
import type { Program } from "./program.ts";
import { isCaught, type Node } from "./tree.ts";

/** What a check knows of where the expression stands. */
export interface Surroundings {
  readonly site: Site;
  /** Names that the embedder's context adds. */
  readonly variables: readonly string[];
}

export function unknownNames(program: Program, { site, variables }: Surroundings): Finding[] {
  const seen = namesAt(site);
  const known = new Set([...seen.keys(), ...variables, ...builtins.keys(), ...program.scopes.declaredGlobal]);
  const findings: Finding[] = [];
  program.walk((node, { scope, parents }) => {
    if (node.kind !== "Name") return;
    const name = node as Name;
    if (name.ctx !== "Load") return;
    if (program.scopes.resolve(scope, name.id).where !== "global" || known.has(name.id)) return;
    if (parents.some((parent) => typeParameters(parent).includes(name.id))) return;
    const missing = describe(name.id, site, [...known, ...scope.bound, ...program.scopes.root.bound]);
    const severity = isCaught(parents, "NameError") ? "warning" : "error";
    findings.push({ ...missing, severity, at: name });
  });
  return findings;
}

function describe(
  name: string,
  site: Site,
  known: readonly string[],
): Pick<Finding, "code" | "message" | "notes" | "hint"> {
  const message = `name '${name}' is not defined`;
  const why = unavailable.get(name);
  if (why !== undefined) return { code: "unavailable-name", message, notes: [why] };
  const elsewhere = siteNames.find((entry) => entry.name === name);
  if (elsewhere !== undefined) {
    const places = elsewhere.sites.filter((other) => other !== "expression").map((other) => PLACES[other]);
    const notes = [`'${name}' exists in ${places.join(", ")} only; this is ${ARTICLE[site]}`];
    return { code: "name-of-another-site", message, notes };
  }
  const near = suggestion(name, [...new Set([...known, "True", "False", "None"])].sort());
  return {
    code: "unknown-name",
    message,
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  };
}
const PLACES: Readonly<Record<Site, string>> = {
  policy: "policies",
  mapping: "property mappings",
  webhook: "webhook mappings",
  prompt: "expressions of prompts",
  expression: "plain expressions",
};
const ARTICLE: Readonly<Record<Site, string>> = {
  policy: "a policy",
  mapping: "a property mapping",
  webhook: "a webhook mapping",
  prompt: "an expression of a prompt",
  expression: "a plain expression",
};

/** Names in the brackets of `def f[T]`, `class C[T]`, `type A[T]`. */
function typeParameters(node: Node): readonly string[] {
  return "type_params" in node ? node.type_params.map(({ name }) => name) : [];
}
