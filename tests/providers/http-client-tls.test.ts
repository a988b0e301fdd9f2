// TLS of the guarded client: certificates are always checked, against the host name of the URL.

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createHttpClient, type HttpPolicy } from "../../providers/index.ts";
import { failure, serveHttp } from "./local-server.ts";
import { selfSigned } from "./self-signed.ts";

const identity = selfSigned("gateway.corp");
const requests: { host: string | undefined; servername: string | false | null }[] = [];
const server = createServer(identity, (request, response) => {
  requests.push({
    host: request.headers.host,
    servername: (request.socket as TLSSocket).servername as string,
  });
  response.end("secure");
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => server.close());

afterEach(() => {
  requests.length = 0;
  vi.unstubAllEnvs();
});

function request(hostname: string, policy: HttpPolicy = {}) {
  const http = createHttpClient({
    allow: [{ host: hostname, port }],
    resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    ...policy,
  });
  return http.request({ method: "GET", url: `https://${hostname}:${port}/` });
}

describe("a certificate", () => {
  test("from an unknown root is refused", async () => {
    const error = await failure(request("gateway.corp"));
    expect({ code: error.code, system: error.systemCode, sent: error.mayHaveBeenSent }).toEqual({
      code: "tls",
      system: "DEPTH_ZERO_SELF_SIGNED_CERT",
      sent: false,
    });
    expect(requests).toEqual([]);
  });

  test("is refused also when the environment asks to look away", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const error = await failure(request("gateway.corp"));
    expect(error.code).toBe("tls");
    expect(requests).toEqual([]);
  });

  test("from a root that the policy adds is accepted; SNI and Host carry the name, not the address", async () => {
    const answer = await request("gateway.corp", { extraRoots: [identity.cert] });
    expect(answer.text()).toBe("secure");
    expect(requests).toEqual([{ host: `gateway.corp:${port}`, servername: "gateway.corp" }]);
  });

  test("for another name is refused", async () => {
    for (const hostname of ["other.corp", "127.0.0.1"]) {
      const error = await failure(request(hostname, { extraRoots: [identity.cert] }));
      expect({ code: error.code, system: error.systemCode }).toEqual({
        code: "tls",
        system: "ERR_TLS_CERT_ALTNAME_INVALID",
      });
    }
    expect(requests).toEqual([]);
  });
});

test("a port that speaks plain HTTP is not taken for a secure one", async () => {
  await using plain = await serveHttp((_, response) => response.end("plain"));
  const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: plain.port }] });
  const error = await failure(http.request({ method: "GET", url: `https://127.0.0.1:${plain.port}/` }));
  expect({ code: error.code, sent: error.mayHaveBeenSent }).toEqual({ code: "tls", sent: false });
});
