// Mistakes in statements: missing colons and blocks, impossible targets, broken imports, handlers and patterns.

import type {
  Alias,
  Constant,
  ExceptHandler,
  Expr,
  FormattedValue,
  Pattern,
  Stmt,
  TypeParam,
  WithItem,
} from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { LineMap } from "./lines.ts";
import { expressionName, Slot } from "./mistakes.ts";
import { ParameterMistakes } from "./mistakes-parameters.ts";
import { AUGMENTED } from "./parser-simple-statements.ts";
import { makeStore } from "./parser-targets.ts";
import { Kind } from "./tokens.ts";

/** Knows the mistakes that people make in statements. */
export class StatementMistakes extends ParameterMistakes {
  #lines: LineMap | null = null;

  #line(offset: number): number {
    this.#lines ??= new LineMap(this.text);
    return this.#lines.position(offset).line;
  }

  // ---- headers and blocks ---------------------------------------------------------------------------

  protected override suite(owner: string, header: number): Stmt[] {
    if (this.checking && this.kind === Kind.Newline) this.raiseHere("expected ':'");
    this.#missingBlock(owner, header);
    return super.suite(owner, header);
  }

  /** A colon at the end of a line, with no block under it. */
  #missingBlock(owner: string, header: number): void {
    if (!this.checking || this.kind !== Kind.Colon || this.peekKind() !== Kind.Newline) return;
    const before = this.pos;
    this.pos += 2;
    if (this.kind === Kind.Error) this.fail();
    if (this.kind !== Kind.Indent) {
      this.raiseIndentation(`expected an indented block after ${owner} on line ${this.#line(header)}`);
    }
    this.goBack(before);
  }

  protected override endsHeader(): boolean {
    return this.kind === Kind.Colon || (this.checking && this.kind === Kind.Newline);
  }

  protected override withItem(): WithItem {
    const context_expr = this.expression();
    const before = this.pos;
    if (!this.accept(Kind.As)) return { context_expr, optional_vars: null };
    const optional_vars = this.attempt(() => {
      const target = this.starTarget();
      // At the end of a line only the colon is missing.
      if (!makeStore(target) || !(this.#endsItem() || this.kind === Kind.Newline)) this.fail();
      return target;
    });
    if (optional_vars !== null) return { context_expr, optional_vars };
    const value = this.checking ? this.attempt(() => this.expression()) : null;
    if (value !== null && this.#endsItem()) this.raiseInvalidTarget(value, "assign");
    this.goBack(before);
    return { context_expr, optional_vars: null };
  }

  #endsItem(): boolean {
    return this.kind === Kind.Comma || this.kind === Kind.RightParen || this.kind === Kind.Colon;
  }

  protected override mixedHandlers(): never {
    if (!this.checking) return this.fail();
    const word = this.advance();
    const star = this.token;
    const isStar = this.accept(Kind.Star);
    if (isStar && (this.kind === Kind.Newline || this.kind === Kind.Colon)) {
      this.raiseHere("expected one or more exception types");
    }
    if (isStar || this.kind !== Kind.Colon) {
      this.expression();
      if (this.accept(Kind.As)) this.expect(Kind.Name);
    }
    this.expect(Kind.Colon);
    const message = "cannot have both 'except' and 'except*' on the same 'try'";
    return isStar ? this.raiseBetween(word, star, message) : this.raiseAt(word, message);
  }

  protected override missingHandler(): never {
    if (!this.checking || this.kind === Kind.Error) return this.fail();
    return this.raiseHere("expected 'except' or 'finally' block");
  }

  protected override exceptHandler(): ExceptHandler {
    if (!this.checking) return super.exceptHandler();
    const first = this.pos;
    this.pos++;
    const isStar = this.accept(Kind.Star);
    if (isStar && (this.kind === Kind.Newline || this.kind === Kind.Colon)) {
      this.raiseHere("expected one or more exception types");
    }
    if (!isStar && this.kind === Kind.Newline) this.raiseHere("expected ':'");
    const type = this.attempt(() => this.expression());
    if (type !== null && this.kind === Kind.Comma) {
      this.attempt(() => {
        this.pos++;
        do this.expression();
        while (this.accept(Kind.Comma) && this.startsExpression());
        if (this.accept(Kind.As)) this.expect(Kind.Name);
        const { end } = this.expect(Kind.Colon);
        this.raiseBetween(
          type,
          { start: end - 1, end: end - 1 },
          "multiple exception types must be parenthesized",
        );
      });
    }
    this.goBack(first);
    return super.exceptHandler();
  }

  // ---- simple statements ----------------------------------------------------------------------------

  protected override expressionStatement(): Stmt {
    const first = this.pos;
    const statement = this.attempt(() => super.expressionStatement());
    if (statement !== null && statement.kind !== "ExprStmt") return statement;
    const next = this.pos;
    this.goBack(first);
    if (this.checking) this.#assignmentMistakes(first);
    if (statement === null) return this.fail();
    this.pos = next;
    return statement;
  }

  protected override assignedValue(): Expr | null {
    const first = this.pos;
    const value = this.attempt(() => super.assignedValue());
    if (value === null) this.goBack(first);
    return value;
  }

  protected override typeAlias(): Stmt {
    if (this.checking) this.#assignmentMistakes(this.pos);
    return super.typeAlias();
  }

  #assignmentMistakes(first: number): void {
    const attempts = [
      () => this.#annotatedDisplay(),
      () => this.#annotatedTuple(),
      () => this.#annotatedExpression(),
      () => this.#assignedExpression(),
      () => this.#assignedYield(),
      () => this.#augmentedExpression(),
    ];
    for (const check of attempts) {
      this.attempt(check);
      this.goBack(first);
    }
  }

  /** `: annotation` */
  #annotation(): void {
    this.expect(Kind.Colon);
    this.expression();
  }

  #annotatedDisplay(): void {
    const target = this.atom();
    if (target.kind !== "List" && target.kind !== "Tuple") this.fail();
    this.#annotation();
    this.raiseAt(target, `only single target (not ${expressionName(target)}) can be annotated`);
  }

  #annotatedTuple(): void {
    const target = this.starNamedExpression();
    this.expect(Kind.Comma);
    // CPython does not insist on the commas between the others.
    while (this.startsExpression() || this.kind === Kind.Star) {
      this.starNamedExpression();
      this.accept(Kind.Comma);
    }
    this.#annotation();
    this.raiseAt(target, "only single target (not tuple) can be annotated");
  }

  #annotatedExpression(): void {
    const target = this.expression();
    this.#annotation();
    this.raiseAt(target, "illegal target for annotation");
  }

  /** Sound targets, each with its `=`. */
  #soundTargets(): void {
    for (;;) {
      const sound = this.attempt(() => {
        this.starTargets();
        return this.expect(Kind.Equal);
      });
      if (sound === null) return;
    }
  }

  #assignedExpression(): void {
    this.#soundTargets();
    const target = this.starExpressions();
    this.expect(Kind.Equal);
    this.raiseInvalidTarget(target, "assign");
  }

  #assignedYield(): void {
    this.#soundTargets();
    if (this.kind !== Kind.Yield) this.fail();
    const target = this.yieldExpression();
    this.expect(Kind.Equal);
    this.raiseAt(target, "assignment to yield expression not possible");
  }

  #augmentedExpression(): void {
    const target = this.starExpressions();
    if (AUGMENTED[this.kind] === undefined) this.fail();
    this.pos++;
    this.annotatedValue();
    const name = expressionName(target);
    this.raiseAt(target, `'${name}' is an illegal expression for augmented assignment`);
  }

  protected override del(): Stmt {
    const first = this.pos;
    const statement = this.attempt(() => super.del());
    if (statement !== null) return statement;
    this.pos = first + 1;
    const value = this.checking ? this.attempt(() => this.starExpressions()) : null;
    if (value !== null) this.raiseInvalidTarget(value, "delete");
    return this.fail();
  }

  protected override typeParameters(): TypeParam[] {
    if (this.checking && this.kind === Kind.LeftBracket && this.peekKind() === Kind.RightBracket) {
      this.pos++;
      this.raiseFrom(this.token, "Type parameter list cannot be empty");
    }
    return super.typeParameters();
  }

  // ---- imports --------------------------------------------------------------------------------------

  protected override importedModules(): Alias[] {
    if (this.checking) this.#importFromSwapped(this.pos - 1);
    this.#missingNames();
    return super.importedModules();
  }

  protected override importedNames(): Alias[] {
    this.#missingNames();
    return super.importedNames();
  }

  /** `import name from module`, as other languages have it. */
  #importFromSwapped(first: number): void {
    this.attempt(() => {
      do this.moduleName();
      while (this.accept(Kind.Comma));
      this.expect(Kind.From);
      this.moduleName();
      // Looking at what follows a dotted name is part of reading it.
      void this.kind;
      this.furthest = Math.max(this.furthest, this.pos);
      this.raiseFrom(this.tokens[first], "Did you mean to use 'from ... import ...' instead?");
    });
    this.goBack(first + 1);
  }

  #missingNames(): void {
    if (this.checking && this.kind === Kind.Newline)
      this.raiseFrom(this.token, "Expected one or more names after 'import'");
  }

  protected override trailingComma(): never {
    if (!this.checking || this.kind !== Kind.Newline) return this.fail();
    return this.raiseHere("trailing comma not allowed without surrounding parentheses");
  }

  // ---- match ---------------------------------------------------------------------------------------

  protected override matchStatement(): Stmt | null {
    const statement = super.matchStatement();
    if (statement !== null || !this.checking) return statement;
    const first = this.pos;
    this.attempt(() => {
      const { start } = this.advance();
      this.matchSubject();
      if (this.kind === Kind.Newline) this.raiseHere("expected ':'");
      this.#missingBlock("'match' statement", start);
    });
    this.goBack(first);
    return null;
  }

  protected override orPattern(): Pattern {
    return this.remembered(Slot.orPattern, () => super.orPattern());
  }

  protected override asPattern(): Pattern {
    return this.remembered(Slot.asPattern, () => this.#asPattern());
  }

  #asPattern(): Pattern {
    const first = this.pos;
    const read = this.attempt(() => super.asPattern());
    if (read !== null) return read;
    if (!this.checking) return this.fail();
    this.attempt(() => {
      this.orPattern();
      this.expect(Kind.As);
      if (this.atWord("_")) this.raiseNext("cannot use '_' as a target");
      if (this.kind === Kind.Name) this.fail();
      this.raiseAt(this.expression(), "invalid pattern target");
    });
    this.goBack(first);
    return super.asPattern();
  }

  protected override classPattern(cls: Expr): Pattern {
    const first = this.pos;
    const read = this.attempt(() => super.classPattern(cls));
    if (read !== null) return read;
    if (!this.checking) return this.fail();
    this.attempt(() => this.#positionalAfterKeyword());
    this.goBack(first);
    return super.classPattern(cls);
  }

  #positionalAfterKeyword(): void {
    this.expect(Kind.LeftParen);
    const isKeyword = (): boolean => this.kind === Kind.Name && this.peekKind() === Kind.Equal;
    let keywords = 0;
    while (this.kind !== Kind.RightParen) {
      if (isKeyword()) {
        this.pos += 2;
        this.asPattern();
        keywords++;
      } else {
        const first = this.asPattern();
        if (keywords > 0) {
          let last = first;
          for (let comma = this.pos; this.accept(Kind.Comma); comma = this.pos) {
            const more = isKeyword() ? null : this.attempt(() => this.asPattern());
            if (more === null) {
              this.goBack(comma);
              break;
            }
            last = more;
          }
          this.raiseBetween(first, last, "positional patterns follow keyword patterns");
        }
      }
      if (!this.accept(Kind.Comma)) return;
    }
  }

  // ---- f-strings ------------------------------------------------------------------------------------

  protected override field(parts: (Constant | FormattedValue)[], raw: boolean): void {
    const first = this.pos;
    const before = parts.length;
    if (this.attempt(() => this.searchInside(() => super.field(parts, raw) ?? true)) !== null) return;
    parts.length = before;
    this.pos = first + 1;
    if (this.checking) this.#fieldMistakes();
    this.fail();
  }

  #fieldMistakes(): void {
    const { kind } = this;
    const isEnd = (): boolean => this.kind === Kind.Colon || this.kind === Kind.RightBrace;
    if (kind === Kind.Equal || kind === Kind.Exclamation || isEnd()) {
      const { start, end } = this.token;
      this.raiseNext(`f-string: valid expression required before '${this.text.slice(start, end)}'`);
    }
    if (this.attempt(() => this.annotatedValue()) === null) {
      this.raiseNext("f-string: expecting a valid expression after '{'");
    }
    if (this.kind !== Kind.Equal && this.kind !== Kind.Exclamation && !isEnd()) {
      this.raiseNext("f-string: expecting '=', or '!', or ':', or '}'");
    }
    if (this.accept(Kind.Equal) && this.kind !== Kind.Exclamation && !isEnd()) {
      this.raiseNext("f-string: expecting '!', or ':', or '}'");
    }
    if (this.accept(Kind.Exclamation)) {
      if (isEnd()) this.raiseNext("f-string: missing conversion character");
      if (this.kind !== Kind.Name) this.raiseNext("f-string: invalid conversion character");
      this.pos++;
    }
    if (!isEnd()) this.raiseNext("f-string: expecting ':' or '}'");
    if (this.accept(Kind.Colon)) {
      this.fstringBody([], true);
      if (this.kind !== Kind.RightBrace) this.raiseNext("f-string: expecting '}', or format specs");
    }
  }

  /** What is said when no mistake is known: the first pass ended at this token. */
  plainFailure(firstPass: number): PySyntaxError {
    const { kind, start, end } = this.tokens[firstPass];
    if (kind === Kind.Indent || kind === Kind.Dedent) {
      const at = this.lastToken.start;
      const message = kind === Kind.Indent ? "unexpected indent" : "unexpected unindent";
      return new PySyntaxError(message, at, at, "IndentationError");
    }
    if (kind === Kind.EndMarker) {
      // CPython has no column here; its line is the last one.
      this.#lines ??= new LineMap(this.text);
      const lineStart = this.#lines.offset(this.#line(start), 0);
      return new PySyntaxError("invalid syntax", lineStart, lineStart);
    }
    return new PySyntaxError("invalid syntax", start, end);
  }
}
