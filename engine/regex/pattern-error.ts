// What a bad pattern, a bad template or an oversized match raises, in CPython's words.

/** `re.PatternError`: the pattern (or replacement template) is malformed. `message` is `str(error)` in CPython. */
export class PatternSyntaxError extends Error {
  override readonly name = "PatternSyntaxError";
  /** The message without its position. */
  readonly msg: string;
  /** The pattern or template; undefined where CPython gives none (a look-behind of variable width). */
  readonly pattern: string | undefined;
  /** Offset in code points. */
  readonly pos: number | undefined;
  /** Line of `pos`, from 1. */
  readonly lineno: number | undefined;
  /** Column of `pos`, from 1, in code points. */
  readonly colno: number | undefined;

  constructor(msg: string, pattern?: string, pos?: number) {
    let text = msg;
    let lineno: number | undefined;
    let colno: number | undefined;
    if (pattern !== undefined && pos !== undefined) {
      const before = Array.from(pattern).slice(0, pos);
      lineno = 1;
      colno = pos + 1;
      for (let index = 0; index < before.length; index++) {
        if (before[index] !== "\n") continue;
        lineno++;
        colno = pos - index;
      }
      text = `${msg} at position ${pos}`;
      if (pattern.includes("\n")) text += ` (line ${lineno}, column ${colno})`;
    }
    super(text);
    this.msg = msg;
    this.pattern = pattern;
    this.pos = pos;
    this.lineno = lineno;
    this.colno = colno;
  }
}

/** Another Python exception that compiling a pattern or a template raises; `type` is its class. */
export class PatternValueError extends Error {
  override readonly name = "PatternValueError";
  readonly type: "ValueError" | "OverflowError" | "RecursionError" | "IndexError";
  constructor(type: PatternValueError["type"], message: string) {
    super(message);
    this.type = type;
  }
}

/** A match needs more memory than we grant; CPython's nearest is `MemoryError`. */
export class RegexLimitError extends Error {
  override readonly name = "RegexLimitError";
}
