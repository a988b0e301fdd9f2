// The package as a user has it: packed by npm, installed in an empty project, used from there.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { apiReference, writtenReference } from "../../scripts/api-reference.ts";
import { installPackage, type Project } from "./installed-package.ts";

// A slow machine compiles for a while, and each program that is started builds or loads much.
vi.setConfig({ hookTimeout: 240_000, testTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");
let project: Project;
beforeAll(async () => {
  project = await installPackage(["@types/node"]);
});
afterAll(() => project?.[Symbol.asyncDispose]());

const postern = (args: readonly string[], folder?: string) =>
  project.run(process.execPath, [join(project.installed, "dist/cli/bin.mjs"), ...args], folder);

test("it holds compiled code, its types, and what is read at run time; nothing of the checkout besides", async () => {
  const files = await readdir(project.installed, { recursive: true, withFileTypes: true });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(project.installed.length + 1));
  expect(names.filter((name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name))).toEqual([]);
  expect([...new Set(names.map((name) => name.split("/")[0]))].sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist",
    "package.json",
  ]);
  expect(names).toEqual(
    expect.arrayContaining([
      "dist/cli/bundle/LICENSES.txt",
      "dist/cli/bundle/early.mjs",
      "dist/cli/bundle/main.mjs",
      "dist/engine/sandbox/bundles.json",
      "dist/fixtures/blueprints/login-with-sms.yaml",
      "dist/playground/dist/index.html",
      "dist/schemas/blueprint.schema.json",
      "dist/schemas/suite.schema.json",
    ]),
  );
  // What bundles the sandbox has done so; a first start makes its snapshot only.
  expect(names).not.toContain("dist/engine/sandbox/bundle.js");
  const { dependencies, devDependencies, scripts } = JSON.parse(
    await readFile(join(project.installed, "package.json"), "utf8"),
  );
  expect(dependencies).not.toHaveProperty("esbuild");
  expect({ devDependencies, scripts }).toEqual({});
});

test("`npx postern --version` answers", async () => {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  expect(await project.run("npx", ["postern", "--version"])).toEqual({
    code: 0,
    out: `${version}\n`,
    err: "",
  });
});

test("an expression is evaluated, checked and explained", async () => {
  const source = 'x = f"\\N{BULLET} {regex_replace(name, "[aeiou]", "")}"\nreturn len(x) == 5\n';
  await writeFile(join(project.folder, "policy.py"), source);
  await writeFile(join(project.folder, "context.json"), '{"name": "marie!"}');
  const given = ["policy.py", "--context", "context.json"];
  expect(await postern(["eval", ...given])).toEqual({ code: 0, out: "passed\n", err: "" });
  const explained = await postern(["eval", ...given, "--explain"]);
  expect(explained.out).toContain("> 2 | return len(x) == 5");
  await writeFile(join(project.folder, "wrong.py"), "return requst.user\n");
  const checked = await postern(["check", "wrong.py"]);
  expect(checked).toMatchObject({ code: 1, err: "" });
  expect(checked.out).toContain("requst");
});

test("`postern init` writes suites that pass, and the schemas that they name are there", async () => {
  expect(await postern(["init", "phones"])).toMatchObject({ code: 0, err: "" });
  const ended = await postern(["test", "--slowest", "0"], join(project.folder, "phones"));
  expect(ended).toMatchObject({ code: 0, err: "" });
  expect(ended.out).toMatch(/^4 cases: 4 passed \(\d+ ms\)$/m);
  const suites = join(project.folder, "phones/suites");
  const suite = await readFile(join(suites, "enrollment.suite.yaml"), "utf8");
  const [, schema = ""] = /\$schema=(\S+)/.exec(suite) ?? [];
  expect(JSON.parse(await readFile(join(suites, schema), "utf8"))).toHaveProperty("$schema");
});

test("`postern stubs` writes what editors read, `postern doctor` finds nothing to mend", async () => {
  expect(await postern(["stubs"])).toMatchObject({ code: 0, err: "" });
  const env = join(project.folder, "data");
  const { code, out } = await postern(["doctor", "--data", env]);
  expect({ code, failed: out.match(/^(?:fail|warn).*$/gm) }).toEqual({ code: 0, failed: null });
});

test("the plain script runs with it", async () => {
  await cp(join(root, "examples/plain-node"), join(project.folder, "plain-node"), { recursive: true });
  const ask = (phone: string) => project.run(process.execPath, ["plain-node/ask.mjs", phone]);
  expect(await ask("+1234 567 890")).toEqual({
    code: 0,
    out: 'accepted\n{"from":"+12340000","to":"+1234 567 890","body":"Your code is 042815"}\n',
    err: "",
  });
  expect(await ask("+49 170 1234567")).toEqual({
    code: 1,
    out: "refused: Invalid phone number or missing region code\n",
    err: "",
  });
});

test("the Fastify application runs with it", async () => {
  await cp(join(root, "examples/fastify-app"), join(project.folder, "fastify-app"), { recursive: true });
  const app = project.start(["fastify-app/main.ts"], { PORT: "0" });
  const address = await app.printed(/^listening at (\S+)$/m);
  const started = await fetch(`${address}/phone`, { method: "POST", headers: { "x-user": "marie" } });
  const [session = ""] = started.headers.getSetCookie()[0]?.split(";") ?? [];
  const answer = async (body: object) => {
    const headers = { cookie: session, "content-type": "application/json" };
    const answered = await fetch(`${address}/phone/answer`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return await answered.json();
  };
  expect(await answer({ phone: "+1234 567 890" })).toMatchObject({ component: "ak-stage-authenticator-sms" });
  const code = await app.printed(/^SMS to \+1234 567 890: .*?(\d{6})/m);
  expect(await answer({ code })).toMatchObject({ component: "xak-flow-redirect", finished: true });
  expect(await app.stop()).toEqual({ code: 0, err: "" });
});

test("docs/api/ is what its docstrings say; `npm run build && node scripts/api-reference.ts` writes it", () => {
  expect(writtenReference()).toEqual(apiReference(join(project.installed, "dist")));
});

test("its types are those of every door, with all of TypeScript's checks and of its declarations too", async () => {
  const folder = join(project.folder, "typed");
  await mkdir(folder);
  await cp(join(import.meta.dirname, "consumer.ts"), join(folder, "consumer.ts"));
  const compilerOptions = {
    target: "es2024",
    module: "nodenext",
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await project.run(process.execPath, [tsc, "-p", folder])).toEqual({ code: 0, out: "", err: "" });
});
