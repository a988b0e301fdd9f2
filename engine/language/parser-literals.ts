// Numbers, strings and f-strings to nodes.

import type { Constant, Expr, FormattedValue, JoinedStr } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { numberValue, tooManyDigits } from "./number-literal.ts";
import { TokenCursor } from "./parser-base.ts";
import { decodeBytes, decodeText, EscapeError, literalParts, unifyLineBreaks } from "./string-literal.ts";
import { Kind, type Token } from "./tokens.ts";

type Part = Constant | FormattedValue;

function textConstant(value: string, start: number, end: number, unicode = false): Constant {
  const constant: Constant = { kind: "Constant", start, end, value: { type: "str", value } };
  return unicode ? { ...constant, unicode } : constant;
}

/** Reads literals; the expressions inside f-strings come from the class above. */
export abstract class LiteralParser extends TokenCursor {
  /** `yield` or a tuple of possibly starred expressions. */
  protected abstract annotatedValue(): Expr;

  protected number(): Constant {
    const { start, end } = this.advance();
    const literal = this.text.slice(start, end);
    const problem = tooManyDigits(literal);
    if (problem !== null) throw new PySyntaxError(problem, start, end);
    return { kind: "Constant", start, end, value: numberValue(literal) };
  }

  /** One or more adjacent literals. */
  protected strings(): Constant | JoinedStr {
    const first = this.token;
    if (first.kind === Kind.String) {
      const next = this.peekKind();
      if (next !== Kind.String && next !== Kind.FStringStart) return this.plainString();
    }
    const parts: Part[] = [];
    const chunks: Uint8Array[] = [];
    let literals = 0;
    let isFormatted = false;
    for (;;) {
      if (this.kind === Kind.String) {
        const literal = this.plainString();
        if (literal.value.type === "bytes") chunks.push(literal.value.value);
        else parts.push(literal);
        literals++;
      } else if (this.kind === Kind.FStringStart) {
        isFormatted = true;
        literals++;
        this.fstringParts(parts);
      } else {
        break;
      }
    }
    const { start } = first;
    const end = this.lastEnd;
    if (chunks.length > 0) {
      if (chunks.length < literals) {
        if (this.kind === Kind.Error) this.fail();
        // CPython points at the token that follows the literals.
        const { start: at, end: atEnd } = this.token;
        throw new PySyntaxError("cannot mix bytes and nonbytes literals", at, atEnd);
      }
      return { kind: "Constant", start, end, value: { type: "bytes", value: concatenate(chunks) } };
    }
    if (!isFormatted) {
      let value = "";
      for (const part of parts)
        if (part.kind === "Constant" && part.value.type === "str") value += part.value.value;
      return textConstant(value, start, end, this.text[start] === "u");
    }
    return { kind: "JoinedStr", start, end, values: mergeTexts(parts) };
  }

  /** A literal without fields. */
  protected plainString(): Constant {
    const { start, end } = this.advance();
    const { body, bytes, raw } = literalParts(this.text, start, end);
    try {
      if (!bytes) return textConstant(raw ? body : decodeText(body), start, end, this.text[start] === "u");
      if (/[^\0-\x7f]/.test(body)) {
        throw new PySyntaxError("bytes can only contain ASCII literal characters", start, end);
      }
      return { kind: "Constant", start, end, value: { type: "bytes", value: decodeBytes(body, raw) } };
    } catch (problem) {
      throw this.#escapeProblem(problem, this.tokens[this.pos - 1]);
    }
  }

  #escapeProblem(problem: unknown, where: Token): unknown {
    return problem instanceof EscapeError
      ? new PySyntaxError(problem.message, where.start, where.end)
      : problem;
  }

  /** An f-string's parts, appended to those of the literals before it. */
  protected fstringParts(parts: Part[]): void {
    const raw = /r/i.test(this.advance().value);
    // Escapes are resolved once the whole string is read, so a mistake in a field is reported first.
    const first = parts.length;
    this.fstringBody(parts, raw);
    this.expect(Kind.FStringEnd);
    this.decodeTexts(parts, first, raw);
  }

  /** Literal text and fields, up to what neither of them is. */
  protected fstringBody(parts: Part[], raw: boolean): void {
    for (;;) {
      if (this.kind === Kind.FStringMiddle) {
        const { start, end, value } = this.advance();
        parts.push(textConstant(unifyLineBreaks(value), start, end));
      } else if (this.kind === Kind.LeftBrace) {
        this.field(parts, raw);
      } else {
        return;
      }
    }
  }

  protected decodeTexts(parts: Part[], first: number, raw: boolean, isSpec = false): void {
    if (raw) return;
    for (let index = first; index < parts.length; index++) {
      const part = parts[index];
      if (part.kind !== "Constant" || part.value.type !== "str") continue;
      // CPython decodes the source that `{x = }` shows as well, but not where that stands in a format specifier.
      if (isSpec && DEBUG_TEXTS.has(part)) continue;
      if (!part.value.value.includes("\\")) continue;
      try {
        parts[index] = textConstant(decodeBetweenFields(part.value.value), part.start, part.end);
      } catch (problem) {
        throw this.#escapeProblem(problem, this.tokens[this.pos - 1]);
      }
    }
  }

  /** `{value}`, `{value!r:spec}`, `{value = }`. */
  protected field(parts: Part[], raw: boolean): void {
    const open = this.expect(Kind.LeftBrace);
    const value = this.annotatedValue();
    const debug = this.accept(Kind.Equal);
    let textEnd = -1;
    let name: Token | null = null;
    if (this.kind === Kind.Exclamation) {
      textEnd = this.token.start;
      name = this.conversionName();
    }
    let format_spec: JoinedStr | null = null;
    if (this.kind === Kind.Colon) {
      if (textEnd < 0) textEnd = this.token.start;
      const { start } = this.advance();
      const specParts: Part[] = [];
      this.fstringBody(specParts, raw);
      this.decodeTexts(specParts, 0, raw, true);
      format_spec = { kind: "JoinedStr", start, end: this.lastEnd, values: mergeTexts(specParts) };
    }
    const close = this.expect(Kind.RightBrace);
    let conversion = name === null ? null : this.#conversionOf(name);
    if (debug) {
      if (textEnd < 0) textEnd = close.start;
      if (conversion === null && format_spec === null) conversion = "r";
      const source = withoutComments(this.text, open.end, textEnd, this.tokens, this.pos);
      const text = textConstant(unifyLineBreaks(source), open.end, textEnd);
      DEBUG_TEXTS.add(text);
      parts.push(text);
    }
    parts.push({ kind: "FormattedValue", start: open.start, end: close.end, value, conversion, format_spec });
  }

  /** The name in `!r`, `!s` or `!a`. */
  protected conversionName(): Token {
    const mark = this.advance();
    const name = this.expect(Kind.Name);
    if (name.start !== mark.end) {
      throw new PySyntaxError(
        "f-string: conversion type must come right after the exclamanation mark",
        mark.start,
        name.end,
      );
    }
    return name;
  }

  /** What the name after the exclamation mark stands for; asked once the field is complete. */
  #conversionOf({ value, start, end }: Token): "s" | "r" | "a" {
    if (value === "s" || value === "r" || value === "a") return value;
    const message = `f-string: invalid conversion character '${value}': expected 's', 'r', or 'a'`;
    throw new PySyntaxError(message, start, end);
  }
}

/** Resolves escapes in a literal part of an f-string; a backslash right before a brace is only a backslash. */
function decodeBetweenFields(text: string): string {
  const slashes = text.length - text.replace(/\\+$/, "").length;
  return slashes % 2 === 0 ? decodeText(text) : `${decodeText(text.slice(0, -1))}\\`;
}

/** Texts that stand for the source of a field. */
const DEBUG_TEXTS = new WeakSet<Constant>();

/** Source between two offsets without its comments. */
function withoutComments(
  text: string,
  from: number,
  to: number,
  tokens: readonly Token[],
  after: number,
): string {
  const source = text.slice(from, to);
  if (!source.includes("#")) return source;
  let first = after;
  while (first > 0 && tokens[first - 1].start >= from) first--;
  let out = "";
  let index = from;
  const copy = (until: number): void => {
    out += text.slice(index, until).replace(/#[^\r\n]*/g, "");
  };
  for (let at = first; at < after && tokens[at].start < to; at++) {
    copy(tokens[at].start);
    out += text.slice(tokens[at].start, Math.min(tokens[at].end, to));
    index = tokens[at].end;
  }
  if (index < to) copy(to);
  return out;
}

/** Joins neighbouring texts and drops empty ones. */
function mergeTexts(parts: Part[]): Part[] {
  const out: Part[] = [];
  let run: Constant[] = [];
  const flush = (): void => {
    if (run.length === 0) return;
    let value = "";
    for (const text of run) if (text.value.type === "str") value += text.value.value;
    if (value !== "") out.push(textConstant(value, run[0].start, run[run.length - 1].end, run[0].unicode));
    run = [];
  };
  for (const part of parts) {
    if (part.kind === "Constant") {
      run.push(part);
    } else {
      flush();
      out.push(part);
    }
  }
  flush();
  return out;
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
