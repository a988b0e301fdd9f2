// The identification stage: who the flow is about, by a name that is typed in, and with a password where the stage asks for both.
//
// With `pretend_user_exists` nobody can find out here who has an account. A name that means nobody becomes a pending user
// that is not saved and has nothing: no password that fits, no devices, no login. What the flow shows afterwards is what
// was typed, for users who exist as well; and where a password is asked for along, both answers cost the same hash.
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../../engine/types.ts";
import { FlowMisconfigured } from "../../errors.ts";
import { nonFieldErrors, type ResponseErrors } from "../../flow/response-errors.ts";
import { checkText } from "../../flow/response-fields.ts";
import type { StageOutcome, StageResponse, StageView } from "../../flow/stage.ts";
import { unsavedPerson } from "../../users/person.ts";
import { authenticate, type Checked, loginFailed, rememberPassword } from "../password/backend.ts";
import {
  type IdentificationContext,
  identificationChallenge,
  type Related,
  readRelated,
} from "./challenge.ts";
import { findUser } from "./find-user.ts";

const FAILED = "Failed to authenticate.";
const NOTHING_GIVEN = "No identification data provided.";
const APP = "authentik.stages.identification";
/** The longest identifier that is looked up; no user has a longer one. */
const LONGEST = 254;

async function get(context: IdentificationContext): Promise<StageOutcome> {
  const related = await requireParts(context);
  return { kind: "challenge", challenge: identificationChallenge(context, related) };
}

async function post(context: IdentificationContext, { data }: StageResponse): Promise<StageOutcome> {
  const related = await requireParts(context);
  const fields = checkFields(data);
  if ("errors" in fields) return refused(context, related, fields.errors);
  const { identifier, password } = fields;
  if (identifier === "") return refused(context, related, nonFieldErrors(NOTHING_GIVEN));
  const { services, stage, plan } = context;
  const found = await services.store.read((tx) => findUser(tx, stage, identifier));
  const known = found === undefined || identifier.length > LONGEST ? null : found;
  let checked: Checked | undefined;
  if (related.password !== undefined) {
    const whom = known ?? { pk: null, username: identifier };
    checked = await authenticate(context, related.password, whom, password, APP);
    if (!checked.passed || known === null) {
      await context.checkpoint((tx) => {
        tx.insert("authentik_events.event", loginFailed(context, identifier, APP));
      });
      return refused(context, related, nonFieldErrors(FAILED));
    }
    rememberPassword(context);
  } else if (known === null && !stage.pretend_user_exists) {
    return refused(context, related, nonFieldErrors(FAILED));
  }
  plan.context.pending_user = known === null ? pretended(identifier) : { pk: known.pk };
  if (stage.pretend_user_exists || !stage.show_matched_user) {
    plan.context.pending_user_identifier = identifier;
  } else {
    delete plan.context.pending_user_identifier;
  }
  return { kind: "done", ...(checked?.passed && { commit: checked.commit }) };
}

/** A user whom nobody can log in as, write, or tell from one who exists. */
function pretended(identifier: string): JsonObject {
  const username = [...identifier].slice(0, 150).join("");
  return { pk: null, pretended: true, values: unsavedPerson({ username, uuid: randomUUID() }) };
}

interface Given {
  readonly identifier: string;
  readonly password: string;
}

function checkFields(data: JsonObject): Given | { readonly errors: ResponseErrors } {
  const errors: ResponseErrors = {};
  const text = (field: string, trim: boolean): string => {
    const value = Object.hasOwn(data, field) ? data[field] : null;
    if (value === null) return "";
    const checked = checkText(value, { blank: true, trim });
    if ("value" in checked) return checked.value;
    errors[field] = [checked.error];
    return "";
  };
  const given = { identifier: text("uid_field", true), password: text("password", false) };
  return Object.keys(errors).length > 0 ? { errors } : given;
}

/** The parts the stage refers to. A part that is no stage of its kind would silently not be asked for: an error. */
async function requireParts(context: IdentificationContext): Promise<Related> {
  const { stage } = context;
  const related = await readRelated(context);
  const name = `identification stage ${JSON.stringify(stage.name)}`;
  if (stage.password_stage !== null && related.password === undefined) {
    throw new FlowMisconfigured(`${name}: its password_stage is no password stage; name one, or null`);
  }
  if (stage.captcha_stage !== null) {
    throw new FlowMisconfigured(`${name}: there are no captchas in this version; set captcha_stage to null`);
  }
  return related;
}

function refused(context: IdentificationContext, related: Related, errors: ResponseErrors): StageOutcome {
  return { kind: "rejected", challenge: identificationChallenge(context, related), errors };
}

/** The identification stage. */
export const identificationView: StageView<"authentik_stages_identification.identificationstage"> = {
  get,
  post,
};
