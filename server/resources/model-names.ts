// How authentik names its models: classes, plurals, the components of its web interface.
import type { ModelName } from "../../runtime/index.ts";
import { modelOf } from "../../runtime/models/registry.ts";
import type { Found } from "./resource.ts";

/** What the API says of a model. */
export interface ModelNaming {
  /** The class. */
  readonly object: string;
  readonly plural: string;
  /** The web interface's form; empty where there is none. */
  readonly component: string;
  /** What its objects are for, one sentence. */
  readonly description: string;
}

const NAMES: { readonly [M in ModelName]?: ModelNaming } = {
  "authentik_stages_authenticator_sms.authenticatorsmsstage": {
    object: "AuthenticatorSMSStage",
    plural: "SMS Authenticator Setup Stages",
    component: "ak-stage-authenticator-sms-form",
    description: "Lets users set up a phone that codes are sent to by SMS.",
  },
  "authentik_stages_authenticator_validate.authenticatorvalidatestage": {
    object: "AuthenticatorValidateStage",
    plural: "Authenticator Validation Stages",
    component: "ak-stage-authenticator-validate-form",
    description: "Asks users for a code of a device they have set up.",
  },
  "authentik_stages_deny.denystage": {
    object: "DenyStage",
    plural: "Deny Stages",
    component: "ak-stage-deny-form",
    description: "Ends the flow and denies access.",
  },
  "authentik_stages_dummy.dummystage": {
    object: "DummyStage",
    plural: "Dummy Stages",
    component: "ak-stage-dummy-form",
    description: "Shows a button and does nothing; for trying flows out.",
  },
  "authentik_stages_identification.identificationstage": {
    object: "IdentificationStage",
    plural: "Identification Stages",
    component: "ak-stage-identification-form",
    description: "Asks users who they are.",
  },
  "authentik_stages_password.passwordstage": {
    object: "PasswordStage",
    plural: "Password Stages",
    component: "ak-stage-password-form",
    description: "Asks users for their password.",
  },
  "authentik_stages_prompt.promptstage": {
    object: "PromptStage",
    plural: "Prompt Stages",
    component: "ak-stage-prompt-form",
    description: "Shows a form of prompts and keeps what is filled in.",
  },
  "authentik_stages_user_login.userloginstage": {
    object: "UserLoginStage",
    plural: "User Login Stages",
    component: "ak-stage-user-login-form",
    description: "Logs the flow's user in.",
  },
  "authentik_stages_user_logout.userlogoutstage": {
    object: "UserLogoutStage",
    plural: "User Logout Stages",
    component: "ak-stage-user-logout-form",
    description: "Logs the browser's user out.",
  },
  "authentik_stages_user_write.userwritestage": {
    object: "UserWriteStage",
    plural: "User Write Stages",
    component: "ak-stage-user-write-form",
    description: "Saves what was filled in as a user, new or changed.",
  },
  "authentik_policies_expression.expressionpolicy": {
    object: "ExpressionPolicy",
    plural: "Expression Policies",
    component: "ak-policy-expression-form",
    description: "Decides by a Python expression.",
  },
  "authentik_events.notificationwebhookmapping": {
    object: "NotificationWebhookMapping",
    plural: "Webhook Mappings",
    component: "ak-property-mapping-notification-form",
    description: "Makes the body of a message by a Python expression.",
  },
  "authentik_stages_authenticator_sms.smsdevice": {
    object: "SMSDevice",
    plural: "SMS Devices",
    component: "",
    description: "A phone that codes are sent to.",
  },
};

/** What the API says of a model. Throws TypeError for one that it does not name. */
export function namingOf(model: ModelName): ModelNaming {
  const names = NAMES[model];
  if (names !== undefined) return names;
  throw new TypeError(`the API has no names for ${model}`);
}

/** `verbose_name` and its kin, which many objects carry. */
export function metaNames(model: ModelName) {
  return {
    verbose_name: modelOf(model).label,
    verbose_name_plural: namingOf(model).plural,
    meta_model_name: model,
  };
}

/** `app` and `model_name` of a model's name. */
export function splitName(model: ModelName): { app: string; model_name: string } {
  const [app = "", model_name = ""] = model.split(".");
  return { app, model_name };
}

/** A row as one text: its name, or what takes the place of one. */
export function titleOf({ model, row }: Found): string {
  switch (model) {
    case "authentik_core.user":
      return String(row.username);
    case "authentik_core.token":
      return String(row.identifier);
    case "authentik_brands.brand":
      return row.default === true ? "Default brand" : `Brand ${String(row.domain)}`;
    case "authentik_flows.flowstagebinding":
      return `Flow-stage binding #${String(row.order)} to ${String(row.target)}`;
    case "authentik_policies.policybinding":
      return `Binding #${String(row.order)} to ${String(row.target)}`;
  }
  return typeof row.name === "string" ? row.name : String(row.pk);
}

/** The kinds of objects that can be made, as the `types` endpoints list them, by name. */
export function creatableTypes(models: readonly ModelName[]) {
  return models
    .map((model) => ({
      name: modelOf(model).label,
      description: namingOf(model).description,
      component: namingOf(model).component,
      model_name: splitName(model).model_name,
      icon_url: "",
      requires_enterprise: false,
      deprecated: false,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
