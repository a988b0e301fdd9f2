// Whether transactions that ran at the same time could have run one after the other, told from what each saw and wrote.
//
// Every value written is new, and names its writer. So what a transaction saw says whose writes came before it, and
// what it replaced says in which order a cell was written. Three kinds of "must have come before" follow: the writer
// before who saw the value; the writer before who replaced it; who saw a value before who replaced that one. There is
// an order of all transactions exactly where these arrows make no circle.
import fc from "fast-check";
import type { Transaction } from "../../../runtime/store/contract.ts";

const GROUP = "authentik_core.group";
/** What a cell holds that nobody has written. */
const NOTHING = "nothing";

/** What a transaction did. */
export interface Deed {
  readonly name: string;
  /** Cell to the value that was seen in it. */
  readonly saw: ReadonlyMap<string, string>;
  /** Cells that were written: the value in each is the transaction's name then. */
  readonly wrote: readonly string[];
}

const cell = fc.constantFrom("a", "b", "c", "d");

/** Transactions that look at some cells and write some: cells are groups found by name, which come and go. */
export const deeds: fc.Arbitrary<(tx: Transaction, name: string) => Deed> = fc
  .record({ looks: fc.uniqueArray(cell, { maxLength: 3 }), writes: fc.uniqueArray(cell, { maxLength: 2 }) })
  .map(({ looks, writes }) => (tx, name) => {
    const saw = new Map<string, string>();
    for (const one of new Set([...looks, ...writes])) {
      saw.set(one, (tx.list(GROUP, { name: one })[0]?.attributes.by as string | undefined) ?? NOTHING);
    }
    for (const one of writes) {
      const [row] = tx.list(GROUP, { name: one });
      if (row === undefined) tx.insert(GROUP, { name: one, attributes: { by: name } });
      else tx.update(GROUP, row.pk, { attributes: { by: name } });
    }
    return { name, saw, wrote: writes };
  });

/** A circle of transactions, each of which must have come before the next; empty where there is none. */
export function cycleIn(done: readonly Deed[]): string[] {
  const replacedBy = new Map<string, string>();
  const arrows = new Map<string, Set<string>>(done.map(({ name }) => [name, new Set()]));
  for (const { name, saw, wrote } of done) {
    for (const one of wrote) {
      const place = `${one} ${saw.get(one)}`;
      const rival = replacedBy.get(place);
      // Two replaced the same value: each must have come before the other.
      if (rival !== undefined) return [rival, name];
      replacedBy.set(place, name);
    }
  }
  for (const { name, saw } of done) {
    for (const [one, value] of saw) {
      if (value !== NOTHING) arrows.get(value)?.add(name);
      const next = replacedBy.get(`${one} ${value}`);
      if (next !== undefined && next !== name) arrows.get(name)?.add(next);
    }
  }
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (name: string): boolean => {
    if (state.get(name) === "done") return false;
    path.push(name);
    if (state.get(name) === "open") return true;
    state.set(name, "open");
    for (const next of arrows.get(name) ?? []) if (visit(next)) return true;
    state.set(name, "done");
    path.pop();
    return false;
  };
  return done.some(({ name }) => visit(name)) ? path : [];
}
