// The compiler: the author's text in, JavaScript and a map back to the text out.
//
// authentik indents the text by four spaces, puts it under `def handler(…):` and compiles that, so that is what is
// parsed here too: continuation lines of multi-line strings gain four spaces, a text of comments only is an error,
// and CPython's messages come out as authentik shows them. Lines and columns are given in the author's own text.
import type { FunctionDef } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import { Frame, type MapRange, Program } from "./emitter.ts";
import { declarations } from "./functions.ts";
import type { Instrument } from "./instrument.ts";
import { LineMap } from "./lines.ts";
import { mayMutate } from "./mutation.ts";
import { parseModule } from "./parser.ts";
import { type Reaches, reachesOf } from "./reach.ts";
import { analyse, type Scopes } from "./scope.ts";
import { block } from "./statements.ts";

/** Longest source that is compiled, in UTF-16 units. */
export const MAX_SOURCE = 100_000;

/** A compiled program. */
export interface CompiledProgram {
  /** JavaScript: an expression whose value is a factory taking the runtime and returning `main(env)`. */
  readonly code: string;
  readonly ranges: readonly MapRange[];
  /** May it change objects it is given? */
  readonly mutates: boolean;
  /** How far it reaches into what its names stand for. */
  readonly reaches: Reaches;
  /** Maps offsets of {@link MapRange} to the author's lines and columns. */
  readonly lines: AuthorLines;
}

const HEADER = "def handler():\n";
const INDENT = "    ";

/** Indents every line that is not blank, as `textwrap.indent` does. */
function wrap(source: string): string {
  let out = HEADER;
  let from = 0;
  for (let at = 0; at < source.length; at += 1) {
    if (!endsLine(source.charCodeAt(at))) continue;
    if (source.startsWith("\r\n", at)) at += 1;
    out += indented(source.slice(from, at + 1));
    from = at + 1;
  }
  if (from < source.length) out += indented(source.slice(from));
  return out.endsWith("\n") ? out : `${out}\n`;
}
const indented = (line: string): string => (line.trim() === "" ? line : INDENT + line);
/** The line boundaries that Python's `splitlines` knows. */
function endsLine(unit: number): boolean {
  if (unit > 0x1e) return unit === 0x85 || unit === 0x2028 || unit === 0x2029;
  return unit >= 0x1c || (unit >= 0x0a && unit <= 0x0d);
}

/** Positions in the wrapped text, in terms of the author's. */
export class AuthorLines {
  private readonly wrapped: string;
  private readonly source: string;
  /** Made at the first use: a program that does not fail has none. */
  private lines: string[] | undefined;
  private lineMap: LineMap | undefined;
  constructor(wrapped: string, source: string) {
    this.wrapped = wrapped;
    this.source = source;
  }
  private get map(): LineMap {
    this.lineMap ??= new LineMap(this.wrapped);
    return this.lineMap;
  }
  /** Line from 1, column from 0 in code points, in the author's text. */
  position(offset: number): { line: number; column: number } {
    const { line, column } = this.map.position(offset);
    return { line: line - 1, column: Math.max(0, column - INDENT.length) };
  }
  /** Where a range ends; one that ends in a line break ends on its line. */
  endPosition(offset: number): { line: number; column: number } {
    const { line, column } = this.map.endPosition(offset);
    return { line: line - 1, column: Math.max(0, column - INDENT.length) };
  }
  /** A line of the author's text, from 1. */
  text(line: number): string {
    this.lines ??= this.source.split(/\r\n|\n|\r/);
    return this.lines[line - 1] ?? "";
  }
}

/**
 * Compiles the text of an expression, with what `instrument` adds to watch it run (one for each compilation). Throws
 * {@link PySyntaxError} with offsets for {@link authorLines}.
 */
export function compile(source: string, instrument: Instrument | null = null): CompiledProgram {
  try {
    return compileNested(source, instrument);
  } catch (error) {
    // The bounds on nesting suffice for a stack of 984 KB; a caller may have left less.
    if (!(error instanceof RangeError)) throw error;
    throw new PySyntaxError("maximum recursion depth exceeded during compilation", 0, 0, "RecursionError");
  }
}

function compileNested(source: string, instrument: Instrument | null): CompiledProgram {
  const { handler, scopes, lines } = parseBody(source);
  const program = new Program(scopes, instrument);
  const frame = new Frame(program, scopes.root, "handler", program.noNames, null);
  const body = block(frame, handler.body);
  const locals = [...scopes.root.bound].filter((name) => !scopes.root.globals.has(name));
  const parameters = locals.map((name) => `v_${name}=env.param(${JSON.stringify(name)});`).join("");
  const reads = [...program.globalsRead].map(
    (name) => `g_${name}=env.${scopes.declaredGlobal.has(name) ? "param" : "name"}(${JSON.stringify(name)})`,
  );
  const globals = [...scopes.declaredGlobal].map((name) => `G_${name}=env.global(${JSON.stringify(name)})`);
  const env = [...reads, ...globals];
  const watch = instrument === null ? "" : instrument.begin(frame);
  const head = `${watch}${env.length === 0 ? "" : `let ${env.join(",")};`}${declarations(scopes.root)}${parameters}${frame.temps()}`;
  const record = { kind: "function" as const, start: handler.start, end: handler.end, name: "handler" };
  frame.use("S");
  const main = scopes.root.isGenerator
    ? `function(env){${head}return ${frame.use("makeGenerator")}("handler","handler",(function*(){${program.mark(record, `${body}return null;`)}})());}`
    : `function(env){${head}${program.mark(record, `try{++S.depth;${body}return null;}finally{S.depth--;}`)}}`;
  const { code, ranges } = program.finish(main);
  return { code, ranges, mutates: mayMutate(handler), reaches: reachesOf(handler), lines };
}

/** The tree and the scopes of an expression; offsets count in `text`. Throws {@link PySyntaxError}. */
export function parseBody(source: string): {
  handler: FunctionDef;
  scopes: Scopes;
  lines: AuthorLines;
  text: string;
} {
  if (source.length > MAX_SOURCE) {
    throw new PySyntaxError(
      `source of ${source.length} characters is longer than ${MAX_SOURCE}`,
      HEADER.length,
      HEADER.length,
      "MemoryError",
    );
  }
  const text = wrap(source);
  const handler = parseModule(text).body[0] as FunctionDef;
  return { handler, scopes: analyse(handler, handler.body), lines: new AuthorLines(text, source), text };
}

/** For errors: positions of the wrapped text as the author's. */
export function authorLines(source: string): AuthorLines {
  return new AuthorLines(wrap(source), source);
}
