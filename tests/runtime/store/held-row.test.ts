// Rows that are sealed under an id: only the id opens them, in their place and version.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { heldRow } from "../../../runtime/store/held-row.ts";

const id = randomBytes(24).toString("base64url");

test("opens again under the same id, in another process too", () => {
  const data = heldRow("m", id).seal(3, '{"number":"+12025550173"}');
  expect(heldRow("m", id).open(data)).toEqual({ version: 3, text: '{"number":"+12025550173"}' });
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
