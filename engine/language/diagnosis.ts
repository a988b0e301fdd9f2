// Which error a text gets that is not Python: the tokenizer's, a known mistake's, or "invalid syntax".

import { PySyntaxError } from "./diagnostics.ts";
import { LineMap } from "./lines.ts";
import { StatementMistakes } from "./mistakes-statements.ts";
import { GrammarFailure } from "./parser-base.ts";
import type { TokenStream } from "./tokenizer.ts";
import { Kind } from "./tokens.ts";

/**
 * After a mistake of grammar CPython reads the rest of the text, and prefers what its tokenizer finds there: a
 * broken literal, or a bracket on an earlier line that is never closed and so explains the mistake.
 * @param reached offset of the last token that was looked at
 */
export function preferTokenizer(
  error: PySyntaxError,
  stream: TokenStream,
  text: string,
  reached: number,
): PySyntaxError {
  const { failure } = stream;
  if (failure === null || error.type === "MemoryError" || error.type === "RecursionError") return error;
  if (failure.outranksGrammar) return failure.error;
  const open = failure.openBracket;
  if (open === null || failure.insideFString) return error;
  const lines = new LineMap(text);
  if (lines.position(reached).line <= lines.position(open.offset).line) return error;
  return new PySyntaxError(`'${open.char}' was never closed`, open.offset, open.offset);
}

function errorOf(
  search: StatementMistakes,
  read: (parser: StatementMistakes) => unknown,
): PySyntaxError | null {
  try {
    read(search);
  } catch (thrown) {
    if (thrown instanceof PySyntaxError) return thrown;
    // A caller that has used up most of the stack gets the plain error: the search nests deeper than the parser.
    if (!(thrown instanceof GrammarFailure || thrown instanceof RangeError)) throw thrown;
  }
  return null;
}

/**
 * Finds the error for a text that the parser gave up on.
 * @param firstPass index of the last token that the parser looked at
 * @param read what the text was read as
 */
export function diagnose(
  text: string,
  stream: TokenStream,
  firstPass: number,
  read: (parser: StatementMistakes) => unknown,
): PySyntaxError {
  const { failure, tokens } = stream;
  if (failure !== null && tokens[firstPass].kind === Kind.Error) return failure.error;
  const retreat = new StatementMistakes(text, stream, firstPass, false);
  let search = retreat;
  let error = errorOf(retreat, read);
  if (error === null) {
    search = new StatementMistakes(text, stream, tokens.indexOf(retreat.lastToken), true);
    error = errorOf(search, read);
  }
  if (failure !== null && error === failure.error) return error;
  if (error === null) {
    error = search.plainFailure(tokens.indexOf(retreat.lastToken));
    if (error.type === "IndentationError") return error;
  }
  return preferTokenizer(error, stream, text, search.lastToken.start);
}
