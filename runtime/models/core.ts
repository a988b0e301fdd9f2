// Models of people and the installation: users, groups, brands, events.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { choice, email, Fault, flag, jsonObject, list, moment, reference, text, uuid } from "./fields.ts";
import { defineModel } from "./model.ts";

const now = (): string => new Date().toISOString();

/** Kinds of users. */
export const USER_TYPES = ["internal", "external", "service_account", "internal_service_account"] as const;

/** `authentik_core.user`. Whether a user is a superuser follows from the groups. */
export const user = defineModel({
  name: "authentik_core.user",
  label: "User",
  uniqueLabel: "user",
  key: "integer",
  schema: z.object({
    username: text({ max: 150 }),
    /** The full name; may be empty. */
    name: text({ blank: true }).default(""),
    email: email().default(""),
    is_active: flag().default(true),
    attributes: jsonObject().default({}),
    /** The groups the user is directly in. */
    groups: list(reference()).default([]),
    roles: list(uuid()).default([]),
    path: text().default("users"),
    type: choice(USER_TYPES).default("internal"),
    uuid: uuid().default(randomUUID),
    date_joined: moment().default(now),
    last_login: moment().nullable().default(null),
    password_change_date: moment().default(now),
    last_updated: moment().default(now),
    /** The password's hash, in Django's form; empty where there is none. */
    password: text({ blank: true }).default(""),
  }),
  unique: [["username"], ["uuid"]],
  references: { groups: { to: ["authentik_core.group"], onDelete: "remove" } },
  secrets: ["password"],
});

/** `authentik_core.group` */
export const group = defineModel({
  name: "authentik_core.group",
  label: "Group",
  uniqueLabel: "group",
  key: "uuid",
  schema: z.object({
    name: text(),
    is_superuser: flag().default(false),
    parents: list(reference()).default([]),
    attributes: jsonObject().default({}),
    roles: list(uuid()).default([]),
  }),
  unique: [["name"]],
  references: { parents: { to: ["authentik_core.group"], onDelete: "remove" } },
  check: (row, pk) =>
    pk !== undefined && (row.parents as string[]).some((parent) => parent === pk)
      ? [new Fault("invalid", "Cannot set group as parent of itself.")]
      : [],
});

const setNull = { to: ["authentik_flows.flow"], onDelete: "set_null" } as const;

/** `authentik_brands.brand` */
export const brand = defineModel({
  name: "authentik_brands.brand",
  label: "Brand",
  key: "uuid",
  schema: z.object({
    domain: text(),
    default: flag().default(false),
    branding_title: text().default("authentik"),
    branding_logo: text().default("/static/dist/assets/icons/icon_left_brand.svg"),
    branding_favicon: text().default("/static/dist/assets/icons/icon.png"),
    branding_custom_css: text({ blank: true }).default(""),
    branding_default_flow_background: text().default("/static/dist/assets/images/flow_background.jpg"),
    flow_authentication: reference().nullable().default(null),
    flow_invalidation: reference().nullable().default(null),
    flow_recovery: reference().nullable().default(null),
    flow_unenrollment: reference().nullable().default(null),
    flow_user_settings: reference().nullable().default(null),
    flow_device_code: reference().nullable().default(null),
    attributes: jsonObject().default({}),
  }),
  unique: [["domain"]],
  references: {
    flow_authentication: setNull,
    flow_invalidation: setNull,
    flow_recovery: setNull,
    flow_unenrollment: setNull,
    flow_user_settings: setNull,
    flow_device_code: setNull,
  },
});

/** `authentik_events.event` */
export const event = defineModel({
  name: "authentik_events.event",
  label: "Event",
  key: "uuid",
  schema: z.object({
    /** Who did it: `{pk, username, email}`, or empty. */
    user: jsonObject().default({}),
    action: text(),
    app: text(),
    context: jsonObject().default({}),
    client_ip: text().nullable().default(null),
    created: moment().default(now),
    /** When the event may be thrown away; null: never. */
    expires: moment().nullable().default(null),
    brand: jsonObject().default({}),
  }),
});
