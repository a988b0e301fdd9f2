// Names that nothing gives: unknown ones, those of another site, those an expression cannot have.
import {
  isNameAt,
  nameHint,
  notAvailable,
  type Place,
  placesOfName,
  type Use,
} from "../expressions/places.ts";
import { namesAt, type Site } from "../expressions/sites.ts";
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
  /** Where exactly it is used; empty: not known. */
  readonly uses: readonly Use[];
}

export function unknownNames(program: Program, { site, variables, uses }: Surroundings): Finding[] {
  const seen = namesAt(site);
  const known = new Set([...seen.keys(), ...variables, ...builtins.keys(), ...program.scopes.declaredGlobal]);
  const findings: Finding[] = [];
  program.walk((node, { scope, parents }) => {
    if (node.kind !== "Name") return;
    const name = node as Name;
    if (name.ctx !== "Load") return;
    if (program.scopes.resolve(scope, name.id).where !== "global") return;
    if (known.has(name.id)) {
      // Which variables the kinds of mappings have is not certain enough for an error.
      const place = uses.map((use) => use.place).find((one) => lacks(one, name.id));
      if (place == null || variables.includes(name.id)) return;
      const message = notAvailable(name.id, place, placesOfName(name.id));
      findings.push({ code: "name-of-another-site", severity: "warning", message, at: name });
      return;
    }
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
  const elsewhere = nameHint(name, site);
  if (elsewhere !== undefined) return { code: "name-of-another-site", message, notes: [elsewhere] };
  const near = suggestion(name, [...new Set([...known, "True", "False", "None"])].sort());
  return {
    code: "unknown-name",
    message,
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  };
}
/** Is it a name of sites that this place has not? */
function lacks(place: Place | null, name: string): boolean {
  return place !== null && placesOfName(name).length > 0 && !isNameAt(name, place);
}

/** Names in the brackets of `def f[T]`, `class C[T]`, `type A[T]`. */
function typeParameters(node: Node): readonly string[] {
  return "type_params" in node ? node.type_params.map(({ name }) => name) : [];
}
