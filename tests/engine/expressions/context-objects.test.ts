// The objects of a context: users, requests, brands and the plan, with authentik's attributes and no credentials.
import { expect, test } from "vitest";
import { engineUnderTest } from "../engine-under-test.ts";

const under = engineUnderTest();
const policy = async (source: string, request: Parameters<typeof under.run>[1]) =>
  under.run(source, { request: request as never }, "policy");

test("a policy sees the request, and its context under both names", async () => {
  const outcome = await policy(
    "context['x'] = 1\nreturn [request.context['x'], request.user.username, request.debug]",
    {
      user: { username: "marie" },
      context: {},
    },
  );
  expect(outcome.repr).toBe("[1, 'marie', False]");
});

test("nobody logged in is the anonymous user, who has no attributes", async () => {
  const outcome = await policy("return request.user.is_authenticated or request.user.attributes", {
    user: null,
    context: {},
  });
  expect(outcome.error).toMatchObject({
    type: "AttributeError",
    message: "'AnonymousUser' object has no attribute 'attributes'",
  });
});

test("a user's dates are aware datetimes in UTC; who never logged in has none", async () => {
  const user = { username: "m", date_joined: "2024-01-01T12:30:00.5+02:00", password_change_date: "?" };
  const ask = async (expression: string) =>
    (await policy(`from datetime import timedelta\nreturn ${expression}`, { user, context: {} })).repr;
  expect(await ask("request.user.date_joined")).toBe(
    "datetime.datetime(2024, 1, 1, 10, 30, 0, 500000, tzinfo=datetime.timezone.utc)",
  );
  expect(await ask("str(request.user.date_joined + timedelta(days=90))")).toBe(
    "'2024-03-31 10:30:00.500000+00:00'",
  );
  expect(await ask("request.user.last_login")).toBe("None");
  const known = await policy("return [request.user.last_login.year, request.user.last_login.utcoffset()]", {
    user: { username: "m", last_login: "2026-01-01T00:30:00+02:00" },
    context: {},
  });
  expect(known.repr).toBe("[2025, datetime.timedelta(0)]");
  // What is no date stays what it was.
  expect(await ask("request.user.password_change_date")).toBe("'?'");
});

test("a date that only was read is no change", async () => {
  const user = { username: "m", date_joined: "2024-01-01T10:00:00Z" };
  const changes = async (source: string) => (await policy(source, { user, context: {} })).changes;
  expect(await changes("request.user.name = request.user.date_joined.isoformat()")).toEqual([
    { op: "set", path: ["request", "user", "name"], value: "2024-01-01T10:00:00+00:00" },
  ]);
  expect(await changes("request.user.date_joined = request.user.date_joined.replace(year=2025)")).toEqual([
    { op: "set", path: ["request", "user", "date_joined"], value: "2025-01-01T10:00:00+00:00" },
  ]);
});

test("the row that a relation leads to is one object, changes and all", async () => {
  const context = { application: { name: "a", provider: { pk: 3, name: "p", authorization_flow_id: "f" } } };
  const run = async (source: string) => policy(source, { user: null, context });
  const alone = await run(
    "a = request.context['application']\nreturn [a.provider is a.provider, a.provider.name]",
  );
  expect(alone.repr).toBe("[True, 'p']");
  const first = await run(
    "a = request.context['application']\np = a.provider\nvars(a)\nreturn p is a.provider",
  );
  expect(first.repr).toBe("True");
  const changed = await run(
    "a = request.context['application']\na.provider.name = 'q'\nreturn [a.provider.name, a.name, a.provider.pk]",
  );
  expect(changed.repr).toBe("['q', 'a', 3]");
  expect(changed.changes).toEqual([
    { op: "set", path: ["context", "application", "provider", "name"], value: "q" },
  ]);
});

test("the HTTP request is a name only when there is one", async () => {
  expect(
    (await policy("return http_request.brand.branding_title", { user: null, context: {}, http_request: {} }))
      .repr,
  ).toBe("'authentik'");
  expect((await policy("return http_request", { user: null, context: {} })).error?.message).toBe(
    "name 'http_request' is not defined",
  );
});

test("the client's address is an address", async () => {
  const outcome = await policy("return [str(ak_client_ip), ak_client_ip in ip_network('192.0.2.0/24')]", {
    user: null,
    context: {},
    http_request: { META: { REMOTE_ADDR: "192.0.2.7" } },
  });
  expect(outcome.repr).toBe("['192.0.2.7', True]");
});

test("the pending user and the plan are objects", async () => {
  const outcome = await policy(
    "return [context['pending_user'].email, context['flow_plan'].context['prompt_data']['x'], context.get('flow_plan').context['pending_user'].username]",
    {
      user: null,
      context: {
        pending_user: { username: "p", email: "p@example.com" },
        flow_plan: { context: { prompt_data: { x: 1 }, pending_user: { username: "p" } } },
      },
    },
  );
  expect(outcome.repr).toBe("['p@example.com', 1, 'p']");
});

test("a mapping never sees the stage's credentials", async () => {
  for (const name of ["auth", "auth_password"]) {
    const outcome = await under.run(
      `return stage.${name}`,
      { stage: { name: "s", auth: "secret", auth_password: "secret" } },
      "mapping",
    );
    expect(outcome.error?.message).toBe(`'AuthenticatorSMSStage' object has no attribute '${name}'`);
  }
});

test("a mapping has no ak_message, a policy has", async () => {
  expect((await under.run("ak_message('x')", {}, "mapping")).error?.message).toBe(
    "name 'ak_message' is not defined",
  );
  expect((await under.run("ak_message('x')\nak_message('y')", {}, "policy")).messages).toEqual(["x", "y"]);
});

test("the logger keeps level, text and keyword arguments", async () => {
  const outcome = await under.run("ak_logger.warning('hello', user='marie', n=1)\nprint('a', 2)");
  expect(outcome.logs).toEqual([
    { level: "warning", event: "hello", attributes: { user: "marie", n: 1 } },
    { level: "info", event: "a 2", attributes: {} },
  ]);
});

test("an event carries the context's variables and the keywords", async () => {
  const verdict = await under.engine
    .policy("p", "ak_create_event('alarm', level=3, who=request.user)\nreturn True")
    .evaluate({
      request: {
        user: { pk: 7, username: "marie", email: "m@example.com", attributes: { x: 1 } },
        context: { a: 1 },
      },
    });
  expect(verdict.events).toMatchObject([
    {
      action: "alarm",
      level: 3,
      who: { username: "marie", pk: 7, email: "m@example.com" },
      context: { a: 1 },
      request: { user: { username: "marie" }, context: { a: 1 } },
    },
  ]);
  expect(JSON.stringify(verdict.events)).not.toContain('"x"');
});

test.each([
  ["list_flatten([1, 2])", "1"],
  ["list_flatten([])", "None"],
  ["list_flatten('a')", "'a'"],
  ["slugify('Hällo Wörld -- x_1')", "'hallo-world-x_1'"],
  ["regex_match('abc', r'b')", "True"],
  ["regex_replace('a1b22', r'(\\d+)', r'<\\1>')", "'a<1>b<22>'"],
])("%s is %s", async (source, expected) => {
  expect(await under.repr(`return ${source}`)).toBe(expected);
});

test.each(["eval", "exec", "open", "compile", "__import__", "globals"])(
  "%s is not available, and says so",
  async (name) => {
    expect(await under.error(`return ${name}('1')`)).toBe(
      `NameError: name '${name}' is not defined ('${name}' is not available in an expression)`,
    );
  },
);

test.each([
  "().__class__.__base__.__subclasses__()",
  "(lambda: 0).__globals__",
  "(lambda: 0).__code__",
  "len.__self__.__builtins__",
  "(i for i in []).gi_frame",
  "''.__reduce__()",
  "request.__init__.__globals__",
])("%s leads nowhere", async (source) => {
  expect(await under.error(`return ${source}`, { request: {} })).toMatch(
    /^AttributeError: .*has no attribute/,
  );
});

test("objects of a source, an event or a provider are objects", async () => {
  const outcome = await policy(
    "return [context['source'].slug, context['event'].context['a'], context['application'].name, request.context['goauthentik.io/sources/connection'].access_token]",
    {
      user: null,
      context: {
        source: { pk: "s", slug: "github" },
        event: { pk: "e", action: "login", context: { a: 1 } },
        application: { pk: "a", name: "Wiki" },
        "goauthentik.io/sources/connection": { pk: 1, access_token: "t" },
      },
    },
  );
  expect(outcome.repr).toBe("['github', 1, 'Wiki', 't']");
});
