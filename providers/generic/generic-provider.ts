// Sends through any gateway that takes messages over HTTP.

import { cleanAnswerText } from "../answer-text.ts";
import type { HttpClient, HttpResponse } from "../http-client.ts";
import { HttpError } from "../http-error.ts";
import { failureOf, rejection } from "../send-failure.ts";
import type { SendReceipt, SmsMessage, SmsProvider, SmsProviderConfig } from "../sms-provider.ts";
import { type GenericConfig, readGenericConfig } from "./generic-config.ts";
import { type RequestBody, requestBody } from "./request-body.ts";

/**
 * Creates a provider that posts each message to the stage's URL. Statuses below 300 are success, whatever the body
 * says; redirects are refused (authentik follows them, with the credentials), 400 and above carry the gateway's text.
 *
 * @throws SmsSendError `configuration` when the fields cannot be used.
 */
export function createGenericProvider(config: SmsProviderConfig, http: HttpClient): SmsProvider {
  const gateway = readGenericConfig(config);
  return {
    kind: "generic",
    send: async (message) => {
      const body = requestBody(gateway, message);
      return judge(await post(gateway, body, http), config, message);
    },
  };
}

type Answer = Pick<HttpResponse, "status" | "text" | "truncated">;

/** The request that a message is posted with. */
export interface GatewayRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: there is none. */
  readonly body: string | undefined;
}

/**
 * The request that a message would be posted with, for people to look at: nothing is sent. Write placeholders where the
 * credentials belong; what is made of them stands in the headers.
 *
 * @throws SmsSendError `configuration` when the fields or the mapping's result cannot make one.
 */
export function previewGenericRequest(config: SmsProviderConfig, message: SmsMessage): GatewayRequest {
  const gateway = readGenericConfig(config);
  return requestOf(gateway, requestBody(gateway, message));
}

function requestOf(gateway: GenericConfig, body: RequestBody | undefined): GatewayRequest {
  return {
    method: "POST",
    url: gateway.url,
    headers: {
      accept: "*/*",
      ...(body === undefined ? {} : { "content-type": body.contentType }),
      ...gateway.headers,
    },
    body: body?.text,
  };
}

async function post(
  gateway: GenericConfig,
  body: RequestBody | undefined,
  http: HttpClient,
): Promise<Answer> {
  try {
    return await http.request({ ...requestOf(gateway, body), overflow: "truncate" });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    // The status line is the whole contract of this provider. Once it is there, a body that breaks off changes
    // nothing: calling an accepted message failed would make the user order (and pay for) a second one.
    const { status } = error;
    if (status !== undefined) return { status, text: () => "", truncated: false };
    throw failureOf(error);
  }
}

function judge(answer: Answer, config: SmsProviderConfig, message: SmsMessage): SendReceipt {
  if (answer.status < 300) return { provider: "generic", status: answer.status };
  throw rejection(
    "The SMS gateway",
    answer.status,
    cleanAnswerText(answer.text(), config, message, answer.truncated),
  );
}
