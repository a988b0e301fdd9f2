// Expressions above atoms: tuples, conditionals, operators by precedence, attributes.
//
// A method named after a rule of the grammar reads what that rule reads, beginning at the next token, and takes
// no token that belongs to what follows. Operators that associate to the left and the prefix operators are read
// in loops, so a long chain costs no stack; what truly nests is counted (`enter`/`leave`).

import type {
  Arguments,
  BinaryOperator,
  CompareOperator,
  Expr,
  Lambda,
  Name,
  Starred,
  Tuple,
  UnaryOp,
} from "./ast.ts";
import { LiteralParser } from "./parser-literals.ts";
import { Kind } from "./tokens.ts";

/** Binding strength of the binary operators; 0 for tokens that are none. */
export const BINARY_STRENGTH = new Uint8Array(128);
/** Names of the binary operators by token kind. */
export const BINARY_NAME: BinaryOperator[] = [];
for (const [kind, strength, name] of [
  [Kind.Bar, 1, "BitOr"],
  [Kind.Caret, 2, "BitXor"],
  [Kind.Ampersand, 3, "BitAnd"],
  [Kind.LeftShift, 4, "LShift"],
  [Kind.RightShift, 4, "RShift"],
  [Kind.Plus, 5, "Add"],
  [Kind.Minus, 5, "Sub"],
  [Kind.Star, 6, "Mult"],
  [Kind.Slash, 6, "Div"],
  [Kind.DoubleSlash, 6, "FloorDiv"],
  [Kind.Percent, 6, "Mod"],
  [Kind.At, 6, "MatMult"],
] as const) {
  BINARY_STRENGTH[kind] = strength;
  BINARY_NAME[kind] = name;
}

const COMPARISONS = new Map<number, CompareOperator>([
  [Kind.EqualEqual, "Eq"],
  [Kind.NotEqual, "NotEq"],
  [Kind.Less, "Lt"],
  [Kind.LessEqual, "LtE"],
  [Kind.Greater, "Gt"],
  [Kind.GreaterEqual, "GtE"],
  [Kind.In, "In"],
]);

/** Tokens that an expression can begin with. */
const STARTS_EXPRESSION = new Uint8Array(128);
for (const kind of [
  Kind.Name,
  Kind.Number,
  Kind.String,
  Kind.FStringStart,
  Kind.LeftParen,
  Kind.LeftBracket,
  Kind.LeftBrace,
  Kind.Ellipsis,
  Kind.Minus,
  Kind.Plus,
  Kind.Tilde,
  Kind.Not,
  Kind.Lambda,
  Kind.Await,
  Kind.True,
  Kind.False,
  Kind.None,
]) {
  STARTS_EXPRESSION[kind] = 1;
}

/** Reads expressions. */
export abstract class ExpressionParser extends LiteralParser {
  // ---- tuples and stars --------------------------------------------------------------------------

  /** `yield` or expressions separated by commas, with stars. */
  protected override annotatedValue(): Expr {
    return this.kind === Kind.Yield ? this.yieldExpression() : this.starExpressions();
  }

  protected startsExpression(): boolean {
    return STARTS_EXPRESSION[this.kind] === 1;
  }

  /** One expression, or a tuple without brackets. */
  protected starExpressions(): Expr {
    const { start } = this.token;
    const first = this.starExpression();
    return this.kind === Kind.Comma ? this.tupleAfter(start, first, () => this.starExpression()) : first;
  }

  /** The rest of a tuple without brackets, from its first comma. */
  protected tupleAfter(start: number, first: Expr, element: () => Expr): Tuple {
    const elts = [first];
    while (this.accept(Kind.Comma)) {
      if (!this.startsExpression() && this.kind !== Kind.Star) break;
      elts.push(element());
    }
    return { kind: "Tuple", start, end: this.lastEnd, elts, ctx: "Load" };
  }

  protected starExpression(): Expr {
    return this.kind === Kind.Star ? this.starred() : this.expression();
  }

  protected starNamedExpression(): Expr {
    return this.kind === Kind.Star ? this.starred() : this.namedExpression();
  }

  /** `*` and an operand above comparisons. */
  protected starred(): Starred {
    const { start } = this.advance();
    const value = this.bitwiseOr();
    return { kind: "Starred", start, end: this.lastEnd, value, ctx: "Load" };
  }

  protected yieldExpression(): Expr {
    const { start, end } = this.advance();
    if (this.accept(Kind.From)) {
      const value = this.expression();
      return { kind: "YieldFrom", start, end: this.lastEnd, value };
    }
    if (!this.startsExpression() && this.kind !== Kind.Star)
      return { kind: "Yield", start, end, value: null };
    const value = this.starExpressions();
    return { kind: "Yield", start, end: this.lastEnd, value };
  }

  /** An expression or `name := expression`. */
  protected namedExpression(): Expr {
    if (this.kind === Kind.Name && this.peekKind() === Kind.ColonEqual) {
      const target = this.nameTarget();
      this.pos++;
      const value = this.expression();
      return { kind: "NamedExpr", start: target.start, end: this.lastEnd, target, value };
    }
    return this.expression();
  }

  protected nameTarget(): Name {
    const { start, end, value } = this.expect(Kind.Name);
    return { kind: "Name", start, end, id: value, ctx: "Store" };
  }

  // ---- conditional, lambda, boolean ---------------------------------------------------------------

  expression(): Expr {
    if (this.kind === Kind.Lambda) return this.lambda();
    const { start } = this.token;
    const body = this.disjunction();
    if (this.kind !== Kind.If) return body;
    this.pos++;
    const test = this.disjunction();
    this.expect(Kind.Else);
    this.enter();
    const orelse = this.expression();
    this.leave();
    return { kind: "IfExp", start, end: this.lastEnd, test, body, orelse };
  }

  protected lambda(): Lambda {
    const { start } = this.advance();
    const args = this.parameters(Kind.Colon, false);
    this.expect(Kind.Colon);
    this.enter();
    const body = this.expression();
    this.leave();
    return { kind: "Lambda", start, end: this.lastEnd, args, body };
  }

  protected disjunction(): Expr {
    const { start } = this.token;
    const first = this.conjunction();
    if (this.kind !== Kind.Or) return first;
    const values = [first];
    while (this.accept(Kind.Or)) values.push(this.conjunction());
    return { kind: "BoolOp", start, end: this.lastEnd, op: "Or", values };
  }

  protected conjunction(): Expr {
    const { start } = this.token;
    const first = this.inversion();
    if (this.kind !== Kind.And) return first;
    const values = [first];
    while (this.accept(Kind.And)) values.push(this.inversion());
    return { kind: "BoolOp", start, end: this.lastEnd, op: "And", values };
  }

  protected inversion(): Expr {
    if (this.kind !== Kind.Not) return this.comparison();
    const first = this.pos;
    while (this.accept(Kind.Not));
    const last = this.pos - 1;
    this.checkChain(last - first);
    let operand = this.comparison();
    for (let index = last; index >= first; index--) {
      const { start } = this.tokens[index];
      operand = { kind: "UnaryOp", start, end: this.lastEnd, op: "Not", operand };
    }
    return operand;
  }

  protected comparison(): Expr {
    const { start } = this.token;
    const left = this.bitwiseOr();
    let op = this.compareOperator();
    if (op === undefined) return left;
    const ops: CompareOperator[] = [];
    const comparators: Expr[] = [];
    while (op !== undefined) {
      ops.push(op);
      comparators.push(this.bitwiseOr());
      op = this.compareOperator();
    }
    return { kind: "Compare", start, end: this.lastEnd, left, ops, comparators };
  }

  /** Takes a comparison operator, if one is next. */
  protected compareOperator(): CompareOperator | undefined {
    const { kind } = this;
    // Most expressions are followed by none: one test for the lot.
    if (kind < Kind.EqualEqual) return undefined;
    const op = COMPARISONS.get(kind);
    if (op !== undefined) {
      this.pos++;
      return op;
    }
    if (kind === Kind.Is) {
      this.pos++;
      return this.accept(Kind.Not) ? "IsNot" : "Is";
    }
    if (kind === Kind.Not) {
      if (this.peekKind() === Kind.In) {
        this.pos += 2;
        return "NotIn";
      }
      this.furthest = Math.max(this.furthest, this.pos + 1);
    }
    return undefined;
  }

  // ---- operators -------------------------------------------------------------------------------

  /** Everything that binds tighter than a comparison. */
  protected bitwiseOr(): Expr {
    return this.binary(1);
  }

  protected binary(weakest: number): Expr {
    const { start } = this.token;
    let left = this.unary();
    for (let length = 0; ; length++) {
      const { kind } = this;
      const strength = BINARY_STRENGTH[kind];
      if (strength < weakest || strength === 0) return left;
      this.pos++;
      this.checkLeftChain(length);
      const right = this.binary(strength + 1);
      left = { kind: "BinOp", start, end: this.lastEnd, left, op: BINARY_NAME[kind], right };
    }
  }

  protected unary(): Expr {
    const { kind } = this;
    if (kind !== Kind.Minus && kind !== Kind.Plus && kind !== Kind.Tilde) return this.power();
    const first = this.pos;
    while (this.kind === Kind.Minus || this.kind === Kind.Plus || this.kind === Kind.Tilde) this.pos++;
    const last = this.pos - 1;
    this.checkChain(last - first);
    let operand = this.power();
    for (let index = last; index >= first; index--) {
      const token = this.tokens[index];
      const op: UnaryOp["op"] =
        token.kind === Kind.Minus ? "USub" : token.kind === Kind.Plus ? "UAdd" : "Invert";
      operand = { kind: "UnaryOp", start: token.start, end: this.lastEnd, op, operand };
    }
    return operand;
  }

  protected power(): Expr {
    const { start } = this.token;
    const left = this.awaitPrimary();
    if (this.kind !== Kind.DoubleStar) return left;
    this.pos++;
    this.enter();
    const right = this.unary();
    this.leave();
    return { kind: "BinOp", start, end: this.lastEnd, left, op: "Pow", right };
  }

  protected awaitPrimary(): Expr {
    if (this.kind !== Kind.Await) return this.primary();
    const { start } = this.advance();
    const value = this.primary();
    return { kind: "Await", start, end: this.lastEnd, value };
  }

  /** An atom and everything that is attached to it: attributes, calls, subscripts. */
  protected primary(): Expr {
    const { start } = this.token;
    let value = this.atom();
    for (let length = 0; ; length++) {
      switch (this.kind) {
        case Kind.Dot: {
          this.pos++;
          const attr = this.expect(Kind.Name);
          value = { kind: "Attribute", start, end: attr.end, value, attr: attr.value, ctx: "Load" };
          break;
        }
        case Kind.LeftParen:
          value = this.call(value, start);
          break;
        case Kind.LeftBracket: {
          this.pos++;
          const slice = this.slices();
          value = {
            kind: "Subscript",
            start,
            end: this.expect(Kind.RightBracket).end,
            value,
            slice,
            ctx: "Load",
          };
          break;
        }
        default:
          return value;
      }
      this.checkLeftChain(length);
    }
  }

  // ---- read by the class above ------------------------------------------------------------------------

  protected abstract atom(): Expr;
  /** A call of `func`, from its parenthesis. */
  protected abstract call(func: Expr, start: number): Expr;
  /** What stands between the brackets of a subscript. */
  protected abstract slices(): Expr;
  protected abstract parameters(close: number, annotated: boolean): Arguments;
}
