// The identification stage's challenge.
import type { JsonObject } from "../../../engine/types.ts";
import type { StageChallenge } from "../../flow/challenge.ts";
import { flowPage } from "../../flow/flow-page.ts";
import { isObject } from "../../flow/plan.ts";
import type { StageContext } from "../../flow/stage.ts";
import type { Row } from "../../store/contract.ts";

/** What the stage works with. */
export type IdentificationContext = StageContext<"authentik_stages_identification.identificationstage">;

/** What the stage refers to, as far as it is set. */
export interface Related {
  readonly password: Row<"authentik_stages_password.passwordstage"> | undefined;
  readonly links: readonly { readonly name: string; readonly slug: string }[];
}

/** Reads what the stage refers to. */
export function readRelated({ services, stage }: IdentificationContext): Promise<Related> {
  const flows = {
    enroll_url: stage.enrollment_flow,
    recovery_url: stage.recovery_flow,
    passwordless_url: stage.passwordless_flow,
  };
  return services.store.read((tx) => ({
    password:
      stage.password_stage === null
        ? undefined
        : tx.get("authentik_stages_password.passwordstage", stage.password_stage),
    links: Object.entries(flows).flatMap(([name, pk]) => {
      const flow = pk === null ? undefined : tx.get("authentik_flows.flow", pk);
      return flow === undefined ? [] : [{ name, slug: flow.slug }];
    }),
  }));
}

/** `ak-stage-identification`. There are no sources, captchas and passkeys. */
export function identificationChallenge(context: IdentificationContext, related: Related): StageChallenge {
  const { stage, flow, plan, query } = context;
  const typed = plan.context.pending_user_identifier;
  const application = applicationName(plan.context);
  return {
    component: "ak-stage-identification",
    user_fields: [...stage.user_fields],
    pending_user_identifier: typeof typed === "string" ? typed : null,
    password_fields: related.password !== undefined,
    allow_show_password: related.password?.allow_show_password ?? false,
    ...(application !== undefined && { application_pre: application }),
    flow_designation: flow.designation,
    captcha_stage: null,
    primary_action: flow.designation === "authentication" ? "Log in" : "Continue",
    sources: [],
    show_source_labels: stage.show_source_labels,
    enable_remember_me: stage.enable_remember_me,
    passkey_challenge: null,
    ...Object.fromEntries(related.links.map(({ name, slug }) => [name, flowPage(slug, query)])),
  };
}

function applicationName({ application }: JsonObject): string | undefined {
  const name = isObject(application) ? application.name : application;
  return typeof name === "string" ? name : undefined;
}
