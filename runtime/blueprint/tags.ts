// The names of the YAML tags that a blueprint may use.

/** Every tag. */
export const TAGS: ReadonlySet<string> = new Set([
  "!KeyOf",
  "!Find",
  "!FindObject",
  "!Context",
  "!Env",
  "!File",
  "!Format",
  "!If",
  "!Condition",
  "!Enumerate",
  "!Index",
  "!Value",
  "!AtIndex",
  "!ParseJSON",
]);
