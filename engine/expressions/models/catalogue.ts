// authentik's models that expressions name: their fields (credentials left out), as `declareModel` reads them.
import { str } from "../../python/representation.ts";
import { declareModel } from "./model.ts";
import { PyRecord } from "./record.ts";

const CORE = "authentik.core.models";
function part(self: PyRecord, name: string): string {
  const value = self.get(name.endsWith("_id") ? name.slice(0, -3) : name);
  return str(value instanceof PyRecord ? value.get("pk") : value);
}

export const groupModel = declareModel(
  "authentik_core.group",
  "Group",
  CORE,
  `group_uuid:UUIDField! name:TextField! is_superuser:BooleanField attributes:JSONField
   roles:>>authentik_rbac.role/groups parents:>>authentik_core.group/children
   children:<<authentik_core.group/parents users:<<authentik_core.user/groups`,
  (self) => `Group ${part(self, "name")}`,
);
export const userModel = declareModel(
  "authentik_core.user",
  "User",
  CORE,
  `id:AutoField! username:CharField! first_name:CharField last_name:CharField name:TextField email:EmailField
   is_active:BooleanField date_joined:DateTimeField last_login:DateTimeField? uuid:UUIDField! path:TextField type:TextField
   password_change_date:DateTimeField last_updated:DateTimeField attributes:JSONField
   groups:>>authentik_core.group/users roles:>>authentik_rbac.role/users
   sources:>>authentik_core.source/user usersourceconnection:<authentik_core.usersourceconnection/user
   authenticatedsession:<authentik_core.authenticatedsession/user`,
  "username",
);
declareModel(
  "authentik_rbac.role",
  "Role",
  "authentik.rbac.models",
  `uuid:UUIDField! name:TextField! managed:TextField!? groups:<<authentik_core.group/roles users:<<authentik_core.user/roles`,
  (self) => `Role ${part(self, "name")}`,
);
declareModel(
  "authentik_core.token",
  "Token",
  CORE,
  `token_uuid:UUIDField! managed:TextField!? identifier:SlugField! key:TextField intent:TextField user:>authentik_core.user
   description:TextField expires:DateTimeField? expiring:BooleanField`,
  (self) =>
    part(self, "identifier") + (self.get("expiring") === true ? ` (expires=${part(self, "expires")})` : ""),
);
declareModel(
  "authentik_core.provider",
  "Provider",
  CORE,
  `id:AutoField! name:TextField! authentication_flow:>authentik_flows.flow? authorization_flow:>authentik_flows.flow?
   invalidation_flow:>authentik_flows.flow? is_backchannel:BooleanField`,
  "name",
);
declareModel(
  "authentik_core.application",
  "Application",
  CORE,
  `pbm_uuid:UUIDField! policy_engine_mode:TextField name:TextField slug:TextField! group:TextField
   provider:>authentik_core.provider? meta_launch_url:TextField open_in_new_tab:BooleanField meta_icon:FileField
   meta_description:TextField meta_publisher:TextField
   applicationentitlement:<authentik_core.applicationentitlement/app`,
  "name",
);
declareModel(
  "authentik_core.applicationentitlement",
  "ApplicationEntitlement",
  CORE,
  `pbm_uuid:UUIDField! policy_engine_mode:TextField name:TextField app:>authentik_core.application attributes:JSONField
   bindings:<authentik_policies.policybinding/target`,
  (self) => `Application Entitlement ${part(self, "name")} for app ${part(self, "app_id")}`,
);
const SOURCE = `pbm_uuid:UUIDField! policy_engine_mode:TextField managed:TextField!? name:TextField slug:TextField! enabled:BooleanField
   promoted:BooleanField user_path_template:TextField user_matching_mode:TextField group_matching_mode:TextField
   authentication_flow:>authentik_flows.flow? enrollment_flow:>authentik_flows.flow?`;
declareModel("authentik_core.source", "Source", CORE, SOURCE, "name");
declareModel(
  "authentik_sources_oauth.oauthsource",
  "OAuthSource",
  "authentik.sources.oauth.models",
  `${SOURCE} provider_type:TextField consumer_key:TextField authorization_url:TextField? access_token_url:TextField?
   profile_url:TextField? additional_scopes:TextField`,
  "name",
);
const connection = (self: PyRecord): string =>
  `User-source connection (user=${part(self, "user_id")}, source=${part(self, "source_id")})`;
const CONNECTION = "id:AutoField! created:DateTimeField last_updated:DateTimeField identifier:TextField";
declareModel(
  "authentik_core.usersourceconnection",
  "UserSourceConnection",
  CORE,
  `${CONNECTION} user:>authentik_core.user source:>authentik_core.source`,
  connection,
);
declareModel(
  "authentik_core.groupsourceconnection",
  "GroupSourceConnection",
  CORE,
  `${CONNECTION} group:>authentik_core.group source:>authentik_core.source`,
  (self) => `Group-source connection (group=${part(self, "group_id")}, source=${part(self, "source_id")})`,
);
declareModel(
  "authentik_sources_oauth.useroauthsourceconnection",
  "UserOAuthSourceConnection",
  "authentik.sources.oauth.models",
  `${CONNECTION} user:>authentik_core.user source:>authentik_core.source access_token:TextField?`,
  connection,
);
declareModel(
  "authentik_core.authenticatedsession",
  "AuthenticatedSession",
  CORE,
  `session_id:TextField! uuid:UUIDField! user:>authentik_core.user`,
  (self) => `Authenticated Session ${part(self, "pk").slice(0, 10)}`,
);
declareModel(
  "authentik_brands.brand",
  "Brand",
  "authentik.brands.models",
  `brand_uuid:UUIDField! domain:TextField default:BooleanField branding_title:TextField branding_logo:TextField
   branding_favicon:TextField flow_authentication:>authentik_flows.flow? flow_invalidation:>authentik_flows.flow?
   flow_recovery:>authentik_flows.flow? flow_unenrollment:>authentik_flows.flow? flow_user_settings:>authentik_flows.flow?
   flow_device_code:>authentik_flows.flow? attributes:JSONField`,
  (self) => (self.get("default") === true ? "Default brand" : `Brand ${part(self, "domain")}`),
);

// ---- flows and policies --------------------------------------------------------------------------
declareModel(
  "authentik_flows.flow",
  "Flow",
  "authentik.flows.models",
  `flow_uuid:UUIDField! policy_engine_mode:TextField name:TextField slug:SlugField! title:TextField designation:CharField
   authentication:TextField layout:TextField compatibility_mode:BooleanField denied_action:TextField`,
  (self) => `Flow ${part(self, "name")} (${part(self, "slug")})`,
);
declareModel(
  "authentik_flows.stage",
  "Stage",
  "authentik.flows.models",
  "stage_uuid:UUIDField! name:TextField!",
  (self) => `Stage ${part(self, "name")}`,
);
declareModel(
  "authentik_flows.flowstagebinding",
  "FlowStageBinding",
  "authentik.flows.models",
  `fsb_uuid:UUIDField! policy_engine_mode:TextField target:>authentik_flows.flow stage:>authentik_flows.stage
   evaluate_on_plan:BooleanField re_evaluate_policies:BooleanField order:IntegerField invalid_response_action:TextField`,
  (self) => `Flow-stage binding #${part(self, "order")} to ${part(self, "target_id")}`,
);
declareModel(
  "authentik_policies.policy",
  "Policy",
  "authentik.policies.models",
  `policy_uuid:UUIDField! name:TextField! execution_logging:BooleanField created:DateTimeField last_updated:DateTimeField`,
  "name",
);
declareModel(
  "authentik_policies_expression.expressionpolicy",
  "ExpressionPolicy",
  "authentik.policies.expression.models",
  `policy_uuid:UUIDField! name:TextField! execution_logging:BooleanField expression:TextField`,
  "name",
);
declareModel(
  "authentik_policies.policybinding",
  "PolicyBinding",
  "authentik.policies.models",
  `policy_binding_uuid:UUIDField! enabled:BooleanField policy:>authentik_policies.policy? group:>authentik_core.group?
   user:>authentik_core.user? target:UUIDField negate:BooleanField timeout:PositiveIntegerField failure_result:BooleanField
   order:IntegerField`,
  (self) => `Binding #${part(self, "order")} to ${part(self, "target")}`,
);

// ---- events --------------------------------------------------------------------------------------
declareModel(
  "authentik_events.event",
  "Event",
  "authentik.events.models",
  `event_uuid:UUIDField! user:JSONField action:TextField app:TextField context:JSONField client_ip:GenericIPAddressField?
   created:DateTimeField brand:JSONField expires:DateTimeField? expiring:BooleanField`,
  (self) =>
    `Event action=${part(self, "action")} user=${part(self, "user")} context=${part(self, "context")}`,
);
declareModel(
  "authentik_events.notificationtransport",
  "NotificationTransport",
  "authentik.events.models",
  "uuid:UUIDField! name:TextField! mode:TextField send_once:BooleanField",
  (self) => `Notification Transport ${part(self, "name")}`,
);
declareModel(
  "authentik_events.notification",
  "Notification",
  "authentik.events.models",
  `uuid:UUIDField! severity:TextField body:TextField created:DateTimeField event:>authentik_events.event? seen:BooleanField
   user:>authentik_core.user hyperlink:TextField? hyperlink_label:TextField?`,
  (self) => `Notification for user ${part(self, "user_id")}: ${part(self, "body").slice(0, 75)}`,
);

// ---- authenticators ------------------------------------------------------------------------------
const DEVICE = `id:AutoField! user:>authentik_core.user name:CharField confirmed:BooleanField created:DateTimeField
   last_updated:DateTimeField last_used:DateTimeField?`;
function declareDevice(kind: string, name: string, fields = "") {
  const app = `authenticator_${kind}`;
  return declareModel(
    `authentik_stages_${app}.${name.toLowerCase()}`,
    name,
    `authentik.stages.${app}.models`,
    `${DEVICE} ${fields}`,
    (self) => `${part(self, "name")} (${part(self, "user_id")})`,
  );
}
export const smsDeviceModel = declareDevice(
  "sms",
  "SMSDevice",
  "stage:>authentik_stages_authenticator_sms.authenticatorsmsstage phone_number:TextField",
);
/** The models of devices, by the word `ak_user_has_authenticator` knows them by. */
export const deviceModels = new Map([
  ["duo", declareDevice("duo", "DuoDevice", "duo_user_id:TextField")],
  ["email", declareDevice("email", "EmailDevice", "email:EmailField")],
  ["sms", smsDeviceModel],
  ["static", declareDevice("static", "StaticDevice")],
  ["totp", declareDevice("totp", "TOTPDevice")],
  [
    "webauthn",
    declareDevice("webauthn", "WebAuthnDevice", "rp_id:CharField created_on:DateTimeField aaguid:TextField?"),
  ],
]);
export const smsStageModel = declareModel(
  "authentik_stages_authenticator_sms.authenticatorsmsstage",
  "AuthenticatorSMSStage",
  "authentik.stages.authenticator_sms.models",
  `stage_uuid:UUIDField! name:TextField! provider:TextField from_number:TextField account_sid:TextField auth_type:TextField
   verify_only:BooleanField friendly_name:TextField`,
  "name",
);

// ---- the rest ------------------------------------------------------------------------------------
declareModel(
  "authentik_stages_invitation.invitation",
  "Invitation",
  "authentik.stages.invitation.models",
  `invite_uuid:UUIDField! name:SlugField flow:>authentik_flows.flow? single_use:BooleanField fixed_data:JSONField
   created_by:>authentik_core.user expires:DateTimeField? expiring:BooleanField`,
  (self) => `Invitation ${part(self, "pk").replaceAll("-", "")} created by ${part(self, "created_by_id")}`,
);
declareModel(
  "authentik_tenants.tenant",
  "Tenant",
  "authentik.tenants.models",
  `tenant_uuid:UUIDField! schema_name:CharField! name:TextField ready:BooleanField avatars:TextField
   default_user_change_name:BooleanField default_user_change_email:BooleanField default_user_change_username:BooleanField
   event_retention:TextField footer_links:JSONField gdpr_compliance:BooleanField impersonation:BooleanField`,
  (self) => `Tenant ${part(self, "name")}`,
);
export const oauth2ProviderModel = declareModel(
  "authentik_providers_oauth2.oauth2provider",
  "OAuth2Provider",
  "authentik.providers.oauth2.models",
  `id:AutoField! name:TextField! client_type:CharField client_id:CharField! redirect_uris:JSONField
   include_claims_in_id_token:BooleanField access_code_validity:TextField access_token_validity:TextField
   refresh_token_validity:TextField sub_mode:TextField issuer_mode:TextField`,
  (self) => `OAuth2 Provider ${part(self, "name")}`,
);
