// What the bench's servers serve: a user, a flow with the SMS stage and perhaps a policy, and as many devices as wanted.
import type { Store } from "../../runtime/index.ts";
import { createToken } from "../../server/tokens.ts";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";
const SESSION = "postern.session";
/** Devices that are inserted in one transaction. */
const BATCH = 500;

/** The policy: what the number's owner may do is decided from the request and the user. */
const POLICY = `
user = request.user
if not user.is_active or user.username.startswith("blocked-"):
    ak_message("This user cannot enrol a phone.")
    return False
return ak_client_ip is not None or len(user.username) > 2
`;

/** Puts it into a store; answers an API token of the user. */
export async function install(store: Store, devices: number, withPolicy: boolean): Promise<string> {
  const none = { device: null, number: null, user: null, address: null };
  const { stage, user, token } = await store.transaction((tx) => {
    const user = tx.insert("authentik_core.user", { username: "marie" }).pk;
    const stage = tx.insert("authentik_stages_authenticator_sms.authenticatorsmsstage", {
      name: "sms",
      provider: "generic",
      from_number: "+1",
      account_sid: "https://gateway.example/sms",
      auth: "x",
      postern_limits: { sends: { ...none, stage: null }, guesses: none },
    }).pk;
    const flow = { name: "f", slug: "enroll", title: "f", designation: "stage_configuration" } as const;
    const target = tx.insert("authentik_flows.flow", flow).pk;
    const binding = tx.insert("authentik_flows.flowstagebinding", { target, stage, order: 0 }).pk;
    if (withPolicy) {
      const fields = { name: "may enrol", expression: POLICY };
      const policy = tx.insert("authentik_policies_expression.expressionpolicy", fields).pk;
      tx.insert("authentik_policies.policybinding", { target: binding, policy, order: 0 });
    }
    return { stage, user, token: createToken(tx, user).key };
  });
  for (let done = 0; done < devices; done += BATCH) {
    await store.transaction((tx) => {
      for (let number = done; number < Math.min(done + BATCH, devices); number += 1) {
        const phone_number = `+4930${String(number).padStart(7, "0")}`;
        tx.insert(DEVICE, { user, stage, phone_number, name: "SMS Device" });
      }
    });
  }
  return token;
}

/** Takes the rows that enrolments have left out of a store again; `devices`: as many as {@link install} put in. */
export async function clear(store: Store, devices: number): Promise<void> {
  const left = await store.read((tx) => ({
    devices: tx.list(DEVICE).flatMap(({ pk }) => (pk > devices ? [pk] : [])),
    sessions: tx.list(SESSION).map(({ pk }) => pk),
  }));
  await store.transaction((tx) => {
    for (const pk of left.devices) tx.delete(DEVICE, pk);
    for (const pk of left.sessions) tx.delete(SESSION, pk);
  });
}
