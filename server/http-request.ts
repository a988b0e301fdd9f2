// An HTTP request as the runtime is told of it.
import type { FastifyRequest } from "fastify";
import type { HttpRequestInput } from "../runtime/index.ts";

/** The request's facts; the runtime drops what are the client's credentials. */
export function httpRequestInput(request: FastifyRequest): HttpRequestInput {
  return {
    META: { REMOTE_ADDR: request.ip },
    headers: headersOf(request),
    GET: { ...(request.query as { [key: string]: string | string[] }) },
    path: pathOf(request),
    method: request.method,
    host: request.host,
    request_id: request.id,
  };
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
