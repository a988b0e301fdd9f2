// A request's headers as Django shows them to expressions.
import { expect, test } from "vitest";
import { engineUnderTest } from "../../engine-under-test.ts";

const under = engineUnderTest();
const request = {
  http_request: { headers: { "user-agent": "curl", "X-FORWARDED-FOR": "192.0.2.7", dnt: "1" } },
};

test.each([
  ["headers['User-Agent'], headers['user-agent'], headers['USER_AGENT']", "('curl', 'curl', 'curl')"],
  ["headers.get('X-Forwarded-For'), headers.get('x-nothing'), headers.get('x', 7)", "('192.0.2.7', None, 7)"],
  ["'DNT' in headers, 'X-Nothing' in headers, 5 in headers", "(True, False, False)"],
  ["sorted(headers.items())", "[('Dnt', '1'), ('User-Agent', 'curl'), ('X-Forwarded-For', '192.0.2.7')]"],
  ["len(headers), headers == {'User-Agent': 'curl'}", "(3, False)"],
])("%s", async (expression, expected) => {
  const source = `headers = request.http_request.headers\nreturn ${expression}`;
  expect((await under.run(source, { request }, "policy")).repr).toBe(expected);
});

test("a header that is not there is a KeyError", async () => {
  const outcome = await under.run("return request.http_request.headers['x-nothing']", { request }, "policy");
  expect(outcome.error).toMatchObject({ type: "KeyError", message: "'x-nothing'" });
});
