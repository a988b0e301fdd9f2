// What the SMS inbox records of a request, and how it reads a message out of any gateway's body.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { JsonValue } from "../sms-provider.ts";
import { type SmsSegments, smsSegments } from "../sms-segments.ts";

/** One request that reached the inbox, accepted or not. */
export interface InboxRequest {
  /** Counts from 1 in order of arrival. */
  readonly id: number;
  readonly receivedAt: Date;
  readonly interface: "twilio" | "generic";
  readonly method: string;
  readonly path: string;
  /** Names in lower case; credentials in `authorization` are replaced by `********`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the credentials are the expected ones; undefined when the inbox was given none to expect. */
  readonly authorized: boolean | undefined;
  /** Form fields as an object, JSON as its value, an empty body as undefined, anything else as text. */
  readonly body: JsonValue | undefined;
  /** The request as it came over the connection, head and body; only credentials in `authorization` are replaced. */
  readonly wire: string;
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Field names of a form in the order in which they came, else undefined. */
  readonly formFields: readonly string[] | undefined;
}

/** A message that the inbox accepted. */
export interface InboxMessage {
  readonly id: number;
  readonly receivedAt: Date;
  readonly interface: "twilio" | "generic";
  /** Recipient, sender and text, as far as the body has fields that look like them; else empty. */
  readonly to: string;
  readonly from: string;
  readonly text: string;
  /** The one-time code: the first run of 4 to 16 digits in the text, undefined when there is none. */
  readonly code: string | undefined;
  /** What the text is charged as. */
  readonly segments: SmsSegments;
  readonly request: InboxRequest;
}

/** The message in a request. A mapping may name its fields as it likes, so the usual names are tried in any case. */
export function readMessage(request: InboxRequest): InboxMessage {
  const fields = new Map<string, string>();
  if (request.body !== null && typeof request.body === "object" && !Array.isArray(request.body)) {
    for (const [key, value] of Object.entries(request.body)) {
      if (typeof value === "string" || typeof value === "number")
        fields.set(key.toLowerCase(), String(value));
    }
  }
  const field = (...names: string[]) =>
    names.map((name) => fields.get(name)).find((text) => text !== undefined);
  const text = field("message", "body", "text", "content", "msg") ?? "";
  const { id, receivedAt } = request;
  return {
    id,
    receivedAt,
    interface: request.interface,
    to: field("to", "recipient", "phone", "phone_number", "number", "dst") ?? "",
    from: field("from", "messagingservicesid", "sender", "src") ?? "",
    text,
    segments: smsSegments(text),
    code: /(?<!\d)\d{4,16}(?!\d)/u.exec(`${text} ${field("body", "code", "token") ?? ""}`)?.[0],
    request,
  };
}

/** Reads a body by its content type; what cannot be read stays text. */
export function readBodyValue(
  text: string,
  contentType: string | undefined,
): Pick<InboxRequest, "body" | "formFields"> {
  if (text === "") return { body: undefined, formFields: undefined };
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded") {
    const form = new URLSearchParams(text);
    return { body: Object.fromEntries(form), formFields: [...form.keys()] };
  }
  try {
    return { body: JSON.parse(text) as JsonValue, formFields: undefined };
  } catch {
    return { body: text, formFields: undefined };
  }
}

/** A request's head as it was sent, line by line, without credentials. */
export function recordHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = "", value = ""] = rawHeaders.slice(i, i + 2);
    lines.push(`${name}: ${name.toLowerCase() === "authorization" ? maskedCredentials(value) : value}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Copies headers for the record, without credentials. */
export function recordHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const recorded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) recorded[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  if (recorded.authorization !== undefined) {
    recorded.authorization = maskedCredentials(recorded.authorization);
  }
  return recorded;
}

function maskedCredentials(authorization: string): string {
  return `${/^[A-Za-z]+ /u.exec(authorization)?.[0] ?? ""}********`;
}
