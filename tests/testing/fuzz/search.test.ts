// The search: that it reaches what a source compares with, that what it finds is small, and that it is the same with the same seed.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createEngine, type Engine, type ExpressionKind } from "../../../engine/index.ts";
import { PropertyError, propertyOf } from "../../../testing/fuzz/properties.ts";
import { pathsOf, reached } from "../../../testing/fuzz/reached.ts";
import { diff, fuzz, reachedBy, type SearchResult } from "../../../testing/fuzz/search.ts";
import type { Knowledge } from "../../../testing/fuzz/values.ts";

// Thousands of evaluations, on machines that do other things too.
vi.setConfig({ testTimeout: 120_000 });

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

async function search(
  source: string,
  property: string,
  options: { kind?: ExpressionKind; seed?: number; knowledge?: Knowledge } = {},
): Promise<SearchResult> {
  const { kind = "policy", seed = 7, knowledge = {} } = options;
  const subject = { name: "p.py", source, kind };
  const { root } = reachedBy(subject, knowledge);
  const asked = propertyOf(property, { kind, root, engine });
  return await fuzz(engine, subject, asked, knowledge, { seed, runs: 1000 });
}
const PHONE = 'request.context["prompt_data"]["phone"]';

describe("what is read", () => {
  const paths = (source: string, kind: ExpressionKind = "policy"): string[] =>
    pathsOf(reached(source, kind).root)
      .map((path) => path.join("."))
      .sort();

  test("through names that stand for parts", () => {
    const source =
      'data = context.get("prompt_data", {})\nphone = data["phone"]\nreturn phone.strip() == data.get("again")';
    expect(paths(source)).toEqual([
      "request.context.prompt_data",
      "request.context.prompt_data.again",
      "request.context.prompt_data.phone",
    ]);
  });
  test("of users and of a mapping's variables, without methods", () => {
    expect(paths("return request.user.email.endswith('x')")).toEqual(["request.user.email"]);
    expect(paths("return {'to': device.phone_number.strip(), 'code': token}", "mapping")).toEqual([
      "device.phone_number",
      "token",
    ]);
  });
  test("texts and patterns, but not what is said to people", () => {
    const { texts, patterns } = reached(
      `if regex_match(${PHONE}, r"^\\+(?P<code>49)\\d+$") or ${PHONE} == "none":\n    ak_message("Sorry")\nreturn True`,
      "policy",
    );
    expect(texts).toContain("none");
    expect(texts).not.toContain("Sorry");
    expect(patterns.map(String)).toEqual(["/^\\+(?<code>49)\\d+$/u"]);
  });
});

describe("branches are reached within the default runs", () => {
  test.each([
    ["a prefix", `return ${PHONE}.startswith("+1234")`],
    ["a text in a list", `return ${PHONE} in ["zebra", "quagga"]`],
    ["a pattern", `return regex_match(${PHONE}, r"^\\+49 ?1[567]\\d{2}$")`],
    ["a length", `return len(${PHONE}) == 37`],
    ["a prefix and an end", `return ${PHONE}.startswith("+1234") and ${PHONE}.endswith("99999")`],
    ["a group", 'return "admins" in [group.name for group in request.user.groups.all()]'],
    ["a flag", "return request.user.is_superuser"],
  ])("%s", async (_what, source) => {
    expect((await search(source, "not verdict.passing")).found?.why).toBe("it does not hold: it passes");
  });
});

describe("what is found", () => {
  test("is small, and the same again with the same seed", async () => {
    const source = `return ${PHONE}.startswith("+1234")`;
    const first = await search(source, "not verdict.passing", { seed: 3 });
    expect(first.found?.input).toEqual({ groups: {}, context: { prompt_data: { phone: "+1234" } } });
    expect(await search(source, "not verdict.passing", { seed: 3 })).toEqual(first);
  });
  test("is an exception with its line", async () => {
    const { found } = await search(
      'data = context["prompt_data"]\nreturn int(data["age"]) > 17',
      "never-raises",
      {
        knowledge: { fields: [{ field_key: "age" }] },
      },
    );
    expect(found?.why).toMatch(
      /^it raised ValueError: invalid literal for int\(\) with base 10: '.*' in line 2$/s,
    );
    expect(found?.expect).toEqual({});
  });
  test("is made of dates where authentik has dates", async () => {
    const head = "from datetime import timedelta\nfrom django.utils import timezone\n";
    const source = `${head}return timezone.now() - request.user.password_change_date < timedelta(days=90)`;
    expect((await search(source, "never-raises")).found).toBeUndefined();
    const { found } = await search(
      `${head}return timezone.now() - request.user.last_login < timedelta(days=90)`,
      "never-raises",
    );
    expect(found?.why).toMatch(
      /^it raised TypeError: unsupported operand type\(s\) for -: .* and 'NoneType'/,
    );
  });
  test("keeps the shape of a given context: only what is missing there may be missing", async () => {
    const given = { request: { context: { prompt_data: { phone: "+1" } } } };
    const source = `return bool(${PHONE})`;
    expect((await search(source, "never-raises")).found?.why).toBe("it raised KeyError: 'phone' in line 1");
    expect(await search(source, "never-raises", { knowledge: { given } })).toEqual({
      runs: 1000,
      unanswered: 0,
    });
  });
});

describe("ready-made properties", () => {
  test("deterministic sees chance and time", async () => {
    const chance = await search("import random\nreturn random.random() < 0.5", "deterministic");
    expect(chance.found?.why).toMatch(
      /^at another time, or with other randomness, it (passes|denies) in place of: it /,
    );
    const clock = "import datetime\nreturn datetime.datetime.now().month < 4";
    expect((await search(clock, "deterministic")).found).toBeDefined();
    expect((await search(`return ${PHONE} == "x"`, "deterministic")).found).toBeUndefined();
  });
  test("ignores-whitespace wants the decision of the text without blanks", async () => {
    const { found } = await search(`return ${PHONE}.startswith("+1234")`, "ignores-whitespace:phone");
    expect(found?.expect).toEqual({ passing: true, messages: [] });
    const mended = `return regex_replace(${PHONE}, r"\\s+", "").startswith("+1234")`;
    expect((await search(mended, "ignores-whitespace:phone")).found).toBeUndefined();
  });
  test("denies-when-empty tries empty, blank, null and missing", async () => {
    const source = 'phone = context["prompt_data"].get("phone")\nreturn phone is None or len(phone) > 3';
    expect((await search(source, "denies-when-empty:phone")).found?.why).toBe(
      "it passed although request.context.prompt_data.phone is null",
    );
  });
  test("payload-has and never-leaks look into a mapping's payload", async () => {
    const source =
      'payload = {"text": token}\nif device.name:\n    payload["to"] = device.phone_number\nreturn payload';
    expect((await search(source, "payload-has:to", { kind: "mapping" })).found?.why).toBe(
      'the payload has no to: {"text":""}',
    );
    expect((await search(source, "payload-has:text", { kind: "mapping" })).found).toBeUndefined();
    expect((await search(source, "never-leaks:token", { kind: "mapping" })).found?.why).toBe(
      "token is in the payload",
    );
    expect((await search(source, "never-leaks:device.name", { kind: "mapping" })).found).toBeUndefined();
  });
  test("what asks outside says nothing, and is counted", async () => {
    const result = await search(
      "import requests\nreturn requests.get('https://x.example').ok",
      "never-raises",
    );
    expect(result).toEqual({
      runs: 1000,
      unanswered: 1000,
      asked: 'requests needs the capability "http", which this evaluation was not granted',
    });
  });
});

describe("a property that cannot be asked", () => {
  test.each([
    [
      "ignore-whitespace:phone",
      "there is no property ignore-whitespace: did you mean ignores-whitespace?; anything else is a Python expression over input and verdict",
    ],
    ["denies-when-empty", "denies-when-empty needs a path; write denies-when-empty:PATH"],
    ["never-raises:phone", "never-raises takes nothing after it; write never-raises"],
    ["payload-has:to", "payload-has is about mappings; a policy has no payload. Use --kind mapping"],
    [
      "never-leaks:password",
      "the expression does not read password: it reads request.context.prompt_data.phone",
    ],
    ["verdict.passing ) or (True", /is neither ready-made \(.*\) nor a Python expression: SyntaxError: /],
    [
      "verdikt.passing",
      /^the property "verdikt.passing" raised NameError: name 'verdikt' is not defined\n {2}input: \{/,
    ],
  ])("%s", async (property, message) => {
    const error = await search(`return bool(${PHONE})`, property).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PropertyError);
    if (typeof message === "string") expect((error as Error).message).toBe(message);
    else expect((error as Error).message).toMatch(message);
  });
});

describe("two versions", () => {
  const version = (name: string, source: string) => ({ name, source, kind: "policy" as const });
  test("that decide the same are told apart by nothing", async () => {
    const result = await diff(
      engine,
      version("a.py", `return ${PHONE}.startswith("+1234")`),
      version("b.py", `return ${PHONE}[:5] == "+1234"`),
      {},
      { seed: 1, runs: 1000 },
    );
    expect(result).toEqual({ runs: 1000, unanswered: 0 });
  });
  test("that differ are, by a small input", async () => {
    const { found } = await diff(
      engine,
      version("a.py", `return ${PHONE}.startswith("+1234")`),
      version("b.py", `return "+1234" in ${PHONE}`),
      {},
      { seed: 1, runs: 1000 },
    );
    expect(found?.why).toBe("a.py denies\nb.py passes");
    expect(found?.input.context).toEqual({ prompt_data: { phone: expect.stringMatching(/^.\+1234$/su) } });
  });
  test("that say something else differ", async () => {
    const say = (text: string) => `ak_message("${text}")\nreturn False`;
    const { found } = await diff(
      engine,
      version("a.py", say("no")),
      version("b.py", say("No")),
      {},
      { seed: 1, runs: 10 },
    );
    expect(found?.why).toBe('a.py denies with "no"\nb.py denies with "No"');
  });
});
