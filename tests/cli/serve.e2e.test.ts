// `postern serve` as a process of its own: ready, used by authentik's client, stopped, started again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Configuration, CoreApi, FlowsApi } from "@goauthentik/api";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { testDatabase } from "../postgres/database.ts";
import { postern } from "./command-line.ts";

// Each test starts several processes.
vi.setConfig({ testTimeout: 180_000 });

const database = await testDatabase();
const root = join(import.meta.dirname, "../..");
const blueprint = join(root, "fixtures/blueprints/sms-enrollment.yaml");
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-serve-"));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

interface Started {
  readonly line: { url: string; token?: string };
  /** Asks the process to end; resolves with its exit code and everything it printed. */
  stop(): Promise<{ code: number | null; out: string; err: string }>;
}

const serve = (data: string, ...args: string[]): Promise<Started> => start(["--data", data, ...args]);

async function start(args: readonly string[], env: { [name: string]: string } = {}): Promise<Started> {
  const command = [join(root, "cli/bin.mjs"), "serve", "--port", "0", "--json", ...args];
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = spawn(process.execPath, command, { stdio, env: { ...process.env, ...env } });
  children.push(child);
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ready = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk) => {
    out += chunk;
    if (out.includes("\n")) ready.resolve();
  });
  const ended = once(child, "close");
  await Promise.race([
    ready.promise,
    ended.then(() => {
      throw new Error(`ended before it was ready: ${err}`);
    }),
  ]);
  return {
    line: JSON.parse(out.split("\n", 1)[0]),
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      return { code, out, err };
    },
  };
}

const api = (url: string, token: string): Configuration =>
  new Configuration({ basePath: `${url}/api/v3`, accessToken: token });

test("an empty folder gets a server with an administrator; started again, both are still there", async () => {
  const data = join(folder, "data");
  const context = ["--set", "gateway_url=https://gateway.example/sms"];
  const first = await serve(data, "--blueprint", blueprint, ...context);
  const { url, token = "" } = first.line;
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const me = await new CoreApi(api(url, token)).coreUsersMeRetrieve();
  expect(me.user).toMatchObject({ username: "akadmin", isSuperuser: true });
  const challenge = await new FlowsApi(api(url, token)).flowsExecutorGet({
    flowSlug: "enroll-generic",
    query: "",
  });
  expect(challenge.component).toMatch(/^ak-stage-/);
  const stopped = await first.stop();
  expect(stopped).toMatchObject({ code: 0, out: `${JSON.stringify(first.line)}\n` });
  expect(stopped.err).not.toContain(token);

  for (const file of ["postern.json", "secret.key"]) {
    expect((await stat(join(data, file))).mode & 0o077).toBe(0);
  }
  expect(await readFile(join(data, "postern.json"), "utf8")).not.toContain(token);

  const second = await serve(data);
  expect(second.line).toEqual({ url: expect.any(String) });
  const again = await new CoreApi(api(second.line.url, token)).coreUsersMeRetrieve();
  expect(again.user.username).toBe("akadmin");
  expect((await second.stop()).code).toBe(0);
});

test("a token made on the command line is one of the server; revoked it is refused", async () => {
  const { library } = await import("../../cli/library.ts");
  const data = join(folder, "tokens");
  await (await serve(data)).stop();
  const run = (...args: string[]) => postern(["token", ...args, "--data", data], { library });
  const made = await run("create", "--user", "akadmin", "--identifier", "ci");
  const key = made.out.trim();
  const server = await serve(data);
  const me = await new CoreApi(api(server.line.url, key)).coreUsersMeRetrieve();
  expect(me.user.username).toBe("akadmin");
  const busy = await run("list");
  expect([busy.code, busy.out]).toEqual([2, ""]);
  await server.stop();
  expect((await run("list")).out).toMatch(/^ci {2}akadmin {2}made .*, no end$/m);
  expect((await run("create", "--user", "akadmin", "--identifier", "ci")).err).toContain("already exists");
  expect((await run("create", "--user", "nobody")).err).toBe(
    'postern: there is no user "nobody"; users: "akadmin"\n',
  );
  expect((await run("revoke", "ci")).code).toBe(0);
  expect((await run("revoke", "ci")).err).toBe(
    'postern: there is no token "ci"; `postern token list` shows them\n',
  );
  const after = await serve(data);
  const refused = await fetch(`${after.line.url}/api/v3/core/users/me/`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(refused.status).toBe(403);
  await after.stop();
});

test("a setting, a blueprint or a key that cannot be used ends with 2 and says where", async () => {
  const { library } = await import("../../cli/library.ts");
  const settings = join(folder, "postern.yaml");
  await writeFile(settings, "# ours\nprot: 1\n");
  const run = (...args: string[]) =>
    postern(["serve", "--data", join(folder, "broken"), ...args], { library });
  const unknown = await run("--settings", settings);
  expect(unknown.code).toBe(2);
  expect(unknown.err).toMatch(new RegExp(`^postern: ${settings}:2: prot: there is no such setting;`));
  const none = join(folder, "none.yaml");
  expect(await run("--blueprint", none)).toEqual({
    code: 2,
    out: "",
    err: `postern: ${none}: there is no such file\n`,
  });
  await writeFile(join(folder, "broken/secret.key"), "short\n");
  expect((await run()).err).toContain("is not a key (at least 32 characters)");
  const env = { POSTERN_STORE_KEY: "not-a-key", POSTERN_ALLOW: "not a target" };
  const refused = await postern(["serve", "--data", join(folder, "broken")], { library, env });
  expect(refused).toEqual({
    code: 2,
    out: "",
    err:
      "postern: POSTERN_STORE_KEY: must be 32 bytes: 64 hexadecimal digits, or base64\n" +
      "POSTERN_ALLOW.0: must be host:port, or http://host:port to allow plain HTTP\n",
  });
  const file = await postern(["serve", "--data", settings], { library });
  expect(file).toMatchObject({ code: 2, out: "" });
  expect(file.err).toMatch(/^postern: .*postern\.yaml: cannot be made: EEXIST/);
});

test.each(["mysql://user:canary@db/postern", "postgress://user:canary@db/postern"])(
  "an address that is no database's of ours is not taken for a file: %s",
  async (store) => {
    const { library } = await import("../../cli/library.ts");
    const fault = "must be a file, or a database's address that begins with postgresql://";
    const served = await postern(["serve", "--store", store], { library });
    expect(served).toEqual({ code: 2, out: "", err: `postern: store: ${fault}\n` });
    const listed = await postern(["token", "list"], { library, env: { POSTERN_STORE: store } });
    expect(listed).toEqual({
      code: 2,
      out: "",
      err: `postern: the store (--store, POSTERN_STORE) ${fault}\n`,
    });
  },
);

test("a folder that cannot be made ends with 2", async () => {
  const { library } = await import("../../cli/library.ts");
  await writeFile(join(folder, "file"), "");
  const { code, err } = await postern(["serve", "--data", join(folder, "file/data")], { library });
  expect(code).toBe(2);
  expect(err).toMatch(/^postern: \S+: cannot be made: [^\n]+\n$/);
});

test("a variable that is named like a setting and is none is told in the log", async () => {
  const { library } = await import("../../cli/library.ts");
  const env = { POSTERN_TRUSTED_PROXYS: "10.0.0.1", POSTERN_ALLOW: "http://127.0.0.1:1" };
  const args = ["serve", "--data", join(folder, "variables"), "--port", "0", "--json"];
  const { code, err } = await postern(args, { library, env });
  expect(code).toBe(0);
  const told = "POSTERN_TRUSTED_PROXYS: there is no such setting; the variable has no effect on the server";
  expect(err.match(/there is no such setting/g)).toHaveLength(1);
  expect(err).toContain(told);
});

test.skipIf(process.platform === "win32")(
  "a first start that cannot write its key leaves no half of one: the next start draws it",
  async () => {
    const { library } = await import("../../cli/library.ts");
    const data = join(folder, "half");
    const args = ["serve", "--data", data, "--port", "0", "--json"];
    // As on a full disk: no file can grow.
    const child = spawn("/bin/sh", [
      "-c",
      'ulimit -f 0; exec "$0" "$@"',
      process.execPath,
      join(root, "cli/bin.mjs"),
      ...args,
    ]);
    children.push(child);
    const [code] = await once(child, "close");
    expect(code).toBe(2);
    expect(await readdir(data)).toEqual([]);
    expect((await postern(args, { library })).code).toBe(0);
  },
);

test("a gateway that does not answer keeps nobody from stopping", async () => {
  const gateway = createServer();
  const asked = once(gateway, "request");
  gateway.listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const target = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const args = ["--data", join(folder, "hanging"), "--blueprint", blueprint, "--allow", target];
  const server = await start([...args, "--set", `gateway_url=${target}`], {
    POSTERN_SHUTDOWN_TIMEOUT: "100",
  });
  const { url, token = "" } = server.line;
  let cookie = "";
  const ask = async (body?: object): Promise<Response> => {
    const response = await fetch(`${url}/api/v3/flows/executor/enroll-generic/?query=`, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", cookie },
      redirect: "manual",
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    const cookies = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
    if (cookies.length > 0) cookie = cookies.join("; ");
    return response;
  };
  await ask();
  expect((await ask({ phone: "+1234 567 890" })).status).toBe(302);
  const cut = ask().catch((error: unknown) => error);
  await asked;
  const before = performance.now();
  expect((await server.stop()).code).toBe(0);
  // The gateway would have had ten seconds.
  expect(performance.now() - before).toBeLessThan(8_000);
  expect(await cut).toBeInstanceOf(Error);
  gateway.closeAllConnections();
  gateway.close();
});

test("a port that is taken ends with 2, and the first start that succeeds shows the token", async () => {
  const { library } = await import("../../cli/library.ts");
  const server = await serve(join(folder, "port"));
  const { port } = new URL(server.line.url);
  const own = ["--blueprint", blueprint, "--set", "gateway_url=https://gateway.example/sms"];
  const second = await postern(["serve", "--data", join(folder, "port-too"), "--port", port, ...own], {
    library,
  });
  expect(second).toMatchObject({ code: 2, out: "" });
  expect(second.err).toBe(
    `postern: 127.0.0.1:${port}: another program listens there; choose another --port, or 0 for a free one\n`,
  );
  const third = await serve(join(folder, "port-too"), ...own);
  expect(third.line.token).toBeDefined();
  await third.stop();
  await server.stop();
});

database.describe("in a database", () => {
  test("two servers know the same administrator and sign the same cookies; nothing shows the password", async () => {
    const name = database.schema();
    await database.query(`CREATE DATABASE ${name}`);
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    const { library } = await import("../../cli/library.ts");
    const unsigned = await postern(["serve", "--store", url.href], { library });
    expect(unsigned).toMatchObject({ code: 2, out: "" });
    expect(unsigned.err).toMatch(/^postern: secretKey \(POSTERN_SECRET_KEY\): must be set with a database/);

    const env = { POSTERN_STORE: url.href, POSTERN_SECRET_KEY: "k".repeat(40) };
    const first = await start([], env);
    const second = await start([], env);
    expect(second.line.token).toBeUndefined();
    const me = await new CoreApi(api(second.line.url, first.line.token ?? "")).coreUsersMeRetrieve();
    expect(me.user.username).toBe("akadmin");
    const made = await postern(["token", "create", "--user", "akadmin"], { library, env });
    const again = await new CoreApi(api(first.line.url, made.out.trim())).coreUsersMeRetrieve();
    expect(again.user.username).toBe("akadmin");
    const loaded = await postern(["import", blueprint, "--store", url.href], { library });
    expect(loaded.out).toContain(`kept in ${url.protocol}//${url.host}/${name}`);
    for (const { code, err } of [await first.stop(), await second.stop()]) {
      expect(code).toBe(0);
      if (url.password !== "") expect(err).not.toContain(url.password);
    }
  });
});
