// Tracebacks: from positions in generated code to CPython's text with the author's own lines.
import type { CompiledProgram } from "../language/compile.ts";
import type { MapRange } from "../language/emitter.ts";
import { excerpt } from "./excerpt.ts";

/** One exception of a chain, as the guest describes it. */
export interface ChainLink {
  readonly type: string;
  readonly message: string;
  readonly link: "cause" | "context" | null;
  readonly frames: readonly (readonly [number, number])[][];
  readonly outer: number;
  readonly notes: readonly string[];
  /** The attribute that was not found, where that is what it says. */
  readonly attribute?: string;
  /** Chains of the exceptions that a group holds, those that are shown. */
  readonly exceptions?: readonly (readonly ChainLink[])[];
  /** How many more the group holds. */
  readonly more?: number;
  /** A group inside too many others: nothing of it is shown. */
  readonly tooDeep?: boolean;
}

/** A part of the author's text. */
export interface SourceRange {
  /** From 1. */
  readonly line: number;
  /** From 0, in characters; the range ends on `endLine`. */
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
/** A frame, and what of the author's text it was at. */
export interface SourceFrame extends SourceRange {
  readonly name: string;
  /** Where an attribute was looked up: its name, and the part that is shown when there is none of that name. */
  readonly lookUp?: { readonly attribute: string; readonly range: SourceRange };
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
    const { lines } = this.program;
    const [start, end] = [lines.position(node.start), lines.endPosition(node.end)];
    const range = (from: typeof start, to: typeof end): SourceRange => ({
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
    });
    if (node.attribute === undefined) return { frame: { name, ...range(start, end) }, comprehension };
    // What is looked up on a later line than its object is shown from its name on.
    const { attribute } = node;
    const found = lines.endPosition(attribute.end);
    const named =
      found.line === start.line ? start : { ...found, column: found.column - [...attribute.name].length };
    return {
      frame: {
        name,
        ...range(attribute.apart ? start : named, end),
        lookUp: { attribute: attribute.name, range: range(named, found) },
      },
      comprehension,
    };
  }

  /** The author's lines from one to another. */
  text(from: number, to: number): string[] {
    return Array.from({ length: to - from + 1 }, (_, i) => this.program.lines.text(from + i));
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
  const innermost = frames.at(-1);
  // A method is looked up and called in one step: where the look-up failed, that part is shown.
  if (innermost?.lookUp !== undefined && innermost.lookUp.attribute === link.attribute) {
    frames = [...frames.slice(0, -1), { ...innermost, ...innermost.lookUp.range }];
  }
  return uncaught ? frames : frames.slice(Math.max(0, link.outer - 1));
}

const CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n";

/** CPython's text of a chain of exceptions, oldest first. */
export function renderTraceback(map: SourceMap, file: string, chain: readonly ChainLink[]): string {
  const renderer = new Renderer(map, file);
  renderer.chain(chain, true);
  return renderer.out;
}

/** Writes tracebacks; those of a group's exceptions stand in boxes, one in another. */
class Renderer {
  out = "";
  private readonly map: SourceMap;
  private readonly file: string;
  private depth = 0;
  /** Must the box around a group's last exception still be closed? A group inside it may have done so. */
  private open = false;

  constructor(map: SourceMap, file: string) {
    this.map = map;
    this.file = file;
  }
  private emit(text: string, margin = "|"): void {
    if (this.depth === 0) this.out += text;
    else this.out += text.replace(/[^\n]*\n/g, (line) => `${"  ".repeat(this.depth)}${margin} ${line}`);
  }

  chain(chain: readonly ChainLink[], uncaught: boolean): void {
    for (const [i, link] of chain.entries()) {
      const last = i === chain.length - 1;
      const frames = framesOf(this.map, link, uncaught && last);
      if (link.tooDeep === true) this.emit("... (max_group_depth is 10)\n");
      else if (link.exceptions === undefined) this.plain(link, frames);
      else this.group(link, frames, link.exceptions);
      if (!last) this.emit(link.link === "cause" ? CAUSE : CONTEXT);
    }
  }
  private plain(link: ChainLink, frames: readonly SourceFrame[], title = "Traceback", margin = "|"): void {
    if (frames.length > 0) {
      this.emit(`${title} (most recent call last):\n`, margin);
      this.emit(renderFrames(this.map, this.file, frames));
    }
    this.emit(`${link.type}${link.message === "" ? "" : `: ${link.message}`}\n`);
    for (const note of link.notes) this.emit(`${note}\n`);
  }
  private group(
    link: ChainLink,
    frames: readonly SourceFrame[],
    exceptions: readonly (readonly ChainLink[])[],
  ): void {
    const outermost = this.depth === 0;
    if (outermost) this.depth = 1;
    this.plain(link, frames, "Exception Group Traceback", outermost ? "+" : "|");
    const more = link.more ?? 0;
    const boxes = exceptions.length + (more > 0 ? 1 : 0);
    this.open = false;
    for (let i = 0; i < boxes; i++) {
      const last = i === boxes - 1;
      if (last) this.open = true;
      const held = exceptions[i];
      const title = held === undefined ? "..." : String(i + 1);
      const indent = "  ".repeat(this.depth);
      this.out += `${indent}${i === 0 ? "+-" : "  "}+---------------- ${title} ----------------\n`;
      this.depth += 1;
      if (held === undefined) this.emit(`and ${more} more exception${more === 1 ? "" : "s"}\n`);
      else this.chain(held, false);
      if (last && this.open) {
        this.out += `${"  ".repeat(this.depth)}+------------------------------------\n`;
        this.open = false;
      }
      this.depth -= 1;
    }
    if (outermost) this.depth = 0;
  }
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
    const lines = excerpt(map.text(frame.line, frame.endLine), frame.column, frame.endColumn);
    for (const line of lines) out += `    ${line}\n`;
  }
  flush();
  return out;
}
