// G3 to G6 of the rules: what is decoded, what is installed, which Node runs it, and what other code in the process may have changed.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { GuestJsonError, readGuestJson } from "../../engine/guest-json.ts";
import { readOutcome } from "../../engine/guest-outcome.ts";
import { nodeFit, SUPPORTED_NODE } from "../../engine/node-release.ts";
import { freshDirectory } from "../runtime/store/directory.ts";

const root = join(import.meta.dirname, "../..");

// Frames, any way they are cut and of any bytes, are in tests/engine/sandbox/frames.test.ts; a cache that is damaged, in
// snapshot.test.ts; workers that break the protocol, in failures.test.ts.
describe("G3 what a worker that was taken over says of an evaluation is read or refused, never anything else", () => {
  const success =
    '{"ok":true,"size":7,"passing":true,"none":false,"repr":"[1, 2]","messages":["m"],"logs":[{"level":"info","event":"e","attributes":{"a":1}}],"events":[{"a":1}],"changes":[{"op":"set","path":["context","a"],"value":1}],"steps":3,"result":[1,"2"]}';
  const failure =
    '{"ok":false,"messages":[],"logs":[],"events":[],"steps":3,"error":{"type":"E","message":"m","chain":[{"type":"E","message":"m","link":null,"frames":[[[1,2]]],"outer":0,"notes":[]}]}}';
  const fits = (json: string): boolean => {
    try {
      readOutcome(json);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(GuestJsonError);
      return false;
    }
  };

  test("both kinds are taken as the guest writes them", () => {
    expect(readOutcome(success)).toMatchObject({
      ok: true,
      result: [1, "2"],
      resultJson: '[1,"2"]',
      steps: 3,
    });
    expect(readOutcome(failure)).toMatchObject({ ok: false, error: { type: "E" } });
  });

  test("any text, any JSON and any change of a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void fits(text)),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => void fits(json)),
      { numRuns: 1000 },
    );
    for (const outcome of [success, failure]) {
      fc.assert(
        fc.property(fc.nat(outcome.length), fc.nat(3), fc.string({ maxLength: 3 }), (at, cut, put) => {
          const changed = outcome.slice(0, at) + put + outcome.slice(at + cut);
          if (!fits(changed)) return;
          const read = readOutcome(changed);
          // Whatever was made of it, it is whole: text that is JSON, lists that are lists.
          expect(Number.isSafeInteger(read.steps)).toBe(true);
          expect(read.messages.every((message) => typeof message === "string")).toBe(true);
          if (read.ok) expect(JSON.parse(read.resultJson)).toEqual(read.result);
        }),
        { numRuns: 2000 },
      );
    }
  });

  test.each([
    ["no steps", success.replace('"steps":3,', "")],
    ["steps that are no number", success.replace('"steps":3', '"steps":null')],
    ["more than there is", success.replace('"steps":3', '"steps":3,"verdict":true')],
    ["a size that reaches into the head", success.replace('"size":7', '"size":17')],
    ["a size that reaches before the text", success.replace('"size":7', '"size":9999999')],
    [
      "a result within an object",
      '{"ok":true,"size":5,"passing":true,"none":false,"repr":"","messages":[],"logs":[],"events":[],"steps":1,"x":{"a":1,"result":1234}}',
    ],
    ["a result and something after it", success.replace('"result":[1,"2"]', '"result":[1],"a"')],
    ["messages that are no texts", success.replace('["m"]', '[{"toString":1}]')],
    ["a log line of another level", success.replace('"level":"info"', '"level":"__proto__"')],
    ["a change that is none", success.replace('"op":"set"', '"op":"run"')],
    ["a path that is no list", success.replace('["context","a"]', '"context"')],
    ["passing that is no truth value", success.replace('"passing":true', '"passing":"true"')],
    ["a traceback of texts", failure.replace("[[[1,2]]]", '"x"')],
    ["both", failure.replace('"ok":false', '"ok":true')],
    ["nothing", "null"],
    ["a list", "[]"],
  ])("%s", (_name, json) => {
    expect(fits(json)).toBe(false);
  });

  test("nesting that would overflow whoever walks it", () => {
    for (const deep of [
      "[".repeat(100_000) + "]".repeat(100_000),
      `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`,
    ])
      expect(() => readGuestJson(deep)).toThrow(GuestJsonError);
    const shallow = JSON.stringify({ text: '[{"'.repeat(10_000), list: [[['\\"]']]] });
    expect(readGuestJson(shallow).value).toEqual(JSON.parse(shallow));
  });

  test("data comes through as it is, but for the key that would replace a prototype", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        const { value: read, hadPrototypeKey } = readGuestJson(json);
        expect(hadPrototypeKey).toBe(/"__proto__":/.test(json));
        if (!hadPrototypeKey) expect(read).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
    expect(readGuestJson('{"\\u005f\\u005fproto__":{"a":1},"b":[{"__proto__":2}],"c":"__proto__"}')).toEqual({
      value: { b: [{}], c: "__proto__" },
      hadPrototypeKey: true,
    });
  });
});

describe("G4 packages", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<
      string,
      { version?: string; resolved?: string; integrity?: string; link?: boolean; optional?: boolean }
    >;
  };

  test("are pinned: one version each, and the bytes it has", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?$/);
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
    for (const [path, { resolved, integrity, link }] of Object.entries(lock.packages)) {
      if (path === "" || link === true) continue;
      expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    }
  });

  // The rule's start-up check for a flag of Node's is not needed: isolates live in processes that the engine starts itself.
  test("the flag that isolated-vm needs is on the worker's command line, whatever the host was started with", () => {
    const source = readFileSync(join(root, "engine/sandbox/worker-process.ts"), "utf8");
    expect(source).toContain('"--no-node-snapshot"');
    expect(process.execArgv).not.toContain("--no-node-snapshot");
  });
});

// Fixes of V8 come with Node only. A process is told that it is another release before anything of ours is loaded.
describe("G5 releases of Node that get no fixes of V8", () => {
  const releases = {
    "22.22.0": "refused",
    "24.14.9": "refused",
    "24.15.0": "tested",
    "25.9.9": "refused",
    "26.0.0": "later",
  } as const;
  const pretending = (version: string): string => {
    const versions = `{ ...process.versions, node: "${version}" }`;
    const source = `Object.defineProperty(process, "versions", { value: ${versions} })`;
    return `data:text/javascript,${encodeURIComponent(source)}`;
  };
  const rejected = ([, fit]: readonly [string, string]): boolean => fit === "refused";
  const all = Object.entries(releases);

  test.each(all)("%s is %s", (version, fit) => expect(nodeFit(version)).toBe(fit));

  test.each(all.filter(rejected))(
    "no engine starts on %s: the error names the supported range",
    (version) => {
      const module = pathToFileURL(join(root, "engine/index.ts")).href;
      const source = `const { createEngine } = await import("${module}");
      await createEngine().then(() => console.log("started"), ({ name, message }) => console.log(name, message));
      process.exit();`;
      const flags = ["--import", pretending(version), "--input-type=module", "--eval", source];
      const { stdout } = spawnSync(process.execPath, flags, { encoding: "utf8", cwd: root });
      expect(stdout).toBe(
        `UnsupportedNode Postern does not run on Node ${version}. It needs ${SUPPORTED_NODE}; install Node 24 LTS.\n`,
      );
    },
  );

  test("the command refuses the same ones where no other Node is at hand, and loads nothing", async () => {
    const folder = await freshDirectory();
    mkdirSync(join(folder, "cli"));
    const launcher = join(folder, "cli/bin.mjs");
    copyFileSync(join(root, "cli/bin.mjs"), launcher);
    for (const [version, fit] of all) {
      const flags = ["--import", pretending(version), launcher, "doctor"];
      const { status, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", cwd: folder });
      // The program itself is not in this folder: who gets past the look fails to load it.
      if (fit !== "refused") expect(stderr, version).toContain("ERR_MODULE_NOT_FOUND");
      else {
        expect(stderr, version).toContain(`postern: needs ${SUPPORTED_NODE}; this is ${version}.\n`);
        expect(status).toBe(2);
      }
    }
  });

  test("npm is told the same range", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(engines).toEqual({ node: "^24.15.0 || >=26.0.0" });
  });
});

/** Runs a module's text in a process of its own that has this project's engine; answers what it printed. */
async function apart(body: string): Promise<string> {
  const url = pathToFileURL(join(root, "engine/index.ts")).href;
  const source = `const { createEngine } = await import(${JSON.stringify(url)});\n${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: root,
    // With it Node loads what removes types only later, when it trips over polluted prototypes itself.
    env: { ...process.env, NODE_COMPILE_CACHE: undefined },
  });
  const [out, problems] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  if (out === "") throw new Error(problems);
  return out.trim();
}

// The embedder's code is trusted with everything, and what replaces JSON.parse or Map.prototype.get in its process can do all that
// the process can. What is held to here is the pollution that others do by accident, or that an attacker manages by data alone:
// properties on shared prototypes.
describe("G6 prototypes that something else in the process has polluted", () => {
  const probe = `
    const engine = await createEngine();
    const context = { request: { user: { pk: 1, username: "marie" }, context: { list: [1, 2], map: { a: 1 } } } };
    const source = "ak_message('m')\\nak_logger.info('l', a=1)\\nrequest.context['list'].append(3)\\nreturn [request.context, request.user.username, ak_user_by is not None]";
    const { steps: _steps, durationMs: _time, ...verdict } = await engine.policy("p", source).evaluate(context, { now: 0, seed: 1 });
    const denied = await engine.policy("q", "return requests.get('https://example.org').status_code").evaluate(context);
    const names = await engine.mapping("m", "return sorted({'toString': 1, 'polluted': 2})").evaluate({});
    await engine.close();
    console.log(JSON.stringify([verdict, denied.error?.type, denied.passing, names]));`;
  let clean: string;
  beforeAll(async () => {
    clean = await apart(probe);
  });

  test.each([
    ["data on Object.prototype", "Object.prototype.polluted = 'yes'; Object.prototype.isAdmin = true;"],
    [
      "options of the engine's",
      "Object.assign(Object.prototype, { limits: { steps: 1 }, seed: 5, sanitize: true, workers: 'x', passing: true, ok: true, error: undefined, capability: 'x' });",
    ],
    [
      "capabilities",
      "Object.assign(Object.prototype, { http: async () => ({ status: 200, reason: '', headers: [], body: '', elapsedMs: 0 }), models: {}, policies: async () => null });",
    ],
    [
      "members on Array.prototype",
      "Array.prototype.polluted = 'yes'; Object.defineProperty(Array.prototype, '9', { value: 'x', writable: true, configurable: true });",
    ],
    [
      "options of spawn's",
      "Object.assign(Object.prototype, { shell: '/bin/false', uid: 'x', argv0: 'x', detached: true, timeout: 1, execPath: '/bin/false' });",
    ],
  ])(
    "%s: verdicts are the same",
    async (_name, pollution) => {
      expect(await apart(pollution + probe)).toBe(clean);
    },
    60_000,
  );

  test("variables that were left on Object.prototype do not get into the worker's environment", async () => {
    const url = pathToFileURL(join(root, "tests/engine/sandbox/open-sandbox.ts")).href;
    const workerProcess = pathToFileURL(join(root, "engine/sandbox/worker-process.ts")).href;
    const told = await apart(`
      Object.prototype.NODE_OPTIONS = "--no-such-option-of-node";
      Object.prototype.POSTERN_TEST_SECRET = "secret";
      const engine = await createEngine();
      const { passing } = await engine.policy("p", "return True").evaluate({});
      await engine.close();
      const { artifacts } = await import(${JSON.stringify(url)});
      const { spawnWorker } = await import(${JSON.stringify(workerProcess)});
      const { writeFileSync, mkdtempSync, rmSync } = await import("node:fs");
      const folder = mkdtempSync(process.cwd() + "/node_modules/.cache/postern-test-");
      writeFileSync(folder + "/show.cjs", "process.stdout.write(JSON.stringify(Object.keys(process.env)))");
      const real = await artifacts();
      const child = spawnWorker({ ...real, worker: { ...real.worker, path: folder + "/show.cjs" } }, { memoryMb: 64, programs: 1 });
      let shown = "";
      for await (const chunk of child.stdout) shown += chunk;
      rmSync(folder, { recursive: true });
      console.log(JSON.stringify([passing, shown]));`);
    expect(JSON.parse(told)).toEqual([true, "[]"]);
  }, 60_000);
});
