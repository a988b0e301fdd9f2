// Rows that are sealed under an id: only the id opens them, in their place and version.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { heldRow } from "../../../runtime/store/held-row.ts";

const id = randomBytes(24).toString("base64url");

test("opens again under the same id, in another process too", () => {
  const row = heldRow("m", id);
  const data = row.seal(3, '{"number":"+12025550173"}');
  const opened = { version: 3, text: '{"number":"+12025550173"}' };
  expect(row.open(data)).toEqual(opened);
  // As another process would: nothing is known of the row.
  row.forget();
  expect(heldRow("m", id)).not.toBe(row);
  expect(heldRow("m", id).open(data)).toEqual(opened);
  expect(heldRow("m", id).open(structuredClone(data))).toEqual(opened);
});

test("what was sealed last is not taken for what was sealed before", () => {
  const row = heldRow("m", id);
  const [first, second] = [row.seal(1, "first"), row.seal(2, "second")];
  expect(row.open(first)).toEqual({ version: 1, text: "first" });
  expect(row.open(second)).toEqual({ version: 2, text: "second" });
  expect(row.open({ ...second, version: 1 })).toBeUndefined();
  expect(row.open({ ...first, sealed: second.sealed })).toBeUndefined();
});

test("a row stays the same however many others are asked for, and a long content opens too", () => {
  const long = "x".repeat(100_000);
  const data = heldRow("m", id).seal(1, long);
  for (let other = 0; other < 1_000; other += 1) heldRow("m", `${id}${other}`);
  expect(heldRow("m", id).open(data)).toEqual({ version: 1, text: long });
});

test("says neither the id nor the content, and is different each time", () => {
  const row = heldRow("m", id);
  const data = row.seal(1, "+12025550173");
  expect(JSON.stringify([row.pk, data])).not.toMatch(/5550173/);
  expect(row.pk).not.toContain(id.slice(0, 8));
  expect(row.seal(1, "+12025550173")).not.toEqual(data);
});

test("stays closed under another id, for another model, with another version, and damaged", () => {
  const data = heldRow("m", id).seal(1, "x");
  const other = data.sealed.startsWith("A") ? "B" : "A";
  expect(heldRow("m", `${id}x`).open(data)).toBeUndefined();
  expect(heldRow("n", id).open(data)).toBeUndefined();
  expect(heldRow("m", id).open({ ...data, version: 2 })).toBeUndefined();
  expect(heldRow("m", id).open({ ...data, sealed: `${other}${data.sealed.slice(1)}` })).toBeUndefined();
  expect(heldRow("m", id).open(null)).toBeUndefined();
});

test("places of different ids are different", () => {
  const places = Array.from({ length: 100 }, (_, index) => heldRow("m", `${id}${index}`).pk);
  expect(new Set(places).size).toBe(100);
});
