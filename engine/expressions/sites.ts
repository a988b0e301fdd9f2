// Sites: where an expression stands decides which names it sees. The one table of them: for checks, completion and docs.
//
// Variables come from the caller (authentik's evaluators, or the embedder's context), helpers from the runtime. What the
// guest really gives is held to this table by tests/engine/expressions/sites.test.ts.

/** Where an expression stands. `mapping` is any property mapping, whatever provider or source calls it. */
export type Site = "policy" | "mapping" | "webhook" | "prompt" | "expression";
export const SITES: readonly Site[] = ["policy", "mapping", "webhook", "prompt", "expression"];

/** A name an expression can read. */
export interface SiteName {
  readonly name: string;
  readonly sites: readonly Site[];
  /** A helper's parameters in Python's notation; absent: a value. */
  readonly parameters?: string;
  /** Type of the value, or of what the helper returns, in Python's notation. */
  readonly type: string;
  readonly doc: string;
  /** The group of `Capabilities` that has to be granted. */
  readonly capability?: "models" | "http" | "dns" | "policies" | "email" | "jwt";
  /** Not there on every evaluation: reading it can be a NameError. */
  readonly optional?: true;
}

const everywhere = SITES;
const mappings: readonly Site[] = ["mapping", "webhook", "prompt", "expression"];
const policies: readonly Site[] = ["policy", "expression"];

function variables(
  sites: readonly Site[],
  rows: Readonly<Record<string, readonly [type: string, doc: string]>>,
): SiteName[] {
  return Object.entries(rows).map(([key, [type, doc]]) => {
    const name = key.replace("?", "");
    return { name, sites, type, doc, ...(key.endsWith("?") ? { optional: true as const } : {}) };
  });
}
function helper(
  signature: string,
  type: string,
  doc: string,
  more: { capability?: NonNullable<SiteName["capability"]>; sites?: readonly Site[] } = {},
): SiteName {
  const paren = signature.indexOf("(");
  const { capability, sites = everywhere } = more;
  return {
    name: signature.slice(0, paren),
    parameters: signature.slice(paren),
    sites,
    type,
    doc,
    ...(capability === undefined ? {} : { capability }),
  };
}

/** Every name but Python's built-ins. */
export const siteNames: readonly SiteName[] = [
  ...variables(everywhere, {
    request: ["PolicyRequest", "The request: `.user`, `.http_request`, `.obj`, `.context`, `.debug`."],
  }),
  ...variables(policies, {
    context: [
      "dict[str, Any]",
      "`request.context`: in a flow, a copy of the plan's context, and `flow_plan`.",
    ],
    "http_request?": ["HttpRequest", "The client's HTTP request, when there is one."],
    "ak_client_ip?": ["IPv4Address | IPv6Address", "The client's address, when there is an HTTP request."],
    ak_is_sso_flow: ["bool", "Did a source start the flow?"],
  }),
  ...variables(mappings, {
    "user?": ["User", "The user the value is made for; the pending one in prompts."],
  }),
  ...variables(["prompt", "mapping", "expression"], {
    "prompt_context?": ["dict[str, Any]", "What the flow's prompts have collected so far."],
  }),
  ...variables(["webhook", "mapping", "expression"], {
    "device?": ["SMSDevice", "The device a code is sent to: `.phone_number`, `.user`, `.token`, `.stage`."],
    "token?": ["str", "The code that is sent; in OAuth2 scope mappings the access token."],
    "stage?": ["AuthenticatorSMSStage", "The stage that sends: `.name`, `.from_number`, `.friendly_name`."],
    "notification?": ["Notification", "The notification that is sent: `.severity`, `.body`, `.event`."],
  }),
  ...variables(["mapping", "expression"], {
    "provider?": ["Provider", "The provider whose mapping this is; `.application`."],
    "ldap?": ["dict[str, Any]", "LDAP source: the entry's attributes."],
    "dn?": ["str", "LDAP source: the entry's distinguished name."],
    "info?": ["dict[str, Any]", "OAuth source: what the user info endpoint said."],
    "oauth_userinfo?": ["dict[str, Any]", "OAuth source: what the user info endpoint said."],
    "client?": ["OAuthClient", "OAuth source: its client."],
    "source?": ["Source", "The source the user comes from."],
    "connection?": ["UserSourceConnection", "The user's connection to the source."],
    "principal?": ["str", "Kerberos source: the principal."],
    "group?": ["Group", "SCIM and directory providers: the group."],
    "group_id?": ["str", "Sources: the group's identifier there."],
    "assertion?": ["Element", "SAML source: the assertion."],
    "root?": ["Element", "SAML source: the response."],
    "name_id?": ["Element", "SAML source: the subject's name."],
    "data?": ["dict[str, Any]", "SCIM source: what was sent."],
    "properties?": ["dict[str, Any]", "Sources: the properties collected so far."],
    "packet?": ["Packet", "RADIUS provider: the answer."],
    "oauth_user?": ["User", "Telegram and other sources: the user there."],
    "creating?": ["bool", "Directory providers: is the object being created?"],
    "session_id?": ["str", "RAC provider: the session."],
    "endpoint?": ["Endpoint", "RAC provider: the endpoint."],
    "settings?": ["dict[str, Any]", "RAC provider: the connection's settings so far."],
  }),
  helper("ak_message(message)", "None", "Shows the user a text with the policy's result.", {
    sites: policies,
  }),
  helper("regex_match(value, regex)", "bool", "Is the pattern found anywhere in the value?"),
  helper(
    "regex_replace(value, regex, repl)",
    "str",
    "The value with every match replaced; `repl` is Python's template.",
  ),
  helper(
    "list_flatten(value)",
    "Any",
    "The first item of a list, None of an empty one; anything else unchanged.",
  ),
  helper(
    "slugify(value, allow_unicode=False)",
    "str",
    "Django's slugify: lower-case letters, digits, `-` and `_`.",
  ),
  helper("ip_address(address)", "IPv4Address | IPv6Address", "The address; ValueError where it is none."),
  helper(
    "ip_network(address, strict=True)",
    "IPv4Network | IPv6Network",
    "The network; ValueError where it is none.",
  ),
  helper("resolve_dns(host, ip_version=None)", "list[str]", "A host's addresses, of version 4, 6 or both.", {
    capability: "dns",
  }),
  helper("reverse_dns(ip_addr)", "str", "The host name of an address, or the address.", {
    capability: "dns",
  }),
  helper(
    "ak_is_group_member(user, **group_filters)",
    "bool",
    "Does a group of the user's, or one above it, match all filters?",
  ),
  helper("ak_user_by(**filters)", "User | None", "The first user that matches all filters.", {
    capability: "models",
  }),
  helper(
    "ak_user_has_authenticator(user, device_type=None)",
    "bool",
    "Has the user a confirmed authenticator (of that type)?",
    { capability: "models" },
  ),
  helper(
    "ak_call_policy(name, **kwargs)",
    "PolicyResult",
    "Runs another policy: `.passing`, `.messages`, `.raw_result`. The result itself is always true.",
    { capability: "policies" },
  ),
  helper(
    "ak_create_event(action, **kwargs)",
    "None",
    "Records an event `custom_<action>` with the context and these details.",
  ),
  helper(
    "ak_create_jwt(user, provider, scopes, validity='seconds=60')",
    "str | None",
    "An access token of an OAuth2 provider.",
    { capability: "jwt" },
  ),
  helper(
    "ak_create_jwt_raw(provider, validity='seconds=60', **kwargs)",
    "str | None",
    "A token with these claims, signed by an OAuth2 provider.",
    { capability: "jwt" },
  ),
  helper(
    "ak_send_email(address, subject, body=None, stage=None, template=None, context=None, cc=None, bcc=None)",
    "bool",
    "Sends a mail: `body` or `template`. True when it was taken.",
    { capability: "email" },
  ),
  {
    name: "requests",
    sites: everywhere,
    type: "Session",
    doc: "An HTTP session: `get`, `post`, `put`, `patch`, `delete`, `head`, `request`.",
    capability: "http",
  },
  {
    name: "ak_logger",
    sites: everywhere,
    type: "BoundLogger",
    doc: "A logger: `debug`, `info`, `warning`, `error`, each with an event and keywords.",
  },
  {
    name: "SkipObject",
    sites: ["mapping", "expression"],
    type: "type[Exception]",
    doc: "Raised in a synchronisation's mapping to leave the object out.",
  },
];

/** The names an expression sees at a site. */
export function namesAt(site: Site): ReadonlyMap<string, SiteName> {
  return new Map(siteNames.filter(({ sites }) => sites.includes(site)).map((entry) => [entry.name, entry]));
}
