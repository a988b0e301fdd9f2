// Settings from the caller, the environment and a file, and what is said of those that cannot be used.
import { expect, test } from "vitest";
import { settingsSchema } from "../../server/settings.ts";
import {
  loadSettings,
  SettingsError,
  type SettingsSources,
  unknownVariables,
} from "../../server/settings-source.ts";

const SECRET = "s".repeat(32);

function load(sources: SettingsSources) {
  return loadSettings(settingsSchema, { ...sources, given: { secretKey: SECRET, ...sources.given } });
}

function problems(sources: SettingsSources): readonly string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const file = (text: string) => ({ name: "postern.yaml", text });

test("what is not set has its default: loopback only, no proxy trusted", () => {
  expect(load({})).toMatchObject({ host: "127.0.0.1", port: 9000, trustedProxies: [], bodyLimit: 1_048_576 });
});

test("the caller wins over the environment, the environment over the file", () => {
  const yaml = file("port: 1\nhost: a.example\nlogLevel: warn\n");
  const env = { POSTERN_PORT: "2", POSTERN_HOST: "b.example", POSTERN_BODY_LIMIT: "" };
  expect(load({ file: yaml, env, given: { port: 3 } })).toMatchObject({
    port: 3,
    host: "b.example",
    logLevel: "warn",
    bodyLimit: 1_048_576,
  });
});

test("lists are separated by commas in the environment", () => {
  const env = { POSTERN_TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8" };
  expect(load({ env }).trustedProxies).toEqual(["127.0.0.1", "10.0.0.0/8"]);
  expect(load({ file: file("trustedProxies:\n  - 127.0.0.1\n") }).trustedProxies).toEqual(["127.0.0.1"]);
});

test("an empty file sets nothing", () => {
  expect(load({ file: file("# nothing yet\n") }).port).toBe(9000);
});

test("every problem is told at once, with file, line and key, or the variable", () => {
  const yaml = file("host: ''\nport: 70000\n\nbodyLimt: 5\ntrustedProxies:\n  - ''\n");
  const env = { POSTERN_LOG_LEVEL: "loud", POSTERN_BODY_LIMIT: "5 MB" };
  expect(problems({ file: yaml, env })).toEqual([
    expect.stringMatching(
      /^postern\.yaml:4: bodyLimt: there is no such setting; the settings are host, port, /,
    ),
    "postern.yaml:1: host: Too small: expected string to have >=1 characters",
    "postern.yaml:2: port: Too big: expected number to be <=65535",
    "postern.yaml:5: trustedProxies.0: must be an address such as 10.0.0.1, or a network such as 10.0.0.0/8",
    "POSTERN_BODY_LIMIT: Invalid input: expected number, received string",
    expect.stringMatching(/^POSTERN_LOG_LEVEL: Invalid option: expected one of "trace"/),
  ]);
});

test("a setting that must be there and is not is named, with its variable", () => {
  expect(() => loadSettings(settingsSchema, {})).toThrow(
    "secretKey (POSTERN_SECRET_KEY): Invalid input: expected string, received undefined",
  );
});

test("a secret that does not fit is not repeated", () => {
  const short = "canary-secret";
  expect(() => loadSettings(settingsSchema, { env: { POSTERN_SECRET_KEY: short } })).toThrow(
    "POSTERN_SECRET_KEY: Too small: expected string to have >=32 characters",
  );
});

test.each([
  ["- a\n", ["postern.yaml:1: a mapping from settings to values is expected"]],
  ["port: [\n", [expect.stringMatching(/^postern\.yaml:2: /)]],
  ["port: 1\nport: 2\n", [expect.stringMatching(/^postern\.yaml:2: Map keys must be unique/)]],
])("a file that is no mapping, %j, is told with its line", (text, expected) => {
  expect(problems({ file: file(text) })).toEqual(expected);
});

test.each([
  ["10.0.0.1", true],
  ["::1", true],
  ["10.0.0.0/8", true],
  ["fd00::/8", true],
  ["loopback", true],
  ["proxy.example", false],
  ["10.0.0.0/33", false],
  ["10.0.0.0/0", false],
  ["10.0.0.0/8/8", false],
  ["fe80::1%eth0", false],
])("the proxy %s can be trusted: %s", (proxy, fits) => {
  const told = problems({ env: { POSTERN_TRUSTED_PROXIES: `127.0.0.1,${proxy}` } });
  const problem =
    "POSTERN_TRUSTED_PROXIES.1: must be an address such as 10.0.0.1, or a network such as 10.0.0.0/8";
  expect(told).toEqual(fits ? [] : [problem]);
});

test("a time that a timer or the calendar does not have is refused: it would end at once, or never begin", () => {
  const env = {
    POSTERN_SHUTDOWN_TIMEOUT: "2147483648",
    POSTERN_REQUEST_TIMEOUT: "2147483647",
    POSTERN_SESSION_LIFETIME: "9007199254740991",
  };
  expect(problems({ env })).toEqual([
    expect.stringMatching(/^POSTERN_SESSION_LIFETIME: Too big: /),
    expect.stringMatching(/^POSTERN_SHUTDOWN_TIMEOUT: Too big: /),
  ]);
});

test("variables that are named like settings and are none are found", () => {
  const env = { POSTERN_PORT: "1", POSTERN_PROT: "1", POSTERN_SETTINGS: "s.yaml", HOME: "/h" };
  expect(unknownVariables(settingsSchema, env, ["POSTERN_SETTINGS"])).toEqual(["POSTERN_PROT"]);
});
