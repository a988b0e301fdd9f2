// Static answers about an expression, without running it. Public through `postern/engine`.
// First, and in this order, as in the guest: the object model's files need one another.
import "../python/abi.ts";
import "../python/library.ts";
import "../expressions/library.ts";
import type { Use } from "../expressions/places.ts";
import { namesAt, SITES, type Site } from "../expressions/sites.ts";
import { authorLines } from "../language/compile.ts";
import { PySyntaxError } from "../language/diagnostics.ts";
import { S } from "../python/state.ts";
import { calls } from "./calls.ts";
import { conditions } from "./conditions.ts";
import type { Diagnostic, Finding } from "./diagnostic.ts";
import { flow } from "./flow.ts";
import { loose } from "./loose.ts";
import { modules } from "./modules.ts";
import { type Surroundings, unknownNames } from "./names.ts";
import { patterns } from "./patterns.ts";
import { places } from "./places.ts";
import { Program } from "./program.ts";
import { traps } from "./traps.ts";

export type { Diagnostic, DiagnosticCode } from "./diagnostic.ts";
export { namesAt, SITES, type Site };

/** What is known of the place an expression is written for. */
export interface CheckOptions {
  readonly site: Site;
  /** Names that the context adds to those of the site. */
  readonly variables?: readonly string[];
  /** Where exactly the expression is used, all of one site; left out: not known. */
  readonly uses?: readonly Use[];
}

const RULES: readonly ((program: Program, surroundings: Surroundings) => Finding[])[] = [
  unknownNames,
  modules,
  calls,
  flow,
  patterns,
  traps,
  conditions,
  loose,
  places,
];

/**
 * What is wrong with an expression, in the order of the text: CPython's syntax error when there is one, else what the
 * rules find. Never runs any of it. Never throws for what the source says.
 */
export function checkExpression(source: string, options: CheckOptions): Diagnostic[] {
  lookFreely();
  const surroundings = { site: options.site, variables: options.variables ?? [], uses: options.uses ?? [] };
  let program: Program;
  try {
    program = new Program(source);
  } catch (error) {
    return [syntaxDiagnostic(error, source)];
  }
  return RULES.flatMap((rule) => rule(program, surroundings))
    .map((finding) => located(finding, program.lines))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Looking modules and signatures up counts steps and memory as running does: here nothing limits it. */
function lookFreely(): void {
  S.steps = 0;
  S.maxSteps = Number.MAX_SAFE_INTEGER;
  S.nextTick = Number.MAX_SAFE_INTEGER;
  S.allocated = 0;
  S.memoryLimit = Number.MAX_SAFE_INTEGER;
  S.live = true;
}

type Lines = ReturnType<typeof authorLines>;

function located({ at, notes = [], hint, ...finding }: Finding, lines: Lines): Diagnostic {
  const start = lines.position(at.start);
  const end = at.end > at.start ? lines.endPosition(at.end) : { line: start.line, column: start.column + 1 };
  return {
    ...finding,
    line: start.line,
    column: start.column + 1,
    endLine: end.line,
    endColumn: end.column + 1,
    notes,
    ...(hint === undefined ? {} : { hint }),
  };
}

function syntaxDiagnostic(error: unknown, source: string): Diagnostic {
  if (error instanceof PySyntaxError) {
    const message = `${error.type}: ${error.message}`;
    return located({ code: "syntax", severity: "error", message, at: error }, authorLines(source));
  }
  if (!(error instanceof RangeError)) throw error;
  const message = "RecursionError: maximum recursion depth exceeded during compilation";
  const at = { start: 0, end: 0 };
  return located({ code: "syntax", severity: "error", message, at }, authorLines(source));
}
