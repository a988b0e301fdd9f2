// The playground's API and page as a browser and as others meet them.
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPlayground } from "../../../scripts/build-playground.ts";
import { type Running, startServer } from "../server-under-test.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures");
const source = readFileSync(join(fixtures, "policies/phone-region.py"), "utf8");
const withPhone = (phone: string) => ({
  request: { user: { username: "marie" }, context: { prompt_data: { phone } } },
});

let server: Running;
beforeAll(async () => {
  await buildPlayground();
  server = await startServer();
}, 120_000);
afterAll(async () => await server.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${server.url}/api/postern/playground/${path}/`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}
// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
async function ask(path: string, body: unknown): Promise<any> {
  const response = await post(path, body);
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  return await response.json();
}
/** A request with a Host of its own, which `fetch` does not allow. */
async function statusFor(headers: Record<string, string>): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/api/postern/playground/check/`,
      { method: "POST", headers: { "content-type": "application/json", ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify({ kind: "policy", source: "return True" }));
  });
}

test("an evaluation tells the verdict, why, which lines ran, and how far the limits were used", async () => {
  const context = withPhone("+49 170 1234567");
  const answer = await ask("evaluate", { kind: "policy", source, context });
  expect(answer).toMatchObject({
    ok: true,
    passing: false,
    messages: ["Invalid phone number or missing region code"],
    decided: 6,
  });
  expect(answer.lines).toContainEqual({ line: 4, count: 0 });
  expect(answer.trace).toContainEqual(
    expect.objectContaining({ kind: "assignment", name: "phone_number", value: "'+491701234567'" }),
  );
  const steps = answer.limits.find(({ limit }: { limit: string }) => limit === "steps");
  expect(steps).toEqual({ limit: "steps", used: answer.steps, allowed: 20_000_000, most: 20_000_000 });
});

test("what does not compile is denied with its line", async () => {
  const answer = await ask("evaluate", { kind: "policy", source: "return (", context: {} });
  expect(answer).toMatchObject({ ok: false, passing: false, error: { type: "SyntaxError", line: 1 } });
});

test("an endless loop ends by its limit and is denied", async () => {
  const answer = await ask("evaluate", { kind: "policy", source: "while True: pass", context: {} });
  expect(answer).toMatchObject({ passing: false, error: { limit: true } });
});

test("a webhook mapping shows its request, credentials masked", async () => {
  const answer = await ask("evaluate", {
    kind: "webhook",
    source: 'return {"to": device.phone_number}',
    context: { device: { phone_number: "+1234567890" }, stage: {}, token: "1" },
    gateway: { url: "https://sms.example.com/send", encoding: "form", authorization: "basic" },
  });
  expect(answer.request).toEqual({
    method: "POST",
    url: "https://sms.example.com/send",
    headers: {
      accept: "*/*",
      authorization: "Basic ***",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "to=%2B1234567890",
  });
});

test("findings and names come from the engine's own tables", async () => {
  const { findings } = await ask("check", { kind: "policy", source: "return phone" });
  expect(findings).toMatchObject([{ code: "unknown-name", severity: "error", line: 1, column: 8 }]);
  const response = await fetch(`${server.url}/api/postern/playground/names/?kind=webhook`);
  const { names } = (await response.json()) as { names: { name: string }[] };
  expect(names.map(({ name }) => name)).toContain("device");
  expect(names.map(({ name }) => name)).not.toContain("ak_message");
});

test("a suite's people, limits and policies come along, and go into the suite that is exported", async () => {
  const suite = `policy: p.py
users: { marie: { groups: [staff] }, paula: { email: paula@example.com } }
groups: { staff: { parents: [all] }, all: { attributes: { floor: 3 } } }
limits: { steps: 100000 }
user: marie
stubs: { policies: { other: { file: other.py } } }
cases:
  - name: asks for everything
    expect: { passing: true }
`;
  const policy = `paula = ak_user_by(username="paula")
all_of_them = ak_is_group_member(request.user, name="all")
return paula.email == "paula@example.com" and all_of_them and ak_call_policy("other").passing
`;
  const current = { kind: "policy", source: "" };
  const files = (text: string) => [
    { name: "s.suite.yaml", text },
    { name: "p.py", text: policy },
    { name: "other.py", text: "return 1 + 1 == 2" },
  ];
  const { cases } = await ask("import", { files: files(suite), current });
  expect(cases[0].limits).toEqual({ steps: 100_000 });
  const subject = { kind: "policy", source: policy };
  const passed = { results: [{ name: "asks for everything", status: "passed", failures: [] }] };
  expect(await ask("cases", { ...subject, cases })).toEqual(passed);
  const { text } = await ask("export", { kind: "policy", file: "p.py", cases });
  const again = await ask("import", { files: files(text), current });
  expect(await ask("cases", { ...subject, cases: again.cases })).toEqual(passed);
});

test("limits can be set below the server's, and not above", async () => {
  const request = { kind: "policy", source: "while True: pass", context: {} };
  expect(await ask("evaluate", { ...request, limits: { steps: 1_000 } })).toMatchObject({
    error: { type: "StepLimitExceeded" },
    limits: expect.arrayContaining([
      { limit: "steps", used: expect.any(Number), allowed: 1_000, most: 20_000_000 },
    ]),
  });
  expect((await post("evaluate", { ...request, limits: { steps: 30_000_000 } })).status).toBe(400);
});

test("a pattern that a case expects cannot hold the server up, and one that RE2 does not take is said", async () => {
  const subject = { kind: "policy", source: "ak_message('a' * 5000)\nreturn True" };
  const cases = ["^(a+)+b$", "^(?=a)"].map((pattern) => {
    return { name: pattern, context: {}, expect: { messages: [{ pattern }] } };
  });
  const { results } = await ask("cases", { ...subject, cases });
  expect(results.map(({ failures: [first] }: { failures: string[] }) => first?.slice(0, 60))).toEqual([
    'expected a text like /^(a+)+b$/; there is "aaaaaaaaaaaaaaaaa',
    "it is no case: ^(?=a) is no pattern: invalid perl operator: ",
  ]);
});

test("cases are run; exported as a suite and imported again they come to the same", async () => {
  const cases = [
    { name: "accepted", context: withPhone("+1234 5"), expect: { passing: true } },
    { name: "wrongly expected", context: withPhone("+49"), expect: { passing: true } },
  ];
  const { results } = await ask("cases", { kind: "policy", source, cases });
  expect(results).toEqual([
    { name: "accepted", status: "passed", failures: [] },
    { name: "wrongly expected", status: "failed", failures: ["expected to pass, but it was denied"] },
  ]);
  const { text } = await ask("export", { kind: "policy", file: "policy.py", cases });
  const current = { kind: "policy", source };
  const again = await ask("import", { files: [{ name: "x.suite.yaml", text }], current });
  expect(again.expressions).toEqual([]);
  expect(await ask("cases", { kind: "policy", source, cases: again.cases })).toEqual({ results });
});

test("a blueprint gives its expressions; a broken one says why", async () => {
  const text = readFileSync(join(fixtures, "blueprints/sms-enrollment.yaml"), "utf8");
  const current = { kind: "policy", source: "" };
  const { expressions } = await ask("import", { files: [{ name: "sms.yaml", text }], current });
  expect(expressions).toContainEqual({ label: "phone-region", kind: "policy", source: expect.any(String) });
  const response = await post("import", { files: [{ name: "b.yaml", text: "entries: [" }], current });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("b.yaml");
});

test("a search tells its progress and then the counterexample, which is a case that fails", async () => {
  const subject = { kind: "policy", source };
  const response = await post("fuzz", { ...subject, property: "never-raises", runs: 500 });
  const lines = (await response.text()).trim().split("\n");
  const last = JSON.parse(lines.at(-1) as string);
  expect(last).toMatchObject({ done: true, found: { name: expect.stringContaining("never-raises") } });
  const { results } = await ask("cases", { ...subject, cases: [last.found] });
  expect(results[0].status).toBe("failed");
});

test("a property that is none is refused in the search's words", async () => {
  const response = await post("fuzz", { kind: "policy", source, property: "never-rises", runs: 10 });
  expect(await response.text()).toContain("did you mean never-raises");
});

test("only this machine's own pages are answered without a token", async () => {
  const { host } = new URL(server.url);
  expect(await statusFor({ host })).toBe(200);
  expect(await statusFor({ host: "postern.example.com" })).toBe(403);
  expect(await statusFor({ host, "x-forwarded-for": "203.0.113.9" })).toBe(403);
  expect(await statusFor({ host: "postern.example.com", authorization: `Bearer ${server.token}` })).toBe(200);
  expect(await statusFor({ host, origin: "https://evil.example" })).toBe(403);
  expect(await statusFor({ host, "sec-fetch-site": "same-site" })).toBe(403);
  expect(await statusFor({ host, "content-type": "text/plain" })).toBe(415);
});

test("a request that is none is refused with what is wrong", async () => {
  const response = await post("evaluate", { kind: "flow", source: 1, context: {}, more: true });
  expect(response.status).toBe(400);
  expect(Object.keys((await response.json()) as object).sort()).toEqual([
    "kind",
    "non_field_errors",
    "source",
  ]);
});

test("the page comes with a policy that allows its own files and nothing else", async () => {
  const response = await fetch(`${server.url}/playground/`);
  const policy = response.headers.get("content-security-policy") ?? "";
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "none";
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain("unsafe");
  const html = await response.text();
  expect(html).toContain(`nonce="${nonce}"`);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/);
  const assets = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path]) => path);
  expect(assets.length).toBeGreaterThan(1);
  for (const path of assets) {
    const asset = await fetch(`${server.url}/playground/${path}`);
    expect({ path, status: asset.status }).toEqual({ path, status: 200 });
  }
});

test("the whole page weighs at most 400 KB, compressed", async () => {
  const folder = join(import.meta.dirname, "../../../playground/dist");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const sizes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
  expect(files.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(400_000);
});

test("without the setting there is no playground", async () => {
  await using other = await startServer({
    on: { runtime: server.runtime, engine: server.engine, store: server.store },
    admin: false,
    settings: { playground: false },
  });
  expect((await fetch(`${other.url}/playground/`)).status).toBe(404);
});
