// Models of the SMS authenticator: the stage that sets it up and the device that is enrolled.
import { z } from "zod";
import {
  choice,
  duration,
  Fault,
  flag,
  integer,
  integerReference,
  json,
  jsonObject,
  list,
  moment,
  reference,
  text,
} from "./fields.ts";
import { defineModel, STAGE } from "./model.ts";
import { countryCode, headers, limits, payloadContract } from "./sms-settings.ts";

const now = (): string => new Date().toISOString();

/** `authentik_stages_authenticator_sms.authenticatorsmsstage` */
export const authenticatorSmsStage = defineModel({
  ...STAGE,
  name: "authentik_stages_authenticator_sms.authenticatorsmsstage",
  label: "SMS Authenticator Setup Stage",
  schema: z.object({
    name: text(),
    configure_flow: reference().nullable().default(null),
    /** The authenticator's type as the user sees it in the settings. */
    friendly_name: text({ blank: true }).default(""),
    provider: choice(["twilio", "generic"]),
    from_number: text(),
    /** Twilio's account SID; for the generic provider the URL. */
    account_sid: text(),
    /** Twilio's auth token; for the generic provider the bearer token or the user name. */
    auth: text(),
    auth_password: text({ blank: true }).default(""),
    auth_type: choice(["basic", "bearer"]).default("basic"),
    /** Only a hash of the number is kept. */
    verify_only: flag().default(false),
    mapping: reference().nullable().default(null),
    // What authentik does not have; docs/sms.md describes it.
    /** ISO 3166 codes of the countries whose numbers may be used; empty: any text is a number, as in authentik. */
    postern_allowed_countries: list(countryCode()).default([]),
    /** Time between a message and the next one for the same device. */
    postern_resend_cooldown: duration().default("seconds=30"),
    /** How often messages go out and codes are guessed. */
    postern_limits: limits().default({}),
    /** Generic provider: how the body is written. */
    postern_encoding: choice(["json", "form", "text"]).default("json"),
    /** Generic provider: `none` sends no `Authorization` header but what `postern_headers` has. */
    postern_authorization: choice(["auth_type", "none"]).default("auth_type"),
    /** Generic provider: further headers; `{auth}` and `{auth_password}` stand for these fields. */
    postern_headers: headers().default({}),
    /** What a mapping sees of texts that users choose: as they are, or without links and control characters. */
    postern_user_texts: choice(["as_given", "plain"]).default("as_given"),
    /** What a mapping may send, by paths; null: anything, as in authentik. */
    postern_payload: payloadContract().nullable().default(null),
  }),
  unique: [["name"]],
  check: (row) => {
    if (row.provider !== "twilio") return [];
    const idle =
      row.postern_encoding === "json" &&
      row.postern_authorization === "auth_type" &&
      Object.keys(row.postern_headers as object).length === 0;
    if (idle) return [];
    const fields = "postern_encoding, postern_authorization and postern_headers";
    return [new Fault("invalid", `${fields} are for the generic provider; leave them out with Twilio.`)];
  },
  references: {
    configure_flow: { to: ["authentik_flows.flow"], onDelete: "set_null" },
    mapping: { to: ["authentik_events.notificationwebhookmapping"], onDelete: "set_null" },
  },
  secrets: ["auth", "auth_password", "postern_headers"],
});

/** `authentik_stages_authenticator_sms.smsdevice` */
export const smsDevice = defineModel({
  name: "authentik_stages_authenticator_sms.smsdevice",
  label: "SMS Device",
  key: "integer",
  schema: z.object({
    user: integerReference(),
    stage: reference(),
    /** The number, or `hash:` and the hash of it. */
    phone_number: text(),
    name: text({ max: 64 }),
    confirmed: flag().default(true),
    /** The code that was sent, as text: leading zeros count. */
    token: text({ max: 16 }).nullable().default(null),
    /** The code is void from this moment on. */
    valid_until: moment().default(now),
    /** How the last send went; Postern's own, see `runtime/sms/one-time-code.ts`. */
    delivery: jsonObject().nullable().default(null),
    created: moment().default(now),
    last_updated: moment().default(now),
    last_used: moment().nullable().default(null),
    throttling_failure_timestamp: moment().nullable().default(null),
    throttling_failure_count: integer(0).default(0),
  }),
  unique: [["stage", "phone_number"]],
  references: {
    user: { to: ["authentik_core.user"], onDelete: "cascade" },
    stage: { to: ["authentik_stages_authenticator_sms.authenticatorsmsstage"], onDelete: "protect" },
  },
  secrets: ["token", "delivery"],
});

/** `postern.smscounter`: how often something happened lately; Postern's own model. The pk is a hash of what is counted. */
export const smsCounter = defineModel({
  name: "postern.smscounter",
  label: "SMS counter",
  key: "text",
  schema: z.object({
    /** Pairs of a bucket's number and its count, oldest first; see `runtime/sms/limits.ts`. */
    buckets: json(),
    /** Nothing of it counts from this moment on. */
    expires: moment(),
  }),
});
