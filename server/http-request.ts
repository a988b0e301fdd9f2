// An HTTP request as the runtime is told of it.
import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import type { HttpRequestInput } from "../runtime/index.ts";
import { unmapped } from "../runtime/limits/network.ts";

/** The request's facts; the runtime drops what are the client's credentials. */
export function httpRequestInput(request: FastifyRequest): HttpRequestInput {
  return {
    META: { REMOTE_ADDR: addressOf(request) },
    headers: headersOf(request),
    GET: { ...(request.query as { [key: string]: string | string[] }) },
    path: pathOf(request),
    method: request.method,
    host: request.host,
    request_id: request.id,
  };
}

/**
 * The client's address. Some proxies write its port behind it, which is another one with each connection. What is no address
 * says nothing of the client, so that it is the proxy's that counts. An IPv4 address is one also where it came over a socket
 * for IPv6: a policy would not find it in its network.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  const bare = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(ip);
  const address = bare?.[1] ?? bare?.[2] ?? ip;
  const known = isIP(address) === 0 ? (socket.remoteAddress ?? "") : address;
  return unmapped(known);
}

/** The headers as texts; the request's own object where they are that already, as nearly always. */
function headersOf({ headers }: FastifyRequest): { readonly [name: string]: string } {
  const entries = Object.entries(headers);
  if (entries.every(([, value]) => typeof value === "string")) return headers as { [name: string]: string };
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

/** The path the client asked for, without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.originalUrl.split("?", 1)[0] as string;
}

/** The query string as the client sent it, with its question mark; empty where there is none. */
export function queryStringOf(request: FastifyRequest): string {
  const at = request.originalUrl.indexOf("?");
  return at === -1 ? "" : request.originalUrl.slice(at);
}
