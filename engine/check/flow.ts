// Where control goes: code that nothing reaches, policies that end without an answer, values nobody takes.
import type { Expr, ExprStmt, Match, Pattern, Stmt, Try, TryStar, While } from "../language/ast.ts";
import type { Finding } from "./diagnostic.ts";
import type { Surroundings } from "./names.ts";
import type { Program } from "./program.ts";

/** Can control leave a statement at its end? `unknown` where only running it tells. */
type Ending = "yes" | "no" | "unknown";

const constant = (node: Expr): boolean | undefined => {
  if (node.kind !== "Constant") return undefined;
  const { type } = node.value;
  if (type === "True") return true;
  if (type === "False" || type === "None") return false;
  return type === "int" ? (node.value as { value: bigint }).value !== 0n : undefined;
};

/** Is there a `break` that leaves this loop? */
function breaks(body: readonly Stmt[]): boolean {
  return body.some((statement) => {
    switch (statement.kind) {
      case "Break":
        return true;
      case "If":
        return breaks(statement.body) || breaks(statement.orelse);
      case "With":
      case "AsyncWith":
        return breaks(statement.body);
      case "For":
      case "AsyncFor":
      case "While":
        return breaks(statement.orelse);
      case "Try":
      case "TryStar":
        return [
          statement.body,
          statement.orelse,
          statement.finalbody,
          ...statement.handlers.map((h) => h.body),
        ].some(breaks);
      case "Match":
        return statement.cases.some((one) => breaks(one.body));
      default:
        return false;
    }
  });
}

function either(endings: readonly Ending[]): Ending {
  if (endings.includes("yes")) return "yes";
  return endings.includes("unknown") ? "unknown" : "no";
}

class Flow {
  readonly unreachable: Stmt[] = [];

  block(body: readonly Stmt[]): Ending {
    let ending: Ending = "yes";
    for (const statement of body) {
      if (ending === "no") {
        this.unreachable.push(statement);
        return "no";
      }
      ending = this.statement(statement);
    }
    return ending;
  }

  private statement(statement: Stmt): Ending {
    switch (statement.kind) {
      case "Return":
      case "Raise":
      case "Break":
      case "Continue":
        return "no";
      case "If": {
        const known = constant(statement.test);
        const then = this.block(statement.body);
        const otherwise = this.block(statement.orelse);
        if (known === false && statement.body[0] !== undefined) this.unreachable.push(statement.body[0]);
        if (known === undefined) return either([then, otherwise]);
        return known ? then : otherwise;
      }
      case "While":
        return this.loop(statement);
      case "For":
      case "AsyncFor": {
        this.block(statement.body);
        const after = this.block(statement.orelse);
        return breaks(statement.body) ? "yes" : after;
      }
      case "With":
      case "AsyncWith": {
        // A context manager may swallow what is raised inside.
        const ending = this.block(statement.body);
        return ending === "no" ? "unknown" : ending;
      }
      case "Try":
      case "TryStar":
        return this.attempt(statement);
      case "Match":
        return this.match(statement);
      case "FunctionDef":
      case "AsyncFunctionDef":
      case "ClassDef":
        this.block(statement.body);
        return "yes";
      default:
        return "yes";
    }
  }

  private loop(statement: While): Ending {
    this.block(statement.body);
    const after = this.block(statement.orelse);
    if (breaks(statement.body)) return "yes";
    return constant(statement.test) === true ? "no" : after;
  }

  private attempt({ body, orelse, handlers, finalbody }: Try | TryStar): Ending {
    const tried = this.block(body);
    const after = tried === "no" ? "no" : this.block(orelse);
    const caught = handlers.map((handler) => this.block(handler.body));
    const last = this.block(finalbody);
    return last === "no" ? "no" : either([after, ...caught]);
  }

  private match({ cases }: Match): Ending {
    const endings = cases.map((one) => this.block(one.body));
    const last = cases.at(-1);
    const takesAll = last !== undefined && last.guard === null && isIrrefutable(last.pattern);
    return either(takesAll ? endings : [...endings, "yes"]);
  }
}

function isIrrefutable(pattern: Pattern): boolean {
  if (pattern.kind === "MatchAs") return pattern.pattern === null || isIrrefutable(pattern.pattern);
  return pattern.kind === "MatchOr" && pattern.patterns.some(isIrrefutable);
}

export function flow(program: Program, { site }: Surroundings): Finding[] {
  const analysis = new Flow();
  const ending = analysis.block(program.body);
  const findings: Finding[] = analysis.unreachable.map((statement) => ({
    code: "unreachable-code",
    severity: "warning",
    message: "this code is never reached",
    at: firstLine(program, statement),
  }));
  findings.push(...unused(program));
  if (ending === "yes" && !program.scopes.root.isGenerator) findings.push(...missingReturn(program, site));
  return findings;
}

/** A statement's span, cut at the end of its first line. */
function firstLine(program: Program, { start, end }: Stmt): Finding["at"] {
  const breakAt = program.text.indexOf("\n", start);
  return { start, end: breakAt < 0 ? end : Math.min(end, breakAt) };
}

function missingReturn(program: Program, site: Surroundings["site"]): Finding[] {
  const last = program.body.at(-1);
  if (last === undefined) return [];
  let returns = false;
  program.walk((node, { scope }) => {
    if (node.kind === "Return" && scope === program.scopes.root) returns = true;
  });
  if (last.kind === "ExprStmt" && !(last.value.kind === "Call" && returns)) {
    const isCall = last.value.kind === "Call" || last.value.kind === "Await";
    // A policy that only calls something may be meant to deny; a value at the end is meant to be the answer.
    if (!isCall || (!returns && site !== "policy")) {
      return [
        {
          code: "missing-return",
          severity: "warning",
          message: "the value of the last line is not returned",
          at: last,
          notes: [
            site === "policy" ? "without `return` the policy denies" : "without `return` the result is None",
          ],
          hint: "put `return` before it",
        },
      ];
    }
  }
  // A property mapping may have nothing to say; what a gateway is sent is never meant to be nothing.
  if (site !== "policy" && site !== "webhook") return [];
  const what = site === "policy" ? "policy" : "mapping";
  return [
    {
      code: "missing-return",
      severity: "warning",
      message: returns ? `the ${what} can end without \`return\`` : `the ${what} returns nothing`,
      at: firstLine(program, last),
      notes: [site === "policy" ? "it denies then" : "a generic gateway gets a request without a body then"],
      hint: `end with \`return ${site === "policy" ? "True` or `return False" : "{…}"}\``,
    },
  ];
}

/** Comparisons as statements: nearly always an assignment or a `return` was meant. */
function unused(program: Program): Finding[] {
  const findings: Finding[] = [];
  program.walk((node) => {
    if (node.kind !== "ExprStmt" || node === program.body.at(-1)) return;
    const { value } = node as ExprStmt;
    if (value.kind !== "Compare") return;
    findings.push({
      code: "unused-value",
      severity: "warning",
      message: "the result of this comparison is not used",
      at: value,
      ...(value.ops[0] === "Eq" ? { hint: "use `=` to assign, or `return` to answer" } : {}),
    });
  });
  return findings;
}
