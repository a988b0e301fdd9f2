// Links that hold the page: what goes in comes out, links of before are read, and what is none of ours is refused.
import { expect, test } from "vitest";
import { fromFragment, type Shared, toFragment } from "../../playground/link.ts";

const before: Shared = {
  kind: "policy",
  source: "return 'ä' == \"\u{1F600}\"",
  context: "{ not json",
  cases: [{ name: "a", context: {}, expect: { passing: true }, users: { marie: {} } }],
  gateway: { url: "https://sms.example", encoding: "json", authorization: "bearer" },
};
const whole: Shared = {
  ...before,
  limits: { steps: 1_000 },
  property: "deterministic",
  imported: [{ label: "mine", kind: "webhook", source: "return {}" }],
  view: "flow",
  flow: { example: null, blueprints: [{ name: "b.yaml", text: "version: 1" }], slug: "enrol", user: "marie" },
};

test("everything that a page holds comes back", async () => {
  expect(await fromFragment(await toFragment(whole))).toEqual(whole);
});

test("a link of before, with less in it, is read", async () => {
  expect(await fromFragment(await toFragment(before))).toEqual(before);
});

test("another fragment is none, and a broken one is refused", async () => {
  expect(await fromFragment("section")).toBeUndefined();
  for (const wrong of [
    { ...whole, kind: "flow" },
    { ...whole, imported: [{}] },
    { ...whole, flow: { ...whole.flow, blueprints: "x" } },
    { ...whole, flow: { ...whole.flow, example: "0" } },
    { ...whole, view: 1 },
  ])
    await expect(fromFragment(await toFragment(wrong as Shared))).rejects.toThrow("the link lacks a part");
  await expect(fromFragment("1.AAAA")).rejects.toThrow();
});
