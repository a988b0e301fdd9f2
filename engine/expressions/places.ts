// Places: what a site (`sites.ts`) is more exactly. One table says what stands where; docs, stubs, checks and hints are made of it.
//
// Facts: reference, sections 4.3 to 4.7, 5, 6 and 9.3; what flows really pass is held to the table by
// tests/runtime/flow/places.test.ts.
import { namesAt, type Site, type SiteName, siteNames } from "./sites.ts";

/** Where exactly an expression stands. */
export type Place =
  | "flow"
  | "stage-plan"
  | "stage-run"
  | "prompt-validation"
  | "prompt-placeholder"
  | "prompt-initial-value"
  | "prompt-choices"
  | "webhook-mapping"
  | "oauth2-mapping"
  | "saml-mapping"
  | "scim-mapping"
  | "directory-mapping"
  | "radius-mapping"
  | "rac-mapping"
  | "ldap-source"
  | "oauth-source"
  | "saml-source"
  | "kerberos-source"
  | "scim-source"
  | "other-source";

/** A place as people are told of it. */
export interface PlaceEntry {
  readonly place: Place;
  readonly site: Site;
  /** As a text says it: "… is not available at <title>". */
  readonly title: string;
  /** When it runs, and what `request` holds there. */
  readonly doc: string;
  /** Who sees what `ak_message` says; absent where there is no `ak_message`. */
  readonly messages?: string;
}

const PROMPT =
  "request.user is the pending user, request.obj the prompt, request.context holds prompt_context.";
const PROVIDER = "request.user is the user the value is made for, request.obj the mapping.";
const SOURCE = "Runs when a source brings a user or a group; request.obj is the mapping.";
const SKIPPED = "Nobody: a stage whose policies fail is left out, and their messages go to the log.";

/** Every place, in the order in which texts list them. */
export const PLACES: readonly PlaceEntry[] = [
  {
    place: "flow",
    site: "policy",
    title: "flow policies",
    doc: "A policy bound to a flow. Runs once, when the flow is planned, before any stage.",
    messages: "The user, when the policies fail and the flow is denied; otherwise nobody.",
  },
  {
    place: "stage-plan",
    site: "policy",
    title: "stage policies at plan time",
    doc: "A policy bound to a stage with `evaluate_on_plan`. Runs when the flow is planned, before any stage.",
    messages: SKIPPED,
  },
  {
    place: "stage-run",
    site: "policy",
    title: "stage policies at run time",
    doc: "A policy bound to a stage with `re_evaluate_policies`. Runs on every request for the stage.",
    messages: SKIPPED,
  },
  {
    place: "prompt-validation",
    site: "policy",
    title: "prompt validation",
    doc: "A validation policy of a prompt stage. Sees what was typed and nothing else of the flow; request.user is the pending user.",
    messages:
      "The user, as the form's errors, when the policy fails. Without a message the form comes back without a reason.",
  },
  { place: "prompt-placeholder", site: "prompt", title: "prompt placeholders", doc: PROMPT },
  { place: "prompt-initial-value", site: "prompt", title: "initial values of prompts", doc: PROMPT },
  { place: "prompt-choices", site: "prompt", title: "choices of prompts", doc: PROMPT },
  {
    place: "webhook-mapping",
    site: "webhook",
    title: "webhook mappings",
    doc: "Makes what an SMS stage sends (device, token, stage), or a notification. request.obj is the mapping.",
  },
  { place: "oauth2-mapping", site: "mapping", title: "OAuth2 scope mappings", doc: PROVIDER },
  { place: "saml-mapping", site: "mapping", title: "SAML provider mappings", doc: PROVIDER },
  { place: "scim-mapping", site: "mapping", title: "SCIM provider mappings", doc: PROVIDER },
  {
    place: "directory-mapping",
    site: "mapping",
    title: "Entra and Google Workspace mappings",
    doc: PROVIDER,
  },
  { place: "radius-mapping", site: "mapping", title: "RADIUS provider mappings", doc: PROVIDER },
  { place: "rac-mapping", site: "mapping", title: "RAC provider mappings", doc: PROVIDER },
  { place: "ldap-source", site: "mapping", title: "LDAP source mappings", doc: SOURCE },
  { place: "oauth-source", site: "mapping", title: "OAuth source mappings", doc: SOURCE },
  { place: "saml-source", site: "mapping", title: "SAML source mappings", doc: SOURCE },
  { place: "kerberos-source", site: "mapping", title: "Kerberos source mappings", doc: SOURCE },
  { place: "scim-source", site: "mapping", title: "SCIM source mappings", doc: SOURCE },
  { place: "other-source", site: "mapping", title: "mappings of other sources", doc: SOURCE },
];

const ENTRIES = new Map(PLACES.map((entry) => [entry.place, entry]));
/** What the table says of a place. */
export function placeEntry(place: Place): PlaceEntry {
  return ENTRIES.get(place) as PlaceEntry;
}

/** One use of an expression: a policy may be bound at several places. */
export interface Use {
  /** Null: it is used, and where is not known. */
  readonly place: Place | null;
  /**
   * The binding turns the answer round: what passes fails, and its messages are shown. Absent: not known, or another
   * binding can still decide otherwise.
   */
  readonly negate?: boolean;
  /** Why no message of this use is ever shown, where the place alone does not say it. */
  readonly unseen?: string;
}

/**
 * Whether a context key is there: `always`; `sometimes`, as the stages before and the way in decide; `rarely`, only where
 * who starts the flow gives it (a source, a restart that keeps its context); `never`.
 */
export type Presence = "always" | "sometimes" | "rarely" | "never";

/** A key of `context` (`request.context`). */
export interface ContextKey {
  readonly key: string;
  readonly type: string;
  readonly doc: string;
  /** Places that are left out: never. */
  readonly at: Readonly<Partial<Record<Place, Presence>>>;
}

const inFlows = { flow: "sometimes", "stage-plan": "sometimes", "stage-run": "sometimes" } as const;
/** A stage puts it there, so none has when the flow is planned. */
const afterStages = { flow: "rarely", "stage-plan": "rarely", "stage-run": "sometimes" } as const;
const policies = { ...inFlows, "prompt-validation": "sometimes" } as const;
const always = { flow: "always", "stage-plan": "always", "stage-run": "always" } as const;

/** The keys that authentik and the runtime put into a context. Others are the author's own. */
export const contextKeys: readonly ContextKey[] = [
  { key: "flow_plan", type: "FlowPlan", doc: "The plan; `.context` is where changes last.", at: always },
  {
    key: "prompt_data",
    type: "dict[str, Any]",
    doc: "What prompts have collected, by field key; at prompt validation what was just typed.",
    at: { ...afterStages, "prompt-validation": "always" },
  },
  {
    key: "pending_user",
    type: "User",
    doc: "The user who is identified or enrolled.",
    at: inFlows,
  },
  {
    key: "pending_user_identifier",
    type: "str",
    doc: "What was typed in the identification stage.",
    at: afterStages,
  },
  { key: "auth_method", type: "str", doc: "How the user signed in, such as `password`.", at: afterStages },
  {
    key: "auth_method_args",
    type: "dict[str, Any]",
    doc: "Details of it, such as `mfa_devices`.",
    at: afterStages,
  },
  { key: "application", type: "Application", doc: "The application the user is on the way to.", at: inFlows },
  { key: "source", type: "Source", doc: "The source that started the flow.", at: inFlows },
  {
    key: "goauthentik.io/sources/connection",
    type: "UserSourceConnection",
    doc: "The user's connection to the source.",
    at: inFlows,
  },
  { key: "is_sso", type: "bool", doc: "Did a source start the flow?", at: inFlows },
  { key: "redirect", type: "str", doc: "Where the flow ends.", at: inFlows },
  { key: "is_restored", type: "Any", doc: "The token that the flow was resumed with.", at: inFlows },
  { key: "is_redirected", type: "Any", doc: "The flow that led here.", at: inFlows },
  { key: "outpost", type: "Any", doc: "The outpost that runs the flow.", at: inFlows },
  { key: "invitation", type: "Invitation", doc: "The invitation that was used.", at: afterStages },
  { key: "device", type: "Device", doc: "The authenticator of this flow.", at: inFlows },
  {
    key: "goauthentik.io/stages/authenticator_sms/sms_device",
    type: "SMSDevice",
    doc: "The device that is being set up.",
    at: afterStages,
  },
  {
    key: "goauthentik.io/stages/authenticator_validate/device_challenges",
    type: "list[Any]",
    doc: "The authenticators that the user can choose from.",
    at: afterStages,
  },
  {
    key: "goauthentik.io/stages/authenticator_validate/stages",
    type: "list[Any]",
    doc: "The stages by which a new authenticator can be set up.",
    at: afterStages,
  },
  {
    key: "goauthentik.io/stages/authenticator_validate/selected_stage",
    type: "Stage",
    doc: "The one that was chosen.",
    at: afterStages,
  },
  {
    key: "geoip",
    type: "dict[str, Any]",
    doc: "`continent`, `country`, `lat`, `long`, `city`, with such a database only.",
    at: policies,
  },
  {
    key: "asn",
    type: "dict[str, Any]",
    doc: "`asn`, `as_org`, `network`, with such a database only.",
    at: policies,
  },
];
const KEYS = new Map(contextKeys.map((entry) => [entry.key, entry]));

/** Whether `context[key]` is there at a place; undefined for keys that the table does not know. */
export function presence(key: string, place: Place): Presence | undefined {
  const { site } = placeEntry(place);
  // Where an expression is a mapping, its variables but `user` are the context.
  if (site !== "policy" && isVariable(key) && isNameAt(key, place)) return "sometimes";
  const entry = KEYS.get(key);
  return entry === undefined ? undefined : (entry.at[place] ?? "never");
}

/** The places where `context[key]` is, or can be. */
export function placesOfKey(key: string): Place[] {
  const usual = (place: Place): boolean => {
    const found = presence(key, place);
    return found === "always" || found === "sometimes";
  };
  return PLACES.map(({ place }) => place).filter(usual);
}

const SOURCES: readonly Place[] = [
  "ldap-source",
  "oauth-source",
  "saml-source",
  "kerberos-source",
  "scim-source",
  "other-source",
];
const PROVIDERS: readonly Place[] = [
  "oauth2-mapping",
  "saml-mapping",
  "scim-mapping",
  "directory-mapping",
  "radius-mapping",
  "rac-mapping",
];
const SYNCHRONISED: readonly Place[] = ["scim-mapping", "directory-mapping"];
const PROMPTS: readonly Place[] = ["prompt-placeholder", "prompt-initial-value", "prompt-choices"];

/** Names that only some places of their sites have. */
const ONLY: ReadonlyMap<string, readonly Place[]> = new Map<string, readonly Place[]>([
  ["prompt_context", PROMPTS],
  ["device", ["webhook-mapping"]],
  ["stage", ["webhook-mapping"]],
  ["notification", ["webhook-mapping"]],
  ["token", ["webhook-mapping", "oauth2-mapping"]],
  ["provider", PROVIDERS],
  ["ldap", ["ldap-source"]],
  ["dn", ["ldap-source"]],
  ["info", ["oauth-source", "other-source"]],
  ["oauth_userinfo", ["oauth-source"]],
  ["client", ["oauth-source", "other-source"]],
  ["source", SOURCES],
  ["connection", SOURCES],
  ["principal", ["kerberos-source"]],
  ["group", [...SYNCHRONISED, ...SOURCES]],
  ["group_id", SOURCES],
  ["assertion", ["saml-source"]],
  ["root", ["saml-source"]],
  ["name_id", ["saml-source"]],
  ["data", ["scim-source", "other-source"]],
  ["properties", SOURCES],
  ["packet", ["radius-mapping"]],
  ["oauth_user", SOURCES],
  ["creating", SYNCHRONISED],
  ["session_id", ["rac-mapping"]],
  ["endpoint", ["rac-mapping"]],
  ["settings", ["rac-mapping"]],
]);

/** Is the name there at the place, or can it be? */
export function isNameAt(name: string, place: Place): boolean {
  const entry = siteNames.find((one) => one.name === name);
  if (entry === undefined || !entry.sites.includes(placeEntry(place).site)) return false;
  return ONLY.get(name)?.includes(place) ?? true;
}
function isVariable(name: string): boolean {
  return ONLY.has(name);
}

/** The names at a place. `optional` ones may be missing. */
export function namesAtPlace(place: Place): SiteName[] {
  const { site } = placeEntry(place);
  return [...namesAt(site).values()]
    .filter(({ name }) => isNameAt(name, place))
    .map((entry) => {
      const { optional: _, ...sure } = entry;
      return isSure(entry, site) ? sure : entry;
    });
}
/** In a flow there always is an HTTP request, and in prompts a user. */
function isSure({ name }: SiteName, site: Site): boolean {
  if (site === "policy") return name === "http_request" || name === "ak_client_ip";
  return site === "prompt" && (name === "user" || name === "prompt_context");
}

/** The places where a name is. */
export function placesOfName(name: string): Place[] {
  return PLACES.map(({ place }) => place).filter((place) => isNameAt(name, place));
}

const GROUPS: readonly (readonly [title: string, places: readonly Place[]])[] = [
  ["policies", ["flow", "stage-plan", "stage-run", "prompt-validation"]],
  ["stage policies", ["stage-plan", "stage-run"]],
  ["expressions of prompts", PROMPTS],
  ["property mappings", [...PROVIDERS, ...SOURCES]],
  ["provider mappings", PROVIDERS],
  ["source mappings", SOURCES],
];

/** Places as a text lists them, several of a kind under one name. */
export function listPlaces(places: readonly Place[]): string {
  let left = [...places];
  const said = new Map<Place, string>();
  for (const [title, members] of GROUPS) {
    if (!members.every((member) => left.includes(member))) continue;
    left = left.filter((place) => !members.includes(place));
    said.set(members[0] as Place, title);
  }
  for (const place of left) said.set(place, placeEntry(place).title);
  const texts = PLACES.flatMap(({ place }) => said.get(place) ?? []);
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

const SITE_TITLES: Readonly<Record<Site, string>> = {
  policy: "policies",
  mapping: "property mappings",
  webhook: "webhook mappings",
  prompt: "expressions of prompts",
  expression: "plain expressions",
};

/** The sentence for a name or key that stands elsewhere only. `where` is a place, or a site where the place is not known. */
export function notAvailable(name: string, where: Place | Site, elsewhere: readonly Place[]): string {
  const title = ENTRIES.get(where as Place)?.title ?? SITE_TITLES[where as Site];
  return `'${name}' is not available at ${title}; it is at ${listPlaces(elsewhere)}`;
}

/** What to say of an exception at a site: of a NameError where the name is, if it is anywhere. */
export function errorHint(
  error: { readonly type: string; readonly message: string },
  where: Place | Site,
): string | undefined {
  if (error.type !== "NameError") return undefined;
  const name = /^name '(\w+)' is not defined/.exec(error.message)?.[1];
  return name === undefined ? undefined : nameHint(name, where);
}

/** What to say of a name that is not at a site: where it is, if it is anywhere. */
export function nameHint(name: string, where: Place | Site): string | undefined {
  const elsewhere = placesOfName(name);
  const isHere = ENTRIES.has(where as Place)
    ? isNameAt(name, where as Place)
    : namesAt(where as Site).has(name);
  return elsewhere.length === 0 || isHere ? undefined : notAvailable(name, where, elsewhere);
}
