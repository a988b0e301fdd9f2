// Compound statements, and the module that statements make up.

import type {
  ExceptHandler,
  Expr,
  ExpressionInput,
  FunctionDef,
  Keyword,
  MatchCase,
  Module,
  Stmt,
  WithItem,
} from "./ast.ts";
import { SimpleStatementParser } from "./parser-simple-statements.ts";
import { makeStore } from "./parser-targets.ts";
import { Kind } from "./tokens.ts";

/** Reads whole programs. */
export class StatementParser extends SimpleStatementParser {
  module(): Module {
    const body: Stmt[] = [];
    while (this.kind !== Kind.EndMarker) this.statement(body);
    return { kind: "Module", body };
  }

  /** One expression or a tuple of them, and nothing else. */
  expressionInput(): ExpressionInput {
    const { start } = this.token;
    const first = this.expression();
    const body = this.kind === Kind.Comma ? this.tupleAfter(start, first, () => this.expression()) : first;
    while (this.accept(Kind.Newline));
    this.expect(Kind.EndMarker);
    return { kind: "Expression", body };
  }

  /** Reads one compound statement, or a line of simple ones, into `out`. */
  protected statement(out: Stmt[]): void {
    const compound = this.compoundStatement();
    if (compound !== null) out.push(compound);
    else this.simpleStatements(out);
  }

  protected compoundStatement(): Stmt | null {
    switch (this.kind) {
      case Kind.If:
        return this.ifStatement();
      case Kind.For:
        return this.forStatement(this.token.start, false);
      case Kind.While:
        return this.whileStatement();
      case Kind.Try:
        return this.tryStatement();
      case Kind.With:
        return this.withStatement(this.token.start, false);
      case Kind.Def:
        return this.functionDef(this.token.start, false, []);
      case Kind.Class:
        return this.classDef([]);
      case Kind.At:
        return this.decorated();
      case Kind.Async:
        return this.asyncStatement();
      case Kind.Name:
        return this.token.value === "match" ? this.matchStatement() : null;
      default:
        return null;
    }
  }

  /**
   * The colon that ends a header, and the block after it.
   * @param _owner what the block belongs to, as CPython's errors name it
   * @param _header offset of the word that begins the header
   */
  protected suite(_owner: string, _header: number): Stmt[] {
    this.expect(Kind.Colon);
    return this.block();
  }

  /** Like `suite`, after a header that nothing but a colon can end. */
  protected certainSuite(owner: string, header: number): Stmt[] {
    if (this.kind !== Kind.Colon) this.require(Kind.Colon, ":");
    return this.suite(owner, header);
  }

  /** An indented block, or simple statements on the same line. */
  protected block(): Stmt[] {
    const body: Stmt[] = [];
    if (!this.accept(Kind.Newline)) {
      this.simpleStatements(body);
      return body;
    }
    this.expect(Kind.Indent);
    do this.statement(body);
    while (this.kind !== Kind.Dedent && this.kind !== Kind.EndMarker);
    this.expect(Kind.Dedent);
    return body;
  }

  protected simpleStatements(out: Stmt[]): void {
    for (;;) {
      out.push(this.simpleStatement());
      if (this.accept(Kind.Newline)) return;
      this.expect(Kind.Semicolon);
      if (this.accept(Kind.Newline)) return;
    }
  }

  // ---- if, for, while --------------------------------------------------------------------------

  protected ifStatement(): Stmt {
    // A chain of `elif` is as many nested statements; it is read in a loop and nested afterwards.
    const arms: { start: number; test: Expr; body: Stmt[] }[] = [];
    do {
      this.checkChain(arms.length);
      const { start, kind } = this.advance();
      const test = this.namedExpression();
      const body = this.suite(kind === Kind.If ? "'if' statement" : "'elif' statement", start);
      arms.push({ start, test, body });
    } while (this.kind === Kind.Elif);
    let orelse = this.elseBlock();
    const end = this.blockEnd();
    for (let index = arms.length - 1; index > 0; index--)
      orelse = [{ kind: "If", end, ...arms[index], orelse }];
    return { kind: "If", end, ...arms[0], orelse };
  }

  protected elseBlock(): Stmt[] {
    if (this.kind !== Kind.Else) return [];
    const { start } = this.advance();
    return this.certainSuite("'else' statement", start);
  }

  /** End of the last token that is neither a line break nor a change of indentation. */
  protected blockEnd(): number {
    let index = this.pos - 1;
    while (index >= 0) {
      const { kind } = this.tokens[index];
      if (kind !== Kind.Newline && kind !== Kind.Dedent && kind !== Kind.Indent) break;
      index--;
    }
    return this.tokens[index].end;
  }

  protected forStatement(start: number, isAsync: boolean): Stmt {
    const header = this.advance().start;
    const target = this.forTarget();
    const iter = this.starExpressions();
    const body = this.suite("'for' statement", header);
    const orelse = this.elseBlock();
    return { kind: isAsync ? "AsyncFor" : "For", start, end: this.blockEnd(), target, iter, body, orelse };
  }

  protected whileStatement(): Stmt {
    const { start } = this.advance();
    const test = this.namedExpression();
    const body = this.suite("'while' statement", start);
    const orelse = this.elseBlock();
    return { kind: "While", start, end: this.blockEnd(), test, body, orelse };
  }

  // ---- with, try ---------------------------------------------------------------------------------

  protected withStatement(start: number, isAsync: boolean): Stmt {
    const header = this.advance().start;
    const bracketed = this.kind === Kind.LeftParen ? this.attempt(() => this.parenthesizedItems()) : null;
    const items = bracketed ?? this.withItems();
    const body = this.suite("'with' statement", header);
    return { kind: isAsync ? "AsyncWith" : "With", start, end: this.blockEnd(), items, body };
  }

  /** Items in parentheses, if a colon follows: without it they were one expression. */
  protected parenthesizedItems(): WithItem[] {
    this.pos++;
    const items: WithItem[] = [];
    do items.push(this.withItem());
    while (this.accept(Kind.Comma) && this.kind !== Kind.RightParen);
    this.expect(Kind.RightParen);
    if (!this.endsHeader()) this.fail();
    return items;
  }

  /** Can a header end here? */
  protected endsHeader(): boolean {
    return this.kind === Kind.Colon;
  }

  protected withItems(): WithItem[] {
    const items: WithItem[] = [];
    do items.push(this.withItem());
    while (this.accept(Kind.Comma));
    return items;
  }

  protected withItem(): WithItem {
    const context_expr = this.expression();
    if (!this.accept(Kind.As)) return { context_expr, optional_vars: null };
    const optional_vars = this.starTarget();
    if (!makeStore(optional_vars)) this.fail();
    return { context_expr, optional_vars };
  }

  protected tryStatement(): Stmt {
    const { start } = this.advance();
    const body = this.certainSuite("'try' statement", start);
    const handlers: ExceptHandler[] = [];
    let isStar = false;
    while (this.kind === Kind.Except) {
      const star = this.peekKind() === Kind.Star;
      if (handlers.length > 0 && star !== isStar) this.mixedHandlers();
      isStar = star;
      handlers.push(this.exceptHandler());
    }
    const orelse = handlers.length > 0 ? this.elseBlock() : [];
    let finalbody: Stmt[] = [];
    if (this.kind === Kind.Finally) {
      const header = this.advance().start;
      finalbody = this.certainSuite("'finally' statement", header);
    } else if (handlers.length === 0) {
      this.missingHandler();
    }
    return {
      kind: isStar ? "TryStar" : "Try",
      start,
      end: this.blockEnd(),
      body,
      handlers,
      orelse,
      finalbody,
    };
  }

  /** `except*` after `except`, or the other way round. */
  protected mixedHandlers(): never {
    this.fail();
  }

  /** `try` without `except` and `finally`. */
  protected missingHandler(): never {
    this.fail();
  }

  protected exceptHandler(): ExceptHandler {
    const { start } = this.advance();
    const isStar = this.accept(Kind.Star);
    let type: Expr | null = null;
    let name: string | null = null;
    if (isStar || this.kind !== Kind.Colon) {
      type = this.expression();
      if (this.accept(Kind.As)) name = this.expect(Kind.Name).value;
    }
    const body = this.suite(isStar ? "'except*' statement" : "'except' statement", start);
    return { kind: "ExceptHandler", start, end: this.blockEnd(), type, name, body };
  }

  // ---- functions and classes -----------------------------------------------------------------------

  protected asyncStatement(): Stmt {
    const { start } = this.advance();
    switch (this.kind) {
      case Kind.Def:
        return this.functionDef(start, true, []);
      case Kind.For:
        return this.forStatement(start, true);
      case Kind.With:
        return this.withStatement(start, true);
      default:
        return this.fail();
    }
  }

  protected decorated(): Stmt {
    const decorators: Expr[] = [];
    while (this.accept(Kind.At)) {
      decorators.push(this.namedExpression());
      this.expect(Kind.Newline);
    }
    const { start } = this.token;
    if (this.kind === Kind.Class) return this.classDef(decorators);
    const isAsync = this.accept(Kind.Async);
    if (this.kind !== Kind.Def) this.fail();
    return this.functionDef(start, isAsync, decorators);
  }

  protected functionDef(start: number, isAsync: boolean, decorator_list: Expr[]): Stmt {
    const header = this.advance().start;
    const name = this.expect(Kind.Name).value;
    const type_params =
      this.kind === Kind.LeftBracket ? (this.attempt(() => this.typeParameters()) ?? []) : [];
    this.require(Kind.LeftParen, "(");
    const args = this.parameters(Kind.RightParen, true);
    this.expect(Kind.RightParen);
    const returns = this.kind === Kind.Arrow ? this.attempt(() => this.returnAnnotation()) : null;
    const body = this.certainSuite("function definition", header);
    const parts = { start, end: this.blockEnd(), name, args, body, decorator_list, returns, type_params };
    if (isAsync) return { kind: "AsyncFunctionDef", ...parts };
    const node: FunctionDef = { kind: "FunctionDef", ...parts };
    return node;
  }

  protected returnAnnotation(): Expr {
    this.expect(Kind.Arrow);
    return this.expression();
  }

  protected classDef(decorator_list: Expr[]): Stmt {
    const { start } = this.advance();
    const name = this.expect(Kind.Name).value;
    const type_params = this.typeParameters();
    const bases: Expr[] = [];
    const keywords: Keyword[] = [];
    if (this.kind === Kind.LeftParen) {
      this.pos++;
      this.callArguments(bases, keywords, -1);
      this.expect(Kind.RightParen);
    }
    const body = this.suite("class definition", start);
    return {
      kind: "ClassDef",
      start,
      end: this.blockEnd(),
      name,
      bases,
      keywords,
      body,
      decorator_list,
      type_params,
    };
  }

  // ---- match -----------------------------------------------------------------------------------

  /** A `match` statement, or `null` where `match` is an ordinary name. */
  protected matchStatement(): Stmt | null {
    const { start } = this.token;
    const before = this.pos;
    const subject = this.attempt(() => {
      this.pos++;
      const value = this.matchSubject();
      this.expect(Kind.Colon);
      this.expect(Kind.Newline);
      this.expect(Kind.Indent);
      if (!this.atWord("case")) this.fail();
      return value;
    });
    if (subject === null) {
      this.goBack(before);
      return null;
    }
    const cases: MatchCase[] = [];
    do cases.push(this.matchCase());
    while (this.atWord("case"));
    this.expect(Kind.Dedent);
    return { kind: "Match", start, end: this.blockEnd(), subject, cases };
  }

  protected matchSubject(): Expr {
    const { start } = this.token;
    if (this.kind !== Kind.Star) {
      const value = this.namedExpression();
      return this.kind === Kind.Comma
        ? this.tupleAfter(start, value, () => this.starNamedExpression())
        : value;
    }
    const first = this.starred();
    if (this.kind !== Kind.Comma) this.fail();
    return this.tupleAfter(start, first, () => this.starNamedExpression());
  }

  protected matchCase(): MatchCase {
    const header = this.advance().start;
    const pattern = this.patterns();
    const guard = this.accept(Kind.If) ? this.namedExpression() : null;
    return { pattern, guard, body: this.suite("'case' statement", header) };
  }
}
