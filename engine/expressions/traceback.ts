// Tracebacks: from positions in generated code to CPython's text with the author's own lines.
import type { CompiledProgram } from "../language/compile.ts";
import type { MapRange } from "../language/emitter.ts";

/** One exception of a chain, as the guest describes it. */
export interface ChainLink {
  readonly type: string;
  readonly message: string;
  readonly link: "cause" | "context" | null;
  readonly frames: readonly (readonly [number, number])[][];
  readonly outer: number;
  readonly notes: readonly string[];
}

/** A frame in the author's text. */
export interface SourceFrame {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** From 0, in characters; the marked range ends on `endLine`. */
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Column where the left part ends, when it is on the same line. */
  readonly split?: number;
  readonly shape?: MapRange["shape"];
}

/** Looks up positions of one compiled program. */
export class SourceMap {
  private readonly program: CompiledProgram;
  private readonly lineStarts: number[];
  constructor(program: CompiledProgram) {
    this.program = program;
    this.lineStarts = [0];
    for (let at = program.code.indexOf("\n"); at >= 0; at = program.code.indexOf("\n", at + 1)) {
      this.lineStarts.push(at + 1);
    }
  }

  /** Frames of one stack, outermost first. The worker puts one character before the code. */
  frames(positions: readonly (readonly [number, number])[]): SourceFrame[] {
    const out: SourceFrame[] = [];
    let skip = false;
    for (const [line, column] of positions) {
      const offset = (this.lineStarts[line - 1] ?? 0) + column - 1 - (line === 1 ? 1 : 0);
      const found = this.at(offset);
      // A comprehension runs inside its function's frame: its caller is the same Python frame.
      if (!skip && found.frame !== null) out.push(found.frame);
      skip = found.comprehension;
    }
    return out.reverse();
  }

  private at(offset: number): { frame: SourceFrame | null; comprehension: boolean } {
    let node: MapRange | null = null;
    let body: MapRange | null = null;
    let name = "handler";
    // Ranges are in order of their start and nest: the last one that holds the offset is the innermost.
    for (const range of this.program.ranges) {
      if (range.from > offset) break;
      if (range.to <= offset) continue;
      if (range.kind === "node") node = range;
      else {
        body = range;
        node = null;
        if (range.kind === "function") name = range.name ?? name;
      }
    }
    const comprehension = body?.kind === "comprehension";
    if (node === null) return { frame: null, comprehension };
    const start = this.program.lines.position(node.start);
    const end = this.program.lines.position(node.end);
    const frame: SourceFrame = {
      name,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };
    if (node.split === undefined) return { frame, comprehension };
    const split = this.program.lines.position(node.split);
    return {
      frame: split.line === start.line ? { ...frame, split: split.column, shape: node.shape } : frame,
      comprehension,
    };
  }

  text(line: number): string {
    return this.program.lines.text(line);
  }
}

/** The frames of a traceback: those inside the frame that caught it, and what later raises added. */
export function framesOf(map: SourceMap, link: ChainLink, uncaught: boolean): SourceFrame[] {
  let frames: SourceFrame[] = [];
  for (const [i, positions] of link.frames.entries()) {
    const now = map.frames(positions);
    // Raised again: the frames from there outwards, then what was known from there inwards.
    frames = i === 0 ? now : [...now, ...frames.slice(Math.max(0, now.length - 1))];
  }
  return uncaught ? frames : frames.slice(Math.max(0, link.outer - 1));
}

const CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n";

/** CPython's text of a chain of exceptions, oldest first. */
export function renderTraceback(map: SourceMap, file: string, chain: readonly ChainLink[]): string {
  let out = "";
  for (const [i, link] of chain.entries()) {
    const last = i === chain.length - 1;
    const frames = framesOf(map, link, last);
    if (frames.length > 0) out += `Traceback (most recent call last):\n${renderFrames(map, file, frames)}`;
    out += `${link.type}${link.message === "" ? "" : `: ${link.message}`}\n`;
    for (const note of link.notes) out += `${note}\n`;
    if (!last) out += link.link === "cause" ? CAUSE : CONTEXT;
  }
  return out;
}

function renderFrames(map: SourceMap, file: string, frames: readonly SourceFrame[]): string {
  let out = "";
  let repeated = 0;
  let previous: SourceFrame | null = null;
  const flush = (): void => {
    if (repeated > 3) {
      const more = repeated - 3;
      out += `  [Previous line repeated ${more} more time${more === 1 ? "" : "s"}]\n`;
    }
    repeated = 0;
  };
  for (const frame of frames) {
    if (previous === null || previous.name !== frame.name || previous.line !== frame.line) {
      flush();
      previous = frame;
    }
    repeated += 1;
    if (repeated > 3) continue;
    out += `  File "${file}", line ${frame.line}, in ${frame.name}\n`;
    const raw = map.text(frame.line);
    const text = raw.trim();
    if (text === "") continue;
    out += `    ${text}\n`;
    const marks = caret(raw, frame);
    if (marks !== null) out += `    ${marks}\n`;
  }
  flush();
  return out;
}

/**
 * The line of `^` under the part that failed, as CPython 3.13's `traceback` draws it: the operator of a binary
 * operation, the brackets of a subscript and the arguments of a call are `^`, the rest of the part `~`; nothing where
 * the part is the whole line, or the whole value of `return` or an assignment that is a call.
 */
function caret(raw: string, frame: SourceFrame): string | null {
  const chars = [...raw];
  const indent = chars.findIndex((c) => c.trim() !== "");
  const end = Math.min(
    frame.endLine === frame.line ? frame.endColumn : chars.length,
    [...raw.trimEnd()].length,
  );
  const from = Math.max(frame.column, indent);
  if (end <= from) return null;
  const anchor = frame.endLine === frame.line ? anchorOf(chars, frame, end) : null;
  if (frame.shape === "Call" && isWholeValue(raw, from, end)) return null;
  if (anchor === null && from <= indent && end >= [...raw.trimEnd()].length) return null;
  let out = " ".repeat(from - indent);
  for (let i = from; i < end; i++) out += anchor === null || (i >= anchor[0] && i < anchor[1]) ? "^" : "~";
  return out;
}

/** Columns of what is marked `^`; null where all of it is. */
function anchorOf(chars: readonly string[], frame: SourceFrame, end: number): [number, number] | null {
  if (frame.split === undefined || frame.split >= end) return null;
  let at = frame.split;
  if (frame.shape === "BinOp") {
    while (at < end && /[\s)\\]/.test(chars[at] as string)) at += 1;
    const next = chars[at + 1] ?? "";
    return [at, at + 1 < end && !/[\s\w"'([{#~+.-]/.test(next) ? at + 2 : at + 1];
  }
  const open = frame.shape === "Call" ? "(" : "[";
  while (at < end && chars[at] !== open) at += 1;
  return at < end ? [at, end] : null;
}

/** Is the range the whole value of `return f(…)` or `x = …(…)`? */
function isWholeValue(raw: string, from: number, end: number): boolean {
  const before = [...raw].slice(0, from).join("").trim();
  const after = [...raw].slice(end).join("").trim();
  if (after !== "" && !after.startsWith("#")) return false;
  const part = [...raw].slice(from, end).join("");
  if (before === "return") return /^[\p{L}_][\p{L}\p{N}_]*\(/u.test(part);
  return /^[^=!<>(){}[\]]*(?:\[[^\]]*\])?\s*=$/.test(before);
}
