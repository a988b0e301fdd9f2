// What code inside a worker can reach: nothing of the host from the isolate, and next to nothing from the process.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { isolatedVmLibrary } from "../../../engine/sandbox/bundle.ts";
import { KEPT_GLOBALS, REMOVED_GLOBALS, REMOVED_MEMBERS } from "../../../engine/sandbox/removed-globals.ts";
import { spawnWorker } from "../../../engine/sandbox/supervisor.ts";
import type { Sandbox } from "../../../engine/sandbox/types.ts";
import { artifacts, openSandbox, request } from "./open-sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

/** The value of a JavaScript function body inside the isolate. */
async function inside(body: string): Promise<never> {
  const answer = await sandbox.run(request(`(() => { ${body} })()`));
  if (!answer.ok) throw new Error(`${answer.failure}: ${answer.message}`);
  return JSON.parse(answer.outcomeJson) as never;
}

/** Collects into `found` every value reachable from `roots` through own properties and prototypes, depth 6 and more. */
const walk = `
  const found = new Set();
  const roots = [host, context, options, globalThis, () => {}, async () => {}, function* () {}, async function* () {}, /x/, [], "",
    1, 1n, true, Symbol(), new Error("x"), [][Symbol.iterator](), new Map()[Symbol.iterator](), (function* () {})(), (async () => {})(),
    (function () { return arguments; })()];
  for (const make of [() => null.x, () => { throw new RangeError("x"); }, () => host.re2({ toString() { throw host; } }), () => host.re2(),
    () => (function again() { again(); })(), () => new Array(-1), () => host.log(Symbol())]) {
    try { roots.push(make()); } catch (error) { roots.push(error); }
  }
  let level = roots;
  for (let depth = 0; level.length > 0 && depth < 12; depth += 1) {
    const next = [];
    for (const value of level) {
      if (value === null || value === undefined || found.has(value)) continue;
      found.add(value);
      const object = Object(value);
      next.push(Object.getPrototypeOf(object));
      for (const key of Reflect.ownKeys(object)) {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
        next.push(key, descriptor.value, descriptor.get, descriptor.set);
        try { next.push(value[key]); } catch (error) { next.push(error); }
      }
    }
    level = next;
  }
`;

describe("J1, J2: from inside the isolate", () => {
  test("no walk over constructors and prototypes makes code from text or sees the host", async () => {
    const { sizes, seen } = (await inside(`${walk}
      const seen = [];
      let tried = 0;
      for (const value of found) {
        for (const maker of [value, value.constructor, value.constructor?.constructor]) {
          if (typeof maker !== "function") continue;
          // Their failed promises would end the evaluation.
          if (maker.name === "[Symbol.asyncDispose]" || maker.name === "fromAsync") continue;
          tried += 1;
          for (const use of [() => maker("return 'made:' + typeof process")(), () => new maker("return 'made:' + typeof process")(),
            () => maker("'made:' + typeof process")]) {
            try {
              const result = use();
              if (typeof result === "string" && result.startsWith("made:")) seen.push(String(maker).slice(0, 80));
            } catch {}
          }
        }
      }
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
    const reached = await inside(`${walk}
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
    const open = await inside(`${walk}
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

describe("the process, should the isolate be broken out of", () => {
  test("has no environment and may neither read, write, start nor debug anything", async () => {
    const real = await artifacts();
    const scratch = mkdtempSync(join(tmpdir(), "postern-test-"));
    onTestFinished(() => rmSync(scratch, { recursive: true }));
    const path = join(scratch, "probe.cjs");
    writeFileSync(
      path,
      `const outcomes = {};
      const attempt = (name, use) => { try { use(); outcomes[name] = "done"; } catch (error) { outcomes[name] = error.code ?? error.message; } };
      const fs = require("node:fs");
      attempt("read a system file", () => fs.readFileSync("/etc/passwd"));
      attempt("read the working directory", () => fs.readdirSync("."));
      attempt("read the project", () => fs.readFileSync(${JSON.stringify(join(process.cwd(), "package.json"))}));
      attempt("read own program", () => fs.readFileSync(__filename));
      attempt("write a file", () => fs.writeFileSync(${JSON.stringify(join(tmpdir(), "postern-probe"))}, "x"));
      attempt("write own program", () => fs.writeFileSync(__filename, "x"));
      attempt("remove a file", () => fs.rmSync(__filename));
      attempt("start a process", () => require("node:child_process").spawnSync("true"));
      attempt("fork", () => require("node:child_process").fork(__filename));
      attempt("start a thread", () => new (require("node:worker_threads").Worker)("1", { eval: true }));
      attempt("open a debugger", () => require("node:inspector").open(0));
      attempt("load WASI", () => new (require("node:wasi").WASI)({ version: "preview1" }));
      process.stdout.write(JSON.stringify({ outcomes, environment: Object.keys(process.env), options: process.execArgv.join(" ") }));`,
    );
    const child = spawnWorker({ ...real, worker: { ...real.worker, path } }, { memoryMb: 64, programs: 1 });
    child.stdin?.end();
    const { outcomes, environment, options } = JSON.parse(
      await text(child.stdout as NodeJS.ReadableStream as never),
    );
    expect(environment).toEqual([]);
    expect(outcomes).toEqual({
      "read a system file": "ERR_ACCESS_DENIED",
      "read the working directory": "ERR_ACCESS_DENIED",
      "read the project": "ERR_ACCESS_DENIED",
      "read own program": "done",
      "write a file": "ERR_ACCESS_DENIED",
      "write own program": "ERR_ACCESS_DENIED",
      "remove a file": "ERR_ACCESS_DENIED",
      "start a process": "ERR_ACCESS_DENIED",
      fork: "ERR_ACCESS_DENIED",
      "start a thread": "ERR_ACCESS_DENIED",
      "open a debugger": "ERR_ACCESS_DENIED",
      "load WASI": "ERR_ACCESS_DENIED",
    });
    // J12: no way to an inspector by signal either.
    expect(options).toContain("--disable-sigusr1");
  });

  test.runIf(process.platform === "linux")("holds no handle but its three pipes and Node's own", () => {
    const [pid] = sandbox.stats.pids;
    const targets = readdirSync(`/proc/${pid}/fd`).map(
      (fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/[:[].*$/, "")}`,
    );
    const pipes = targets.filter((target) => /socket/.test(target));
    expect(pipes).toEqual(["0 socket", "1 socket", "2 socket"]);
    const others = targets.filter((target) => !/ (socket|anon_inode|pipe|\/dev\/null)$/.test(target));
    expect(others).toEqual([]);
  });
});
