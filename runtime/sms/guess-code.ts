// Checks a code that somebody typed in, within the limits on guessing.
import type { Snapshot, Transaction } from "../store/contract.ts";
import type { Limits, Subjects } from "./limits.ts";
import { type CodeState, type Verified, verifyCode } from "./one-time-code.ts";

/**
 * What a code leads to. While a limit is used up nothing is accepted and nothing counts, as while the device is
 * locked; the user cannot tell the one from the other, or from a wrong code.
 */
export function guessCode(
  limits: Limits,
  tx: Snapshot,
  subjects: Subjects,
  state: CodeState,
  guess: { readonly code: string; readonly now: number; readonly factor?: number },
): Verified {
  // Compared in any case, so that the time says nothing.
  const verified = verifyCode(state, guess.code, guess.now, guess.factor);
  const reached = limits.reached(tx, "guesses", subjects, guess.now);
  return reached === undefined ? verified : { accepted: false, counted: false, next: state };
}

/** Counts a wrong code. To be called in the transaction that writes the state of it. */
export function countGuess(
  limits: Limits,
  tx: Transaction,
  subjects: Subjects,
  verified: Verified,
  now: number,
): void {
  if (!verified.accepted && verified.counted) limits.take(tx, "guesses", subjects, now);
}
