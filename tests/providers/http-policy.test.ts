// URLs and policies: what is refused before any connection, however the target is spelled.

import { describe, expect, test } from "vitest";
import { createHttpClient, type HttpErrorCode, parseAllowedTarget } from "../../providers/index.ts";
import { failure } from "./local-server.ts";

/** Every name resolves to a loopback address here, so that no test leaves the machine. */
const http = createHttpClient({ resolve: async () => [{ address: "127.0.0.1", family: 4 }] });

const URLS: readonly (readonly [url: string, code: HttpErrorCode])[] = [
  // This machine, in the spellings that URL parsers and resolvers understand.
  ["https://127.0.0.1/", "blocked_address"],
  ["https://127.0.0.1./", "blocked_address"],
  ["https://127.1/", "blocked_address"],
  ["https://127.0.1/", "blocked_address"],
  ["https://2130706433/", "blocked_address"],
  ["https://0x7f000001/", "blocked_address"],
  ["https://0x7f.0.0.1/", "blocked_address"],
  ["https://0x7F.0x0.0x0.0x1/", "blocked_address"],
  ["https://0177.0.0.1/", "blocked_address"],
  ["https://017700000001/", "blocked_address"],
  ["https://0177.0.0.01/", "blocked_address"],
  ["https://127.0.0.0x1/", "blocked_address"],
  ["https://%31%32%37.0.0.1/", "blocked_address"],
  ["https://１２７.０.０.１/", "blocked_address"],
  ["https://①②⑦.⓪.⓪.①/", "blocked_address"],
  ["https://127。0。0。1/", "blocked_address"],
  ["https://0/", "blocked_address"],
  ["https://0.0.0.0/", "blocked_address"],
  ["https://[::]/", "blocked_address"],
  ["https://[::1]/", "blocked_address"],
  ["https://[0:0:0:0:0:0:0:1]/", "blocked_address"],
  ["https://[::ffff:127.0.0.1]/", "blocked_address"],
  ["https://[::ffff:7f00:1]/", "blocked_address"],
  ["https://[::127.0.0.1]/", "blocked_address"],
  ["https://[64:ff9b::7f00:1]/", "blocked_address"],
  ["https://[2002:7f00:1::]/", "blocked_address"],
  ["https://[2001:0:7f00:1::1]/", "blocked_address"],
  ["https://localhost/", "blocked_address"],
  ["https://localhost./", "blocked_address"],
  ["https://LOCALHOST/", "blocked_address"],
  ["https://ⓛocalhost/", "blocked_address"],
  ["https://127.0.0.1.nip.io/", "blocked_address"],
  // Networks inside, and metadata services.
  ["https://10.0.0.1/", "blocked_address"],
  ["https://0xa000001/", "blocked_address"],
  ["https://192.168.1.1/", "blocked_address"],
  ["https://172.16.0.1/", "blocked_address"],
  ["https://100.64.0.1/", "blocked_address"],
  ["https://169.254.169.254/latest/meta-data/", "blocked_address"],
  ["https://2852039166/", "blocked_address"],
  ["https://[::ffff:a9fe:a9fe]/", "blocked_address"],
  ["https://168.63.129.16/", "blocked_address"],
  ["https://100.100.100.200/", "blocked_address"],
  ["https://[fd00:ec2::254]/", "blocked_address"],
  ["https://metadata.google.internal/", "blocked_address"],
  ["https://[fe80::1]/", "blocked_address"],
  ["https://[fc00::1]/", "blocked_address"],
  ["https://[ff02::1]/", "blocked_address"],
  ["https://224.0.0.1/", "blocked_address"],
  ["https://255.255.255.255/", "blocked_address"],
  // Tricks with the form of the URL.
  ["https://[fe80::1%25eth0]/", "invalid_url"],
  ["https://gateway.example@127.0.0.1/", "invalid_url"],
  ["https://user:secret@gateway.example/", "invalid_url"],
  ["https://@gateway.example/", "invalid_url"],
  ["https://gateway.example\\@127.0.0.1/", "invalid_url"],
  ["https:\\\\127.0.0.1\\", "invalid_url"],
  ["https:127.0.0.1", "invalid_url"],
  ["https:///127.0.0.1/", "invalid_url"],
  ["https://gateway.example/\r\nHost: inside", "invalid_url"],
  ["https://gate\tway.example/", "invalid_url"],
  [" https://gateway.example/", "invalid_url"],
  ["https://gateway.example/a b", "invalid_url"],
  ["https://gateway.example:99999/", "invalid_url"],
  ["https://256.256.256.256/", "invalid_url"],
  ["https://", "invalid_url"],
  ["//gateway.example/", "invalid_url"],
  ["gateway.example", "invalid_url"],
  ["", "invalid_url"],
  // Schemes and ports.
  ["http://gateway.example/", "blocked_scheme"],
  ["http://127.0.0.1/", "blocked_scheme"],
  ["file:///etc/passwd", "blocked_scheme"],
  ["ftp://gateway.example/", "blocked_scheme"],
  ["gopher://127.0.0.1:6379/_FLUSHALL", "blocked_scheme"],
  ["data:text/plain,hello", "blocked_scheme"],
  ["javascript:alert(1)", "blocked_scheme"],
  ["wss://gateway.example/", "blocked_scheme"],
  ["https://gateway.example:22/", "blocked_port"],
  ["https://gateway.example:8443/", "blocked_port"],
  ["https://127.0.0.1:6379/", "blocked_port"],
];

describe("a URL", () => {
  test.each(URLS)("%j is refused as %s", async (url, code) => {
    const error = await failure(http.request({ method: "GET", url }));
    expect({ code: error.code, sent: error.mayHaveBeenSent }).toEqual({ code, sent: false });
    expect(error.hint).not.toBe("");
  });

  test("is never repeated in an error: path, query and credentials stay out", async () => {
    const urls = [
      "https://gateway.example/key-4711/send?token=key-4711#key-4711",
      "https://gateway.example:8443/key-4711?key-4711",
      "http://gateway.example/?key-4711",
      "https://user:key-4711@gateway.example/",
      "https://127.0.0.1/key-4711",
      "https://gateway.example/\nkey-4711",
    ];
    for (const url of urls) {
      const error = await failure(http.request({ method: "GET", url }));
      expect(`${error.message} ${error.hint} ${error.stack} ${JSON.stringify(error)}`).not.toContain(
        "key-4711",
      );
    }
  });
});

describe("the allow list", () => {
  test("does not open metadata services, multicast or the unspecified address", async () => {
    for (const host of [
      "169.254.169.254",
      "100.100.100.200",
      "fd00:ec2::254",
      "224.0.0.1",
      "0.0.0.0",
      "::",
    ]) {
      const allowing = createHttpClient({ allow: [{ host, port: 443 }] });
      const url = host.includes(":") ? `https://[${host}]/` : `https://${host}/`;
      const error = await failure(allowing.request({ method: "GET", url }));
      expect(error.code, host).toBe("blocked_address");
    }
  });

  test("does not open link-local addresses to a name that resolves there", async () => {
    const allowing = createHttpClient({
      allow: [{ host: "gateway.corp", port: 443 }],
      resolve: async () => [{ address: "169.254.7.7", family: 4 }],
    });
    const error = await failure(allowing.request({ method: "GET", url: "https://gateway.corp/" }));
    expect(error.code).toBe("blocked_address");
    expect(error.message).toBe(
      "gateway.corp resolves to 169.254.7.7, a link-local address: not reachable from here.",
    );
  });

  test("names one port: the others of the same host stay closed", async () => {
    const allowing = createHttpClient({ allow: [{ host: "127.0.0.1", port: 8080, http: true }] });
    const error = await failure(allowing.request({ method: "GET", url: "http://127.0.0.1:8081/" }));
    expect(error.code).toBe("blocked_scheme");
  });

  test("opens plain HTTP only where it says so", async () => {
    const allowing = createHttpClient({ allow: [{ host: "127.0.0.1", port: 8080 }] });
    const error = await failure(allowing.request({ method: "GET", url: "http://127.0.0.1:8080/" }));
    expect(error.code).toBe("blocked_scheme");
    expect(error.hint).toContain("127.0.0.1:8080");
  });

  test.each([
    ["gateway.corp:8443", { host: "gateway.corp", port: 8443 }],
    ["Gateway.Corp.", { host: "gateway.corp", port: 443 }],
    ["https://gateway.corp", { host: "gateway.corp", port: 443 }],
    ["http://127.0.0.1:8080", { host: "127.0.0.1", port: 8080, http: true }],
    ["http://gateway.corp/", { host: "gateway.corp", port: 80, http: true }],
    ["[::1]:8443", { host: "[::1]", port: 8443 }],
  ])("reads %j", (text, entry) => {
    expect(parseAllowedTarget(text)).toEqual(entry);
  });

  test.each([
    "",
    "gateway.corp:0",
    "gateway.corp:70000",
    "http://gateway.corp/sms",
    "user@gateway.corp",
    "a b",
    "*:*:*",
  ])("does not read %j", (text) => {
    expect(() => parseAllowedTarget(text)).toThrow("does not name an allowed target");
  });
});

describe("a policy", () => {
  test("with a misspelled limit is refused instead of ignored", () => {
    expect(() => createHttpClient({ maxBodyByte: 10 } as never)).toThrow("maxBodyByte");
  });

  test("with a URL in the place of a host is refused", () => {
    expect(() => createHttpClient({ allow: [{ host: "http://gateway.corp", port: 80 }] })).toThrow(
      "not a host name or address",
    );
  });

  test("with a deadline of zero is refused", () => {
    expect(() => createHttpClient({ timeoutMs: 0 })).toThrow("timeoutMs");
  });
});
