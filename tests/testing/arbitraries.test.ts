// The arbitraries of `postern/testing`: what they promise of every value, and that the engine takes what they make.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEngine, type Engine } from "../../engine/index.ts";
import { checkField } from "../../runtime/stages/prompt/fields.ts";
import {
  e164,
  expressionSource,
  httpRequest,
  phoneNumber,
  policyContext,
  promptData,
  user,
} from "../../testing/index.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

/** Whether one of the first 500 values of a fixed seed is as wanted. */
const reaches = <T>(arbitrary: fc.Arbitrary<T>, wanted: (value: T) => boolean): boolean =>
  fc.sample(arbitrary, { seed: 1, numRuns: 500 }).some(wanted);

describe("phone numbers", () => {
  test("E.164 is a plus and 8 to 15 digits", () => {
    fc.assert(fc.property(e164(), (number) => /^\+[1-9]\d{7,14}$/.test(number)));
  });

  test("a prefix begins every number", () => {
    fc.assert(fc.property(e164({ prefix: "+1234" }), (number) => /^\+1234\d{4,11}$/.test(number)));
    expect(() => e164({ prefix: "1234" })).toThrow(
      new RangeError('prefix is "1234": write a + and 1 to 14 digits, as in "+1234"'),
    );
  });

  test("what people type has separators, leading zeros, other scripts' digits and nothing at all", () => {
    for (const wanted of [/^$/, /\d \d/, /^00\d/, /^\d+$/, /\(\d{3}\)/, /[٠-٩]/, / x\d+$/, /\n$/])
      expect({ wanted, found: reaches(phoneNumber(), (number) => wanted.test(number)) }).toEqual({
        wanted,
        found: true,
      });
  });
});

describe("the answers to a prompt", () => {
  const fields = [
    { field_key: "phone", type: "text" },
    { field_key: "mail", type: "email", required: false },
    { field_key: "nick", type: "username" },
    { field_key: "age", type: "number" },
    { field_key: "terms", type: "checkbox" },
    { field_key: "born", type: "date" },
    { field_key: "at", type: "date-time" },
    { field_key: "photo", type: "file" },
    { field_key: "note", type: "alert_info" },
  ];

  test("are what the stage takes and keeps", () => {
    fc.assert(
      fc.property(promptData({ fields }), (data) => {
        expect(data).not.toHaveProperty("note");
        for (const field of fields) {
          if (!Object.hasOwn(data, field.field_key)) continue;
          const prompt = { required: true, ...field };
          const given = { prompt, initial: "", hasDefault: false, placeholder: "", choices: null };
          const result = checkField(given as never, data[field.field_key], false);
          expect({ field, value: data[field.field_key], kind: result.kind }).toMatchObject({ kind: "value" });
        }
      }),
    );
  });

  test("lack only what the stage may leave out", () => {
    fc.assert(
      fc.property(promptData({ fields }), (data) => {
        for (const key of ["phone", "nick", "age", "born", "at", "photo"]) expect(data).toHaveProperty(key);
      }),
    );
    expect(reaches(promptData({ fields }), (data) => !("mail" in data))).toBe(true);
  });

  test("of a choice are among its values", () => {
    const field = { field_key: "colour", type: "dropdown", choices: ["red", 7] };
    fc.assert(fc.property(promptData({ fields: [field] }), ({ colour }) => colour === "red" || colour === 7));
  });
});

test("users are superusers exactly through their groups", () => {
  fc.assert(
    fc.property(user(), ({ is_superuser, groups }) => {
      expect(is_superuser).toBe((groups as { is_superuser: boolean }[]).some((group) => group.is_superuser));
    }),
  );
});

test("a form comes with POST only", () => {
  fc.assert(
    fc.property(httpRequest(), ({ method, POST }) => {
      if (method === "GET") expect(POST).toEqual({});
    }),
  );
});

test("every source compiles, and runs on every context to a decision or a Python exception", async () => {
  await fc.assert(
    fc.asyncProperty(expressionSource(), policyContext(), async (source, context) => {
      const { error } = await engine.policy("generated", source).evaluate(context);
      expect(error?.limit ?? false).toBe(false);
      if (error !== undefined) expect(["KeyError", "AttributeError"]).toContain(error.type);
    }),
  );
});

test("contexts reach the engine as they are", async () => {
  const mirror = engine.expression("mirror", 'return request.context["prompt_data"]', "policy");
  await fc.assert(
    fc.asyncProperty(policyContext(), async (context) => {
      const { context: inner } = context.request as { context: { prompt_data: unknown } };
      expect((await mirror.run(context)).result).toEqual(inner.prompt_data);
    }),
  );
});
