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
