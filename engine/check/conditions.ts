// Conditions that are decided before anything is known, and comparisons of things that are never equal.
import type {
  Attribute,
  BoolOp,
  Call,
  Compare,
  Constant,
  Expr,
  If,
  Return,
  UnaryOp,
} from "../language/ast.ts";
import type { Finding } from "./diagnostic.ts";
import type { Surroundings } from "./names.ts";
import type { Program } from "./program.ts";
import { dotted, type Node } from "./tree.ts";

export function conditions(program: Program, { site }: Surroundings): Finding[] {
  const rules = new Conditions(program);
  program.walk((node) => {
    switch (node.kind) {
      case "If":
      case "While":
      case "IfExp":
        rules.condition((node as If).test);
        rules.unanswered((node as If).test);
        break;
      case "Return": {
        const { value } = node as Return;
        // What a policy returns is only asked whether it is true.
        if (site === "policy" && value !== null) rules.condition(value);
        break;
      }
      case "BoolOp":
        rules.excluding(node as BoolOp);
        break;
      case "Compare":
        rules.comparison(node as Compare);
        break;
    }
  });
  return rules.findings;
}

/** Methods that are nothing but questions: without a call they are always true. */
const QUESTIONS: ReadonlySet<string> = new Set(
  "exists has_usable_password check_password startswith endswith isdigit isnumeric isdecimal isalpha isalnum isspace".split(
    " ",
  ),
);
/** Fields of people and groups that are compared as a whole. */
const NAMES: ReadonlySet<string> = new Set(["username", "email", "name", "slug", "path"]);
/** Query sets of a user's groups. */
const GROUPS = /(?:^|\.)(?:groups|ak_groups)\.(?:all|filter|exclude)$|(?:^|\.)all_groups$/;

class Conditions {
  readonly findings: Finding[] = [];
  private readonly program: Program;
  constructor(program: Program) {
    this.program = program;
  }
  private warn(code: Finding["code"], at: Finding["at"], message: string, more: Partial<Finding> = {}): void {
    this.findings.push({ code, severity: "warning", message, at, ...more });
  }
  private text({ start, end }: Finding["at"]): string {
    return this.program.text.slice(start, end);
  }

  /** An expression that is only asked whether it is true. */
  condition(node: Expr): void {
    if (node.kind === "UnaryOp" && (node as UnaryOp).op === "Not") this.condition((node as UnaryOp).operand);
    else if (node.kind === "BoolOp") {
      const { values, op } = node as BoolOp;
      const isCompared = values.some(({ kind }) => kind === "Compare");
      for (const value of values) {
        if (isCompared && (textOf(value) ?? "") !== "")
          this.warn("always-true", value, "a text by itself is always true", {
            notes: [`\`${op === "Or" ? "or" : "and"}\` joins whole conditions`],
            hint: `write the comparison again, or use \`in (…)\``,
          });
        else this.condition(value);
      }
    } else if (node.kind === "Attribute" && QUESTIONS.has((node as Attribute).attr)) {
      const { attr } = node as Attribute;
      this.warn("always-true", node, `the method '${attr}' is not called, and a method is always true`, {
        hint: `write .${attr}(…)`,
      });
    }
  }

  /** `if ak_message(…)`: it says something and answers nothing. */
  unanswered(test: Expr): void {
    if (test.kind === "UnaryOp" && (test as UnaryOp).op === "Not") {
      this.unanswered((test as UnaryOp).operand);
    } else if (test.kind === "BoolOp" && (test as BoolOp).op === "And") {
      for (const value of (test as BoolOp).values) this.unanswered(value);
    } else if (test.kind === "Call" && dotted((test as Call).func) === "ak_message") {
      if (this.program.binds("ak_message")) return;
      this.warn("always-false", test, "ak_message() returns None, which is never true", {
        hint: "call it in the body, and ask for the condition itself",
      });
    }
  }

  /** `x != "a" or x != "b"`, `x == "a" and x == "b"`. */
  excluding({ op, values, ...at }: BoolOp): void {
    const wanted = op === "Or" ? "NotEq" : "Eq";
    const seen = new Map<string, string>();
    for (const value of values) {
      if (value.kind !== "Compare" || value.ops.length !== 1 || value.ops[0] !== wanted) continue;
      const to = textOf(value.comparators[0] as Expr);
      const left = this.text(value.left);
      // What is called may answer differently each time.
      if (to === undefined || !/^[\w.[\]"']+$/.test(left)) continue;
      const before = seen.get(left);
      if (before !== undefined && before !== to) {
        this.warn(
          op === "Or" ? "always-true" : "always-false",
          at,
          op === "Or"
            ? `${left} always differs from one of the two`
            : `${left} cannot equal both ${JSON.stringify(before)} and ${JSON.stringify(to)}`,
          { hint: op === "Or" ? "use `and`, or `not in (…)`" : "use `or`, or `in (…)`" },
        );
        return;
      }
      seen.set(left, to);
    }
  }

  comparison(node: Compare): void {
    let left = node.left;
    for (const [i, right] of node.comparators.entries()) {
      const op = node.ops[i];
      if (op === "Eq" || op === "NotEq") this.equality(left, right, node);
      else if (op === "In" || op === "NotIn") this.membership(left, right, node);
      left = right;
    }
  }

  private equality(left: Expr, right: Expr, at: Finding["at"]): void {
    const [a, b] = [this.typeOf(left), this.typeOf(right)];
    if (a !== undefined && b !== undefined && a !== b && !(NUMBERS.has(a) && NUMBERS.has(b))) {
      const isQuery = a === QUERY || b === QUERY;
      this.warn("never-equal", at, `${a} never equals ${b}`, {
        ...(isQuery ? { hint: "ask it with `.exists()`" } : {}),
      });
    } else {
      this.letterCase(left, right);
      this.letterCase(right, left);
    }
  }

  private membership(left: Expr, right: Expr, at: Finding["at"]): void {
    if (right.kind === "Tuple" || right.kind === "List" || right.kind === "Set") {
      for (const element of right.elts) this.equality(left, element, element);
      return;
    }
    if (textOf(left) !== undefined && right.kind === "Call") {
      const call = right as Call;
      if (!GROUPS.test(dotted(call.func) ?? "")) return;
      this.warn("never-equal", at, "groups are objects, and none equals a text", {
        hint: `use ak_is_group_member(request.user, name=${this.text(left)})`,
      });
      return;
    }
    const text = textOf(right);
    if (text === undefined) return;
    const isBracketed =
      /\(\s*$/.test(this.program.text.slice(0, right.start)) &&
      /^\s*\)/.test(this.program.text.slice(right.end));
    const isName = left.kind === "Attribute" && NAMES.has((left as Attribute).attr);
    if (!isBracketed && !isName) return;
    const notes = [`any part of ${JSON.stringify(text)} is in it, and so is the empty text`];
    this.warn("part-of-text", at, "this asks for a part of a text, not for an element of a list", {
      notes,
      hint: `write ${/["']\s+["']/.test(this.text(right)) ? "commas between the texts" : `(${this.text(right)},)`}`,
    });
  }

  /** `name.lower() == "Admins"`. */
  private letterCase(made: Expr, other: Expr): void {
    const text = textOf(other);
    if (text === undefined || made.kind !== "Call" || made.func.kind !== "Attribute") return;
    const { attr } = made.func;
    const isOther =
      ((attr === "lower" || attr === "casefold") && /[A-Z]/.test(text)) ||
      (attr === "upper" && /[a-z]/.test(text));
    if (isOther)
      this.warn("never-equal", other, `what .${attr}() returns never equals ${JSON.stringify(text)}`, {
        hint: `write ${JSON.stringify(attr === "upper" ? text.toUpperCase() : text.toLowerCase())}`,
      });
  }

  /** The type of what is surely one, in words. */
  private typeOf(node: Expr): string | undefined {
    if (node.kind === "Constant") return TYPES[(node as Constant).value.type];
    if (dotted(node) === "request.user.pk" && !this.program.binds("request")) return NUMBER;
    if (node.kind !== "Call") return undefined;
    const { func } = node as Call;
    if (func.kind === "Name") {
      if (this.program.binds(func.id)) return undefined;
      return ({ len: NUMBER, int: NUMBER, str: TEXT } as Readonly<Record<string, string>>)[func.id];
    }
    return GROUPS.test(dotted(func) ?? "") ? QUERY : undefined;
  }
}

const TEXT = "a text";
const NUMBER = "a number";
const TRUTH = "a truth value";
const QUERY = "a query set";
const TYPES: Readonly<Record<string, string>> = { str: TEXT, int: NUMBER, True: TRUTH, False: TRUTH };
const NUMBERS: ReadonlySet<string> = new Set([NUMBER, TRUTH]);

function textOf(node: Expr | Node): string | undefined {
  if (node.kind !== "Constant") return undefined;
  const { value } = node as Constant;
  return value.type === "str" ? value.value : undefined;
}
