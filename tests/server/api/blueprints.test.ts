// Blueprints over the API: kept ones, the folder's files, and imports.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManagedApi } from "@goauthentik/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../server-under-test.ts";
import { closeSharedEngine, Management, sharedEngine } from "./management.ts";

const blueprint = (name: string, stage = name) => `version: 1
metadata:
  name: ${name}
  labels:
    kind: test
context:
  message: none
entries:
  - model: authentik_stages_deny.denystage
    identifiers: {name: ${stage}}
    attrs: {deny_message: !Context message}
`;
const BROKEN =
  "version: 1\nentries:\n  - model: authentik_stages_deny.nosuchstage\n    identifiers: {name: x}\n";

let folder: string;
let at: Management;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprints-"));
  await mkdir(join(folder, "sub/.hidden"), { recursive: true });
  await writeFile(join(folder, "one.yaml"), blueprint("one"));
  await writeFile(join(folder, "sub/two.yml"), blueprint("two"));
  await writeFile(join(folder, "sub/.hidden/three.yaml"), blueprint("three"));
  await writeFile(join(folder, "broken.yaml"), BROKEN);
  await writeFile(join(folder, "notes.txt"), "no blueprint");
  await writeFile(`${folder}.yaml`, blueprint("outside"));
  at = new Management(
    await startServer({ engine: await sharedEngine(), settings: { blueprintFolder: folder } }),
  );
});
afterAll(async () => {
  await at.running.close();
  await closeSharedEngine();
  await rm(folder, { recursive: true });
  await rm(`${folder}.yaml`);
});

const stage = async (name: string) =>
  (await at.rows("authentik_stages_deny.denystage")).find((row) => row.name === name);

test("the folder's blueprints are offered, with name, labels and hash", async () => {
  const { body } = await at.get("/managed/blueprints/available/");
  expect(body).toMatchObject([
    {
      path: "one.yaml",
      meta: { name: "one", labels: { kind: "test" } },
      hash: expect.stringMatching(/^[0-9a-f]{128}$/),
    },
    { path: "sub/two.yml", meta: { name: "two" } },
  ]);
});

test("a kept blueprint is applied with its context, and tells how that went", async () => {
  const managed = new ManagedApi(at.running.client().configuration());
  const made = await managed.managedBlueprintsCreate({
    blueprintInstanceRequest: { name: "kept", path: "one.yaml", context: { message: "hello" } },
  });
  expect(made).toMatchObject({ status: "unknown", enabled: true, lastAppliedHash: "", content: "" });
  const applied = await managed.managedBlueprintsApplyCreate({ instanceUuid: made.pk });
  expect(applied).toMatchObject({
    status: "successful",
    metadata: { name: "one", labels: { kind: "test" } },
    managedModels: ["authentik_stages_deny.denystage"],
  });
  const [file] = (await at.get("/managed/blueprints/available/")).body;
  expect(applied.lastAppliedHash).toBe(file.hash);
  expect((await stage("one"))?.deny_message).toBe("hello");
});

test("one that is not enabled is left alone; one whose file is gone says so; one that fails changes nothing", async () => {
  const idle = await at.create("/managed/blueprints/", {
    name: "idle",
    content: blueprint("idle"),
    enabled: false,
  });
  expect((await at.ask("POST", `/managed/blueprints/${idle.pk}/apply/`)).body.status).toBe("unknown");
  expect(await stage("idle")).toBeUndefined();

  await writeFile(join(folder, "passing.yaml"), blueprint("passing"));
  const gone = await at.create("/managed/blueprints/", { name: "gone", path: "passing.yaml" });
  await writeFile(join(folder, "passing.yaml"), BROKEN);
  expect((await at.ask("POST", `/managed/blueprints/${gone.pk}/apply/`)).body.status).toBe("error");
  expect(await stage("passing")).toBeUndefined();
  await rm(join(folder, "passing.yaml"));
  expect((await at.ask("POST", `/managed/blueprints/${gone.pk}/apply/`)).body.status).toBe("orphaned");
});

test("a path has to be one of the folder's, content a blueprint, and one of the two is needed", async () => {
  for (const path of [
    "three.yaml",
    "../blueprints.yaml",
    `${folder}.yaml`,
    `../${folder.split("/").at(-1)}.yaml`,
    "notes.txt",
    "sub/.hidden/three.yaml",
  ]) {
    expect((await at.ask("POST", "/managed/blueprints/", { name: "n", path })).body).toEqual({
      path: ["Blueprint file does not exist"],
    });
  }
  const oci = await at.ask("POST", "/managed/blueprints/", { name: "n", path: "oci://registry.example/x" });
  expect(oci.body.path[0]).toMatch(/^Postern does not fetch blueprints from registries/);
  const broken = await at.ask("POST", "/managed/blueprints/", { name: "n", content: BROKEN });
  expect(broken.body.content).toEqual([
    "Failed to validate blueprint",
    expect.stringMatching(/^- content:3:12: /),
  ]);
  expect((await at.ask("POST", "/managed/blueprints/", { name: "n" })).body).toEqual({
    non_field_errors: ["Either path or content must be set."],
  });
});

async function upload(form: FormData) {
  const response = await at.running
    .client()
    .once("/api/v3/managed/blueprints/import/", { method: "POST", body: form });
  // biome-ignore lint/suspicious/noExplicitAny: judged already.
  return { status: response.status, body: (await response.json()) as any };
}

function form(fields: { readonly [name: string]: string | Blob }): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

test("a file is imported with its context", async () => {
  const file = new Blob([blueprint("sent")]);
  const { status, body } = await upload(form({ file, context: '{"message": "by post"}' }));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    logs: [{ log_level: "info", event: "authentik_stages_deny.denystage created", attributes: { line: 9 } }],
  });
  expect((await stage("sent"))?.deny_message).toBe("by post");
});

test("a file of the folder is imported by its path", async () => {
  expect((await upload(form({ path: "sub/two.yml" }))).body.success).toBe(true);
  expect(await stage("two")).toBeDefined();
  expect(await upload(form({ path: "../x.yaml" }))).toEqual({
    status: 400,
    body: { path: ["Blueprint file does not exist"] },
  });
});

test("a blueprint that is wrong is answered with what is wrong, and where", async () => {
  const { status, body } = await upload(form({ file: new Blob([BROKEN]) }));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: false,
    logs: [{ log_level: "error", event: expect.stringMatching(/:3:12: /) }],
  });
});

test("an import without anything, or with a context that is no object, is refused", async () => {
  expect(await upload(form({ context: "{}" }))).toEqual({
    status: 400,
    body: { non_field_errors: ["Either file or path must be set."] },
  });
  for (const [context, fault] of [
    ["{", "Value must be valid JSON."],
    ["[]", "Value must be an object."],
  ]) {
    expect((await upload(form({ path: "one.yaml", context }))).body).toEqual({ context: [fault] });
  }
  expect((await at.ask("POST", "/managed/blueprints/import/", {})).status).toBe(415);
});

test("without a folder there are no files", async () => {
  await using running = await startServer({ engine: await sharedEngine() });
  expect((await new Management(running).get("/managed/blueprints/available/")).body).toEqual([]);
});
