// Whom an identifier means: a user's name, e-mail address or principal name, as the stage allows.
import type { Row, Snapshot } from "../../store/contract.ts";

type Stage = Row<"authentik_stages_identification.identificationstage">;
type User = Row<"authentik_core.user">;
type UserField = Stage["user_fields"][number];

/** The order in which fields count where several users match. */
const PRECEDENCE: readonly UserField[] = ["username", "email", "upn"];

/** The user, or nothing. An exact match goes before one in other letters, the older user before the younger. */
export function findUser(tx: Snapshot, stage: Stage, identifier: string): User | undefined {
  const fields = PRECEDENCE.filter((field) => stage.user_fields.includes(field));
  const users = tx.list("authentik_core.user");
  const match = (same: (text: string) => boolean): User | undefined => {
    for (const field of fields) {
      const found = users.find((user) => {
        const text = identifierOf(user, field);
        return text !== "" && same(text);
      });
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const exact = match((text) => text === identifier);
  if (exact !== undefined || !stage.case_insensitive_matching) return exact;
  return match((text) => folded(text) === folded(identifier));
}

function identifierOf(user: User, field: UserField): string {
  if (field !== "upn") return user[field];
  const { upn } = user.attributes;
  return typeof upn === "string" ? upn : "";
}

/** As a database compares without regard to case. */
function folded(text: string): string {
  return text.toUpperCase();
}
