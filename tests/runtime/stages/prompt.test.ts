// The prompt stage: what it shows, what it takes, what it stores.
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../engine/types.ts";
import { COMPONENT, form, type PromptFields } from "./prompt-form.ts";
import { nonField } from "./sms-installation.ts";

test("the challenge has every field in its order, with all nine keys", async () => {
  const { flow } = await form([
    {
      field_key: "b",
      type: "text",
      order: 2,
      placeholder: "P",
      initial_value: "I",
      sub_text: "S",
      required: false,
    },
    { field_key: "a", type: "number", order: 1 },
  ]);
  expect(flow.challenge).toMatchObject({
    component: "ak-stage-prompt",
    flow_info: { title: "Title of form" },
  });
  expect(flow.challenge.fields).toEqual([
    {
      field_key: "a",
      label: "Label 1",
      type: "number",
      required: true,
      placeholder: "",
      initial_value: "",
      order: 1,
      sub_text: "",
      choices: null,
    },
    {
      field_key: "b",
      label: "Label 0",
      type: "text",
      required: false,
      placeholder: "P",
      initial_value: "I",
      order: 2,
      sub_text: "S",
      choices: null,
    },
  ]);
});

const CHOICES = { placeholder: "choices", placeholder_expression: true };
const required = { string: "This field is required.", code: "required" };
const half = {
  string: "Surrogate characters are not allowed: U+D83D.",
  code: "surrogate_characters_not_allowed",
};
const blank = { string: "This field may not be blank.", code: "blank" };
const isNull = { string: "This field may not be null.", code: "null" };
const notText = { string: "Not a valid string.", code: "invalid" };
const noInteger = { string: "A valid integer is required.", code: "invalid" };
const noBoolean = { string: "Must be a valid boolean.", code: "invalid" };
const noEmail = { string: "Enter a valid email address.", code: "invalid" };

describe("what a field takes", () => {
  const cases: readonly [
    type: PromptFields["type"],
    fields: Partial<PromptFields>,
    input: JsonValue,
    stored: JsonValue,
  ][] = [
    ["text", {}, "  as it is ", "  as it is "],
    ["text", {}, 12, "12"],
    ["text", { required: false }, "", ""],
    ["text_area", {}, "a\nb", "a\nb"],
    ["username", {}, " new ", "new"],
    ["username", {}, "marie", "marie"],
    ["email", {}, "a@example.com", "a@example.com"],
    ["email", { required: false }, "", ""],
    ["password", {}, " pass ", "pass"],
    ["number", {}, "12", 12],
    ["number", {}, "12.0", 12],
    ["number", {}, -3, -3],
    ["checkbox", {}, "on", true],
    ["checkbox", {}, false, false],
    ["checkbox", {}, 1, true],
    ["date", {}, "2026-03-01", "2026-03-01"],
    ["date", {}, "2026-3-1", "2026-03-01"],
    ["date-time", {}, "2026-03-01T12:00", "2026-03-01T12:00:00+00:00"],
    ["date-time", {}, "2026-03-01 12:00:01.5-0230", "2026-03-01T12:00:01.500000-02:30"],
    ["file", {}, "data:text/plain;base64,not really", "data:text/plain;base64,not really"],
    ["separator", {}, "text", "text"],
    ["ak-locale", {}, "", ""],
    ["ak-locale", {}, "de", "de"],
    ["dropdown", CHOICES, "b", "b"],
    ["dropdown", CHOICES, "3", 3],
    ["radio-button-group", CHOICES, "True", true],
  ];
  test.each(cases)("%s %j takes %j as %j", async (type, fields, input, stored) => {
    const { flow, data } = await form([{ field_key: "f", type, ...fields }], {
      expressions: { choices: () => ["a", "b", 3, true, { value: "v", label: "L" }] },
    });
    await flow.respond({ f: input });
    expect(flow.challenge.component).toBe("ak-stage-dummy");
    expect(flow.status).toBe(302);
    expect(await data()).toEqual({ ...COMPONENT, f: stored });
  });
});

describe("what a field refuses", () => {
  const cases: readonly [
    type: PromptFields["type"],
    fields: Partial<PromptFields>,
    input: JsonValue | undefined,
    error: object,
  ][] = [
    ["text", {}, undefined, required],
    ["text", {}, "", blank],
    ["text", {}, null, isNull],
    ["text", {}, ["a"], notText],
    ["text", {}, true, notText],
    ["username", { required: false }, "", blank],
    ["username", {}, "paul", { string: "Username is already taken.", code: "invalid" }],
    ["email", {}, "nobody", noEmail],
    ["email", {}, "a@b", noEmail],
    ["email", {}, "", blank],
    ["password", {}, "  ", blank],
    ["password", {}, "half \ud83d", half],
    ["number", {}, "1.5", noInteger],
    ["number", {}, "", noInteger],
    ["number", {}, true, noInteger],
    ["number", {}, "x".repeat(1001), { string: "String value too large.", code: "max_string_length" }],
    ["checkbox", {}, "perhaps", noBoolean],
    ["checkbox", {}, null, isNull],
    ["date", {}, "2026-02-30", expect.objectContaining({ code: "invalid" })],
    ["date", {}, "2026-03-01T10:00", expect.objectContaining({ code: "invalid" })],
    ["date-time", {}, "2026-03-01", expect.objectContaining({ code: "invalid" })],
    ["date-time", {}, "2026-03-01T25:00", expect.objectContaining({ code: "invalid" })],
    ["file", {}, "https://example.com/x", { string: "Invalid scheme", code: "invalid" }],
    ["file", {}, "data:text/plain,x", { string: "Invalid encoding", code: "invalid" }],
    ["dropdown", CHOICES, "x", { string: '"x" is not a valid choice.', code: "invalid_choice" }],
    [
      "dropdown",
      { ...CHOICES, required: false },
      "",
      { string: '"" is not a valid choice.', code: "invalid_choice" },
    ],
  ];
  test.each(cases)("%s %j refuses %j", async (type, fields, input, error) => {
    const { flow } = await form([{ field_key: "f", type, ...fields }], {
      expressions: { choices: () => ["", "a"].slice(1) },
    });
    if (type === "dropdown") expect(flow.challenge.fields).toMatchObject([{ initial_value: "a" }]);
    const challenge = await flow.respond(input === undefined ? {} : { f: input });
    expect(challenge.component).toBe("ak-stage-prompt");
    expect(challenge.response_errors).toEqual({ f: [error] });
  });
});

test("every field's error is reported, and then nothing else is checked", async () => {
  const { at, flow } = await form(
    [
      { field_key: "a", type: "text" },
      { field_key: "b", type: "number" },
      { field_key: "c", type: "text" },
    ],
    { policies: ["never asked"] },
  );
  const challenge = await flow.respond({ b: "x", c: "fine" });
  expect(challenge.response_errors).toEqual({ a: [required], b: [noInteger] });
  expect(challenge.fields).toMatchObject([{ initial_value: "" }, {}, { initial_value: "" }]);
  expect(at.engine.calls).toEqual([]);
});

test("an unticked checkbox is absent in JSON and false in a form", async () => {
  const json = await form([{ field_key: "f", type: "checkbox" }]);
  await json.flow.respond({});
  expect(await json.data()).toEqual(COMPONENT);
  const html = await form([{ field_key: "f", type: "checkbox" }]);
  const request = { method: "POST", response: { data: {}, form: true } } as const;
  await html.at.runtime.executor.request(html.flow.session as string, request);
  expect(await html.data()).toEqual({ ...COMPONENT, f: false });
});

test("a required field with an initial value may be left out, but not sent empty", async () => {
  const { flow, data } = await form([{ field_key: "f", type: "text", initial_value: "I" }]);
  expect((await flow.respond({ f: "" })).response_errors).toEqual({ f: [blank] });
  await flow.respond({});
  expect(await data()).toEqual({ ...COMPONENT, f: "I" });
});

test("hidden, static and read-only fields take nothing from the client; alerts store nothing", async () => {
  const { flow, data } = await form(
    [
      { field_key: "known", type: "hidden", initial_value: "initial" },
      { field_key: "hidden", type: "hidden", placeholder: "placeholder" },
      { field_key: "static", type: "static", initial_value: "initial" },
      { field_key: "ro", type: "text_read_only", initial_value: "initial" },
      { field_key: "empty", type: "text_area_read_only" },
      { field_key: "alert", type: "alert_warning", initial_value: "careful" },
    ],
    { context: { prompt_data: { known: "from the context" } } },
  );
  await flow.respond({ known: "x", hidden: "x", static: "x", ro: "x", empty: "x", alert: "x", unknown: "x" });
  expect(await data()).toEqual({
    ...COMPONENT,
    known: "from the context",
    hidden: "placeholder",
    static: "initial",
    ro: "initial",
    empty: "",
  });
});

test("two password fields must be the same", async () => {
  const { flow, data } = await form([
    { field_key: "one", type: "password", order: 0 },
    { field_key: "two", type: "password", order: 1 },
  ]);
  expect((await flow.respond({ one: "a", two: "b" })).response_errors).toEqual(
    nonField("Passwords don't match."),
  );
  await flow.respond({ one: "a", two: "a" });
  expect(await data()).toEqual({ ...COMPONENT, one: "a", two: "a" });
});
