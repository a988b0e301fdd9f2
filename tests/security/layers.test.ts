// The layers of docs/security.md, one taken away at a time: what is behind it holds.
//
// Two attacks are tried at each wall: take a secret out (of a file, a variable, another process, the network), and run for ever. The
// builds with a layer missing exist here only: a guest that runs JavaScript, a worker without an isolate, a worker with all rights.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { ANSWER, encodeFrame, FrameSplitter, REQUEST } from "../../engine/sandbox/frames.ts";
import { type Job, Worker } from "../../engine/sandbox/supervisor.ts";
import type { Sandbox } from "../../engine/sandbox/types.ts";
import { spawnWorker } from "../../engine/sandbox/worker-process.ts";
import { httpCapability } from "../../runtime/capabilities/http.ts";
import { artifacts, openSandbox, request } from "../engine/sandbox/open-sandbox.ts";

/** Secrets that an attack is after; none may be in what it answers. */
const secret = `secret-${process.pid}-${Date.now()}`;
const scratch = mkdtempSync(join(tmpdir(), "postern-test-"));
const secretFile = join(scratch, "secret");
writeFileSync(secretFile, secret);
/** A service of the inside, that answers with the secret to whoever gets there. */
const service = createServer((_request, response) => response.end(secret));
let visits = 0;
service.on("connection", () => {
  visits += 1;
});
let origin = "";
beforeAll(async () => {
  process.env.POSTERN_TEST_SECRET = secret;
  await new Promise<void>((settle) => service.listen(0, "127.0.0.1", settle));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(() => {
  delete process.env.POSTERN_TEST_SECRET;
  service.close();
  rmSync(scratch, { recursive: true });
});

/** Every way to a secret that JavaScript has, as the body of a function of `require`, which may be undefined. */
const thefts = (): string => `
  const outcomes = {};
  const attempt = (name, use) => {
    try { outcomes[name] = String(use()); } catch (error) { outcomes[name] = error.code ?? error.name; }
  };
  attempt("variable", () => JSON.stringify(process.env));
  attempt("file", () => require("node:fs").readFileSync(${JSON.stringify(secretFile)}));
  attempt("parent's variables", () => require("node:fs").readFileSync("/proc/" + process.ppid + "/environ"));
  attempt("another program", () => require("node:child_process").execFileSync("cat", [${JSON.stringify(secretFile)}]));
  attempt("a thread with rights", () => new (require("node:worker_threads").Worker)("1", { eval: true, execArgv: [] }));
  attempt("a link to it", () => require("node:fs").symlinkSync(${JSON.stringify(secretFile)}, ${JSON.stringify(join(scratch, "link"))}));
  attempt("a native library", () => process.dlopen({ exports: {} }, ${JSON.stringify(secretFile)}));
  attempt("internals", () => process.binding("fs").readFileUtf8(${JSON.stringify(secretFile)}, 0));
  attempt("rights given back", () => process.permission.has("fs.read", ${JSON.stringify(secretFile)}));
  return outcomes;
`;

describe("without the object model (JavaScript straight in the isolate), the isolate holds", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox();
  });
  afterAll(() => sandbox.close());

  test("secrets: there is nothing to read one with", async () => {
    const answer = await sandbox.run(request(`(() => { ${thefts()} })()`));
    expect(answer.ok && JSON.parse(answer.outcomeJson)).toEqual({
      variable: "ReferenceError",
      file: "ReferenceError",
      "parent's variables": "ReferenceError",
      "another program": "ReferenceError",
      "a thread with rights": "ReferenceError",
      "a link to it": "ReferenceError",
      "a native library": "ReferenceError",
      internals: "ReferenceError",
      "rights given back": "ReferenceError",
    });
  });

  test("network: there is nothing to connect with", async () => {
    const before = visits;
    const body = `["fetch", "WebSocket", "XMLHttpRequest", "require", "process"].filter((name) => name in globalThis)`;
    expect(await sandbox.run(request(body))).toMatchObject({ outcomeJson: "[]" });
    expect(await sandbox.run(request(`import("${origin}/x.mjs")`))).toMatchObject({ ok: false });
    expect(visits).toBe(before);
  });

  test("running for ever: the isolate's deadline", async () => {
    const answer = await sandbox.run(request("(() => { for (;;); })()", { limit: { wallMs: 200 } }));
    expect(answer).toMatchObject({ ok: false, failure: "WallTimeLimitExceeded" });
  });
});

describe("without the isolate (JavaScript straight in the worker process), the process's rights hold", () => {
  /** What a worker without an isolate answers to a program, under the real rights and the real supervision. */
  async function run(body: string, wallMs = 10_000): Promise<string> {
    const path = join(import.meta.dirname, "worker-without-isolate.cjs");
    const real = await artifacts();
    let worker: Worker | undefined;
    try {
      return await new Promise((settle) => {
        worker = new Worker(
          { ...real, worker: { ...real.worker, path } },
          { memoryMb: 64, programs: 1 },
          { serves() {}, answered() {}, waits() {}, ended() {} },
        );
        const job: Job = {
          request: {
            ...request("", { limit: { wallMs } }),
            program: { id: "attack", code: `() => (require) => { ${body} }` },
          },
          succeed: settle,
          fail: (failure) => settle(failure),
        };
        worker.send(job);
      });
    } finally {
      worker?.kill("SandboxClosed", "");
      await worker?.gone;
    }
  }

  test("secrets: no variables, no file, no process, no thread, no library", async () => {
    expect(JSON.parse(await run(thefts()))).toEqual({
      variable: "{}",
      file: "ERR_ACCESS_DENIED",
      "parent's variables": "ERR_ACCESS_DENIED",
      "another program": "ERR_ACCESS_DENIED",
      "a thread with rights": "ERR_ACCESS_DENIED",
      "a link to it": "ERR_ACCESS_DENIED",
      "a native library": expect.stringMatching(/^ERR_/),
      internals: expect.stringMatching(/^(ERR_|Error|TypeError)/),
      "rights given back": "false",
    });
  });

  test("running for ever: the host's deadline", async () => {
    const since = performance.now();
    expect(await run("for (;;);", 300)).toBe("WallTimeLimitExceeded");
    expect(performance.now() - since).toBeLessThan(10_000);
  });

  // Not a promise but its absence, as docs/security.md says. Once Node covers sockets, this test asks for a better page.
  test("network: Node 24's rights do not cover sockets", async () => {
    const body = `
      const port = ${new URL(origin).port};
      const { Socket } = require("node:net");
      return typeof new Socket().connect(port, "127.0.0.1").connecting;`;
    expect(await run(body)).toBe('"boolean"');
  });
});

describe("without the process's rights (the worker's program as an ordinary process), the isolate holds", () => {
  /** What the real worker answers to one program when it may do everything and knows a secret. */
  async function run(body: string, wallMs: number): Promise<string> {
    const real = await artifacts();
    const child = spawn(
      process.execPath,
      ["--no-node-snapshot", real.worker.path, real.snapshot.path, "64", "quiet"],
      {
        stdio: ["pipe", "pipe", "inherit"],
        env: { POSTERN_TEST_SECRET: secret },
      },
    );
    onTestFinished(() => void child.kill("SIGKILL"));
    const { program, settings, options } = request(`(() => { ${body} })()`);
    const frames = [
      encodeFrame(REQUEST.load, [1], [program.id, program.code]),
      encodeFrame(REQUEST.context, [], ["{}"]),
      encodeFrame(REQUEST.settings, [], [settings]),
      encodeFrame(REQUEST.run, [0, wallMs, 100_000, 0, 1, 1, 0], [options]),
    ];
    child.stdin.write(Buffer.concat(frames));
    const splitter = new FrameSplitter();
    return new Promise((settle) => {
      child.stdout.on("data", (chunk: Buffer) =>
        splitter.push(
          chunk,
          () => 200_000,
          (type, frame) => {
            if (type === ANSWER.ready) return true;
            frame.field();
            if (type === ANSWER.done) settle(frame.texts(1)[0] as string);
            else settle(`failure ${frame.field()}: ${frame.texts(1)[0]}`);
            return true;
          },
        ),
      );
    });
  }

  test("secrets: the same that cannot be named with rights cannot be named without", async () => {
    const outcomes = JSON.parse(await run(thefts(), 5000)) as Record<string, string>;
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["ReferenceError"]));
  });

  test("running for ever: the isolate's deadline", async () => {
    expect(await run("for (;;);", 200)).toMatch(/^failure 0: stopped at its deadline/);
  });
});

describe("capabilities and the guarded client", () => {
  const source = "return requests.get(service).text";

  test("without a guarded client, what was not granted is not reached", async () => {
    await using engine = await createEngine();
    const before = visits;
    const outcome = await engine.expression("e", source).run({ service: origin });
    expect(outcome.error).toMatchObject({ type: "CapabilityError" });
    expect(visits).toBe(before);
  });

  test("with everything granted, the guarded client refuses what is not among its targets", async () => {
    const http = httpCapability({ targets: ["api.example.com"] });
    await using engine = await createEngine({ capabilities: { http } });
    const before = visits;
    const outcome = await engine.expression("e", source).run({ service: origin });
    expect(outcome.error?.type).toMatch(/^(ConnectionError|InvalidURL|RequestException)$/);
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(visits).toBe(before);
  });

  test("with both away the secret is out: these tests can fail", async () => {
    await using engine = await createEngine({
      capabilities: {
        async http({ url }) {
          const body = Buffer.from(await (await fetch(url)).arrayBuffer()).toString("base64");
          return { status: 200, reason: "OK", headers: [], body, elapsedMs: 1 };
        },
      },
    });
    const outcome = await engine.expression("e", source).run({ service: origin });
    expect(outcome.result).toBe(secret);
  });
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("the process, should the isolate be broken out of", () => {
  test("has no environment and may neither read, write, start nor debug anything", async () => {
    const real = await artifacts();
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
