// Mistakes in expressions: forgotten commas, `=` for `==`, misplaced stars, broken displays and comprehensions.

import type { Comprehension, Expr } from "./ast.ts";
import { expressionName, invalidTarget, Slot, type TargetUse } from "./mistakes.ts";
import { RetreatingParser } from "./mistakes-operators.ts";
import { Kind, type Token } from "./tokens.ts";

const SOFT_KEYWORDS = ["_", "case", "match", "type"];
const STATEMENTS_OF_OLD = new Set(["print", "exec"]);

/** CPython takes every beginning of a soft keyword (`c`, `typ`) for the word itself when it looks for commas. */
function beginsSoftKeyword(name: string): boolean {
  return SOFT_KEYWORDS.some((word) => word.startsWith(name));
}

/** Knows the mistakes that people make in expressions. */
export class ExpressionMistakes extends RetreatingParser {
  /** Brackets open after each token. */
  #levels: Int32Array | null = null;

  protected levelAfter(index: number): number {
    if (this.#levels === null) {
      this.#levels = new Int32Array(this.tokens.length);
      let level = 0;
      this.tokens.forEach(({ kind }, at) => {
        if (kind === Kind.LeftParen || kind === Kind.LeftBracket || kind === Kind.LeftBrace) level++;
        else if (kind === Kind.RightParen || kind === Kind.RightBracket || kind === Kind.RightBrace) level--;
        (this.#levels as Int32Array)[at] = level;
      });
    }
    return this.#levels[index];
  }

  protected raiseInvalidTarget(node: Expr, use: TargetUse): void {
    const invalid = invalidTarget(node, use);
    if (invalid === null) return;
    this.raiseAt(invalid, `cannot ${use === "delete" ? "delete" : "assign to"} ${expressionName(invalid)}`);
  }

  // ---- remembered readings ---------------------------------------------------------------------

  override expression(): Expr {
    return this.remembered(Slot.expression, () => this.#expression());
  }

  #expression(): Expr {
    if (this.checking) this.#expressionMistakes();
    return this.#soundExpression();
  }

  #soundExpression(): Expr {
    if (this.kind === Kind.Lambda) return this.lambda();
    const { start } = this.token;
    const body = this.disjunction();
    if (this.kind !== Kind.If) return body;
    // Without an `else` the expression ends before the `if`.
    const conditional = this.attempt(() => {
      this.pos++;
      const test = this.disjunction();
      this.expect(Kind.Else);
      this.enter();
      const orelse = this.expression();
      this.leave();
      return { test, orelse };
    });
    return conditional === null ? body : { kind: "IfExp", start, end: this.lastEnd, body, ...conditional };
  }

  #expressionMistakes(): void {
    const first = this.pos;
    if (!this.#twoExpressions(first)) {
      this.#missingElse();
      this.goBack(first);
      if (this.kind === Kind.Lambda) this.#lambdaInField();
      this.goBack(first);
    }
    this.#statementOfOld(first);
    this.goBack(first);
  }

  #missingElse(): void {
    const body = this.attempt(() => this.disjunction());
    if (body === null || !this.accept(Kind.If)) return;
    const test = this.attempt(() => this.disjunction());
    if (test === null || this.kind === Kind.Else || this.kind === Kind.Colon) return;
    this.raiseBetween(body, test, "expected 'else' after 'if' expression");
  }

  /** Two expressions side by side; true if they are, but nothing can be said about them. */
  #twoExpressions(first: number): boolean {
    if (this.kind === Kind.Name) {
      const { kind } = this.tokens[first + 1];
      if (kind === Kind.String || beginsSoftKeyword(this.token.value)) return false;
    }
    const left = this.attempt(() => this.disjunction());
    if (left === null) return false;
    const right = this.unchecked(() => this.#soundExpression());
    const last = this.pos - 1;
    this.goBack(first);
    if (right === null) return false;
    const old = left.kind === "Name" && STATEMENTS_OF_OLD.has(left.id);
    if (old || this.levelAfter(last) === 0) return true;
    return this.raiseBetween(left, right, "invalid syntax. Perhaps you forgot a comma?");
  }

  #lambdaInField(): void {
    const start = this.advance();
    this.attempt(() => this.parameters(Kind.Colon, false));
    const colon = this.token;
    if (this.accept(Kind.Colon) && this.kind === Kind.FStringMiddle) {
      this.raiseBetween(start, colon, "f-string: lambda expressions are not allowed without parentheses");
    }
  }

  /** `print x`, as it was in Python 2. */
  #statementOfOld(first: number): void {
    if (this.kind !== Kind.Name) return;
    const name = this.advance();
    if (this.kind === Kind.LeftParen || (!this.startsExpression() && this.kind !== Kind.Star)) return;
    const value = this.attempt(() => this.searchInside(() => this.starExpressions()));
    if (value !== null && STATEMENTS_OF_OLD.has(name.value)) {
      const message = `Missing parentheses in call to '${name.value}'. Did you mean ${name.value}(...)?`;
      this.raiseBetween(this.tokens[first], value, message);
    }
  }

  // ---- assignment expressions ---------------------------------------------------------------------

  protected override namedExpression(): Expr {
    return this.remembered(Slot.named, () => {
      if (this.kind === Kind.Name && this.peekKind() === Kind.ColonEqual) return super.namedExpression();
      if (this.checking) this.#namedMistakes();
      const value = this.expression();
      if (this.kind === Kind.ColonEqual) this.fail();
      return value;
    });
  }

  #namedMistakes(): void {
    const first = this.pos;
    const target = this.attempt(() => this.expression());
    if (target !== null && this.accept(Kind.ColonEqual) && this.attempt(() => this.expression()) !== null) {
      this.raiseAt(target, `cannot use assignment expressions with ${expressionName(target)}`);
    }
    this.goBack(first);
    if (this.kind === Kind.Name && this.peekKind() === Kind.Equal) {
      const name = this.advance();
      this.pos++;
      const value = this.attempt(() => this.bitwiseOr());
      if (value !== null && !this.#assigns()) {
        this.raiseBetween(name, value, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
      }
      this.goBack(first);
    }
    this.#equalsForComparison(first);
    this.goBack(first);
  }

  #assigns(): boolean {
    return this.kind === Kind.Equal || this.kind === Kind.ColonEqual;
  }

  #equalsForComparison(first: number): void {
    const { kind, start } = this.token;
    if (kind === Kind.True || kind === Kind.False || kind === Kind.None) return;
    if (kind === Kind.LeftParen || kind === Kind.LeftBracket) {
      const display = this.attempt(() => this.atom());
      this.goBack(first);
      const kinds = ["List", "Tuple", "GeneratorExp"];
      if (display !== null && display.start === start && kinds.includes(display.kind)) return;
    }
    const left = this.attempt(() => this.bitwiseOr());
    if (left === null || !this.accept(Kind.Equal)) return;
    if (this.attempt(() => this.bitwiseOr()) === null || this.#assigns()) return;
    const name = expressionName(left);
    this.raiseAt(left, `cannot assign to ${name} here. Maybe you meant '==' instead of '='?`);
  }

  // ---- displays -------------------------------------------------------------------------------------

  protected override parenthesized(): Expr {
    const first = this.pos;
    const read = this.attempt(() => this.searchInside(() => super.parenthesized()));
    if (read !== null) return read;
    if (this.checking) {
      this.#starInGroup(first);
      this.comprehensionMistakes(first);
    }
    return this.fail();
  }

  /** `(*a)` and `(**a)`. */
  #starInGroup(first: number): void {
    this.pos = first + 1;
    const star = this.token;
    if (star.kind === Kind.Star) {
      const value = this.attempt(() => this.starredArgument());
      if (value !== null && this.kind === Kind.RightParen) {
        this.raiseAt(value, "cannot use starred expression here");
      }
    } else if (star.kind === Kind.DoubleStar) {
      this.pos++;
      if (this.attempt(() => this.expression()) !== null && this.kind === Kind.RightParen) {
        this.raiseAt(star, "cannot use double starred expression here");
      }
    }
    this.goBack(first);
  }

  protected override listDisplay(): Expr {
    const first = this.pos;
    const read = this.attempt(() => this.searchInside(() => super.listDisplay()));
    if (read !== null) return read;
    if (this.checking) this.comprehensionMistakes(first);
    return this.fail();
  }

  protected override braceDisplay(): Expr {
    const first = this.pos;
    const read = this.attempt(() => this.searchInside(() => super.braceDisplay()));
    if (read !== null) return read;
    this.#dictMistakes(first);
    if (this.checking) {
      this.#doubleStarComprehension(first);
      this.comprehensionMistakes(first);
    }
    return this.fail();
  }

  protected override comprehensionMistakes(first: number): void {
    if (!this.checking) return;
    this.pos = first + 1;
    const star = this.kind === Kind.Star ? this.attempt(() => this.starredArgument()) : null;
    if (star !== null && this.attempt(() => this.forClauses()) !== null) {
      this.raiseAt(star, "iterable unpacking cannot be used in comprehension");
    }
    this.goBack(first);
    if (this.kind === Kind.LeftParen) return;
    this.pos = first + 1;
    this.attempt(() => {
      const target = this.starNamedExpression();
      const comma = this.expect(Kind.Comma);
      let last: Expr | Token = comma;
      while (this.startsExpression() || this.kind === Kind.Star) {
        last = this.starNamedExpression();
        if (!this.accept(Kind.Comma)) break;
      }
      this.forClauses();
      this.raiseBetween(target, last, "did you forget parentheses around the comprehension target?");
    });
    this.goBack(first);
  }

  #doubleStarComprehension(first: number): void {
    this.pos = first + 1;
    this.attempt(() => {
      const star = this.expect(Kind.DoubleStar);
      this.bitwiseOr();
      this.forClauses();
      this.expect(Kind.RightBrace);
      this.raiseAt(star, "dict unpacking cannot be used in dict comprehension");
    });
    this.goBack(first);
  }

  /** One item of a dict. */
  #item(): void {
    if (this.accept(Kind.DoubleStar)) {
      this.bitwiseOr();
      return;
    }
    this.expression();
    this.expect(Kind.Colon);
    this.expression();
  }

  #dictMistakes(first: number): void {
    this.pos = first + 1;
    let items = 0;
    for (;;) {
      const item = this.pos;
      if (this.attempt(() => this.#item() ?? true) === null) {
        this.goBack(item);
        this.#itemMistakes(items > 0);
        break;
      }
      items++;
      if (!this.accept(Kind.Comma)) break;
    }
    this.goBack(first);
  }

  #itemMistakes(afterAnother: boolean): void {
    const key = this.attempt(() => this.expression());
    if (key === null) return;
    const colon = this.token;
    if (!this.accept(Kind.Colon)) {
      // CPython leaves the end of this range open, and begins it at the key's last character.
      if (afterAnother) {
        this.raiseAt({ start: key.end - 1, end: key.end - 1 }, "':' expected after dictionary key");
      }
      return;
    }
    const star = this.token;
    if (this.accept(Kind.Star) && this.attempt(() => this.bitwiseOr()) !== null) {
      this.raiseFrom(star, "cannot use a starred expression in a dictionary value");
    }
    if (star.kind === Kind.RightBrace || star.kind === Kind.Comma) {
      this.raiseAt(colon, "expression expected after dictionary key and ':'");
    }
  }

  // ---- comprehensions ------------------------------------------------------------------------------

  /** At least one `for` clause. */
  protected forClauses(): Comprehension[] {
    if (this.kind !== Kind.For && this.kind !== Kind.Async) this.fail();
    return this.comprehensions();
  }

  protected override forTarget(): Expr {
    const first = this.pos;
    const target = this.attempt(() => super.forTarget());
    if (target !== null) return target;
    if (this.checking) {
      if (this.inComprehension()) this.#missingIn(first);
      this.goBack(first);
      const value = this.attempt(() => this.starExpressions());
      if (value !== null) this.raiseInvalidTarget(value, "for");
    }
    this.goBack(first);
    return super.forTarget();
  }

  /** Does the `for` that was just read belong to a comprehension? */
  protected inComprehension(): boolean {
    return this.levelAfter(this.pos - 1) > 0;
  }

  #missingIn(first: number): void {
    if (this.attempt(() => this.bitwiseOr()) === null) return;
    for (;;) {
      const comma = this.pos;
      if (!this.accept(Kind.Comma)) break;
      if (this.attempt(() => this.bitwiseOr()) === null) {
        this.goBack(comma);
        break;
      }
    }
    this.accept(Kind.Comma);
    if (this.kind !== Kind.In) this.raiseHere("'in' expected after for-loop variables");
    this.goBack(first);
  }

  protected override sliceOrStarred(): Expr {
    return this.kind === Kind.Star ? this.starredArgument() : super.sliceOrStarred();
  }

  // ---- stars in arguments ---------------------------------------------------------------------------

  /** `*expression`, as arguments have it. */
  protected starredArgument(): Expr {
    const star = this.expect(Kind.Star);
    const value = this.attempt(() => this.expression());
    if (value === null) return this.raiseHere("Invalid star expression");
    const after = this.pos;
    if (this.checking && this.accept(Kind.Equal)) {
      const assigned = this.attempt(() => this.expression());
      if (assigned !== null) {
        this.raiseBetween(star, assigned, "cannot assign to iterable argument unpacking");
      }
      this.goBack(after);
    }
    return { kind: "Starred", start: star.start, end: this.lastEnd, value, ctx: "Load" };
  }
}
