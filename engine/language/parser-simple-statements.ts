// Statements that fit on a line: assignments, imports, `return`, `del` and the like; type aliases.

import type { Alias, BinaryOperator, Expr, Stmt, TypeParam } from "./ast.ts";
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

/** Reads simple statements. */
export abstract class SimpleStatementParser extends PatternParser {
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

  // ---- type parameters ---------------------------------------------------------------------------

  /** `[T: bound = default, *Ts, **P]`, if there is one (PEP 695, PEP 696). */
  protected typeParameters(): TypeParam[] {
    if (!this.accept(Kind.LeftBracket)) return [];
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
}
