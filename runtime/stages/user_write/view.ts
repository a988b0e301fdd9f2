// The user-write stage: makes a user of what the prompts collected, or changes the pending one. It shows nothing.
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import { isObject, promptData } from "../../flow/plan.ts";
import type { StageContext, StageOutcome, StageView } from "../../flow/stage.ts";
import { USER_TYPES } from "../../models/core.ts";
import { passwordHash } from "../../models/password.ts";
import { ValidationError } from "../../models/validation.ts";
import type { NewRow, Snapshot, Transaction } from "../../store/contract.ts";
import { endSessions } from "../../users/end-sessions.ts";
import { type Person, pendingPerson } from "../../users/person.ts";
import { writtenFields } from "./fields.ts";

type WriteContext = StageContext<"authentik_stages_user_write.userwritestage">;
type NewUser = Partial<NewRow<"authentik_core.user">>;

const USER = "authentik_core.user";
const NO_DATA = "No Pending data.";
const NO_USER = "No user found and can't create new user.";
const NOT_SAVED = "Failed to update user. Please try again later.";

/** Whom to write. */
type Target =
  /** A new user, with these fields. */
  | { readonly kind: "new"; readonly fields: NewUser }
  /** The pending user, with what policies changed of them, or the one who is logged in. */
  | { readonly kind: "existing"; readonly read: (tx: Snapshot) => Person | null };

async function write(context: WriteContext): Promise<StageOutcome> {
  const { services, plan, stage } = context;
  if (!isObject(plan.context.prompt_data)) return { kind: "invalid", message: NO_DATA };
  const target = targetOf(context);
  if (target === undefined) return { kind: "invalid", message: NO_USER };
  const { password, ignored } = writtenFields(promptData(plan.context), {});
  if (ignored.length > 0) {
    const facts = { stage: stage.name, fields: [...ignored] };
    services.logger.log("warning", "users have no such fields; they were not written", facts);
  }
  const secret: NewUser =
    password === undefined
      ? {}
      : {
          password: password === "" ? "" : await passwordHash(password),
          password_change_date: new Date(services.clock()).toISOString(),
        };
  return { kind: "done", commit: (tx) => save(tx, context, target, secret) };
}

/** The pending user, else the one who is logged in, else a new one, as the stage allows. */
function targetOf({ stage, plan, pending, requestUser }: WriteContext): Target | undefined {
  const reference = plan.context.pending_user;
  // A name that meant nobody must not become an account.
  if (isObject(reference) && reference.pretended === true) return undefined;
  if (stage.user_creation_mode !== "always_create") {
    const { pk } = pending ?? requestUser ?? {};
    if (typeof pk === "number") {
      const read = (tx: Snapshot): Person | null =>
        pending === null
          ? (tx.get(USER, pk) ?? null)
          : pendingPerson(tx, { pending_user: reference as JsonValue });
      return { kind: "existing", read };
    }
  }
  if (stage.user_creation_mode === "never_create") return undefined;
  if (pending !== null && pending.pk === null) {
    const { pk: _none, ...fields } = pending;
    return { kind: "new", fields };
  }
  return { kind: "new", fields: newUser(stage, plan.context) };
}

/** What a new user begins with: of the stage, or of the plan (`user_type`, `user_path`), where a policy put it. */
function newUser(stage: WriteContext["stage"], context: JsonObject): NewUser {
  const wanted = USER_TYPES.find((name) => name === context.user_type) ?? stage.user_type;
  const path = typeof context.user_path === "string" ? context.user_path : stage.user_path_template;
  return {
    is_active: !stage.create_users_as_inactive,
    // Internal service accounts are made by the system only.
    type: wanted === "internal_service_account" ? "service_account" : wanted,
    ...(path !== "" && { path }),
  };
}

/** Runs in the transaction that ends the stage. An outcome means that nothing was written. */
function save(
  tx: Transaction,
  context: WriteContext,
  target: Target,
  secret: NewUser,
): StageOutcome | undefined {
  const { services, stage, plan, requestUser, http, browser } = context;
  const refusal: StageOutcome = { kind: "invalid", message: NOT_SAVED };
  const existing = target.kind === "existing" ? target.read(tx) : null;
  if (target.kind === "existing" && existing === null) return refusal;
  const base: NewUser = existing === null ? (target as { fields: NewUser }).fields : withoutPk(existing);
  const { fields } = writtenFields(promptData(plan.context), base.attributes ?? {});
  const row = { ...base, ...fields, ...secret, groups: groupsOf(tx, context, base, existing === null) };
  const username = row.username ?? "";
  if (username === "") return { kind: "invalid" };
  if (tx.list(USER, { username }).some(({ pk }) => pk !== existing?.pk)) return refusal;
  try {
    const saved =
      existing === null || existing.pk === null
        ? tx.insert(USER, { ...row, username })
        : tx.update(USER, existing.pk, { ...row, username } as Partial<Person & { pk: number }>);
    if (existing !== null && secret.password !== undefined) endSessions(tx, saved.pk, browser);
    plan.context.pending_user = { pk: saved.pk };
    const facts = {
      created: existing === null,
      username: saved.username,
      name: saved.name,
      email: saved.email,
    };
    const origin = { user: requestUser ?? saved, http, app: "authentik.stages.user_write" };
    tx.insert("authentik_events.event", services.events.row("user_write", facts, origin));
    return undefined;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const problems = error.issues.map(({ field, message }) => `${field}: ${message}`);
    services.logger.log("warning", "a user could not be written", { stage: stage.name, problems });
    return refusal;
  }
}

function withoutPk({ pk: _pk, ...fields }: Person): NewUser {
  return fields;
}

/** The groups the user is in from now on: a new one in the stage's, and all in those that the plan names. */
function groupsOf(tx: Snapshot, { stage, plan }: WriteContext, base: NewUser, created: boolean): string[] {
  const { create_users_group: own } = stage;
  const named = Array.isArray(plan.context.groups) ? plan.context.groups : [];
  const added = named.map((item) => (isObject(item) ? item.pk : item));
  const all = [...(base.groups ?? []), ...(created && own !== null ? [own] : []), ...added];
  const known = all.filter(
    (pk): pk is string => typeof pk === "string" && tx.get("authentik_core.group", pk) !== undefined,
  );
  return [...new Set(known)];
}

/** The user-write stage. */
export const userWriteView: StageView<"authentik_stages_user_write.userwritestage"> = {
  get: write,
  post: write,
};
