// The public face of providers/: sending an SMS, the guarded HTTP client under it, and the local inbox.

export { type AddressCategory, classifyAddress } from "./address-guard.ts";
export { createSmsProvider, type SmsProviderOptions } from "./create-sms-provider.ts";
export { type GatewayRequest, previewGenericRequest } from "./generic/generic-provider.ts";
export {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from "./http-client.ts";
export { HttpError, type HttpErrorCode, type HttpErrorFacts, type HttpPhase } from "./http-error.ts";
export {
  type AllowedTarget,
  type HttpPolicy,
  parseAllowedTarget,
  type ResolvedAddress,
  type Resolver,
} from "./http-policy.ts";
export type { InboxFailure } from "./inbox/inbox-failure.ts";
export type { InboxMessage, InboxRequest } from "./inbox/inbox-message.ts";
export { createSmsInbox, type InboxFilter, type SmsInbox, type SmsInboxOptions } from "./inbox/sms-inbox.ts";
export {
  type JsonValue,
  type SendReceipt,
  type SmsMessage,
  type SmsProvider,
  type SmsProviderConfig,
  SmsSendError,
  type SmsSendFacts,
  type SmsSendFailure,
} from "./sms-provider.ts";
export { type SmsAlphabet, type SmsSegments, smsSegments } from "./sms-segments.ts";
export { TWILIO_BASE_URL } from "./twilio/twilio-config.ts";
export { readTwilioSender, type TwilioSender } from "./twilio/twilio-sender.ts";
