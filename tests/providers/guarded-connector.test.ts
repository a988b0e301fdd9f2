// The connector by itself: one connection per request, whatever the HTTP library asks for.

import type { Socket } from "node:net";
import { buildConnector } from "undici";
import { expect, test, vi } from "vitest";
import { guardedConnector } from "../../providers/guarded-connector.ts";
import { checkPolicy, checkTarget, type ResolvedAddress } from "../../providers/http-policy.ts";
import { Progress } from "../../providers/http-progress.ts";
import { serveHttp } from "./local-server.ts";

test("a second connection for the same request is refused, and nothing is resolved for it", async () => {
  await using server = await serveHttp((_, response) => response.end());
  const resolve = vi.fn(async (): Promise<ResolvedAddress[]> => [{ address: "127.0.0.1", family: 4 }]);
  const policy = checkPolicy({ allow: [{ host: "gateway.corp", port: server.port, http: true }], resolve });
  const target = checkTarget(`http://gateway.corp:${server.port}/`, policy);
  const progress = new Progress(target, 5_000, undefined);
  const connect = guardedConnector(target, policy, progress, buildConnector);
  const attempt = () =>
    new Promise<Socket>((done, fail) => {
      const options = { hostname: "gateway.corp", protocol: "http:", port: String(server.port) };
      connect(options, (error, socket) => (error === null ? done(socket as Socket) : fail(error)));
    });
  const socket = await attempt();
  await expect(attempt()).rejects.toMatchObject({ name: "HttpError", code: "connection_lost" });
  socket.destroy();
  progress.end();
  expect(resolve).toHaveBeenCalledTimes(1);
  expect(server.connections()).toBe(1);
});
