// From text to tree: the door of this folder.

import type { ExpressionInput, Module } from "./ast.ts";
import { diagnose, preferTokenizer } from "./diagnosis.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { GrammarFailure } from "./parser-base.ts";
import { StatementParser } from "./parser-statements.ts";
import { tokenize } from "./tokenizer.ts";

/**
 * Parses a module as CPython 3.13 does.
 * @param text Python source; offsets in the tree and in errors are UTF-16 offsets into it
 * @throws PySyntaxError with CPython's type, text and range
 */
export function parseModule(text: string): Module {
  return parse(text, (parser) => parser.module());
}

/**
 * Parses one expression, as CPython's `eval` mode does: blank lines may follow it, and nothing else.
 * @throws PySyntaxError as {@link parseModule}
 */
export function parseExpression(text: string): ExpressionInput {
  return parse(text, (parser) => parser.expressionInput());
}

function parse<T>(text: string, read: (parser: StatementParser) => T): T {
  const nul = text.indexOf("\0");
  if (nul >= 0) throw new PySyntaxError("source code string cannot contain null bytes", nul, nul + 1);
  if (!text.isWellFormed()) {
    const at = text.search(/\p{Cs}/u);
    const code = text.charCodeAt(at).toString(16);
    const place = Array.from(text.slice(0, at)).length;
    throw new PySyntaxError(
      `'utf-8' codec can't encode character '\\u${code}' in position ${place}: surrogates not allowed`,
      at,
      at + 1,
    );
  }
  const stream = tokenize(text);
  const parser = new StatementParser(text, stream.tokens);
  try {
    return read(parser);
  } catch (thrown) {
    if (thrown instanceof GrammarFailure) throw diagnose(text, stream, parser.furthestToken, read);
    // The bounds on nesting suffice for a stack of 984 KB; a caller may have left less.
    if (thrown instanceof RangeError) throw parser.overflow();
    if (!(thrown instanceof PySyntaxError)) throw thrown;
    throw preferTokenizer(thrown, stream, text, stream.tokens[parser.furthestToken].start);
  }
}
