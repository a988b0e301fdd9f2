// What a client asks first: who am I, what is this place called, what can it do, what can I set up.

import type { JsonObject } from "../../engine/types.ts";
import { findBrand } from "../../runtime/flow/http-request.ts";
import { isObject } from "../../runtime/flow/plan.ts";
import type { Row, Snapshot } from "../../runtime/index.ts";
import { groupsWithAncestors } from "../../runtime/users/groups.ts";
import { avatarOf, isSuperuser, personView } from "../../runtime/users/person.ts";
import { objectSchema } from "../openapi.ts";
import { requireUser } from "../principal.ts";
import type { Area } from "../site.ts";
import { userSettings } from "../stages.ts";

/** The current user, brand, configuration and settings. */
export const current: Area = (site) => async (api) => {
  api.get("/core/users/me/", { config: { operation: ME } }, async (request) => {
    const { user } = requireUser(request);
    const self = await site.store.read((tx) => userSelf(tx, user, request.host));
    return { user: self, users: [self] };
  });
  api.get("/core/brands/current/", { config: { operation: BRAND } }, async (request) =>
    site.store.read((tx) => currentBrand(tx, request.host)),
  );
  api.get("/root/config/", { config: { operation: CONFIGURATION } }, async () => CONFIG);
  api.get("/stages/all/user_settings/", { config: { operation: SETTINGS } }, async (request) => {
    requireUser(request);
    return await site.store.read(userSettings);
  });
};

/** Rights on the installation itself; superusers have them all. */
const SYSTEM_PERMISSIONS = [
  "access_admin_interface",
  "edit_system_settings",
  "view_system_info",
  "view_system_settings",
];

function userSelf(tx: Snapshot, user: Row<"authentik_core.user">, host: string): object {
  const superuser = isSuperuser(tx, user);
  return {
    pk: user.pk,
    username: user.username,
    name: user.name,
    is_active: user.is_active,
    is_superuser: superuser,
    is_current: true,
    groups: user.groups.flatMap((pk) => {
      const group = tx.get("authentik_core.group", pk);
      return group === undefined ? [] : [{ name: group.name, pk: group.pk }];
    }),
    roles: [],
    email: user.email,
    avatar: avatarOf(user),
    uid: personView(tx, user)?.uid,
    settings: mergedSettings(tx, user, host),
    type: user.type,
    system_permissions: superuser ? SYSTEM_PERMISSIONS : [],
  };
}

/** `settings` of the attributes: the brand's, over them those of the groups by name, over them the user's own. */
function mergedSettings(tx: Snapshot, user: Row<"authentik_core.user">, host: string): JsonObject {
  const groups = groupsWithAncestors(tx, user).sort((a, b) => (a.name < b.name ? -1 : 1));
  const layers = [
    findBrand(tx, host)?.attributes,
    ...groups.map(({ attributes }) => attributes),
    user.attributes,
  ];
  return layers.reduce<JsonObject>((merged, layer) => {
    const settings = layer?.settings;
    return isObject(settings) ? deepMerge(merged, settings) : merged;
  }, {});
}

function deepMerge(below: JsonObject, above: JsonObject): JsonObject {
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = isObject(under) && isObject(value) ? deepMerge(under, value) : value;
  }
  return merged;
}

function currentBrand(tx: Snapshot, host: string): object {
  const brand = findBrand(tx, host);
  const slug = (pk: string | null | undefined) =>
    typeof pk === "string" ? tx.get("authentik_flows.flow", pk)?.slug : undefined;
  const settings = brand?.attributes.settings;
  const locale = isObject(settings) && typeof settings.locale === "string" ? settings.locale : "";
  return {
    matched_domain: brand?.domain ?? "fallback",
    branding_title: brand?.branding_title ?? "authentik",
    branding_logo: brand?.branding_logo ?? "/static/dist/assets/icons/icon_left_brand.svg",
    branding_logo_themed_urls: null,
    branding_favicon: brand?.branding_favicon ?? "/static/dist/assets/icons/icon.png",
    branding_favicon_themed_urls: null,
    branding_custom_css: brand?.branding_custom_css ?? "",
    branding_map_tiles: "",
    ui_footer_links: [],
    ui_theme: "automatic",
    // A flow that is not set is left out.
    flow_authentication: slug(brand?.flow_authentication),
    flow_invalidation: slug(brand?.flow_invalidation),
    flow_recovery: slug(brand?.flow_recovery),
    flow_unenrollment: slug(brand?.flow_unenrollment),
    flow_user_settings: slug(brand?.flow_user_settings),
    flow_device_code: slug(brand?.flow_device_code),
    default_locale: locale,
    flags: { flows_continuous_login: false, flows_refresh_others: false },
  };
}

/** Nothing is reported elsewhere, nothing is cached. */
const CONFIG = {
  error_reporting: {
    enabled: false,
    sentry_dsn: "",
    environment: "customer",
    send_pii: false,
    traces_sample_rate: 0,
  },
  capabilities: [],
  cache_timeout: 0,
  cache_timeout_flows: 0,
  cache_timeout_policies: 0,
};

const text = { type: "string" };
const flag = { type: "boolean" };
const named = { type: "array", items: objectSchema({ pk: text, name: text }) };

const SELF = objectSchema(
  {
    pk: { type: "integer" },
    username: text,
    name: text,
    is_active: flag,
    is_superuser: flag,
    is_current: flag,
    groups: named,
    roles: named,
    email: text,
    avatar: text,
    uid: text,
    settings: { type: "object", additionalProperties: {} },
    type: text,
    system_permissions: { type: "array", items: text },
  },
  ["email", "type"],
);

const ME = {
  id: "core_users_me_retrieve",
  description: "The user who sends the request.",
  answer: objectSchema({
    user: { $ref: "#/components/schemas/UserSelf" },
    users: { type: "array", items: { $ref: "#/components/schemas/UserSelf" } },
  }),
  components: { UserSelf: SELF },
};

const slugs = ["authentication", "invalidation", "recovery", "unenrollment", "user_settings", "device_code"];

const BRAND = {
  id: "core_brands_current_retrieve",
  description: "The brand of the host name.",
  open: true,
  answer: objectSchema(
    {
      matched_domain: text,
      branding_title: text,
      branding_logo: text,
      branding_logo_themed_urls: { type: "object", nullable: true },
      branding_favicon: text,
      branding_favicon_themed_urls: { type: "object", nullable: true },
      branding_custom_css: text,
      branding_map_tiles: text,
      ui_footer_links: { type: "array", items: { type: "object" } },
      ui_theme: text,
      ...Object.fromEntries(slugs.map((name) => [`flow_${name}`, text])),
      default_locale: text,
      flags: objectSchema({ flows_continuous_login: flag, flows_refresh_others: flag }),
    },
    slugs.map((name) => `flow_${name}`),
  ),
};

const CONFIGURATION = {
  id: "root_config_retrieve",
  description: "What this installation can do.",
  open: true,
  answer: objectSchema({
    error_reporting: { type: "object", additionalProperties: {} },
    capabilities: { type: "array", items: text },
    cache_timeout: { type: "integer" },
    cache_timeout_flows: { type: "integer" },
    cache_timeout_policies: { type: "integer" },
  }),
};

const SETTINGS = {
  id: "stages_all_user_settings_list",
  description: "The stages that the user can set up.",
  answer: {
    type: "array",
    items: objectSchema({ object_uid: text, component: text, title: text, configure_url: text }, [
      "configure_url",
    ]),
  },
};
