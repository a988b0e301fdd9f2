// Mistakes in the parameters of functions and lambdas.

import type { Arguments } from "./ast.ts";
import { ArgumentMistakes } from "./mistakes-arguments.ts";
import { Kind, type Token } from "./tokens.ts";

/** One thing in a list of parameters, sound or not. */
interface Item {
  readonly kind: "name" | "slash" | "star" | "double star" | "group";
  readonly first: Token;
  readonly last: Token;
  /** `=` of a default. */
  readonly equal: Token | null;
  /** Is it annotated with `*types`? */
  readonly unpacked: boolean;
  /** Is it followed by a comma or by the end of the list? */
  readonly ended: boolean;
  readonly comma: boolean;
}

/** Knows the mistakes that people make in lists of parameters. */
export class ParameterMistakes extends ArgumentMistakes {
  protected override parameters(close: number, annotated: boolean): Arguments {
    const first = this.pos;
    const read = this.attempt(() => {
      const parameters = super.parameters(close, annotated);
      if (this.kind !== close) this.fail();
      return parameters;
    });
    if (read !== null) return read;
    if (this.checking) {
      this.#parameterMistakes(this.#items(close, annotated), close);
      this.goBack(first);
    }
    return super.parameters(close, annotated);
  }

  /** The list, as far as it is made of parameters at all. */
  #items(close: number, annotated: boolean): Item[] {
    const items: Item[] = [];
    while (this.kind !== close) {
      const previous = items.at(-1);
      if (previous !== undefined && !previous.ended && !this.#mayFollow(previous)) break;
      const afterStar = previous?.kind === "star" && !previous.comma;
      const item = this.attempt(() => this.#item(afterStar, close, annotated));
      if (item === null) break;
      items.push(item);
    }
    return items;
  }

  /** What can stand right after something in the list, with no comma between them? */
  #mayFollow({ kind }: Item): boolean {
    if (kind === "slash") return this.kind === Kind.Star;
    return (kind === "star" || kind === "double star") && this.kind === Kind.Name;
  }

  #item(afterStar: boolean, close: number, annotated: boolean): Item {
    const first = this.token;
    let kind: Item["kind"] = "name";
    let equal: Token | null = null;
    let unpacked = false;
    switch (first.kind) {
      case Kind.Slash:
        kind = "slash";
        this.pos++;
        break;
      case Kind.Star:
        kind = "star";
        this.pos++;
        break;
      case Kind.DoubleStar:
        kind = "double star";
        this.pos++;
        if (this.kind !== Kind.Name) this.fail();
        break;
      case Kind.LeftParen:
        kind = "group";
        this.pos++;
        do this.parameter(annotated, false);
        while (this.accept(Kind.Comma) && this.kind !== Kind.RightParen);
        this.expect(Kind.RightParen);
        break;
      case Kind.Name:
        this.pos++;
        if (annotated && this.accept(Kind.Colon)) {
          unpacked = afterStar && this.kind === Kind.Star;
          if (unpacked) this.starred();
          else this.expression();
        }
        break;
      default:
        this.fail();
    }
    const last = this.tokens[this.pos - 1];
    if (kind === "name" && this.kind === Kind.Equal) {
      equal = this.advance();
      if (this.kind === Kind.RightParen || this.kind === Kind.Comma) {
        if (!afterStar) this.raiseAt(equal, "expected default value expression");
      } else {
        this.expression();
      }
    }
    const comma = this.accept(Kind.Comma);
    return { kind, first, last, equal, unpacked, comma, ended: comma || this.kind === close };
  }

  #parameterMistakes(items: readonly Item[], close: number): void {
    const lambda = close === Kind.Colon;
    const kindAt = (index: number): string => items[index]?.kind ?? "";
    const names = (from: number): number => {
      let index = from;
      while (kindAt(index) === "name" && items[index].ended) index++;
      return index;
    };
    if (kindAt(0) === "slash" && items[0].comma) {
      this.raiseAt(items[0].first, "at least one argument must precede /");
    }
    const slash = names(0);
    const hasSlash = slash > 0 && kindAt(slash) === "slash" && items[slash].ended;
    const plain = hasSlash ? slash + 1 : 0;
    const second = names(plain);
    if (hasSlash && kindAt(second) === "slash") this.raiseAt(items[second].first, "/ may appear only once");

    this.#defaultMistakes(items, slash, hasSlash);
    const group = items.findIndex(({ kind }) => kind === "group");
    if (
      group >= 0 &&
      items.slice(0, group).every(({ kind, equal, ended }) => kind === "name" && !equal && ended)
    ) {
      const what = lambda ? "Lambda expression" : "Function";
      this.raiseBetween(items[group].first, items[group].last, `${what} parameters cannot be parenthesized`);
    }
    // `*` or `*name`, then names, then `/`.
    const star = second;
    if (kindAt(star) === "star") {
      const after = items[star].comma ? star + 1 : star + 2;
      const late = names(after);
      const bare =
        items[star].comma || (kindAt(star + 1) === "name" && items[star + 1].ended && !items[star + 1].equal);
      if (bare && kindAt(late) === "slash") this.raiseAt(items[late].first, "/ must be ahead of *");
    }
    if (slash > 0 && kindAt(slash) === "slash" && !items[slash].ended && kindAt(slash + 1) === "star") {
      this.raiseAt(items[slash + 1].first, "expected comma between / and *");
    }
    if (kindAt(star) === "star") this.#starMistakes(items, star, names, lambda);
    const double = items.findIndex(({ kind }) => kind === "double star");
    if (double >= 0) this.#doubleStarMistakes(items, double);
  }

  /** A parameter without a default after one with a default. */
  #defaultMistakes(items: readonly Item[], slash: number, hasSlash: boolean): void {
    const end = hasSlash ? slash : items.length;
    let defaults = false;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (item.kind === "slash" && index === end) {
        // What comes before the slash has its defaults in order, or the loop has ended already.
        const next = items[index + 1];
        if (defaults && next?.kind === "name" && next.equal === null && next.ended) this.#noDefault(next);
        defaults = false;
        continue;
      }
      if (item.kind !== "name" || !item.ended) return;
      if (item.equal !== null) defaults = true;
      else if (defaults) this.#noDefault(item);
    }
  }

  #noDefault({ first, last }: Item): never {
    return this.raiseBetween(first, last, "parameter without a default follows parameter with a default");
  }

  #starMistakes(
    items: readonly Item[],
    star: number,
    names: (from: number) => number,
    lambda: boolean,
  ): void {
    const { comma, ended, first } = items[star];
    const next = items[star + 1];
    const nothing = comma ? next === undefined && this.#atClose(lambda) : next === undefined && ended;
    if (nothing || (comma && next?.kind === "double star")) {
      const message = "named arguments must follow bare *";
      if (lambda) this.raiseHere(message);
      this.raiseAt(first, message);
    }
    if (!comma && next?.kind === "name" && next.equal !== null && !next.unpacked) {
      this.raiseAt(next.equal, "var-positional argument cannot have default value");
    }
    // CPython looks for a second star only after a plain annotation.
    if (!comma && next?.unpacked) return;
    const after = names(comma ? star + 1 : star + 2);
    const again = items[after];
    if (again?.kind === "star" && (again.comma || items[after + 1]?.kind === "name")) {
      this.raiseAt(again.first, "* argument may appear only once");
    }
  }

  #atClose(lambda: boolean): boolean {
    return this.kind === (lambda ? Kind.Colon : Kind.RightParen);
  }

  #doubleStarMistakes(items: readonly Item[], double: number): void {
    const name = items[double + 1];
    if (name?.kind !== "name" || items[double].comma) return;
    if (name.equal !== null) this.raiseAt(name.equal, "var-keyword argument cannot have default value");
    const next = items[double + 2];
    if (!name.comma || next === undefined || next.kind === "group") return;
    this.raiseBetween(next.first, next.last, "arguments cannot follow var-keyword argument");
  }
}
