// A pattern compiled once: its groups and flags, the engine it prefers, and the forms each engine runs.
import { emitRe2, emitV8, type TextKind } from "./emit-pattern.ts";
import { type PatternFacts, patternFacts } from "./engine-choice.ts";
import { matchTree, type Node } from "./match-tree.ts";
import { type MatcherProgram, matcherProgram } from "./matcher-program.ts";
import type { CharacterLookup } from "./parse-escape.ts";
import { parsePattern } from "./parse-pattern.ts";
import type { MatchMode } from "./spans.ts";

/** Which engine runs a match. */
export type Engine = "re2" | "v8" | "own";

export interface CompileOptions {
  /** The pattern is a bytes pattern, given as one character (0-255) per byte; so are then its texts. */
  readonly bytes: boolean;
  /** For `\N{…}`; without it no name is known. */
  readonly lookup?: CharacterLookup;
  /** Engines not to use, to compare the others. */
  readonly without?: readonly ("re2" | "v8")[];
}

/** A V8 regular expression and where Python's groups are in it. */
export interface V8Form {
  readonly regexp: RegExp;
  readonly groups: readonly number[];
}

/** A compiled pattern. Immutable to callers; the engines' forms are made when first needed. */
export class CompiledPattern {
  readonly pattern: string;
  readonly bytes: boolean;
  /** Number of capturing groups. */
  readonly groups: number;
  /** Name to number, in the order of the pattern. */
  readonly groupindex: ReadonlyMap<string, number>;
  /** Python's `Pattern.flags`: includes inline flags, and `re.UNICODE` (32) for str. */
  readonly flags: number;
  /** The engine for ordinary texts; a text can need another (see `reason` and matching.ts). */
  readonly engine: Engine;
  /** Why not RE2, for traces. */
  readonly reason: string | undefined;
  readonly facts: PatternFacts;
  readonly root: Node;
  readonly #re2 = new Map<string, string>();
  readonly #v8 = new Map<string, V8Form | undefined>();
  #program: MatcherProgram | undefined;
  /** Sources that RE2 has refused; it is not asked again. */
  readonly re2Refusals = new Set<string>();

  constructor(pattern: string, flags: number, options: CompileOptions) {
    const tree = parsePattern(pattern, flags, {
      bytes: options.bytes,
      lookup: options.lookup ?? (() => undefined),
    });
    this.pattern = pattern;
    this.bytes = options.bytes;
    this.groups = tree.groups;
    this.groupindex = tree.groupindex;
    this.flags = tree.flags;
    this.root = matchTree(tree);
    const facts = patternFacts(this.root);
    const off = (engine: "re2" | "v8") => (options.without?.includes(engine) ? "switched off" : undefined);
    this.facts = { ...facts, notRe2: facts.notRe2 ?? off("re2"), notV8: facts.notV8 ?? off("v8") };
    const { notRe2, notV8 } = this.facts;
    this.engine = notRe2 === undefined ? "re2" : notV8 === undefined ? "v8" : "own";
    this.reason = this.engine === "own" ? `${notRe2}; ${notV8}` : notRe2;
  }

  /** What RE2 is given for an ordinary ASCII text, for traces; undefined where RE2 is not used. */
  get re2(): { readonly source: string; readonly flags: string } | undefined {
    if (this.engine !== "re2") return undefined;
    return { source: this.re2Source({ ascii: true, newlineLast: false }, "search"), flags: "u" };
  }

  /** RE2 source for a kind of text. */
  re2Source(kind: TextKind, mode: MatchMode): string {
    const key = `${kind.ascii}${kind.newlineLast}`;
    let source = this.#re2.get(key);
    if (source === undefined) {
      source = emitRe2(this.root, kind);
      this.#re2.set(key, source);
    }
    return mode === "fullmatch" ? `(?:${source})\\z` : source;
  }

  /** V8's form, or undefined where V8 refuses it (too large). */
  v8Form(ascii: boolean, mode: MatchMode): V8Form | undefined {
    const key = `${ascii}${mode}`;
    if (this.#v8.has(key)) return this.#v8.get(key);
    const { source, flags, groups } = emitV8(this.root, this.groups, ascii);
    const whole = mode === "fullmatch" ? `(?:${source})$` : source;
    const indices = this.groups > 0 ? "d" : "";
    let form: V8Form | undefined;
    try {
      const regexp = new RegExp(whole, `${flags}${indices}${mode === "search" ? "g" : "y"}`);
      form = { regexp, groups };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    this.#v8.set(key, form);
    return form;
  }

  program(): MatcherProgram {
    this.#program ??= matcherProgram(this.root, this.groups);
    return this.#program;
  }
}

/**
 * Compiles a pattern with CPython's syntax and flags.
 * @param flags Python's flag bits.
 * @throws PatternSyntaxError, PatternValueError as CPython raises `re.PatternError`, `ValueError`, …
 */
export function compilePattern(pattern: string, flags: number, options: CompileOptions): CompiledPattern {
  return new CompiledPattern(pattern, flags, options);
}
