// `postern serve` and `postern token` as command lines; the server and the store behind them are stand-ins.
import { expect, test } from "vitest";
import type { OpenServerOptions } from "../../cli/host.ts";
import { UsageError } from "../../cli/io.ts";
import { postern, type Surroundings } from "./command-line.ts";

/** A stand-in for the server; remembers how it was opened and what happened. */
function standIn(token?: string) {
  const opened: OpenServerOptions[] = [];
  const events: string[] = [];
  const around: Surroundings = {
    env: { HOME: "/home/someone" },
    stopped: async () => void events.push("asked to stop"),
    library: {
      async openServer(options) {
        opened.push(options);
        return {
          url: "http://127.0.0.1:1234",
          ...(token !== undefined && { token }),
          close: async () => void events.push("closed"),
        };
      },
    },
  };
  return { opened, events, around };
}

test("prints one line of JSON when it is ready, with the token of the first start, and closes when asked to", async () => {
  const { around, events } = standIn("secret-token");
  expect(await postern(["serve", "--json"], around)).toEqual({
    code: 0,
    out: '{"url":"http://127.0.0.1:1234","token":"secret-token"}\n',
    err: "",
  });
  expect(events).toEqual(["asked to stop", "closed"]);
});

test("there is no token in the line where an administrator was there already", async () => {
  const { around } = standIn();
  expect((await postern(["serve", "--json"], around)).out).toBe('{"url":"http://127.0.0.1:1234"}\n');
  expect((await postern(["serve"], around)).out).toBe("http://127.0.0.1:1234 is ready\n");
});

test("options become settings; those that are not given leave it to the environment and the file", async () => {
  const { around, opened } = standIn();
  await postern(["serve"], {
    ...around,
    env: { HOME: "/home/someone", POSTERN_SETTINGS: "of-the-environment.yaml" },
  });
  const args = [
    "--host",
    "::1",
    "--port",
    "0",
    "--data",
    "d",
    "--blueprint",
    "a.yaml",
    "--blueprint",
    "b.yaml",
  ];
  const more = [
    "--allow",
    "http://localhost:8080",
    "--limit-steps",
    "5",
    "--set",
    "a=b",
    "--settings",
    "s.yaml",
  ];
  await postern(["serve", ...args, ...more], around);
  const defined = opened.map(({ given, settingsFile, context, dataFolder }) => ({
    given: JSON.parse(JSON.stringify(given)),
    settingsFile,
    context,
    dataFolder,
  }));
  expect(defined).toEqual([
    {
      given: {},
      settingsFile: "of-the-environment.yaml",
      context: {},
      dataFolder: "/home/someone/.local/share/postern",
    },
    {
      given: {
        host: "::1",
        port: 0,
        data: "d",
        // Not the store that a variable or the file names.
        store: "d/postern.json",
        blueprints: ["a.yaml", "b.yaml"],
        allow: ["http://localhost:8080"],
        limitSteps: 5,
      },
      settingsFile: "s.yaml",
      context: { a: "b" },
      dataFolder: "/home/someone/.local/share/postern",
    },
  ]);
});

test.each([["70000"], ["-1"], ["http"], ["1e3"]])("the port %s is refused", async (port) => {
  const { code, err } = await postern(["serve", "--port", port]);
  expect(code).toBe(2);
  expect(err).toContain("It must be a number from 0 to 65535.");
});

test("what cannot be used is told with exit code 2", async () => {
  const library = {
    openServer: async () => {
      throw new UsageError("postern.yaml:3: port: Too big: expected number to be <=65535");
    },
  };
  expect(await postern(["serve"], { library })).toEqual({
    code: 2,
    out: "",
    err: "postern: postern.yaml:3: port: Too big: expected number to be <=65535\n",
  });
});

/** A stand-in for a store's tokens. */
function tokens() {
  const calls: unknown[] = [];
  const library: Surroundings["library"] = {
    async openTokens({ storePlace, storeKey }) {
      calls.push({ storePlace, storeKey });
      return {
        async create(options) {
          calls.push(options);
          return { identifier: "ci", token: "key", expires: null };
        },
        list: async () => [
          { identifier: "ci", user: "mal\u001blory", created: "2026-01-01T00:00:00.000Z", expires: null },
        ],
        revoke: async (identifier) => void calls.push(identifier),
        close: async () => void calls.push("closed"),
      };
    },
  };
  return { calls, library };
}

test("a token is printed alone, so that a script can take it", async () => {
  const { calls, library } = tokens();
  const args = ["token", "create", "--user", "akadmin", "--data", "d", "--days", "30", "--identifier", "ci"];
  expect(await postern(args, { library, env: { POSTERN_STORE_KEY: "k" } })).toEqual({
    code: 0,
    out: "key\n",
    err: "",
  });
  expect(calls).toEqual([
    { storePlace: "d/postern.json", storeKey: "k" },
    { user: "akadmin", identifier: "ci", days: 30 },
    "closed",
  ]);
  const json = await postern(["token", "create", "--user", "akadmin", "--json"], { library });
  expect(json.out).toBe('{"identifier":"ci","token":"key","expires":null}\n');
});

test("tokens are listed without their keys, and names cannot move the cursor", async () => {
  const { library } = tokens();
  expect((await postern(["token", "list"], { library })).out).toBe(
    "ci  mal\\x1blory  made 2026-01-01T00:00:00.000Z, no end\n",
  );
});

test("a token is revoked by its identifier", async () => {
  const { library, calls } = tokens();
  expect((await postern(["token", "revoke", "ci"], { library })).code).toBe(0);
  expect(calls).toContain("ci");
});

test.each([[[]], [["--user", "a", "--days", "0"]], [["--user", "a", "--days", "1.5"]]])(
  "token create %j is refused",
  async (args) => {
    expect((await postern(["token", "create", ...args], tokens())).code).toBe(2);
  },
);
