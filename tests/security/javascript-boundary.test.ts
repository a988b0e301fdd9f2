// Section 1 of the rules: what code inside the isolate can reach. Nothing of the host.
//
// J6, J7, J9 and J11 are about JavaScript, so that most attacks here are programs that got past the object model: JavaScript of
// the attacker's, straight in the isolate.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ExpressionFailure } from "../../engine/errors.ts";
import { readOutcome } from "../../engine/guest-outcome.ts";
import { isolatedVmLibrary } from "../../engine/sandbox/native-libraries.ts";
import { KEPT_GLOBALS, REMOVED_GLOBALS, REMOVED_MEMBERS } from "../../engine/sandbox/removed-globals.ts";
import type { Sandbox } from "../../engine/sandbox/types.ts";
import type { JsonObject } from "../../engine/types.ts";
import { changedView } from "../../runtime/flow/plan-changes.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { openSandbox, request } from "../engine/sandbox/open-sandbox.ts";
import { guestUnderTest, walk } from "./inside.ts";
import { linesWith, sources } from "./sources.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

/** The value of a JavaScript function body inside the isolate. */
async function inside(body: string): Promise<never> {
  // A walk over everything takes a busy machine its time.
  const answer = await sandbox.run(request(`(() => { ${body} })()`, { limit: { wallMs: 40_000 } }));
  if (!answer.ok) throw new Error(`${answer.failure}: ${answer.message}`);
  return JSON.parse(answer.outcomeJson) as never;
}

/** The roots of a walk through the isolate of the tests' own guest, which hands `host` to its programs. */
const roots = `
  const roots = [host, context, options, globalThis, () => {}, async () => {}, function* () {}, async function* () {}, /x/, [], "",
    1, 1n, true, Symbol(), new Error("x"), [][Symbol.iterator](), new Map()[Symbol.iterator](), (function* () {})(), (async () => {})(),
    (function () { return arguments; })()];
  for (const make of [() => null.x, () => { throw new RangeError("x"); }, () => host.re2({ toString() { throw host; } }), () => host.re2(),
    () => (function again() { again(); })(), () => new Array(-1), () => host.log(Symbol())]) {
    try { roots.push(make()); } catch (error) { roots.push(error); }
  }
`;

/** Tries every function of a walk as a maker of code; answers what they made, and how far the walk went. */
const makers = `
  const seen = [];
  let tried = 0;
  // A failed promise that nobody looks after ends the evaluation, unless V8 collects it first.
  const caught = (made) => {
    if (made instanceof Promise) made.catch(() => {});
    return made;
  };
  for (const value of found) {
    for (const maker of [value, value.constructor, value.constructor?.constructor]) {
      if (typeof maker !== "function") continue;
      // These make failed promises that nobody gets to see.
      if (maker.name === "[Symbol.asyncDispose]" || maker.name === "fromAsync") continue;
      tried += 1;
      for (const use of [() => caught(maker("return 'made:' + typeof process"))(),
        () => caught(new maker("return 'made:' + typeof process"))(), () => caught(maker("'made:' + typeof process"))]) {
        try {
          const result = use();
          if (typeof result === "string" && result.startsWith("made:")) seen.push(String(maker).slice(0, 80));
        } catch {}
      }
    }
  }
`;

describe("J1, J2: from inside the isolate", () => {
  test("no walk over constructors and prototypes makes code from text or sees the host", async () => {
    const { sizes, seen } = (await inside(`${roots} ${walk} ${makers}
      return { sizes: [found.size, tried], seen };
    `)) as { sizes: number[]; seen: string[] };
    expect(seen).toEqual([]);
    // The walk is worth its name only if it went far.
    expect(sizes[0]).toBeGreaterThan(1000);
    expect(sizes[1]).toBeGreaterThan(1000);
  });

  test("no handle of the boundary is reachable, by name or by value", async () => {
    const names = [
      "Isolate",
      "Context",
      "Script",
      "Module",
      "Reference",
      "Dereference",
      "ExternalCopy",
      "Callback",
      "Copy",
      "NativeModule",
    ];
    const host = [
      "process",
      "require",
      "module",
      "global",
      "Buffer",
      "setTimeout",
      "queueMicrotask",
      "fetch",
      "ivm",
      "__postern",
      "__realm",
    ];
    const reached = await inside(`${roots} ${walk}
      const names = new Set(${JSON.stringify([...names, ...host])});
      const reached = Object.keys(globalThis).concat([...names].filter((name) => name in globalThis));
      for (const value of found) {
        const prototype = Object.getPrototypeOf(Object(value));
        const maker = prototype && Reflect.getOwnPropertyDescriptor(prototype, "constructor")?.value;
        for (const item of [value, maker]) if (typeof item === "function" && names.has(item.name)) reached.push(item.name);
        for (const key of ["applySync", "derefInto", "copyInto", "evalSync", "getSync", "release"]) {
          if (Reflect.has(Object(value), key)) reached.push(key);
        }
      }
      return reached;
    `);
    expect(reached).toEqual([]);
  });

  test("errors that cross the boundary name no file of the host", async () => {
    const texts = (await inside(`
      const texts = [];
      for (const use of [() => host.re2({ toString() { throw new Error("mine"); } }), () => host.re2("(", "", "", 0, 0, ""), () => host.re2(),
        () => host.re2("x", "", "x".repeat(1e7), -1, NaN, {}), () => host.log(Symbol()), () => host.heapUsed(host), () => host.cpuMs({})]) {
        try { texts.push(String(use())); } catch (error) { texts.push(String(error.stack)); }
      }
      return texts;
    `)) as string[];
    expect(texts.join("\n")).not.toMatch(/worker\.cjs|node_modules|node:|file:|\/engine\//);
  });
});

describe("J9: globals", () => {
  /** Names in a context that nobody has touched. */
  function freshGlobals(): string[] {
    const script = `
      const { ivm } = require(${JSON.stringify(isolatedVmLibrary())});
      const context = new ivm.Isolate().createContextSync();
      console.log(context.evalSync("JSON.stringify(Reflect.ownKeys(globalThis))"));`;
    return JSON.parse(
      execFileSync(process.execPath, ["--no-node-snapshot", "--eval", script], { encoding: "utf8" }),
    );
  }

  test("each of V8's is decided on: kept or removed, in the checked-in list", () => {
    expect(freshGlobals().sort()).toEqual([...KEPT_GLOBALS, ...Object.keys(REMOVED_GLOBALS)].sort());
  });

  test("inside there are those kept and no other, and none can be added", async () => {
    const names = (await inside("return Reflect.ownKeys(globalThis).map(String);")) as string[];
    expect(names.sort()).toEqual([...KEPT_GLOBALS].sort());
    expect(
      await inside("try { globalThis.added = 1; } catch (error) { return error.name; } return typeof added;"),
    ).toBe("TypeError");
  });

  test.each(Object.keys(REMOVED_MEMBERS))("%s is gone", async (path) => {
    const dot = path.lastIndexOf(".");
    expect(await inside(`return ${JSON.stringify(path.slice(dot + 1))} in ${path.slice(0, dot)};`)).toBe(
      false,
    );
  });

  test.each([
    'Function("return 1")',
    '(() => {}).constructor("return 1")',
    'new ((function* () {}).constructor)("yield 1")',
    '(async () => {}).constructor("return 1")',
    '(async function* () {}).constructor("return 1")',
    'eval("1")',
    '(0, globalThis.eval)("1")',
    'Reflect.construct((() => {}).constructor, ["return 1"])',
    'Map.constructor.constructor("return 1")()',
  ])("%s makes no code", async (code) => {
    const result = (await inside(
      `try { ${code}; return "ran"; } catch (error) { return error.name; }`,
    )) as string;
    expect(result).toMatch(/^(TypeError|ReferenceError)$/);
  });
});

test("dynamic import finds nothing and fails the evaluation", async () => {
  await expect(inside("import('node:fs'); return 1;")).rejects.toThrow(/WorkerCrashed.*Not supported/);
});

describe("J11: the realm", () => {
  test("is frozen, as far as anything can reach", async () => {
    const open = await inside(`${roots} ${walk}
      const own = new Set(roots);
      const open = [];
      for (const value of found) {
        if (value === globalThis || own.has(value) || (typeof value !== "object" && typeof value !== "function")) continue;
        if (Object.isFrozen(Object(value))) continue;
        if (value instanceof Error || Array.isArray(value)) continue;
        open.push(String(value?.name || value).slice(0, 60));
      }
      return open;
    `);
    // The walk's own functions and what was made for it are ordinary objects.
    expect(
      (open as string[]).filter((name) => !/^(again|make|get|set|toString|\[object|\(\) =>)/.test(name)),
    ).toEqual([]);
  });

  test.each([
    "Array.prototype.push = 1",
    "Object.prototype.stain = 1",
    "Object.prototype.toString = 1",
    "Error.prototype.name = 1",
    "Map.prototype.get = 1",
    "JSON.parse = 1",
    "Math.max = 1",
    "Error.prepareStackTrace = () => 1",
    "Object.setPrototypeOf(Array.prototype, null)",
    "delete String.prototype.slice",
    "(function* () {}).constructor.prototype.x = 1",
    "Object.getPrototypeOf([][Symbol.iterator]()).next = 1",
    "Symbol.iterator.description = 1",
    "globalThis.Map = class extends Map {}",
    "globalThis.Error = { prepareStackTrace: () => 1 }",
    "JSON = { parse: () => 1, stringify: () => 1 }",
  ])("%s does not work", async (code) => {
    expect(await inside(`try { ${code}; return "done"; } catch (error) { return error.name; }`)).toBe(
      "TypeError",
    );
  });

  test("lets ordinary code override inherited names on its own objects", async () => {
    const result = await inside(`
      class Problem extends Error { constructor(text) { super(text); this.name = "Problem"; this.message = text + "!"; } toString() { return this.message; } }
      const table = {};
      for (const key of ["toString", "valueOf", "constructor", "hasOwnProperty", "__proto__", "isPrototypeOf"]) table[key] = key;
      const problem = new Problem("x");
      class Thing { constructor() { this.toString = () => "thing"; this.constructor = 1; } }
      return [problem.name, problem.message, String(problem), Object.keys(table), table.toString, String(new Thing()), table instanceof Object];
    `);
    expect(result).toEqual([
      "Problem",
      "x!",
      "x!",
      ["toString", "valueOf", "constructor", "hasOwnProperty", "__proto__", "isPrototypeOf"],
      "toString",
      "thing",
      true,
    ]);
  });
});

describe("J1, J2: from the isolate that expressions run in, with all that compiled programs are given", () => {
  const guest = guestUnderTest();

  test("no walk makes code, meets a handle, or meets a function of the worker's", async () => {
    const { size, reached, seen } = (await guest.inside(`
      // Functions of the runtime are called with nonsense here, and some count steps with it.
      const before = { ...abi.S };
      const roots = [abi, environment, globalThis, ...["print", "len", "ak_message", "ak_logger", "requests", "ak_user_by", "type", "object"].map(environment.name)];
      ${walk} ${makers}
      const reached = [];
      for (const value of found) {
        for (const key of ["heapUsed", "cpuMs", "collectGarbage", "re2", "zone", "digest", "applySync", "derefInto", "evalSync", "boot"]) {
          if (Reflect.has(Object(value), key)) reached.push(key);
        }
      }
      Object.assign(abi.S, before);
      return { size: found.size, reached, seen };
    `)) as { size: number; reached: string[]; seen: string[] };
    expect(reached).toEqual([]);
    expect(seen).toEqual([]);
    expect(size).toBeGreaterThan(2500);
  });

  test("a program that breaks the runtime's count of steps gets no verdict", async () => {
    const answer = await guest.answer("abi.S.steps = NaN; abi.S.maxSteps = Infinity; return true;");
    expect(() => readOutcome(answer.ok ? answer.outcomeJson : "")).toThrow("not JSON");
  });

  test("what compiled programs are given cannot be changed for the next one", async () => {
    const changed = await guest.inside(`
      const changed = [];
      for (const [key, use] of [["call1", () => { abi.call1 = () => null; }], ["added", () => { abi.added = 1; }], ["list", () => delete abi.list]]) {
        try { use(); changed.push(key); } catch {}
      }
      return changed;
    `);
    expect(changed).toEqual([]);
  });
});

/** What the host was not to tell the expression. */
const hostErrors: unknown[] = [];
/** How the embedder's function fails, by the name that is asked for. */
const failures: Record<string, () => Error> = {
  plain: () => new Error("/secret/path is gone"),
  system: () => {
    try {
      readFileSync("/secret/path/token");
    } catch (error) {
      return error as Error;
    }
    return new Error("unreachable");
  },
  bug: () => new TypeError("Cannot read properties of undefined (reading '/secret/path')"),
  symbol: () => Object.assign(new Error("/secret/path"), { name: "Error" }),
  named: () => Object.assign(new Error("no such host"), { name: "ConnectionError" }),
};
const under = engineUnderTest({
  onHostError: (error) => hostErrors.push(error),
  capabilities: {
    async http({ url }) {
      throw failures[new URL(url).hostname.split(".")[0] as string]?.() ?? url;
    },
  },
});

describe("J3 keys that mean something to JavaScript", () => {
  /** Merges as careless libraries do. */
  function deepMerge(
    target: Record<string, unknown>,
    source: Record<string, unknown>,
  ): Record<string, unknown> {
    for (const key in source) {
      const [mine, other] = [target[key], source[key]];
      if (typeof mine === "object" && mine !== null && typeof other === "object" && other !== null)
        deepMerge(mine as Record<string, unknown>, other as Record<string, unknown>);
      else target[key] = other;
    }
    return target;
  }
  const isAdmin = (value: object) => (value as { isAdmin?: boolean }).isAdmin;

  const programs = [
    'return {"__proto__": {"isAdmin": True}}',
    'return {"a": {"b": [{"__proto__": {"isAdmin": True}}]}}',
    'return [{"__pro" + "to__": {"isAdmin": True}}]',
  ];

  test.each(programs)("%s: a mapping fails, and so does a policy", async (source) => {
    await expect(under.engine.mapping("m", source).evaluate({})).rejects.toThrow(ExpressionFailure);
    await expect(under.engine.mapping("m", source).evaluate({})).rejects.toThrow(/a key '__proto__' cannot/);
    const verdict = await under.engine.policy("p", source).evaluate({ request: { context: {} } });
    expect(verdict).toMatchObject({ passing: false, rawResult: null, error: { type: "ValueError" } });
  });

  test.each(programs)(
    "%s: as a bare expression its text is whole, and its value can be merged",
    async (source) => {
      const outcome = await under.run(source);
      expect(outcome.resultJson).toContain('"__proto__":{"isAdmin":true}');
      const value = outcome.result as JsonObject;
      for (const merged of [
        Object.assign({}, value),
        { ...value },
        deepMerge({}, value),
        structuredClone(value),
        JSON.parse(JSON.stringify(value)) as object,
      ])
        expect(isAdmin(merged)).toBeUndefined();
      expect(isAdmin({})).toBeUndefined();
    },
  );

  test("in events and the attributes of logs they are left out", async () => {
    const source = 'ak_logger.info("x", **{"a": {"__proto__": {"isAdmin": True}}})\nreturn True';
    const { logs } = await under.run(source, {}, "policy");
    expect(logs).toEqual([{ level: "info", event: "x", attributes: { a: {} } }]);
    expect(isAdmin({ ...(logs[0]?.attributes.a as object) })).toBeUndefined();
  });

  test("as names in a plan's context they stay names, for the next policy and after a store", async () => {
    const view: JsonObject = { user: null, context: { flow_plan: { context: {} } } };
    const source =
      'request.context["flow_plan"].context["__proto__"] = True\nrequest.context["constructor"] = {"prototype": 1}\nreturn True';
    const { changes, error } = await under.run(source, { request: view }, "policy");
    expect(error).toBeUndefined();
    expect(changes).toHaveLength(2);
    for (const kept of [
      changedView(view, changes),
      JSON.parse(JSON.stringify(changedView(view, changes))) as JsonObject,
    ]) {
      const context = kept.context as { flow_plan: { context: JsonObject } };
      expect(Object.keys(context.flow_plan.context)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(context.flow_plan.context)).toBe(Object.prototype);
    }
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as { constructor: unknown }).constructor).toBe(Object);
  });
});

describe("J4 the host's own errors", () => {
  test.each(["plain", "system", "bug", "symbol"])(
    "%s: the expression learns neither path nor stack, the embedder all",
    async (how) => {
      hostErrors.length = 0;
      const source = `try:
    requests.get("https://${how}.example/")
except Exception as error:
    return [type(error).__name__, str(error), [str(a) for a in error.args], repr(error.__context__), repr(error.__cause__)]`;
      const { resultJson, error } = await under.run(source, {}, "policy");
      expect(error).toBeUndefined();
      expect(JSON.parse(resultJson)).toEqual([
        "RuntimeError",
        "the host failed at http.send",
        ["the host failed at http.send"],
        "None",
        "None",
      ]);
      expect(hostErrors).toHaveLength(1);
      expect(String(hostErrors[0])).toContain("/secret/path");
    },
  );

  test("uncaught, its traceback has the author's lines only", async () => {
    const { error } = await under.run('requests.get("https://plain.example/")', {}, "policy");
    expect(error?.traceback).toBe(
      'Traceback (most recent call last):\n  File "test", line 1, in handler\n    requests.get("https://plain.example/")\n    ~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^\nRuntimeError: the host failed at http.send\n',
    );
  });

  test("what is no error at all tells no more", async () => {
    expect(await under.error('requests.get("https://thrown-text.example/")')).toBe(
      "RuntimeError: the host failed at http.send",
    );
  });

  test("an error that was named on purpose is the author's to read", async () => {
    expect(await under.error('requests.get("https://named.example/")')).toBe("ConnectionError: no such host");
  });
});

describe("J5 errors that fight back", () => {
  test.each([
    ["a text of ten megabytes", 'raise ValueError("x" * 10_000_000)', /^OutputLimitExceeded$/],
    [
      "an endless text",
      "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
      /^StepLimitExceeded$/,
    ],
    ["a text that is none", "class E(Exception):\n    def __str__(self): return 5\nraise E", /E$/],
    [
      "a text that raises the error again",
      "class E(Exception):\n    def __str__(self): raise self\nraise E",
      /E$/,
    ],
    [
      "a name with line breaks",
      'raise type("E\\n  File \\"/etc/passwd\\", line 1", (Exception,), {})',
      /E\n {2}File/,
    ],
    [
      "a chain of thousands",
      "error = None\nfor n in range(5000):\n    new = ValueError(n)\n    new.__cause__ = error\n    error = new\nraise error",
      /^ValueError$/,
    ],
    [
      "a chain in a ring",
      "a = ValueError(1)\nb = ValueError(2)\na.__cause__ = b\nb.__cause__ = a\nraise a",
      /^ValueError$/,
    ],
    [
      "a group of groups",
      "error = ValueError()\nfor _ in range(100): error = ExceptionGroup('x', [error, error])\nraise error",
      /^ExceptionGroup$/,
    ],
    [
      "thousands of notes",
      "error = ValueError()\nerror.__notes__ = ['n' * 100] * 50_000\nraise error",
      /^(ValueError|OutputLimitExceeded)$/,
    ],
  ])("%s gives a report that is bounded", async (_name, source, type) => {
    const outcome = await under.run(source, {}, "policy", { limits: { steps: 2_000_000 } });
    expect(outcome.passing).toBe(false);
    expect(outcome.error?.type).toMatch(type);
    expect(JSON.stringify(outcome).length).toBeLessThan(4_000_000);
    expect(outcome.error?.traceback).not.toMatch(/node:|\.ts:|worker\.cjs/);
  });

  test.each([
    [
      "a name that is a symbol",
      "const e = new Error('x'); Object.defineProperty(e, 'name', { value: Symbol('s') }); throw e;",
    ],
    [
      "a message that is a function of its own",
      "throw Object.defineProperty(new Error(), 'message', { get() { throw this; } });",
    ],
    ["a message of ten megabytes", "throw new Error('x'.repeat(1e7));"],
    [
      "a stack that is none",
      "const e = new Error('x'); Object.defineProperty(e, 'stack', { value: { toString() { throw e; } } }); throw e;",
    ],
    ["nothing", "throw undefined;"],
    ["a function", "throw () => {};"],
  ])("thrown in the isolate, %s fails that evaluation with a bounded text", async (_name, body) => {
    const answer = await sandbox.run(request(`(() => { ${body} })()`));
    expect(answer).toMatchObject({ ok: false, failure: "WorkerCrashed" });
    expect(JSON.stringify(answer).length).toBeLessThan(3000);
    expect(JSON.stringify(answer)).not.toMatch(/worker\.cjs|node_modules/);
  });
});

describe("J6, J7 promises and microtasks", () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  beforeAll(() => {
    process.on("unhandledRejection", note);
  });
  afterAll(() => {
    process.removeListener("unhandledRejection", note);
  });

  test.each([
    "(async () => { throw new Error('nobody looks'); })(); return 1;",
    "(async function* () { throw new Error('nobody looks'); })().next(); return 1;",
    "return (async () => { throw new Error('handed out'); })();",
    "(async () => { await null; throw { get message() { throw 1; } }; })(); return 1;",
  ])("%s is one failed evaluation, and no rejection of the host's", async (body) => {
    const answer = await sandbox.run(request(`(() => { ${body} })()`));
    expect(answer).toMatchObject({ ok: false, failure: "WorkerCrashed" });
    await new Promise((settle) => setTimeout(settle, 5));
    expect(rejections).toEqual([]);
  });

  test("Python's coroutines that nobody awaits do nothing", async () => {
    const outcome = await under.run(
      "async def f():\n    ak_message('ran')\n    raise ValueError\nf()\nreturn True",
      {},
      "policy",
    );
    expect(outcome).toMatchObject({ passing: true, messages: [] });
  });

  test("microtasks have run out when the answer is given: none runs in the next evaluation's time", async () => {
    // One program, so that both evaluations see the same list.
    const program = {
      id: "microtasks",
      code: `() => { const seen = []; return (context) => {
        if (!context.start) return seen;
        (async () => { for (let turn = 0; turn < 1000; turn += 1) { await null; } seen.push("late"); })();
        return seen;
      }; }`,
    };
    const first = await sandbox.run({ ...request(""), program, contextJson: '{"start": true}' });
    const second = await sandbox.run({ ...request(""), program });
    const third = await sandbox.run({ ...request(""), program });
    expect([first, second, third].map((answer) => (answer.ok ? answer.outcomeJson : answer.failure))).toEqual(
      ["[]", '["late"]', '["late"]'],
    );
  });
});

describe("J8 compiled code is never taken from outside", () => {
  test("nothing in the product takes or makes code caches", () => {
    expect(sources.size).toBeGreaterThan(300);
    expect(linesWith(/cachedData|CachedData|startupSnapshot|deserializeMain|node:vm\b|new vm\./)).toEqual([]);
  });

  // The isolate's snapshot is code in effect. It is the engine's own, built from its own sources where only its owner can write.
  test.skipIf(process.platform === "win32")(
    "a cache in a folder that others can write is neither read nor filled",
    async () => {
      const cacheDirectory = mkdtempSync(join(tmpdir(), "postern-test-"));
      onTestFinished(() => rmSync(cacheDirectory, { recursive: true }));
      const first = await openSandbox({ cacheDirectory });
      await first.close();
      expect(readdirSync(cacheDirectory)).toHaveLength(3);
      for (const name of readdirSync(cacheDirectory)) rmSync(join(cacheDirectory, name));
      chmodSync(cacheDirectory, 0o777);
      const second = await openSandbox({ cacheDirectory });
      expect(await second.run(request("1 + 1"))).toMatchObject({ outcomeJson: "2" });
      await second.close();
      expect(readdirSync(cacheDirectory)).toEqual([]);
    },
  );
});

test("J10 the host holds no isolate: closing while calls are open settles them all, round after round", async () => {
  for (let round = 0; round < 6; round += 1) {
    const closing = await openSandbox();
    let called = 0;
    const answers = Array.from({ length: 4 }, () =>
      closing.run(
        request('host.call("x", "{}")', {
          onCall: () => {
            called += 1;
            if (called === 1) setTimeout(() => void closing.close(), 2 * round);
            return new Promise((settle) => setTimeout(settle, 20 + round, { json: "{}" }));
          },
        }),
      ),
    );
    for (const answer of await Promise.all(answers))
      if (!answer.ok) expect(answer.failure).toBe("SandboxClosed");
    await closing.close();
    expect(closing.stats).toMatchObject({ pids: [], inFlight: 0, queued: 0 });
  }
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  expect(sharedObjects.length).toBeGreaterThan(0);
  expect(sharedObjects.filter((path) => /isolated_vm|re2/.test(path))).toEqual([]);
});

describe("J11 what one policy leaves for the next", () => {
  const fresh = engineUnderTest();

  /** Each tries to change something that others use. */
  const stains = [
    "import json\njson.dumps = None",
    "import re\nre.compile('a').pattern = 'b'",
    "setattr(str, 'upper', None)",
    "dict.get = lambda *a: 'stained'",
    "ak_message.stained = True",
    "ak_logger.info = None",
    "import builtins\nbuiltins.len = lambda x: 42",
    "import decimal\ndecimal.getcontext().prec = 3\ndecimal.DefaultContext.prec = 4",
    "import random\nrandom.seed(1)\nrandom.random()",
    "import string\nstring.digits = 'x'\nstring.Template.delimiter = '%'",
    "import collections\ncollections.namedtuple('P', 'x')\ncollections.abc.Sized.register(int)",
    "import functools\n@functools.singledispatch\ndef f(x): pass\nf.register(int, len)",
    "import enum\nclass Color(enum.Enum):\n    RED = 1\nColor.GREEN = 2",
    "import datetime\ndatetime.datetime.now = None",
    "import copy\ncopy.copy = 1",
    "request.context['given']['a'].append('stained')\nrequest.user.username = 'root'",
    "import typing\ntyping.List.__origin__ = int",
    "import time\ntime.sleep(1)",
    "import uuid, secrets\nuuid.uuid4()\nsecrets.token_hex()",
    "class Int(int):\n    def __add__(self, other): return 'stained'\nInt(1) + 1",
    "class Meta(type):\n    def __subclasscheck__(cls, other): return True\nclass Any(metaclass=Meta): pass\nissubclass(int, Any)",
    "raise ValueError('unfinished')",
    "def f():\n    try: yield 1\n    finally: ak_message('late')\nnext(f())",
    "l = []\nl.append(l)\nrepr(l)",
    "ak_create_event('x', a=1)",
    "def deep(n): return deep(n + 1)\ndeep(0)",
    "import zoneinfo\nzoneinfo.ZoneInfo('UTC').stained = 1\nzoneinfo.reset_tzpath(['/tmp'])",
    "import calendar\ncalendar.setfirstweekday(3)",
    "import fractions, statistics\nfractions.Fraction.limit_denominator = None",
    "object.__getattribute__ = None",
  ];
  /** Shows what the stains were after. */
  const probe = `import json, re, decimal, random, string, collections, datetime, copy, time, calendar, zoneinfo, functools, uuid, typing
class Own:
    pass
@functools.singledispatch
def kind(x): return "any"
return [json.dumps({"a": 1}), re.compile("a").pattern, "a".upper(), {1: 2}.get(1), len([1, 2]), hasattr(ak_message, "stained"),
    str(decimal.getcontext().prec), str(decimal.Decimal(1) / 3), random.random(), string.digits, string.Template("$a").substitute(a=1),
    isinstance(1, collections.abc.Sized), str(datetime.datetime.now()), copy.copy([1]), time.time(), calendar.firstweekday(), str(zoneinfo.ZoneInfo("UTC")),
    kind(1), request.context["given"], request.user.username, str(uuid.uuid4()), repr(typing.List), 1 + 1, id(Own()), repr(Own())]`;
  const context: JsonObject = {
    request: { user: { pk: 1, username: "marie" }, context: { given: { a: [1] } } },
  };
  const options = { now: 1_700_000_000_000, seed: 7, limits: { steps: 500_000 } };

  test("any of thirty attempts, in any order, changes no answer", async () => {
    const expected = await fresh.run(probe, context, "policy", options);
    expect(expected.error).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.subarray(stains, { minLength: 1, maxLength: 4 }), async (attempts) => {
        for (const attempt of attempts) await under.run(attempt, context, "policy", options);
        const { resultJson, steps, messages, logs } = await under.run(probe, context, "policy", options);
        expect({ resultJson, steps, messages, logs }).toEqual({
          resultJson: expected.resultJson,
          steps: expected.steps,
          messages: [],
          logs: [],
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe("J12 debuggers", () => {
  test("nothing in the product opens one or hands the option on", () => {
    expect(linesWith(/node:inspector|["'`]inspector|--inspect|--debug\b/)).toEqual([]);
  });

  test.skipIf(process.platform === "win32")(
    "the signal that opens Node's opens none in a worker",
    async () => {
      const logs: string[] = [];
      const open = await openSandbox({ onLog: (text) => logs.push(text) });
      process.kill(open.stats.pids[0] as number, "SIGUSR1");
      for (let round = 0; round < 20; round += 1)
        expect(await open.run(request("(host.log('heard'), 1)"))).toMatchObject({ ok: true });
      await open.close();
      expect(logs.join("")).toContain("heard");
      expect(logs.join("")).not.toMatch(/debugger/i);
    },
  );
});
