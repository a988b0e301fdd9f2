// The body of a generic provider's request: a message, or a mapping's result, in one of three encodings.

import { type JsonValue, type SmsMessage, SmsSendError } from "../sms-provider.ts";
import type { GenericConfig } from "./generic-config.ts";

/** A body and its type. */
export interface RequestBody {
  readonly text: string;
  readonly contentType: string;
}

/**
 * The body to post; undefined for a request without one (a mapping that returns None).
 *
 * @throws SmsSendError `configuration` when the mapping's result has no form in the encoding.
 */
export function requestBody(gateway: GenericConfig, message: SmsMessage): RequestBody | undefined {
  const { payload } = message;
  if (payload === null) return undefined;
  const value = payload ?? defaultPayload(gateway, message);
  switch (gateway.encoding) {
    case "json":
      refuseUnrepresentable(value, RESULT);
      return { text: JSON.stringify(value), contentType: "application/json" };
    case "form":
      return { text: form(value), contentType: "application/x-www-form-urlencoded" };
    case "text":
      return { text: plainText(value), contentType: "text/plain; charset=utf-8" };
  }
}

const RESULT = "the mapping's result";

function defaultPayload(gateway: GenericConfig, message: SmsMessage): JsonValue {
  if (gateway.encoding === "text") return message.text;
  return { From: gateway.from, To: message.to, Body: message.token, Message: message.text };
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

/** Fields in the order of the dictionary; a list is a field for each item; None is left out. */
function form(value: JsonValue): string {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw unfit("a form", `${RESULT} is ${typeName(value)}`, "Return a dictionary of texts and numbers.");
  }
  const fields = new URLSearchParams();
  for (const [name, given] of Object.entries(value)) {
    for (const item of Array.isArray(given) ? given : [given]) {
      if (item === null) continue;
      if (typeof item === "object" || (typeof item === "number" && !Number.isFinite(item))) {
        const where = `${RESULT}[${JSON.stringify(name)}]`;
        throw unfit("a form", `${where} is ${typeName(item)}`, "A field of a form is a text or a number.");
      }
      fields.append(name, String(item));
    }
  }
  return fields.toString();
}

function plainText(value: JsonValue): string {
  if (typeof value === "string") return value;
  throw unfit("plain text", `${RESULT} is ${typeName(value)}`, "Return a text.");
}

function unfit(as: string, what: string, hint: string): SmsSendError {
  return new SmsSendError("configuration", `The message cannot be sent as ${as}: ${what}.`, { hint });
}

function typeName(value: JsonValue): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a dictionary";
  return typeof value === "string" ? "a text" : String(value);
}
