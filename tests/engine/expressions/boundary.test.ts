// The data boundary: every JSON value survives the way into Python and back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseContext, type Tree } from "../../../engine/expressions/context-tree.ts";
import { PyFloat } from "../../../engine/python/object.ts";
import type { JsonValue } from "../../../engine/types.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();

test("every JSON value survives the round trip", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 6 }), async (value) => {
      const outcome = await under.run("return value", { value: value as JsonValue });
      expect(outcome.error).toBeUndefined();
      // JSON has no -0: the text that carries it across says 0.
      const text = JSON.stringify(value);
      expect(JSON.parse(outcome.resultJson as string)).toEqual(JSON.parse(text));
      // What is read for the embedder leaves out keys that would replace a prototype when merged.
      expect(outcome.result).toEqual(
        JSON.parse(text, (key, item: unknown) => (key === "__proto__" ? undefined : item)),
      );
    }),
    { numRuns: 300, examples: [[[{ "": JSON.parse('{"__proto__": 0}') }]]] },
  );
});

test("keys that mean something to JavaScript are plain keys", async () => {
  const value = JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": 1, "toString": 2}') as JsonValue;
  const outcome = await under.run("return [value, value['constructor'], 'isAdmin' in value]", { value });
  expect(outcome.resultJson).toBe('[{"__proto__":{"isAdmin":true},"constructor":1,"toString":2},1,false]');
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});

test("integers keep every digit", async () => {
  const outcome = await under.run("return n * 10 + 7", { n: Number.MAX_SAFE_INTEGER });
  expect(outcome.resultJson).toBe("90071992547409917");
});

test("a number of a context stays an integer or a float, with every digit, whatever stands around it", () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
  const whole = digits.map((row) => row.join("").replace(/^0+(?=.)/, ""));
  const sign = fc.constantFrom("", "-");
  const number = fc
    .tuple(
      sign,
      whole,
      fc.constantFrom("", ".0", ".00", ".5", ".1234567890123456789"),
      fc.constantFrom("", "e3", "E-2", "e+0"),
    )
    .map((parts) => parts.join(""))
    // JSON.stringify, which writes what crosses, writes no such integer.
    .filter((text) => text !== "-0");
  const alike = fc.constantFrom(
    "198.51.100.7, 10.0.0.1",
    "q=0.9,",
    "9a55-000000000001",
    "4111111111111111",
    " 1.0,",
    "x",
  );
  const space = fc.constantFrom("", " ", "\n");
  const item = fc.tuple(
    fc.oneof(
      number,
      number,
      alike.map((text) => JSON.stringify(text)),
    ),
    space,
    space,
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 6 }), (items) => {
      const rows = items.map(([text, before, after], i) => `${before}"k${i}":${before}${text}${after}`);
      const tree = parseContext(`{${rows.join(",")}}`).tree as Tree;
      const read = items.map((_item, i) => {
        const value = tree[`k${i}`];
        return value instanceof PyFloat ? { float: value.value } : value;
      });
      const meant = items.map(([text]) => {
        if (text.startsWith('"')) return JSON.parse(text) as string;
        if (/[.eE]/.test(text)) return { float: Number(text) };
        const int = BigInt(text);
        return Number.isSafeInteger(Number(int)) ? Number(int) + 0 : int;
      });
      expect(read).toEqual(meant);
    }),
    { numRuns: 3000 },
  );
});

test("values that JSON does not have are refused in a mapping, by name", async () => {
  const outcome = await under.run("return {'f': len}", {}, "mapping");
  expect(outcome.error).toMatchObject({
    type: "TypeError",
    message: "Object of type builtin_function_or_method is not JSON serializable",
  });
});

test("authentik's sanitize drops what is falsy from lists and keeps it in objects", async () => {
  const outcome = await under.run("return {'a': [0, '', None, 1, [], {'x': 0}], 'b': None}", {}, "mapping", {
    sanitize: true,
  });
  expect(outcome.result).toEqual({ a: [1, { x: 0 }], b: null });
});

const TIMES = `from datetime import date, datetime, time, timedelta, timezone, UTC
class Mine(datetime): pass
`;

test("authentik's sanitize writes dates and times as ISO texts, and differences as seconds", async () => {
  const source = `${TIMES}return {
    'utc': datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    'east': datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    'naive': Mine(2020, 1, 2),
    'list': [date(2020, 1, 2), time(3, 4), timedelta(hours=1.5), timedelta(0)],
  }`;
  const outcome = await under.run(source, {}, "mapping", { sanitize: true });
  expect(outcome.result).toEqual({
    utc: "2020-01-02T03:04:05.000006Z",
    east: "2020-01-02T00:00:00+02:00",
    naive: "2020-01-02T00:00:00",
    list: ["2020-01-02", "03:04:00", "5400.0", "0.0"],
  });
  const aware = await under.run(`${TIMES}return [time(1, tzinfo=UTC)]`, {}, "mapping", { sanitize: true });
  expect(aware.error).toMatchObject({
    type: "ValueError",
    message: "JSON can't represent timezone-aware times.",
  });
  const shown = await under.run(`${TIMES}return [time(1, tzinfo=UTC)]`);
  expect(shown.result).toEqual(["01:00:00+00:00"]);
});

test.each(["datetime(2020, 1, 1)", "date(2020, 1, 1)", "time(1)", "timedelta(1)", "Mine(2020, 1, 1)"])(
  "a mapping's %s is refused as json.dumps refuses it",
  async (made) => {
    const outcome = await under.run(`${TIMES}return {'when': ${made}}`, {}, "mapping");
    expect(outcome.error).toMatchObject({
      type: "TypeError",
      message: `Object of type ${made.slice(0, made.indexOf("("))} is not JSON serializable`,
    });
  },
);

test("a mapping's value that is to be shown is Python's text, and may be what JSON does not have", async () => {
  const display = (source: string) => under.run(`${TIMES}${source}`, {}, "mapping", { display: true });
  expect(await display("return date(2020, 1, 2)")).toMatchObject({
    result: "2020-01-02",
    repr: "2020-01-02",
  });
  expect(await display("return datetime(2020, 1, 2, 3)")).toMatchObject({
    result: "2020-01-02T03:00:00",
    repr: "2020-01-02 03:00:00",
  });
  expect((await display("return 'it\\'s'")).repr).toBe("it's");
  expect((await display("return [0, '', None]")).result).toEqual([0, "", null]);
  expect((await display("return [timedelta(hours=1), len]")).result).toEqual([
    "3600.0",
    "<built-in function len>",
  ]);
});

test("a time zone is one object throughout an evaluation, and another in the next", async () => {
  const source = `from zoneinfo import ZoneInfo
class Zone(ZoneInfo): pass
zone = Zone("UTC")
zone.mark = getattr(zone, "mark", 0) + 1
return [Zone("UTC").mark, ZoneInfo("UTC") is ZoneInfo("UTC")]`;
  expect(await under.repr(source)).toBe("[1, True]");
  expect(await under.repr(source)).toBe("[1, True]");
});

test("nothing of one evaluation is left for the next", async () => {
  await under.run("global leak\nleak = 1\nint.x = 1");
  expect(await under.error("return leak")).toBe("NameError: name 'leak' is not defined");
  await under.run("import re\nre.compile = None");
  expect(await under.repr("import re\nreturn re.compile('a').pattern")).toBe("'a'");
  expect(await under.repr("class A(int): pass\nreturn [A.__name__, int.__name__]")).toBe("['A', 'int']");
});

test("a UUID is 32 digits to sanitize, and its text elsewhere", async () => {
  const source = "from uuid import UUID\nreturn UUID('12345678123456781234567812345678')";
  const sanitized = await under.run(source, {}, "mapping", { sanitize: true });
  expect(sanitized.result).toBe("12345678123456781234567812345678");
  expect((await under.run(source)).result).toBe("12345678-1234-5678-1234-567812345678");
  expect((await under.run(source, {}, "mapping")).error?.message).toBe(
    "Object of type UUID is not JSON serializable",
  );
});

test("dates and times are ISO texts, durations seconds", async () => {
  const source =
    "from datetime import date, datetime, time, timedelta, timezone\nreturn [date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=timezone.utc), time(4, 5), timedelta(minutes=1)]";
  expect((await under.run(source)).result).toEqual([
    "2026-01-02",
    "2026-01-02T03:00:00+00:00",
    "04:05:00",
    "60.0",
  ]);
  const { result } = await under.run(source, {}, "mapping", { sanitize: true });
  expect(result).toEqual(["2026-01-02", "2026-01-02T03:00:00Z", "04:05:00", "60.0"]);
});

test("authentik's sanitize names classes and callables, and opens enumerations and dataclasses", async () => {
  const source = `import enum, dataclasses
class Color(enum.Enum): RED = 'r'
@dataclasses.dataclass
class Point:
  x: int
  y: list
return [int, len, lambda: 1, Color.RED, Point(0, [0, 1]), object]`;
  const outcome = await under.run(source, {}, "mapping", { sanitize: true });
  expect(outcome.result).toEqual([
    { type: "int", module: "builtins" },
    { type: "callable", name: "len", module: "builtins" },
    { type: "callable", name: "<lambda>", module: null },
    "r",
    { x: 0, y: [1] },
    { type: "object", module: "builtins" },
  ]);
});

test("the truth of a generator is Python's, whatever it gives", async () => {
  const outcome = await under.run("return (x for x in [])", {}, "policy");
  expect([outcome.passing, outcome.result]).toEqual([true, []]);
});
