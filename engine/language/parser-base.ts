// What every part of the parser stands on: the cursor over the tokens, failure, depth.

import { PySyntaxError } from "./diagnostics.ts";
import { Kind, type Token } from "./tokens.ts";

/** Thrown where the text leaves the grammar; says nothing, since `diagnosis.ts` finds the words for it. */
export class GrammarFailure extends Error {
  override readonly name = "GrammarFailure";
}

const FAILURE = new GrammarFailure("the text is not Python");

/** Deepest nesting of expressions that need no brackets (brackets have the tokenizer's limit of 200). */
const MAX_NESTING = 500;

/** Longest chain of `elif`, unary operators and the like, which become a tree as deep as the chain is long. */
const MAX_CHAIN = 2000;

/** Longest chain of left-associative operators, calls and attributes; CPython's compiler gives up as well. */
const MAX_LEFT_CHAIN = 10_000;

/** A cursor over the tokens of one text. */
export class TokenCursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Index of the next token. */
  protected pos = 0;
  /** Index of the last token that was looked at before the parser went back. */
  protected furthest = 0;
  #depth = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  /** Index of the last token that the parser looked at: the one that does not fit, after a failure. */
  get furthestToken(): number {
    return Math.max(this.furthest, this.pos);
  }

  protected get kind(): number {
    return this.tokens[this.pos].kind;
  }

  protected get token(): Token {
    return this.tokens[this.pos];
  }

  /** Kind of the token after the next. */
  protected peekKind(): number {
    return this.pos + 1 < this.tokens.length ? this.tokens[this.pos + 1].kind : Kind.EndMarker;
  }

  /** End of the last token taken. */
  protected get lastEnd(): number {
    return this.tokens[this.pos - 1].end;
  }

  protected advance(): Token {
    return this.tokens[this.pos++];
  }

  protected accept(kind: number): boolean {
    if (this.tokens[this.pos].kind !== kind) return false;
    this.pos++;
    return true;
  }

  protected expect(kind: number): Token {
    const token = this.tokens[this.pos];
    if (token.kind !== kind) this.fail();
    this.pos++;
    return token;
  }

  /** A token that nothing else can stand for; the second pass says what it expected. */
  protected require(kind: number, _spelling: string): Token {
    return this.expect(kind);
  }

  /** Is the next token this soft keyword? */
  protected atWord(word: string): boolean {
    const token = this.tokens[this.pos];
    return token.kind === Kind.Name && token.value === word;
  }

  protected fail(): never {
    throw FAILURE;
  }

  /** Tries a reading; goes back to where it began if the text does not fit it. */
  protected attempt<T>(read: () => T): T | null {
    const start = this.pos;
    const depth = this.#depth;
    try {
      return read();
    } catch (failure) {
      if (failure !== FAILURE) throw failure;
      this.goBack(start);
      this.#depth = depth;
      return null;
    }
  }

  /** Goes back to an earlier token, remembering how far the parser has looked. */
  protected goBack(pos: number): void {
    if (this.pos > this.furthest) this.furthest = this.pos;
    this.pos = pos;
  }

  /** Counts a level of nesting; `leave` ends it. */
  protected enter(): void {
    if (++this.#depth > MAX_NESTING) this.tooComplex();
  }

  protected leave(): void {
    this.#depth--;
  }

  /** Checks the length of a chain that nests to the right. */
  protected checkChain(length: number): void {
    if (length > MAX_CHAIN) this.tooComplex();
  }

  /** Checks the length of a chain that nests to the left. */
  protected checkLeftChain(length: number): void {
    if (length <= MAX_LEFT_CHAIN) return;
    const { start, end } = this.token;
    throw new PySyntaxError(
      "maximum recursion depth exceeded during compilation",
      start,
      end,
      "RecursionError",
    );
  }

  protected tooComplex(): never {
    throw this.overflow();
  }

  /** CPython's error for a text that nests too deeply. */
  overflow(): PySyntaxError {
    const { start, end } = this.token;
    const message = "Parser stack overflowed - Python source too complex to parse";
    return new PySyntaxError(message, start, end, "MemoryError");
  }
}
