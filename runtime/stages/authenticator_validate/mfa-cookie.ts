// `authentik_mfa`: the cookie by which a browser proves that a second factor was given a while ago.
//
// A JSON Web Token (HS256), as authentik's: `device`, `stage`, `exp`. Its key is derived for each stage, so that what one
// stage handed out opens no other.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { JsonObject } from "../../../engine/types.ts";
import { isObject } from "../../flow/plan.ts";

/** The cookie's name. */
export const MFA_COOKIE = "authentik_mfa";

const HEADER = encode({ alg: "HS256", typ: "JWT" });

/** Where a token counts. */
export interface MfaScope {
  /** The installation's secret. */
  readonly secret: string;
  /** pk of the validation stage. */
  readonly stage: string;
}

/** The token for a device that was just verified; it is void after `seconds`. */
export function mfaToken(scope: MfaScope, device: number, now: number, seconds: number): string {
  const stage = hex(scope.stage);
  const signed = `${HEADER}.${encode({ device, stage, exp: Math.floor(now / 1000) + seconds })}`;
  return `${signed}.${sign(scope, signed)}`;
}

/**
 * The device that a token is about, where it is this stage's, unaltered, not expired, and not valid for longer than the
 * stage would make it now: a lowered threshold counts at once.
 */
export function mfaDevice(scope: MfaScope, token: string, now: number, seconds: number): number | undefined {
  const [header, payload, signature, ...rest] = token.split(".");
  if (header !== HEADER || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  if (!sameText(signature, sign(scope, `${header}.${payload}`))) return undefined;
  const claims = decode(payload);
  if (claims === undefined || claims.stage !== hex(scope.stage)) return undefined;
  const { device, exp } = claims;
  const lasting = typeof exp === "number" ? exp * 1000 - now : 0;
  return typeof device === "number" && lasting > 0 && lasting <= seconds * 1000 ? device : undefined;
}

function sign({ secret, stage }: MfaScope, text: string): string {
  const key = createHash("sha256")
    .update(`${secret}:${hex(stage)}`)
    .digest("hex");
  return createHmac("sha256", key).update(text).digest("base64url");
}

function hex(pk: string): string {
  return pk.replaceAll("-", "");
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isObject(value as JsonObject) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
