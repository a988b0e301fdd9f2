// fast-check arbitraries of what policies see: users, HTTP requests, the answers to a prompt, and all of it as a context.
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { phoneNumber } from "./phone.ts";

/** A field of a prompt, named as in authentik's model; a row of the store's prompts is one. */
export interface PromptField {
  /** The key in `prompt_data`. */
  readonly field_key: string;
  /** authentik's type of the prompt: `text`, `email`, `checkbox` … Default `text`. */
  readonly type?: string;
  /** Default true. */
  readonly required?: boolean;
  /** Where a dropdown or radio group takes its values from. */
  readonly choices?: readonly JsonValue[];
}

const word = fc.string({
  unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"),
  minLength: 1,
  maxLength: 8,
});
const text: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: word, weight: 3 },
  {
    arbitrary: fc.constantFrom("", " ", "Marie Example", "O'Neil", "ÅSA", "İstanbul", "ﬁ", "0", "None"),
    weight: 2,
  },
  { arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }), weight: 1 },
);
const email: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(word, word).map(([name, domain]) => `${name}@${domain}.example`),
  fc.tuple(word, word).map(([name, tag]) => `${name}+${tag}@EXAMPLE.com`),
);
const address: fc.Arbitrary<string> = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom("127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1"),
);
const blank: fc.Arbitrary<string> = fc.constant("");
/** A moment of the years 1970 to 2100 as ISO text in UTC: `2026-01-31T12:00:00.000Z`. */
export function moment(): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString());
}

/** What the stage keeps for a field of that kind; undefined: nothing. */
function fieldValue({
  field_key,
  type = "text",
  required = true,
  choices = [],
}: PromptField): fc.Arbitrary<JsonValue> | undefined {
  const optional = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    required ? value : fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: blank, weight: 1 });
  switch (type) {
    case "alert_info":
    case "alert_warning":
    case "alert_danger":
    case "separator":
      return undefined;
    case "checkbox":
      return fc.boolean();
    case "number":
      return fc.oneof(fc.constantFrom(0, 1, -1), fc.integer());
    case "date":
      return moment().map((text) => text.slice(0, 10));
    case "date-time":
      return moment();
    case "email":
      return optional(email);
    case "dropdown":
    case "radio-button-group":
      return choices.length === 0 ? text : fc.constantFrom(...choices);
    case "file":
      return word.map((name) => `data:text/plain;base64,${Buffer.from(name).toString("base64")}`);
    case "username":
    case "password":
      return text.map((value) => value.trim() || "x");
    default: {
      const value = /phone|mobile|tel(?!l)/i.test(field_key) ? phoneNumber() : text;
      // The stage does not trim a text, and takes an empty one only where the field is optional.
      return optional(value.map((given) => (given === "" ? "x" : given)));
    }
  }
}

/**
 * What a prompt stage leaves in `prompt_data` for its fields: a value of each field's type, as the stage checks it. A key is missing
 * only where the stage can leave it out.
 */
export function promptData(stage: { readonly fields: readonly PromptField[] }): fc.Arbitrary<JsonObject> {
  const values: Record<string, fc.Arbitrary<JsonValue>> = {};
  const always: string[] = [];
  for (const field of stage.fields) {
    const value = fieldValue(field);
    if (value === undefined) continue;
    values[field.field_key] = value;
    if (field.required !== false && field.type !== "checkbox") always.push(field.field_key);
  }
  return fc.record(values, { requiredKeys: always, noNullPrototype: true }) as fc.Arbitrary<JsonObject>;
}

/** A user as expressions see them (`request.user`), with groups and attributes. */
export function user(): fc.Arbitrary<JsonObject> {
  const group = fc.record(
    {
      pk: fc.uuid(),
      name: fc.oneof(fc.constantFrom("authentik Admins", "staff"), text),
      is_superuser: fc.boolean(),
      attributes: attributes(),
      parents: fc.constant([] as JsonValue[]),
    },
    { noNullPrototype: true },
  );
  return fc
    .record(
      {
        pk: fc.integer({ min: 1, max: 100_000 }),
        uuid: fc.uuid(),
        username: fc.oneof(word, email),
        name: text,
        email: fc.oneof({ arbitrary: email, weight: 4 }, { arbitrary: blank, weight: 1 }),
        is_active: fc.boolean(),
        path: fc.constantFrom("users", "users/staff", "goauthentik.io/sources/ldap"),
        type: fc.constantFrom("internal", "external", "service_account", "internal_service_account"),
        attributes: attributes(),
        groups: fc.array(group, { maxLength: 3 }),
        date_joined: moment(),
        password_change_date: moment(),
        last_login: fc.option(moment()),
      },
      { noNullPrototype: true },
    )
    .map((each) => ({
      ...each,
      is_superuser: each.groups.some(({ is_superuser }) => is_superuser),
      is_authenticated: true,
      is_anonymous: false,
    }));
}

function attributes(): fc.Arbitrary<JsonObject> {
  const value = fc.oneof(text, phoneNumber(), fc.boolean(), fc.integer(), fc.constant(null));
  return fc.dictionary(fc.oneof(fc.constantFrom("phone", "locale", "settings"), word), value, {
    maxKeys: 3,
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonObject>;
}

/** The HTTP request as expressions see it (`request.http_request`): its client's address, headers, query and form. */
export function httpRequest(): fc.Arbitrary<JsonObject> {
  const form = fc.dictionary(word, text, { maxKeys: 3, noNullPrototype: true });
  return fc
    .record({
      method: fc.constantFrom("GET", "POST"),
      path: fc.constantFrom("/", "/api/v3/flows/executor/default-authentication-flow/", "/if/flow/enroll/"),
      host: fc.constantFrom("sso.example.com", "localhost:9000"),
      agent: fc.constantFrom("Mozilla/5.0", "curl/8.0", ""),
      client: address,
      query: form,
      sent: form,
      title: text,
    })
    .map(({ method, path, host, agent, client, query, sent, title }) => ({
      method,
      path,
      host,
      META: { REMOTE_ADDR: client, REQUEST_METHOD: method, HTTP_HOST: host, HTTP_USER_AGENT: agent },
      headers: { Host: host, "User-Agent": agent },
      GET: query,
      POST: method === "POST" ? sent : {},
      COOKIES: {},
      brand: { branding_title: title },
    }));
}

/**
 * A whole context of a policy: `{request: {user, context: {prompt_data}, http_request}}`. Some have nobody, or no HTTP request.
 *
 * @param options.stage whose answers `prompt_data` holds; without one, `prompt_data` has what a phone enrolment asks for
 */
export function policyContext(
  options: { readonly stage?: { readonly fields: readonly PromptField[] } } = {},
): fc.Arbitrary<JsonObject> {
  const {
    stage = { fields: [{ field_key: "phone" }, { field_key: "email", type: "email", required: false }] },
  } = options;
  return fc
    .record({
      user: fc.option(user(), { freq: 8 }),
      http: fc.option(httpRequest(), { freq: 8 }),
      prompt_data: promptData(stage),
      is_sso: fc.option(fc.boolean(), { freq: 2 }),
    })
    .map(({ user, http, prompt_data, is_sso }) => ({
      request: {
        user,
        ...(http === null ? {} : { http_request: http }),
        context: { prompt_data, ...(is_sso === null ? {} : { is_sso }) },
      },
    }));
}
