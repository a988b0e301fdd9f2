// Sends through any gateway that takes JSON over HTTP.

import { cleanAnswerText } from "../answer-text.ts";
import type { HttpClient, HttpResponse } from "../http-client.ts";
import { HttpError } from "../http-error.ts";
import { failureOf, rejection } from "../send-failure.ts";
import {
  type JsonValue,
  type SendReceipt,
  type SmsMessage,
  type SmsProvider,
  type SmsProviderConfig,
  SmsSendError,
} from "../sms-provider.ts";
import { type GenericConfig, readGenericConfig } from "./generic-config.ts";

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

/** The text to post; undefined for a request without a body. */
function requestBody(gateway: GenericConfig, message: SmsMessage): string | undefined {
  const { payload } = message;
  if (payload === undefined) {
    return JSON.stringify({ From: gateway.from, To: message.to, Body: message.token, Message: message.text });
  }
  if (payload === null) return undefined;
  refuseUnrepresentable(payload, "the mapping's result");
  return JSON.stringify(payload);
}

/** JSON.stringify turns NaN and the infinities into null: the gateway would get something else than was meant. */
function refuseUnrepresentable(value: JsonValue, where: string): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new SmsSendError("configuration", `The message cannot be sent as JSON: ${where} is ${value}.`, {
      hint: "JSON has no NaN and no infinity; return a finite number or text.",
    });
  }
  if (value === null || typeof value !== "object") return;
  for (const [key, item] of Object.entries(value))
    refuseUnrepresentable(item, `${where}[${JSON.stringify(key)}]`);
}

type Answer = Pick<HttpResponse, "status" | "text" | "truncated">;

async function post(gateway: GenericConfig, body: string | undefined, http: HttpClient): Promise<Answer> {
  try {
    return await http.request({
      method: "POST",
      url: gateway.url,
      headers: {
        accept: "*/*",
        authorization: gateway.authorization,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body,
      overflow: "truncate",
    });
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
