// Stages as users meet them in their settings: which they can set up for themselves, and with which flow.
import type { FoundStage } from "../runtime/flow/stage-lookup.ts";
import type { ModelName, Row, Snapshot } from "../runtime/index.ts";
import { modelOf } from "../runtime/models/registry.ts";

/** The flow with which users set a stage up for themselves; nothing where the stage is not of that kind, or has none. */
export function configureFlow(tx: Snapshot, { stage }: FoundStage): Row<"authentik_flows.flow"> | undefined {
  const pk = "configure_flow" in stage ? stage.configure_flow : null;
  return typeof pk === "string" ? tx.get("authentik_flows.flow", pk) : undefined;
}

/** A stage as a user's settings show it. */
export interface StageSetting {
  readonly object_uid: string;
  readonly component: string;
  readonly title: string;
  readonly configure_url?: string;
}

const PASSWORD = "authentik_stages_password.passwordstage";

/** How stages appear in a user's settings: the component that shows them, by model. */
const SETTINGS_COMPONENTS: { readonly [M in ModelName]?: string } = {
  "authentik_stages_authenticator_sms.authenticatorsmsstage": "ak-user-settings-authenticator-sms",
  [PASSWORD]: "ak-user-settings-password",
};

/**
 * The stages that users can set up for themselves (reference, section 10.5), by name. Passwords are shown where there is
 * a flow to change them with.
 */
export function userSettings(tx: Snapshot): StageSetting[] {
  return Object.entries(SETTINGS_COMPONENTS)
    .flatMap(([name, component]) =>
      tx.list(name as ModelName).map((stage) => ({ model: name as ModelName, stage, component })),
    )
    .filter((found) => found.model !== PASSWORD || configureFlow(tx, found) !== undefined)
    .sort((a, b) => (nameOf(a.stage) < nameOf(b.stage) ? -1 : 1))
    .map(({ model, stage, component }) => ({
      object_uid: String(stage.pk),
      component,
      title: friendlyName(stage) || modelOf(model).label,
      ...(configureFlow(tx, { model, stage }) && { configure_url: `/flows/-/configure/${stage.pk}/` }),
    }));
}

function nameOf(stage: Row<ModelName>): string {
  return "name" in stage && typeof stage.name === "string" ? stage.name : "";
}

function friendlyName(stage: Row<ModelName>): string {
  return "friendly_name" in stage && typeof stage.friendly_name === "string" ? stage.friendly_name : "";
}
