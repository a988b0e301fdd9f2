// Models of the other stages. They are data here; the planner refuses those that have no stage yet.
import { z } from "zod";
import { choice, decimal, duration, flag, integer, json, list, moment, reference, text } from "./fields.ts";
import { defineModel, STAGE } from "./model.ts";
import { passwordLimits } from "./password-limits.ts";

/** Kinds of devices that can be validated. */
export const DEVICE_CLASSES = ["static", "totp", "webauthn", "duo", "sms", "email"] as const;

/** `authentik_stages_authenticator_validate.authenticatorvalidatestage` */
export const authenticatorValidateStage = defineModel({
  ...STAGE,
  name: "authentik_stages_authenticator_validate.authenticatorvalidatestage",
  label: "Authenticator Validation Stage",
  schema: z.object({
    name: text(),
    not_configured_action: choice(["skip", "deny", "configure"]).default("skip"),
    device_classes: list(choice(DEVICE_CLASSES)).default([...DEVICE_CLASSES]),
    configuration_stages: list(reference()).default([]),
    last_auth_threshold: duration().default("seconds=0"),
    webauthn_user_verification: choice(["required", "preferred", "discouraged"]).default("preferred"),
    webauthn_hints: list(choice(["security-key", "client-device", "hybrid"])).default([]),
    webauthn_allowed_device_types: list(reference()).default([]),
    email_otp_throttling_factor: decimal().default(1),
    sms_otp_throttling_factor: decimal().default(1),
    totp_otp_throttling_factor: decimal().default(1),
    static_otp_throttling_factor: decimal().default(1),
  }),
  unique: [["name"]],
  references: { configuration_stages: { to: "stage", onDelete: "remove" } },
});

/** `authentik_stages_deny.denystage` */
export const denyStage = defineModel({
  ...STAGE,
  name: "authentik_stages_deny.denystage",
  label: "Deny Stage",
  schema: z.object({ name: text(), deny_message: text({ blank: true }).default("") }),
  unique: [["name"]],
});

/** `authentik_stages_dummy.dummystage` */
export const dummyStage = defineModel({
  ...STAGE,
  name: "authentik_stages_dummy.dummystage",
  label: "Dummy Stage",
  schema: z.object({ name: text(), throw_error: flag().default(false) }),
  unique: [["name"]],
});

/** How passwords can be checked. Postern has the first one. */
export const PASSWORD_BACKENDS = [
  "authentik.core.auth.InbuiltBackend",
  "authentik.core.auth.TokenBackend",
  "authentik.sources.ldap.auth.LDAPBackend",
  "authentik.sources.kerberos.auth.KerberosBackend",
] as const;

/** `authentik_stages_password.passwordstage` */
export const passwordStage = defineModel({
  ...STAGE,
  name: "authentik_stages_password.passwordstage",
  label: "Password Stage",
  schema: z.object({
    name: text(),
    backends: list(choice(PASSWORD_BACKENDS)),
    configure_flow: reference().nullable().default(null),
    /** Wrong passwords after which the flow is denied. */
    failed_attempts_before_cancel: integer().default(5),
    allow_show_password: flag().default(false),
    /** How often passwords may be guessed, over all runs; authentik does not have it. */
    postern_limits: passwordLimits().default({}),
  }),
  unique: [["name"]],
  references: { configure_flow: { to: ["authentik_flows.flow"], onDelete: "set_null" } },
});

/** `postern.passwordcounter`: wrong passwords of late; Postern's own model. The pk is a hash of what is counted. */
export const passwordCounter = defineModel({
  name: "postern.passwordcounter",
  label: "Password counter",
  key: "text",
  schema: z.object({
    /** Pairs of a bucket's number and its count, oldest first; see `runtime/limits/counters.ts`. */
    buckets: json(),
    /** Nothing of it counts from this moment on. */
    expires: moment(),
  }),
});

/** `authentik_stages_user_write.userwritestage` */
export const userWriteStage = defineModel({
  ...STAGE,
  name: "authentik_stages_user_write.userwritestage",
  label: "User Write Stage",
  schema: z.object({
    name: text(),
    user_creation_mode: choice(["never_create", "create_when_required", "always_create"]).default(
      "create_when_required",
    ),
    create_users_as_inactive: flag().default(true),
    create_users_group: reference().nullable().default(null),
    user_type: choice(["internal", "external", "service_account", "internal_service_account"]).default(
      "external",
    ),
    user_path_template: text({ blank: true }).default(""),
  }),
  unique: [["name"]],
  references: { create_users_group: { to: ["authentik_core.group"], onDelete: "set_null" } },
});

/** `authentik_stages_user_login.userloginstage` */
export const userLoginStage = defineModel({
  ...STAGE,
  name: "authentik_stages_user_login.userloginstage",
  label: "User Login Stage",
  schema: z.object({
    name: text(),
    session_duration: duration().default("seconds=0"),
    terminate_other_sessions: flag().default(false),
    remember_me_offset: duration().default("seconds=0"),
    remember_device: duration().default("days=30"),
    network_binding: choice(["no_binding", "bind_asn", "bind_asn_network", "bind_asn_network_ip"]).default(
      "no_binding",
    ),
    geoip_binding: choice([
      "no_binding",
      "bind_continent",
      "bind_continent_country",
      "bind_continent_country_city",
    ]).default("no_binding"),
  }),
  unique: [["name"]],
});

/** `authentik_stages_user_logout.userlogoutstage` */
export const userLogoutStage = defineModel({
  ...STAGE,
  name: "authentik_stages_user_logout.userlogoutstage",
  label: "User Logout Stage",
  schema: z.object({ name: text() }),
  unique: [["name"]],
});

/** `authentik_stages_identification.identificationstage` */
export const identificationStage = defineModel({
  ...STAGE,
  name: "authentik_stages_identification.identificationstage",
  label: "Identification Stage",
  schema: z.object({
    name: text(),
    user_fields: list(choice(["email", "username", "upn"])).default([]),
    password_stage: reference().nullable().default(null),
    captcha_stage: reference().nullable().default(null),
    webauthn_stage: reference().nullable().default(null),
    case_insensitive_matching: flag().default(true),
    show_matched_user: flag().default(true),
    pretend_user_exists: flag().default(true),
    enable_remember_me: flag().default(false),
    enrollment_flow: reference().nullable().default(null),
    recovery_flow: reference().nullable().default(null),
    passwordless_flow: reference().nullable().default(null),
    sources: list(reference()).default([]),
    show_source_labels: flag().default(false),
  }),
  unique: [["name"]],
  references: {
    password_stage: { to: ["authentik_stages_password.passwordstage"], onDelete: "set_null" },
    captcha_stage: { to: "stage", onDelete: "set_null" },
    webauthn_stage: {
      to: ["authentik_stages_authenticator_validate.authenticatorvalidatestage"],
      onDelete: "set_null",
    },
    enrollment_flow: { to: ["authentik_flows.flow"], onDelete: "set_null" },
    recovery_flow: { to: ["authentik_flows.flow"], onDelete: "set_null" },
    passwordless_flow: { to: ["authentik_flows.flow"], onDelete: "set_null" },
  },
});
