// What a runtime's expressions may ask for: the policies of its store, and beyond that only what its settings grant.
import type { Capabilities } from "../../engine/capabilities.ts";
import type { Clock } from "../services.ts";
import type { Store } from "../store/contract.ts";
import { type HttpGrant, httpCapability } from "./http.ts";
import { storedModels } from "./models.ts";
import { nameService } from "./name-service.ts";

/** What is granted. Whatever is not named is not granted, except `policies`. */
export interface Grants {
  /** `ak_call_policy`, on the store's policies. Default: true. */
  readonly policies?: boolean;
  /** `requests`: targets on the guarded client, or a function of your own. */
  readonly http?: HttpGrant | NonNullable<Capabilities["http"]>;
  /** `resolve_dns` and `reverse_dns`: this machine's name service, or one of your own. */
  readonly dns?: true | NonNullable<Capabilities["dns"]>;
  /**
   * Rows of authentik's models: `ak_user_by`, `User.objects` and their kin. `read`: the store's, without credentials;
   * `write`: its users and groups can be changed, too; or rows of your own.
   */
  readonly models?: "read" | "write" | NonNullable<Capabilities["models"]>;
  /** `ak_send_email`. */
  readonly email?: NonNullable<Capabilities["email"]>;
  /** `ak_create_jwt` and `ak_create_jwt_raw`. */
  readonly jwt?: NonNullable<Capabilities["jwt"]>;
}

/** A policy of the store by its name. */
function storedPolicies(store: Store): NonNullable<Capabilities["policies"]> {
  return (name) =>
    store.read((tx) => {
      const [policy] = tx.list("authentik_policies_expression.expressionpolicy", { name });
      return policy === undefined ? null : { source: policy.expression };
    });
}

/**
 * The capabilities of every evaluation of a runtime; groups that are not granted are closed, whatever the engine grants.
 *
 * @throws TypeError when a target of `http` is not valid.
 */
export function capabilitiesOf(grants: Grants, store: Store, clock: Clock): Capabilities {
  const { policies = true, http, dns, models, email, jwt } = grants;
  return {
    policies: policies ? storedPolicies(store) : undefined,
    http: typeof http === "object" ? httpCapability(http) : http,
    dns: dns === true ? nameService(clock) : dns,
    models: typeof models === "string" ? storedModels(store, clock, models) : models,
    email,
    jwt,
  };
}
