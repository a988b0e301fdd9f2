// The part of YAML that nearly every suite and context keeps to, read in one pass: block mappings and lists, texts on one line, plain or in
// quotes, flow collections on one line, and JSON.
//
// The YAML library makes tokens, then a tree of those, then a tree of nodes, and takes several times as long as all that a suite of a
// thousand cases does besides. It stays the judge: whatever is not certain to mean the same here and there (anchors, tags, block
// scalars, numbers that are no short integers, keys that are no plain words) and whatever looks like a mistake gives undefined, and
// then the library reads it and finds the words for what is wrong. `tests/testing/plain-yaml.test.ts` holds the two against each other.
import type { JsonValue } from "../engine/types.ts";

/** Where a value stands, and where the values in it do; offsets count UTF-16 units from the start of the text. */
export interface PlainNode {
  readonly value: JsonValue;
  readonly offset: number;
  /** Of a mapping: its keys' offsets, and its values. */
  readonly entries?: ReadonlyMap<string, { readonly offset: number; readonly node: PlainNode }>;
  /** Of a list. */
  readonly items?: readonly PlainNode[];
}

/** Tabs and other control characters, line breaks but `\n`, a byte order mark: somewhere among them the rules have exceptions. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNUSUAL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^(?:---|\.\.\.|%)/m;
/** A key that is a plain word, or several, with what ends it. */
const KEY = /([A-Za-z_](?:[\w./ -]{0,200}[\w./-])?):(?= |$)/my;
const FLOW_KEY = /([A-Za-z_](?:[\w./ -]{0,200}[\w./-])?):(?= )/y;
const DOUBLE = /"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;
const SINGLE = /'(?:[^'\n]|'')*'/y;
/** A plain text in a block, up to the end of its line; what follows a blank and `#` is a comment. */
const PLAIN = /(?:[A-Za-z0-9_/+.$(<=~^;\u00a1-\uffff]|-(?=[\w.+]))(?:[^\n#:]|:(?=[^ \n])|(?<! )#)*/y;
const FLOW_PLAIN = /(?:[A-Za-z0-9_/+.$]|-(?=\w))(?:[\w+./@$ -]*[\w+./@$-])?/y;
const COMMENT = / *(?: #[^\n]*)?(?=\n|$)/y;
/** What YAML's core schema takes for something else than text. */
const NUMERIC =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const SHORT_INTEGER = /^(?:0|-?[1-9][0-9]{0,14})$/;
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ...["~", "null", "Null", "NULL"].map((word): [string, null] => [word, null]),
  ...["true", "True", "TRUE"].map((word): [string, boolean] => [word, true]),
  ...["false", "False", "FALSE"].map((word): [string, boolean] => [word, false]),
]);
/** Collections in collections: more are the library's to refuse or to read. */
const MAX_DEPTH = 50;

/** Longer keys have rules of their own. */
const MAX_KEY = 200;

/** What this file does not read. */
const UNREAD = Symbol("unread");

class Reader {
  private readonly text: string;
  /** Where reading goes on: in the block structure, on the first character of a line's content, or at the end. */
  private at = 0;
  /** How far that is from the start of its line. */
  private column = 0;
  private depth = 0;
  constructor(text: string) {
    this.text = text;
  }

  document(): PlainNode {
    this.nextLine(0);
    const first = this.text[this.at];
    const node = first === "{" || first === "[" ? this.rootFlow() : this.block();
    // A text alone may go on in the next line, and whatever stands behind the value is a mistake.
    if (this.at < this.text.length || (node.entries ?? node.items) === undefined) throw UNREAD;
    return node;
  }

  /** Goes to the next line that has something, from a line's start. */
  private nextLine(start: number): void {
    const { text } = this;
    for (let from = start; ; ) {
      let at = from;
      while (text[at] === " ") at += 1;
      const unit = text[at];
      if (unit !== "\n" && unit !== "#") {
        this.at = at;
        this.column = unit === undefined ? -1 : at - from;
        return;
      }
      const end = text.indexOf("\n", at);
      if (end < 0) {
        this.at = text.length;
        this.column = -1;
        return;
      }
      from = end + 1;
    }
  }
  /** Goes to the next line from the end of a value, behind which only a comment may stand. */
  private endLine(): void {
    COMMENT.lastIndex = this.at;
    if (!COMMENT.test(this.text)) throw UNREAD;
    this.nextLine(COMMENT.lastIndex + 1);
  }
  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found[1] ?? found[0];
  }
  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw UNREAD;
  }

  private isItem(): boolean {
    const next = this.text[this.at + 1];
    return this.text[this.at] === "-" && (next === " " || next === "\n" || next === undefined);
  }
  /** The value that begins here, and the next line. */
  private block(): PlainNode {
    if (this.isItem()) return this.list();
    KEY.lastIndex = this.at;
    if (KEY.test(this.text)) return this.mapping();
    const node = this.inline();
    this.endLine();
    return node;
  }
  private list(): PlainNode {
    this.enter();
    const { at: offset, column } = this;
    const items: PlainNode[] = [];
    while (this.column === column && this.isItem()) {
      const dash = this.at;
      this.at += 1;
      while (this.text[this.at] === " ") this.at += 1;
      this.column += this.at - dash;
      if (this.text[this.at] === "\n" || this.text[this.at] === "#" || this.at === this.text.length)
        throw UNREAD;
      items.push(this.block());
    }
    if (this.column > column) throw UNREAD;
    this.depth -= 1;
    return { value: items.map(({ value }) => value), offset, items };
  }
  private mapping(): PlainNode {
    this.enter();
    const { at: offset, column } = this;
    const entries = new Map<string, { offset: number; node: PlainNode }>();
    while (this.column === column && !this.isItem()) {
      const at = this.at;
      const key = this.take(KEY);
      if (key === undefined || CONSTANTS.has(key)) throw UNREAD;
      this.addEntry(entries, key, at, this.valueOf(column));
    }
    if (this.column > column) throw UNREAD;
    this.depth -= 1;
    return mappingOf(entries, offset);
  }
  /** A key's value. */
  private valueOf(column: number): PlainNode {
    COMMENT.lastIndex = this.at;
    if (!COMMENT.test(this.text)) {
      while (this.text[this.at] === " ") this.at += 1;
      if (this.isItem()) throw UNREAD;
      const node = this.inline();
      this.endLine();
      return node;
    }
    this.endLine();
    if (this.column > column || (this.column === column && this.isItem())) return this.block();
    throw UNREAD;
  }
  private addEntry(
    entries: Map<string, { offset: number; node: PlainNode }>,
    key: string,
    offset: number,
    node: PlainNode,
  ): void {
    if (key.length > MAX_KEY || entries.has(key) || key === "__proto__" || key === "<<") throw UNREAD;
    entries.set(key, { offset, node });
  }

  /** A value that ends on its line. */
  private inline(): PlainNode {
    const offset = this.at;
    const first = this.text[offset];
    if (first === "{" || first === "[") return this.flow(" ");
    const quoted = this.quoted();
    if (quoted !== undefined) return { value: quoted, offset };
    const plain = this.take(PLAIN)?.trimEnd();
    if (plain === undefined) throw UNREAD;
    // The next is a blank and a comment, or the end: a colon with a blank behind it is a key's.
    this.at = offset + plain.length;
    return { value: resolved(plain), offset };
  }
  private quoted(): string | undefined {
    const double = this.take(DOUBLE);
    if (double !== undefined) return JSON.parse(double) as string;
    return this.take(SINGLE)?.slice(1, -1).replaceAll("''", "'");
  }

  // ---- flow ------------------------------------------------------------------------------------

  /** A flow collection that is the whole document, over as many lines as it takes. */
  private rootFlow(): PlainNode {
    const node = this.flow(" \n");
    this.endLine();
    return node;
  }
  private skip(blanks: string): void {
    for (
      let unit = this.text[this.at];
      unit !== undefined && blanks.includes(unit);
      unit = this.text[this.at]
    )
      this.at += 1;
  }
  private flow(blanks: string): PlainNode {
    const offset = this.at;
    const first = this.text[offset];
    if (first === "{") return this.flowMapping(blanks);
    if (first === "[") return this.flowList(blanks);
    const quoted = this.quoted();
    if (quoted !== undefined) return { value: quoted, offset };
    const plain = this.take(FLOW_PLAIN);
    if (plain === undefined) throw UNREAD;
    return { value: resolved(plain), offset };
  }
  /** Whether another one follows; over the comma or the bracket. */
  private hasNext(close: string, blanks: string): boolean {
    this.skip(blanks);
    const unit = this.text[this.at];
    this.at += 1;
    if (unit === close) return false;
    if (unit !== ",") throw UNREAD;
    this.skip(blanks);
    return true;
  }
  private isEmpty(close: string, blanks: string): boolean {
    this.at += 1;
    this.skip(blanks);
    if (this.text[this.at] !== close) return false;
    this.at += 1;
    return true;
  }
  private flowList(blanks: string): PlainNode {
    this.enter();
    const offset = this.at;
    const items: PlainNode[] = [];
    if (!this.isEmpty("]", blanks)) {
      do items.push(this.flow(blanks));
      while (this.hasNext("]", blanks));
    }
    this.depth -= 1;
    return { value: items.map(({ value }) => value), offset, items };
  }
  private flowMapping(blanks: string): PlainNode {
    this.enter();
    const offset = this.at;
    const entries = new Map<string, { offset: number; node: PlainNode }>();
    if (!this.isEmpty("}", blanks)) {
      do {
        const at = this.at;
        let key = this.quoted();
        if (key !== undefined && this.text[this.at] === ":") this.at += 1;
        else key = key === undefined ? this.take(FLOW_KEY) : undefined;
        if (key === undefined || (this.text[at] !== '"' && CONSTANTS.has(key))) throw UNREAD;
        this.skip(blanks);
        this.addEntry(entries, key, at, this.flow(blanks));
      } while (this.hasNext("}", blanks));
    }
    this.depth -= 1;
    return mappingOf(entries, offset);
  }
}

function mappingOf(
  entries: ReadonlyMap<string, { readonly offset: number; readonly node: PlainNode }>,
  offset: number,
): PlainNode {
  const value: { [key: string]: JsonValue } = {};
  for (const [key, { node }] of entries) value[key] = node.value;
  return { value, offset, entries };
}

function resolved(plain: string): JsonValue {
  const constant = CONSTANTS.get(plain);
  if (constant !== undefined) return constant;
  if (SHORT_INTEGER.test(plain)) return Number(plain);
  if (NUMERIC.test(plain)) throw UNREAD;
  return plain;
}

/** Reads a text; undefined where it is not certain to be what the YAML library makes of it, or may be a mistake. */
export function readPlainYaml(text: string): PlainNode | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error === UNREAD) return undefined;
    throw error;
  }
}
