// The settings of a password stage that authentik does not have: how often passwords may be guessed.
import { type Field, field } from "./fields.ts";
import { keysFault, parseRate, type Rate, rateFault } from "./rate.ts";

/** By whom wrong passwords are counted: the user, the user from one network, the network over all users. */
export type PasswordScope = "user" | "user_at_address" | "address";

/** Rates as texts, null for no limit; what is left out has its default. */
export type PasswordLimits = { [scope in PasswordScope]?: string | null };

/**
 * The defaults. SP 800-63B-4, section 3.2.2, allows 100 wrong passwords in a row; the limit for one network keeps a
 * stranger from using them up and shutting the user out, and the network's own holds back who tries one password on
 * many users.
 */
export const DEFAULT_PASSWORD_LIMITS = Object.freeze({
  user: "100/day",
  user_at_address: "20/hour",
  address: "100/hour",
}) satisfies PasswordLimits;

/** All scopes. */
export const PASSWORD_SCOPES = Object.freeze(Object.keys(DEFAULT_PASSWORD_LIMITS) as PasswordScope[]);

/** The rate that applies, or nothing. */
export function passwordLimitOf(settings: PasswordLimits, scope: PasswordScope): Rate | undefined {
  const given = settings[scope];
  const text = given === undefined ? DEFAULT_PASSWORD_LIMITS[scope] : given;
  return text === null ? undefined : parseRate(text);
}

/** A password stage's limits as a field of its model. */
export function passwordLimits(): Field<PasswordLimits> {
  return field(
    (value) => {
      const fault = keysFault(value, PASSWORD_SCOPES, "The limits");
      if (fault !== undefined) return fault;
      for (const [scope, rate] of Object.entries(value as object)) {
        const wrong = rateFault(rate, JSON.stringify(scope));
        if (wrong !== undefined) return wrong;
      }
      return { ...(value as PasswordLimits) };
    },
    { type: "object" },
  );
}
