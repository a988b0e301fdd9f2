// Prompts with expressions, and the policies that validate a form.
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../engine/types.ts";
import { type Loose, PythonError } from "../flow/fake-engine.ts";
import { COMPONENT, form, type PromptFields } from "./prompt-form.ts";
import { nonField } from "./sms-installation.ts";

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
