// Records what happened, as authentik's events: sanitized, cleansed, in the store.
import type { JsonObject } from "../../engine/types.ts";
import type { HttpRequestData } from "../flow/http-request.ts";
import type { NewRow, Row, Store } from "../store/contract.ts";
import type { Person } from "../users/person.ts";
import { cleanse } from "./cleanse.ts";
import { sanitize } from "./sanitize.ts";

/** Actions the runtime records; expressions add `custom_…`. */
export type EventAction =
  | "policy_execution"
  | "policy_exception"
  | "property_mapping_exception"
  | "configuration_error"
  | "system_exception"
  | "suspicious_request"
  | "login"
  | "logout"
  | "login_failed"
  | "model_created"
  | "model_updated"
  | "model_deleted"
  | "user_write"
  | "secret_view"
  | `custom_${string}`;

/** Who and what an event is about. */
export interface EventOrigin {
  readonly user?: Person | null;
  readonly http?: HttpRequestData | null;
  /** The part of the system that reports; default `authentik.flows`. */
  readonly app?: string;
  /** Texts that the record must not hold, beside those that it gives away by their keys. */
  readonly secrets?: readonly string[];
}

/** Days after which an event may be thrown away, as authentik's default. */
const RETENTION_DAYS = 365;

/** Writes events. */
export class EventLog {
  readonly #store: Store;
  readonly #clock: () => number;
  constructor(store: Store, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Records one event; resolves when it is durable. */
  create(
    action: EventAction,
    context: object,
    origin: EventOrigin = {},
  ): Promise<Row<"authentik_events.event">> {
    const row = this.row(action, context, origin);
    return this.#store.transaction((tx) => tx.insert("authentik_events.event", row));
  }

  /** An event to be inserted in the transaction of what it reports. */
  row(action: EventAction, context: object, origin: EventOrigin = {}): NewRow<"authentik_events.event"> {
    const now = this.#clock();
    const brand = origin.http?.brand;
    return {
      action,
      app: origin.app ?? "authentik.flows",
      context: cleanse(sanitize(context) as JsonObject, origin.secrets),
      user: personReference(origin.user ?? null),
      client_ip: clientIp(origin.http ?? null),
      created: new Date(now).toISOString(),
      expires: new Date(now + RETENTION_DAYS * 86_400_000).toISOString(),
      brand: brand === undefined ? {} : { name: brand.branding_title ?? "", domain: brand.domain ?? "" },
    };
  }
}

/** A user as events name one. */
export function personReference(person: Person | null): JsonObject {
  return person === null ? {} : { pk: person.pk, username: person.username, email: person.email };
}

/** The address the request came from, as the server determined it (`REMOTE_ADDR`), or null. */
export function clientIp(http: HttpRequestData | null): string | null {
  const address = http?.META.REMOTE_ADDR;
  return typeof address === "string" && address !== "" ? address : null;
}
