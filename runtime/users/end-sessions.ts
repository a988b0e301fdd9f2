// Browser sessions that end before their time: another password logs a user out, whoever took a session with them. A request
// at that moment finds its own gone.
import type { Transaction } from "../store/contract.ts";
import { NotFound } from "../store/errors.ts";

const SESSION = "postern.session";

/** Ends a user's sessions; `keep` is the pk of the one in which the user changed the password. */
export function endSessions(tx: Transaction, user: number, keep: string | null = null): void {
  for (const { pk } of tx.list(SESSION, { user })) if (pk !== keep) tx.delete(SESSION, pk);
}

/** Whether all that went wrong is that the browser's session ended meanwhile: somebody logged in or out there. */
export function isEndedSession(error: unknown): boolean {
  return error instanceof NotFound && error.model === SESSION;
}
