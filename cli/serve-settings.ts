// The settings of `postern serve`: the server's own, and where its store, blueprints and gateways are.
import { z } from "zod";
import { parseAllowedTarget } from "../providers/index.ts";
import { DEFAULT_CODE_ALARM } from "../runtime/sms/code-counts.ts";
import { SecretBox } from "../runtime/store/secrets.ts";
import { settingsSchema } from "../server/settings.ts";
import { placeFault } from "./store-options.ts";

const positive = z.int().positive().optional();
const key = z.string().refine(
  usableBy((text) => new SecretBox(text)),
  "must be 32 bytes: 64 hexadecimal digits, or base64",
);
const target = z
  .string()
  .refine(usableBy(parseAllowedTarget), "must be host:port, or http://host:port to allow plain HTTP");

const place = z
  .string()
  .min(1)
  .check(({ value, issues }) => {
    const message = placeFault(value);
    if (message !== undefined) issues.push({ code: "custom", input: value, message });
  });

/** Whether a value can be used: who takes it throws where not, with texts that may repeat it. */
function usableBy(take: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      take(text);
      return true;
    } catch {
      return false;
    }
  };
}

/** The settings by name. */
export const serveSettingsSchema = settingsSchema.extend({
  /** Drawn at random and kept in the data folder where it is not set. */
  secretKey: settingsSchema.shape.secretKey.optional(),
  /** Folder of the store and the secret key. */
  data: z.string().min(1).optional(),
  /** The store's file itself, or the URL of a PostgreSQL database. */
  store: place.optional(),
  /** Encrypts the secrets in the store's file: 64 hexadecimal digits, or 32 bytes as base64. */
  storeKey: key.optional(),
  /** Blueprints to load at each start. */
  blueprints: z.array(z.string().min(1)).default([]),
  /** Private or plain-HTTP gateways that SMS may go to. */
  allow: z.array(target).default([]),
  /** How many codes an hour to one country can raise the alarm. */
  codeAlarmSent: z.int().positive().default(DEFAULT_CODE_ALARM.sent),
  /** The share of them that must come back, from 0 to 1; 0 raises none. */
  codeAlarmConfirmed: z.number().min(0).max(1).default(DEFAULT_CODE_ALARM.confirmed),
  limitSteps: positive,
  limitCpuMs: positive,
  limitMemoryMb: positive,
  limitWallMs: positive,
});
