// The one guarded way out: every outbound HTTP request of Postern is made here.
//
// A request is one connection. The connector (guarded-connector.ts) resolves the host name once, refuses unless every
// answer may be connected to, and hands the socket a lookup that returns those checked answers and nothing else; so a
// name server that answers differently the second time is never asked a second time. The host name stays in TLS (SNI
// and certificate check) and in the Host header. Connections are not kept: a kept one saves a hundred milliseconds on
// a request that is made once per sign-in, and costs the certainty about what was sent when it breaks. For that
// certainty there are no retries either, here or in undici: the connector opens one connection and refuses a second.
//
// Four deadlines run on our own clock (undici's restart with every chunk, so a drip would pass them): connect,
// headers, body, total. Redirects are answers like any other. Proxies named in the environment are not looked at,
// and NODE_TLS_REJECT_UNAUTHORIZED has no effect.

import type { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { decodeText, readBody } from "./answer-body.ts";
import { guardedConnector } from "./guarded-connector.ts";
import { HttpError } from "./http-error.ts";
import { checkHeaders, checkMethod } from "./http-headers.ts";
import { type CheckedPolicy, checkPolicy, checkTarget, type HttpPolicy } from "./http-policy.ts";
import { Progress } from "./http-progress.ts";

/** An outbound request. */
export interface HttpRequest {
  /** GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. */
  readonly method: string;
  /** Absolute URL without credentials; a fragment is not sent. */
  readonly url: string;
  /**
   * Path and query exactly as they go out, visible ASCII that begins with `/`; by default those of `url` as the URL
   * standard writes them. What is checked and connected to is `url` alone.
   */
  readonly requestTarget?: string;
  /** Names and values are checked; Host, Content-Length, Connection and the like belong to the client. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array;
  /** Replaces the policy's deadline for the whole request, in milliseconds. */
  readonly timeoutMs?: number;
  /** Replaces the policy's cap on the decoded body, in bytes. */
  readonly maxBodyBytes?: number;
  /** What a body past the cap does: `error` (default) throws `too_large`, `truncate` returns what was read. */
  readonly overflow?: "error" | "truncate";
  readonly signal?: AbortSignal;
}

/** An answer of any status: 3xx, 4xx and 5xx are answers too. */
export interface HttpResponse {
  readonly status: number;
  /** `Not Found`: the text of the status line, which may be empty. */
  readonly statusText: string;
  /** Names in lower case; a header that came several times is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Every line as it came: names in the target's spelling, values in Latin-1. */
  readonly headerLines: readonly (readonly [name: string, value: string])[];
  /** Decoded as `content-encoding` says. */
  readonly body: Uint8Array;
  /** True only with `overflow: "truncate"`. */
  readonly truncated: boolean;
  /** The body as text, in the character set of `content-type`, else UTF-8. */
  text(): string;
}

/** Makes requests under a policy. Holds no connection, so it needs no closing. */
export interface HttpClient {
  /** @throws HttpError for everything but a complete answer. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * Creates a client that reaches public https targets on port 443, and beyond that only what the policy's allow list
 * names.
 *
 * @throws TypeError when the policy itself is not valid.
 */
export function createHttpClient(policy: HttpPolicy = {}): HttpClient {
  const checked = checkPolicy(policy);
  return { request: (request) => exchange(request, checked) };
}

async function exchange(request: HttpRequest, policy: CheckedPolicy): Promise<HttpResponse> {
  const target = checkTarget(request.url, policy);
  const method = checkMethod(request.method);
  const headers = checkHeaders(request.headers ?? {});
  headers["accept-encoding"] ??= "identity";
  if (headers["user-agent"] === undefined) headers["user-agent"] = "postern";
  const maxBodyBytes = limit(request.maxBodyBytes, policy.maxBodyBytes, 0);
  const timeoutMs = limit(request.timeoutMs, policy.timeoutMs, 1);

  // Loaded on first use: the package takes longer to load than a whole policy to run.
  const { Client, buildConnector } = await import("undici");
  const progress = new Progress(target, timeoutMs, request.signal);
  const client = new Client(target.url.origin, {
    connect: guardedConnector(target, policy, progress, buildConnector),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16 * 1024,
    pipelining: 1,
  });
  // undici reports its own broken assertions as an event; unheard, the event would end the process.
  (client as EventEmitter).on("error", () => {});
  try {
    progress.enter("connect", policy.connectTimeoutMs);
    const started = client.request({
      method,
      path: checkRequestTarget(request.requestTarget) ?? `${target.url.pathname}${target.url.search}`,
      headers,
      body: request.body ?? null,
      signal: progress.signal,
      reset: true,
      responseHeaders: "raw",
    });
    // A body that is never read must not raise an unhandled error when the connection is torn down below.
    const answer = await progress.race(started.then(silenceBody));
    progress.enter("body", policy.bodyTimeoutMs);
    progress.status = answer.statusCode;
    const lines = headerLines(answer.headers as unknown as readonly string[]);
    const flat = flatHeaders(lines);
    const bodiless = method === "HEAD" || answer.statusCode === 204 || answer.statusCode === 304;
    const { bytes, truncated } = await progress.race(
      readBody(answer.body, bodiless ? undefined : flat["content-encoding"], maxBodyBytes),
    );
    if (truncated && request.overflow !== "truncate") {
      throw new HttpError(
        "too_large",
        `The answer of ${target.label} is larger than ${maxBodyBytes} bytes.`,
        {
          hint: "Reading stopped there. Raise maxBodyBytes if answers of this size are expected.",
          ...progress.facts(),
        },
      );
    }
    return {
      status: answer.statusCode,
      statusText: answer.statusText,
      headers: flat,
      headerLines: lines,
      body: bytes,
      truncated,
      text: () => decodeText(bytes, flat["content-type"]),
    };
  } catch (error) {
    throw progress.explain(error);
  } finally {
    progress.end();
    // Not awaited: a destroyed client may wait for a resolution that cannot be cancelled.
    client.destroy().catch(() => {});
  }
}

function limit(value: number | undefined, fallback: number, minimum: number): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= minimum && value <= 2 ** 31 - 1) return value;
  throw new HttpError("invalid_request", "A limit of the request is not a whole number in range.", {
    hint: "timeoutMs counts milliseconds from 1, maxBodyBytes counts bytes from 0.",
  });
}

function silenceBody<T extends { readonly body: Readable }>(answer: T): T {
  answer.body.on("error", () => {});
  return answer;
}

function checkRequestTarget(target: string | undefined): string | undefined {
  if (target === undefined || /^\/[!"$-~]*$/u.test(target)) return target;
  throw new HttpError(
    "invalid_request",
    "The request target has characters that a request line cannot carry.",
    {
      hint: "It begins with a slash and is made of visible ASCII characters; encode the others.",
    },
  );
}

/** undici's raw form, names and values in turn, as pairs. */
function headerLines(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i] as string, raw[i + 1] as string]);
  return lines;
}

function flatHeaders(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    flat[lower] = flat[lower] === undefined ? value : `${flat[lower]}, ${value}`;
  }
  return flat;
}
