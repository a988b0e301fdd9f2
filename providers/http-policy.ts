// The policy of the guarded client, and the check of a URL against it before anything is resolved.

import { isIP } from "node:net";
import { z } from "zod";
import { HttpError } from "./http-error.ts";

/** A target that may be reached although the defaults forbid it: an on-premise gateway, or a server of the tests. */
export interface AllowedTarget {
  /** Host name or numeric address as it stands in the URL; IPv6 with or without brackets. No wildcards. */
  readonly host: string;
  readonly port: number;
  /** Also allow plain `http:` there. Credentials then travel unencrypted. */
  readonly http?: boolean;
}

/** One answer of a name resolution. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Turns a host name into all of its addresses; rejects when the name does not exist. */
export type Resolver = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** What the guarded client allows. Everything has a default; the default of the allow list is empty. */
export interface HttpPolicy {
  readonly allow?: readonly AllowedTarget[];
  /** Name resolution, TCP and TLS together, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** From the connection to the end of the answer's head, in milliseconds. Default 10000. */
  readonly headersTimeoutMs?: number;
  /** From the answer's head to its last byte, in milliseconds; a drip does not extend it. Default 10000. */
  readonly bodyTimeoutMs?: number;
  /** All of it, in milliseconds. Default 20000. */
  readonly timeoutMs?: number;
  /** Cap on the decoded body, in bytes. Default 65536. */
  readonly maxBodyBytes?: number;
  /** Root certificates (PEM) to trust beside the default ones. Certificate checks cannot be switched off. */
  readonly extraRoots?: readonly string[];
  /** Name resolution; the system's by default. */
  readonly resolve?: Resolver;
}

/** Accepted by both the URL check and the policy: the host as the URL standard writes it, without a final dot. */
function canonicalHost(host: string): string | undefined {
  const bracketed = isIP(host) === 6 ? `[${host}]` : host;
  if (!/^[^\s/?#@\\]+$/u.test(bracketed) || !URL.canParse(`http://${bracketed}`)) return undefined;
  const url = new URL(`http://${bracketed}`);
  return url.port === "" && url.pathname === "/" ? withoutFinalDot(url.hostname) : undefined;
}

function withoutFinalDot(hostname: string): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}

const milliseconds = z.int().min(1).max(600_000);

const policySchema = z.strictObject({
  allow: z
    .array(
      z.strictObject({
        host: z.string().transform((host, check) => {
          const canonical = canonicalHost(host);
          if (canonical !== undefined) return canonical;
          check.addIssue({
            code: "custom",
            message: "not a host name or address (no scheme, port or path here)",
          });
          return z.NEVER;
        }),
        port: z.int().min(1).max(65_535),
        http: z.boolean().default(false),
      }),
    )
    .default([]),
  connectTimeoutMs: milliseconds.default(5_000),
  headersTimeoutMs: milliseconds.default(10_000),
  bodyTimeoutMs: milliseconds.default(10_000),
  timeoutMs: milliseconds.default(20_000),
  maxBodyBytes: z
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(64 * 1024),
  extraRoots: z.array(z.string().min(1)).default([]),
  resolve: z.custom<Resolver>((value) => typeof value === "function", "not a function").optional(),
});

/** A policy with every default filled in and hosts in canonical form. */
export type CheckedPolicy = z.output<typeof policySchema>;

/**
 * Fills in the defaults of a policy.
 *
 * @throws TypeError naming each field that is wrong; a policy with an unknown field is refused, because a typo in
 *   a limit must not switch the limit off.
 */
export function checkPolicy(policy: HttpPolicy): CheckedPolicy {
  const result = policySchema.safeParse(policy);
  if (result.success) return result.data;
  throw new TypeError(`The HTTP policy is not valid.\n${z.prettifyError(result.error)}`);
}

/**
 * Reads an allow-list entry as a person writes it: `gateway.corp:8443`, `[::1]:8443`, or `http://127.0.0.1:8080`
 * which also allows plain HTTP. The port may be left out: 443, or 80 after `http://`.
 *
 * @throws TypeError when the text is anything else, such as a URL with a path.
 */
export function parseAllowedTarget(text: string): AllowedTarget {
  const match = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?\/?$/iu.exec(text);
  const http = match?.[1]?.toLowerCase() === "http";
  const host = match?.[2] === undefined ? undefined : canonicalHost(match[2]);
  const port = Number(match?.[3] ?? (http ? 80 : 443));
  if (host === undefined || port < 1 || port > 65_535) {
    throw new TypeError(
      `"${text}" does not name an allowed target. Write host:port, or http://host:port to allow plain HTTP.`,
    );
  }
  return http ? { host, port, http } : { host, port };
}

/** A URL that passed the checks that need no name resolution. */
export interface Target {
  readonly url: URL;
  /** Scheme, host and port: the most that an error may name. */
  readonly label: string;
  readonly hostname: string;
  readonly port: number;
  /** How the allow list names the target, see `mayConnect`. */
  readonly listed: "no" | "name" | "literal";
}

const HTTPS_PORT = 443;

/**
 * Checks a URL against the policy: form, scheme, port. Addresses are checked later, when the connection is made.
 *
 * @throws HttpError `invalid_url`, `blocked_scheme` or `blocked_port`.
 */
export function checkTarget(text: string, policy: CheckedPolicy): Target {
  const url = parseUrl(text);
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? HTTPS_PORT : 80) : Number(url.port);
  const hostname = withoutFinalDot(url.hostname);
  const label = `${url.protocol}//${hostname}:${port}`;
  const entry = policy.allow.find((allowed) => allowed.host === hostname && allowed.port === port);
  if (!secure && entry?.http !== true) {
    throw new HttpError("blocked_scheme", `${label} would send credentials unencrypted.`, {
      hint: `Use https, or allow http for ${hostname}:${port} in the allow list if the network is your own.`,
    });
  }
  if (entry === undefined && port !== HTTPS_PORT) {
    throw new HttpError("blocked_port", `Port ${port} of ${hostname} is not open for outbound requests.`, {
      hint: `Only port 443 is open by default; add ${hostname}:${port} to the allow list.`,
    });
  }
  const listed = entry === undefined ? "no" : isIP(bareHost(hostname)) === 0 ? "name" : "literal";
  return { url, label, hostname: bareHost(hostname), port, listed };
}

function bareHost(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function parseUrl(text: string): URL {
  // The URL standard silently drops tabs, line breaks and outer blanks, and reads "\" as "/": what a person sees
  // would not be what is requested. None of them stands in an honest URL.
  if (typeof text !== "string" || text.length > 8192 || /[\p{Cc}\s\\]/u.test(text) || !URL.canParse(text)) {
    throw new HttpError("invalid_url", "The URL of the request is not valid.", {
      hint: "Write an absolute URL such as https://gateway.example.com/sms, without blanks or backslashes.",
    });
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new HttpError("blocked_scheme", `The scheme "${url.protocol}" cannot be requested.`, {
      hint: "Only https URLs are requested (and http where the allow list says so).",
    });
  }
  if (!/^https?:\/\/[^/]/iu.test(text)) {
    throw new HttpError("invalid_url", "The URL of the request does not name a host after //.", {
      hint: "Write an absolute URL such as https://gateway.example.com/sms.",
    });
  }
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/u.test(text)) {
    throw new HttpError("invalid_url", "The URL of the request has credentials before its host name.", {
      hint: "Take user and password out of the URL; they belong in the fields for authentication.",
    });
  }
  url.hash = "";
  return url;
}
