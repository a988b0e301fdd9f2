// Whether a code is the one of any of the user's devices, and what trying it leaves behind.
import { SessionConflict } from "../../errors.ts";
import { codeFields, codeStateOf } from "../../sms/code-slot.ts";
import { countGuess, guessCode } from "../../sms/guess-code.ts";
import { Limits } from "../../sms/limits.ts";
import type { Verified } from "../../sms/one-time-code.ts";
import { subjectsOf } from "../../sms/send-code.ts";
import type { Snapshot, Transaction } from "../../store/contract.ts";
import { loginCodeRequest } from "./login-code.ts";
import { type Offer, offersOf, SMS_DEVICE, VALIDATE_STAGE, type ValidateContext } from "./situation.ts";

/** One device and what the code leads to with it. */
interface Tried {
  readonly offer: Offer;
  readonly verified: Verified;
}

/**
 * Tries a code against every device of the user, in one transaction. Wrong for all of them, it counts as a failure on
 * each that is not locked, and is recorded; right for one, it counts on none. The device it is right for is returned untouched: what
 * makes the code void belongs into the transaction that lets the user pass ({@link consume}).
 */
export function tryCode(context: ValidateContext, code: string): Promise<Offer | null> {
  return context.checkpoint((tx): Offer | null => {
    const tried = look(tx, context, code);
    const hit = tried.find(({ verified }) => verified.accepted);
    if (hit !== undefined) return hit.offer;
    const { services } = context;
    const now = services.clock();
    const limits = new Limits(services.store);
    for (const { offer, verified } of tried) {
      countGuess(limits, tx, subjectsOf(loginCodeRequest(context, offer)), verified, now);
      if (verified.counted) tx.update(SMS_DEVICE, offer.device.pk, codeFields(verified.next));
    }
    tx.insert("authentik_events.event", failure(context));
    return null;
  });
}

/**
 * Makes the code void and notes that the device was used. Throws {@link SessionConflict} where the code has been used,
 * or locked, since it was tried: the request is then served again, on what is true now.
 */
export function consume(tx: Transaction, context: ValidateContext, code: string, used: Offer): void {
  const hit = look(tx, context, code).find(
    ({ offer, verified }) => verified.accepted && offer.device.pk === used.device.pk,
  );
  if (hit === undefined) throw new SessionConflict();
  const last_used = new Date(context.services.clock()).toISOString();
  tx.update(SMS_DEVICE, used.device.pk, { ...codeFields(hit.verified.next), last_used });
}

/** `login_failed`, for every code that was refused. */
function failure({ services, stage, user, requestUser, http }: ValidateContext) {
  const [app, model_name] = VALIDATE_STAGE.split(".");
  const subject = { app, model_name, pk: stage.pk, name: stage.name };
  return services.events.row(
    "login_failed",
    { username: user?.username ?? "", stage: subject, device_class: "sms" },
    { user: requestUser, http, app: "authentik.stages.authenticator_validate" },
  );
}

function look(tx: Snapshot, context: ValidateContext, code: string): Tried[] {
  const { services, stage, user } = context;
  const limits = new Limits(services.store);
  const guess = { code, now: services.clock(), factor: stage.sms_otp_throttling_factor };
  return offersOf(tx, user?.pk ?? null).map((offer) => {
    const subjects = subjectsOf(loginCodeRequest(context, offer));
    return { offer, verified: guessCode(limits, tx, subjects, codeStateOf(offer.device), guess) };
  });
}
