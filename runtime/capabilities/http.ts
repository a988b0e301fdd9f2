// `requests` of expressions on the guarded client: named targets only, one exchange at a time, errors as requests' own.
import type { HttpAnswer, HttpCall } from "../../engine/capabilities.ts";
import { createHttpClient } from "../../providers/http-client.ts";
import { HttpError } from "../../providers/http-error.ts";
import { type AllowedTarget, type HttpPolicy, parseAllowedTarget } from "../../providers/http-policy.ts";

/** What expressions may reach by HTTP. */
export interface HttpGrant {
  /**
   * Hosts that may be reached, and nothing else is: `api.example.com` is https on port 443 at public addresses; with a
   * port or a scheme (`gateway.corp:8443`, `http://10.0.0.5:8080`) it is a target of your own, private addresses included.
   */
  readonly targets: readonly string[];
  /** Deadlines, caps, roots and name resolution of the client. Bodies: 1 MiB unless named here. */
  readonly policy?: Omit<HttpPolicy, "allow">;
}

/** Cap on an answer's decoded body, in bytes. */
const BODY_BYTES = 1024 * 1024;

/** Made by the client for the connection, not by requests for the target. */
const CONNECTION_HEADERS = new Set(["connection", "content-length"]);

interface Targets {
  /** Names that are https at public addresses on port 443. */
  readonly open: ReadonlySet<string>;
  readonly own: readonly AllowedTarget[];
}

/** Throws TypeError for a text that names no target. */
function readTargets(texts: readonly string[]): Targets {
  const own: AllowedTarget[] = [];
  const open = new Set<string>();
  for (const text of texts) {
    const target = parseAllowedTarget(text);
    if (/^[^:/[\]]+$/.test(text)) open.add(target.host);
    else own.push(target);
  }
  return { open, own };
}

function isGranted(url: URL, { open, own }: Targets): boolean {
  const host = url.hostname.replace(/\.$/, "");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  if (url.protocol === "https:" && port === 443 && open.has(host)) return true;
  return own.some(
    (target) =>
      target.host === host && target.port === port && (url.protocol === "https:" || target.http === true),
  );
}

/** An error that is an exception of requests' in the expression. */
function requestsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name: `requests.exceptions.${name}` });
}

/** The exception that requests raises for what the client met. */
function exceptionOf({ code, phase, systemCode }: HttpError): string {
  switch (code) {
    case "invalid_url":
      return "InvalidURL";
    case "invalid_header":
      return "InvalidHeader";
    case "tls":
      return "SSLError";
    case "timeout":
      return phase === "connect" ? "ConnectTimeout" : "ReadTimeout";
    case "invalid_response":
      // The parser's complaints have a code, those about the body's encoding have none.
      return systemCode === undefined ? "ContentDecodingError" : "ConnectionError";
    case "invalid_request":
    case "too_large":
    case "aborted":
      return "RequestException";
    default:
      return "ConnectionError";
  }
}

/** The earlier of two deadlines, in whole milliseconds from 1. */
function deadline(seconds: number | null, milliseconds: number | undefined): number | undefined {
  if (seconds === null) return milliseconds;
  return Math.min(Math.max(1, Math.ceil(seconds * 1000)), milliseconds ?? 600_000, 600_000);
}

/**
 * The capability behind `requests`. Redirects come back as calls of their own, so that each hop is held to the targets.
 *
 * @throws TypeError when a target or the policy is not valid.
 */
export function httpCapability(grant: HttpGrant): (call: HttpCall) => Promise<HttpAnswer> {
  const targets = readTargets(grant.targets);
  const policy: HttpPolicy = { maxBodyBytes: BODY_BYTES, ...grant.policy, allow: targets.own };
  createHttpClient(policy);
  return async (call) => {
    const url = URL.parse(call.url);
    if (url === null) throw requestsError("InvalidURL", "The URL of the request is not valid.");
    if (!isGranted(url, targets)) {
      throw requestsError(
        "ConnectionError",
        `${url.origin} is not among the targets that expressions may reach.`,
      );
    }
    const client = createHttpClient({
      ...policy,
      ...defined("connectTimeoutMs", deadline(call.connectTimeout, policy.connectTimeoutMs)),
      ...defined("headersTimeoutMs", deadline(call.readTimeout, policy.headersTimeoutMs)),
      ...defined("bodyTimeoutMs", deadline(call.readTimeout, policy.bodyTimeoutMs)),
    });
    const headers = call.headers.filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
    const started = performance.now();
    try {
      const answer = await client.request({
        method: call.method,
        url: call.url,
        requestTarget: /^[^:]*:\/\/[^/?#]*([^#]*)/.exec(call.url)?.[1] ?? "/",
        headers: Object.fromEntries(headers),
        ...(call.body === null ? {} : { body: Buffer.from(call.body, "base64") }),
      });
      return {
        status: answer.status,
        reason: answer.statusText,
        headers: answer.headerLines,
        body: Buffer.from(answer.body).toString("base64"),
        elapsedMs: performance.now() - started,
      };
    } catch (error) {
      if (error instanceof HttpError) throw requestsError(exceptionOf(error), error.message);
      throw error;
    }
  };
}

function defined<K extends string>(key: K, value: number | undefined): { readonly [key in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: number });
}
