// The row that an enrolment leaves behind.
import { hashedNumber } from "../../sms/phone-number.ts";
import type { NewRow, Row, Store } from "../../store/contract.ts";
import type { DeviceDraft } from "./device-draft.ts";

/** The row of a draft whose code was given. In verify-only mode the number itself is not in it. */
export function deviceRow(
  store: Pick<Store, "keyedHash">,
  draft: DeviceDraft,
  stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">,
  now: number,
): NewRow<"authentik_stages_authenticator_sms.smsdevice"> {
  const moment = new Date(now).toISOString();
  return {
    user: draft.user,
    stage: stage.pk,
    name: draft.name,
    phone_number: stage.verify_only ? hashedNumber(store, draft.phone_number) : draft.phone_number,
    confirmed: true,
    token: null,
    valid_until: moment,
    created: moment,
    last_updated: moment,
    last_used: null,
    throttling_failure_timestamp: null,
    throttling_failure_count: 0,
  };
}
