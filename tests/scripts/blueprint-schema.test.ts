// The published JSON Schema of blueprints: made of the models, taking what we load, refusing what is surely wrong.
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  mapTag,
  seqTag,
  strTag,
} from "js-yaml";
import { expect, test } from "vitest";
import { TAGS } from "../../runtime/blueprint/tags.ts";
import { blueprintJsonSchema } from "../../scripts/blueprint-schema.ts";

const published = readFileSync(new URL("../../schemas/blueprint.schema.json", import.meta.url), "utf8");
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(published));
/** A file as an editor's YAML server sees it: tags are looked through. */
const schema = CORE_SCHEMA.withTags(
  defineScalarTag("!", { ...strTag, matchByTagPrefix: true }),
  defineSequenceTag("!", { ...seqTag, matchByTagPrefix: true }),
  defineMappingTag("!", { ...mapTag, matchByTagPrefix: true }),
);
const faults = (text: string): string[] => {
  validate(load(text, { schema }));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

test("the published schema is up to date; `node scripts/schemas.ts` writes it", () => {
  expect(published === blueprintJsonSchema()).toBe(true);
});

const folder = new URL("../../fixtures/blueprints/", import.meta.url);
test.each(readdirSync(folder))("%s is a blueprint", (file) => {
  expect(faults(readFileSync(new URL(file, folder), "utf8"))).toEqual([]);
});

test.each([...TAGS])("%s may stand where a value stands", (tag) => {
  const value = ["!Find", "!FindObject", "!Format", "!If", "!Condition", "!Enumerate", "!AtIndex"].includes(
    tag,
  )
    ? `${tag} [a, [b, c]]`
    : `${tag} a`;
  const text = `version: 1
entries:
  - model: authentik_stages_prompt.prompt
    state: ${value}
    identifiers: { pk: ${value}, name: ${value} }
    attrs: { type: ${value}, required: ${value}, order: ${value}, label: ${value} }
  - model: authentik_policies.policybinding
    identifiers: { target: ${value}, policy: ${value}, user: ${value} }
  - model: authentik_stages_prompt.promptstage
    attrs: { fields: ${value}, validation_policies: [${value}] }
  - model: authentik_core.user
    attrs: { attributes: ${value} }
`;
  expect(faults(text)).toEqual([]);
});

const entry = (text: string): string => `version: 1\nentries:\n  - ${text}\n`;
test.each([
  ["no version", "entries: []", " must have required property 'version'"],
  ["another version", "version: 2\nentries: []", "/version must be equal to constant"],
  ["no entries", "version: 1", " must have required property 'entries'"],
  ["an unknown key", "version: 1\nentries: []\nentrys: []", " must NOT have additional properties"],
  ["no model", entry("{ attrs: {} }"), "/entries/0 must have required property 'model'"],
  [
    "an unknown model",
    entry("{ model: authentik_core.usr }"),
    "/entries/0/model must be equal to one of the allowed values",
  ],
  [
    "a field that the model has not",
    entry("{ model: authentik_stages_prompt.prompt, attrs: { lable: x } }"),
    "/entries/0/attrs must NOT have additional properties",
  ],
  [
    "an identifier that the model has not",
    entry("{ model: authentik_flows.flow, identifiers: { slgu: x } }"),
    "/entries/0/identifiers must NOT have additional properties",
  ],
  [
    "an object for a flag",
    entry("{ model: authentik_stages_prompt.prompt, attrs: { required: { a: 1 } } }"),
    "/entries/0/attrs/required must be boolean",
  ],
  [
    "a number for a choice",
    entry("{ model: authentik_stages_prompt.prompt, attrs: { type: 3 } }"),
    "/entries/0/attrs/type must be equal to one of the allowed values",
  ],
  [
    "a whole number out of range",
    entry("{ model: authentik_policies.policybinding, attrs: { timeout: -1 } }"),
    "/entries/0/attrs/timeout must be >= 0",
  ],
  [
    "null where there is none",
    entry("{ model: authentik_policies.policybinding, attrs: { negate: null } }"),
    "/entries/0/attrs/negate must be boolean",
  ],
])("refused: %s", (_what, text, fault) => {
  expect(faults(text)).toContain(fault);
});
