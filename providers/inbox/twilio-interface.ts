// Twilio's "create message" as the SMS inbox answers it: the shapes and error codes of the public API reference.

import { randomBytes } from "node:crypto";
import { smsSegments } from "../sms-segments.ts";
import type { InboxRequest } from "./inbox-message.ts";

/** An answer with a JSON body. */
export interface TwilioAnswer {
  readonly status: number;
  readonly body: object;
}

/** An error in Twilio's shape; `code` is one of Twilio's error codes. */
export function twilioError(status: number, code: number, message: string): TwilioAnswer {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

/** Judges a request as Twilio would: method, credentials, then the three fields. */
export function twilioAnswer(request: InboxRequest, accountSid: string): TwilioAnswer {
  if (request.method !== "POST") {
    return twilioError(405, 20_004, "Method not allowed");
  }
  if (request.authorized === false || request.headers.authorization === undefined) {
    return twilioError(401, 20_003, "Authenticate");
  }
  const form = (request.formFields === undefined ? {} : request.body) as Record<string, string>;
  const { To: to = "", From: sender = "", MessagingServiceSid: service = "", Body: body = "" } = form;
  const from = service === "" ? sender : service;
  if (to === "") return twilioError(400, 21_604, "A 'To' phone number is required.");
  if (from === "") return twilioError(400, 21_603, "A 'From' phone number is required.");
  if (body === "") return twilioError(400, 21_602, "Message body is required.");
  const whatsapp = "whatsapp:";
  if (from.startsWith(whatsapp) !== to.startsWith(whatsapp)) {
    return twilioError(400, 21_910, "Invalid From and To pair. From and To should be of the same channel");
  }
  if (!/^\+?[\d\s().-]{3,40}$/u.test(to.replace(whatsapp, ""))) {
    return twilioError(400, 21_211, `Invalid 'To' Phone Number: ${to}`);
  }
  return { status: 201, body: createdMessage(accountSid, to, from, body, request.receivedAt) };
}

function createdMessage(accountSid: string, to: string, from: string, body: string, at: Date): object {
  const { segments } = smsSegments(body);
  const sid = `SM${randomBytes(16).toString("hex")}`;
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  const created = at.toUTCString().replace("GMT", "+0000");
  const viaService = from.startsWith("MG");
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    body,
    date_created: created,
    date_sent: null,
    date_updated: created,
    direction: "outbound-api",
    error_code: null,
    error_message: null,
    from: viaService ? null : from,
    messaging_service_sid: viaService ? from : null,
    num_media: "0",
    num_segments: viaService ? "0" : String(segments),
    price: null,
    price_unit: "USD",
    sid,
    status: viaService ? "accepted" : "queued",
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  };
}
