// Keys of a context, and variables of mappings, whose objects are rows of a model in authentik; used on both sides of the sandbox.

/** The model of each. */
export const MODEL_KEYS: ReadonlyMap<string, string> = new Map<string, string>([
  ["source", "authentik_core.source"],
  ["goauthentik.io/sources/connection", "authentik_sources_oauth.useroauthsourceconnection"],
  ["application", "authentik_core.application"],
  ["invitation", "authentik_stages_invitation.invitation"],
  ["event", "authentik_events.event"],
  ["notification", "authentik_events.notification"],
  ["provider", "authentik_providers_oauth2.oauth2provider"],
  ["group", "authentik_core.group"],
]);

/** Keys that are names of variables as they stand; others become names as authentik makes them. */
export const PLAIN_NAME: RegExp = /^[a-z0-9](?:[a-z0-9_]*[a-z0-9])?$/;
