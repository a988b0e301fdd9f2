// What a dict holds as long as it has no table: entries that stand in JSON, or under the names of a program's text.
import type { Key } from "./hash-table.ts";
import type { PyValue } from "./object.ts";
import { allocate, charge } from "./state.ts";

/** Bytes that one entry is reckoned at, table and all. */
export const ENTRY_BYTES = 72;

/** What a dict holds as long as it has no table: texts as keys, and their values. */
export interface Entries {
  readonly size: number;
  get(key: string | number): PyValue | undefined;
  has(key: string | number): boolean;
  /** Gives a key another value; false where it is not there, or that needs a table. */
  replace(key: string | number, value: PyValue): boolean;
  /** Puts them into a table: no change that an iterator would notice, since they have been there. */
  fill(table: Map<Key, PyValue>): void;
}

/** Entries that nobody has asked for yet, which stand in JSON. */
export abstract class UnreadEntries implements Entries {
  /** Objects among the entries that were asked for, which a program must find again: the first one, and further ones. */
  private firstKey: string | null = null;
  private first: PyValue = null;
  private made: Map<string, PyValue> | null = null;
  /** False as long as nobody has asked for anything. */
  private isLookedAt = false;

  /** The keys, in their order. */
  protected abstract get names(): readonly string[];
  /** The entry of a key: what `known` has or `keep` is given, where it is an object. */
  protected abstract single(key: string): PyValue | undefined;
  protected abstract includes(key: string): boolean;
  /** The JSON of an entry, for who is shown what was not made. */
  protected abstract json(key: string): unknown;

  /** The first look at them is a step, whatever it is for. */
  private look(): void {
    if (this.isLookedAt) return;
    this.isLookedAt = true;
    charge(1);
  }
  get size(): number {
    this.look();
    return this.names.length;
  }
  /** One entry: most programs ask for few of many, and for those the others need not be made. */
  get(key: string | number): PyValue | undefined {
    this.look();
    return typeof key === "string" ? this.single(key) : undefined;
  }
  has(key: string | number): boolean {
    this.look();
    return typeof key === "string" && this.includes(key);
  }
  replace(): boolean {
    return false;
  }
  fill(table: Map<Key, PyValue>): void {
    this.look();
    const { names } = this;
    allocate(names.length * ENTRY_BYTES);
    for (const name of names) table.set(name, this.single(name) as PyValue);
  }
  /** What stands for a value is the value, or, where it was not made, the JSON of one. */
  get shown(): (readonly [string, unknown])[] {
    return this.names.map((key) => [key, this.known(key) ?? this.json(key)]);
  }
  /** The object that was made of an entry. */
  protected known(key: string): PyValue | undefined {
    return key === this.firstKey ? this.first : this.made?.get(key);
  }
  /** Notes the object that was made of an entry. */
  protected keep(key: string, value: PyValue): PyValue {
    if (this.firstKey === null) {
      this.firstKey = key;
      this.first = value;
    } else {
      this.made ??= new Map();
      this.made.set(key, value);
    }
    return value;
  }
}

/** Those of a JSON object. */
export abstract class TreeEntries extends UnreadEntries {
  readonly tree: Readonly<Record<string, unknown>>;
  private keys: readonly string[] | null = null;

  constructor(tree: Readonly<Record<string, unknown>>) {
    super();
    this.tree = tree;
  }
  /** Makes the value of a member that is a list or an object; all others are values as they are. */
  protected abstract make(key: string): PyValue;

  protected override get names(): readonly string[] {
    this.keys ??= Object.keys(this.tree);
    return this.keys;
  }
  protected override includes(key: string): boolean {
    return Object.hasOwn(this.tree, key);
  }
  protected override json(key: string): unknown {
    return this.tree[key];
  }
  protected override single(key: string): PyValue | undefined {
    const json = this.tree[key];
    if (json === undefined || json === null) return json as null | undefined;
    // What every object inherits are functions, which JSON has not, and its prototype.
    if (typeof json === "function") return undefined;
    if (typeof json !== "object") return json as PyValue;
    const known = this.known(key);
    if (known !== undefined) return known;
    if (key === "__proto__" && !Object.hasOwn(this.tree, key)) return undefined;
    return this.keep(key, this.make(key));
  }
}

/** Where a key stands among a few; -1 where it does not. */
export function placeOf(keys: readonly string[], key: string | number): number {
  for (let at = 0; at < keys.length; at += 1) if (keys[at] === key) return at;
  return -1;
}

/** Keys that stand in a program's text, all of them different, and what JSON has before each one's value. */
export class RowNames {
  readonly keys: readonly string[];
  readonly openings: readonly string[];
  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.openings = keys.map((key, i) => `${i === 0 ? "{" : ","}${JSON.stringify(key)}:`);
  }
}
/** Entries under such keys: most of what a mapping returns is made, and written, and never looked at. */
export class Row implements Entries {
  readonly names: RowNames;
  readonly values: PyValue[];
  constructor(names: RowNames, values: PyValue[]) {
    this.names = names;
    this.values = values;
  }
  get size(): number {
    return this.values.length;
  }
  private place(key: string | number): number {
    return placeOf(this.names.keys, key);
  }
  get(key: string | number): PyValue | undefined {
    const at = this.place(key);
    return at < 0 ? undefined : this.values[at];
  }
  has(key: string | number): boolean {
    return this.place(key) >= 0;
  }
  replace(key: string | number, value: PyValue): boolean {
    const at = this.place(key);
    if (at >= 0) this.values[at] = value;
    return at >= 0;
  }
  fill(table: Map<Key, PyValue>): void {
    const { names, values } = this;
    for (let at = 0; at < values.length; at += 1) table.set(names.keys[at] as string, values[at] as PyValue);
  }
}
