// The guarded client over real sockets: rebinding, redirects, deadlines, caps, header checks, one connection.

import { once } from "node:events";
import { createServer as createSocketServer } from "node:net";
import { brotliCompressSync, createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createHttpClient, type ResolvedAddress } from "../../providers/index.ts";
import { clientFor, failure, serveHttp, serveSockets } from "./local-server.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const PUBLIC: ResolvedAddress = { address: "8.8.8.8", family: 4 };
const LOOPBACK: ResolvedAddress = { address: "127.0.0.1", family: 4 };

describe("an exchange", () => {
  test("carries method, path, headers and body, and returns status, headers and body", async () => {
    const seen: unknown[] = [];
    await using server = await serveHttp(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen.push(
        request.method,
        request.url,
        request.headers["x-note"],
        request.headers.host,
        request.headers.connection,
      );
      seen.push(Buffer.concat(chunks).toString());
      response.writeHead(418, { "X-Reply": "yes", "set-cookie": ["a=1", "b=2"] }).end("grüß dich");
    });
    const answer = await clientFor(server).request({
      method: "PUT",
      url: `${server.url}/a/b?c=d#not-sent`,
      headers: { "X-Note": "hi" },
      body: "grüß gott",
    });
    expect(seen).toEqual(["PUT", "/a/b?c=d", "hi", `127.0.0.1:${server.port}`, "close", "grüß gott"]);
    expect(answer.status).toBe(418);
    expect(answer.headers["x-reply"]).toBe("yes");
    expect(answer.headers["set-cookie"]).toBe("a=1, b=2");
    expect(answer.text()).toBe("grüß dich");
  });

  test("reads text in the character set that the answer names, and an unknown one as UTF-8", async () => {
    const types = ["text/plain; charset=iso-8859-1", "text/plain; charset=klingon", "text/plain"];
    await using server = await serveHttp((request, response) => {
      const index = Number(request.url?.slice(1));
      response.writeHead(200, { "content-type": types[index] });
      response.end(Buffer.from("é", index === 0 ? "latin1" : "utf8"));
    });
    const http = clientFor(server);
    for (const index of types.keys()) {
      const answer = await http.request({ method: "GET", url: `${server.url}/${index}` });
      expect(answer.text()).toBe("é");
    }
  });

  test.each([
    ["gzip", gzipSync("packed")],
    ["x-gzip", gzipSync("packed")],
    ["br", brotliCompressSync("packed")],
    ["identity", Buffer.from("packed")],
  ])("decodes %s", async (encoding, bytes) => {
    await using server = await serveHttp((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bytes);
    });
    const answer = await clientFor(server).request({ method: "GET", url: server.url });
    expect(answer.text()).toBe("packed");
  });

  test.each([
    ["gzip", Buffer.from("this is not gzip")],
    ["br", Buffer.from("this is not brotli")],
    ["gzip", gzipSync("cut off in the middle of it").subarray(0, 20)],
    ["zstd", Buffer.from("x")],
    ["gzip, gzip", gzipSync(gzipSync("twice"))],
  ])("refuses bytes that do not decode as %s", async (encoding, bytes) => {
    await using server = await serveHttp((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bytes);
    });
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect({ code: error.code, status: error.status }).toEqual({ code: "invalid_response", status: 200 });
  });

  test("has no body after HEAD, 204 and 304, whatever encoding they announce", async () => {
    await using server = await serveHttp((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { "content-encoding": "gzip" }).end();
    });
    const http = clientFor(server);
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 204],
      ["GET", 304],
    ] as const) {
      const answer = await http.request({ method, url: `${server.url}/${status}` });
      expect(answer.body.byteLength).toBe(0);
    }
  });
});

describe("name resolution", () => {
  test("happens once, and the connection goes to the checked answer: rebinding finds no second question", async () => {
    await using inside = await serveHttp((_, response) => response.end("inside"));
    // Nothing listens at the first answer. The second one, never asked for, is where a rebinding attack leads.
    const answers = [{ address: "127.0.0.2", family: 4 as const }];
    const resolve = vi.fn(async () => [answers.shift() ?? LOOPBACK]);
    const http = createHttpClient({
      allow: [{ host: "rebind.example", port: inside.port, http: true }],
      resolve,
      connectTimeoutMs: 500,
    });
    const error = await failure(
      http.request({ method: "GET", url: `http://rebind.example:${inside.port}/` }),
    );
    expect(["connect_failed", "timeout"]).toContain(error.code);
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(resolve).toHaveBeenCalledWith("rebind.example");
    expect(inside.connections()).toBe(0);
  });

  test("tries the checked answers one after the other, and no others", async () => {
    await using server = await serveHttp((_, response) => response.end("second"));
    const resolve = vi.fn(async () => [{ address: "127.0.0.2", family: 4 as const }, LOOPBACK]);
    const http = createHttpClient({
      allow: [{ host: "two.example", port: server.port, http: true }],
      resolve,
    });
    const answer = await http.request({ method: "GET", url: `http://two.example:${server.port}/` });
    expect(answer.text()).toBe("second");
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  test("is refused when one of several answers is inside", async () => {
    await using inside = await serveHttp((_, response) => response.end("inside"));
    for (const answers of [
      [PUBLIC, LOOPBACK],
      [LOOPBACK, PUBLIC],
      [PUBLIC, { address: "::1", family: 6 } as const],
      [PUBLIC, { address: "::ffff:127.0.0.1", family: 6 } as const],
      [{ address: "fe80::1%lo", family: 6 } as const],
    ]) {
      const http = createHttpClient({ resolve: async () => answers });
      const error = await failure(http.request({ method: "GET", url: "https://mixed.example/" }));
      expect(error.code).toBe("blocked_address");
      expect(error.mayHaveBeenSent).toBe(false);
    }
    expect(inside.connections()).toBe(0);
  });

  test("with the allow list alternates between public and inside: only listed names get inside", async () => {
    await using inside = await serveHttp((_, response) => response.end("inside"));
    let turn = 0;
    const http = createHttpClient({
      allow: [{ host: "gateway.corp", port: inside.port, http: true }],
      resolve: async () => [turn++ % 2 === 0 ? LOOPBACK : { address: "169.254.169.254", family: 4 }],
    });
    const first = await http.request({ method: "GET", url: `http://gateway.corp:${inside.port}/` });
    expect(first.text()).toBe("inside");
    const second = await failure(http.request({ method: "GET", url: `http://gateway.corp:${inside.port}/` }));
    expect(second.code).toBe("blocked_address");
    expect(inside.connections()).toBe(1);
  });

  test("keeps the host name in the Host header, and ignores a final dot when matching the allow list", async () => {
    const hosts: (string | undefined)[] = [];
    await using server = await serveHttp((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    const http = createHttpClient({
      allow: [{ host: "gateway.corp", port: server.port, http: true }],
      resolve: async () => [LOOPBACK],
    });
    await http.request({ method: "GET", url: `http://gateway.corp:${server.port}/` });
    await http.request({ method: "GET", url: `http://GATEWAY.corp.:${server.port}/` });
    expect(hosts).toEqual([`gateway.corp:${server.port}`, `gateway.corp.:${server.port}`]);
  });

  test.each([
    ["fails", async () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }))],
    ["has no answer", async () => []],
    ["answers with another name", async () => [{ address: "127.0.0.1.evil.example", family: 4 as const }]],
  ])("that %s is an error of its own", async (_, resolve) => {
    const http = createHttpClient({ resolve });
    const error = await failure(http.request({ method: "GET", url: "https://gone.example/" }));
    expect({ code: error.code, sent: error.mayHaveBeenSent }).toEqual({ code: "dns_failed", sent: false });
    expect(error.message).toBe("The host name gone.example could not be resolved.");
  });

  test("that never ends is ended by the connect deadline", async () => {
    const http = createHttpClient({ resolve: () => new Promise(() => {}), connectTimeoutMs: 50 });
    const error = await failure(http.request({ method: "GET", url: "https://slow.example/" }));
    expect({ code: error.code, phase: error.phase, sent: error.mayHaveBeenSent }).toEqual({
      code: "timeout",
      phase: "connect",
      sent: false,
    });
  });
});

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])("with status %i is an answer and is not followed", async (status) => {
    await using inside = await serveHttp((_, response) => response.end("inside"));
    await using server = await serveHttp((_, response) => {
      response.writeHead(status, { location: `${inside.url}/stolen` }).end();
    });
    const http = clientFor(server, {
      allow: [server, inside].map(({ port }) => ({ host: "127.0.0.1", port, http: true })),
    });
    const answer = await http.request({
      method: "POST",
      url: server.url,
      headers: { authorization: "Bearer x" },
    });
    expect(answer.status).toBe(status);
    expect(inside.connections()).toBe(0);
  });
});

describe("proxies of the environment", () => {
  test("see nothing of a request", async () => {
    await using proxy = await serveSockets((socket) => socket.destroy());
    await using server = await serveHttp((_, response) => response.end("direct"));
    for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
      vi.stubEnv(name, proxy.url);
    }
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    const answer = await clientFor(server).request({ method: "GET", url: server.url });
    expect(answer.text()).toBe("direct");
    expect(proxy.connections()).toBe(0);
  });
});

describe("headers and methods", () => {
  test.each([
    ["a line break in a value", { "x-note": "a\r\nX-Evil: 1" }],
    ["a bare line feed in a value", { "x-note": "a\nb" }],
    ["a bare carriage return in a value", { "x-note": "a\rb" }],
    ["NUL in a value", { "x-note": "a\0b" }],
    ["DEL in a value", { "x-note": "a\x7f" }],
    ["characters beyond Latin-1 in a value", { authorization: "Bearer t€" }],
    ["an emoji in a value", { "x-note": "😀" }],
    ["a line break in a name", { "x-note\r\nx-evil": "1" }],
    ["a blank in a name", { "x note": "1" }],
    ["a colon in a name", { "x:note": "1" }],
    ["an umlaut in a name", { "x-nöte": "1" }],
    ["an empty name", { "": "1" }],
    ["Host", { Host: "inside" }],
    ["Content-Length", { "Content-Length": "0" }],
    ["Transfer-Encoding", { "transfer-encoding": "chunked" }],
    ["Connection", { connection: "upgrade" }],
    ["Upgrade", { upgrade: "h2c" }],
    ["Expect", { expect: "100-continue" }],
    ["Proxy-Authorization", { "proxy-authorization": "Basic eA==" }],
    ["one name in two spellings", { "X-Note": "1", "x-note": "2" }],
    ["a value that is not text", { "x-note": 1 as unknown as string }],
  ])("%s is refused before connecting", async (_, headers) => {
    await using server = await serveHttp((_request, response) => response.end());
    const error = await failure(
      clientFor(server).request({
        method: "GET",
        url: server.url,
        headers: headers as Record<string, string>,
      }),
    );
    expect(error.code).toBe("invalid_header");
    expect(server.connections()).toBe(0);
  });

  test("an error names the header and not its value", async () => {
    const error = await failure(
      createHttpClient().request({
        method: "GET",
        url: "https://x.example/",
        headers: { authorization: "key-4711\n" },
      }),
    );
    expect(error.message).toBe(
      'The value of the header "authorization" has characters that a header cannot carry.',
    );
  });

  test("a header named __proto__ is sent as a header", async () => {
    await using server = await serveHttp((request, response) => {
      response.end(request.rawHeaders.includes("__proto__") ? "there" : "lost");
    });
    const headers = JSON.parse('{"__proto__":"1"}') as Record<string, string>;
    const answer = await clientFor(server).request({ method: "GET", url: server.url, headers });
    expect(answer.text()).toBe("there");
  });

  test.each(["CONNECT", "TRACE", "get", "GET /evil HTTP/1.1\r\nX:", ""])(
    "the method %j is refused",
    async (method) => {
      const error = await failure(createHttpClient().request({ method, url: "https://x.example/" }));
      expect(error.code).toBe("invalid_request");
    },
  );
});

describe("deadlines", () => {
  test("headers: a target that takes the request and says nothing", async () => {
    await using server = await serveHttp(() => {});
    const error = await failure(
      clientFor(server, { headersTimeoutMs: 100 }).request({ method: "POST", url: server.url, body: "x" }),
    );
    expect({ code: error.code, phase: error.phase, sent: error.mayHaveBeenSent }).toEqual({
      code: "timeout",
      phase: "headers",
      sent: true,
    });
    expect(error.message).toBe(`${server.url} took the request but did not answer in time.`);
  });

  test("headers: a head that drips in does not extend it", async () => {
    await using server = await serveSockets((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("x-a: b\r\n"), 20);
      socket.once("close", () => clearInterval(timer));
    });
    const error = await failure(
      clientFor(server, { headersTimeoutMs: 150 }).request({ method: "GET", url: server.url }),
    );
    expect(error.phase).toBe("headers");
  });

  test("body: a body that drips in does not extend it", async () => {
    await using server = await serveHttp((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 20);
      response.once("close", () => clearInterval(timer));
    });
    const error = await failure(
      clientFor(server, { bodyTimeoutMs: 150 }).request({ method: "GET", url: server.url }),
    );
    expect({ code: error.code, phase: error.phase, status: error.status }).toEqual({
      code: "timeout",
      phase: "body",
      status: 200,
    });
  });

  test("of a phase end with it: a quick connection leaves a slow answer its own time", async () => {
    await using server = await serveHttp((_, response) => {
      setTimeout(() => response.writeHead(200).write("late, "), 250);
      setTimeout(() => response.end("but there"), 500);
    });
    const http = clientFor(server, { connectTimeoutMs: 200, headersTimeoutMs: 450, bodyTimeoutMs: 5_000 });
    const answer = await http.request({ method: "GET", url: server.url });
    expect(answer.text()).toBe("late, but there");
  });

  test("total: stands over the phases, and a request can set its own", async () => {
    await using server = await serveHttp(() => {});
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url, timeoutMs: 80 }));
    expect(error.phase).toBe("total");
  });

  test("connect: a port that accepts and never speaks TLS", async () => {
    await using server = await serveSockets(() => {});
    const http = clientFor(server, { connectTimeoutMs: 100 });
    const error = await failure(http.request({ method: "GET", url: `https://127.0.0.1:${server.port}/` }));
    expect({ phase: error.phase, sent: error.mayHaveBeenSent }).toEqual({ phase: "connect", sent: false });
  });

  test("close the connection", async () => {
    let closed: Promise<unknown> | undefined;
    await using server = await serveSockets((socket) => {
      closed = once(socket, "close");
      socket.resume();
    });
    await failure(clientFor(server, { headersTimeoutMs: 50 }).request({ method: "GET", url: server.url }));
    await closed;
    expect(server.connections()).toBe(1);
  });

  test("a caller's signal cancels, before and during the request", async () => {
    const cancel = new AbortController();
    // It has the request, and never answers.
    await using server = await serveHttp(() => cancel.abort());
    const http = clientFor(server);
    const before = await failure(
      http.request({ method: "GET", url: server.url, signal: AbortSignal.abort() }),
    );
    expect(before.code).toBe("aborted");
    const during = await failure(http.request({ method: "GET", url: server.url, signal: cancel.signal }));
    expect({ code: during.code, sent: during.mayHaveBeenSent }).toEqual({ code: "aborted", sent: true });
  });

  test.each([{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxBodyBytes: -1 }, { maxBodyBytes: 1.5 }])(
    "%j is refused",
    async (limits) => {
      const error = await failure(
        createHttpClient().request({ method: "GET", url: "https://x.example/", ...limits }),
      );
      expect(error.code).toBe("invalid_request");
    },
  );
});

describe("the cap on the body", () => {
  test("lets a body of exactly that size pass and refuses one byte more", async () => {
    await using server = await serveHttp((request, response) =>
      response.end("x".repeat(Number(request.url?.slice(1)))),
    );
    const http = clientFor(server, { maxBodyBytes: 1000 });
    const answer = await http.request({ method: "GET", url: `${server.url}/1000` });
    expect({ size: answer.body.byteLength, truncated: answer.truncated }).toEqual({
      size: 1000,
      truncated: false,
    });
    const error = await failure(http.request({ method: "GET", url: `${server.url}/1001` }));
    expect({ code: error.code, status: error.status }).toEqual({ code: "too_large", status: 200 });
  });

  test("stops reading a stream without end, and truncates on request", async () => {
    let written = 0;
    await using server = await serveHttp((_, response) => {
      const chunk = Buffer.alloc(16 * 1024);
      const pour = () => {
        do written += chunk.byteLength;
        while (!response.destroyed && written < 1e9 && response.write(chunk));
      };
      response.on("drain", pour);
      pour();
    });
    const answer = await clientFor(server).request({ method: "GET", url: server.url, overflow: "truncate" });
    expect({ size: answer.body.byteLength, truncated: answer.truncated }).toEqual({
      size: 65_536,
      truncated: true,
    });
    expect(written).toBeLessThan(32 * 1024 * 1024); // what the kernel buffers, not the gigabyte
  });

  test("counts decoded bytes: a small body that inflates without end is stopped", async () => {
    let packed = 0;
    await using server = await serveHttp((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      const gzip = createGzip();
      gzip.on("data", (chunk: Buffer) => {
        packed += chunk.byteLength;
      });
      gzip.pipe(response);
      const zeros = Buffer.alloc(1024 * 1024);
      for (let count = 0; count < 64; count++) gzip.write(zeros);
      gzip.end();
    });
    const before = process.memoryUsage().rss;
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect(error.code).toBe("too_large");
    expect(packed).toBeLessThan(200_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });

  test("holds for headers too", async () => {
    await using server = await serveSockets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(40_000)}\r\n\r\n`);
    });
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect(error.code).toBe("too_large");
  });
});

describe("a broken connection", () => {
  test("refused: nothing listens on the port", async () => {
    const server = createSocketServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    const error = await failure(
      clientFor({ port }).request({ method: "GET", url: `http://127.0.0.1:${port}/` }),
    );
    expect({ code: error.code, system: error.systemCode, sent: error.mayHaveBeenSent }).toEqual({
      code: "connect_failed",
      system: "ECONNREFUSED",
      sent: false,
    });
    expect(error.message).toBe(`No connection to http://127.0.0.1:${port} (ECONNREFUSED).`);
  });

  test.each(["GET", "POST"])(
    "reset after the request (%s): reported, and never sent again",
    async (method) => {
      await using server = await serveSockets((socket) => {
        socket.once("data", () => socket.resetAndDestroy());
      });
      const error = await failure(clientFor(server).request({ method, url: server.url }));
      expect({ code: error.code, sent: error.mayHaveBeenSent }).toEqual({
        code: "connection_lost",
        sent: true,
      });
      expect(server.connections()).toBe(1);
    },
  );

  test("closed at once, before the request could be read: reported, and never tried again", async () => {
    await using server = await serveSockets((socket) => socket.end());
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect(error.code).toBe("connection_lost");
    expect(server.connections()).toBe(1);
  });

  test("in the middle of the body", async () => {
    await using server = await serveSockets((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
    });
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect({ code: error.code, status: error.status }).toEqual({ code: "connection_lost", status: 200 });
  });

  test.each([
    ["another protocol", "220 mail.example ESMTP\r\n\r\n"],
    ["two content lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["a broken chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n"],
  ])("an answer in %s is not taken for one", async (_, bytes) => {
    await using server = await serveSockets((socket) => {
      socket.once("data", () => socket.end(bytes));
    });
    const error = await failure(clientFor(server).request({ method: "GET", url: server.url }));
    expect(error.code).toBe("invalid_response");
  });
});

test("a request target goes out as it is written, and must be one line of visible ASCII", async () => {
  const lines: (string | undefined)[] = [];
  await using server = await serveHttp((request, response) => {
    lines.push(request.url);
    response.writeHead(299, "Odd One", [
      ["X-One", "1"],
      ["x-one", "2"],
    ]);
    response.end();
  });
  const client = clientFor(server);
  const target = "/a/%2e%2e/'b'?q=%7e|{}";
  const answer = await client.request({ method: "GET", url: `${server.url}/x`, requestTarget: target });
  expect(lines).toEqual([target]);
  expect(answer.statusText).toBe("Odd One");
  expect(answer.headerLines.slice(0, 2)).toEqual([
    ["X-One", "1"],
    ["x-one", "2"],
  ]);
  expect(answer.headers["x-one"]).toBe("1, 2");
  for (const requestTarget of ["x", "/ ", "/\r\nX: y", "/ä", "/#"]) {
    const error = await failure(client.request({ method: "GET", url: server.url, requestTarget }));
    expect(error.code).toBe("invalid_request");
  }
});
