// Atoms and what hangs on them: displays, comprehensions, calls, subscripts, parameters.

import type { Arg, Arguments, Call, Comprehension, Expr, GeneratorExp, Keyword, List, Slice } from "./ast.ts";
import { ExpressionParser } from "./parser-expressions.ts";
import { makeStore } from "./parser-targets.ts";
import { Kind } from "./tokens.ts";

/** Reads whole expressions. */
export abstract class AtomParser extends ExpressionParser {
  // ---- calls ------------------------------------------------------------------------------------

  protected override call(func: Expr, start: number): Call {
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

  protected override slices(): Expr {
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

  protected override atom(): Expr {
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
  protected override parameters(close: number, annotated: boolean): Arguments {
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
