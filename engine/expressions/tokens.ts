// `ak_create_jwt` and `ak_create_jwt_raw`: tokens that the embedder issues for one of its OAuth2 providers.
import { PyDict } from "../python/dict.ts";
import { pyError, valueError } from "../python/exceptions.ts";
import { call1 } from "../python/function.ts";
import { collect } from "../python/iterator.ts";
import { floatType, PyFloat, type PyValue } from "../python/object.ts";
import { asDouble } from "../python/operators.ts";
import { str } from "../python/representation.ts";
import { list } from "../python/sequence.ts";
import { toJson } from "./boundary.ts";
import { askHost } from "./capabilities.ts";
import { oauth2ProviderModel } from "./models/catalogue.ts";
import { PyRecord } from "./models/record.ts";

const SECONDS: { readonly [unit: string]: number } = {
  microseconds: 1e-6,
  milliseconds: 1e-3,
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
  weeks: 604_800,
};

/** A duration as authentik writes it (`hours=1;minutes=30`), in seconds. */
function duration(text: string): number {
  let seconds = 0;
  let known = false;
  for (const pair of text.split(";")) {
    const parts = pair.split("=");
    if (parts.length > 2) throw valueError("too many values to unpack (expected 2)");
    const [unit = "", amount] = parts;
    if (amount === undefined) throw valueError("not enough values to unpack (expected 2, got 1)");
    const factor = Object.hasOwn(SECONDS, unit.toLowerCase()) ? SECONDS[unit.toLowerCase()] : undefined;
    if (factor === undefined) continue;
    seconds += (asDouble(call1(floatType, amount)) as number) * factor;
    known = true;
  }
  if (!known) throw valueError("No valid keys to pass to timedelta");
  return seconds;
}

const nameOf = (provider: PyValue): string =>
  str(provider instanceof PyRecord ? provider.get("name") : provider);

function issued(name: string, call: PyDict): PyValue {
  const token = askHost(name, "jwt.issue", toJson(call, { sanitize: false, strict: true }));
  if (typeof token === "string") return token;
  throw pyError(oauth2ProviderModel.doesNotExist, "OAuth2Provider matching query does not exist.");
}
function dict(entries: { readonly [name: string]: PyValue }): PyDict {
  const made = new PyDict();
  for (const [name, value] of Object.entries(entries)) made.set(name, value);
  return made;
}

/** `ak_create_jwt(user, provider, scopes, validity)`: an access token; None where there is no HTTP request. */
export function createJwt(
  vars: ReadonlyMap<string, PyValue>,
  user: PyValue,
  provider: PyValue,
  scopes: PyValue,
  validity: PyValue = "seconds=60",
): PyValue {
  if (!(vars.get("http_request") instanceof PyRecord)) return null;
  const owner =
    user instanceof PyRecord ? dict({ pk: user.get("pk"), username: user.get("username") }) : null;
  if (owner === null) throw valueError("ak_create_jwt: user must be a user");
  return issued(
    "ak_create_jwt",
    dict({
      kind: "access_token",
      provider: nameOf(provider),
      user: owner,
      scopes: list(collect(scopes).map(str)),
      validSeconds: new PyFloat(duration(str(validity))),
    }),
  );
}

/** `ak_create_jwt_raw(provider, validity, **claims)`: a token with exactly these claims, `exp` and `aud`. */
export function createRawJwt(
  _vars: ReadonlyMap<string, PyValue>,
  provider: PyValue,
  validity: PyValue | undefined,
  claims: PyDict,
): PyValue {
  return issued(
    "ak_create_jwt_raw",
    dict({
      kind: "raw",
      provider: nameOf(provider),
      claims,
      validSeconds: new PyFloat(duration(str(validity ?? "seconds=60"))),
    }),
  );
}
