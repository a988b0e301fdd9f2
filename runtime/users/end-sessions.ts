// A user who gets another password is logged out: whoever knew the old one, or took a session, is not logged in any longer.
import type { Transaction } from "../store/contract.ts";

const SESSION = "postern.session";

/** Ends a user's sessions; `keep` is the pk of the one in which the user changed the password. */
export function endSessions(tx: Transaction, user: number, keep: string | null = null): void {
  for (const { pk } of tx.list(SESSION, { user })) if (pk !== keep) tx.delete(SESSION, pk);
}
