// Models of access over HTTP: API tokens and browser sessions. What clients hold is never stored, only its hash.
import { z } from "zod";
import { choice, flag, integerReference, json, moment, slug, text } from "./fields.ts";
import { defineModel } from "./model.ts";

const now = (): string => new Date().toISOString();
const OF_A_USER = { to: ["authentik_core.user"], onDelete: "cascade" } as const;

/** `authentik_core.token`: what a program shows instead of logging in. */
export const token = defineModel({
  name: "authentik_core.token",
  label: "Token",
  key: "uuid",
  schema: z.object({
    identifier: slug({ max: 255 }),
    user: integerReference(),
    intent: choice(["verification", "api", "recovery", "app_password"]).default("api"),
    description: text({ blank: true }).default(""),
    /** SHA-256 of the key, in hexadecimal digits. The key has 256 random bits, so no salt and no slow hash is needed. */
    key_hash: text(),
    /** The key itself, sealed under the server's secret key, as long as it can be looked at. */
    key_sealed: text().nullable().default(null),
    key_viewable_until: moment().nullable().default(null),
    created: moment().default(now),
    /** Whether `expires` counts. */
    expiring: flag().default(false),
    expires: moment().nullable().default(null),
  }),
  unique: [["identifier"], ["key_hash"]],
  references: { user: OF_A_USER },
  secrets: ["key_hash", "key_sealed"],
});

/** `postern.session`: a browser, logged in or not; Postern's own model. The pk is a hash of the session's id. */
export const browserSession = defineModel({
  name: "postern.session",
  label: "Session",
  key: "text",
  schema: z.object({
    /** Who is logged in; null: nobody. */
    user: integerReference().nullable().default(null),
    /** Which flow the browser runs, sealed under the session's id: `{version, sealed}`. */
    data: json(),
    created: moment().default(now),
    /** The session is void from this moment on. */
    expires: moment(),
  }),
  references: { user: OF_A_USER },
  secrets: ["data"],
});
