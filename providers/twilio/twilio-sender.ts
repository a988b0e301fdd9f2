// What Twilio sends from: a number, a messaging service, a name, or a WhatsApp sender.

import { SmsSendError } from "../sms-provider.ts";

/** The sender in a request's parameters, and what it makes of the recipient. */
export interface TwilioSender {
  readonly kind: "number" | "service" | "name" | "whatsapp";
  /** The SDK's parameters that name the sender. */
  readonly parameters: { readonly from: string } | { readonly messagingServiceSid: string };
  /** The recipient as this sender reaches it. */
  readonly recipient: (to: string) => string;
}

const asIs = (to: string): string => to;

/**
 * Reads the stage's `from_number`.
 *
 * | `from_number` | goes into | |
 * |---|---|---|
 * | `+12025550100`, `12345` | `From` | a number or short code, in any usual spelling |
 * | `MG` and 32 hexadecimal digits | `MessagingServiceSid` | the service picks the number |
 * | `Example Inc` | `From` | a name: at most 11 of A-Z a-z 0-9 blank + - _ &, with a letter |
 * | `whatsapp:+14155238886` | `From` | the recipient becomes `whatsapp:…`, too |
 *
 * @throws SmsSendError `configuration`
 */
export function readTwilioSender(from: string): TwilioSender {
  if (/^MG[0-9a-fA-F]{32}$/u.test(from)) {
    return { kind: "service", parameters: { messagingServiceSid: from }, recipient: asIs };
  }
  if (/^whatsapp:/iu.test(from)) return whatsappSender(from);
  if (/^[+\d\s().-]+$/u.test(from) && /\d/u.test(from)) {
    if (/^\+?[\d\s().-]{3,40}$/u.test(from)) {
      return { kind: "number", parameters: { from }, recipient: asIs };
    }
    throw refusal("is no phone number", "Write it with its country code, such as +12025550100.");
  }
  return nameSender(from);
}

function whatsappSender(from: string): TwilioSender {
  if (!/^whatsapp:\+[1-9]\d{6,14}$/u.test(from)) {
    throw refusal(
      "is no WhatsApp sender",
      "Write whatsapp: in small letters and the number with its country code, such as whatsapp:+14155238886.",
    );
  }
  return {
    kind: "whatsapp",
    parameters: { from },
    recipient: (to) => (to.startsWith("whatsapp:") ? to : `whatsapp:${to}`),
  };
}

function nameSender(from: string): TwilioSender {
  if (/^MG[0-9a-z]{20,}$/iu.test(from)) {
    throw refusal("is no messaging service's SID", "A SID is MG and 32 hexadecimal digits; copy it again.");
  }
  if (from.length > 11) {
    throw refusal("is longer than a sender's name may be", "A name has at most 11 characters.");
  }
  if (!/^[A-Za-z0-9 +_&-]+$/u.test(from) || !/[A-Za-z]/u.test(from) || from.trim() !== from) {
    throw refusal(
      "is not a name that Twilio can show",
      "A name has letters without accents, digits, and blank + - _ & within, and at least one letter.",
    );
  }
  return { kind: "name", parameters: { from }, recipient: asIs };
}

function refusal(what: string, hint: string): SmsSendError {
  return new SmsSendError("configuration", `The SMS stage cannot use Twilio: from_number ${what}.`, { hint });
}
