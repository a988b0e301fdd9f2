// The settings of `postern serve`: the server's own, and where its store, blueprints and gateways are.
import { z } from "zod";
import { DEFAULT_CODE_ALARM } from "../runtime/sms/code-counts.ts";
import { settingsSchema } from "../server/settings.ts";

const positive = z.int().positive().optional();

/** The settings by name. */
export const serveSettingsSchema = settingsSchema.extend({
  /** Drawn at random and kept in the data folder where it is not set. */
  secretKey: settingsSchema.shape.secretKey.optional(),
  /** Folder of the store and the secret key. */
  data: z.string().min(1).optional(),
  /** The store's file itself, or the URL of a PostgreSQL database. */
  store: z.string().min(1).optional(),
  /** Encrypts the secrets in the store's file: 64 hexadecimal digits, or 32 bytes as base64. */
  storeKey: z.string().min(1).optional(),
  /** Blueprints to load at each start. */
  blueprints: z.array(z.string().min(1)).default([]),
  /** Private or plain-HTTP gateways that SMS may go to. */
  allow: z.array(z.string().min(1)).default([]),
  /** How many codes an hour to one country can raise the alarm. */
  codeAlarmSent: z.int().positive().default(DEFAULT_CODE_ALARM.sent),
  /** The share of them that must come back, from 0 to 1; 0 raises none. */
  codeAlarmConfirmed: z.number().min(0).max(1).default(DEFAULT_CODE_ALARM.confirmed),
  limitSteps: positive,
  limitCpuMs: positive,
  limitMemoryMb: positive,
  limitWallMs: positive,
});
