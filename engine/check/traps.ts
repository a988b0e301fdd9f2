// Legal code that does something else than it seems to: authentik's traps, and those that CPython warns of.
import type {
  Assert,
  Assign,
  Call,
  Compare,
  Constant,
  Expr,
  If,
  Return,
  Subscript,
  While,
} from "../language/ast.ts";
import type { Finding } from "./diagnostic.ts";
import type { Surroundings } from "./names.ts";
import type { Program } from "./program.ts";
import { dotted, type Node } from "./tree.ts";

export function traps(program: Program, { site }: Surroundings): Finding[] {
  const findings: Finding[] = [];
  const warn = (
    code: Finding["code"],
    at: Finding["at"],
    message: string,
    more: Partial<Finding> = {},
  ): void => {
    findings.push({ code, severity: "warning", message, at, ...more });
  };
  program.walk((node, { parents }) => {
    switch (node.kind) {
      case "Call":
        policyResult(node as Call, parents.at(-1), site, warn, program);
        swapped(node as Call, warn, program);
        break;
      case "Compare":
        isLiteral(node as Compare, warn);
        break;
      case "Assert": {
        const { test } = node as Assert;
        if (test.kind === "Tuple" && test.elts.length > 0)
          warn("assert-tuple", test, "assertion is always true, perhaps remove parentheses?");
        break;
      }
      case "Assign":
        if (site === "policy")
          for (const target of (node as Assign).targets) lostWrite(target, warn, program);
        break;
      case "Constant":
        escapes(node as Constant, program, warn);
        break;
    }
  });
  return findings;
}

type Warn = (code: Finding["code"], at: Finding["at"], message: string, more?: Partial<Finding>) => void;

/** `ak_call_policy(…)` where its truth is asked: the result object is always true. */
function policyResult(
  node: Call,
  parent: Node | undefined,
  site: Surroundings["site"],
  warn: Warn,
  program: Program,
): void {
  if (dotted(node.func) !== "ak_call_policy" || program.binds("ak_call_policy")) return;
  const asked =
    parent === undefined
      ? false
      : parent.kind === "BoolOp" ||
        (parent.kind === "UnaryOp" && (parent as { op?: string }).op === "Not") ||
        (parent.kind === "Return" && site === "policy" && (parent as Return).value === node) ||
        (["If", "While", "IfExp"].includes(parent.kind) && (parent as If | While).test === node);
  if (!asked) return;
  warn("always-true", node, "the result of ak_call_policy() is always true", {
    notes: ["it is an object with `.passing`, `.messages` and `.raw_result`"],
    hint: "use `.passing`",
  });
}

/** `regex_match(pattern, value)`: the value comes first. */
function swapped(node: Call, warn: Warn, program: Program): void {
  const name = dotted(node.func);
  if ((name !== "regex_match" && name !== "regex_replace") || program.binds(name)) return;
  const [value, regex] = node.args;
  if (value?.kind !== "Constant" || value.value.type !== "str" || regex === undefined) return;
  const text = value.value.value;
  if (regex.kind === "Constant" || !/^\^|\$$|\\[dwsbDWS]|\.[*+]|\[.*\][*+]?/.test(text)) return;
  warn("swapped-arguments", node, `${name}() takes the value first and the pattern second`, {
    hint: "exchange the first two arguments",
  });
}

const TYPES: Readonly<Record<string, string>> = {
  int: "int",
  float: "float",
  complex: "complex",
  str: "str",
  bytes: "bytes",
};
/** CPython's SyntaxWarning, in its words. */
function isLiteral(node: Compare, warn: Warn): void {
  let left: Expr = node.left;
  for (const [i, right] of node.comparators.entries()) {
    const op = node.ops[i];
    if (op === "Is" || op === "IsNot") {
      const type = [left, right].map(literalType).find((one) => one !== undefined);
      if (type !== undefined) {
        const [word, instead] = op === "Is" ? ["is", "=="] : ["is not", "!="];
        warn("is-literal", node, `"${word}" with '${type}' literal. Did you mean "${instead}"?`);
      }
    }
    left = right;
  }
}
function literalType(node: Expr): string | undefined {
  if (node.kind === "Constant") return TYPES[node.value.type];
  return node.kind === "Tuple" ? "tuple" : undefined;
}

/** `context["x"] = …` in a policy: the policy's own copy. */
function lostWrite(target: Expr, warn: Warn, program: Program): void {
  if (target.kind !== "Subscript") return;
  const { value, slice } = target as Subscript;
  const owner = dotted(value);
  if (owner !== "context" && owner !== "request.context") return;
  if (program.binds("request") || (owner === "context" && program.binds("context"))) return;
  const key = slice.kind === "Constant" && slice.value.type === "str" ? slice.value.value : undefined;
  if (key !== undefined && reads(program, key) > 1) return;
  warn("lost-write", target, "this changes the policy's own copy of the context, not the flow's", {
    hint: `write to ${owner}["flow_plan"].context${key === undefined ? "[…]" : `[${JSON.stringify(key)}]`} to change the flow`,
  });
}
/** How often the program names a key: a value that is read again is not lost. */
function reads(program: Program, key: string): number {
  let count = 0;
  program.walk((node) => {
    if (node.kind !== "Constant") return;
    const { value } = node as Constant;
    if (value.type === "str" && value.value === key) count += 1;
  });
  return count;
}

/** Backslashes that begin no escape, in literals without `r`; CPython's SyntaxWarning. */
function escapes(node: Constant, program: Program, warn: Warn): void {
  if (node.value.type !== "str" && node.value.type !== "bytes") return;
  const text = program.text.slice(node.start, node.end);
  const prefix = /^[A-Za-z]*/.exec(text)?.[0] ?? "";
  // Only a literal that stands alone: in f-strings and neighbours offsets mean something else.
  if (/[rRfF]/.test(prefix) || !/^["']/.test(text.slice(prefix.length))) return;
  const known = node.value.type === "bytes" ? /[\n\r\\'"abfnrtv0-7x]/ : /[\n\r\\'"abfnrtv0-7xNuU]/;
  for (let at = prefix.length; at < text.length - 1; at += 1) {
    if (text[at] !== "\\") continue;
    at += 1;
    const letter = text[at] as string;
    if (known.test(letter)) continue;
    const start = node.start + at - 1;
    warn("invalid-escape", { start, end: start + 2 }, `invalid escape sequence '\\${letter}'`, {
      hint: `write \\\\${letter}, or put r before the string`,
    });
    return;
  }
}
