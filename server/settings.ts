// The server's settings: their shapes, defaults and limits.
import { isIP } from "node:net";
import { z } from "zod";

/** Timers know no longer time than this, 24 days: what is set beyond it they take for a millisecond. */
const LONGEST_WAIT = 2 ** 31 - 1;
/** A hundred years; the calendar has an end, and a session that ends behind it could not be written down. */
const LONGEST_LIFETIME = 100 * 365 * 24 * 60 * 60 * 1000;

const wait = z.int().positive().max(LONGEST_WAIT);
const bytes = z.int().positive();
const network = z
  .string()
  .refine(isNetwork, "must be an address such as 10.0.0.1, or a network such as 10.0.0.0/8");

/** Networks that have a name: this machine, link-local addresses, private ones. */
const NAMED_NETWORKS = new Set(["loopback", "linklocal", "uniquelocal"]);

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (prefix === undefined) return NAMED_NETWORKS.has(text) || (bits > 0 && !address.includes("%"));
  return (
    more.length === 0 && /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits && !address.includes("%")
  );
}

/** The settings by name. */
export const settingsSchema = z.strictObject({
  /** Address to listen on. Loopback unless told otherwise. */
  host: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on; 0 takes a free one. */
  port: z.int().min(0).max(65535).default(9000),
  /** Signs cookies: at least 32 characters that nobody can guess. Every process of one installation has the same. */
  secretKey: z.string().min(32),
  /** Addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-…` headers are believed. */
  trustedProxies: z.array(network).default([]),
  /** Whether cookies are for https only: `auto` where the request came by https, else always. */
  secureCookies: z.enum(["auto", "always"]).default("auto"),
  /** How long a browser session lasts when the login does not say. */
  sessionLifetime: z
    .int()
    .positive()
    .max(LONGEST_LIFETIME)
    .default(14 * 24 * 60 * 60 * 1000),
  /** Longest body of a request. */
  bodyLimit: bytes.default(1024 * 1024),
  /** Longest header of a request, all lines together. */
  headerLimit: bytes.default(16 * 1024),
  /** A request's header must be complete after this long. */
  headersTimeout: wait.default(10_000),
  /** A request must be complete after this long. */
  requestTimeout: wait.default(30_000),
  /** A connection without a request is closed after this long. */
  keepAliveTimeout: wait.default(65_000),
  /** How long requests in flight may take when the server stops. */
  shutdownTimeout: wait.default(30_000),
  /** Folder of blueprints that the API offers and applies by their paths in it. */
  blueprintFolder: z.string().min(1).optional(),
  /** Whether `/playground/` is there: for this machine, and elsewhere for a superuser's token. */
  playground: z.boolean().default(true),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** All settings, defaults filled in. */
export type ServerSettings = z.output<typeof settingsSchema>;

/** Settings as an embedder gives them. */
export type ServerSettingsInput = z.input<typeof settingsSchema>;
