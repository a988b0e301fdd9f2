// Lists of records cross as tables, and no program can tell.
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { ContextReader, parseContext, type Tree } from "../../../engine/expressions/context-tree.ts";
import { project, projectionOf } from "../../../engine/expressions/projection.ts";
import { Tables } from "../../../engine/expressions/table-text.ts";
import { createEngine } from "../../../engine/index.ts";
import { compile } from "../../../engine/language/compile.ts";
import { PyDict } from "../../../engine/python/dict.ts";
import type { PyValue } from "../../../engine/python/object.ts";
import { repr } from "../../../engine/python/representation.ts";
import { PyList } from "../../../engine/python/sequence.ts";
import { S } from "../../../engine/python/state.ts";
import type { JsonObject, JsonValue } from "../../../engine/types.ts";
import { unlimited } from "../python/in-process.ts";

const part = projectionOf("mapping", compile("return [g for g in groups]").reaches);
const crossing = (groups: unknown): string =>
  project({ groups } as JsonObject, part, Number.POSITIVE_INFINITY, true);
const repeat = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

beforeEach(() => unlimited());

describe("how they are written", () => {
  test("as the sets of keys and one list of values, records in records apart", () => {
    const groups = repeat(8, (at) =>
      at === 1 ? { pk: at, attributes: { role: "x", tags: [{ a: 1 }] } } : { pk: at },
    );
    const cells = "0,0,1,1,0,0,2,0,3,0,4,0,5,0,6,0,7";
    expect(crossing(groups)).toBe(
      `T[{"groups":null},["groups"],[{"pk":0},{"pk":0,"attributes":1},{"role":0,"tags":0}],[${cells}],[2,"x",[{"a":1}]]]`,
    );
  });

  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const record = (at: number): Record<string, unknown> => ({ pk: at });
  test.each<[what: string, groups: unknown]>([
    ["few", repeat(7, record)],
    ["a list in which one is no record", [...repeat(8, record), 1]],
    ["a list with a hole", Object.assign(new Array(9), repeat(8, record))],
    ["records that say themselves how they are written", repeat(8, () => ({ at: new Date(0) }))],
    ["records of a class that say so", repeat(8, () => ({ toJSON: () => 1 }))],
    ["lists that say so", repeat(8, () => ({ tags: Object.assign([1], { toJSON: () => 1 }) }))],
    ["members that JSON does not have", repeat(8, () => ({ f: () => 1, u: undefined, s: Symbol("s") }))],
    ["members of a form of their own", repeat(8, () => ({ map: new Map([[1, 2]]) }))],
    ["numbers that keep their text", repeat(8, () => ({ n: rawJson("1.0") }))],
    ["records of many kinds", repeat(20, (at) => ({ [`key${at}`]: at }))],
    [
      "records in records in records in records in records",
      repeat(8, () => ({ a: { a: { a: { a: {} } } } })),
    ],
    ["many members", repeat(8, () => Object.fromEntries(repeat(31, (at) => [`key${at}`, at])))],
  ])("not where JSON.stringify does something else, or it does not pay: %s", (_, groups) => {
    expect(crossing(groups)).toBe(JSON.stringify({ groups }));
  });

  test("what holds itself fails as JSON.stringify fails", () => {
    expect(() => crossing(repeat(8, () => cyclic))).toThrow(/circular/);
  });

  test("not where they are taken for rows of a model", () => {
    const groups = repeat(8, record);
    const reached = projectionOf("policy", compile("return request.user.ak_groups.all()").reaches);
    const context = { request: { user: { groups } } } as unknown as JsonObject;
    expect(project(context, reached, Number.POSITIVE_INFINITY, true)).toBe(JSON.stringify(context));
  });
});

const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): JsonValue };

const key = fc.constantFrom("pk", "name", "__proto__", "constructor", "toString", "0", "1", "");
const cell = fc.letrec<{ value: JsonValue; record: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 53, 1e300, "", "text", "é\u{1f600}"),
    fc.array(tie("value"), { maxLength: 2 }),
    tie("record"),
  ),
  record: fc
    .uniqueArray(fc.tuple(key, tie("value")), { maxLength: 3, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries) as JsonObject),
}));
const records = fc.array(cell.record, { minLength: 8, maxLength: 12 });

describe("how they are read", () => {
  /** What is seen of a list by somebody who does one thing after the other, with the steps that each takes. */
  const look = (text: string, asked: readonly [at: number, key: string, what: number][]): unknown[] => {
    const context = parseContext(text);
    const groups = new ContextReader(context).value((context.tree as Tree).groups) as PyList;
    const seen: unknown[] = [];
    for (const [at, name, what] of asked) {
      const { steps } = S;
      const dict = groups.items[at % groups.items.length] as PyDict;
      const found = dict.get(name);
      const ways: (() => unknown)[] = [
        () => (found === undefined ? "nothing" : repr(found)),
        () => dict.has(name),
        () => dict.size,
        () => repr(dict),
        () => dict.get(name) === found,
        () => dict.get(Number(name)),
        () => dict.unreadEntries === null,
        () => dict.set(name, "changed" as PyValue),
        () => dict.delete(name),
        () => (found instanceof PyDict || found instanceof PyList ? repr(found) : ""),
      ];
      seen.push(ways[what % ways.length](), S.steps - steps);
    }
    seen.push(repr(groups));
    return seen;
  };
  const asked = fc.array(fc.tuple(fc.nat(11), key, fc.nat(9)), { maxLength: 12 });

  test("as the same list, whatever is asked of it in whatever order", () => {
    let tables = 0;
    fc.assert(
      fc.property(records, asked, (groups, questions) => {
        unlimited();
        const text = crossing(groups);
        if (text.startsWith("T")) tables += 1;
        expect(look(text, questions)).toEqual(look(JSON.stringify({ groups }), questions));
      }),
      { numRuns: 1000 },
    );
    expect(tables).toBeGreaterThan(500);
  });

  test("what is not read is shown as JSON has it", () => {
    const groups = repeat(8, (at) => ({ pk: at, attributes: { role: "x", deep: { a: [at] } } }));
    const context = parseContext(crossing(groups));
    const list = new ContextReader(context).value((context.tree as Tree).groups) as PyList;
    expect((list.items[3] as PyDict).unreadEntries).toEqual(Object.entries(groups[3]));
  });

  test("a context and its plan still have in common what is equal in both", async () => {
    await using engine = await createEngine();
    const groups = repeat(8, (at) => ({ pk: at }));
    const context = { request: { context: { groups, flow_plan: { context: { groups } } } } } as JsonObject;
    const inPlan = `request.context["flow_plan"].context`;
    for (const text of [
      `return request.context["groups"] is ${inPlan}["groups"]`,
      `plan = ${inPlan}\nreturn request.context["groups"] is plan["groups"]`,
    ]) {
      expect((await engine.policy("p", text).evaluate(context)).passing, text).toBe(true);
    }
  });

  test("no evaluation sees what another one has changed", async () => {
    await using engine = await createEngine();
    const groups = repeat(8, (at) => ({ pk: at, attributes: { n: at } }));
    const mapping = engine.mapping(
      "m",
      `for g in groups:\n  g["attributes"]["n"] += 1\n  g["new"] = 1\nreturn groups[7]`,
    );
    for (let i = 0; i < 3; i += 1)
      expect(await mapping.evaluate({ groups })).toEqual({ pk: 7, attributes: { n: 8 }, new: 1 });
  });
});

describe("how long a context may be", () => {
  test("is known to the character", () => {
    fc.assert(
      fc.property(records, (groups) => {
        const tables = new Tables();
        const length = tables.take(groups, ["groups"]);
        if (length !== undefined) expect(length).toBe(JSON.stringify(groups).length);
      }),
      { numRuns: 1000 },
    );
  });

  test("is counted in JSON, whether a list crosses as a table or not", async () => {
    await using engine = await createEngine();
    const groups = repeat(50, (at) => ({ primary_key: at, attributes: { department: "x" } }));
    const whole = JSON.stringify({ groups }).length;
    const mapping = engine.mapping("m", `return len([g for g in groups])`);
    const evaluate = (contextBytes: number) => mapping.evaluate({ groups }, { limits: { contextBytes } });
    expect(await evaluate(whole)).toBe(50);
    await expect(evaluate(whole - 1)).rejects.toThrow(/context/);
  });
});

test("a context that is no object is refused, also one that looks like a text with tables", async () => {
  await using engine = await createEngine();
  const mapping = engine.mapping("m", "return groups");
  for (const context of [[{ groups: null }, ["groups"], [{ pk: 0 }], [0, 1], []], [{}], "T[{}]", 1])
    await expect(mapping.evaluate(context as unknown as JsonObject)).rejects.toThrow(/not a JSON object/);
});
