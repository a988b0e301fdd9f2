// Source text to tokens, in one scan.
//
// Python's tokenizer is a machine with three memories. The *indentation stack* turns leading white space into
// INDENT and DEDENT (twice: tabs counted to 8 and to 1, so that a block whose meaning depends on the width of a
// tab is refused). The *bracket stack* makes line breaks inside brackets mean nothing and remembers what to name
// when a bracket is never closed. The *f-string stack* (PEP 701) switches between literal text, where only
// braces, quotes and backslashes count, and ordinary code inside `{…}`, which may hold f-strings again.
//
// The scan never throws: what cannot be read becomes a last token of kind `Error`, and the stream says why. The
// parser decides whether it ever gets that far, because an earlier mistake of grammar is reported first.

import { normalize } from "../unicode/normalize.ts";
import {
  codePointName,
  continuesName,
  firstBadCharacter,
  isDigit,
  isPrintable,
  startsName,
} from "./characters.ts";
import { PySyntaxError, type SyntaxErrorType } from "./diagnostics.ts";
import { LineMap } from "./lines.ts";
import { scanNumber } from "./number-scanner.ts";
import { KEYWORDS, Kind, OPERATORS, type Token } from "./tokens.ts";

/** An open bracket. */
export interface OpenBracket {
  readonly char: string;
  readonly offset: number;
}

/** Why a stream ends with an `Error` token. */
export interface TokenFailure {
  readonly error: PySyntaxError;
  /** True if the error outranks a mistake of grammar found before it (CPython reads on to look for these). */
  readonly outranksGrammar: boolean;
  /** True if a literal or bracket inside an f-string is at fault: CPython never looks that far ahead. */
  readonly insideFString: boolean;
  /** The innermost bracket that was open when the scan ended. */
  readonly openBracket: OpenBracket | null;
}

/** The tokens of a text; the last one is `EndMarker`, or `Error` with `failure` set. */
export interface TokenStream {
  readonly tokens: Token[];
  readonly failure: TokenFailure | null;
}

/** Limits of CPython's tokenizer. */
const MAX_BRACKETS = 200;
const MAX_INDENTATION = 100;
const MAX_FSTRINGS = 150;
const MAX_FSTRING_NESTING = 3;

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** One f-string that is being read. */
interface FStringMode {
  readonly quote: number;
  readonly quoteSize: number;
  readonly raw: boolean;
  readonly start: number;
  /** True between braces. */
  inCode: boolean;
  inFormatSpec: boolean;
  /** Brackets of any kind open inside this f-string. */
  depth: number;
  /** Value of `depth` inside the innermost replacement field, before its own brace; -1 outside of any. */
  fieldDepth: number;
}

/** Ends the scan; caught in `tokenize`. */
class ScanStopped {
  readonly error: PySyntaxError;
  readonly outranksGrammar: boolean;
  readonly insideFString: boolean;
  constructor(error: PySyntaxError, outranksGrammar: boolean, insideFString: boolean) {
    this.error = error;
    this.outranksGrammar = outranksGrammar;
    this.insideFString = insideFString;
  }
}

class Tokenizer {
  readonly tokens: Token[] = [];
  readonly brackets: OpenBracket[] = [];
  readonly #text: string;
  #pos = 0;
  #indents: number[] = [0];
  #altIndents: number[] = [0];
  #fstrings: FStringMode[] = [];
  #lines: LineMap | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    this.#indentation();
    for (;;) {
      const mode = this.#fstrings.at(-1);
      if (mode !== undefined && !mode.inCode) this.#fstringText(mode);
      else if (!this.#code(mode)) return;
    }
  }

  #push(kind: number, start: number, end: number, value = ""): void {
    this.tokens.push({ kind, start, end, value });
  }

  #line(offset: number): number {
    this.#lines ??= new LineMap(this.#text);
    return this.#lines.position(offset).line;
  }

  /** Stops with an error that marks the character before `cursor`, as CPython's tokenizer does. */
  #stop(message: string, cursor: number): never {
    throw this.#stopped(new PySyntaxError(message, cursor - 1, cursor - 1));
  }

  /** CPython does not look for errors inside f-strings once it has found another. */
  #stopped(error: PySyntaxError): ScanStopped {
    const inside = this.#fstrings.length > 0;
    return new ScanStopped(error, !inside, inside);
  }

  /** Stops with an error that an earlier mistake of grammar outranks. */
  #stopQuietly(message: string, offset: number, type: SyntaxErrorType = "SyntaxError"): never {
    throw new ScanStopped(new PySyntaxError(message, offset, offset, type), false, this.#fstrings.length > 0);
  }

  /** Length of the line break at `index`: 0, 1 or 2. */
  #lineBreak(index: number): number {
    const code = this.#text.charCodeAt(index);
    if (code === 10) return 1;
    if (code !== 13) return 0;
    return this.#text.charCodeAt(index + 1) === 10 ? 2 : 1;
  }

  /** Offset of the line break that ends the text, written or implied. */
  #lastLineBreak(): number {
    const length = this.#text.length;
    if (length === 0) return 0;
    if (this.#text.endsWith("\r\n")) return length - 2;
    return this.#lineBreak(length - 1) > 0 ? length - 1 : length;
  }

  /** Skips a backslash and its line break; `index` stands on the backslash. */
  #continuation(index: number): number {
    const size = this.#lineBreak(index + 1);
    if (size === 0 && index + 1 < this.#text.length) {
      this.#stopQuietly("unexpected character after line continuation character", index + 1);
    }
    const next = index + 1 + size;
    if (next < this.#text.length) return next;
    if (this.brackets.length > 0) this.#neverClosed();
    return this.#stopQuietly("unexpected EOF while parsing", this.#lastLineBreak());
  }

  /** At the start of a line: skips lines without code, then compares the line's indentation with the stack. */
  #indentation(): void {
    const text = this.#text;
    let index = this.#pos;
    for (;;) {
      const lineStart = index;
      let column = 0;
      let altColumn = 0;
      let continued = 0;
      let wasContinued = false;
      for (;;) {
        const code = text.charCodeAt(index);
        if (code === 32) {
          column++;
          altColumn++;
        } else if (code === 9) {
          column = (Math.floor(column / 8) + 1) * 8;
          altColumn++;
        } else if (code === 12) {
          column = altColumn = 0;
        } else if (code === 92) {
          continued ||= column;
          wasContinued = true;
          index = this.#continuation(index) - 1;
        } else {
          break;
        }
        index++;
      }
      if (text.charCodeAt(index) === 35) index = this.#commentEnd(index);
      const size = this.#lineBreak(index);
      if (size > 0) {
        index += size;
        continue;
      }
      if (index >= text.length) {
        this.#pos = text.length;
        this.#dedentAll();
        return;
      }
      this.#pos = index;
      if (wasContinued && continued > 0) column = altColumn = continued;
      this.#indentTo(column, altColumn, lineStart);
      return;
    }
  }

  #indentTo(column: number, altColumn: number, lineStart: number): void {
    const indents = this.#indents;
    const altIndents = this.#altIndents;
    const top = indents.length - 1;
    const inconsistent = (): never =>
      this.#stopQuietly("inconsistent use of tabs and spaces in indentation", lineStart, "TabError");
    if (column === indents[top]) {
      if (altColumn !== altIndents[top]) inconsistent();
      return;
    }
    // Where CPython points: at the last character it read.
    const mark = Math.max(this.#pos - 1, lineStart);
    if (column > indents[top]) {
      if (indents.length >= MAX_INDENTATION) {
        this.#stopQuietly("too many levels of indentation", lineStart, "IndentationError");
      }
      if (altColumn <= altIndents[top]) inconsistent();
      indents.push(column);
      altIndents.push(altColumn);
      this.#push(Kind.Indent, mark, mark);
      return;
    }
    let levels = 0;
    while (column < indents[indents.length - 1]) {
      indents.pop();
      altIndents.pop();
      levels++;
    }
    if (column !== indents[indents.length - 1]) {
      let end = this.#pos;
      while (end < this.#text.length && this.#lineBreak(end) === 0) end++;
      this.#stopQuietly("unindent does not match any outer indentation level", end, "IndentationError");
    }
    if (altColumn !== altIndents[altIndents.length - 1]) inconsistent();
    for (; levels > 0; levels--) this.#push(Kind.Dedent, mark, mark);
  }

  #dedentAll(): void {
    const mark = this.#lastLineBreak();
    for (let level = this.#indents.length - 1; level > 0; level--) this.#push(Kind.Dedent, mark, mark);
  }

  #commentEnd(index: number): number {
    const text = this.#text;
    while (index < text.length) {
      const code = text.charCodeAt(index);
      if (code === 10 || code === 13) break;
      index++;
    }
    return index;
  }

  /** Reads one token of ordinary code; false at the end of the text. */
  #code(mode: FStringMode | undefined): boolean {
    const text = this.#text;
    let index = this.#pos;
    let code = text.charCodeAt(index);
    // A line break after a comment is one token with the comment.
    let comment = -1;
    for (;;) {
      if (code === 32 || code === 9 || code === 12) {
        index++;
      } else if (code === 35) {
        comment = index;
        index = this.#commentEnd(index);
      } else if (code === 92) {
        index = this.#continuation(index);
      } else {
        break;
      }
      code = text.charCodeAt(index);
    }

    if (index >= text.length) return this.#endOfText(comment < 0 ? index : comment);
    const lineBreak = code === 10 ? 1 : code === 13 ? this.#lineBreak(index) : 0;
    if (lineBreak > 0) {
      this.#pos = index + lineBreak;
      if (this.brackets.length === 0) {
        this.#push(Kind.Newline, comment < 0 ? index : comment, index + lineBreak);
        this.#indentation();
      }
      return true;
    }
    if (startsName(code)) {
      this.#name(index);
      return true;
    }
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(index + 1)))) {
      const end = scanNumber(text, index);
      if (typeof end !== "number") {
        throw this.#stopped(new PySyntaxError(end.message, end.start, end.end));
      }
      this.#push(Kind.Number, index, end);
      this.#pos = end;
      return true;
    }
    if (code === 34 || code === 39) {
      this.#string(index, index);
      return true;
    }
    this.#operator(index, code, mode);
    return true;
  }

  #neverClosed(): never {
    const open = this.brackets[this.brackets.length - 1];
    return this.#stopQuietly(`'${open.char}' was never closed`, open.offset);
  }

  #endOfText(start: number): boolean {
    const mark = this.#lastLineBreak();
    if (this.brackets.length > 0) this.#neverClosed();
    const last = this.tokens.length > 0 ? this.tokens[this.tokens.length - 1].kind : Kind.Newline;
    if (last !== Kind.Newline && last !== Kind.Dedent) {
      this.#push(Kind.Newline, start, this.#text.length + 1);
      this.#dedentAll();
    }
    this.#push(Kind.EndMarker, mark, mark);
    return false;
  }

  #name(start: number): void {
    const text = this.#text;
    let index = start;
    let code = text.charCodeAt(start);
    let ascii = true;
    // A prefix of a string is a name until its quote comes.
    let bytes = false;
    let raw = false;
    let unicode = false;
    let format = false;
    for (let prefix = true; continuesName(code); ) {
      if (code >= 128) ascii = false;
      if (prefix) {
        const letter = code | 32;
        if (letter === 98 && !bytes && !unicode && !format) bytes = true;
        else if (letter === 117 && !bytes && !unicode && !raw && !format) unicode = true;
        else if (letter === 114 && !raw && !unicode) raw = true;
        else if (letter === 102 && !format && !bytes && !unicode) format = true;
        else prefix = false;
      }
      code = text.charCodeAt(++index);
      if (prefix && (code === 34 || code === 39)) {
        if (format) this.#fstringStart(start, index, raw);
        else this.#string(start, index);
        return;
      }
    }
    let value = text.slice(start, index);
    this.#pos = index;
    if (ascii) {
      this.#push(KEYWORDS.get(value) ?? Kind.Name, start, index, value);
      return;
    }
    const bad = firstBadCharacter(value);
    if (bad >= 0) {
      const char = String.fromCodePoint(value.codePointAt(bad) as number);
      const message = isPrintable(char)
        ? `invalid character '${char}' (${codePointName(char)})`
        : `invalid non-printable character ${codePointName(char)}`;
      this.#stop(message, start + bad + 1);
    }
    value = normalize(value, "NFKC");
    this.#push(Kind.Name, start, index, value);
  }

  /** A string without fields; `quoteAt` is the offset of its opening quote. */
  #string(start: number, quoteAt: number): void {
    const text = this.#text;
    const quote = text.charCodeAt(quoteAt);
    const triple = text.charCodeAt(quoteAt + 1) === quote && text.charCodeAt(quoteAt + 2) === quote;
    let escapedQuote = false;
    let index = quoteAt + (triple ? 3 : 1);
    for (;;) {
      const code = text.charCodeAt(index);
      if (index >= text.length || (!triple && (code === 10 || code === 13))) {
        this.#unterminated(start, quote, triple ? 3 : 1, index, escapedQuote);
      }
      if (code === 92) {
        if (text.charCodeAt(index + 1) === quote) escapedQuote = true;
        index += 1 + Math.max(1, this.#lineBreak(index + 1));
        continue;
      }
      index++;
      if (code !== quote) continue;
      if (!triple) break;
      if (text.charCodeAt(index) === quote && text.charCodeAt(index + 1) === quote) {
        index += 2;
        break;
      }
    }
    this.#push(Kind.String, start, index);
    this.#pos = index;
  }

  #unterminated(
    start: number,
    quote: number,
    quoteSize: number,
    stoppedAt: number,
    escapedQuote: boolean,
  ): never {
    const mode = this.#fstrings.at(-1);
    if (mode !== undefined && mode.quote === quote && mode.quoteSize === quoteSize) {
      this.#stop("f-string: expecting '}'", start + 1);
    }
    const line = this.#line(Math.min(stoppedAt, this.#lastLineBreak()));
    if (quoteSize === 3) {
      this.#stop(`unterminated triple-quoted string literal (detected at line ${line})`, start + 1);
    }
    const hint = escapedQuote ? "; perhaps you escaped the end quote?" : "";
    this.#stop(`unterminated string literal (detected at line ${line})${hint}`, start + 1);
  }

  #fstringStart(start: number, quoteAt: number, raw: boolean): void {
    const text = this.#text;
    const quote = text.charCodeAt(quoteAt);
    const quoteSize =
      text.charCodeAt(quoteAt + 1) === quote && text.charCodeAt(quoteAt + 2) === quote ? 3 : 1;
    this.#pos = quoteAt + quoteSize;
    if (this.#fstrings.length + 1 >= MAX_FSTRINGS) this.#stop("too many nested f-strings", this.#pos);
    this.#push(Kind.FStringStart, start, this.#pos, text.slice(start, quoteAt));
    this.#fstrings.push({
      quote,
      quoteSize,
      raw,
      start,
      inCode: false,
      inFormatSpec: false,
      depth: 0,
      fieldDepth: -1,
    });
  }

  #quotesAt(index: number, mode: FStringMode): boolean {
    for (let size = 0; size < mode.quoteSize; size++) {
      if (this.#text.charCodeAt(index + size) !== mode.quote) return false;
    }
    return true;
  }

  /** From literal text into a field; the brace itself is read as code. */
  #enterField(mode: FStringMode, brace: number): void {
    mode.fieldDepth++;
    if (mode.fieldDepth >= MAX_FSTRING_NESTING) {
      this.#stop("f-string: expressions nested too deeply", brace);
    }
    mode.inCode = true;
  }

  /** Reads literal text of an f-string up to a brace or the closing quotes. */
  #fstringText(mode: FStringMode): void {
    const text = this.#text;
    const start = this.#pos;
    if (text.charCodeAt(start) === 123 && text.charCodeAt(start + 1) !== 123) {
      this.#enterField(mode, start);
      return;
    }
    if (this.#quotesAt(start, mode)) {
      this.#pos = start + mode.quoteSize;
      this.#push(Kind.FStringEnd, start, this.#pos);
      this.#fstrings.pop();
      return;
    }
    const inSpec = mode.inFormatSpec && mode.fieldDepth >= 0;
    let named = false;
    let index = start;
    for (;;) {
      const code = text.charCodeAt(index);
      const lineBreak = this.#lineBreak(index);
      if (index >= text.length || (mode.quoteSize === 1 && lineBreak > 0)) {
        // A line break ends a format spec, also the one that ends every text.
        if (inSpec && mode.quoteSize === 1) {
          mode.inCode = true;
          mode.inFormatSpec = false;
          break;
        }
        const line = this.#line(Math.min(index, this.#lastLineBreak()));
        const what = mode.quoteSize === 3 ? "triple-quoted f-string" : "f-string";
        this.#stop(`unterminated ${what} literal (detected at line ${line})`, mode.start + 1);
      }
      if (code === mode.quote && this.#quotesAt(index, mode)) break;
      if (code === 123) {
        if (text.charCodeAt(index + 1) === 123 && !inSpec) {
          this.#push(Kind.FStringMiddle, start, index + 2, text.slice(start, index + 1));
          this.#pos = index + 2;
          return;
        }
        this.#enterField(mode, index);
        break;
      }
      if (code === 125) {
        if (named) {
          index++;
          named = false;
          continue;
        }
        if (text.charCodeAt(index + 1) === 125 && !inSpec && mode.depth === 0) {
          this.#push(Kind.FStringMiddle, start, index + 2, text.slice(start, index + 1));
          this.#pos = index + 2;
          return;
        }
        mode.inCode = true;
        break;
      }
      if (code === 92) {
        const next = text.charCodeAt(index + 1);
        if (next === 123 || next === 125) {
          index++;
        } else if (!mode.raw && next === 78 && text.charCodeAt(index + 2) === 123) {
          named = true;
          index += 3;
        } else {
          index += 1 + Math.max(1, this.#lineBreak(index + 1));
        }
        continue;
      }
      index++;
    }
    this.#push(Kind.FStringMiddle, start, index, text.slice(start, index));
    this.#pos = index;
  }

  #operator(index: number, code: number, mode: FStringMode | undefined): void {
    const text = this.#text;
    // The colon of a field's format spec, and not of a slice, a lambda or `:=` inside it.
    if (mode !== undefined && code === 58 && mode.depth - 1 === mode.fieldDepth) {
      mode.inCode = false;
      mode.inFormatSpec = true;
      this.#push(Kind.Colon, index, index + 1);
      this.#pos = index + 1;
      return;
    }
    const candidates = OPERATORS[code];
    if (candidates === undefined) {
      const char = text[index];
      if (!isPrintable(char)) this.#stop(`invalid non-printable character ${codePointName(char)}`, index + 1);
      this.#push(Kind.Unknown, index, index + 1);
      this.#pos = index + 1;
      return;
    }
    let kind = 0;
    let end = index + 1;
    for (const [spelling, candidate] of candidates) {
      if (spelling.length > 1 && !text.startsWith(spelling, index)) continue;
      kind = candidate;
      end = index + spelling.length;
      break;
    }
    if (code === 40 || code === 91 || code === 123) {
      if (this.brackets.length >= MAX_BRACKETS) this.#stop("too many nested parentheses", index + 1);
      this.brackets.push({ char: text[index], offset: index });
      if (mode !== undefined) mode.depth++;
    } else if (code === 41 || code === 93 || code === 125) {
      this.#close(index, mode);
    }
    this.#push(kind, index, end);
    this.#pos = end;
  }

  #close(index: number, mode: FStringMode | undefined): void {
    const char = this.#text[index];
    if (mode !== undefined && mode.depth === 0 && char === "}") {
      this.#stop("f-string: single '}' is not allowed", index + 1);
    }
    const open = this.brackets.pop();
    if (open === undefined) this.#stop(`unmatched '${char}'`, index + 1);
    if (CLOSING[open.char] !== char) {
      if (mode !== undefined && open.char === "{" && mode.depth - 1 === mode.fieldDepth) {
        this.#stop(`f-string: unmatched '${char}'`, index + 1);
      }
      const line = this.#line(open.offset);
      const where = line === this.#line(index) ? "" : ` on line ${line}`;
      this.#stop(
        `closing parenthesis '${char}' does not match opening parenthesis '${open.char}'${where}`,
        index + 1,
      );
    }
    if (mode === undefined) return;
    mode.depth--;
    if (char === "}" && mode.depth === mode.fieldDepth) {
      mode.fieldDepth--;
      mode.inCode = false;
      mode.inFormatSpec = false;
    }
  }
}

/** Splits a text into tokens; linear in its length, never throws. */
export function tokenize(text: string): TokenStream {
  const tokenizer = new Tokenizer(text);
  try {
    tokenizer.run();
  } catch (stopped) {
    if (!(stopped instanceof ScanStopped)) throw stopped;
    const { error, outranksGrammar, insideFString } = stopped;
    tokenizer.tokens.push({ kind: Kind.Error, start: error.start, end: error.end, value: "" });
    return {
      tokens: tokenizer.tokens,
      failure: { error, outranksGrammar, insideFString, openBracket: tokenizer.brackets.at(-1) ?? null },
    };
  }
  return { tokens: tokenizer.tokens, failure: null };
}
