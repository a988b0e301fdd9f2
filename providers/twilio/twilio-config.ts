// The stage's fields as the Twilio provider reads them.

import { z } from "zod";
import { type SmsProviderConfig, SmsSendError } from "../sms-provider.ts";
import { readTwilioSender, type TwilioSender } from "./twilio-sender.ts";

/** How to reach Twilio. */
export interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  readonly sender: TwilioSender;
  /** Origin (and path prefix, if any) that takes the place of `https://api.twilio.com`, without a final slash. */
  readonly baseUrl: string;
}

/** Twilio's API for accounts in the default region. */
export const TWILIO_BASE_URL = "https://api.twilio.com";

const schema = z.object({
  from_number: z.string().min(1, "must not be empty"),
  // The SID becomes a path segment, so its alphabet is held. Its "AC" is not asked for: authentik does not either,
  // and Twilio itself answers a wrong one clearly.
  account_sid: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/u, "must be an account SID: letters and digits, no URL"),
  auth: z.string().min(1, "must not be empty"),
});

/**
 * Reads the fields.
 *
 * @param baseUrl another endpoint with Twilio's interface: another region, or a local one for tests.
 * @throws SmsSendError `configuration`, naming the field and never its value.
 */
export function readTwilioConfig(config: SmsProviderConfig, baseUrl: string = TWILIO_BASE_URL): TwilioConfig {
  const result = schema.safeParse(config);
  if (!result.success) {
    const issues = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new SmsSendError("configuration", `The SMS stage cannot use Twilio: ${issues.join("; ")}.`, {
      hint: "Copy account SID and auth token from the Twilio console; the sender is a number, service or name of yours.",
    });
  }
  return {
    accountSid: result.data.account_sid,
    authToken: result.data.auth,
    sender: readTwilioSender(result.data.from_number),
    baseUrl: baseUrl.replace(/\/+$/u, ""),
  };
}
