// Examples to start from: the expressions and contexts of fixtures/, which tests/playground/examples.test.ts holds them to.
import type { JsonObject, PlaygroundKind } from "../../server/playground/api.ts";

/** An example. */
export interface Example {
  /** Its file in fixtures/. */
  readonly file: string;
  /** Its context's file in fixtures/contexts/. */
  readonly contextFile: string;
  readonly title: { readonly en: string; readonly de: string };
  readonly kind: PlaygroundKind;
  readonly source: string;
  readonly context: JsonObject;
}

const phoneRegion = String.raw`phone_number = regex_replace(request.context["prompt_data"]["phone"], r"\s+", "")

if phone_number.startswith("+1234"):
    return True
ak_message("Invalid phone number or missing region code")
return False
`;

const smsContext: JsonObject = {
  request: {
    user: { username: "marie" },
    http_request: { brand: { branding_title: "Example Inc." } },
    context: {},
  },
  user: { username: "marie" },
  device: { phone_number: "+1234567890", name: "SMS Device" },
  stage: { name: "sms-generic", from_number: "+12340000" },
  token: "042815",
};

export const examples: readonly Example[] = [
  {
    file: "policies/phone-region.py",
    contextFile: "accepted-phone.yaml",
    title: { en: "A phone number that is accepted", de: "Eine Telefonnummer, die angenommen wird" },
    kind: "policy",
    source: phoneRegion,
    context: {
      request: { user: { username: "marie" }, context: { prompt_data: { phone: "+1234 567 890" } } },
    },
  },
  {
    file: "policies/phone-region.py",
    contextFile: "refused-phone.yaml",
    title: { en: "A phone number that is refused", de: "Eine Telefonnummer, die abgelehnt wird" },
    kind: "policy",
    source: phoneRegion,
    context: {
      request: { user: { username: "marie" }, context: { prompt_data: { phone: "+49 170 1234567" } } },
    },
  },
  {
    file: "mappings/generic-payload.py",
    contextFile: "sms-mapping.yaml",
    title: { en: "The request to an SMS gateway", de: "Die Anfrage an ein SMS-Gateway" },
    kind: "webhook",
    source:
      'return {\n"from": stage.from_number,\n"to": device.phone_number,\n"body": f"foo bar baz {token}",\n}\n',
    context: smsContext,
  },
  {
    file: "mappings/twilio-message.py",
    contextFile: "sms-mapping.yaml",
    title: { en: "The text of a Twilio message", de: "Der Text einer Twilio-Nachricht" },
    kind: "mapping",
    source:
      'return {\n"message": f"This is a custom message for {request.http_request.brand.branding_title} SMS authentication. The code is {token}."\n}\n',
    context: smsContext,
  },
];
