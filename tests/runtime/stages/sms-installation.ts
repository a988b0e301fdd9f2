// An installation with one SMS stage in a flow "enroll", for the tests of that stage.
import type { JsonObject } from "../../../engine/types.ts";
import type { Execution, NewRow, Row } from "../../../runtime/index.ts";
import { type Installation, install } from "../flow/harness.ts";

/** The SMS stage's model. */
export const SMS_STAGE = "authentik_stages_authenticator_sms.authenticatorsmsstage";
/** The SMS device's model. */
export const SMS_DEVICE = "authentik_stages_authenticator_sms.smsdevice";

/** The installation, its stage, and its users. */
export interface SmsInstallation {
  readonly at: Installation;
  readonly stage: Row<typeof SMS_STAGE>;
  readonly marie: Row<"authentik_core.user">;
  readonly paul: Row<"authentik_core.user">;
  start(user?: string | null, context?: JsonObject): Promise<Execution>;
  devices(): Promise<Row<typeof SMS_DEVICE>[]>;
}

/** Sets it up; `fields` go over the stage's. */
export async function installSms(
  fields: Partial<NewRow<typeof SMS_STAGE>> = {},
  options: Parameters<typeof install>[0] & { readonly mapping?: string } = {},
): Promise<SmsInstallation> {
  const at = await install(options);
  const marie = await at.add("authentik_core.user", { username: "marie", name: "Marie Curie" });
  const paul = await at.add("authentik_core.user", { username: "paul" });
  const mapping =
    options.mapping === undefined
      ? null
      : await at.add("authentik_events.notificationwebhookmapping", {
          name: "sms-mapping",
          expression: options.mapping,
        });
  const stage = await at.add(SMS_STAGE, {
    name: "sms",
    provider: "generic",
    from_number: "+12340000",
    account_sid: "https://gateway.example/sms",
    auth: "canary-auth",
    auth_password: "canary-password",
    mapping: mapping?.pk ?? null,
    ...fields,
  });
  await at.flow("enroll", [stage]);
  return {
    at,
    stage,
    marie,
    paul,
    start: (user = "marie", context = {}) => at.runtime.flow("enroll").start({ user, context }),
    devices: () => at.rows(SMS_DEVICE),
  };
}

/** `response_errors` of one text under `non_field_errors`. */
export function nonField(text: string): object {
  return { non_field_errors: [{ string: text, code: "invalid" }] };
}
