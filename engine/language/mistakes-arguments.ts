// Mistakes in the arguments of a call.

import type { Comprehension, Expr, Keyword } from "./ast.ts";
import { ExpressionMistakes } from "./mistakes-expressions.ts";
import { Kind, type Token } from "./tokens.ts";

/** Arguments as far as they could be read. */
interface ArgumentsRead {
  readonly args: Expr[];
  readonly keywords: Keyword[];
}

/** Knows the mistakes that people make in calls. */
export class ArgumentMistakes extends ExpressionMistakes {
  protected override callArguments(args: Expr[], keywords: Keyword[], open: number): void {
    const first = this.pos;
    if (this.kind === Kind.RightParen) return;
    // A generator expression may stand alone.
    const generator =
      open < 0 ? null : this.searchInside(() => this.attempt(() => this.#loneGenerator(open)));
    if (generator !== null) {
      args.push(generator);
      return;
    }
    const read = this.searchInside(() => this.attempt(() => this.#arguments()));
    if (read !== null) {
      this.accept(Kind.Comma);
      if (this.kind === Kind.RightParen) {
        args.push(...read.args);
        keywords.push(...read.keywords);
        return;
      }
    }
    this.goBack(first);
    if (this.checking) this.#argumentMistakes(first);
    this.goBack(first);
    if (read !== null) {
      // Read as far as it goes, so that the failure is where the first pass had it.
      this.attempt(() => this.#arguments());
      this.accept(Kind.Comma);
    }
    this.fail();
  }

  #loneGenerator(open: number): Expr {
    const elt = this.#positional();
    const generators = this.forClauses();
    if (this.kind !== Kind.RightParen) this.fail();
    return { kind: "GeneratorExp", start: open, end: this.token.end, elt, generators };
  }

  /** `name := value` or an expression. */
  #positional(): Expr {
    if (this.kind === Kind.Name && this.peekKind() === Kind.ColonEqual) return this.namedExpression();
    const value = this.expression();
    if (this.kind === Kind.ColonEqual) this.fail();
    return value;
  }

  /** Positional arguments, then keyword arguments, without the comma after the last of them. */
  #arguments(): ArgumentsRead {
    const args: Expr[] = [];
    const keywords: Keyword[] = [];
    let end = this.pos;
    const another = (read: () => void): boolean => {
      const found = this.attempt(() => {
        if (args.length + keywords.length > 0) this.expect(Kind.Comma);
        read();
        return true;
      });
      if (found !== null) end = this.pos;
      return found !== null;
    };
    while (
      another(() => {
        const value = this.kind === Kind.Star ? this.starredArgument() : this.#positional();
        if (this.kind === Kind.Equal) this.fail();
        args.push(value);
      })
    );
    while (another(() => this.#keywordOrStarred(args, keywords, false)));
    while (another(() => this.#keywordOrStarred(args, keywords, true)));
    if (args.length + keywords.length === 0) this.fail();
    this.goBack(end);
    return { args, keywords };
  }

  /** `name=value`, or an unpacking with one star (or two, after which one is no longer allowed). */
  #keywordOrStarred(args: Expr[], keywords: Keyword[], double: boolean): void {
    if (this.checking) this.#keywordMistakes();
    const { start } = this.token;
    if (this.kind === Kind.Name && this.peekKind() === Kind.Equal) {
      const arg = this.advance().value;
      this.pos++;
      const value = this.expression();
      keywords.push({ start, end: this.lastEnd, arg, value });
    } else if (double) {
      this.expect(Kind.DoubleStar);
      const value = this.expression();
      keywords.push({ start, end: this.lastEnd, arg: null, value });
    } else {
      if (this.kind !== Kind.Star) this.fail();
      args.push(this.starredArgument());
    }
  }

  #keywordMistakes(): void {
    const first = this.pos;
    const name = this.token;
    const equal = this.tokens[Math.min(first + 1, this.tokens.length - 1)];
    if (equal.kind === Kind.Equal) {
      if (name.kind === Kind.True || name.kind === Kind.False || name.kind === Kind.None) {
        this.raiseBetween(name, equal, `cannot assign to ${this.text.slice(name.start, name.end)}`);
      }
      if (name.kind === Kind.Name) {
        this.pos += 2;
        this.#generatorAsValue(name, equal);
        this.goBack(first);
        return;
      }
    }
    const value = this.attempt(() => this.expression());
    if (value !== null && this.kind === Kind.Equal) {
      const message = 'expression cannot contain assignment, perhaps you meant "=="?';
      this.raiseBetween(value, this.token, message);
    }
    this.goBack(first);
    if (this.accept(Kind.DoubleStar)) {
      this.attempt(() => {
        this.expression();
        this.expect(Kind.Equal);
        const assigned = this.expression();
        this.raiseBetween(name, assigned, "cannot assign to keyword argument unpacking");
      });
    }
    this.goBack(first);
  }

  /** `f(a=x for x in y)`, from the value on. */
  #generatorAsValue(name: Token, equal: Token): void {
    const found = this.attempt(() => {
      this.expression();
      return this.forClauses();
    });
    if (found !== null) {
      this.raiseBetween(name, equal, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    }
  }

  #argumentMistakes(first: number): void {
    const again = (): ArgumentsRead | null => {
      this.goBack(first);
      return this.attempt(() => this.#arguments());
    };
    const read = again();
    // f(**a, *b)
    const comma = this.token;
    if (read !== null && read.keywords.length > 0 && this.accept(Kind.Comma)) {
      const star = this.attempt(() => {
        const value = this.starredArgument();
        if (this.kind === Kind.Equal) this.fail();
        return value;
      });
      if (star !== null) {
        while (this.attempt(() => this.expect(Kind.Comma) && this.starredArgument()) !== null);
        this.raiseFrom(comma, "iterable argument unpacking follows keyword argument unpacking");
      }
    }
    // f(x for x in y, 1)
    this.goBack(first);
    this.#generatorAmongOthers();
    // f(a=x for x in y)
    this.goBack(first);
    if (this.kind === Kind.Name && this.peekKind() === Kind.Equal) {
      const name = this.advance();
      this.#generatorAsValue(name, this.advance());
    }
    this.#missingValue(first, again);
    if (again() === null || read === null) return;
    // f(1, x for x in y)
    const clauses = this.attempt(() => this.forClauses());
    if (clauses !== null && read.args.length > 1) {
      const last = read.args[read.args.length - 1];
      this.raiseBetween(last, lastClause(clauses), "Generator expression must be parenthesized");
    }
    if (clauses !== null) return;
    again();
    this.attempt(() => {
      this.expect(Kind.Comma);
      const element = this.expression();
      const found = this.forClauses();
      this.raiseBetween(element, lastClause(found), "Generator expression must be parenthesized");
    });
    again();
    if (this.accept(Kind.Comma) && this.attempt(() => this.#arguments()) !== null) {
      const unpacked = read.keywords.some(({ arg }) => arg === null);
      const after = unpacked ? "keyword argument unpacking" : "keyword argument";
      this.raiseHere(`positional argument follows ${after}`);
    }
  }

  #generatorAmongOthers(): void {
    const element = this.attempt(() => this.expression());
    if (element === null) return;
    const clauses = this.attempt(() => this.forClauses());
    if (clauses === null || !this.accept(Kind.Comma)) return;
    // What follows may be more arguments, another generator expression, or nothing.
    const before = this.pos;
    if (this.attempt(() => this.#arguments()) === null) {
      this.attempt(() => this.expression() && this.forClauses());
      this.goBack(before);
    }
    this.raiseBetween(element, lastClause(clauses), "Generator expression must be parenthesized");
  }

  /** `f(a=)`. */
  #missingValue(first: number, again: () => ArgumentsRead | null): void {
    const check = (): void => {
      const name = this.token;
      if (name.kind !== Kind.Name || this.peekKind() !== Kind.Equal) return;
      const equal = this.tokens[this.pos + 1];
      const after = this.tokens[this.pos + 2].kind;
      if (after === Kind.Comma || after === Kind.RightParen) {
        this.raiseBetween(name, equal, "expected argument value expression");
      }
    };
    if (again() !== null && this.accept(Kind.Comma)) check();
    this.goBack(first);
    check();
  }
}

/** The end of the last condition or iterable of a comprehension. */
function lastClause(clauses: readonly Comprehension[]): Expr {
  const last = clauses[clauses.length - 1];
  return last.ifs.length > 0 ? last.ifs[last.ifs.length - 1] : last.iter;
}
