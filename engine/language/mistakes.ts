// What the search for a mistake stands on: where it points, what has been tried, what it calls an expression.
//
// A text that is not Python is read a second time, by a parser that also knows the usual mistakes (the classes
// `…Mistakes`, one above the other). At every point it first asks whether one of them stands here and, if so,
// throws CPython's words for it; otherwise it reads on as the first parser does. The order of these questions is
// observable, because the first answer wins; it follows the order in which CPython 3.13 answers.
//
// To ask is to read ahead and to go back, at every level of nesting, so each reading is remembered by where it
// began: otherwise the second pass would take time exponential in the depth of brackets.

import type { Expr } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { GrammarFailure } from "./parser-base.ts";
import { StatementParser } from "./parser-statements.ts";
import type { TokenStream } from "./tokenizer.ts";
import { Kind, type Token } from "./tokens.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

interface Reading {
  /** `null` if there is none of this kind here. */
  readonly node: object | null;
  /** Index of the token after it. */
  readonly next: number;
}

/** Readings that are remembered, each in a slot of its own. */
export const Slot = {
  expression: 0,
  disjunction: 1,
  bitwiseOr: 2,
  primary: 3,
  atom: 4,
  named: 5,
  asPattern: 6,
  orPattern: 7,
};
const SLOTS = 8;

/** Brackets around a mistake beyond which only "invalid syntax" is said: the search nests deeper than the parser. */
const MAX_SEARCH_DEPTH = 60;

/** The parser of the second pass, without any mistake yet. */
export class MistakeFinder extends StatementParser {
  protected readonly stream: TokenStream;
  /**
   * Are mistakes looked for? CPython knows a few without looking (they are part of its first pass): broken dict
   * items, a lone star among arguments, bounds of type parameters. Those are raised either way.
   */
  protected checking: boolean;
  /** Last token that the first pass looked at. */
  readonly #firstPass: number;
  readonly #readings = new Map<number, Reading>();
  #searchDepth = 0;

  constructor(text: string, stream: TokenStream, firstPass: number, checking: boolean) {
    super(text, stream.tokens);
    this.checking = checking;
    this.stream = stream;
    this.#firstPass = firstPass;
  }

  /** The last token that either pass looked at. */
  get lastToken(): Token {
    return this.tokens[Math.max(this.#firstPass, this.furthestToken)];
  }

  /** Text that the tokenizer cannot read ends the search as soon as it is looked at: its error comes first. */
  protected override get kind(): number {
    const { kind } = this.tokens[this.pos];
    if (kind === Kind.Error && this.stream.failure !== null) throw this.stream.failure.error;
    return kind;
  }

  // ---- saying it --------------------------------------------------------------------------------

  protected raiseAt(place: Place, message: string): never {
    throw new PySyntaxError(message, place.start, place.end);
  }

  protected raiseBetween(first: Place, last: Place, message: string): never {
    throw new PySyntaxError(message, first.start, last.end);
  }

  /** Points at the last token that was looked at, however far that is. */
  protected raiseHere(message: string): never {
    const { start, end } = this.lastToken;
    throw new PySyntaxError(message, start, end);
  }

  /** From a place up to the last character before the end of what was looked at. */
  protected raiseFrom(place: Place, message: string): never {
    throw new PySyntaxError(message, place.start, Math.max(place.start, this.lastToken.end - 1));
  }

  protected raiseNext(message: string): never {
    void this.kind;
    this.raiseAt(this.token, message);
  }

  protected raiseIndentation(message: string): never {
    const { kind, start, end } = this.lastToken;
    const open = kind === Kind.Indent || kind === Kind.Dedent || kind === Kind.EndMarker;
    throw new PySyntaxError(message, start, open ? start : end, "IndentationError");
  }

  protected override require(kind: number, spelling: string): Token {
    if (this.checking && this.kind !== kind) this.raiseNext(`expected '${spelling}'`);
    return super.require(kind, spelling);
  }

  // ---- reading ahead ------------------------------------------------------------------------------

  protected override fail(): never {
    // Looking at the token may end the search.
    void this.kind;
    return super.fail();
  }

  /** Reads ahead, and goes back whatever was found. */
  protected ahead<T>(read: () => T): T | null {
    const start = this.pos;
    const found = this.attempt(read);
    this.goBack(start);
    return found;
  }

  /** Reads something in which no mistakes are looked for. */
  protected unchecked<T>(read: () => T): T | null {
    const before = this.checking;
    this.checking = false;
    try {
      return this.attempt(read);
    } finally {
      this.checking = before;
    }
  }

  /** Reads an expression or a pattern once for each place that it can begin at. */
  protected remembered<T extends object>(slot: number, read: () => T): T {
    const start = this.pos;
    // What binds operators together is remembered across both ways of reading, as CPython remembers it.
    const own = slot >= Slot.atom && !this.checking;
    const key = (start * 2 + (own ? 1 : 0)) * SLOTS + slot;
    const known = this.#readings.get(key);
    if (known !== undefined) {
      if (known.node === null) this.fail();
      this.pos = known.next;
      return known.node as T;
    }
    try {
      const node = read();
      this.#readings.set(key, { node, next: this.pos });
      return node;
    } catch (failure) {
      if (failure instanceof GrammarFailure) this.#readings.set(key, { node: null, next: start });
      throw failure;
    }
  }

  /** Counts brackets; nested too deeply, nothing more is looked for. */
  protected searchInside<T>(read: () => T): T {
    if (this.#searchDepth >= MAX_SEARCH_DEPTH) this.fail();
    this.#searchDepth++;
    try {
      return read();
    } finally {
      this.#searchDepth--;
    }
  }
}

/** What an expression is called in "cannot assign to …". */
export function expressionName(node: Expr): string {
  switch (node.kind) {
    case "Attribute":
      return "attribute";
    case "Subscript":
      return "subscript";
    case "Starred":
      return "starred";
    case "Name":
      return "name";
    case "List":
      return "list";
    case "Tuple":
      return "tuple";
    case "Lambda":
      return "lambda";
    case "Call":
      return "function call";
    case "BoolOp":
    case "BinOp":
    case "UnaryOp":
      return "expression";
    case "GeneratorExp":
      return "generator expression";
    case "Yield":
    case "YieldFrom":
      return "yield expression";
    case "Await":
      return "await expression";
    case "ListComp":
      return "list comprehension";
    case "SetComp":
      return "set comprehension";
    case "DictComp":
      return "dict comprehension";
    case "Dict":
      return "dict literal";
    case "Set":
      return "set display";
    case "JoinedStr":
    case "FormattedValue":
      return "f-string expression";
    case "Compare":
      return "comparison";
    case "IfExp":
      return "conditional expression";
    case "NamedExpr":
      return "named expression";
    case "Slice":
      return "slice";
    case "Constant":
      switch (node.value.type) {
        case "None":
        case "True":
        case "False":
          return node.value.type;
        case "Ellipsis":
          return "ellipsis";
        default:
          return "literal";
      }
  }
}

/** What assigns: `=`, `for`, `del`. */
export type TargetUse = "assign" | "for" | "delete";

/** The innermost part of an expression that cannot be a target, or `null` if all of it can. */
export function invalidTarget(node: Expr, use: TargetUse): Expr | null {
  switch (node.kind) {
    case "Name":
    case "Attribute":
    case "Subscript":
      return null;
    case "List":
    case "Tuple":
      for (const element of node.elts) {
        const found = invalidTarget(element, use);
        if (found !== null) return found;
      }
      return null;
    case "Starred":
      return use === "delete" ? node : invalidTarget(node.value, use);
    case "Compare":
      // `for x in y` reads as a comparison when its target is looked at as an expression.
      if (use !== "for") return node;
      return node.ops[0] === "In" ? invalidTarget(node.left, use) : null;
    default:
      return node;
  }
}
