// The one table of models, and the types of their rows.
import type { z } from "zod";
import { browserSession, token } from "./access.ts";
import { blueprintInstance } from "./blueprint.ts";
import { brand, event, group, user } from "./core.ts";
import { flow, flowSession, flowStageBinding } from "./flow.ts";
import type { Model, Reference } from "./model.ts";
import { expressionPolicy, notificationWebhookMapping, policyBinding } from "./policy.ts";
import { prompt, promptStage } from "./prompt.ts";
import { authenticatorSmsStage, smsCounter, smsDevice } from "./sms.ts";
import {
  authenticatorValidateStage,
  denyStage,
  dummyStage,
  identificationStage,
  passwordCounter,
  passwordStage,
  userLoginStage,
  userLogoutStage,
  userWriteStage,
} from "./stages.ts";

/** Every model by its name. The order is that of the store file. */
export const MODELS = Object.freeze({
  [brand.name]: brand,
  [user.name]: user,
  [group.name]: group,
  [flow.name]: flow,
  [flowStageBinding.name]: flowStageBinding,
  [policyBinding.name]: policyBinding,
  [expressionPolicy.name]: expressionPolicy,
  [notificationWebhookMapping.name]: notificationWebhookMapping,
  [prompt.name]: prompt,
  [promptStage.name]: promptStage,
  [authenticatorSmsStage.name]: authenticatorSmsStage,
  [authenticatorValidateStage.name]: authenticatorValidateStage,
  [identificationStage.name]: identificationStage,
  [passwordStage.name]: passwordStage,
  [userWriteStage.name]: userWriteStage,
  [userLoginStage.name]: userLoginStage,
  [userLogoutStage.name]: userLogoutStage,
  [denyStage.name]: denyStage,
  [dummyStage.name]: dummyStage,
  [smsDevice.name]: smsDevice,
  [smsCounter.name]: smsCounter,
  [passwordCounter.name]: passwordCounter,
  [blueprintInstance.name]: blueprintInstance,
  [event.name]: event,
  [flowSession.name]: flowSession,
  [token.name]: token,
  [browserSession.name]: browserSession,
});

/** A model's name, `app.model`. */
export type ModelName = keyof typeof MODELS;

/** All names, in the table's order. */
export const MODEL_NAMES = Object.freeze(Object.keys(MODELS) as ModelName[]);

/** The type of a model's pks. */
export type PkOf<M extends ModelName> = (typeof MODELS)[M]["key"] extends "integer" ? number : string;

/** A stored row: its pk and all its fields. Deeply frozen. */
export type Row<M extends ModelName> = Readonly<{ pk: PkOf<M> } & z.output<(typeof MODELS)[M]["schema"]>>;

/** A row to insert: fields with a default may be left out, and so may the pk, which is then assigned. */
export type NewRow<M extends ModelName> = Readonly<{ pk?: PkOf<M> } & z.input<(typeof MODELS)[M]["schema"]>>;

/** Whether a text names a model. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(MODELS, name);
}

/** A model by name, without its field types; for code that works on all models alike. */
export function modelOf(name: ModelName): Model {
  return MODELS[name] as unknown as Model;
}

/** The models that a reference may point to. */
export function targetsOf(reference: Reference): readonly ModelName[] {
  const { to } = reference;
  if (typeof to !== "string") return to as readonly ModelName[];
  return MODEL_NAMES.filter((name) => modelOf(name).family === to);
}

/** The models of all stages. */
export const STAGE_MODELS = Object.freeze(MODEL_NAMES.filter((name) => modelOf(name).family === "stage"));
