// The SMS inbox: a local HTTP endpoint with the interfaces of both providers, which keeps what it is sent.
//
// It stands in for Twilio and for a gateway during development and tests, over real sockets. One-time codes pass
// through it, so it listens on loopback only and refuses what a web page could send it: a foreign Host (a name that
// was rebound to 127.0.0.1) and any Origin.

import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type InboxFailure, playFailure } from "./inbox-failure.ts";
import {
  type InboxMessage,
  type InboxRequest,
  readBodyValue,
  readMessage,
  recordHead,
  recordHeaders,
} from "./inbox-message.ts";
import { type TwilioAnswer, twilioAnswer, twilioError } from "./twilio-interface.ts";

/** How to set up an inbox. */
export interface SmsInboxOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** Credentials to insist on. Without them every request is accepted and `authorized` stays undefined. */
  readonly credentials?:
    | { readonly username: string; readonly password: string }
    | { readonly bearer: string };
}

/** Which message to wait for; every given field must match. */
export interface InboxFilter {
  readonly to?: string;
  /** Messages with a greater id only: pass the id of the last one seen. */
  readonly after?: number;
  /** In milliseconds. Default 5000. */
  readonly timeoutMs?: number;
}

/** A running inbox. */
export interface SmsInbox {
  /** `http://127.0.0.1:<port>`: also the `twilioBaseUrl` of a provider. */
  readonly url: string;
  /** For the stage's `account_sid` with the generic provider. */
  readonly gatewayUrl: string;
  readonly port: number;
  /** Accepted messages, oldest first; the last 1000 are kept. */
  readonly messages: readonly InboxMessage[];
  /** All requests to either interface, accepted or not, oldest first; the last 1000 are kept. */
  readonly requests: readonly InboxRequest[];
  /**
   * The first accepted message that matches, now or later.
   *
   * @throws Error when none came in time, or the inbox was closed.
   */
  waitForMessage(filter?: InboxFilter): Promise<InboxMessage>;
  /** Makes the next request, or the next `times`, fail. Calls add up in order. */
  failNext(failure: InboxFailure, times?: number): void;
  /** Makes every request fail that `failNext` says nothing about, until told otherwise: `undefined` accepts again. */
  failAll(failure: InboxFailure | undefined): void;
  /** Forgets messages, requests and failures that were ordered. */
  clear(): void;
  /** Closes the port and every open connection. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const KEPT = 1000;
const MAX_BODY_BYTES = 64 * 1024;
const TWILIO_PATH = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages\.json$/u;

/** Starts an inbox. Rejects when the port is taken. */
export async function createSmsInbox(options: SmsInboxOptions = {}): Promise<SmsInbox> {
  const inbox = new Inbox(options);
  await inbox.listen(options.port ?? 0);
  return inbox;
}

interface Waiter {
  readonly filter: InboxFilter;
  readonly resolve: (message: InboxMessage) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

class Inbox implements SmsInbox {
  readonly messages: InboxMessage[] = [];
  readonly requests: InboxRequest[] = [];
  port = 0;
  readonly #failures: InboxFailure[] = [];
  #failsAll: InboxFailure | undefined;
  readonly #waiters = new Set<Waiter>();
  readonly #expected: string | undefined;
  readonly #server = createServer((request, response) => {
    this.#receive(request, response).catch(() => response.destroy());
  });
  #count = 0;

  constructor(options: SmsInboxOptions) {
    this.#expected = options.credentials === undefined ? undefined : authorizationOf(options.credentials);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get gatewayUrl(): string {
    return `${this.url}/sms`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, host: "127.0.0.1" }, resolve);
    });
    this.port = (this.#server.address() as AddressInfo).port;
  }

  waitForMessage(filter: InboxFilter = {}): Promise<InboxMessage> {
    const present = this.messages.find((message) => matches(message, filter));
    if (present !== undefined) return Promise.resolve(present);
    const timeoutMs = filter.timeoutMs ?? 5_000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const whom = filter.to === undefined ? "" : ` to ${filter.to}`;
        reject(new Error(`No message${whom} reached the SMS inbox within ${timeoutMs} ms.`));
      }, timeoutMs);
      const waiter: Waiter = { filter, resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  failNext(failure: InboxFailure, times = 1): void {
    for (let count = 0; count < times; count++) this.#failures.push(failure);
  }

  failAll(failure: InboxFailure | undefined): void {
    this.#failsAll = failure;
  }

  clear(): void {
    this.messages.length = 0;
    this.requests.length = 0;
    this.#failures.length = 0;
    this.#failsAll = undefined;
  }

  async close(): Promise<void> {
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.reject(new Error("The SMS inbox was closed while waiting for a message."));
    }
    this.#waiters.clear();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host?.toLowerCase();
    if (host !== `127.0.0.1:${this.port}` && host !== `localhost:${this.port}`) {
      return answer(response, 403, { detail: "This inbox is reached as 127.0.0.1 or localhost only." });
    }
    if (request.headers.origin !== undefined) {
      return answer(response, 403, { detail: "This inbox takes no requests from web pages." });
    }
    const path = (request.url ?? "/").split("?")[0] as string;
    const accountSid = TWILIO_PATH.exec(path)?.[1];
    if (accountSid === undefined && path !== "/sms") {
      return answer(response, 404, { detail: "Post to /sms, or to Twilio's Messages.json of any account." });
    }
    const text = await readText(request);
    if (text === undefined) return answer(response, 413, { detail: "A message is at most 64 KiB." });
    const record = this.#record(request, path, accountSid === undefined ? "generic" : "twilio", text);
    const failure = this.#failures.shift() ?? this.#failsAll;
    if (failure !== undefined) {
      playFailure(failure, response, (status) => errorBody(record, status));
      return;
    }
    const result = accountSid === undefined ? gatewayAnswer(record) : twilioAnswer(record, accountSid);
    // Stored before it is answered: who has the answer finds the message.
    if (result.status < 300) this.#deliver(readMessage(record));
    answer(response, result.status, result.body);
  }

  #record(request: IncomingMessage, path: string, kind: "twilio" | "generic", text: string): InboxRequest {
    this.#count += 1;
    const record: InboxRequest = {
      id: this.#count,
      receivedAt: new Date(),
      interface: kind,
      method: request.method ?? "",
      path,
      headers: recordHeaders(request.headers),
      authorized:
        this.#expected === undefined
          ? undefined
          : sameText(request.headers.authorization ?? "", this.#expected),
      ...readBodyValue(text, request.headers["content-type"]),
      wire: recordHead(request) + text,
      bodyBytes: Buffer.byteLength(text),
    };
    keep(this.requests, record);
    return record;
  }

  #deliver(message: InboxMessage): void {
    keep(this.messages, message);
    for (const waiter of this.#waiters) {
      if (!matches(message, waiter.filter)) continue;
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(message);
    }
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}

function matches(message: InboxMessage, filter: InboxFilter): boolean {
  return (filter.to === undefined || message.to === filter.to) && message.id > (filter.after ?? 0);
}

function authorizationOf(credentials: NonNullable<SmsInboxOptions["credentials"]>): string {
  if ("bearer" in credentials) return `Bearer ${credentials.bearer}`;
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`, "utf8");
  return `Basic ${pair.toString("base64")}`;
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** The body as text, or undefined past the cap. */
async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(text);
}

function gatewayAnswer(request: InboxRequest): TwilioAnswer {
  if (request.method !== "POST") return { status: 405, body: { detail: "Messages are posted." } };
  if (request.authorized === false)
    return { status: 401, body: { detail: "The credentials are not valid." } };
  return { status: 200, body: { id: randomUUID(), status: "accepted" } };
}

function errorBody(request: InboxRequest, status: number): string {
  if (request.interface === "twilio")
    return JSON.stringify(twilioError(status, 20_500, "Internal Server Error").body);
  return JSON.stringify({ detail: "The inbox was told to fail." });
}
