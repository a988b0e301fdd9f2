// Tables that share what they do not change: each is at every moment what a map copied whole would be.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AnyRow, LayeredTable } from "../../../runtime/store/table.ts";

type Step = { readonly pk: number; readonly kind: "set" | "delete" | "copy" | "go back" };

const step = fc.record({
  pk: fc.integer({ min: 0, max: 60 }),
  kind: fc.constantFrom<Step["kind"]>("set", "set", "set", "delete", "copy", "go back"),
});

test("any history of changes, copies and copies given up leaves what it leaves in maps", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const kept: { table: LayeredTable; map: Map<number, AnyRow> }[] = [];
      let table = new LayeredTable();
      let map = new Map<number, AnyRow>();
      for (const [turn, { pk, kind }] of steps.entries()) {
        if (kind === "copy") {
          kept.push({ table, map });
          table = new LayeredTable(table);
          map = new Map(map);
        } else if (kind === "go back") {
          const before = kept.at(-1);
          if (before !== undefined) {
            table = new LayeredTable(before.table);
            map = new Map(before.map);
          }
        } else if (kind === "set") {
          table.set({ pk, turn });
          map.set(pk, { pk, turn });
        } else {
          table.delete(pk);
          map.delete(pk);
        }
        expect(table.size).toBe(map.size);
        expect(table.get(pk)).toEqual(map.get(pk));
        expect(table.has(pk)).toBe(map.has(pk));
      }
      for (const state of [...kept, { table, map }]) {
        expect(state.table.values()).toEqual([...state.map.values()]);
        for (const other of kept) {
          const shared = state.table.sharedWith(other.table);
          const front = state.table.values().slice(0, shared);
          for (const [at, row] of other.table.values().slice(0, shared).entries())
            expect(row).toBe(front[at]);
          expect([...front, ...state.table.after(shared)]).toEqual(state.table.values());
        }
      }
    }),
  );
});

test("changing a copy of a large table looks at none of the rows that stay", () => {
  const large = new LayeredTable();
  for (let pk = 0; pk < 10_000; pk += 1) large.set({ pk });
  const flat = new LayeredTable(large);
  flat.values = () => expect.unreachable("the copy went through all rows");
  const copy = new LayeredTable(flat);
  copy.set({ pk: 5, changed: true });
  copy.delete(6);
  expect([copy.size, copy.get(5), copy.get(6), flat.get(5), flat.get(6)]).toEqual([
    9_999,
    { pk: 5, changed: true },
    undefined,
    { pk: 5 },
    { pk: 6 },
  ]);
});

test("tables that differ in few rows behind the others say how many they share", () => {
  const large = new LayeredTable();
  for (let pk = 0; pk < 100; pk += 1) large.set({ pk });
  const flat = new LayeredTable(large);
  const longer = new LayeredTable(flat);
  longer.set({ pk: 100 });
  expect([longer.sharedWith(flat), longer.after(100)]).toEqual([100, [{ pk: 100 }]]);
  longer.delete(7);
  expect(longer.sharedWith(flat)).toBe(0);
});

test("rows that match are found in order, whatever was changed since the index was made", () => {
  const change = fc.record({
    pk: fc.nat(120),
    colour: fc.nat(4),
    kind: fc.constantFrom("set", "delete", "copy"),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 150 }), fc.boolean(), (changes, isMoving) => {
      const grown = new LayeredTable();
      for (let pk = 0; pk < 100; pk += 1) grown.set({ pk, colour: pk % 5, stage: pk % 2 === 0 ? "a" : "b" });
      let table = new LayeredTable(grown);
      for (const { pk, colour: drawn, kind } of changes) {
        const colour = isMoving ? drawn : pk % 5;
        if (kind === "copy") table = new LayeredTable(table);
        else if (kind === "delete") table.delete(pk);
        else table.set({ pk, colour, stage: isMoving || pk % 2 === 0 ? "a" : "b" });
        for (const conditions of [
          [["colour", 1]],
          [
            ["stage", "a"],
            ["colour", colour],
          ],
          [["colour", "1"]],
          [["none", 1]],
          [],
        ] as const) {
          const expected = table
            .values()
            .filter((row) => conditions.every(([field, value]) => row[field] === value));
          expect(table.matching(conditions)).toEqual(expected);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test("a question that is asked again looks at none of the rows that do not match", () => {
  const grown = new LayeredTable();
  let reads = 0;
  for (let pk = 0; pk < 1_000; pk += 1) {
    const get = (): string => {
      reads += 1;
      return `+${pk}`;
    };
    grown.set(Object.defineProperty({ pk }, "number", { enumerable: true, get }) as never);
  }
  const table = new LayeredTable(grown);
  const ask = () => table.matching([["number", "+7"]]).map(({ pk }) => pk);
  expect([ask(), ask()]).toEqual([[7], [7]]);
  reads = 0;
  expect(ask()).toEqual([7]);
  expect(reads).toBe(0);
});

test("an index outlives what is changed since", () => {
  const grown = new LayeredTable();
  for (let pk = 0; pk < 1_000; pk += 1) grown.set({ pk, number: `+${pk}` });
  let table = new LayeredTable(grown);
  const ask = (number: string) => table.matching([["number", number]]).map(({ pk }) => pk);
  expect([ask("+7"), ask("+7")]).toEqual([[7], [7]]);
  for (let round = 1; round < 4; round += 1) {
    for (let pk = 1; pk <= 100; pk += 1)
      table.set({ pk: round * 1_000 + pk, number: `+${round * 1_000 + pk}` });
    table.set({ pk: 8, number: "+8", round });
    table.delete(100 + round);
    table = new LayeredTable(table);
    table.values = () => expect.unreachable("all rows were looked at");
    expect([ask("+7"), ask("+8"), ask(`+${round * 1_000 + 5}`), ask(`+${100 + round}`)]).toEqual([
      [7],
      [8],
      [round * 1_000 + 5],
      [],
    ]);
    expect(table.matching([["number", "+8"]])).toEqual([{ pk: 8, number: "+8", round }]);
  }
});
