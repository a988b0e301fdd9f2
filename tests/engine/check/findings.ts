// Findings of a check as lines of text, so that a test reads like what an author sees.
import { checkExpression, type Site } from "../../../engine/check/check.ts";

/** `line:column-endColumn severity code: message (notes) → hint`, one per finding. */
export function findings(source: string, site: Site = "policy", variables: readonly string[] = []): string[] {
  return checkExpression(source, { site, variables }).map((found) => {
    const end = found.endLine === found.line ? found.endColumn : `${found.endLine}:${found.endColumn}`;
    const notes = found.notes.map((note) => ` (${note})`).join("");
    const hint = found.hint === undefined ? "" : ` → ${found.hint}`;
    return `${found.line}:${found.column}-${end} ${found.severity} ${found.code}: ${found.message}${notes}${hint}`;
  });
}
