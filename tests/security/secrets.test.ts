// Section 8 of the rules: secrets and personal data stay where they belong.
//
// | rule | shown elsewhere as well |
// |---|---|
// | D1 | `tests/runtime/events/records.test.ts`, `tests/runtime/stages/sms-failures.test.ts`; at rest: `tests/runtime/store/secrets.test.ts`; in errors of HTTP: `tests/providers/http-policy.test.ts` |
// | D4 | `tests/providers/generic-provider.test.ts`: a mapping's result with `url`, `headers`, `__proto__` |
// | D5 | `tests/cli/{eval,batch}.test.ts` |
// | D7 | `tests/runtime/store/lowdb.test.ts` |
import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { library } from "../../cli/library.ts";
import type { JsonObject } from "../../engine/types.ts";
import {
  createHttpClient,
  createSmsInbox,
  createSmsProvider,
  type InboxFailure,
  type SmsInbox,
  type SmsProviderConfig,
} from "../../providers/index.ts";
import { createRuntime, lowdbStore, type Store } from "../../runtime/index.ts";
import { postern } from "../cli/command-line.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { clientFor, serveHttp } from "../providers/local-server.ts";
import { MESSAGE, sendFailure } from "../providers/provider-setup.ts";
import { SMS_STAGE } from "../runtime/stages/sms-installation.ts";
import { freshDirectory } from "../runtime/store/directory.ts";

const root = join(import.meta.dirname, "../..");
const BLUEPRINTS = join(root, "fixtures/blueprints");
const EVENT = "authentik_events.event";
const POLICY = "authentik_policies_expression.expressionpolicy";
const MAPPING = "authentik_events.notificationwebhookmapping";

const under = engineUnderTest();
let inbox: SmsInbox;
beforeAll(async () => {
  inbox = await createSmsInbox();
});
afterAll(() => inbox.close());

/** A marker like no other text; hexadecimal digits only, so that every quoting leaves it as it is. */
const marker = (what: string) => `canary-${what}-${randomBytes(6).toString("hex")}`;
/** What must not be in a text, also in the spellings in which it may come back. */
function leaks(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const bare = text.replace(/[\s().\u200b-]/g, "");
  return Object.entries(secrets)
    .filter(([, secret]) => {
      const forms = [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")];
      return forms.some((form) => text.includes(form)) || bare.includes(secret.replace(/[\s().-]/g, ""));
    })
    .map(([name]) => name);
}

describe("D1 canaries", () => {
  /** Credentials that no output may hold at all. */
  const credentials = {
    gateway_token: marker("gateway"),
    twilio_auth_token: marker("twilio"),
    password: marker("password"),
    cookie: marker("cookie"),
    authorization: marker("authorization"),
    environment: marker("environment"),
  };
  const key = randomBytes(32);
  /** Quotes everything it can see, by every way an author has. */
  const QUOTING_POLICY = `
ak_logger.info(f"seen {request.context} {request.http_request.META}", data=request.context["prompt_data"])
ak_logger.debug("seen " + request.context["prompt_data"]["phone"])
ak_create_event("seen", text=str(request.context), phone_list=[request.context["prompt_data"]["phone"]])
`;
  const RAISING = `raise ValueError(f"{request.context} {request.context['prompt_data']['phone'].replace(' ', '')}")`;
  const RAISING_MAPPING = `raise ValueError(f"{token} {'-'.join(token)} {device.phone_number} {vars(stage)} {vars(device)}")`;

  /** Ways in which a run goes wrong, and the one in which it does not. */
  const faults: Readonly<Record<string, (store: Store) => Promise<void>>> = {
    nothing: async () => {},
    "a policy raises": (store) => rewrite(store, POLICY, () => QUOTING_POLICY + RAISING),
    "a policy that talks": (store) =>
      rewrite(store, POLICY, (source) => `${QUOTING_POLICY}${source}`, { execution_logging: true }),
    "a mapping raises": (store) => rewrite(store, MAPPING, () => RAISING_MAPPING),
    "a mapping asks for credentials": (store) => rewrite(store, MAPPING, () => "return stage.auth"),
    "the provider echoes": async () => {},
    "the provider resets": async () => inbox.failNext("reset"),
    "the provider talks nonsense": async () => inbox.failNext("not_http"),
  };
  const rewrite = (
    store: Store,
    model: typeof POLICY | typeof MAPPING,
    change: (source: string) => string,
    fields: object = {},
  ) =>
    store.transaction((tx) => {
      for (const row of tx.list(model))
        tx.update(model, row.pk, { expression: change(row.expression), ...fields });
    });

  /** Refuses, and says in every way what it was asked with. */
  const echoing: RequestListener = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const authorization = request.headers.authorization ?? "";
    const [, basic = ""] = authorization.split(" ");
    const said = [authorization, Buffer.from(basic, "base64").toString(), body, decodeURIComponent(body)];
    response.writeHead(400).end(JSON.stringify({ message: said.join(" ") }));
  };

  // The walk below answers flows that ask for a number and send a code there. Whole accounts are walked over HTTP, in tests/server.
  const files = readdirSync(BLUEPRINTS).filter((name) => name.startsWith("sms-"));
  test("there are blueprints to try", () => expect(files.length).toBeGreaterThan(0));

  describe.each(files)("%s", (file) => {
    test.each(Object.keys(faults))("in no log, event, challenge, error or file: %s", async (fault) => {
      const path = join(await freshDirectory(), "postern.json");
      const lines: unknown[] = [];
      const challenges: unknown[] = [];
      const errors: unknown[] = [];
      const codes: Record<string, string> = {};
      const numbers: Record<string, string> = {};
      const store = await lowdbStore(path, { key });
      await using echo = await serveHttp(echoing);
      const provider = fault === "the provider echoes" ? echo : inbox;
      const gateway = `${provider.url}/sms`;
      const http = clientFor(provider);
      const runtime = await createRuntime({
        engine: under.engine,
        store,
        env: { SECRET: credentials.environment },
        logger: { log: (...line) => void lines.push(line) },
        randomInt: (limit) => {
          // Six digits that are nowhere else: the clock, a port or an id has them too seldom to matter.
          const drawn = randomInt(limit);
          codes[`code ${drawn}`] = String(drawn).padStart(6, "0");
          return drawn;
        },
        smsProvider: (config) => createSmsProvider(config, http, { twilioBaseUrl: provider.url }),
      });
      const text = readFileSync(join(BLUEPRINTS, file), "utf8");
      const context = { gateway_url: gateway, ...credentials };
      await runtime.apply(text, { context });
      const user = await store.transaction(
        (tx) => tx.insert("authentik_core.user", { username: "canary", password: credentials.password }).pk,
      );
      const flows = await store.read((tx) => tx.list("authentik_flows.flow").map(({ slug }) => slug));
      for (const [index, slug] of flows.entries()) {
        const number = `+1234 ${randomInt(100, 1000)} ${randomInt(1_000_000, 10_000_000)}`;
        numbers[`number ${index}`] = number;
        await faults[fault]?.(store);
        const request = {
          META: { REMOTE_ADDR: "192.0.2.7" },
          headers: { Cookie: credentials.cookie, Authorization: `Bearer ${credentials.authorization}` },
        };
        const flow = await runtime.flow(slug).start({ user: { pk: user }, http: request });
        challenges.push(flow.challenge);
        for (let step = 0; step < 4 && !flow.finished; step += 1) {
          const asked = flow.challenge.phone_number_required === true;
          const sent = inbox.messages.at(-1)?.to === number ? inbox.messages.at(-1)?.code : "000000";
          const response: JsonObject = asked
            ? { phone_number: number }
            : { phone: number, code: sent ?? "000000" };
          await flow.respond(response).catch((error: unknown) => errors.push(error));
          challenges.push(flow.challenge);
        }
        await flow.respond({}).catch((error: unknown) => errors.push(error));
      }
      const events = await store.read((tx) => tx.list(EVENT));
      await store.close();

      const everything = { ...credentials, ...codes, ...numbers };
      expect(leaks(inspect([lines, errors], { depth: 20 }), everything)).toEqual([]);
      // Where an event was made and when are digits as well.
      const told = events.map(({ action, context: said, user: by }) => ({ action, said, by }));
      expect(leaks(JSON.stringify(told), everything)).toEqual([]);
      // The number is the user's own, and what a policy's exception says about it is shown to them.
      expect(leaks(JSON.stringify(challenges), { ...credentials, ...codes })).toEqual([]);
      for (const name of readdirSync(join(path, "..")))
        expect(leaks(readFileSync(join(path, "..", name), "utf8"), credentials)).toEqual([]);
      // The run has come as far as the fault: nothing above is empty by accident.
      expect(challenges.length).toBeGreaterThan(flows.length);
      if (fault === "nothing") expect(Object.keys(codes).length).toBeGreaterThanOrEqual(flows.length);
      else expect(events.length).toBeGreaterThan(0);
    });
  });

  test("in no error of a provider, however the exchange ends", async () => {
    const secret = { auth: credentials.gateway_token, password: credentials.password, code: MESSAGE.token };
    const http = clientFor(inbox, { headersTimeoutMs: 100, bodyTimeoutMs: 100 });
    const echo: InboxFailure = { status: 400, body: `${Object.values(secret).join("|")}|${MESSAGE.text}` };
    const failing: InboxFailure[] = [echo, "reset", "hang", "drip", "garbage", "not_http", "oversize"];
    for (const auth_type of ["basic", "bearer"] as const) {
      const fields = {
        from_number: "+12340000",
        auth: secret.auth,
        auth_password: secret.password,
        auth_type,
      };
      const generic = {
        ...fields,
        provider: "generic",
        account_sid: `${inbox.gatewayUrl}?key=${secret.auth}`,
      };
      const twilio = { ...fields, provider: "twilio", account_sid: "AC1" };
      for (const config of [generic, twilio] as SmsProviderConfig[]) {
        const provider = createSmsProvider(config, http, { twilioBaseUrl: inbox.url });
        expect(leaks(inspect(provider, { depth: 20, showHidden: true }), secret)).toEqual([]);
        for (const failure of failing) {
          inbox.failNext(failure);
          const outcome = await provider.send(MESSAGE).catch((error: unknown) => error);
          expect(leaks(inspect(outcome, { depth: 20, showHidden: true }), secret)).toEqual([]);
        }
      }
      for (const url of [`https://127.0.0.1/${secret.auth}`, `http://x.example/?${secret.auth}`]) {
        const provider = createSmsProvider(
          { ...generic, account_sid: url } as SmsProviderConfig,
          createHttpClient(),
        );
        const error = await sendFailure(provider.send(MESSAGE));
        expect(leaks(inspect(error, { depth: 20, showHidden: true }), secret)).toEqual([]);
      }
    }
  });

  test("in no error about a blueprint, wherever in it a secret has the wrong shape", async () => {
    await using store = await lowdbStore(join(await freshDirectory(), "postern.json"));
    const runtime = await createRuntime({
      engine: under.engine,
      store,
      env: { SECRET: credentials.environment },
    });
    const said: string[] = [];
    for (const value of ["[!Env SECRET]", "{a: !Env SECRET}", "!Format ['%s%d', !Env SECRET]"]) {
      for (const field of ["auth", "auth_password"]) {
        const blueprint = `version: 1
metadata: {name: x}
entries:
  - model: ${SMS_STAGE}
    identifiers: {name: x}
    attrs: {provider: generic, from_number: "1", account_sid: "https://a.example", auth: x, ${field}: ${value}}
`.replace(field === "auth" ? "auth: x, " : "\0", "");
        const error = await runtime.apply(blueprint).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(Error);
        said.push(inspect(error, { depth: 20 }));
      }
    }
    expect(said).toHaveLength(6);
    expect(leaks(said.join("\n"), credentials)).toEqual([]);
  });

  test("on no stream of the command line", async () => {
    const folder = await freshDirectory();
    const blueprint = join(folder, "blueprint.yaml");
    const source = readFileSync(join(BLUEPRINTS, "sms-enrollment.yaml"), "utf8");
    const number = `+1234 ${randomInt(100, 1000)} ${randomInt(1_000_000, 10_000_000)}`;
    const policy = `        ak_logger.warning("looking at " + request.context["prompt_data"]["phone"])\n`;
    writeFileSync(blueprint, source.replace(/(expression: \|\n)(\s+phone_number = )/, `$1${policy}$2`));
    const secrets = { gateway_token: credentials.gateway_token, environment: credentials.environment };
    const set = Object.entries(secrets).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    for (const [index, sending] of [["--inbox"], ["--set", "gateway_url=https://127.0.0.1/"]].entries()) {
      const answers = join(folder, `answers-${index}.json`);
      writeFileSync(answers, JSON.stringify([{ phone: number }, { phone_number: number }]));
      const common = ["run", "enroll-generic", "--user", "marie", "--blueprint", blueprint, "--json"];
      const where = ["--store", join(folder, `store-${index}.json`), "--answers", answers];
      const ended = await postern([...common, ...where, ...set, ...sending], { library });
      expect(ended.err).toContain("looking at ***");
      expect(leaks(ended.out + ended.err, secrets)).toEqual([]);
      // The inbox is there to show messages, numbers included.
      const notices = ended.err.split("\n").filter((line) => !/^\s+SMS to/.test(line));
      expect(leaks(notices.join("\n"), { number })).toEqual([]);
    }
  });

  test("a number or secret that a record hides under its key is hidden in every other text of it", async () => {
    const { cleanse } = await import("../../runtime/events/cleanse.ts");
    const secret = fc.string({ minLength: 6, maxLength: 20 }).filter((text) => text.trim().length >= 6);
    const number = fc.stringMatching(/^\+[1-9][0-9]{6,14}$/);
    fc.assert(
      fc.property(secret, number, fc.constantFrom("", " ", "-", ") "), (password, phone, between) => {
        const digits = [...phone.slice(1)];
        const spaced = `+${digits.slice(0, 4).join("")}${between}${digits.slice(4).join("")}`;
        const record = cleanse({
          text: `failed: ${JSON.stringify({ p: password })} ${phone} ${spaced}`,
          [`key ${phone}`]: 1,
          deep: [{ prompt_data: { password, phones: [phone, { home: phone }] } }],
        });
        const { deep, ...others } = record;
        const quoted = JSON.stringify(others);
        expect(quoted).not.toContain(JSON.stringify(JSON.stringify(password).slice(1, -1)).slice(1, -1));
        expect(quoted.replace(/\D/g, "")).not.toContain(digits.join(""));
        expect(JSON.stringify(deep)).not.toContain(phone);
      }),
    );
  });
});

describe("D2 credentials in the author's hands", () => {
  const sources = [
    "return stage.auth",
    "return stage.auth_password",
    'return getattr(stage, "auth")',
    'return {"x": device.stage.auth}',
    'return vars(stage)["auth"]',
    'return stage.__dict__["auth_password"]',
    "return user.password",
    "return request.user.password",
    "return request.http_request.user.password",
    'return request.http_request.COOKIES["session"]',
    'return request.http_request.META["HTTP_AUTHORIZATION"]',
    'return request.http_request.headers["Cookie"]',
    "match stage:\n    case object(auth=secret): return secret\nreturn stage.auth",
    'import operator\nreturn operator.attrgetter("auth")(stage)',
  ];

  test.each(sources)(
    "%j is refused with an error that names what is missing, and nothing is sent",
    async (source) => {
      const secrets = { auth: marker("auth"), password: marker("password"), cookie: marker("cookie") };
      const { store, flow } = await mapped(source, secrets);
      const before = inbox.requests.length;
      const shown = await flow.respond({ phone_number: "+12025550173" });
      expect(JSON.stringify(shown.response_errors)).toContain("The SMS could not be sent. Please try again.");
      expect(inbox.requests).toHaveLength(before);
      const events = await store.read((tx) => tx.list(EVENT));
      expect(events.map(({ action }) => action)).toEqual(["property_mapping_exception"]);
      const [exception] = events.map(({ context }) => context.exception);
      const { type, message } = exception as { type: string; message: string };
      expect(type).toMatch(/^(AttributeError|KeyError|TypeError)$/);
      expect(message).toMatch(/auth|password|session|cookie|__dict__/i);
      expect(leaks(inspect(events, { depth: 20 }), secrets)).toEqual([]);
    },
  );

  test("everything that a mapping can see, sent out whole, has no credential in it", async () => {
    let body = "";
    await using sink = await serveHttp(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.end();
    });
    const secrets = { auth: marker("auth"), password: marker("password"), cookie: marker("cookie") };
    const { store, flow } = await mapped(
      `def walk(value, depth, seen):
    if depth == 0 or id(value) in seen:
        return None
    seen = seen | {id(value)}
    found = [repr(value), str(value)]
    for name in dir(value):
        try:
            found.append([name, walk(getattr(value, name), depth - 1, seen)])
        except Exception as error:
            found.append(f"{error!r}")
    if isinstance(value, dict):
        found.extend(walk(item, depth - 1, seen) for item in value.items())
    return found
return {"all": [walk(value, 2, frozenset()) for value in (stage, device, user, request, token)]}`,
      secrets,
      { port: sink.port, gatewayUrl: sink.url },
    );
    await flow.respond({ phone_number: "+12025550173" });
    expect(await store.read((tx) => tx.list(EVENT))).toEqual([]);
    expect(body).toContain("+12025550173");
    expect(leaks(body, secrets)).toEqual([]);
  }, 20_000);

  /** A flow at an SMS stage with this mapping. */
  async function mapped(
    expression: string,
    secrets: { readonly auth: string; readonly password: string; readonly cookie: string },
    gateway: { readonly port: number; readonly gatewayUrl: string } = inbox,
  ) {
    const store = await lowdbStore(join(await freshDirectory(), "postern.json"));
    onTestFinished(() => store.close());
    const http = clientFor(gateway);
    const runtime = await createRuntime({
      engine: under.engine,
      store,
      smsProvider: (config) => createSmsProvider(config, http),
    });
    await store.transaction((tx) => {
      tx.insert("authentik_core.user", { username: "marie", password: secrets.password });
      const mapping = tx.insert(MAPPING, { name: "m", expression });
      const stage = tx.insert(SMS_STAGE, {
        ...{ name: "sms", provider: "generic", from_number: "+1", account_sid: gateway.gatewayUrl },
        ...{ auth: secrets.auth, auth_password: secrets.password, mapping: mapping.pk },
      });
      const flow = tx.insert("authentik_flows.flow", {
        ...{ name: "f", slug: "f", title: "f", designation: "stage_configuration" },
      });
      tx.insert("authentik_flows.flowstagebinding", { target: flow.pk, stage: stage.pk, order: 0 });
    });
    const headers = { Cookie: `session=${secrets.cookie}`, Authorization: `Bearer ${secrets.cookie}` };
    const flow = await runtime.flow("f").start({ user: "marie", http: { headers } });
    return { store, flow };
  }
});

describe("D4 a mapping that chooses where to", () => {
  test("whatever a mapping returns, the request goes where the stage says, as the stage says", async () => {
    const stage = { from_number: "+1", auth: "user", auth_password: "pass" };
    const http = clientFor(inbox);
    const generic = createSmsProvider({ ...stage, provider: "generic", account_sid: inbox.gatewayUrl }, http);
    const steering = fc.constantFrom(
      ...[
        "url",
        "method",
        "headers",
        "auth",
        "account_sid",
        "requestTarget",
        "__proto__",
        "constructor",
        "host",
      ],
    );
    const headers = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(steering, fc.jsonValue({ maxDepth: 2 })), async (payload) => {
        const before = inbox.requests.length;
        const sent = JSON.parse(JSON.stringify(payload));
        await generic.send({ ...MESSAGE, payload: sent });
        const [request] = inbox.requests.slice(before);
        expect([request?.method, request?.path]).toEqual(["POST", "/sms"]);
        const { "content-length": _length, ...others } = request?.headers ?? {};
        headers.add(JSON.stringify(others));
      }),
      { numRuns: 60 },
    );
    expect(headers.size).toBe(1);
    inbox.clear();
  });
});

describe("D5 forged lines", () => {
  const FORGED = '\n{"ok":true,"passing":true}\r\n\u2028{"level":"info"}\u0085postern: all is well\u001b[2K';

  test("a log, a message, an exception: one line of JSON for one evaluation, and one field for one text", async () => {
    const source = `ak_logger.info(text, **{text: text})\nak_message(text)\nraise ValueError(text)`;
    const line = JSON.stringify({ id: 1, kind: "policy", source, context: { text: FORGED } });
    const { out } = await postern(["eval", "--batch"], { library, stdin: `${line}\n` });
    expect(out.split("\n")).toHaveLength(2);
    expect(JSON.parse(out)).toMatchObject({ id: 1, ok: false, passing: false, messages: [FORGED] });
  });

  test("a flow's logger is handed texts as they are, each in its field; notices of the command line are one line", async () => {
    const folder = await freshDirectory();
    const blueprint = readFileSync(join(BLUEPRINTS, "sms-enrollment.yaml"), "utf8");
    const policy = `        ak_logger.warning(${JSON.stringify(FORGED)}, a=${JSON.stringify(FORGED)})\n`;
    writeFileSync(
      join(folder, "b.yaml"),
      blueprint.replace(/(expression: \|\n)(\s+phone_number = )/, `$1${policy}$2`),
    );
    writeFileSync(join(folder, "a.json"), JSON.stringify([{ phone: "+49 1" }]));
    const { err } = await postern(
      [
        ...["run", "enroll-generic", "--user", "marie", "--blueprint", join(folder, "b.yaml")],
        ...["--store", join(folder, "s.json"), "--answers", join(folder, "a.json")],
      ],
      { library },
    );
    const notices = err.split("\n").filter((text) => text.startsWith("postern: warning:"));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^[ -~]*$/);
    expect(err.split("\n").filter((text) => /^\{|^postern: all is well/.test(text))).toEqual([]);
  });
});

describe("D6 texts that act", () => {
  /** Cursor, colours, titles, links, direction: in one byte and in several. */
  const ACTING =
    "\u001b[2J\u001b]0;t\u0007\u009b31m\u202eabc\u2066\u0085\r\b\u2028</script><img src=x onerror=alert(1)>";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
  const RAW = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  test.each([
    ["a message", "policy", "ak_message(text)\nreturn True"],
    ["a log", "policy", "ak_logger.info(text, **{text: text})\nreturn True"],
    ["a value", "expression", "return text"],
    ["a value inside", "expression", "return [{text: text}]"],
    ["a class's name", "expression", "return type(text, (), {})"],
    ["a payload", "mapping", "return {text: [text]}"],
    ["a payload with a large number", "mapping", "return {text: [text, 12345678901234567890]}"],
    ["an exception", "policy", "raise ValueError(text)"],
    ["an exception's type", "policy", "raise type(text, (ValueError,), {})(text)"],
    ["the source's own line", "policy", `raise ValueError() # ${ACTING.replace(/[\r\u2028\u0085]/g, "")}`],
  ])("%s does nothing to a terminal", async (_what, kind, source) => {
    const folder = await freshDirectory();
    writeFileSync(join(folder, "e.py"), source);
    writeFileSync(join(folder, "c.json"), JSON.stringify({ text: ACTING }));
    const args = ["eval", join(folder, "e.py"), "--kind", kind, "--context", join(folder, "c.json")];
    const { out, err } = await postern(args, { library });
    expect(out + err).toMatch(/x1b|u001b/);
    expect((out + err).match(RAW)).toBeNull();
  });

  /** A literal of ASCII characters, since the wrapper of expressions indents what Python takes for a line. */
  const escaped = (text: string) =>
    JSON.stringify(text).replace(
      /[^ -~]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );

  test("markup in a message is the text of a challenge's field, neither more nor less", async () => {
    await using store = await lowdbStore(join(await freshDirectory(), "postern.json"));
    const runtime = await createRuntime({ engine: under.engine, store });
    await runtime.apply(readFileSync(join(BLUEPRINTS, "sms-enrollment.yaml"), "utf8"));
    await store.transaction((tx) => {
      for (const { pk } of tx.list(POLICY))
        tx.update(POLICY, pk, { expression: `ak_message(${escaped(ACTING)})` });
    });
    const flow = await runtime.flow("enroll-generic").start({ user: "marie" });
    const { response_errors } = await flow.respond({ phone: "+1234" });
    expect(response_errors).toEqual({ non_field_errors: [{ string: ACTING, code: "invalid" }] });
  });
});

describe.skipIf(process.platform === "win32")("D7 files for others to read", () => {
  const modes = (folder: string) =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
    );

  test("a store, its backup and its lock are the owner's alone, whatever the umask", async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = await freshDirectory();
    await using store = await lowdbStore(join(folder, "postern.json"));
    await store.transaction((tx) => tx.insert("authentik_core.user", { username: "a" }));
    await store.transaction((tx) => tx.insert("authentik_core.user", { username: "b" }));
    expect(modes(folder)).toEqual({
      "postern.json": "600",
      "postern.json.bak": "600",
      "postern.json.lock": "600",
    });
  });

  test("a store that was open to others is closed when it is written, and so is its backup", async () => {
    const folder = await freshDirectory();
    const file = join(folder, "postern.json");
    await (await lowdbStore(file)).close();
    chmodSync(file, 0o666);
    await using store = await lowdbStore(file);
    await store.transaction((tx) => tx.insert("authentik_core.user", { username: "a" }));
    expect(modes(folder)).toMatchObject({ "postern.json": "600", "postern.json.bak": "600" });
  });

  test("the command line makes its data folder for the owner alone", async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const home = await freshDirectory();
    const blueprint = join(BLUEPRINTS, "sms-enrollment.yaml");
    await postern(["import", blueprint], { library, env: { XDG_DATA_HOME: home } });
    expect(modes(home)).toEqual({ postern: "700" });
    expect(modes(join(home, "postern"))["postern.json"]).toBe("600");
  });
});

describe("D8 keys in files", () => {
  /** Shapes of what providers give out. */
  const SHAPES: Readonly<Record<string, RegExp>> = {
    "Twilio API key": /\bSK[0-9a-f]{32}\b/,
    "Twilio auth token": /(?:auth|token|secret)[\w"']*\s*[:=]\s*["']?[0-9a-f]{32}\b/i,
    "Vonage or Plivo secret": /(?:api|auth)_(?:secret|token)["']?\s*[:=]\s*["']?[A-Za-z0-9]{16,}\b/i,
    "AWS key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
    "Google key": /\bAIza[0-9A-Za-z_-]{35}\b/,
    "GitHub token": /\bgh[pousr]_[0-9A-Za-z]{36}\b|\bgithub_pat_[0-9A-Za-z_]{60,}/,
    "Slack token": /\bxox[abprs]-[0-9A-Za-z-]{20,}/,
    "SendGrid key": /\bSG\.[\w-]{16,}\.[\w-]{16,}/,
    "Stripe key": /\b[rs]k_live_[0-9A-Za-z]{20,}/,
    "private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/,
  };
  const found = (text: string) => Object.keys(SHAPES).filter((name) => SHAPES[name]?.test(text));

  test.each([
    ["Twilio API key", `SK${"0123456789abcdef".repeat(2)}`],
    ["Twilio auth token", `auth: ${"0123456789abcdef".repeat(2)}`],
    ["Twilio auth token", `"auth_token": "${"0123456789abcdef".repeat(2)}"`],
    ["Vonage or Plivo secret", `api_secret=${"aB3dE6gH".repeat(2)}`],
    ["AWS key", `AKIA${"ABCDEFGH".repeat(2)}`],
    ["Google key", `AIza${"aB3dE6g".repeat(5)}`],
    ["GitHub token", `ghp_${"aB3dE6".repeat(6)}`],
    ["Slack token", `xoxb-${"1234567890".repeat(2)}`],
    ["SendGrid key", `SG.${"aB3dE6gH".repeat(2)}.${"aB3dE6gH".repeat(2)}`],
    ["Stripe key", `sk_live_${"aB3dE6gH".repeat(3)}`],
    ["private key", `-----BEGIN PRIVATE KEY-----\n${"MIGHAgEA".repeat(6)}`],
  ])("the shape of a %s is known: %s", (name, text) => {
    expect(found(`before ${text} after`)).toContain(name);
  });

  test("no file of the project has one", () => {
    const skipped = /(^|\/)(node_modules|\.git|dist|coverage)(\/|$)/;
    const named: string[] = [];
    let files = 0;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(root.length + 1);
      if (!entry.isFile() || skipped.test(path) || path === "package-lock.json") continue;
      files += 1;
      named.push(...found(readFileSync(join(root, path), "latin1")).map((name) => `${path}: ${name}`));
    }
    expect(named).toEqual([]);
    expect(files).toBeGreaterThan(500);
  });
});
