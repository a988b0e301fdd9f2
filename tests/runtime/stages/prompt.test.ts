// The prompt stage: what it shows, what it takes, what it stores.
import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import type { Execution, NewRow } from "../../../runtime/index.ts";
import { type Loose, PythonError } from "../flow/fake-engine.ts";
import { type Installation, install } from "../flow/harness.ts";
import { nonField } from "./sms-installation.ts";

type PromptFields = Omit<NewRow<"authentik_stages_prompt.prompt">, "name" | "label"> & { label?: string };

interface Form {
  readonly at: Installation;
  readonly flow: Execution;
  /** What is kept of the form when it was accepted. */
  data(): Promise<unknown>;
}

/** A flow with a form of these fields, and a dummy stage after it so that the plan stays. */
async function form(
  fields: readonly PromptFields[],
  options: Parameters<typeof install>[0] & {
    context?: JsonObject;
    policies?: readonly string[];
  } = {},
): Promise<Form> {
  const at = await install(options);
  await at.add("authentik_core.user", { username: "marie" });
  await at.add("authentik_core.user", { username: "paul" });
  const prompts = [];
  for (const [index, field] of fields.entries()) {
    const row = { name: `prompt-${index}`, label: `Label ${index}`, ...field };
    prompts.push((await at.add("authentik_stages_prompt.prompt", row)).pk);
  }
  const policies = [];
  for (const source of options.policies ?? []) policies.push((await at.policy(source)).pk);
  const stage = await at.add("authentik_stages_prompt.promptstage", {
    name: "form",
    fields: prompts,
    validation_policies: policies,
  });
  const dummy = await at.add("authentik_stages_dummy.dummystage", { name: "after" });
  await at.flow("form", [stage, dummy]);
  const flow = await at.runtime.flow("form").start({ user: "marie", context: options.context ?? {} });
  const data = async () => {
    const [session] = await at.rows("postern.flowsession");
    return (session.data as Loose).plan.context.prompt_data;
  };
  return { at, flow, data };
}

const COMPONENT = { component: "ak-stage-prompt" };

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

describe("expressions", () => {
  test("see user, request and prompt_context; the context wins over an initial value, not over a placeholder", async () => {
    const { at, flow } = await form(
      [
        {
          field_key: "f",
          type: "text",
          placeholder: "p",
          placeholder_expression: true,
          initial_value: "i",
          initial_value_expression: true,
        },
      ],
      {
        context: { prompt_data: { f: "typed", other: 1 } },
        expressions: {
          p: ({ prompt_context, user }) => `${user.username} ${prompt_context.other}`,
          i: () => "never",
        },
      },
    );
    expect(flow.challenge.fields).toMatchObject([{ placeholder: "marie 1", initial_value: "typed" }]);
    const [call] = at.engine.calls;
    expect(call.variables.request).toMatchObject({
      user: { username: "marie" },
      context: { prompt_context: { other: 1 } },
    });
  });

  test("show the text of what they return", async () => {
    const texts = { none: "None", yes: "True", one: "1" };
    const fields = Object.keys(texts).map((field_key) => ({
      field_key,
      type: "text" as const,
      initial_value: field_key,
      initial_value_expression: true,
    }));
    const { flow } = await form(fields, { expressions: { none: () => null, yes: () => true, one: () => 1 } });
    const shown = (flow.challenge.fields as Loose[]).map(({ field_key, initial_value }) => [
      field_key,
      initial_value,
    ]);
    expect(Object.fromEntries(shown)).toEqual(texts);
  });

  test.each([
    ["raises", "broken"],
    ["is not Python", ";"],
  ])(
    "one that %s is shown as it stands and recorded; with the flag off it is only a text",
    async (_what, source) => {
      const broken = await form(
        [{ field_key: "f", type: "text", placeholder: source, placeholder_expression: true }],
        {
          expressions: {
            broken: () => {
              throw new PythonError("ZeroDivisionError", "division by zero");
            },
          },
        },
      );
      expect(broken.flow.challenge.fields).toMatchObject([{ placeholder: source }]);
      expect(await broken.at.events("property_mapping_exception")).toMatchObject([
        { context: { expression: source } },
      ]);
      const literal = await form([{ field_key: "f", type: "text", placeholder: source }]);
      expect(literal.flow.challenge.fields).toMatchObject([{ placeholder: source }]);
      expect(literal.at.engine.calls).toEqual([]);
    },
  );

  test.each([
    [
      ["a", "b"],
      "b",
      "b",
      [
        ["a", "a"],
        ["b", "b"],
      ],
    ],
    [
      ["a", "b"],
      "c",
      "a",
      [
        ["a", "a"],
        ["b", "b"],
      ],
    ],
    [[], "c", "", []],
    ["only", "", "only", [["only", "only"]]],
    [
      [1, null, { value: "v", label: "Label" }],
      "v",
      "v",
      [
        ["1", "1"],
        ["None", "None"],
        ["v", "Label"],
      ],
    ],
  ])("choices %j with initial value %j", async (choices, initial, shown, expected) => {
    const { flow } = await form(
      [
        {
          field_key: "f",
          type: "dropdown",
          placeholder: "choices",
          placeholder_expression: true,
          initial_value: initial,
        },
      ],
      { expressions: { choices: () => choices as JsonValue } },
    );
    expect(flow.challenge.fields).toMatchObject([
      {
        placeholder: "",
        initial_value: shown,
        choices: expected.map(([value, label]) => ({ value, label })),
      },
    ]);
  });

  test("choices of the context win", async () => {
    const { flow } = await form([{ field_key: "f", type: "dropdown", placeholder: "literal" }], {
      context: { prompt_data: { f__choices: ["x"] } },
    });
    expect(flow.challenge.fields).toMatchObject([
      { initial_value: "x", choices: [{ value: "x", label: "x" }] },
    ]);
  });
});

describe("validation policies", () => {
  const field: PromptFields = { field_key: "phone", type: "text" };

  test("see the values and nothing else of the plan; the user is the pending one", async () => {
    const { at, flow } = await form([field], {
      context: { pending_user: "paul", secret: 1, prompt_data: { earlier: 1 } },
      policies: ["look"],
      expressions: { look: () => true },
    });
    await flow.respond({ phone: "+1" });
    const { request } = at.engine.calls[0].variables;
    expect(request.context).toEqual({ prompt_data: { ...COMPONENT, phone: "+1" } });
    expect(request.user.username).toBe("paul");
    expect(request.http_request.user.username).toBe("marie");
  });

  test("their messages are the form's errors, one each; all must pass", async () => {
    const { flow, data } = await form([field], {
      policies: ["yes", "no", "no too"],
      expressions: {
        yes: (_v, { message }) => {
          message("fine");
          return true;
        },
        no: ({ request }, { message }) => {
          if (request.context.prompt_data.phone === "+1") return true;
          message("first");
          message("second");
          return false;
        },
        "no too": ({ request }) => request.context.prompt_data.phone === "+1",
      },
    });
    expect((await flow.respond({ phone: "x" })).response_errors).toEqual({
      non_field_errors: ["fine", "first", "second"].map((string) => ({ string, code: "invalid" })),
    });
    await flow.respond({ phone: "+1" });
    expect(await data()).toMatchObject({ phone: "+1" });
  });

  test.each([
    ["nothing is returned", () => undefined, {}],
    [
      "it raises",
      () => {
        throw new PythonError("ZeroDivisionError", "division by zero");
      },
      nonField("division by zero"),
    ],
  ])("the form comes back when %s", async (_when, expression, errors) => {
    const { flow } = await form([field], { policies: ["p"], expressions: { p: expression } });
    const challenge = await flow.respond({ phone: "x" });
    expect(challenge.component).toBe("ak-stage-prompt");
    expect(challenge.response_errors).toEqual(errors);
  });
});
