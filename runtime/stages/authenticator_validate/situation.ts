// Where a user stands before the validation stage: passed already, asked for a code, sent to set a device up, or denied.
import { maskPhone } from "../../events/cleanse.ts";
import type { StageContext } from "../../flow/stage.ts";
import { type FoundStage, findStage, stageKind, stageTitle } from "../../flow/stage-lookup.ts";
import { durationMs } from "../../models/fields.ts";
import { isHashedNumber } from "../../sms/phone-number.ts";
import type { ModelName, Row, Snapshot } from "../../store/contract.ts";
import { MFA_COOKIE, mfaDevice } from "./mfa-cookie.ts";

/** What the validation stage works with. */
export type ValidateContext = StageContext<typeof VALIDATE_STAGE>;
/** The validation stage's model. */
export const VALIDATE_STAGE = "authentik_stages_authenticator_validate.authenticatorvalidatestage";

/** The SMS device's model. */
export const SMS_DEVICE = "authentik_stages_authenticator_sms.smsdevice";
const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";

/** A device that the user may choose. */
export interface Offer {
  readonly device: Row<typeof SMS_DEVICE>;
  /** The stage that the device was set up with; it sends. */
  readonly stage: Row<typeof SMS_STAGE>;
  /** The number, masked. */
  readonly number: string;
  /** What the stage calls itself. */
  readonly delivery: string;
}

/** A stage with which the user may set a device up. */
export interface SetupStage {
  readonly pk: string;
  readonly model: ModelName;
  readonly title: string;
  readonly kind: string;
}

/** What comes next. */
export type Situation =
  /** Nothing is asked. */
  | { readonly kind: "pass" }
  | { readonly kind: "deny"; readonly message?: string }
  /** A code is asked for. */
  | { readonly kind: "validate"; readonly offers: readonly Offer[] }
  /** A device is to be set up with one of these stages; there is at least one. */
  | { readonly kind: "configure"; readonly stages: readonly SetupStage[] }
  /** A device is to be set up, but the operator named no stage for it. */
  | { readonly kind: "misconfigured" };

const NO_DEVICE = "No (allowed) MFA authenticator configured.";
const NO_PASSKEYS = "Logging in with a passkey alone is not available.";

/** Reads where the user stands (reference, section 13.1). The same for GET and POST: nothing is kept between them. */
export function readSituation(context: ValidateContext): Promise<Situation> {
  return context.services.store.read((tx) => situation(tx, context));
}

function situation(tx: Snapshot, context: ValidateContext): Situation {
  const { stage, flow, user } = context;
  if (user === null) {
    // A login that begins here is one with a passkey; where that is not wanted the stage has nobody to ask.
    const passkey = flow.designation === "authentication" && stage.device_classes.includes("webauthn");
    return passkey ? { kind: "deny", message: NO_PASSKEYS } : { kind: "pass" };
  }
  const offers = stage.device_classes.includes("sms") ? offersOf(tx, user.pk) : [];
  if (isRemembered(context, offers)) return { kind: "pass" };
  if (offers.length > 0) return { kind: "validate", offers };
  switch (stage.not_configured_action) {
    case "skip":
      return { kind: "pass" };
    case "deny":
      return { kind: "deny", message: NO_DEVICE };
    case "configure": {
      const stages = stage.configuration_stages.flatMap((pk) => {
        const found = findStage(tx, pk);
        return found === undefined ? [] : [setupStage(found)];
      });
      return stages.length === 0 ? { kind: "misconfigured" } : { kind: "configure", stages };
    }
  }
}

/**
 * The user's devices that a code can be sent to and that count: confirmed ones, without those of which only a hash is
 * kept. A user that is not saved has none.
 */
export function offersOf(tx: Snapshot, user: number | null): Offer[] {
  if (user === null) return [];
  return tx
    .list(SMS_DEVICE, { user, confirmed: true })
    .filter((device) => !isHashedNumber(device.phone_number))
    .flatMap((device): Offer[] => {
      const stage = tx.get(SMS_STAGE, device.stage);
      if (stage === undefined) return [];
      return [{ device, stage, number: maskPhone(device.phone_number), delivery: stageTitle(stage) }];
    });
}

/** How long a second factor is remembered, in whole seconds; 0: not at all. */
export function thresholdSeconds({ stage }: ValidateContext): number {
  return Math.floor(durationMs(stage.last_auth_threshold) / 1000);
}

function isRemembered(context: ValidateContext, offers: readonly Offer[]): boolean {
  const { cookies, services, stage } = context;
  const token = Object.hasOwn(cookies, MFA_COOKIE) ? cookies[MFA_COOKIE] : undefined;
  const seconds = thresholdSeconds(context);
  if (token === undefined || seconds < 1) return false;
  const scope = { secret: services.secret, stage: stage.pk };
  const device = mfaDevice(scope, token, services.clock(), seconds);
  return offers.some((offer) => offer.device.pk === device);
}

function setupStage({ model, stage }: FoundStage): SetupStage {
  return { pk: String(stage.pk), model, title: stageTitle(stage), kind: stageKind(model) };
}
