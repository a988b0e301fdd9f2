// Regular expressions that stand in the text: those that would raise when they are reached, and those that may take for ever.
import type { Call, Constant, Expr } from "../language/ast.ts";
import { compilePattern, PatternSyntaxError, PatternValueError } from "../regex/regex.ts";
import { lookupUnicodeName } from "../unicode/names.ts";
import type { Finding } from "./diagnostic.ts";
import type { Program } from "./program.ts";
import { isCaught } from "./tree.ts";

/** Functions of `re` that take a pattern first, and how many arguments come before its flags. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  compile: 1,
  findall: 2,
  finditer: 2,
  fullmatch: 2,
  match: 2,
  search: 2,
  split: 3,
  sub: 4,
  subn: 4,
};
/** authentik's helpers, which take the value first. */
const HELPERS = ["regex_match", "regex_replace"];

/** The pattern of a call, where it is known and no flags change what it means. */
export function patternOf({ func, args, keywords }: Call, program: Program): Expr | undefined {
  const named = (name: string) => keywords.find(({ arg }) => arg === name)?.value;
  if (func.kind === "Name" && HELPERS.includes(func.id) && !program.binds(func.id))
    return args[1] ?? named("regex");
  const imported =
    func.kind === "Name"
      ? program.imported.get(func.id)
      : func.kind === "Attribute" && func.value.kind === "Name"
        ? program.imported.get(func.value.id)
        : undefined;
  if (imported?.module !== "re") return undefined;
  const name = func.kind === "Attribute" && imported.member === null ? func.attr : imported.member;
  const before = name !== null && Object.hasOwn(FUNCTIONS, name) ? (FUNCTIONS[name] as number) : undefined;
  if (before === undefined || args.length > before || named("flags") !== undefined) return undefined;
  return args[0] ?? named("pattern");
}

export function patterns(program: Program): Finding[] {
  const findings: Finding[] = [];
  program.walk((node, { parents }) => {
    if (node.kind !== "Call") return;
    const at = patternOf(node as Call, program);
    if (at?.kind !== "Constant") return;
    const { value } = at as Constant;
    if (value.type !== "str") return;
    try {
      const { reason, facts } = compilePattern(value.value, 0, { bytes: false, lookup: lookupUnicodeName });
      if (reason !== undefined && facts.backtracking.choices === Number.POSITIVE_INFINITY) {
        findings.push({
          code: "backtracking-pattern",
          severity: "warning",
          message:
            "this pattern can take time that doubles with each character, up to the evaluation's limit",
          at,
          notes: [`it cannot run on the linear engine: ${reason}`],
        });
      }
    } catch (error) {
      if (!(error instanceof PatternSyntaxError || error instanceof PatternValueError)) throw error;
      const severity = isCaught(parents, "re.error", "re.PatternError", "error", "PatternError")
        ? "warning"
        : "error";
      findings.push({ code: "invalid-pattern", severity, message: error.message, at });
    }
  });
  return findings;
}
