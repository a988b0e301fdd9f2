// `/authenticators/…/`: a user's own devices, and everybody's for administrators.
import type { JsonObject } from "../../engine/types.ts";
import type { Row, Snapshot } from "../../runtime/index.ts";
import { invalid } from "../errors.ts";
import { objectSchema, type Schema } from "../openapi.ts";
import { FLAG, INTEGER, listOf, META_NAMES, MOMENT, orNull, TEXT } from "../resources/description.ts";
import { fieldFilters } from "../resources/filters.ts";
import { metaNames, namingOf, splitName } from "../resources/model-names.ts";
import { defineResource, type Found, type Resource } from "../resources/resource.ts";
import { addAction, addResource, read } from "../resources/routes.ts";
import type { View } from "../resources/view.ts";
import type { Area } from "../site.ts";
import { PARTIAL_USER, partialUser } from "./people-view.ts";

const SMS_DEVICE = "authentik_stages_authenticator_sms.smsdevice";

const shared = {
  models: [SMS_DEVICE],
  object: namingOf(SMS_DEVICE).object,
  key: "id",
  writable: ["name"],
  sortable: ["name", "pk", "phone_number", "user"],
  filters: fieldFilters(SMS_DEVICE, ["name"]),
  computed: { phone_number: TEXT, user: PARTIAL_USER },
  show: smsDevice,
} as const;

const ANY_DEVICE: Schema = objectSchema({
  ...META_NAMES,
  pk: TEXT,
  name: TEXT,
  type: TEXT,
  confirmed: FLAG,
  created: MOMENT,
  last_updated: MOMENT,
  last_used: orNull(MOMENT),
  extra_description: orNull(TEXT),
  external_id: orNull(TEXT),
});

/** The caller's own SMS devices. They are made by the set-up stage only. */
export const OWN_SMS_DEVICES: Resource = defineResource({
  ...shared,
  path: "/authenticators/sms/",
  access: "owner",
  operations: ["list", "retrieve", "update", "destroy", "used_by"],
});

/** Everybody's SMS devices. */
export const ALL_SMS_DEVICES: Resource = defineResource({
  ...shared,
  path: "/authenticators/admin/sms/",
  // A device cannot be made from its name alone: creating one is refused with what is missing.
  operations: ["list", "create", "retrieve", "update", "destroy"],
});

/** The devices. */
export const devicesArea: Area = (site) => async (api) => {
  addResource(api, site, OWN_SMS_DEVICES);
  addResource(api, site, ALL_SMS_DEVICES);
  const about = { answer: listOf(ANY_DEVICE) };
  addAction(
    api,
    "GET",
    "/authenticators/all/",
    "owner",
    { description: "The caller's devices of every kind.", ...about },
    (request) => read(site, request, ({ tx, principal }) => devicesOf(tx, principal.user.pk)),
  );
  const query = [{ name: "user", schema: INTEGER }];
  addAction(
    api,
    "GET",
    "/authenticators/admin/all/",
    "superuser",
    { description: "A user's devices of every kind; without one, everybody's.", query, ...about },
    (request) => read(site, request, (view) => devicesOf(view.tx, userAsked(view))),
  );
};

function smsDevice({ tx }: View, { row }: Found): JsonObject {
  const user = tx.get("authentik_core.user", row.user as number);
  // A device cannot be without its user: deleting the user deletes it.
  if (user === undefined) throw new Error(`there is no user ${String(row.user)}`);
  return { pk: row.pk, name: row.name, phone_number: row.phone_number, user: partialUser(user) };
}

function userAsked(view: View): number | undefined {
  const text = view.parameter("user");
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw invalid({ user: ["A valid integer is required."] });
}

/** The devices of a user, of every kind; without one, everybody's. */
function devicesOf(tx: Snapshot, user: number | undefined): JsonObject[] {
  return tx.list(SMS_DEVICE, user === undefined ? {} : { user }).map(anyDevice);
}

function anyDevice(device: Row<typeof SMS_DEVICE>): JsonObject {
  const { pk, name, confirmed, created, last_updated, last_used } = device;
  return {
    pk: String(pk),
    name,
    ...metaNames(SMS_DEVICE),
    type: `${splitName(SMS_DEVICE).app}.${namingOf(SMS_DEVICE).object}`,
    confirmed,
    created,
    last_updated,
    last_used,
    extra_description: null,
    external_id: null,
  };
}
