// Enrolled devices: which numbers are taken, and the row that an enrolment leaves behind.
import { createHash } from "node:crypto";
import type { NewRow, Row, Snapshot } from "../../store/contract.ts";
import type { DeviceDraft } from "./device-draft.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";

/** `hash:` and the lower-case hex SHA-256 of the number, as authentik keeps it in verify-only mode. */
export function hashedNumber(number: string): string {
  return `hash:${createHash("sha256").update(number, "utf8").digest("hex")}`;
}

/** Whether any user has this number on this stage, plain or hashed. Numbers are compared as texts. */
export function isNumberTaken(tx: Snapshot, stage: string, number: string): boolean {
  return [number, hashedNumber(number)].some(
    (phone_number) => tx.list(DEVICE, { stage, phone_number }).length > 0,
  );
}

/** The row of a draft whose code was given. In verify-only mode the number itself is not in it. */
export function deviceRow(
  draft: DeviceDraft,
  stage: Row<"authentik_stages_authenticator_sms.authenticatorsmsstage">,
  now: number,
): NewRow<typeof DEVICE> {
  const moment = new Date(now).toISOString();
  return {
    user: draft.user,
    stage: stage.pk,
    name: draft.name,
    phone_number: stage.verify_only ? hashedNumber(draft.phone_number) : draft.phone_number,
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
