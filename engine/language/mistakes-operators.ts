// Expressions as the second pass reads them: an operator without an operand ends the expression before it.
//
// The first parser fails there, since nothing that follows can save the text. The search for a mistake needs what
// was sound up to that point: in `f(a b +)` the missing comma is found because `b` is an expression.

import type { BinaryOperator, CompareOperator, Expr, Tuple } from "./ast.ts";
import { MistakeFinder, Slot } from "./mistakes.ts";
import { BINARY_NAME, BINARY_STRENGTH } from "./parser-expressions.ts";
import { Kind } from "./tokens.ts";

/** Operators after which CPython looks for a `not` that needs parentheses. */
const OPERATORS_BEFORE_NOT = new Set([
  Kind.Plus,
  Kind.Minus,
  Kind.Star,
  Kind.Slash,
  Kind.DoubleSlash,
  Kind.Percent,
  Kind.At,
]);

/** Reads as much of an expression as is sound. */
export class RetreatingParser extends MistakeFinder {
  protected override disjunction(): Expr {
    return this.remembered(Slot.disjunction, () => this.#boolean(Kind.Or, "Or", () => this.conjunction()));
  }

  protected override conjunction(): Expr {
    return this.#boolean(Kind.And, "And", () => this.inversion());
  }

  #boolean(operator: number, op: "And" | "Or", operand: () => Expr): Expr {
    const { start } = this.token;
    const first = operand();
    const values = [first];
    for (;;) {
      const value = this.attempt(() => {
        this.expect(operator);
        return operand();
      });
      if (value === null) break;
      values.push(value);
    }
    return values.length === 1 ? first : { kind: "BoolOp", start, end: this.lastEnd, op, values };
  }

  protected override comparison(): Expr {
    const { start } = this.token;
    const left = this.bitwiseOr();
    const ops: CompareOperator[] = [];
    const comparators: Expr[] = [];
    for (;;) {
      const pair = this.attempt(() => {
        const op = this.compareOperator();
        if (op === undefined) return this.fail();
        return { op, right: this.bitwiseOr() };
      });
      if (pair === null) break;
      ops.push(pair.op);
      comparators.push(pair.right);
    }
    if (ops.length === 0) return left;
    return { kind: "Compare", start, end: this.lastEnd, left, ops, comparators };
  }

  protected override bitwiseOr(): Expr {
    return this.remembered(Slot.bitwiseOr, () => super.bitwiseOr());
  }

  protected override binary(weakest: number): Expr {
    const { start } = this.token;
    let left = this.unary();
    for (let length = 0; ; length++) {
      const strength = BINARY_STRENGTH[this.kind];
      if (strength < weakest || strength === 0) return left;
      this.checkLeftChain(length);
      const op: BinaryOperator = BINARY_NAME[this.kind];
      const right = this.attempt(() => {
        this.pos++;
        return this.binary(strength + 1);
      });
      if (right === null) {
        if (OPERATORS_BEFORE_NOT.has(this.kind)) this.#notAsOperand(this.pos + 1, () => this.inversion());
        return left;
      }
      left = { kind: "BinOp", start, end: this.lastEnd, left, op, right };
    }
  }

  protected override unary(): Expr {
    const first = this.pos;
    const read = this.attempt(() => super.unary());
    if (read !== null) return read;
    while (this.kind === Kind.Minus || this.kind === Kind.Plus || this.kind === Kind.Tilde) this.pos++;
    const operand = this.pos;
    this.goBack(first);
    if (operand > first) this.#notAsOperand(operand, () => this.unary());
    return this.fail();
  }

  /** `1 + not x`, with the `not` at a token. */
  #notAsOperand(at: number, read: () => Expr): void {
    const first = this.pos;
    const not = this.tokens[at];
    if (!this.checking || not.kind !== Kind.Not) return;
    this.pos = at + 1;
    const operand = this.attempt(read);
    if (operand !== null) this.raiseBetween(not, operand, "'not' after an operator must be parenthesized");
    this.goBack(first);
  }

  protected override power(): Expr {
    const { start } = this.token;
    const left = this.awaitPrimary();
    if (this.kind !== Kind.DoubleStar) return left;
    const right = this.attempt(() => {
      this.pos++;
      this.enter();
      const operand = this.unary();
      this.leave();
      return operand;
    });
    return right === null ? left : { kind: "BinOp", start, end: this.lastEnd, left, op: "Pow", right };
  }

  protected override primary(): Expr {
    return this.remembered(Slot.primary, () => {
      const { start } = this.token;
      let value = this.atom();
      for (let length = 0; ; length++) {
        this.checkLeftChain(length);
        const longer = this.attempt(() => this.#trailer(value, start));
        if (longer === null) return value;
        value = longer;
      }
    });
  }

  /** Looks for a broken comprehension that begins with the bracket at a token. */
  protected comprehensionMistakes(_first: number): void {}

  #trailer(value: Expr, start: number): Expr {
    // CPython takes any bracket after an expression for a possible generator expression first.
    const { kind } = this;
    if (kind === Kind.LeftParen || kind === Kind.LeftBracket || kind === Kind.LeftBrace) {
      this.comprehensionMistakes(this.pos);
    }
    switch (this.kind) {
      case Kind.Dot: {
        this.pos++;
        const attr = this.expect(Kind.Name);
        return { kind: "Attribute", start, end: attr.end, value, attr: attr.value, ctx: "Load" };
      }
      case Kind.LeftParen:
        return this.call(value, start);
      case Kind.LeftBracket: {
        this.pos++;
        const slice = this.slices();
        return {
          kind: "Subscript",
          start,
          end: this.expect(Kind.RightBracket).end,
          value,
          slice,
          ctx: "Load",
        };
      }
      default:
        return this.fail();
    }
  }

  protected override atom(): Expr {
    return this.remembered(Slot.atom, () => super.atom());
  }

  protected override yieldExpression(): Expr {
    const first = this.pos;
    const read = this.attempt(() => super.yieldExpression());
    if (read !== null) return read;
    this.pos = first;
    const { start, end } = this.advance();
    return { kind: "Yield", start, end, value: null };
  }

  protected override tupleAfter(start: number, first: Expr, element: () => Expr): Tuple {
    const elts = [first];
    while (this.accept(Kind.Comma)) {
      const next = this.attempt(element);
      if (next === null) break;
      elts.push(next);
    }
    return { kind: "Tuple", start, end: this.lastEnd, elts, ctx: "Load" };
  }
}
