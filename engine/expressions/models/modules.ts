// authentik's and Django's modules that have models: what an expression can import from them.
import { defineModule } from "../../python/module.ts";
import type { PyType, PyValue } from "../../python/object.ts";
import "./managers.ts";
import { declareChoices } from "./choices.ts";
import { devicesForUser, deviceType } from "./devices.ts";
import { models } from "./model.ts";
import { qType } from "./q.ts";

const PREFIX = "goauthentik.io";
const CORE: { [name: string]: PyValue } = {
  USER_PATH_SYSTEM_PREFIX: PREFIX,
  USER_PATH_SERVICE_ACCOUNT: `${PREFIX}/service-accounts`,
  USER_ATTRIBUTE_DEBUG: `${PREFIX}/user/debug`,
  USER_ATTRIBUTE_GENERATED: `${PREFIX}/user/generated`,
  USER_ATTRIBUTE_EXPIRES: `${PREFIX}/user/expires`,
  USER_ATTRIBUTE_DELETE_ON_LOGOUT: `${PREFIX}/user/delete-on-logout`,
  USER_ATTRIBUTE_SOURCES: `${PREFIX}/user/sources`,
  USER_ATTRIBUTE_TOKEN_EXPIRING: `${PREFIX}/user/token-expires`,
  USER_ATTRIBUTE_TOKEN_MAXIMUM_LIFETIME: `${PREFIX}/user/token-maximum-lifetime`,
  USER_ATTRIBUTE_CHANGE_USERNAME: `${PREFIX}/user/can-change-username`,
  USER_ATTRIBUTE_CHANGE_NAME: `${PREFIX}/user/can-change-name`,
  USER_ATTRIBUTE_CHANGE_EMAIL: `${PREFIX}/user/can-change-email`,
};
const CHOICES: readonly (readonly [module: string, name: string, words: string])[] = [
  [
    "authentik.core.models",
    "UserTypes",
    "INTERNAL=internal EXTERNAL=external SERVICE_ACCOUNT=service_account INTERNAL_SERVICE_ACCOUNT=internal_service_account",
  ],
  [
    "authentik.core.models",
    "TokenIntents",
    "INTENT_VERIFICATION=verification INTENT_API=api INTENT_RECOVERY=recovery INTENT_APP_PASSWORD=app_password",
  ],
  [
    "authentik.events.models",
    "EventAction",
    `LOGIN=login LOGIN_FAILED=login_failed LOGOUT=logout USER_WRITE=user_write SUSPICIOUS_REQUEST=suspicious_request
     PASSWORD_SET=password_set SECRET_VIEW=secret_view SECRET_ROTATE=secret_rotate INVITE_USED=invitation_used
     AUTHORIZE_APPLICATION=authorize_application SOURCE_LINKED=source_linked IMPERSONATION_STARTED=impersonation_started
     IMPERSONATION_ENDED=impersonation_ended FLOW_EXECUTION=flow_execution POLICY_EXECUTION=policy_execution
     POLICY_EXCEPTION=policy_exception PROPERTY_MAPPING_EXCEPTION=property_mapping_exception
     SYSTEM_TASK_EXECUTION=system_task_execution SYSTEM_TASK_EXCEPTION=system_task_exception
     SYSTEM_EXCEPTION=system_exception CONFIGURATION_ERROR=configuration_error CONFIGURATION_WARNING=configuration_warning
     MODEL_CREATED=model_created MODEL_UPDATED=model_updated MODEL_DELETED=model_deleted EMAIL_SENT=email_sent
     UPDATE_AVAILABLE=update_available CUSTOM_PREFIX=custom_`,
  ],
  ["authentik.events.models", "NotificationSeverity", "NOTICE=notice WARNING=warning ALERT=alert"],
  [
    "authentik.flows.models",
    "FlowAuthenticationRequirement",
    `NONE=none REQUIRE_AUTHENTICATED=require_authenticated REQUIRE_UNAUTHENTICATED=require_unauthenticated
     REQUIRE_SUPERUSER=require_superuser REQUIRE_REDIRECT=require_redirect REQUIRE_OUTPOST=require_outpost
     REQUIRE_TOKEN=require_token`,
  ],
  [
    "authentik.flows.models",
    "FlowDesignation",
    `AUTHENTICATION=authentication AUTHORIZATION=authorization INVALIDATION=invalidation ENROLLMENT=enrollment
     UNRENOLLMENT=unenrollment RECOVERY=recovery STAGE_CONFIGURATION=stage_configuration`,
  ],
  [
    "authentik.flows.models",
    "FlowDeniedAction",
    "MESSAGE_CONTINUE=message_continue MESSAGE=message CONTINUE=continue",
  ],
  [
    "authentik.flows.models",
    "InvalidResponseAction",
    "RETRY=retry RESTART=restart RESTART_WITH_CONTEXT=restart_with_context",
  ],
  ["authentik.flows.models", "NotConfiguredAction", "SKIP=skip DENY=deny CONFIGURE=configure"],
];

const types = new Map<string, PyType[]>();
const add = (module: string, type: PyType): void =>
  void types.set(module, [...(types.get(module) ?? []), type]);
for (const model of models.values()) add(model.type.module, model.type);
for (const [module, name, words] of CHOICES) add(module, declareChoices(module, name, words));

for (const [module, content] of types) {
  defineModule(module, { types: content, values: module === "authentik.core.models" ? CORE : {} });
}
defineModule("authentik.stages.authenticator", {
  functions: { "devices_for_user(user, confirmed=True)": devicesForUser },
});
defineModule("authentik.stages.authenticator.models", { types: [deviceType] });
defineModule("django.db.models", { types: [qType] });
