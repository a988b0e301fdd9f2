// From JSON to Python values, inside the isolate: a context's text is parsed once, and its values are made when they are asked for.
//
// Integers keep every digit and `1.0` stays a float: where the text holds such a number it is parsed with the
// source of each number, otherwise (nearly always) by plain JSON.parse.
import { PyDict } from "../python/dict.ts";
import { placeOf, TreeEntries, UnreadEntries } from "../python/entries.ts";
import { pyError, ValueError } from "../python/exceptions.ts";
import { narrow } from "../python/integer.ts";
import { PyFloat, PyObject, type PyValue } from "../python/object.ts";
import { list } from "../python/sequence.ts";
import { charge } from "../python/state.ts";
import type { GuestJson } from "./capabilities.ts";
import { type Shape, Table } from "./table.ts";

/** Deepest nesting that crosses, in either direction. */
export const MAX_DEPTH = 200;

/** What JSON.parse makes of a text, numbers exact. */
export type Parsed =
  | null
  | boolean
  | number
  | string
  | PyObject
  | bigint
  | Table
  | Parsed[]
  | { [key: string]: Parsed };

/**
 * A number with a fraction or an exponent, which may be integral: known by how it ends, which is quick to look for. What stands
 * before it must be a number's beginning, or parts of addresses (`198.51.100.7, 10.0.0.1`) and headers (`q=0.9,`) would pass for one.
 */
const FRACTION = /\d[.eE][-+]?\d+\s*(?:[,\]}]|$)(?<=(?:^|[[:,\s])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*[,\]}]?)/;
/** Digits of the shortest integer that JSON.parse may round. */
const LONG = 16;
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
/** Does such an integer stand there? Of so many digits in a row one stands at a multiple of their number. */
function hasLongInteger(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let [from, to] = [at, at + 1];
    while (isDigit(text.charCodeAt(from - 1))) from -= 1;
    while (isDigit(text.charCodeAt(to))) to += 1;
    if (to - from >= LONG && "[:,- \t\r\n".includes(text.charAt(from - 1))) return true;
    at = to - (to % LONG) - 1;
  }
  return false;
}
/**
 * Those whose value does not tell what they were: integral ones, and such as have more than fifteen digits, which may be rounded
 * to an integral one.
 */
const AMBIGUOUS =
  /(?:^|[[:,]\s*)-?(?:\d+(?:\.\d+)?[eE]|\d+\.0+\s*(?:[,\]}]|$)|(?=[\d.]{16})\d+(?:\.\d+)?\s*(?:[,\]}]|$))/;

function parse(text: string): Parsed {
  if (!FRACTION.test(text) && !hasLongInteger(text)) return JSON.parse(text) as Parsed;
  if (!AMBIGUOUS.test(text)) return withFloats(JSON.parse(text) as Parsed, 0);
  const withSource = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => Parsed;
  return withSource(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined) return value;
    return /[.eE]/.test(source) ? new PyFloat(value) : narrow(BigInt(source));
  });
}

/** Puts floats in the place of fractions. What is nested too deeply is refused elsewhere. */
function withFloats(value: Parsed, depth: number): Parsed {
  if (typeof value === "number") return Number.isInteger(value) ? value : new PyFloat(value);
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  const holder = value as { [key: string]: Parsed };
  for (const key of Object.keys(holder)) {
    const item = holder[key] as Parsed;
    const made = withFloats(item, depth + 1);
    if (made !== item) holder[key] = made;
  }
  return value;
}

/** The Python value of a JSON text. Throws what JSON.parse throws, or ValueError where it is nested too deeply. */
export function fromJson(text: string): PyValue {
  return convert(parse(text), 0);
}

/** Objects of a document that stand in several places. */
type Shared = Map<Parsed, PyValue | undefined> | null;

/** A context as JSON: values that evaluations about it have in common. */
export interface Context {
  readonly tree: Parsed;
  /** Objects in it that stand in several places. */
  readonly shared: readonly Parsed[];
}

/**
 * Parses a context. What a policy's context and its plan's hold in common becomes one object, and so do the
 * request's user and the pending one: in authentik they are, and a change through the one is seen through the other.
 */
export function parseContext(text: string): Context {
  const tree = text.startsWith("T") ? withTables(parse(text.slice(1)) as Parsed[]) : parse(text);
  const shared: Parsed[] = [];
  const request = member(tree, "request");
  const context = member(request, "context");
  const plan = member(member(context, "flow_plan"), "context");
  for (const key of Object.keys(plan ?? {}))
    share(context as Tree, key, (plan as Tree)[key] as Parsed, shared);
  if (context !== undefined && Object.hasOwn(context, "pending_user"))
    share(request as Tree, "user", context.pending_user as Parsed, shared);
  return { tree, shared };
}
/** The context of a text that has tables (see `table-text.ts`), each in its place. */
function withTables([tree, ...rest]: readonly Parsed[]): Parsed {
  for (let at = 0; at < rest.length; at += 4) {
    const path = rest[at] as string[];
    const key = path.pop() as string;
    let holder = tree as Tree;
    for (const each of path) holder = holder[each] as Tree;
    holder[key] = new Table(rest[at + 1] as Tree[], rest[at + 2] as Parsed[], rest[at + 3] as Parsed[]);
  }
  return tree as Parsed;
}
/** Makes the Python values of one evaluation from a context: what stands in several places becomes one object. */
export class ContextReader {
  private readonly made: Map<Parsed, PyValue | undefined> | null;
  constructor({ shared }: Context) {
    this.made = shared.length === 0 ? null : new Map(shared.map((value) => [value, undefined]));
  }
  /** The value that JSON makes of it. */
  value(parsed: Parsed): PyValue {
    return convert(parsed, 0, this.made);
  }
  /** The object that `make` makes of it, the same one wherever it stands. */
  object<T extends PyValue>(tree: Tree, make: () => T): T {
    const known = this.made?.get(tree);
    if (known !== undefined) return known as T;
    const made = make();
    if (this.made?.has(tree) === true) this.made.set(tree, made);
    return made;
  }
}
/** An object of a JSON document. */
export type Tree = { [key: string]: Parsed };
/** Is it an object, and no number that keeps its digits? */
export const isTree = (value: Parsed | undefined): value is Tree =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof PyObject) &&
  !(value instanceof Table);
function member(value: Parsed | undefined, key: string): Tree | undefined {
  const own = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isTree(own) ? own : undefined;
}
/** Puts `value` in the place of an equal object. */
function share(holder: Tree, key: string, value: Parsed, shared: Parsed[]): void {
  if (typeof value !== "object" || value === null || value instanceof PyObject) return;
  if (!Object.hasOwn(holder, key) || !equalTrees(holder[key] as Parsed, value)) return;
  holder[key] = value;
  shared.push(value);
}
function equalTrees(a: Parsed, b: Parsed): boolean {
  if (a === b) return true;
  if (a instanceof Table) return equalTrees(a.records(), b);
  if (b instanceof Table) return equalTrees(a, b.records());
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof PyFloat && b instanceof PyFloat) return Object.is(a.value, b.value);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => equalTrees(item, b[i] as Parsed));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalTrees(a[key] as Parsed, b[key] as Parsed))
  );
}

function convert(value: Parsed, depth: number, shared: Shared = null): PyValue {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof PyObject) return value;
  const known = shared?.get(value);
  if (known !== undefined) return known;
  const made = container(value, depth, shared);
  if (shared?.has(value) === true) shared.set(value, made);
  return made;
}

function container(value: Parsed[] | Tree | Table, depth: number, shared: Shared): PyValue {
  checkDepth(depth);
  if (Array.isArray(value)) {
    charge(1);
    return list(value.map((item) => convert(item, depth + 1, shared)));
  }
  if (value instanceof Table) {
    charge(1);
    checkDepth(depth + 1);
    const source: Source = { table: value, depth: depth + 2, shared };
    return list(value.starts.map((at) => new PyDict(new Cells(source, value.cells, at))));
  }
  // Most of a context is never looked at.
  return new PyDict(new Members(value, depth + 1, shared));
}
function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw pyError(ValueError, `the context is nested more than ${MAX_DEPTH} levels deep`);
}
/** Members of an object that are made when they are asked for. */
class Members extends TreeEntries {
  private readonly depth: number;
  private readonly shared: Shared;
  constructor(tree: Tree, depth: number, shared: Shared) {
    super(tree);
    this.depth = depth;
    this.shared = shared;
  }
  protected override make(key: string): PyValue {
    return convert(this.tree[key] as Parsed, this.depth, this.shared);
  }
}
/** What the records of a table have in common; the depth is that of what they hold. */
interface Source {
  readonly table: Table;
  readonly depth: number;
  readonly shared: Shared;
}
/** Members of a record of a table. */
class Cells extends UnreadEntries {
  private readonly source: Source;
  private readonly cells: readonly Parsed[];
  private readonly at: number;
  private readonly shape: Shape;
  constructor(source: Source, cells: readonly Parsed[], at: number) {
    super();
    this.source = source;
    this.cells = cells;
    this.at = at;
    this.shape = source.table.shapeAt(cells, at);
  }
  protected override get names(): readonly string[] {
    return this.shape.keys;
  }
  protected override includes(key: string): boolean {
    return placeOf(this.shape.keys, key) >= 0;
  }
  protected override json(key: string): unknown {
    return this.source.table.value(this.cells, this.at, placeOf(this.shape.keys, key));
  }
  protected override single(key: string): PyValue | undefined {
    const place = placeOf(this.shape.keys, key);
    if (place < 0) return undefined;
    const cell = this.cells[this.at + 1 + place] as Parsed;
    const isRecord = this.shape.isRecord[place];
    if (!isRecord && (typeof cell !== "object" || cell === null)) return cell as PyValue;
    return this.known(key) ?? this.keep(key, this.make(cell, isRecord === true));
  }
  private make(cell: Parsed, isRecord: boolean): PyValue {
    const { table, depth, shared } = this.source;
    if (!isRecord) return convert(cell, depth, shared);
    checkDepth(depth);
    return new PyDict(new Cells({ table, depth: depth + 1, shared }, table.inner, cell as number));
  }
}

/** The Python value of parsed JSON: whole numbers are integers, all others floats. */
export function fromParsed(value: GuestJson): PyValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : new PyFloat(value);
  if (typeof value !== "object" || value === null) return value;
  charge(1);
  if (Array.isArray(value)) return list(value.map(fromParsed));
  const dict = new PyDict();
  for (const key of Object.keys(value)) dict.set(key, fromParsed(value[key] as GuestJson));
  return dict;
}
