// Request headers and methods: what a caller may set, checked before a byte is written.

import { HttpError } from "./http-error.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/u;

/** Set by the client itself or about the connection, not the request: a caller who sets one could split requests. */
const CLIENT_OWNED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** TRACE would echo credentials, CONNECT opens a tunnel past the address check. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** The request methods of the guarded client. */
export type HttpMethod = (typeof METHODS)[number];

/**
 * Checks a method; it is case-sensitive as in HTTP.
 *
 * @throws HttpError `invalid_request`.
 */
export function checkMethod(method: string): HttpMethod {
  const known = METHODS.find((candidate) => candidate === method);
  if (known !== undefined) return known;
  throw new HttpError("invalid_request", "The method of the request is not one that can be sent.", {
    hint: `Use one of ${METHODS.join(", ")}.`,
  });
}

/**
 * Checks names and values and returns them with names in lower case.
 *
 * @throws HttpError `invalid_header`; the text names the header, never its value.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) {
      throw new HttpError("invalid_header", "A header name has characters that HTTP does not allow.", {
        hint: "Header names are made of letters, digits and hyphens.",
      });
    }
    if (CLIENT_OWNED.has(lower) || lower.startsWith("proxy-")) {
      throw new HttpError("invalid_header", `The header "${lower}" is set by the client itself.`, {
        hint: "Leave it out.",
      });
    }
    if (Object.hasOwn(checked, lower)) {
      throw new HttpError("invalid_header", `The header "${lower}" stands twice.`, {
        hint: "Keep one of them.",
      });
    }
    // RFC 9110 section 5.5: visible characters, blank, tab and the upper half of Latin-1.
    if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/u.test(value)) {
      throw new HttpError(
        "invalid_header",
        `The value of the header "${lower}" has characters that a header cannot carry.`,
        {
          hint: "Line breaks, control characters and characters outside Latin-1 must be removed or encoded.",
        },
      );
    }
    checked[lower] = value;
  }
  return checked;
}
