// What a client without rights, with a wrong token or with a wrong path is told.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, startServer } from "./server-under-test.ts";

let running: Running;
beforeAll(async () => {
  running = await startServer();
});
afterAll(async () => await running.close());

test("a path that does not exist is a 404 with a detail", async () => {
  const response = await running.client().once("/api/v3/core/nothing/");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ detail: "Not found." });
});

test.each([
  ["Bearer nonsense", "Token invalid/expired"],
  ["Bearer", "Malformed header"],
  ["bearer  ", "Malformed header"],
])("the header %j is refused", async (authorization, detail) => {
  const response = await fetch(new URL("/api/v3/core/users/me/", running.url), {
    headers: { authorization },
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ detail });
});

test("a slash that was forgotten is a permanent redirect, with the query kept", async () => {
  const response = await fetch(new URL("/api/v3/root/config?a=b%2Fc", running.url), { redirect: "manual" });
  expect(response.status).toBe(301);
  expect(response.headers.get("location")).toBe("/api/v3/root/config/?a=b%2Fc");
  const other = await fetch(`${running.url}//evil.example/x`, { redirect: "manual" });
  expect(other.status).toBe(404);
});

test("a method that is not there is a 405 that names the others", async () => {
  const response = await running.client().once("/api/v3/flows/executor/f/", { method: "DELETE" });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, POST");
  expect(await response.json()).toEqual({ detail: 'Method "DELETE" not allowed.' });
});

test("a path that cannot be read leads nowhere", async () => {
  const response = await running.client().once("/api/v3/flows/instances/%ff/");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ detail: "Not found." });
});
