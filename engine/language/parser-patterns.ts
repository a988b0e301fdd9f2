// Patterns of `match` (PEP 634).

import type { Constant, Expr, Pattern } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { AtomParser } from "./parser-atoms.ts";
import { Kind } from "./tokens.ts";

/** Reads patterns. */
export abstract class PatternParser extends AtomParser {
  /** What stands after `case`: one pattern, or a sequence without brackets. */
  protected patterns(): Pattern {
    const { start } = this.token;
    const first = this.maybeStarPattern();
    if (this.kind !== Kind.Comma) {
      if (first.kind === "MatchStar") this.fail();
      return first;
    }
    const patterns = [first];
    while (this.accept(Kind.Comma)) {
      if (this.kind === Kind.Colon || this.kind === Kind.If || this.kind === Kind.Newline) break;
      patterns.push(this.maybeStarPattern());
    }
    return { kind: "MatchSequence", start, end: this.lastEnd, patterns };
  }

  protected maybeStarPattern(): Pattern {
    if (this.kind !== Kind.Star) return this.asPattern();
    const { start } = this.advance();
    const { end, value } = this.expect(Kind.Name);
    return { kind: "MatchStar", start, end, name: value === "_" ? null : value };
  }

  /** A pattern, perhaps with `as name`. */
  protected asPattern(): Pattern {
    const { start } = this.token;
    const pattern = this.orPattern();
    if (!this.accept(Kind.As)) return pattern;
    const name = this.captureName();
    return { kind: "MatchAs", start, end: this.lastEnd, pattern, name };
  }

  /** A name that a pattern may bind: neither `_` nor the beginning of a dotted name, a call or a keyword. */
  protected captureName(): string {
    const { value } = this.token;
    if (this.kind !== Kind.Name || value === "_") this.fail();
    this.pos++;
    if (this.kind === Kind.Dot || this.kind === Kind.LeftParen || this.kind === Kind.Equal) this.fail();
    return value;
  }

  protected orPattern(): Pattern {
    const { start } = this.token;
    const first = this.closedPattern();
    if (this.kind !== Kind.Bar) return first;
    const patterns = [first];
    while (this.accept(Kind.Bar)) patterns.push(this.closedPattern());
    return { kind: "MatchOr", start, end: this.lastEnd, patterns };
  }

  protected closedPattern(): Pattern {
    const { kind, start, end, value } = this.token;
    switch (kind) {
      case Kind.None:
      case Kind.True:
      case Kind.False: {
        this.pos++;
        const singleton = kind === Kind.None ? "None" : kind === Kind.True ? "True" : "False";
        return { kind: "MatchSingleton", start, end, value: singleton };
      }
      case Kind.Number:
      case Kind.Minus:
      case Kind.String:
      case Kind.FStringStart: {
        const literal = this.literalPattern();
        return { kind: "MatchValue", start, end: literal.end, value: literal };
      }
      case Kind.LeftParen:
      case Kind.LeftBracket:
        return this.groupOrSequence();
      case Kind.LeftBrace:
        return this.mappingPattern();
      case Kind.Name:
        break;
      default:
        this.fail();
    }
    const next = this.peekKind();
    // `_` is never the beginning of a dotted name or a class.
    if (value === "_" || (next !== Kind.Dot && next !== Kind.LeftParen)) {
      this.pos++;
      return { kind: "MatchAs", start, end, pattern: null, name: value === "_" ? null : value };
    }
    const name = this.dottedName();
    if (this.kind === Kind.LeftParen) return this.classPattern(name);
    return { kind: "MatchValue", start, end: name.end, value: name };
  }

  protected dottedName(): Expr {
    const first = this.expect(Kind.Name);
    let node: Expr = { kind: "Name", start: first.start, end: first.end, id: first.value, ctx: "Load" };
    for (let length = 0; this.accept(Kind.Dot); length++) {
      this.checkLeftChain(length);
      const { end, value } = this.expect(Kind.Name);
      node = { kind: "Attribute", start: first.start, end, value: node, attr: value, ctx: "Load" };
    }
    return node;
  }

  /** A string, a number with or without sign, or a complex number written as a sum. */
  protected literalPattern(): Expr {
    if (this.kind === Kind.String || this.kind === Kind.FStringStart) return this.strings();
    const { start } = this.token;
    const real = this.signedNumber();
    const op = this.kind === Kind.Plus ? "Add" : this.kind === Kind.Minus ? "Sub" : null;
    if (op === null) return real;
    this.pos++;
    if (this.kind !== Kind.Number) this.fail();
    if (isImaginary(real)) {
      const { start: at, end } = real;
      throw new PySyntaxError("real number required in complex literal", at, end);
    }
    const right = this.number();
    if (!isImaginary(right)) {
      throw new PySyntaxError("imaginary number required in complex literal", right.start, right.end);
    }
    return { kind: "BinOp", start, end: right.end, left: real, op, right };
  }

  protected signedNumber(): Expr {
    const { start } = this.token;
    const negative = this.accept(Kind.Minus);
    if (this.kind !== Kind.Number) this.fail();
    const operand: Constant = this.number();
    return negative ? { kind: "UnaryOp", start, end: operand.end, op: "USub", operand } : operand;
  }

  /** `(…)` or `[…]`: a sequence, or a pattern in parentheses. */
  protected groupOrSequence(): Pattern {
    const { kind, start } = this.advance();
    const close = kind === Kind.LeftParen ? Kind.RightParen : Kind.RightBracket;
    const patterns: Pattern[] = [];
    let comma = false;
    while (this.kind !== close) {
      patterns.push(this.maybeStarPattern());
      if (!this.accept(Kind.Comma)) break;
      comma = true;
    }
    const isGroup = kind === Kind.LeftParen && patterns.length === 1 && !comma;
    if (isGroup && patterns[0].kind === "MatchStar") this.fail();
    const { end } = this.expect(close);
    if (isGroup) return patterns[0];
    return { kind: "MatchSequence", start, end, patterns };
  }

  protected mappingPattern(): Pattern {
    const { start } = this.advance();
    const keys: Expr[] = [];
    const patterns: Pattern[] = [];
    let rest: string | null = null;
    while (this.kind !== Kind.RightBrace) {
      if (rest !== null) this.fail();
      if (this.accept(Kind.DoubleStar)) {
        rest = this.captureName();
      } else {
        keys.push(this.mappingKey());
        this.expect(Kind.Colon);
        patterns.push(this.asPattern());
      }
      if (!this.accept(Kind.Comma)) break;
    }
    const { end } = this.expect(Kind.RightBrace);
    return { kind: "MatchMapping", start, end, keys, patterns, rest };
  }

  protected mappingKey(): Expr {
    const { kind, start, end } = this.token;
    switch (kind) {
      case Kind.None:
      case Kind.True:
      case Kind.False:
        this.pos++;
        return {
          kind: "Constant",
          start,
          end,
          value: { type: kind === Kind.None ? "None" : kind === Kind.True ? "True" : "False" },
        };
      case Kind.Name: {
        const name = this.dottedName();
        if (name.kind === "Name") this.fail();
        return name;
      }
      case Kind.Number:
      case Kind.Minus:
      case Kind.String:
      case Kind.FStringStart:
        return this.literalPattern();
      default:
        return this.fail();
    }
  }

  protected classPattern(cls: Expr): Pattern {
    this.expect(Kind.LeftParen);
    const patterns: Pattern[] = [];
    const kwd_attrs: string[] = [];
    const kwd_patterns: Pattern[] = [];
    while (this.kind !== Kind.RightParen) {
      if (this.kind === Kind.Name && this.peekKind() === Kind.Equal) {
        kwd_attrs.push(this.advance().value);
        this.pos++;
        kwd_patterns.push(this.asPattern());
      } else {
        if (kwd_attrs.length > 0) this.fail();
        patterns.push(this.asPattern());
      }
      if (!this.accept(Kind.Comma)) break;
    }
    const { end } = this.expect(Kind.RightParen);
    return { kind: "MatchClass", start: cls.start, end, cls, patterns, kwd_attrs, kwd_patterns };
  }
}

function isImaginary(node: Expr): boolean {
  const literal = node.kind === "UnaryOp" ? node.operand : node;
  return literal.kind === "Constant" && literal.value.type === "complex";
}
