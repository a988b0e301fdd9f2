// Stages of a blueprint that set an authenticator up although the flow asks for no login before them.
//
// To add a number is to add an authenticator: whoever can do it with a browser that was left logged in, or for an
// account that was only named, has taken the account over. What is bound to what is followed through `!KeyOf` and
// `!Find` as they are written; nothing is evaluated, and doubt says nothing: a login that policies may skip counts.
import type { Diagnostic } from "../../engine/index.ts";
import type { Blueprint, BlueprintEntry, YamlNode } from "./parse.ts";
import { fieldOf, modelOfEntry, plainValue, type Referred, referred } from "./references.ts";

const SETUP = /^authentik_stages_authenticator_(?!validate)\w+\./;
const VALIDATE = "authentik_stages_authenticator_validate.authenticatorvalidatestage";
const IDENTIFICATION = "authentik_stages_identification.identificationstage";
const USER_WRITE = "authentik_stages_user_write.userwritestage";
/** Stages that always prove who it is. */
const LOGIN = /^authentik_stages_(?:password|mtls|source)\./;

/** A stage where a flow has it. */
interface Step {
  readonly stage: Referred;
  readonly order: number | undefined;
  /** Where it is written. */
  readonly node: YamlNode;
}

/** One warning for each such stage, with the YAML's lines. */
export function setupsWithoutLogin(blueprint: Blueprint): Diagnostic[] {
  const present = blueprint.entries.filter(({ state }) => plainValue(state) !== "absent");
  return present.flatMap((flow) => {
    if (modelOfEntry(blueprint, flow) !== "authentik_flows.flow") return [];
    const field = (name: string): unknown => plainValue(fieldOf(blueprint, flow, name));
    const requires = field("authentication") ?? "none";
    const steps = present.flatMap((entry) => stepOf(blueprint, entry, flow));
    return steps.flatMap((step) => {
      const before = steps.filter((other) => comesBefore(other, step));
      const named = before.some(({ stage }) => stage.model === IDENTIFICATION);
      const isNobodyYet = requires === "require_unauthenticated" && !named;
      if (
        before.some(({ stage }) => provesLogin(blueprint, stage) || makesUser(blueprint, stage, isNobodyYet))
      )
        return [];
      const isLoggedIn = requires === "require_authenticated" || requires === "require_superuser";
      return setupsOf(blueprint, step).map((setup) => warning(blueprint, setup, isLoggedIn));
    });
  });
}

function stepOf(blueprint: Blueprint, entry: BlueprintEntry, flow: BlueprintEntry): Step[] {
  if (modelOfEntry(blueprint, entry) !== "authentik_flows.flowstagebinding") return [];
  if (referred(blueprint, fieldOf(blueprint, entry, "target"))?.entry !== flow) return [];
  const node = fieldOf(blueprint, entry, "stage");
  const stage = referred(blueprint, node);
  const order = plainValue(fieldOf(blueprint, entry, "order"));
  return stage === undefined ? [] : [{ stage, node, order: typeof order === "number" ? order : undefined }];
}

function comesBefore(one: Step, other: Step): boolean {
  if (one === other) return false;
  return one.order === undefined || other.order === undefined || one.order < other.order;
}

/** Whether nobody gets past the stage without proving who they are. What stands elsewhere may. */
function provesLogin(blueprint: Blueprint, { model, entry }: Referred): boolean {
  if (LOGIN.test(model)) return true;
  if (model !== VALIDATE && model !== IDENTIFICATION) return false;
  if (entry === undefined) return true;
  if (model === VALIDATE) return plainValue(fieldOf(blueprint, entry, "not_configured_action")) === "deny";
  const password = fieldOf(blueprint, entry, "password_stage");
  return password !== null && plainValue(password) !== null;
}

/** Whether the account is a new one from here on: it has no authenticator that could be bypassed. */
function makesUser(blueprint: Blueprint, { model, entry }: Referred, isNobodyYet: boolean): boolean {
  if (model !== USER_WRITE) return false;
  if (entry === undefined) return true;
  const node = fieldOf(blueprint, entry, "user_creation_mode");
  const mode = node === null ? "create_when_required" : plainValue(node);
  return mode === "always_create" || (mode === "create_when_required" && isNobodyYet);
}

/** The stages by which a step sets authenticators up: itself, or those that a validation stage hands on to. */
function setupsOf(blueprint: Blueprint, { stage, node }: Step): Pick<Step, "stage" | "node">[] {
  if (SETUP.test(stage.model)) return [{ stage, node }];
  if (stage.model !== VALIDATE || stage.entry === undefined) return [];
  if (plainValue(fieldOf(blueprint, stage.entry, "not_configured_action")) !== "configure") return [];
  const listed = fieldOf(blueprint, stage.entry, "configuration_stages");
  if (listed?.kind !== "sequence") return [];
  return listed.items.flatMap((item) => {
    const node = blueprint.follow(item);
    const setup = referred(blueprint, node);
    return setup !== undefined && SETUP.test(setup.model) ? [{ stage: setup, node }] : [];
  });
}

function warning(
  blueprint: Blueprint,
  { stage, node }: Pick<Step, "stage" | "node">,
  isLoggedIn: boolean,
): Diagnostic {
  const { line, column } = blueprint.position(node ?? undefined);
  const { start, end } = node ?? { start: 0, end: 0 };
  const { text } = blueprint;
  return {
    code: "setup-without-login",
    severity: "warning",
    message: isLoggedIn
      ? `a browser that was left logged in is enough to add an authenticator by ${stage.name}`
      : `whoever gets to ${stage.name} adds an authenticator without having logged in`,
    line,
    column,
    endLine: line + text.slice(start, end).split("\n").length - 1,
    endColumn: end - text.lastIndexOf("\n", end - 1),
    notes: [`${stage.name} is an ${stage.model}`, "no stage before it in the flow asks for a login"],
    hint: "put a password stage before it, or a validation stage with `not_configured_action: deny`",
  };
}
