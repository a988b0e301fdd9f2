// Statements, and the module that they make up.

import type {
  Alias,
  BinaryOperator,
  ExceptHandler,
  Expr,
  FunctionDef,
  Keyword,
  MatchCase,
  Module,
  Stmt,
  TypeParam,
  WithItem,
} from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { PatternParser } from "./parser-patterns.ts";
import { isSingleTarget, makeDel, makeStore } from "./parser-targets.ts";
import { Kind } from "./tokens.ts";

/** Operators of augmented assignment by token kind. */
export const AUGMENTED: BinaryOperator[] = [];
for (const [kind, name] of [
  [Kind.PlusEqual, "Add"],
  [Kind.MinusEqual, "Sub"],
  [Kind.StarEqual, "Mult"],
  [Kind.SlashEqual, "Div"],
  [Kind.DoubleSlashEqual, "FloorDiv"],
  [Kind.PercentEqual, "Mod"],
  [Kind.AtEqual, "MatMult"],
  [Kind.AmpersandEqual, "BitAnd"],
  [Kind.BarEqual, "BitOr"],
  [Kind.CaretEqual, "BitXor"],
  [Kind.RightShiftEqual, "RShift"],
  [Kind.LeftShiftEqual, "LShift"],
  [Kind.DoubleStarEqual, "Pow"],
] as const) {
  AUGMENTED[kind] = name;
}

/** Reads statements. */
export class StatementParser extends PatternParser {
  module(): Module {
    const body: Stmt[] = [];
    while (this.kind !== Kind.EndMarker) this.statement(body);
    return { kind: "Module", body };
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

  // ---- simple statements ------------------------------------------------------------------------

  protected simpleStatement(): Stmt {
    const { kind, start, end } = this.token;
    switch (kind) {
      case Kind.Return: {
        this.pos++;
        const value = this.startsExpression() || this.kind === Kind.Star ? this.starExpressions() : null;
        return { kind: "Return", start, end: this.lastEnd, value };
      }
      case Kind.Import:
        return this.importNames();
      case Kind.From:
        return this.importFrom();
      case Kind.Raise:
        return this.raise();
      case Kind.Pass:
        this.pos++;
        return { kind: "Pass", start, end };
      case Kind.Break:
        this.pos++;
        return { kind: "Break", start, end };
      case Kind.Continue:
        this.pos++;
        return { kind: "Continue", start, end };
      case Kind.Del:
        return this.del();
      case Kind.Assert: {
        this.pos++;
        const test = this.expression();
        const msg = this.accept(Kind.Comma) ? this.expression() : null;
        return { kind: "Assert", start, end: this.lastEnd, test, msg };
      }
      case Kind.Global:
      case Kind.Nonlocal: {
        this.pos++;
        const names = [this.expect(Kind.Name).value];
        while (this.accept(Kind.Comma)) names.push(this.expect(Kind.Name).value);
        return { kind: kind === Kind.Global ? "Global" : "Nonlocal", start, end: this.lastEnd, names };
      }
      case Kind.Name:
        if (this.token.value === "type" && this.peekKind() === Kind.Name) return this.typeAlias();
        return this.expressionStatement();
      default:
        return this.expressionStatement();
    }
  }

  /** An expression on its own, or any form of assignment. */
  protected expressionStatement(): Stmt {
    const { start } = this.token;
    let value = this.annotatedValue();
    if (this.kind === Kind.Newline || this.kind === Kind.Semicolon) {
      return { kind: "ExprStmt", start, end: this.lastEnd, value };
    }
    if (this.kind === Kind.Equal) {
      const targets: Expr[] = [];
      while (this.accept(Kind.Equal)) {
        if (!makeStore(value)) this.fail();
        targets.push(value);
        value = this.annotatedValue();
      }
      return { kind: "Assign", start, end: this.lastEnd, targets, value };
    }
    const op = AUGMENTED[this.kind];
    if (op !== undefined && isSingleTarget(value)) {
      this.pos++;
      makeStore(value);
      const operand = this.annotatedValue();
      return { kind: "AugAssign", start, end: this.lastEnd, target: value, op, value: operand };
    }
    if (this.kind === Kind.Colon && isSingleTarget(value)) {
      this.pos++;
      makeStore(value);
      const annotation = this.expression();
      const assigned = this.assignedValue();
      const simple = value.kind === "Name" && value.start === start;
      return {
        kind: "AnnAssign",
        start,
        end: this.lastEnd,
        target: value,
        annotation,
        value: assigned,
        simple,
      };
    }
    return { kind: "ExprStmt", start, end: this.lastEnd, value };
  }

  /** The value after an annotation, if there is one. */
  protected assignedValue(): Expr | null {
    return this.accept(Kind.Equal) ? this.annotatedValue() : null;
  }

  protected typeAlias(): Stmt {
    const { start } = this.advance();
    const name = this.nameTarget();
    const type_params = this.typeParameters();
    this.expect(Kind.Equal);
    const value = this.expression();
    return { kind: "TypeAlias", start, end: this.lastEnd, name, type_params, value };
  }

  protected raise(): Stmt {
    const { start } = this.advance();
    const exc = this.startsExpression() ? this.expression() : null;
    const cause = exc !== null && this.accept(Kind.From) ? this.expression() : null;
    return { kind: "Raise", start, end: this.lastEnd, exc, cause };
  }

  protected del(): Stmt {
    const { start } = this.advance();
    const targets = [this.primary()];
    while (this.accept(Kind.Comma)) {
      if (this.kind === Kind.Newline || this.kind === Kind.Semicolon) break;
      targets.push(this.primary());
    }
    for (const target of targets) if (!makeDel(target)) this.fail();
    if (this.kind !== Kind.Newline && this.kind !== Kind.Semicolon) this.fail();
    return { kind: "Delete", start, end: this.lastEnd, targets };
  }

  // ---- imports ----------------------------------------------------------------------------------

  protected importNames(): Stmt {
    const { start } = this.advance();
    const names = this.importedModules();
    return { kind: "Import", start, end: this.lastEnd, names };
  }

  protected importedModules(): Alias[] {
    const names: Alias[] = [];
    do names.push(this.alias(true));
    while (this.accept(Kind.Comma));
    return names;
  }

  protected alias(dotted: boolean): Alias {
    const { start } = this.token;
    const name = dotted ? this.moduleName() : this.expect(Kind.Name).value;
    const asname = this.accept(Kind.As) ? this.expect(Kind.Name).value : null;
    return { start, end: this.lastEnd, name, asname };
  }

  protected moduleName(): string {
    let name = this.expect(Kind.Name).value;
    while (this.accept(Kind.Dot)) name += `.${this.expect(Kind.Name).value}`;
    return name;
  }

  protected importFrom(): Stmt {
    const { start } = this.advance();
    let level = 0;
    for (;;) {
      if (this.accept(Kind.Dot)) level++;
      else if (this.accept(Kind.Ellipsis)) level += 3;
      else break;
    }
    const module = level === 0 || this.kind === Kind.Name ? this.moduleName() : null;
    this.expect(Kind.Import);
    const names = this.importedNames();
    return { kind: "ImportFrom", start, end: this.lastEnd, module, names, level };
  }

  /** What stands after `from … import`. */
  protected importedNames(): Alias[] {
    const names: Alias[] = [];
    if (this.kind === Kind.Star) {
      const star = this.advance();
      names.push({ start: star.start, end: star.end, name: "*", asname: null });
    } else if (this.accept(Kind.LeftParen)) {
      do names.push(this.alias(false));
      while (this.accept(Kind.Comma) && this.kind !== Kind.RightParen);
      this.expect(Kind.RightParen);
    } else {
      names.push(this.alias(false));
      while (this.accept(Kind.Comma)) {
        if (this.kind !== Kind.Name) this.trailingComma();
        names.push(this.alias(false));
      }
    }
    return names;
  }

  /** A comma after the last name, without parentheses. */
  protected trailingComma(): never {
    return this.fail();
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

  /** `[T: bound = default, *Ts, **P]`, if there is one (PEP 695, PEP 696). */
  protected typeParameters(): TypeParam[] {
    if (!this.accept(Kind.LeftBracket)) return [];
    if (this.kind === Kind.RightBracket)
      this.refuseTypeParameters(this.pos, "Type parameter list cannot be empty");
    const parameters: TypeParam[] = [];
    do parameters.push(this.typeParameter());
    while (this.accept(Kind.Comma) && this.kind !== Kind.RightBracket);
    this.expect(Kind.RightBracket);
    return parameters;
  }

  /** From a token up to the last character before the end of what was looked at. */
  protected refuseTypeParameters(from: number, message: string): never {
    const { start } = this.tokens[from];
    const { end } = this.tokens[this.furthestToken];
    throw new PySyntaxError(message, start, Math.max(start, end - 1));
  }

  protected typeParameter(): TypeParam {
    const { start } = this.token;
    const kind = this.accept(Kind.Star)
      ? "TypeVarTuple"
      : this.accept(Kind.DoubleStar)
        ? "ParamSpec"
        : "TypeVar";
    const name = this.expect(Kind.Name).value;
    const colon = this.pos;
    const bound = this.accept(Kind.Colon) ? this.expression() : null;
    if (bound !== null && kind !== "TypeVar") {
      const what = bound.kind === "Tuple" ? "constraints" : "bound";
      this.refuseTypeParameters(colon, `cannot use ${what} with ${kind}`);
    }
    let default_value: Expr | null = null;
    if (this.accept(Kind.Equal)) {
      default_value = kind === "TypeVarTuple" ? this.starExpression() : this.expression();
    }
    return { kind, start, end: this.lastEnd, name, bound, default_value };
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
