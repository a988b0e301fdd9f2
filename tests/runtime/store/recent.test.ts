// What was used lately is remembered, and no more than twice as much as promised.
import { expect, test } from "vitest";
import { Recent } from "../../../runtime/store/recent.ts";

test("the last ones that were used are there, however many others came before", () => {
  const recent = new Recent<number, string>(10);
  for (let key = 0; key < 1_000; key += 1) {
    recent.set(key, `value ${key}`);
    expect(recent.get(0)).toBe("value 0");
    for (let last = Math.max(0, key - 4); last <= key; last += 1)
      expect(recent.get(last)).toBe(`value ${last}`);
  }
  const kept = Array.from({ length: 1_000 }, (_, key) => recent.get(key)).filter(
    (value) => value !== undefined,
  );
  expect(kept.length).toBeLessThanOrEqual(20);
});

test("what was set last counts, also where an earlier value is remembered", () => {
  const recent = new Recent<string, number>(2);
  recent.set("a", 1);
  recent.set("b", 1);
  recent.set("c", 1);
  recent.set("a", 2);
  expect(recent.get("a")).toBe(2);
  recent.set("d", 1);
  expect(recent.get("a")).toBe(2);
});

test("what was deleted is gone from both generations", () => {
  const recent = new Recent<string, number>(1);
  recent.set("a", 1);
  recent.set("b", 1);
  recent.set("a", 2);
  recent.delete("a");
  recent.delete("b");
  expect([recent.get("a"), recent.get("b")]).toEqual([undefined, undefined]);
});
