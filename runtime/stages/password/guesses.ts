// How often somebody's password was guessed, over all runs of all flows, restarts and processes.
//
// A guess takes its unit before the password is looked at, and only a right password gives it back: so no number of
// requests at once gets more guesses than the limit has. One count serves all password stages, since the password is the
// same at each; a stage's own setting says how many are too many there. Nobody can tell a limit from a wrong password,
// nor a user who exists from one who does not: both are counted, and both cost the same hash.

import { clientIp } from "../../events/event-log.ts";
import type { StageContext } from "../../flow/stage.ts";
import { type Counter, Counters, type Ticket } from "../../limits/counters.ts";
import { networkOf } from "../../limits/network.ts";
import { PASSWORD_SCOPES, type PasswordScope, passwordLimitOf } from "../../models/password-limits.ts";
import { parseRate, type Rate } from "../../models/rate.ts";
import type { Row, Transaction } from "../../store/contract.ts";

/** Whose password is guessed: a user, or the name of one who does not exist. */
export type Guessed = { readonly pk: number } | { readonly name: string };

/** The right to one guess; nothing where a limit is used up. */
export interface Guess {
  /** For the transaction that lets the user pass: a right password is no guess. */
  giveBack(tx: Transaction): void;
}

type PasswordStage = Row<"authentik_stages_password.passwordstage">;

const BUCKET = 60_000;
const LONGEST = 86_400_000;
/** An event about the same counter is recorded at most this often. */
const NOTICES = parseRate("6/hour") as Rate;

/** Takes the right to a guess. What is refused is a line in the log, and an event when one is due. */
export async function takeGuess(
  context: StageContext,
  stage: PasswordStage,
  guessed: Guessed,
  app: string,
): Promise<Guess | undefined> {
  const { services, http } = context;
  const counters = new Counters(services.store, "postern.passwordcounter");
  const counted = countersOf(counters, guessed, networkOf(clientIp(http)));
  const now = services.clock();
  const taken = await services.store.transaction((tx): Ticket[] | Reached => {
    for (const { scope, counter } of counted) {
      const rate = passwordLimitOf(stage.postern_limits, scope);
      if (rate === undefined || counters.wait(tx, counter, rate, now) === 0) continue;
      const reached = { scope, rate, wait: counters.wait(tx, counter, rate, now) };
      const notices = counterOf(counters, ["notices", counter.pk]);
      if (counters.wait(tx, notices, NOTICES, now) === 0) {
        counters.add(tx, notices, now);
        tx.insert("authentik_events.event", refusal(context, stage, guessed, reached, app));
      }
      return reached;
    }
    return counted.map(({ counter }) => counters.add(tx, counter, now));
  });
  if (Array.isArray(taken)) {
    return {
      giveBack: (tx) => {
        for (const ticket of taken) counters.giveBack(tx, ticket);
      },
    };
  }
  services.logger.log("warning", "a password was refused unseen", {
    ...facts(taken),
    stage: stage.name,
    wait_seconds: Math.ceil(taken.wait / 1000),
    request_id: http.request_id,
  });
  return undefined;
}

/** A limit that is used up. */
interface Reached {
  readonly scope: PasswordScope;
  readonly rate: Rate;
  /** Milliseconds until a unit comes back. */
  readonly wait: number;
}

/** The counters of a guess. What is not known, the address, is not counted. */
function countersOf(
  counters: Counters,
  guessed: Guessed,
  network: string | null,
): readonly { readonly scope: PasswordScope; readonly counter: Counter }[] {
  const user = "pk" in guessed ? ["pk", guessed.pk] : ["name", guessed.name.toLowerCase()];
  const parts: { readonly [scope in PasswordScope]: readonly (string | number)[] | null } = {
    user,
    user_at_address: network === null ? null : [...user, network],
    address: network === null ? null : [network],
  };
  return PASSWORD_SCOPES.flatMap((scope) => {
    const of = parts[scope];
    return of === null ? [] : [{ scope, counter: counterOf(counters, [scope, ...of]) }];
  });
}

function counterOf(counters: Counters, parts: readonly (string | number)[]): Counter {
  return { pk: counters.pk(parts), bucket: BUCKET, span: LONGEST };
}

function facts({ scope, rate }: Reached): {
  reason: string;
  scope: string;
  count: number;
  span_seconds: number;
} {
  return { reason: "limit", scope, count: rate.count, span_seconds: rate.span / 1000 };
}

function refusal(
  { services, requestUser, http }: StageContext,
  { pk, name }: PasswordStage,
  guessed: Guessed,
  reached: Reached,
  app: string,
) {
  const user = "pk" in guessed ? { user_pk: guessed.pk } : { username: guessed.name };
  const context = { message: "Password refused", ...facts(reached), ...user, stage: { pk, name } };
  return services.events.row("suspicious_request", context, { user: requestUser, http, app });
}
