// What authors import in authentik that an expression here cannot have, and what to use instead.
import { advice } from "../python/module.ts";

const STORE = "queries and writes go through the models, User.objects for example";
const ADVICE: { readonly [name: string]: string } = {
  "django.core.cache":
    "nothing is kept between evaluations; keep values in the flow's context or in a user's attributes",
  "django.core.mail": "use ak_send_email",
  "django.db.transaction": STORE,
  "django.db.connection": STORE,
  "django.db.connections": STORE,
  "django.db.models.F": "read the value first, then save it",
  "django.db.models.Count": "use .count()",
  "django.db.models.functions": "read the values and compute in Python",
  "django.http.HttpRequest": "the request at hand is http_request",
  "django.http.HttpResponse":
    "an expression answers with its value; a policy redirects with context['flow_plan'].redirect(url)",
  "django.http.HttpResponseRedirect": "a policy redirects with context['flow_plan'].redirect(url)",
  "django.http.JsonResponse": "an expression answers with its value",
  "django.shortcuts":
    "an expression answers with its value; a policy redirects with context['flow_plan'].redirect(url)",
  "django.urls": "write the path itself",
  "django.conf": "settings are the embedder's; put what expressions need into a brand's or user's attributes",
  "django.contrib": "users and groups are in authentik.core.models",
  "django.template": "use an f-string, or ak_send_email with a template",
  "authentik.lib.config":
    "settings are the embedder's; put what expressions need into a brand's or user's attributes",
  "authentik.core.api": "there is no cache of applications to clear",
  "authentik.enterprise":
    "authentik's enterprise texts are not part of Postern; write the text in the expression",
  "authentik.tenants.utils": "there is one tenant; write its address in the expression",
  "authentik.flows.planner": "the plan is context['flow_plan']",
  "authentik.policies.engine": "use ak_call_policy",
  "authentik.stages.email": "use ak_send_email",
  "django.core.validators.URLValidator": "take the address apart with urllib.parse",
  "django.utils.html.strip_tags": "use re.sub to take tags out",
  "django.http": "an expression gets the request as http_request and answers with its value",
  boto3: "use requests; what it keeps must be reached over HTTP",
  botocore: "use requests; what it keeps must be reached over HTTP",
  msgraph: "use requests with Microsoft Graph's HTTP interface",
  dns: "use resolve_dns and reverse_dns",
  jwt: "use ak_create_jwt to make tokens",
  ldap3: "LDAP is not reachable from an expression; use a source of the embedder",
  ldap: "LDAP is not reachable from an expression; use a source of the embedder",
  httpx: "use requests",
  aiohttp: "use requests",
  structlog: "use ak_logger",
  logging: "use ak_logger",
  yaml: "use json",
  bs4: "use re",
  codecs: "use str.encode() and bytes.decode()",
  csv: "use str.split() and str.join()",
  pprint: "use json.dumps(value, indent=2)",
  smtplib: "use ak_send_email",
  "email.message": "use ak_send_email",
  "email.mime": "use ak_send_email",
  urllib3: "use requests",
  "urllib.robotparser": "use requests",
  xml: "use re, or ask for JSON",
  warnings: "use ak_logger",
};
for (const [name, text] of Object.entries(ADVICE)) advice.set(name, text);
