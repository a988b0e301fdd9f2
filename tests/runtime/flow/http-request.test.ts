// The HTTP request as it is kept: no credentials, META and headers completed from each other, any name a client thinks of.
import { expect, test } from "vitest";
import { type HttpRequestInput, httpRequestData } from "../../../runtime/flow/http-request.ts";
import { memoryStore } from "../../../runtime/index.ts";

async function kept(input: HttpRequestInput): Promise<ReturnType<typeof httpRequestData>> {
  await using store = memoryStore();
  return await store.read((tx) => httpRequestData(tx, input));
}

test("headers stand in META under their names there, and META's in the headers", async () => {
  const { META, headers } = await kept({
    META: { REMOTE_ADDR: "192.0.2.7", HTTP_X_ONLY_THERE: "there", HTTP_X_BOTH: "META" },
    headers: { "user-agent": "test", "Content-Type": "application/json", "x-both": "header" },
  });
  expect(META).toEqual({
    REMOTE_ADDR: "192.0.2.7",
    HTTP_X_ONLY_THERE: "there",
    HTTP_X_BOTH: "META",
    HTTP_USER_AGENT: "test",
    CONTENT_TYPE: "application/json",
  });
  expect(headers).toEqual({
    "x-only-there": "there",
    "user-agent": "test",
    "Content-Type": "application/json",
    "x-both": "header",
  });
});

test("credentials are in neither, however they are spelled", async () => {
  const { META, headers } = await kept({
    META: { HTTP_COOKIE: "a", HTTP_PROXY_AUTHORIZATION: "b", HTTP_X: "kept" },
    headers: { Authorization: "c", cookie: "d", "SET-COOKIE": "e" },
  });
  expect([META, headers]).toEqual([{ HTTP_X: "kept" }, { x: "kept" }]);
});

test("where the client's address is known a header of the client's says no other one, however it is spelled", async () => {
  const headers = { "X-Forwarded-For": "10.9.9.9", x_forwarded_for: "10.8.8.8" };
  const told = await kept({ META: { REMOTE_ADDR: "192.0.2.7" }, headers });
  expect(told.META).toEqual({ REMOTE_ADDR: "192.0.2.7", HTTP_X_FORWARDED_FOR: "192.0.2.7" });
  expect(told.headers).toEqual({ "X-Forwarded-For": "192.0.2.7", x_forwarded_for: "192.0.2.7" });
  expect((await kept({ headers: { "x-forwarded-for": "10.9.9.9" } })).META).toEqual({
    HTTP_X_FORWARDED_FOR: "10.9.9.9",
  });
});

test("a name that JavaScript has a meaning for is a name like any other", async () => {
  const { META, headers } = await kept({
    META: JSON.parse('{"__proto__":"a","HTTP_X":"b"}') as { [key: string]: string },
    headers: JSON.parse('{"__proto__":"c","constructor":"d"}') as { [name: string]: string },
  });
  expect(JSON.stringify([META, headers])).toBe(
    '[{"HTTP___PROTO__":"c","HTTP_CONSTRUCTOR":"d","__proto__":"a","HTTP_X":"b"},{"x":"b","__proto__":"c","constructor":"d"}]',
  );
});

test("names are spelled the same way each time, however many clients make up", async () => {
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x-${n}`, String(n)]));
  const first = await kept({ headers: many });
  expect(first.META).toEqual(
    Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`HTTP_X_${n}`, String(n)])),
  );
  expect((await kept({ headers: many })).META).toEqual(first.META);
});
