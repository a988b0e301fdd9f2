// `/stages/…/`: the stages of each kind, and all of them together.
import type { JsonObject } from "../../engine/types.ts";
import type { ModelName } from "../../runtime/index.ts";
import { modelOf, STAGE_MODELS } from "../../runtime/models/registry.ts";
import { objectSchema, type Schema } from "../openapi.ts";
import { listOf, TEXT, TYPES, UUID } from "../resources/description.ts";
import { fieldFilters, pkFilter } from "../resources/filters.ts";
import { creatableTypes, namingOf } from "../resources/model-names.ts";
import {
  defineResource,
  isOwnField,
  plainFields,
  type Resource,
  type ResourceDefinition,
} from "../resources/resource.ts";
import { addAction, addResource } from "../resources/routes.ts";
import type { Area } from "../site.ts";
import { STAGE_VIEW, stageView } from "./stage-view.ts";

/**
 * Stages of one kind. `filters` are the fields that lists can be filtered by, `constant` is what all of them show.
 */
function stages(
  path: string,
  model: ModelName,
  filters: readonly string[],
  more: Partial<ResourceDefinition> = {},
  constant: JsonObject = {},
): Resource {
  const resource: Resource = defineResource({
    path,
    models: [model],
    object: namingOf(model).object,
    key: "stage_uuid",
    filters: fieldFilters(model, filters),
    computed: STAGE_VIEW,
    show: (view, found) => ({ ...plainFields(resource, found.row), ...stageView(view, found), ...constant }),
    ...more,
  });
  return resource;
}

/** The filters that come from all fields of a model. */
function everyField(model: ModelName): Partial<ResourceDefinition> {
  const fields = Object.keys(modelOf(model).schema.shape).filter((field) => !isOwnField(field));
  return { filters: { ...fieldFilters(model, fields), stage_uuid: pkFilter() } };
}

const SMS = "authentik_stages_authenticator_sms.authenticatorsmsstage";
const VALIDATE = "authentik_stages_authenticator_validate.authenticatorvalidatestage";
const DENY = "authentik_stages_deny.denystage";
const DUMMY = "authentik_stages_dummy.dummystage";
const IDENTIFICATION = "authentik_stages_identification.identificationstage";
const PASSWORD = "authentik_stages_password.passwordstage";
const PROMPT = "authentik_stages_prompt.promptstage";
const LOGIN = "authentik_stages_user_login.userloginstage";
const LOGOUT = "authentik_stages_user_logout.userlogoutstage";
const WRITE = "authentik_stages_user_write.userwritestage";

/** A type of WebAuthn devices; Postern has none. */
const DEVICE_TYPE: Schema = objectSchema({ aaguid: UUID, description: TEXT });

const needsConfigurationStage = {
  not_configured_action: (
    value: unknown,
    { input, existing }: { input: JsonObject; existing?: JsonObject },
  ) => {
    const chosen = input.configuration_stages ?? existing?.configuration_stages;
    const isSet = Array.isArray(chosen) && chosen.length > 0;
    if (value !== "configure" || isSet) return undefined;
    return 'When "Not configured action" is set to "Configure", you must set a configuration stage.';
  },
};

/** Prompt stages. */
export const PROMPT_STAGES: Resource = stages("/stages/prompt/stages/", PROMPT, [], everyField(PROMPT));

/** The stages of each kind. */
export const STAGE_RESOURCES: readonly Resource[] = [
  stages("/stages/authenticator/sms/", SMS, [], everyField(SMS)),
  stages(
    "/stages/authenticator/validate/",
    VALIDATE,
    ["name", "not_configured_action", "configuration_stages"],
    {
      rules: needsConfigurationStage,
      computed: { ...STAGE_VIEW, webauthn_allowed_device_types_obj: listOf(DEVICE_TYPE) },
    },
    { webauthn_allowed_device_types_obj: [] },
  ),
  stages("/stages/deny/", DENY, [], everyField(DENY)),
  stages("/stages/dummy/", DUMMY, [], everyField(DUMMY)),
  stages("/stages/identification/", IDENTIFICATION, [
    "captcha_stage",
    "case_insensitive_matching",
    "enrollment_flow",
    "name",
    "password_stage",
    "passwordless_flow",
    "recovery_flow",
    "show_matched_user",
    "show_source_labels",
    "webauthn_stage",
  ]),
  stages("/stages/password/", PASSWORD, [
    "allow_show_password",
    "configure_flow",
    "failed_attempts_before_cancel",
    "name",
  ]),
  PROMPT_STAGES,
  stages("/stages/user_login/", LOGIN, [], everyField(LOGIN)),
  stages("/stages/user_logout/", LOGOUT, [], everyField(LOGOUT)),
  stages("/stages/user_write/", WRITE, [], everyField(WRITE)),
];

/** Stages of all kinds. */
export const ALL_STAGES: Resource = defineResource({
  path: "/stages/all/",
  models: STAGE_MODELS,
  object: "Stage",
  key: "stage_uuid",
  operations: ["list", "retrieve", "destroy", "used_by"],
  writable: ["name"],
  filters: fieldFilters(DENY, ["name"]),
  computed: STAGE_VIEW,
  show: stageView,
});

/** The stages. */
export const stagesArea: Area = (site) => async (api) => {
  const about = { description: "The kinds of stages.", answer: TYPES };
  addAction(api, "GET", "/stages/all/types/", "superuser", about, async () => creatableTypes(STAGE_MODELS));
  for (const resource of [...STAGE_RESOURCES, ALL_STAGES]) addResource(api, site, resource);
};
