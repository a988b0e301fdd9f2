// Sets of names that are never changed: a copy costs nothing, a name more or less a few words, whatever the size.
//
// Code generation notes which names are bound at every block and branch. With sets that are copied there, a text of a
// megabyte would keep the host busy for minutes.

/** 32 names by number, as bits. */
type Leaf = number;
/** Names by five bits of their number at a time; missing children are empty. */
type Branch = readonly (Node | undefined)[];
type Node = Leaf | Branch;

const WIDTH = 32;
/** 32 ** 4 names: more than a text can hold. */
const LEVELS = 3;
const SHIFTS = [15, 10, 5] as const;

/** A set of names. All sets that are combined come from one {@link NameSet.none}. */
export class NameSet {
  private readonly numbers: Map<string, number>;
  private readonly root: Node | undefined;

  private constructor(numbers: Map<string, number>, root: Node | undefined) {
    this.numbers = numbers;
    this.root = root;
  }

  /** The empty set, with a numbering of names of its own. */
  static none(): NameSet {
    return new NameSet(new Map(), undefined);
  }

  has(name: string): boolean {
    const number = this.numbers.get(name);
    if (number === undefined) return false;
    let node = this.root;
    for (const shift of SHIFTS) {
      if (node === undefined) return false;
      node = (node as Branch)[(number >> shift) % WIDTH];
    }
    return node !== undefined && ((node as Leaf) & (1 << (number % WIDTH))) !== 0;
  }

  /** This set and the name. */
  with(name: string): NameSet {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return this.of(put(this.root, number, 0, true));
  }

  /** This set without the name. */
  without(name: string): NameSet {
    const number = this.numbers.get(name);
    return number === undefined ? this : this.of(put(this.root, number, 0, false));
  }

  /** The names of both. */
  and(other: NameSet): NameSet {
    return this.of(merge(this.root, other.root, 0, (a, b) => a & b));
  }

  /** The names of either. */
  or(other: NameSet): NameSet {
    return this.of(merge(this.root, other.root, 0, (a, b) => a | b));
  }

  private of(root: Node | undefined): NameSet {
    return root === this.root ? this : new NameSet(this.numbers, root);
  }
}

function put(node: Node | undefined, number: number, level: number, on: boolean): Node | undefined {
  if (level === LEVELS) {
    const bits = (node as Leaf | undefined) ?? 0;
    return on ? bits | (1 << (number % WIDTH)) : bits & ~(1 << (number % WIDTH));
  }
  const at = (number >> (SHIFTS[level] as number)) % WIDTH;
  const before = (node as Branch | undefined)?.[at];
  const after = put(before, number, level + 1, on);
  if (before === after) return node;
  const copy = [...((node as Branch | undefined) ?? [])];
  copy[at] = after;
  return copy;
}

/** What two sets share is not looked into. */
function merge(
  a: Node | undefined,
  b: Node | undefined,
  level: number,
  combine: (a: Leaf, b: Leaf) => Leaf,
): Node | undefined {
  if (a === b) return a;
  if (level === LEVELS) return combine((a as Leaf | undefined) ?? 0, (b as Leaf | undefined) ?? 0);
  const [left, right] = [(a as Branch | undefined) ?? [], (b as Branch | undefined) ?? []];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    merge(left[i], right[i], level + 1, combine),
  );
}
