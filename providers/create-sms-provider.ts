// From a stage's provider fields to the provider that sends for it.

import { createGenericProvider } from "./generic/generic-provider.ts";
import type { HttpClient } from "./http-client.ts";
import { type SmsProvider, type SmsProviderConfig, SmsSendError } from "./sms-provider.ts";
import { createTwilioProvider } from "./twilio/twilio-provider.ts";

/** What is not a field of the stage. */
export interface SmsProviderOptions {
  /** Takes the place of `https://api.twilio.com`: another region, or a local endpoint such as the SMS inbox. */
  readonly twilioBaseUrl?: string;
}

/**
 * Creates the provider that a stage's fields describe.
 *
 * @param http carries every request; its policy decides which gateways can be reached.
 * @throws SmsSendError `configuration` when the provider is unknown or its fields cannot be used.
 */
export function createSmsProvider(
  config: SmsProviderConfig,
  http: HttpClient,
  options: SmsProviderOptions = {},
): SmsProvider {
  switch (config.provider) {
    case "twilio":
      return createTwilioProvider(config, http, options.twilioBaseUrl);
    case "generic":
      return createGenericProvider(config, http);
    default:
      throw new SmsSendError("configuration", "The SMS stage names a provider that does not exist.", {
        hint: 'Set provider to "twilio" or "generic".',
      });
  }
}
