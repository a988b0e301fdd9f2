// The lines of a traceback's frame: the author's text with `^` and `~` under what failed, as CPython 3.13's
// `traceback` draws them. The operator of a binary operation, the brackets of a subscript and the parentheses of a
// call are marked `^`, the rest of the part `~`; nothing is marked where the part is all there is on its lines.
import type { Expr, Stmt } from "../language/ast.ts";
import { PySyntaxError } from "../language/diagnostics.ts";
import { LineMap } from "../language/lines.ts";
import { parseModule } from "../language/parser.ts";
import { displayWidth } from "./display-width.ts";

/** A place in lines of characters; both from 0. */
interface Place {
  readonly line: number;
  readonly column: number;
}
/** What is marked `^`, the end exclusive. */
interface Anchors {
  readonly from: Place;
  readonly to: Place;
}

/**
 * The excerpt of the lines that a part of the program is on, without indentation.
 *
 * @param lines the whole lines, as the author wrote them
 * @param start column of the part on the first line, in characters from 0
 * @param end column where it ends on the last line
 */
export function excerpt(lines: readonly string[], start: number, end: number): string[] {
  const trimmed = lines.map((line) => line.trimEnd());
  const dedented = dedent(trimmed);
  if (dedented.every((line) => line === "")) return [];
  const taken = (trimmed[0] as string).length - (dedented[0] as string).length;
  const text = dedented.map((line) => [...line]);
  const part = new Part(text, Math.max(0, start - taken), Math.max(0, end - taken));
  return dedent(part.draw());
}

/** Takes away the indentation that all lines share; lines of nothing else become empty. */
function dedent(lines: readonly string[]): string[] {
  let margin: string | null = null;
  for (const line of lines) {
    if (line.trim() === "") continue;
    const indent = (/^[ \t]*/.exec(line) as RegExpExecArray)[0];
    if (margin === null) margin = indent;
    else {
      let shared = 0;
      while (shared < margin.length && shared < indent.length && margin[shared] === indent[shared])
        shared += 1;
      margin = margin.slice(0, shared);
    }
  }
  const cut = margin?.length ?? 0;
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(cut)));
}

function parse(text: string): readonly Stmt[] {
  try {
    return parseModule(text).body;
  } catch (error) {
    if (error instanceof PySyntaxError) return [];
    throw error;
  }
}

class Part {
  private readonly lines: readonly (readonly string[])[];
  private readonly start: number;
  private readonly end: number;

  constructor(lines: readonly (readonly string[])[], start: number, end: number) {
    this.lines = lines;
    this.start = start;
    this.end = end;
  }
  private get last(): number {
    return this.lines.length - 1;
  }
  private line(index: number): readonly string[] {
    return this.lines[index] as readonly string[];
  }

  draw(): string[] {
    const { last } = this;
    const anchors = this.anchors();
    const marked = this.isMarked(anchors);
    // Shown are the first line, the last, and those around where the anchors begin and end.
    const shown = new Set([0, last]);
    for (const place of anchors === null ? [] : [anchors.from, anchors.to]) {
      for (let line = place.line - 1; line <= place.line + 1; line++)
        if (line >= 0 && line <= last) shown.add(line);
    }
    const out: string[] = [];
    const show = (line: number): void => {
      out.push(this.line(line).join(""));
      if (marked) out.push(this.carets(line, anchors));
    };
    let before = -1;
    for (const line of [...shown].sort((a, b) => a - b)) {
      const skipped = before < 0 ? 0 : line - before - 1;
      if (skipped === 1) show(line - 1);
      else if (skipped > 1) out.push(`...<${skipped} lines>...`);
      show(line);
      before = line;
    }
    return out;
  }

  private carets(line: number, anchors: Anchors | null): string {
    const text = this.line(line);
    const indent = text.findIndex((character) => character.trim() !== "");
    const width = displayWidth(line === this.last ? text.slice(0, this.end) : text);
    const begin = line === 0 ? displayWidth(text.slice(0, this.start)) : 0;
    const [from, to] = anchors === null ? [0, 0] : [this.column(anchors.from), this.column(anchors.to)];
    let out = "";
    for (let column = 0; column < width; column++) {
      if (column < indent || column < begin) out += " ";
      else if (anchors === null) out += "^";
      else {
        const after = line > anchors.from.line || (line === anchors.from.line && column >= from);
        const before = line < anchors.to.line || (line === anchors.to.line && column < to);
        out += after && before ? "^" : "~";
      }
    }
    return out;
  }
  private column(place: Place): number {
    return displayWidth(this.line(place.line).slice(0, place.column));
  }

  /** Are there marks at all? */
  private isMarked(anchors: Anchors | null): boolean {
    if (this.isWholeValue()) return false;
    if (anchors !== null) return true;
    const before = this.line(0).slice(0, this.start).join("").trim();
    const after = this.line(this.last).slice(this.end).join("").trim();
    return before !== "" || after !== "";
  }

  /** Is the part the whole call of `return f(…)` or `x = f(…)`? */
  private isWholeValue(): boolean {
    const text = this.lines.map((line) => line.join("")).join("\n");
    const [statement] = parse(text);
    let value: Expr | null = null;
    if (statement?.kind === "Return" && statement.value?.kind === "Call") {
      if (statement.value.func.kind === "Name") value = statement.value;
    } else if (statement?.kind === "Assign" && statement.value.kind === "Call") {
      if (statement.targets.length === 1 && statement.targets[0]?.kind === "Name") value = statement.value;
    }
    if (value === null) return false;
    const map = new LineMap(text);
    const [from, to] = [map.position(value.start), map.position(value.end)];
    return (
      from.line === 1 && to.line === this.lines.length && from.column === this.start && to.column === this.end
    );
  }

  /** Where the operator or the brackets of the part are; null where it is something else. */
  private anchors(): Anchors | null {
    const { lines, last } = this;
    const segment = lines.map((line, i) =>
      line.slice(i === 0 ? this.start : 0, i === last ? this.end : line.length),
    );
    const text = `(\n${segment.map((line) => line.join("")).join("\n")}\n)`;
    const body = parse(text);
    const [statement] = body;
    if (body.length !== 1 || statement?.kind !== "ExprStmt") return null;
    const found = new Segment(segment, new LineMap(text)).anchors(statement.value);
    if (found === null) return null;
    const shift = (place: Place): Place =>
      place.line === 0 ? { line: 0, column: place.column + this.start } : place;
    return { from: shift(found.from), to: shift(found.to) };
  }
}

/** The part by itself, parsed between parentheses on lines of their own. */
class Segment {
  private readonly lines: readonly (readonly string[])[];
  private readonly map: LineMap;
  constructor(lines: readonly (readonly string[])[], map: LineMap) {
    this.lines = lines;
    this.map = map;
  }
  private place(offset: number): Place {
    const { line, column } = this.map.position(offset);
    return { line: line - 2, column };
  }
  private at(place: Place): string | undefined {
    return this.lines[place.line]?.[place.column];
  }
  /** The first place from `place` on whose character passes; comments and continued lines are skipped. */
  private find(place: Place, passes: (character: string) => boolean): Place | null {
    let { line, column } = place;
    while (line < this.lines.length) {
      const character = this.at({ line, column });
      if (character === undefined || character === "\\" || character === "#") {
        line += 1;
        column = 0;
      } else if (passes(character)) return { line, column };
      else column += 1;
    }
    return null;
  }

  anchors(expression: Expr): Anchors | null {
    switch (expression.kind) {
      case "BinOp": {
        const left = this.place(expression.left.end);
        const from = this.find(left, (character) => character.trim() !== "" && character !== ")");
        if (from === null) return null;
        const next = { line: from.line, column: from.column + 1 };
        const right = this.place(expression.right.start);
        const second = this.at(next);
        const isLong =
          second !== undefined &&
          (right.line > next.line || next.column < right.column) &&
          second.trim() !== "" &&
          !"\\#".includes(second);
        return { from, to: isLong ? { line: next.line, column: next.column + 1 } : next };
      }
      case "Subscript":
      case "Call": {
        const [head, open] = expression.kind === "Call" ? [expression.func, "("] : [expression.value, "["];
        const from = this.find(this.place(head.end), (character) => character === open);
        return from === null ? null : { from, to: this.place(expression.end) };
      }
      default:
        return null;
    }
  }
}
