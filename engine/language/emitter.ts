// What code generation writes into: one program, its functions' frames, and the marks that become the source map.
//
// Code is built as strings. A piece of code that may raise, a function's body and a comprehension's body are wrapped
// in marks (control characters that cannot occur in generated code otherwise, since literals are escaped); when the
// program is finished the marks are taken out in one pass and their places become the map from JavaScript offsets
// to the author's text. So nothing is stored at run time: a traceback is made from V8's stack positions alone.
import type { Expr, Span } from "./ast.ts";
import { PySyntaxError } from "./diagnostics.ts";
import type { Instrument } from "./instrument.ts";
import { NameSet } from "./name-set.ts";
import { mangle, type Scope, type Scopes } from "./scope.ts";

/** What a range of generated code stands for. */
export interface MapRecord {
  readonly kind: "node" | "function" | "comprehension";
  readonly start: number;
  readonly end: number;
  /** A function's name, as tracebacks show it. */
  readonly name?: string | undefined;
  /** For `object.name` and `object.name(…)`, which is looked up and called in one step. */
  readonly attribute?:
    | {
        readonly name: string;
        /** Where the look-up ends. */
        readonly end: number;
        /** Is the call a step of its own, as one with `*` or `**` is? */
        readonly apart: boolean;
      }
    | undefined;
}
/** A range of the generated code, and what it stands for. */
export interface MapRange extends MapRecord {
  readonly from: number;
  readonly to: number;
}
/** A range whose place is not known yet, or not all of it. */
interface OpenRange extends MapRecord {
  from: number;
  to: number;
}

const OPEN = "\u0001";
const SEP = "\u0002";
const CLOSE = "\u0003";
const UNPLACED = -1;

/** One program being generated. */
export class Program {
  readonly scopes: Scopes;
  /** Adds to the code what watches it run; null in the code that is meant to be quick. */
  readonly instrument: Instrument | null;
  /** What all sets of bound names begin with. */
  readonly noNames: NameSet = NameSet.none();
  private readonly marked: OpenRange[] = [];
  private readonly constants: string[] = [];
  private readonly constantNames: Map<string, string> = new Map();
  private readonly used: Set<string> = new Set();
  /** Global names the program reads, and those it declares `global`. */
  readonly globalsRead: Set<string> = new Set();
  /** Modules that it imports: the worker makes them when the program is loaded. */
  readonly imports: Set<string> = new Set();
  /** Names that are deleted anywhere: reads of them always check. */
  readonly deleted: Set<string> = new Set();
  private counter = 0;

  constructor(scopes: Scopes, instrument: Instrument | null = null) {
    this.scopes = scopes;
    this.instrument = instrument;
    for (const scope of scopes.byNode.values()) for (const name of scope.deleted) this.deleted.add(name);
  }

  /** The name of a runtime function, noted as used. */
  use(name: string): string {
    this.used.add(name);
    return name;
  }
  /** A JavaScript identifier of its own. */
  unique(prefix: string): string {
    this.counter += 1;
    return `${prefix}${this.counter}`;
  }
  /** A constant made once per program; equal `code` gives the same one. */
  constant(code: string): string {
    let name = this.constantNames.get(code);
    if (name === undefined) {
      name = `k${this.constants.length}`;
      this.constantNames.set(code, name);
      this.constants.push(`${name}=${code}`);
    }
    return name;
  }
  mark({ kind, start, end, name, attribute }: MapRecord, code: string): string {
    this.marked.push({ kind, start, end, name, attribute, from: UNPLACED, to: UNPLACED });
    return `${OPEN}${this.marked.length - 1}${SEP}${code}${CLOSE}`;
  }

  /** The whole program: an expression whose value is the factory that the worker loads. */
  finish(main: string): { code: string; ranges: MapRange[] } {
    const imports = [...this.imports].map((name) => JSON.stringify(name)).join(",");
    const bring = imports === "" ? "" : `${this.use("bringModules")}(${imports});\n`;
    const head = `(function($){"use strict";const {${[...this.used].join(",")}}=$;\n${bring}`;
    const constants = this.constants.length === 0 ? "" : `const ${this.constants.join(",\n")};\n`;
    return this.unmark(`${head}${constants}return ${main};\n})`);
  }

  private unmark(text: string): { code: string; ranges: MapRange[] } {
    const ranges: MapRange[] = [];
    const open: OpenRange[] = [];
    const pieces: string[] = [];
    /** How much of the text was taken, and how long the code is so far. */
    let from = 0;
    let length = 0;
    let opening = text.indexOf(OPEN);
    for (let closing = text.indexOf(CLOSE); closing >= 0; ) {
      const isOpening = opening >= 0 && opening < closing;
      const at = isOpening ? opening : closing;
      pieces.push(text.slice(from, at));
      length += at - from;
      if (isOpening) {
        const end = text.indexOf(SEP, at);
        let range = this.marked[+text.slice(at + 1, end)] as OpenRange;
        // Code that stands in two places has two ranges.
        if (range.from !== UNPLACED) range = { ...range };
        range.from = length;
        ranges.push(range);
        open.push(range);
        from = end + 1;
        opening = text.indexOf(OPEN, from);
      } else {
        (open.pop() as OpenRange).to = length;
        from = at + 1;
        closing = text.indexOf(CLOSE, from);
      }
    }
    pieces.push(text.slice(from));
    return { code: pieces.join(""), ranges };
  }
}

/** Where `break` and `continue` of a loop go. */
export interface Loop {
  /** Label to break to; the loop itself when null. */
  readonly breakLabel: string | null;
}

/** One JavaScript function being generated: a Python function, a class body or a comprehension. */
export class Frame {
  readonly program: Program;
  readonly scope: Scope;
  readonly qualname: string;
  /** Names known to be bound where code is being generated. */
  bound: NameSet;
  loops: Loop[] = [];
  /** How many loops there are around the `except*` clause that is being generated; null outside of one. */
  starLoops: number | null = null;
  /** JavaScript for what `super()` takes as its instance: the first parameter, in a generator expression its iterator. */
  readonly superInstance: string | null;
  /** Expressions whose value is in a variable already. */
  readonly held: Map<Expr, string> = new Map();
  private tempTop = 0;
  private tempMax = 0;
  /** Nesting of blocks, of which CPython allows 20. */
  blocks = 0;
  /** Nesting of expressions and statements. */
  private depth = 0;

  constructor(
    program: Program,
    scope: Scope,
    qualname: string,
    bound: NameSet,
    superInstance: string | null,
  ) {
    this.program = program;
    this.scope = scope;
    this.qualname = qualname;
    this.bound = bound;
    this.superInstance = superInstance;
  }
  use(name: string): string {
    return this.program.use(name);
  }
  /** Marks code that may raise with the node it stands for. */
  mark(node: Span & { readonly kind?: string }, code: string): string {
    const { start, end } = node;
    const expression = node as Expr;
    let attribute: MapRecord["attribute"];
    if (expression.kind === "Attribute") {
      attribute = { name: expression.attr, end, apart: false };
    } else if (expression.kind === "Call" && expression.func.kind === "Attribute") {
      const { func, args, keywords } = expression;
      const apart = args.some((arg) => arg.kind === "Starred") || keywords.some(({ arg }) => arg === null);
      attribute = { name: func.attr, end: func.end, apart };
    }
    return this.program.mark({ kind: "node", start, end, attribute }, code);
  }
  temp(): string {
    this.tempTop += 1;
    if (this.tempTop > this.tempMax) this.tempMax = this.tempTop;
    return `t${this.tempTop}`;
  }
  /** Runs `make`; temporaries it took are free afterwards. */
  scoped<T>(make: () => T): T {
    const top = this.tempTop;
    const made = make();
    this.tempTop = top;
    return made;
  }
  temps(): string {
    if (this.tempMax === 0) return "";
    return `let ${Array.from({ length: this.tempMax }, (_, i) => `t${i + 1}`).join(",")};`;
  }
  mangled(name: string): string {
    return mangle(this.scope.className, name);
  }
  /** Guards the recursion of code generation itself (and of V8's parser after it). */
  nested<T>(node: Span, make: () => T): T {
    this.depth += 1;
    if (this.depth > 400) {
      throw new PySyntaxError(
        "maximum recursion depth exceeded during compilation",
        node.start,
        node.end,
        "RecursionError",
      );
    }
    try {
      return make();
    } finally {
      this.depth -= 1;
    }
  }
  /** Takes over the nesting of the frame around. */
  inside(outer: Frame): this {
    this.depth = outer.depth;
    return this;
  }
}

/** A JavaScript string literal. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
