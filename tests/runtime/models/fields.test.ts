// What the models' fields accept, how they bring it into shape, and DRF's words when they refuse.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { z } from "zod";
import type { JsonValue } from "../../../engine/types.ts";
import { STANDARD_ERRORS } from "../../../runtime/flow/response-errors.ts";
import { checkEmail } from "../../../runtime/flow/response-fields.ts";
import {
  choice,
  conversionOf,
  decimal,
  duration,
  email,
  Fault,
  type Field,
  flag,
  integer,
  integerReference,
  jsonObject,
  list,
  moment,
  reference,
  slug,
  source,
  text,
  uuid,
} from "../../../runtime/models/fields.ts";
import { hashPassword, verifyPassword } from "../../../runtime/models/password.ts";
import { MODEL_NAMES, modelOf, targetsOf } from "../../../runtime/models/registry.ts";
import { shapeRow, ValidationError } from "../../../runtime/models/validation.ts";

const accepted = (field: Field<unknown>, value: unknown): unknown => field.parse(value);
const refusal = (field: Field<unknown>, value: unknown): string => {
  const result = field.safeParse(value);
  return result.success ? `accepted as ${JSON.stringify(result.data)}` : result.error.issues[0].message;
};

describe("a field's conversion", () => {
  const fields = MODEL_NAMES.flatMap((name) =>
    (Object.entries(modelOf(name).schema.shape) as [string, z.ZodType][]).map(
      ([field, schema]) => [`${name} ${field}`, schema] as const,
    ),
  );
  const usual = fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    7,
    -1,
    1.5,
    Number.NaN,
    "",
    " a ",
    "12",
    "true",
    "1b4e28ba2fa111d2883f0016d3cca427",
    "2026-01-31T12:00:00+01:00",
    "hours=3",
    "a@b.example",
    "a\0b",
    [],
    {},
    [undefined],
    { __proto__: null, a: 1 },
  );
  const scalar = fc.oneof(usual, fc.string(), fc.integer());
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.object());

  // What is the current time where it is not given is the same each time.
  beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterAll(() => void vi.useRealTimers());

  /** What is drawn at random where it is not given is another one each time. */
  const isDrawn = (schema: z.ZodType): boolean =>
    !isDeepStrictEqual(schema.safeParse(undefined), schema.safeParse(undefined));
  const drawn = new Set(fields.map(([, schema]) => schema).filter(isDrawn));

  it("takes what its schema takes, with the same outcome, and refuses what that refuses", () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), value, ([, schema], given) => {
        fc.pre(given !== undefined || !drawn.has(schema));
        const converted = conversionOf(schema)(given);
        const parsed = schema.safeParse(given);
        if (parsed.success) expect(converted).toEqual(parsed.data);
        else {
          expect(converted).toBeInstanceOf(Fault);
          const { message } = converted as Fault;
          expect(parsed.error.issues.map((issue) => issue.message)).toContain(message);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("fields", () => {
  const any: [string, Field<unknown>][] = [
    ["text", text()],
    ["flag", flag()],
    ["integer", integer()],
    ["decimal", decimal()],
    ["choice", choice(["a"])],
    ["list", list(text())],
    ["uuid", uuid()],
    ["reference", reference()],
    ["moment", moment()],
    ["JSON object", jsonObject()],
  ];
  for (const [name, field] of any) {
    it(`${name}: must be there and not null`, () => {
      expect(refusal(field, undefined)).toBe("This field is required.");
      expect(refusal(field, null)).toBe("This field may not be null.");
    });
  }

  it("text: numbers become text, blanks are cut off, nothing else is a text", () => {
    expect(accepted(text(), "  a b ")).toBe("a b");
    expect(accepted(text(), 12)).toBe("12");
    expect(accepted(text({ blank: true }), "  ")).toBe("");
    expect(refusal(text(), " \n")).toBe("This field may not be blank.");
    for (const value of [true, [], {}]) expect(refusal(text(), value)).toBe("Not a valid string.");
    expect(refusal(text({ max: 3 }), "😀😀😀😀")).toBe("Ensure this field has no more than 3 characters.");
    expect(accepted(text({ max: 4 }), "😀😀😀😀")).toBe("😀😀😀😀");
    expect(refusal(text(), "a\0")).toBe("Null characters are not allowed.");
    expect(refusal(text(), "a\ud83d")).toBe("Surrogate characters are not allowed: U+D83D.");
    expect(refusal(source(), "\udc00\ud800")).toBe("Surrogate characters are not allowed: U+DC00.");
  });

  it("source: keeps its indentation, and may not be blank", () => {
    expect(accepted(source(), "  a\n  b\n")).toBe("  a\n  b\n");
    expect(refusal(source(), "  \n")).toBe("This field may not be blank.");
  });

  it("flag: understands DRF's spellings only", () => {
    for (const value of [true, 1, "1", "true", "True", "TRUE", "t", "yes", "Y", "on"]) {
      expect(accepted(flag(), value)).toBe(true);
    }
    for (const value of [false, 0, "0", "false", "False", "f", "NO", "n", "off"]) {
      expect(accepted(flag(), value)).toBe(false);
    }
    for (const value of ["", "tRue", "ja", 2, [], {}]) {
      expect(refusal(flag(), value)).toBe("Must be a valid boolean.");
    }
  });

  it("integer: whole numbers in range, also as text", () => {
    expect(accepted(integer(), " -12 ")).toBe(-12);
    expect(accepted(integer(), 3.0)).toBe(3);
    for (const value of ["", "1e3", "0x10", 1.5, true, []]) {
      expect(refusal(integer(), value)).toBe("A valid integer is required.");
    }
    expect(refusal(integer(), 2147483648)).toBe("Ensure this value is less than or equal to 2147483647.");
    expect(refusal(integer(0), -1)).toBe("Ensure this value is greater than or equal to 0.");
  });

  it("choice, slug, e-mail, duration: in DRF's and authentik's words", () => {
    expect(refusal(choice(["a"]), "x")).toBe('"x" is not a valid choice.');
    expect(refusal(slug(), "a b")).toMatch(/^Enter a valid “slug”/);
    expect(refusal(slug({ max: 255 }), "a".repeat(256))).toMatch(/no more than 255 characters/);
    expect(refusal(email(), "nobody")).toBe("Enter a valid email address.");
    expect(accepted(email(), "")).toBe("");
    expect(accepted(duration(), "hours=1;minutes=30")).toBe("hours=1;minutes=30");
    for (const value of ["1h", "hours=1,minutes=2", "years=1"]) {
      expect(refusal(duration(), value)).toBe(
        `${value} is not in the correct format of 'hours=3;minutes=1'.`,
      );
    }
  });

  it("e-mail: the addresses that forms take", () => {
    for (const value of ["me@localhost", "o'neil!#%@a.example", "a@b.c0m", "marie@bücher.example"]) {
      expect(accepted(email(), value)).toBe(value);
      expect(checkEmail(value, false)).toEqual({ value });
    }
    for (const value of [
      "a@b",
      "@b.example",
      "a b@c.example",
      "a@-b.example",
      "a@b.example-",
      "a@b..example",
      "a@ü%2eexample",
    ]) {
      expect(refusal(email(), value)).toBe("Enter a valid email address.");
      expect(checkEmail(value, false)).toEqual({ error: STANDARD_ERRORS.email });
    }
  });

  it("a duration is one that a moment can be counted from", () => {
    expect(accepted(duration(), "days=1000000")).toBe("days=1000000");
    for (const value of ["days=1000001", "weeks=99999999999", `seconds=${"9".repeat(400)}`]) {
      expect(refusal(duration(), value)).toBe(`${value} is longer than 1000000 days; give a shorter time.`);
    }
  });

  it("UUIDs and references: any usual spelling, kept in one", () => {
    const canonical = "0a1b2c3d-0000-4000-8000-0123456789ab";
    expect(accepted(uuid(), "0A1B2C3D0000400080000123456789AB")).toBe(canonical);
    expect(accepted(reference(), canonical.toUpperCase())).toBe(canonical);
    expect(refusal(uuid(), "x")).toBe("Must be a valid UUID.");
    expect(refusal(reference(), "x")).toBe("“x” is not a valid UUID.");
    expect(refusal(reference(), [])).toBe("Incorrect type. Expected pk value, received list.");
    expect(accepted(integerReference(), "7")).toBe(7);
    expect(refusal(integerReference(), "me")).toBe("Incorrect type. Expected pk value, received str.");
  });

  it("moments: ISO in, UTC out", () => {
    expect(accepted(moment(), "2026-01-31T12:00:00+02:00")).toBe("2026-01-31T10:00:00.000Z");
    for (const value of ["2026-01-31", "tomorrow", "2026-13-01T00:00:00Z", 0]) {
      expect(refusal(moment(), value)).toMatch(/^Datetime has wrong format/);
    }
  });

  it("moments: of the calendar as it is, and in UTC where no offset is given, wherever this machine stands", () => {
    expect(refusal(moment(), "2026-02-30T00:00:00Z")).toMatch(/^Datetime has wrong format/);
    expect(refusal(moment(), "2026-01-31T12:00:00+25:00")).toMatch(/^Datetime has wrong format/);
    expect(refusal(moment(), "2026-02-30T00:00:00.000Z")).toMatch(/^Datetime has wrong format/);
    const zone = process.env.TZ;
    process.env.TZ = "Asia/Tokyo";
    try {
      expect(accepted(moment(), "2026-01-31T12:00:00")).toBe("2026-01-31T12:00:00.000Z");
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("lists: each item is checked, and its place named", () => {
    expect(refusal(list(text()), "x")).toBe('Expected a list of items but got type "str".');
    const result = list(integer()).safeParse([1, "x"]);
    expect(result.error?.issues[0].path).toEqual([1]);
  });

  it("lists of references have each once, as relations do; other lists keep what occurs again", () => {
    const [one, two] = ["0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"];
    expect(accepted(list(reference()), [two, one, two.toUpperCase()])).toEqual([two, one]);
    expect(accepted(list(text()), ["a", "a"])).toEqual(["a", "a"]);
  });

  it("JSON objects: copied, and only what JSON can carry", () => {
    const value: { [key: string]: JsonValue } = { a: [1, { b: null }] };
    const copy = accepted(jsonObject(), value);
    expect(copy).toEqual(value);
    expect(copy).not.toBe(value);
    expect(refusal(jsonObject(), [1])).toBe("Value must be an object.");
    let deep: unknown = 1;
    for (let depth = 0; depth < 300; depth += 1) deep = { deep };
    expect(refusal(jsonObject(), deep)).toMatch(/nested more than 200/);
    expect(refusal(jsonObject(), JSON.parse('{"__proto__": 1}'))).toBe('The key "__proto__" is not allowed.');
  });
});

describe("models", () => {
  it("have the defaults of authentik", () => {
    const stage = { name: "s", provider: "twilio", from_number: "1", account_sid: "a", auth: "b" };
    expect(
      shapeRow(modelOf("authentik_stages_authenticator_sms.authenticatorsmsstage"), stage),
    ).toMatchObject({
      auth_password: "",
      auth_type: "basic",
      verify_only: false,
      mapping: null,
      friendly_name: "",
      configure_flow: null,
    });
    const uuid = "00000000-0000-4000-8000-000000000000";
    expect(
      shapeRow(modelOf("authentik_flows.flowstagebinding"), { target: uuid, stage: uuid, order: 0 }),
    ).toMatchObject({
      evaluate_on_plan: false,
      re_evaluate_policies: true,
      policy_engine_mode: "any",
      invalid_response_action: "retry",
    });
    expect(
      shapeRow(modelOf("authentik_policies.policybinding"), { target: uuid, policy: uuid, order: 0 }),
    ).toMatchObject({ enabled: true, negate: false, timeout: 30, failure_result: false });
    expect(
      shapeRow(modelOf("authentik_stages_authenticator_validate.authenticatorvalidatestage"), { name: "v" }),
    ).toMatchObject({
      not_configured_action: "skip",
      device_classes: ["static", "totp", "webauthn", "duo", "sms", "email"],
      last_auth_threshold: "seconds=0",
      sms_otp_throttling_factor: 1,
    });
  });

  it("refer only to models and fields that exist", () => {
    for (const name of MODEL_NAMES) {
      const { schema, references, unique, secrets, expressions } = modelOf(name);
      const fields = Object.keys(schema.shape);
      for (const [field, target] of Object.entries(references)) {
        expect(fields).toContain(field);
        const targets = targetsOf(target as NonNullable<typeof target>);
        expect(targets.length).toBeGreaterThan(0);
        for (const model of targets) expect(MODEL_NAMES).toContain(model);
      }
      for (const field of [...unique.flat(), ...secrets, ...expressions]) expect(fields).toContain(field);
    }
  });

  it("say everything that is wrong with a row, but never what a secret was", () => {
    const model = modelOf("authentik_stages_authenticator_sms.authenticatorsmsstage");
    let error: unknown;
    try {
      shapeRow(model, { provider: "fax", auth: { CANARY: 1 }, auth_password: ["CANARY"], nothing: 1 });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).messages).toEqual({
      nothing: [`${model.name} has no field "nothing".`],
      name: ["This field is required."],
      provider: ['"fax" is not a valid choice.'],
      from_number: ["This field is required."],
      account_sid: ["This field is required."],
      auth: ["Not a valid string."],
      auth_password: ["Not a valid string."],
    });
    expect(String(error)).not.toContain("CANARY");
  });
});

describe("password hashes", () => {
  it("are Django's, and verify the password only", () => {
    const hash = hashPassword("geheim", 1000);
    expect(hash).toMatch(/^pbkdf2_sha256\$1000\$[0-9a-f]{32}\$[A-Za-z0-9+/]{43}=$/);
    expect(verifyPassword("geheim", hash)).toBe(true);
    expect(verifyPassword("Geheim", hash)).toBe(false);
    expect(hashPassword("geheim", 1000)).not.toBe(hash);
  });

  it("of CPython's hashlib are understood, and of other forms refused", () => {
    // base64(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 2))
    const known = "pbkdf2_sha256$2$salt$rk0Mla9rRtMtCt/5KPBt0CowP47zwlHf1uLYWpVHTEM=";
    expect(verifyPassword("password", known)).toBe(true);
    for (const hash of [
      "",
      "!",
      "md5$x$y",
      "pbkdf2_sha256$0$s$h",
      "pbkdf2_sha256$999999999$s$h",
      `${known}$x`,
    ]) {
      expect(verifyPassword("password", hash)).toBe(false);
    }
  });
});
