// The workloads as one would write them by hand in JavaScript: the same answers, no sandbox's rules to keep.
//
// What a JavaScript author would write who knows the data: no precomputed answers, no tricks, no checks that the
// Python text does not ask for either. Runs inside the isolate, so it imports nothing.

/** Contexts are JSON of a known shape here, as they are to an author. */
// biome-ignore lint/suspicious/noExplicitAny: the author of a JavaScript policy would have no types either
type Data = any;
type Say = (message: string) => void;
/** One program: its value for a context; `say` is `ak_message`. */
export type Plain = (context: Data, say: Say) => unknown;

function phoneRegion({ request }: Data, say: Say): boolean {
  const phone: string = request.context.prompt_data.phone.replace(/\s+/g, "");
  if (phone.startsWith("+1234")) return true;
  say("Invalid phone number or missing region code");
  return false;
}

const COLOURS: Record<string, string> = { notice: "#4caf50", warning: "#ff9800", alert: "#f44336" };

/** A value of JSON as Python's `str()` has it: the context holds no floats and no containers. */
function text(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

function webhook({ notification }: Data): unknown {
  const { event, severity } = notification;
  const entries = Object.entries<string | number | boolean | null>(event.context);
  const fields = [];
  for (const [key, value] of entries) {
    if (value === null) continue;
    const shown = text(value);
    fields.push({ title: key.replaceAll("_", " ").toUpperCase(), value: shown, short: shown.length < 24 });
  }
  return {
    username: `authentik (${event.app})`,
    text: `[${severity.toUpperCase().padStart(8)}] ${notification.body}`,
    attachments: [
      {
        author_name: `${event.user.username} <${event.user.email}>`,
        color: COLOURS[severity] ?? "#9e9e9e",
        title: `${event.action} from ${event.client_ip}`,
        fields,
        footer: `${fields.length} of ${entries.length} fields, id ${event.pk.padStart(12, "0")}`,
      },
    ],
  };
}

interface Group {
  readonly pk: number;
  readonly name: string;
  readonly attributes?: { readonly active?: boolean; readonly role?: string; readonly quota?: number };
}

function claims({ user, groups }: { user: { username: string }; groups: Group[] }): unknown {
  const prefix = "app-";
  const active = groups.filter((group) => group.attributes?.active ?? true);
  const names = active.map((group) => group.name.toLowerCase()).sort();
  const roles: Record<string, string[]> = {};
  for (const group of active) {
    const role = (group.attributes?.role ?? "member").trim().toUpperCase();
    roles[role] ??= [];
    roles[role].push(group.name);
  }
  return {
    preferred_username: user.username.toLowerCase(),
    groups: names,
    apps: names
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).replaceAll("-", "_")),
    roles: Object.fromEntries(
      Object.keys(roles)
        .sort()
        .map((role) => [role, roles[role].sort()]),
    ),
    is_admin: names.some((name) => name.endsWith("-admins")),
    all_named: groups.every((group) => Boolean(group.name)),
    quota: active.reduce((sum, group) => sum + (group.attributes?.quota ?? 0), 0),
    first: active.toSorted((a, b) => b.pk - a.pk || (a.name < b.name ? -1 : 1))[0].name,
  };
}

function counting(): unknown {
  let total = 0;
  const counts = new Map<string, number>();
  let line = "";
  const lines: string[] = [];
  for (let number = 0; number < 100_000; number += 1) {
    total = (total * 31 + number) % 1_000_003;
    const key = `k${total % 97}`;
    counts.set(key, (counts.get(key) ?? 0) + Math.floor(total / 7));
    line += key;
    if (line.length > 60) {
      lines.push(line);
      line = "";
    }
  }
  return { total, lines: lines.length, last: lines.at(-1), counts: Object.fromEntries(counts) };
}

function emailDomain({ request }: Data, say: Say): boolean {
  const [local, domain] = request.user.email.toLowerCase().split("@", 2) as [string, string?];
  if (domain !== "example.org" && domain !== "example.com") {
    say("Please use your work address.");
    return false;
  }
  if (local.length < 3) {
    say(`${local} is too short`);
    return false;
  }
  return true;
}

function usernamePattern({ request }: Data, say: Say): boolean {
  if (/^[a-z][a-z0-9._-]{2,31}$/.test(request.user.username)) return true;
  say(`${request.user.username} is not a name we accept`);
  return false;
}

function country({ request }: Data): boolean {
  const { geoip, asn } = request.context;
  if (!geoip || [64512, 64513].includes(asn?.asn)) return false;
  return ["DE", "AT", "CH"].includes(geoip.country) && geoip.continent === "EU";
}

function department({ request }: Data): boolean {
  const name = (request.user.attributes.department ?? "none").toLowerCase();
  return ["sales", "support", "engineering"].includes(name) && request.user.is_active;
}

function authMethod({ request }: Data, say: Say): boolean {
  const { context } = request;
  if (["app_password", "token"].includes(context.auth_method)) {
    say("Sign in with a password or a key.");
    return false;
  }
  return Boolean(context.auth_method_args?.known_device || !context.is_new_device);
}

function userAgent({ request }: Data): boolean {
  const agent: string = (request.http_request.META.HTTP_USER_AGENT ?? "").toLowerCase();
  return !["bot", "crawler", "spider", "curl", "wget"].some((word) => agent.includes(word));
}

function reservedName({ request }: Data, say: Say): boolean {
  const name: string = request.context.prompt_data.username.trim().toLowerCase();
  if (["root", "admin", "administrator", "postmaster"].includes(name) || name.startsWith("svc-")) {
    say(`The name ${name} is reserved.`);
    return false;
  }
  return true;
}

function groupMember({ request }: Data): boolean {
  const groups: { name: string; active?: boolean }[] = request.context.groups ?? [];
  return groups.some((group) => group.name.startsWith("staff") && group.active === true);
}

function locale({ request }: Data, say: Say): boolean {
  const [language, region] = (request.context.prompt_data.locale ?? "en").replaceAll("_", "-").split("-", 2);
  if (!["de", "en", "fr"].includes(language)) say(`No help is available in ${language}-${region || "?"}.`);
  return true;
}

/** By the name of the Python text. */
export const plain: Readonly<Record<string, Plain>> = {
  "phone-region": phoneRegion,
  webhook,
  claims,
  counting,
  "email-domain": emailDomain,
  "username-pattern": usernamePattern,
  country,
  department,
  "auth-method": authMethod,
  "user-agent": userAgent,
  "reserved-name": reservedName,
  "group-member": groupMember,
  locale,
};
