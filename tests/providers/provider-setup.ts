// What the provider tests share: an inbox, a client that reaches it, and the error that a send ends in.

import {
  createHttpClient,
  createSmsInbox,
  createSmsProvider,
  type HttpPolicy,
  type SmsInbox,
  type SmsInboxOptions,
  type SmsMessage,
  type SmsProvider,
  type SmsProviderConfig,
  SmsSendError,
} from "../../providers/index.ts";

/** An inbox with a provider that sends to it. */
export interface Setup extends AsyncDisposable {
  readonly inbox: SmsInbox;
  readonly provider: SmsProvider;
}

/** Sets up a provider against a fresh inbox; `account_sid` defaults to what makes the provider reach it. */
export async function setUp(
  config: Omit<SmsProviderConfig, "account_sid"> & { readonly account_sid?: string },
  credentials?: SmsInboxOptions["credentials"],
  policy: HttpPolicy = {},
): Promise<Setup> {
  const inbox = await createSmsInbox({ credentials });
  const http = createHttpClient({ allow: [{ host: "127.0.0.1", port: inbox.port, http: true }], ...policy });
  const account = config.provider === "twilio" ? "AC0123456789abcdef0123456789abcdef" : inbox.gatewayUrl;
  const provider = createSmsProvider({ account_sid: account, ...config }, http, { twilioBaseUrl: inbox.url });
  return { inbox, provider, [Symbol.asyncDispose]: () => inbox.close() };
}

export const MESSAGE: SmsMessage = {
  to: "+4915112345678",
  token: "047110",
  text: "Use this code to authenticate in authentik: 047110",
};

/** The SmsSendError that work ends in; fails the test when it ends in anything else. */
export async function sendFailure(work: Promise<unknown>): Promise<SmsSendError> {
  const outcome = await work.then(
    (value) => new Error(`expected an SmsSendError, got a receipt: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof SmsSendError) return outcome;
  throw outcome;
}
