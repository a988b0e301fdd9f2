// Sends through Twilio's Programmable Messaging, with Twilio's own SDK.

import { cleanAnswerText } from "../answer-text.ts";
import type { HttpClient } from "../http-client.ts";
import { HttpError } from "../http-error.ts";
import { failureOf, rejection } from "../send-failure.ts";
import {
  type SendReceipt,
  type SmsMessage,
  type SmsProvider,
  type SmsProviderConfig,
  SmsSendError,
} from "../sms-provider.ts";
import { readTwilioConfig, type TwilioConfig } from "./twilio-config.ts";
import { TwilioHttpClient, type TwilioResponse } from "./twilio-http-client.ts";

/**
 * Creates a provider that creates one Twilio message per send: `To`, `From`, `Body`, in this order and nothing else;
 * with a messaging service `MessagingServiceSid` stands in the place of `From`.
 *
 * @param baseUrl see `readTwilioConfig`.
 * @throws SmsSendError `configuration` when the fields cannot be used.
 */
export function createTwilioProvider(
  config: SmsProviderConfig,
  http: HttpClient,
  baseUrl?: string,
): SmsProvider {
  const twilio = readTwilioConfig(config, baseUrl);
  return { kind: "twilio", send: (message) => send(message, twilio, config, http) };
}

async function send(
  message: SmsMessage,
  twilio: TwilioConfig,
  config: SmsProviderConfig,
  http: HttpClient,
): Promise<SendReceipt> {
  const transport = new TwilioHttpClient(http, twilio.baseUrl);
  const client = await createClient(twilio, transport);
  try {
    const { parameters, recipient } = twilio.sender;
    const created = await client.messages.create({
      to: recipient(message.to),
      ...parameters,
      body: message.text,
    });
    const answer = transport.lastAnswer;
    if (answer !== undefined && typeof created.sid === "string" && created.sid !== "") {
      return { provider: "twilio", status: answer.statusCode, messageId: created.sid };
    }
  } catch (error) {
    if (error instanceof HttpError) throw failureOf(error);
    if (transport.lastAnswer === undefined) {
      throw new SmsSendError("configuration", "Twilio's SDK refused the message before it was sent.", {
        hint: "Check the recipient and the fields of the stage.",
      });
    }
  }
  const { statusCode, body } = transport.lastAnswer as TwilioResponse;
  if (statusCode >= 300)
    throw rejection("Twilio", statusCode, cleanAnswerText(refusalText(body), config, message));
  throw new SmsSendError(
    "invalid_answer",
    `Twilio's answer (status ${statusCode}) does not describe a message.`,
    {
      hint: "Something between here and Twilio answers in its place: look at proxies and captive portals.",
      status: statusCode,
      mayHaveBeenSent: true,
    },
  );
}

/** The text that Twilio's Python library, and so authentik's form, shows: fixed words and the API's message. */
function refusalText(body: string): string {
  const fixed = "Unable to create record";
  try {
    const answer: unknown = JSON.parse(body);
    const text = (answer as { readonly message?: unknown } | null)?.message;
    return typeof text === "string" ? `${fixed}: ${text}` : fixed;
  } catch {
    return fixed;
  }
}

/** The SDK is loaded when the first message goes out: its client alone takes longer than the rest of a sign-in. */
async function createClient(twilio: TwilioConfig, transport: TwilioHttpClient) {
  const { default: Twilio } = await import("twilio/lib/rest/Twilio.js");
  class AccountClient extends Twilio {
    // The SDK insists on "AC…"; the stage's field is held to an alphabet instead (see twilio-config.ts).
    override setAccountSid(accountSid?: string): void {
      this.accountSid = accountSid ?? "";
    }
  }
  return new AccountClient(twilio.accountSid, twilio.authToken, {
    httpClient: transport as never,
    autoRetry: false,
  });
}
