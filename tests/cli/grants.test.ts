// `postern eval --grant`: what expressions may reach, and what is said about options that do not fit together.
import { expect, test } from "vitest";
import { library } from "../../cli/library.ts";
import { serveHttp } from "../providers/local-server.ts";
import { postern } from "./command-line.ts";

test("an expression reaches a host that was named, and no other", async () => {
  await using server = await serveHttp((_request, response) => response.end("hello"));
  const source = `
def ask(url):
    try:
        return requests.get(url).content
    except Exception as e:
        return str(e)
return ask("${server.url}/x"), ask("http://127.0.0.1:1/")`;
  const args = ["eval", "-", "--kind", "expression", "--grant", "http", "--allow", server.url];
  const ended = await postern(args, { library, stdin: source });
  expect(ended.err).toBe("");
  expect(ended.out).toContain(
    "(b'hello', 'http://127.0.0.1:1 is not among the targets that expressions may reach.')",
  );
});

test("a name is looked up when that was granted", async () => {
  const stdin = "return resolve_dns('localhost', 4)";
  const granted = await postern(["eval", "-", "--json", "--grant", "dns"], { library, stdin });
  expect(JSON.parse(granted.out)).toMatchObject({ ok: true, result: ["127.0.0.1"] });
  const closed = await postern(["eval", "-", "--json"], { library, stdin });
  expect(JSON.parse(closed.out)).toMatchObject({
    error: {
      type: "CapabilityError",
      message: 'resolve_dns needs the capability "dns", which this evaluation was not granted',
    },
  });
});

test.each([
  [["--grant", "http"], "--grant http reaches nothing by itself; name each host with --allow"],
  [["--allow", "a.example"], "--allow is for --grant http; add it, or leave --allow out"],
  [["--grant", "email"], '--grant: there is no "email"; there are http and dns'],
  [
    ["--grant", "http", "--allow", "a.example/path"],
    '--allow: "a.example/path" does not name an allowed target. Write host:port, or http://host:port to allow plain HTTP.',
  ],
])("%j is wrong usage", async (args, message) => {
  expect(await postern(["eval", "-", ...args], { library, stdin: "return 1" })).toEqual({
    code: 2,
    out: "",
    err: `postern: ${message}\n`,
  });
});
