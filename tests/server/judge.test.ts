// The judge itself: it knows wrong answers when it sees them.
import { expect, test } from "vitest";
import { type Answer, faults } from "./judge.ts";

const EXECUTOR = "/api/v3/flows/executor/f/";

function told(answer: Partial<Answer> & { readonly body?: unknown }): string[] {
  const { body = {}, ...given } = answer;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return faults({
    method: "GET",
    path: EXECUTOR,
    status: 200,
    contentType: "application/json",
    text,
    ...given,
  });
}

const flow_info = { cancel_url: "/flows/-/cancel/", layout: "stacked" };

test("a right answer has no faults", () => {
  expect(told({ body: { component: "xak-flow-redirect", to: "/" } })).toEqual([]);
  expect(told({ body: { component: "ak-stage-dummy", name: "one", flow_info } })).toEqual([]);
  expect(told({ status: 302, body: "" })).toEqual([]);
  expect(told({ status: 404, body: { detail: "No Flow matches the given query." } })).toEqual([]);
});

test.each<[string, Partial<Answer> & { readonly body?: unknown }]>([
  ["a missing field", { body: { component: "xak-flow-redirect" } }],
  ["a field of the wrong type", { body: { component: "xak-flow-redirect", to: 7 } }],
  ["a field that is not described", { body: { component: "xak-flow-redirect", to: "/", more: 1 } }],
  ["a component that does not exist", { body: { component: "ak-stage-none" } }],
  [
    "a fault deep inside",
    { body: { component: "ak-stage-dummy", name: "x", flow_info: { ...flow_info, layout: "?" } } },
  ],
  ["null where it is not allowed", { body: { component: "xak-flow-redirect", to: null } }],
  ["text that is not JSON", { body: "<html>" }],
  ["another content type", { contentType: "text/html", body: { component: "xak-flow-redirect", to: "/" } }],
  ["a status that is not described", { status: 201, body: {} }],
  ["an operation that authentik does not have", { method: "PATCH" }],
  ["an error without detail", { status: 404, body: { error: "?" } }],
  ["a redirect elsewhere", { path: "/api/v3/core/users/me/", status: 302 }],
])("%s is a fault", (_name, answer) => {
  expect(told(answer)).not.toEqual([]);
});

test("paths outside of the API are not judged", () => {
  expect(told({ path: "/if/flow/f/", contentType: "text/html", body: "<html>" })).toEqual([]);
});
