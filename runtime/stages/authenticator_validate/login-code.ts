// The code that logs in with a device: what is sent, and for whom its sends and guesses are counted.
import { deviceSlot } from "../../sms/code-slot.ts";
import type { CodeRequest } from "../../sms/send-code.ts";
import type { Offer, ValidateContext } from "./situation.ts";

/** A new code for this device; it makes the one before void. */
export function loginCodeRequest(context: ValidateContext, { device, stage }: Offer): CodeRequest {
  const { services, user, requestUser, http, requestKey } = context;
  return {
    purpose: "login",
    stage,
    number: device.phone_number,
    device: { pk: device.pk, name: device.name },
    user,
    requestUser,
    http,
    requestKey,
    fresh: true,
    slot: deviceSlot(services.store, device.pk),
  };
}
