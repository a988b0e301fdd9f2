// The transport that Twilio's SDK is given: its requests leave through the guarded client.

import type { HttpClient } from "../http-client.ts";
import { HttpError } from "../http-error.ts";
import { TWILIO_BASE_URL } from "./twilio-config.ts";

/** What the SDK asks its transport for; the part of its request options that is used. */
export interface TwilioRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Form fields in the order in which they are sent. */
  readonly data?: Readonly<Record<string, string>>;
}

/** What the SDK takes for an answer. */
export interface TwilioResponse {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Carries one SDK call: form-encodes the fields, adds Basic credentials, and puts the configured base in the place of
 * Twilio's. Whatever region or edge the SDK took from the environment is dropped with it: where messages go is the
 * configuration's business.
 */
export class TwilioHttpClient {
  /** The last answer, which the SDK's errors tell only a part of. */
  lastAnswer: TwilioResponse | undefined = undefined;
  readonly #http: HttpClient;
  readonly #baseUrl: string;

  constructor(http: HttpClient, baseUrl: string) {
    this.#http = http;
    this.#baseUrl = baseUrl;
  }

  /** @throws HttpError when no complete answer came. */
  async request(request: TwilioRequest): Promise<TwilioResponse> {
    const { pathname, search } = new URL(request.uri, TWILIO_BASE_URL);
    const credentials = Buffer.from(`${request.username ?? ""}:${request.password ?? ""}`, "utf8");
    try {
      const answer = await this.#http.request({
        method: request.method.toUpperCase(),
        url: `${this.#baseUrl}${pathname}${search}`,
        headers: { ...request.headers, authorization: `Basic ${credentials.toString("base64")}` },
        body: new URLSearchParams(request.data).toString(),
      });
      this.lastAnswer = { statusCode: answer.status, body: answer.text(), headers: answer.headers };
      return this.lastAnswer;
    } catch (error) {
      // A refusal stays one, also when its explanation breaks off.
      if (!(error instanceof HttpError) || error.status === undefined || error.status < 300) throw error;
      this.lastAnswer = { statusCode: error.status, body: "", headers: {} };
      return this.lastAnswer;
    }
  }
}
