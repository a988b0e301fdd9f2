// Expressions: precedence climbing for the operators, one method per form for the rest.
//
// A method named after a rule of the grammar reads what that rule reads, beginning at the next token, and takes
// no token that belongs to what follows. Operators that associate to the left and the prefix operators are read
// in loops, so a long chain costs no stack; what truly nests is counted (`enter`/`leave`).

import type {
  Arg,
  Arguments,
  BinaryOperator,
  Call,
  CompareOperator,
  Comprehension,
  Expr,
  GeneratorExp,
  Keyword,
  Lambda,
  List,
  Name,
  Slice,
  Starred,
  Tuple,
  UnaryOp,
} from "./ast.ts";
import { LiteralParser } from "./parser-literals.ts";
import { makeStore } from "./parser-targets.ts";
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

  // ---- calls ------------------------------------------------------------------------------------

  protected call(func: Expr, start: number): Call {
    const open = this.advance();
    const args: Expr[] = [];
    const keywords: Keyword[] = [];
    this.callArguments(args, keywords, open.start);
    return { kind: "Call", start, end: this.expect(Kind.RightParen).end, func, args, keywords };
  }

  /**
   * Arguments up to the closing parenthesis, which stays.
   * @param open where the opening one stands; -1 where a generator expression needs parentheses of its own
   */
  protected callArguments(args: Expr[], keywords: Keyword[], open: number): void {
    let doubleStarred = false;
    while (this.kind !== Kind.RightParen) {
      const { kind, start } = this.token;
      if (kind === Kind.Star) {
        if (doubleStarred) this.fail();
        this.pos++;
        const value = this.expression();
        args.push({ kind: "Starred", start, end: this.lastEnd, value, ctx: "Load" });
      } else if (kind === Kind.DoubleStar) {
        this.pos++;
        const value = this.expression();
        doubleStarred = true;
        keywords.push({ start, end: this.lastEnd, arg: null, value });
      } else if (kind === Kind.Name && this.peekKind() === Kind.Equal) {
        const arg = this.advance().value;
        this.pos++;
        const value = this.expression();
        keywords.push({ start, end: this.lastEnd, arg, value });
      } else {
        if (keywords.length > 0) this.fail();
        const value = this.namedExpression();
        if (open >= 0 && args.length === 0 && (this.kind === Kind.For || this.kind === Kind.Async)) {
          const generators = this.comprehensions();
          if (this.kind !== Kind.RightParen) this.fail();
          args.push({ kind: "GeneratorExp", start: open, end: this.token.end, elt: value, generators });
          return;
        }
        args.push(value);
      }
      if (!this.accept(Kind.Comma)) return;
    }
  }

  protected slices(): Expr {
    const { start } = this.token;
    const first = this.sliceOrStarred();
    if (this.kind !== Kind.Comma) {
      // `x[*a]` is a tuple of one.
      if (first.kind !== "Starred") return first;
      return { kind: "Tuple", start, end: this.lastEnd, elts: [first], ctx: "Load" };
    }
    const elts = [first];
    while (this.accept(Kind.Comma)) {
      if (this.kind === Kind.RightBracket) break;
      elts.push(this.sliceOrStarred());
    }
    return { kind: "Tuple", start, end: this.lastEnd, elts, ctx: "Load" };
  }

  protected sliceOrStarred(): Expr {
    if (this.kind !== Kind.Star) return this.slice();
    const { start } = this.advance();
    const value = this.expression();
    return { kind: "Starred", start, end: this.lastEnd, value, ctx: "Load" };
  }

  protected slice(): Expr {
    const { start } = this.token;
    let lower: Expr | null = null;
    if (this.kind !== Kind.Colon) {
      lower = this.namedExpression();
      if (this.kind !== Kind.Colon || lower.kind === "NamedExpr") return lower;
    }
    this.expect(Kind.Colon);
    const upper = this.startsExpression() ? this.expression() : null;
    let step: Expr | null = null;
    if (this.accept(Kind.Colon) && this.startsExpression()) step = this.expression();
    const node: Slice = { kind: "Slice", start, end: this.lastEnd, lower, upper, step };
    return node;
  }

  // ---- atoms ------------------------------------------------------------------------------------

  protected atom(): Expr {
    const { kind, start, end, value } = this.token;
    switch (kind) {
      case Kind.Name:
        this.pos++;
        return { kind: "Name", start, end, id: value, ctx: "Load" };
      case Kind.Number:
        return this.number();
      case Kind.String:
      case Kind.FStringStart:
        return this.strings();
      case Kind.True:
        this.pos++;
        return { kind: "Constant", start, end, value: { type: "True" } };
      case Kind.False:
        this.pos++;
        return { kind: "Constant", start, end, value: { type: "False" } };
      case Kind.None:
        this.pos++;
        return { kind: "Constant", start, end, value: { type: "None" } };
      case Kind.Ellipsis:
        this.pos++;
        return { kind: "Constant", start, end, value: { type: "Ellipsis" } };
      case Kind.LeftParen:
        return this.parenthesized();
      case Kind.LeftBracket:
        return this.listDisplay();
      case Kind.LeftBrace:
        return this.braceDisplay();
      default:
        return this.fail();
    }
  }

  /** A tuple, a generator expression, or an expression in parentheses. */
  protected parenthesized(): Expr {
    const { start } = this.advance();
    if (this.kind === Kind.RightParen) {
      return { kind: "Tuple", start, end: this.advance().end, elts: [], ctx: "Load" };
    }
    if (this.kind === Kind.Yield) {
      const value = this.yieldExpression();
      this.expect(Kind.RightParen);
      return value;
    }
    const first = this.starNamedExpression();
    if (this.kind === Kind.Comma) {
      const elts = this.elements(first, Kind.RightParen);
      return { kind: "Tuple", start, end: this.expect(Kind.RightParen).end, elts, ctx: "Load" };
    }
    if (first.kind === "Starred") this.fail();
    if (this.kind === Kind.For || this.kind === Kind.Async) {
      const generators = this.comprehensions();
      const node: GeneratorExp = {
        kind: "GeneratorExp",
        start,
        end: this.expect(Kind.RightParen).end,
        elt: first,
        generators,
      };
      return node;
    }
    this.expect(Kind.RightParen);
    return first;
  }

  /** Elements of a display from the comma after its first, up to the closing bracket, which stays. */
  protected elements(first: Expr, close: number): Expr[] {
    const elts = [first];
    while (this.accept(Kind.Comma)) {
      if (this.kind === close) break;
      elts.push(this.starNamedExpression());
    }
    return elts;
  }

  protected listDisplay(): Expr {
    const { start } = this.advance();
    let elts: Expr[] = [];
    if (this.kind !== Kind.RightBracket) {
      const first = this.starNamedExpression();
      if (this.kind === Kind.For || this.kind === Kind.Async) {
        if (first.kind === "Starred") this.fail();
        const generators = this.comprehensions();
        return { kind: "ListComp", start, end: this.expect(Kind.RightBracket).end, elt: first, generators };
      }
      elts = this.elements(first, Kind.RightBracket);
    }
    const node: List = { kind: "List", start, end: this.expect(Kind.RightBracket).end, elts, ctx: "Load" };
    return node;
  }

  /** A dict, a set, or a comprehension of either. */
  protected braceDisplay(): Expr {
    const { start } = this.advance();
    if (this.kind === Kind.RightBrace) {
      return { kind: "Dict", start, end: this.advance().end, keys: [], values: [] };
    }
    if (this.kind === Kind.DoubleStar) return this.dictDisplay(start, [], []);
    const first = this.starNamedExpression();
    if (this.kind === Kind.Colon && first.kind !== "Starred" && !this.isWalrus(first, start)) {
      this.pos++;
      const value = this.expression();
      if (this.kind === Kind.For || this.kind === Kind.Async) {
        const generators = this.comprehensions();
        return {
          kind: "DictComp",
          start,
          end: this.expect(Kind.RightBrace).end,
          key: first,
          value,
          generators,
        };
      }
      return this.dictDisplay(start, [first], [value]);
    }
    if (this.kind === Kind.For || this.kind === Kind.Async) {
      if (first.kind === "Starred") this.fail();
      const generators = this.comprehensions();
      return { kind: "SetComp", start, end: this.expect(Kind.RightBrace).end, elt: first, generators };
    }
    const elts = this.elements(first, Kind.RightBrace);
    return { kind: "Set", start, end: this.expect(Kind.RightBrace).end, elts };
  }

  /** Is this an assignment expression right after `open`, that is, without parentheses of its own? */
  protected isWalrus(node: Expr, open: number): boolean {
    return node.kind === "NamedExpr" && this.text.slice(open + 1, node.start).trim() === "";
  }

  /** Items of a dict after those that are already read. */
  protected dictDisplay(start: number, keys: (Expr | null)[], values: Expr[]): Expr {
    while (this.kind !== Kind.RightBrace) {
      if (keys.length > 0) {
        this.expect(Kind.Comma);
        if (this.kind === Kind.RightBrace) break;
      }
      if (this.accept(Kind.DoubleStar)) {
        keys.push(null);
        values.push(this.bitwiseOr());
      } else {
        keys.push(this.expression());
        this.expect(Kind.Colon);
        values.push(this.expression());
      }
    }
    return { kind: "Dict", start, end: this.expect(Kind.RightBrace).end, keys, values };
  }

  // ---- comprehensions -------------------------------------------------------------------------

  protected comprehensions(): Comprehension[] {
    const generators: Comprehension[] = [];
    while (this.kind === Kind.For || this.kind === Kind.Async) {
      const is_async = this.accept(Kind.Async);
      this.expect(Kind.For);
      const target = this.forTarget();
      const iter = this.disjunction();
      const ifs: Expr[] = [];
      while (this.accept(Kind.If)) ifs.push(this.disjunction());
      generators.push({ target, iter, ifs, is_async });
    }
    return generators;
  }

  /** What `for` assigns to, with the `in` after it. */
  protected forTarget(): Expr {
    const target = this.starTargets();
    this.expect(Kind.In);
    return target;
  }

  /** Targets separated by commas. */
  protected starTargets(): Expr {
    const { start } = this.token;
    const first = this.starTarget();
    let target = first;
    if (this.kind === Kind.Comma) target = this.tupleAfter(start, first, () => this.starTarget());
    if (!makeStore(target)) this.fail();
    return target;
  }

  /** One target, not yet marked as one. */
  protected starTarget(): Expr {
    if (this.kind === Kind.Star) {
      const { start } = this.advance();
      const value = this.primary();
      return { kind: "Starred", start, end: this.lastEnd, value, ctx: "Load" };
    }
    return this.primary();
  }

  // ---- parameters -------------------------------------------------------------------------------

  /** Parameters of a function (`annotated`) or a lambda, up to `close`, which stays. */
  protected parameters(close: number, annotated: boolean): Arguments {
    const posonlyargs: Arg[] = [];
    const args: Arg[] = [];
    const defaults: Expr[] = [];
    const kwonlyargs: Arg[] = [];
    const kw_defaults: (Expr | null)[] = [];
    let vararg: Arg | null = null;
    let kwarg: Arg | null = null;
    let sawStar = false;
    let sawSlash = false;
    while (this.kind !== close) {
      if (kwarg !== null) this.fail();
      if (this.kind === Kind.Slash) {
        if (sawSlash || sawStar || args.length === 0) this.fail();
        this.pos++;
        sawSlash = true;
        posonlyargs.push(...args.splice(0));
      } else if (this.kind === Kind.Star) {
        if (sawStar) this.fail();
        this.pos++;
        sawStar = true;
        if (this.kind === Kind.Comma) {
          // A bare star needs a name after it.
          if (this.peekKind() !== Kind.Name) {
            this.pos++;
            this.fail();
          }
        } else {
          vararg = this.parameter(annotated, true);
        }
      } else if (this.kind === Kind.DoubleStar) {
        this.pos++;
        kwarg = this.parameter(annotated, false);
      } else {
        const parameter = this.parameter(annotated, false);
        const value = this.accept(Kind.Equal) ? this.expression() : null;
        if (sawStar) {
          kwonlyargs.push(parameter);
          kw_defaults.push(value);
        } else {
          if (value === null && defaults.length > 0) this.fail();
          args.push(parameter);
          if (value !== null) defaults.push(value);
        }
      }
      if (this.kind !== close) this.expect(Kind.Comma);
    }
    return { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults };
  }

  protected parameter(annotated: boolean, starAnnotation: boolean): Arg {
    const name = this.expect(Kind.Name);
    let annotation: Expr | null = null;
    if (annotated && this.accept(Kind.Colon)) {
      if (starAnnotation && this.kind === Kind.Star) annotation = this.starred();
      else annotation = this.expression();
    }
    return { start: name.start, end: this.lastEnd, arg: name.value, annotation };
  }
}
