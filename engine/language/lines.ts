// From offsets to lines and columns, and back, for one source text.

/** A place as CPython counts it. */
export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 0-based, in code points. */
  readonly column: number;
}

/**
 * Where the lines of a text begin. A line ends with `\n`, `\r\n` or `\r`, as Python's tokenizer sees it.
 * Building it is linear in the text; asking it costs a binary search and the length of one line.
 */
export class LineMap {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code === 13 && text.charCodeAt(index + 1) === 10) continue;
      if (code === 10 || code === 13) this.#starts.push(index + 1);
    }
  }

  /** Number of lines; a text that ends with a line break has an empty last line. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** Line and column of a UTF-16 offset; one past the end of the text is a place too. */
  position(offset: number): Position {
    const line = this.#lineIndex(offset);
    const start = this.#starts[line];
    let column = offset - start;
    const end = Math.min(offset, this.#text.length);
    for (let index = start; index < end; index++) {
      const code = this.#text.charCodeAt(index);
      if (code < 0xd800 || code > 0xdbff || index + 1 >= end) continue;
      const low = this.#text.charCodeAt(index + 1);
      if (low >= 0xdc00 && low <= 0xdfff) {
        column--;
        index++;
      }
    }
    return { line: line + 1, column };
  }

  /**
   * Line and column of the end (exclusive) of a range: the end of a line break belongs to the line that it ends,
   * one column after its text.
   */
  endPosition(offset: number): Position {
    const line = this.#lineIndex(offset);
    if (line === 0 || this.#starts[line] !== offset) return this.position(offset);
    const previous = this.#starts[line - 1];
    const { column } = this.position(previous + this.lineText(line).length);
    return { line, column: column + 1 };
  }

  /** A line's text without its line break; `""` for a line that is not there. */
  lineText(line: number): string {
    if (line < 1 || line > this.#starts.length) return "";
    const start = this.#starts[line - 1];
    const end = line < this.#starts.length ? this.#starts[line] : this.#text.length;
    return this.#text.slice(start, end).replace(/\r?\n$|\r$/, "");
  }

  /** Offset of a column (0-based, UTF-16) of a line (1-based), held inside the text. */
  offset(line: number, utf16Column: number): number {
    const index = Math.max(1, Math.min(line, this.#starts.length)) - 1;
    const limit = index + 1 < this.#starts.length ? this.#starts[index + 1] - 1 : this.#text.length;
    return Math.max(this.#starts[index], Math.min(this.#starts[index] + utf16Column, limit));
  }

  #lineIndex(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
