// `postern run` and `postern import`: walking a flow with a file or a person, on a runtime of the test's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Challenge } from "../../cli/challenge.ts";
import type { Library, OpenRuntimeOptions } from "../../cli/host.ts";
import { UsageError } from "../../cli/io.ts";
import type { JsonObject } from "../../engine/types.ts";
import { postern, type Surroundings } from "./command-line.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const flowInfo = { title: "Enrol", layout: "stacked", cancel_url: "/" };
const done: Challenge = { component: "xak-flow-redirect", to: "/" };
const askPhone: Challenge = {
  component: "ak-stage-prompt",
  flow_info: flowInfo,
  fields: [
    {
      field_key: "phone",
      label: "Phone number",
      type: "text",
      required: true,
      placeholder: "+1234",
      initial_value: "",
      order: 0,
      sub_text: "",
      choices: null,
    },
  ],
};
const refused: Challenge = {
  ...askPhone,
  response_errors: { non_field_errors: [{ string: "Invalid phone number", code: "invalid" }] },
};
const askCode: Challenge = {
  component: "ak-stage-authenticator-sms",
  flow_info: flowInfo,
  phone_number_required: false,
};
const denied: Challenge = { component: "ak-stage-access-denied", error_message: "Not you." };
const failed: Challenge = { component: "ak-stage-flow-error", request_id: "r1" };

/** A library whose flow `enroll` shows these challenges one after another. */
function scriptedFlow(...challenges: Challenge[]) {
  const script = {
    responses: [] as JsonObject[],
    applied: [] as { text: string; file: string; context: JsonObject; dryRun: boolean }[],
    opened: [] as string[],
    settings: undefined as OpenRuntimeOptions | undefined,
    user: undefined as string | undefined,
    closed: 0,
    openRuntime: (async (options: OpenRuntimeOptions) => {
      script.settings = options;
      script.opened.push(options.storePlace);
      return {
        async apply(text, name, options) {
          script.applied.push({ text, file: name, ...options });
          return { entries: ["created", "created", "updated"].map((action) => ({ model: "m", action })) };
        },
        async start(flow, { user }) {
          if (flow !== "enroll") throw new UsageError(`there is no flow "${flow}"`);
          script.user = user;
          let at = 0;
          return {
            get challenge() {
              return challenges[at];
            },
            async respond(response) {
              script.responses.push(response);
              at += 1;
            },
          };
        },
        async close() {
          script.closed += 1;
        },
      };
    }) as Library["openRuntime"],
  };
  return script;
}

function run(library: Partial<Library>, args: readonly string[] = [], around: Surroundings = {}) {
  return postern(["run", "enroll", "--store", "s.json", ...args], { library, ...around });
}

describe("with answers", () => {
  test("in order, shows every challenge and ends with 0", async () => {
    const library = scriptedFlow(askPhone, refused, askCode, done);
    const answers = file("a.yaml", "- phone: '+49'\n- phone: '+1234'\n- code: '012345'\n");
    expect(await run(library, ["--answers", answers, "--user", "marie"])).toEqual({
      code: 0,
      err: "",
      out: [
        "ak-stage-prompt · Enrol",
        "  Phone number (phone: text, required) e.g. +1234",
        "ak-stage-prompt · Enrol",
        "  ✗ Invalid phone number",
        "  Phone number (phone: text, required) e.g. +1234",
        "ak-stage-authenticator-sms · Enrol",
        "  A code was sent; it is good for five minutes.",
        "xak-flow-redirect",
        "  done, on to /",
        "",
      ].join("\n"),
    });
    expect(library.responses).toEqual([{ phone: "+49" }, { phone: "+1234" }, { code: "012345" }]);
    expect(library).toMatchObject({ user: "marie", opened: ["s.json"], closed: 1 });
  });

  test("by component, each list in order", async () => {
    const library = scriptedFlow(askPhone, askPhone, askCode, done);
    const answers = file(
      "a.json",
      JSON.stringify({
        "ak-stage-authenticator-sms": { code: "1" },
        "ak-stage-prompt": [{ phone: "a" }, { phone: "b" }],
      }),
    );
    expect((await run(library, ["--answers", answers])).code).toBe(0);
    expect(library.responses).toEqual([{ phone: "a" }, { phone: "b" }, { code: "1" }]);
  });

  test("from stdin, as JSON lines out", async () => {
    const library = scriptedFlow(askPhone, denied);
    const ended = await run(library, ["--answers", "-", "--json"], { stdin: "[{phone: x}]" });
    expect(ended).toEqual({
      code: 1,
      err: "",
      out: `${JSON.stringify(askPhone)}\n${JSON.stringify(denied)}\n`,
    });
  });

  test.each([
    ["- phone: x\n", "the flow asks for response 2 (ak-stage-authenticator-sms), but there is only 1"],
    [
      "ak-stage-prompt: {phone: x}\n",
      "there is no response for ak-stage-authenticator-sms; it has ak-stage-prompt",
    ],
    [
      "ak-stage-prompt: {phone: x}\nak-stage-authenticator-sms: {code: x}\n",
      "the flow asks for ak-stage-authenticator-sms again, but its responses are used up; give a list of them",
    ],
  ])("that run out end with 2 and say what was asked for: %j", async (text, message) => {
    const answers = file("short.yaml", text);
    const library = scriptedFlow(askPhone, askCode, askCode, done);
    const ended = await run(library, ["--answers", answers]);
    expect(ended).toMatchObject({ code: 2, err: `postern: ${answers}: ${message}\n` });
    expect(library.closed).toBe(1);
  });

  test.each([
    ["text", "answers are a list of responses or a mapping by component, not a text"],
    ["- 1", "response 1: a response is a mapping of fields to values, not a number"],
    ["ak-stage-prompt: x", "ak-stage-prompt: a response is a mapping of fields to values, not a text"],
  ])("that are none (%j) end with 2 before anything is opened", async (text, message) => {
    const answers = file("none.yaml", text);
    expect(await run({}, ["--answers", answers])).toEqual({
      code: 2,
      out: "",
      err: `postern: ${answers}: ${message}\n`,
    });
  });

  test("that are left over are mentioned", async () => {
    const answers = file("long.yaml", "- phone: x\n- code: x\n- code: y\n");
    const ended = await run(scriptedFlow(askPhone, denied), ["--answers", answers]);
    expect(ended.err).toBe(`postern: ${answers}: 2 responses were not asked for\n`);
    expect(ended.code).toBe(1);
  });
});

describe("how a flow ends", () => {
  test.each([
    [done, 0, "xak-flow-redirect\n  done, on to /\n"],
    [denied, 1, "ak-stage-access-denied\n  denied: Not you.\n"],
    [failed, 1, "ak-stage-flow-error\n  failed: the flow met an error (request r1)\n"],
  ])("%j", async (challenge, code, out) => {
    expect(await run(scriptedFlow(challenge), ["--answers", file("e.yaml", "[]")])).toEqual({
      code,
      out,
      err: "",
    });
  });

  test("an unknown flow is refused with 2", async () => {
    const ended = await postern(["run", "nope", "--store", "s", "--answers", file("e.yaml", "[]")], {
      library: scriptedFlow(done),
    });
    expect(ended).toEqual({ code: 2, out: "", err: 'postern: there is no flow "nope"\n' });
  });
});

describe("with a person", () => {
  /** Types the next line each time a question is on stderr. */
  async function typed(library: Partial<Library>, lines: readonly string[]) {
    const stdin = new PassThrough();
    const rest = [...lines];
    const feeding = setInterval(() => {
      const line = rest.shift();
      if (line === undefined) stdin.end();
      else stdin.write(`${line}\n`);
    }, 5);
    try {
      return await run(library, [], { stdin, interactive: true });
    } finally {
      clearInterval(feeding);
    }
  }

  test("asks for what each challenge wants", async () => {
    const library = scriptedFlow(askPhone, { ...askCode, phone_number_required: true }, askCode, done);
    const ended = await typed(library, ["+1234", "+5678", "012345"]);
    expect(ended.code).toBe(0);
    expect(library.responses).toEqual([{ phone: "+1234" }, { phone_number: "+5678" }, { code: "012345" }]);
    expect(ended.err).toContain("  Phone number: ");
  });

  test("does not echo a password, takes choices by number or value, and leaves empty fields out", async () => {
    const field = {
      required: false,
      placeholder: "",
      initial_value: "",
      sub_text: "",
      choices: null,
      order: 0,
    };
    const library = scriptedFlow(
      {
        component: "ak-stage-prompt",
        fields: [
          { ...field, field_key: "secret", label: "Password", type: "password" },
          {
            ...field,
            field_key: "a",
            label: "Colour",
            type: "dropdown",
            choices: ["red", "blue"].map((each) => ({ value: each, label: each })),
          },
          {
            ...field,
            field_key: "b",
            label: "Size",
            type: "radio-button-group",
            choices: [
              { value: "s", label: "small" },
              { value: "l", label: "large" },
            ],
          },
          { ...field, field_key: "agree", label: "Agree", type: "checkbox" },
          { ...field, field_key: "note", label: "Note", type: "text", initial_value: "none" },
          { ...field, field_key: "info", label: "Info", type: "static", initial_value: "Read this." },
        ],
      },
      done,
    );
    const ended = await typed(library, ["hunter2", "blue", "7", "2", "y", ""]);
    expect(library.responses).toEqual([{ secret: "hunter2", a: "blue", b: "l", agree: true }]);
    expect(ended.err).not.toContain("hunter2");
    expect(ended.out).toContain("  Read this.\n");
  });

  test("chooses a device once, then types the code", async () => {
    const device = { device_class: "sms", device_uid: "1", challenge: {}, last_used: null };
    const validate: Challenge = {
      component: "ak-stage-authenticator-validate",
      device_challenges: [device, { ...device, device_uid: "2", challenge: { phone_number: "+***0173" } }],
    };
    const library = scriptedFlow(validate, validate, done);
    expect((await typed(library, ["2", "123456"])).code).toBe(0);
    expect(library.responses).toEqual([
      { selected_challenge: { ...device, device_uid: "2", challenge: { phone_number: "+***0173" } } },
      { code: "123456" },
    ]);
  });

  test("that goes away ends with 2", async () => {
    const ended = await typed(scriptedFlow(askPhone, askCode, done), ["+1234"]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.err).toContain("postern: the input ended before the flow did\n");
  });

  test("who is not there is asked for a file instead", async () => {
    expect(await run({})).toEqual({
      code: 2,
      out: "",
      err: "postern: there is no terminal to ask on; give the responses with --answers FILE\n",
    });
  });
});

describe("the store and blueprints", () => {
  test.each([
    [["--data", "/d"], {}, "/d/postern.json"],
    [[], { XDG_DATA_HOME: "/x", HOME: "/h" }, "/x/postern/postern.json"],
    [[], { XDG_DATA_HOME: "relative", HOME: "/h" }, "/h/.local/share/postern/postern.json"],
    [[], { HOME: "/h" }, "/h/.local/share/postern/postern.json"],
    [[], { POSTERN_DATA: "/s", HOME: "/h" }, "/s/postern.json"],
    [["--data", "/d"], { POSTERN_DATA: "/s" }, "/d/postern.json"],
    [[], { POSTERN_STORE: "postgres://db/x", POSTERN_DATA: "/s" }, "postgres://db/x"],
    [["--store", "/f.json"], { POSTERN_STORE: "postgres://db/x" }, "/f.json"],
    [["--data", "/d"], { POSTERN_STORE: "postgres://db/x" }, "/d/postern.json"],
  ])("%j with %j is %s", async (args, env, expected) => {
    const library = scriptedFlow(done);
    await postern(["run", "enroll", "--answers", file("e.yaml", "[]"), ...args], { library, env });
    expect(library.opened).toEqual([expected]);
  });

  test.each([
    ["run", ["enroll", "--answers"]],
    ["import", []],
  ])("%s opens the store with the server's key", async (command, args) => {
    const library = scriptedFlow(done);
    const all = [command, ...args, file("f.yaml", "[]"), "--store", "s"];
    await postern(all, { library, env: { POSTERN_STORE_KEY: "k" } });
    expect(library.settings?.storeKey).toBe("k");
  });

  test("blueprints are loaded first, in order, with the values that were set", async () => {
    const library = scriptedFlow(done);
    const [one, two] = [file("1.yaml", "one"), file("2.yaml", "two")];
    const args = ["--blueprint", one, "--blueprint", two, "--set", "url=http://x/?a=b", "--set", "from=1"];
    await run(library, [...args, "--answers", file("e.yaml", "[]")]);
    const context = { url: "http://x/?a=b", from: "1" };
    expect(library.applied).toEqual([
      { text: "one", file: one, context, dryRun: false },
      { text: "two", file: two, context, dryRun: false },
    ]);
  });

  test("import loads, or only checks", async () => {
    const library = scriptedFlow(done);
    const path = file("b.yaml", "version: 1");
    expect(await postern(["import", path, "--store", "s.json"], { library })).toEqual({
      code: 0,
      out: `${path}: 3 entries (2 created, 1 updated); kept in s.json\n`,
      err: "",
    });
    const ended = await postern(["import", path, "--store", "s.json", "--dry-run", "--json"], { library });
    expect(JSON.parse(ended.out)).toMatchObject({
      blueprint: path,
      store: "s.json",
      dryRun: true,
      entries: [{}, {}, { action: "updated" }],
    });
    expect(library.applied.map(({ dryRun }) => dryRun)).toEqual([false, true]);
    expect(library.closed).toBe(2);
  });

  test("--store and --data exclude each other, and --set wants a name", async () => {
    expect(await run({}, ["--data", "x"])).toMatchObject({
      code: 2,
      err: "error: option '--data <folder>' cannot be used with option '--store <place>'\n(add --help for what there is)\n",
    });
    expect(await run({}, ["--set", "x"])).toMatchObject({
      code: 2,
      err: "error: option '--set <name=value>' argument 'x' is invalid. It is written name=value.\n(add --help for what there is)\n",
    });
  });
});

describe("an inbox in place of the SMS provider", () => {
  function inboxWith(...texts: [to: string, text: string, code: string | undefined][]) {
    const messages = texts.map(([to, text, code], index) => ({ id: index + 1, to, text, code }));
    const close = async () => {};
    return {
      url: "http://127.0.0.1:4000",
      gatewayUrl: "http://127.0.0.1:4000/sms",
      messages,
      close,
      [Symbol.asyncDispose]: close,
    } as unknown as Awaited<ReturnType<Library["createSmsInbox"]>>;
  }

  test("shows messages on stderr and lends its code to `$code`", async () => {
    const library = {
      ...scriptedFlow(askCode, done),
      createSmsInbox: async () => inboxWith(["+1234", "your code: 042815", "042815"]),
    };
    const answers = file("code.yaml", "- code: $code\n");
    const ended = await run(library, ["--inbox", "--answers", answers]);
    expect(ended).toMatchObject({ code: 0, err: "  SMS to +1234: your code: 042815\n" });
    expect(library.responses).toEqual([{ code: "042815" }]);
  });

  test("may be reached, is Twilio's API, and is the blueprint's gateway", async () => {
    const library = Object.assign(scriptedFlow(done), { createSmsInbox: async () => inboxWith() });
    const path = file("b.yaml", "version: 1");
    const empty = file("e.yaml", "[]");
    const targets = ["--allow", "10.0.0.5:8443", "--set", "from=1"];
    await run(library, ["--inbox", ...targets, "--blueprint", path, "--answers", empty]);
    expect(library.settings).toMatchObject({
      allow: ["10.0.0.5:8443", "http://127.0.0.1:4000"],
      twilioBaseUrl: "http://127.0.0.1:4000",
    });
    expect(library.applied[0].context).toEqual({ gateway_url: "http://127.0.0.1:4000/sms", from: "1" });
  });

  test("that has received nothing has no code to lend", async () => {
    const library = { ...scriptedFlow(askCode, done), createSmsInbox: async () => inboxWith() };
    const ended = await run(library, ["--inbox", "--answers", file("code.yaml", "- code: $code\n")]);
    expect(ended).toMatchObject({
      code: 2,
      err: "postern: a response says $code, but no message with a code has come\n",
    });
  });
});
