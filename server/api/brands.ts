// `/core/brands/`: the installation's names and faces, by host name.
import { UUID } from "../resources/description.ts";
import { fieldFilters, noRowsFilter, pkFilter } from "../resources/filters.ts";
import { defineResource, type FieldRule, plainFields, type Resource } from "../resources/resource.ts";
import { addResource } from "../resources/routes.ts";
import type { Area } from "../site.ts";

const BRAND = "authentik_brands.brand";

const onlyDefault: FieldRule = (value, { existing, view }) => {
  if (value !== true) return undefined;
  const others = view.tx.list(BRAND, { default: true }).filter(({ pk }) => pk !== existing?.pk);
  return others.length === 0 ? undefined : "Only a single brand can be set as default.";
};

/** The brands. */
export const BRANDS: Resource = defineResource({
  path: "/core/brands/",
  models: [BRAND],
  object: "Brand",
  key: "brand_uuid",
  unsupported: [
    "branding_map_tiles",
    "flow_user_switch",
    "flow_lockdown",
    "flow_request",
    "default_application",
    "web_certificate",
    "client_certificates",
  ],
  rules: { default: onlyDefault },
  filters: {
    ...fieldFilters(BRAND, [
      "domain",
      "default",
      "branding_title",
      "branding_logo",
      "branding_favicon",
      "branding_default_flow_background",
      "flow_authentication",
      "flow_invalidation",
      "flow_recovery",
      "flow_unenrollment",
      "flow_user_settings",
      "flow_device_code",
    ]),
    brand_uuid: pkFilter(),
    flow_user_switch: noRowsFilter(UUID),
    flow_lockdown: noRowsFilter(UUID),
    flow_request: noRowsFilter(UUID),
    web_certificate: noRowsFilter(UUID),
    client_certificates: noRowsFilter({ type: "array", items: UUID }),
  },
  search: ["domain", "branding_title"],
  ordering: ["domain"],
  shownPk: "brand_uuid",
  show: (_view, { row }) => {
    const { pk, ...fields } = plainFields(BRANDS, row);
    return { brand_uuid: pk, ...fields };
  },
});

/** The brands. */
export const brandsArea: Area = (site) => async (api) => addResource(api, site, BRANDS);
