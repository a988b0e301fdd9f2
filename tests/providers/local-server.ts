// Local servers for the tests: an HTTP server with a given handler, and a bare socket server.

import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from "node:net";
import { createHttpClient, type HttpClient, HttpError, type HttpPolicy } from "../../providers/index.ts";

/** A listening server on 127.0.0.1 that counts its connections and closes with `await using`. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly connections: () => number;
}

/** Serves HTTP. */
export function serveHttp(handler: RequestListener): Promise<LocalServer> {
  return listen(createServer(handler));
}

/** Hands each connection to the test. */
export function serveSockets(handler: (socket: Socket) => void): Promise<LocalServer> {
  return listen(createSocketServer(handler));
}

async function listen(server: Server): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A client that may reach one local port by plain HTTP. */
export function clientFor(server: { readonly port: number }, policy: HttpPolicy = {}): HttpClient {
  return createHttpClient({ allow: [{ host: "127.0.0.1", port: server.port, http: true }], ...policy });
}

/** The HttpError that a request ends in; fails the test when it ends in anything else. */
export async function failure(work: Promise<unknown>): Promise<HttpError> {
  const outcome = await work.then(
    (value) => new Error(`expected an HttpError, got an answer: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof HttpError) return outcome;
  throw outcome;
}
