// The settings of an SMS stage that authentik does not have: countries, limits with their defaults, headers, the contract of what is sent.
import { isSupportedCountry } from "libphonenumber-js/min";
import { Fault, type Field, field, text } from "./fields.ts";
import { keysFault, parseRate, type Rate, rateFault } from "./rate.ts";

/** The ISO 3166 code of a country that has telephone numbers, in capitals. */
export function countryCode(): Field<string> {
  return text({
    check: (code) =>
      isSupportedCountry(code)
        ? undefined
        : new Fault("invalid", `"${code}" is not the code of a country, such as "DE".`),
  });
}

/** HTTP headers: an object of texts. */
export function headers(): Field<{ [name: string]: string }> {
  return field(
    (value) => {
      if (typeof value !== "object" || Array.isArray(value)) {
        return new Fault("invalid", "Headers are an object of texts.");
      }
      for (const [name, content] of Object.entries(value as object)) {
        if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name)) {
          return new Fault("invalid", `${JSON.stringify(name)} is not the name of a header.`);
        }
        if (typeof content !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(content)) {
          return new Fault("invalid", `The value of the header "${name}" must be a text of one line.`);
        }
      }
      return { ...value } as { [name: string]: string };
    },
    { type: "object" },
  );
}

/** What is counted: messages, and wrong codes. */
export type Counted = "sends" | "guesses";

/** By whom or what it is counted. */
export type LimitScope = "device" | "number" | "user" | "address" | "stage";

/** Settings: rates as texts, null for no limit; what is left out has its default. */
export type LimitSettings = { sends?: ScopeSettings; guesses?: ScopeSettings };
type ScopeSettings = { [scope in LimitScope]?: string | null };

/**
 * The defaults. An hour's worth of messages to one number, user or network is far more than somebody in trouble needs;
 * 50 wrong codes a day leave a guesser a chance of 5 in 100,000 (RFC 4226, section 7.3; SP 800-63B-4 allows 100 in a
 * row). The stage's own limit bounds what a flood that passes all others can cost.
 */
export const DEFAULT_LIMITS = Object.freeze({
  sends: {
    device: "10/hour",
    number: "10/hour",
    user: "20/hour",
    address: "100/hour",
    stage: "5000/day",
  },
  guesses: { device: "50/day", number: "50/day", user: "50/day", address: "100/day" },
}) satisfies { readonly [what in Counted]: ScopeSettings };

/** The rate that applies, or nothing. */
export function limitOf(settings: LimitSettings, counted: Counted, scope: LimitScope): Rate | undefined {
  const defaults: ScopeSettings = DEFAULT_LIMITS[counted];
  const given = settings[counted]?.[scope];
  const text = given === undefined ? defaults[scope] : given;
  return text === undefined || text === null ? undefined : parseRate(text);
}

/** A stage's limits as a field of its model. */
export function limits(): Field<LimitSettings> {
  return field(
    (value) => {
      const fault = keysFault(value, Object.keys(DEFAULT_LIMITS), "The limits");
      if (fault !== undefined) return fault;
      for (const [counted, scopes] of Object.entries(value as object)) {
        const known = Object.keys(DEFAULT_LIMITS[counted as Counted]);
        const wrong = keysFault(scopes, known, `"${counted}"`);
        if (wrong !== undefined) return wrong;
        for (const [scope, rate] of Object.entries(scopes as object)) {
          const odd = rateFault(rate, `"${counted}", "${scope}"`);
          if (odd !== undefined) return odd;
        }
      }
      return structuredClone(value) as LimitSettings;
    },
    { type: "object" },
  );
}

/** Paths to types: `{"from": "text/20", "messages[].body": "text/160", "priority": "number"}`. */
export type PayloadContract = { [path: string]: string };

/** Texts may have a greatest length, in characters. */
const TYPE = /^(?:text(?:\/(?:[1-9]\d{0,5}))?|number|boolean)$/;
const PATH = /^(?:[^.[\]]+|\[\])(?:\.[^.[\]]+|\[\])*$/;

/** The contract as a field of a model. */
export function payloadContract(): Field<PayloadContract> {
  return field(
    (value) => {
      if (typeof value !== "object" || Array.isArray(value))
        return new Fault("invalid", "The contract is an object of paths and types.");
      for (const [path, type] of Object.entries(value as object)) {
        const named = JSON.stringify(path);
        if (path !== "" && !PATH.test(path))
          return new Fault("invalid", `${named} is no path, such as "to" or "messages[].body".`);
        if (typeof type !== "string" || !TYPE.test(type))
          return new Fault("invalid", `${named}: a type is text, text/160, number or boolean.`);
      }
      return { ...value } as PayloadContract;
    },
    { type: "object" },
  );
}
