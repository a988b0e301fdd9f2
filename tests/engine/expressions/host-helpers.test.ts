// The helpers that ask the embedder, with an embedder of the test's: name service, other policies, mail, tokens.
import { beforeEach, describe, expect, test } from "vitest";
import type { EmailCall, JwtCall } from "../../../engine/index.ts";
import type { ExpressionKind, JsonObject } from "../../../engine/types.ts";
import { engineUnderTest } from "../engine-under-test.ts";

const policies: { [name: string]: string } = {
  passes: "ak_message('hello')\nreturn 7",
  refuses: "ak_message('no')\nreturn []",
  nothing: "ak_message('nothing')",
  raises: "ak_message('lost')\nreturn 1/0",
  context:
    "return sorted(context.items(), key=str), request.user.username, ak_is_sso_flow, context is request.context",
  changes: "context['shared']['x'] = 2\nrequest.user.attributes['x'] = 2\ncontext['own'] = 1\nreturn True",
  calls: "return fn(2)",
  function: "return context['fn'](20)",
  address: "return str(ak_client_ip), http_request.path",
  endless: "while True: pass",
  itself: "return ak_call_policy('itself').passing",
  broken: "return (",
  logs: "ak_logger.info('inside', a=1)\nak_create_event('x', b=2)\nreturn True",
  yields: "yield 1",
};
let mails: EmailCall[] = [];
let tokens: JwtCall[] = [];
let asked: unknown[] = [];
beforeEach(() => {
  mails = [];
  tokens = [];
  asked = [];
});
const under = engineUnderTest({
  onHostError() {},
  capabilities: {
    dns: {
      async resolve(host, version) {
        asked.push([host, version]);
        if (host === "gone") throw Object.assign(new Error("no such host"), { name: "OSError" });
        return ["192.0.2.1", "192.0.2.1", "2001:db8::1"].filter(
          (address) => version === null || (version === 6) === address.includes(":"),
        );
      },
      async reverse(ip) {
        asked.push(ip);
        return ip === "192.0.2.1" ? "host.example" : null;
      },
    },
    async policies(name) {
      if (name === "remote") return { passing: true, messages: ["far"], rawResult: { a: [1] } };
      const source = policies[name];
      return source === undefined ? null : { source };
    },
    async email(mail) {
      mails.push(mail);
      if (mail.subject === "down")
        throw Object.assign(new Error("smtp is down"), { name: "ConnectionError" });
      if (mail.subject === "bug") throw new Error("a bug");
      return mail.subject !== "refused";
    },
    async jwt(call) {
      tokens.push(call);
      return call.provider === "unknown" ? null : "a.b.c";
    },
  },
});
async function answer(
  source: string,
  context: JsonObject = {},
  kind: ExpressionKind = "policy",
): Promise<string> {
  const { error, repr } = await under.run(source, context, kind);
  return error === undefined ? repr : `${error.type}: ${error.message}`;
}

describe("resolve_dns and reverse_dns", () => {
  test.each([
    ["resolve_dns('a.example')", "['192.0.2.1', '2001:db8::1']"],
    ["resolve_dns('a.example', 4)", "['192.0.2.1']"],
    ["resolve_dns('a.example', ip_version=6)", "['2001:db8::1']"],
    ["resolve_dns('a.example', 5)", "['192.0.2.1', '2001:db8::1']"],
    ["resolve_dns('gone')", "[]"],
    ["resolve_dns('')", "[]"],
    ["resolve_dns(None)", "[]"],
    ["resolve_dns(ip_address('192.0.2.1'))", "TypeError: getaddrinfo() argument 1 must be string or None"],
    ["resolve_dns()", "TypeError: resolve_dns() missing 1 required positional argument: 'host'"],
    ["reverse_dns('192.0.2.1')", "'host.example'"],
    ["reverse_dns(' 192.0.2.9 ')", "'192.0.2.9'"],
    ["reverse_dns('')", "''"],
    ["reverse_dns(ip_address('192.0.2.1'))", "AttributeError: 'IPv4Address' object has no attribute 'strip'"],
  ])("%s is %s", async (call, expected) => {
    expect(await answer(`return ${call}`)).toBe(expected);
  });
});

describe("ak_call_policy", () => {
  const call = (name: string, rest = "") =>
    `r = ak_call_policy(${JSON.stringify(name)}${rest})\nreturn r, r.passing, r.messages, r.raw_result, bool(r)`;
  test.each([
    ["passes", "(<PolicyResult passing=True messages=('hello',)>, True, ('hello',), 7, True)"],
    ["refuses", "(<PolicyResult passing=False messages=('no',)>, False, ('no',), [], True)"],
    ["nothing", "(<PolicyResult passing=False messages=('nothing',)>, False, ('nothing',), None, True)"],
    [
      "raises",
      "(<PolicyResult passing=False messages=('division by zero',)>, False, ('division by zero',), None, True)",
    ],
    ["remote", "(<PolicyResult passing=True messages=('far',)>, True, ('far',), {'a': [1]}, True)"],
    ["yields", "(<PolicyResult passing=True>, True, (), [1], True)"],
    ["absent", "ValueError: Policy 'absent' not found."],
  ])("the policy %s gives %s", async (name, expected) => {
    expect(await answer(call(name))).toBe(expected);
  });

  test("a policy that is no Python refuses with the text of the syntax error", async () => {
    expect(await answer("r = ak_call_policy('broken')\nreturn r.passing, r.messages")).toBe(
      "(False, (\"'(' was never closed (broken, line 1)\",))",
    );
  });

  test("messages of the called policy are not the caller's; its logs and events are there", async () => {
    const verdict = await under.engine
      .policy("caller", "ak_message('mine')\nak_call_policy('passes')\nak_call_policy('logs')\nreturn True")
      .evaluate({});
    expect(verdict.messages).toEqual(["mine"]);
    expect(verdict.logs).toMatchObject([{ event: "inside", attributes: { a: 1 } }]);
    expect(verdict.events).toMatchObject([{ action: "x", b: 2 }]);
  });

  test("the called policy sees a copy of the request, with the keywords in its context", async () => {
    const request = { user: { username: "marie", attributes: {} }, context: { a: [1], is_sso: true } };
    expect(await answer("return ak_call_policy('context', b=2).raw_result", { request })).toBe(
      "([('a', [1]), ('b', 2), ('is_sso', True)], 'marie', True, True)",
    );
    const shared = { user: { username: "marie", attributes: { x: 1 } }, context: { shared: { x: 1 } } };
    expect(
      await answer("ak_call_policy('changes')\nreturn context, request.user.attributes", { request: shared }),
    ).toBe("({'shared': {'x': 1}}, {'x': 1})");
  });

  test("the called policy has the HTTP request and its client", async () => {
    const request = {
      user: null,
      http_request: { path: "/p", META: { REMOTE_ADDR: "192.0.2.7" } },
      context: {},
    };
    expect(await answer("return ak_call_policy('address').raw_result", { request })).toBe(
      "('192.0.2.7', '/p')",
    );
  });

  test("functions among the keywords are passed as they are, and are no variables", async () => {
    expect(await answer("return ak_call_policy('function', fn=lambda x: x + 2).raw_result")).toBe("22");
    expect(await answer("return ak_call_policy('calls', fn=abs).messages")).toBe(
      "(\"name 'fn' is not defined\",)",
    );
  });

  test("a mapping can call a policy too, with its user", async () => {
    expect(
      await answer(
        "return ak_call_policy('context', k=1).raw_result",
        { user: { username: "marie" }, request: { user: { username: "marie" }, context: {} } },
        "mapping",
      ),
    ).toBe("([('k', 1)], 'marie', False, True)");
    expect(
      await answer("return ak_call_policy('context').raw_result", { user: { username: "marie" } }, "mapping"),
    ).toBe("([], 'marie', False, True)");
  });

  test("a limit of the called policy ends the caller, whatever it catches", async () => {
    const outcome = await under.run(
      "try:\n    ak_call_policy('endless')\nexcept BaseException:\n    pass\nreturn True",
      {},
      "policy",
      { limits: { steps: 100_000 } },
    );
    expect(outcome.error).toMatchObject({ type: "StepLimitExceeded", limit: true });
  });

  test("policies that call themselves end", async () => {
    const deep = await under.run("return ak_call_policy('itself').passing", {}, "policy", {
      limits: { recursion: 20 },
    });
    expect(deep.repr).toBe("False");
    const many = await under.run("return ak_call_policy('itself').passing");
    expect(many.error).toMatchObject({ type: "HostCallLimitExceeded", limit: true });
  });
});

describe("ak_send_email", () => {
  test.each([
    ["'a@e.example', 's'", "ValueError: Either body or template parameter must be provided"],
    ["'a@e.example', 's', body=''", "ValueError: Either body or template parameter must be provided"],
    [
      "'a@e.example', 's', 'b', template='t'",
      "ValueError: body and template parameters are mutually exclusive",
    ],
    ["'a@e.example', 's', 'b'", "True"],
    ["'a@e.example', 'refused', 'b'", "False"],
    ["'a@e.example', 'down', 'b'", "False"],
    ["'a@e.example', 'bug', 'b'", "RuntimeError: the host failed at email.send"],
    ["'a@e.example'", "TypeError: ak_send_email() missing 1 required positional argument: 'subject'"],
  ])("ak_send_email(%s) is %s", async (args, expected) => {
    expect(await answer(`return ak_send_email(${args})`)).toBe(expected);
  });

  test("the embedder gets addresses as lists, and the variables for a template", async () => {
    await answer(
      "return ak_send_email('a@e.example', 's', 'text', cc=['b@e.example'], bcc=('c@e.example',))",
    );
    await answer(
      "return ak_send_email(['a@e.example'], 's', template='t.html', context={'x': 1}, stage='mail')",
      { request: { user: null, context: { k: "v" } } },
    );
    expect(mails[0]).toEqual({
      to: ["a@e.example"],
      cc: ["b@e.example"],
      bcc: ["c@e.example"],
      subject: "s",
      body: "text",
      template: null,
      stage: null,
      context: null,
    });
    expect(mails[1]).toMatchObject({ body: null, template: "t.html", stage: "mail" });
    expect(mails[1]?.context).toMatchObject({ x: 1, context: { k: "v" }, ak_is_sso_flow: false });
  });
});

describe("ak_create_jwt and ak_create_jwt_raw", () => {
  const request = { user: { pk: 4, username: "marie" }, http_request: {}, context: {} };
  test("an access token is for a user, a provider and scopes", async () => {
    expect(
      await answer("return ak_create_jwt(request.user, 'p', ['a', 'b'], 'hours=1;minutes=30')", { request }),
    ).toBe("'a.b.c'");
    expect(tokens).toEqual([
      {
        kind: "access_token",
        provider: "p",
        user: { pk: 4, username: "marie" },
        scopes: ["a", "b"],
        validSeconds: 5400,
      },
    ]);
  });
  test("without an HTTP request there is none", async () => {
    expect(
      await answer("return ak_create_jwt(request.user, 'p', [])", {
        request: { user: { pk: 4 }, context: {} },
      }),
    ).toBe("None");
    expect(tokens).toEqual([]);
  });
  test("a raw token has the claims it is given", async () => {
    expect(await answer("return ak_create_jwt_raw('p', sub='x', roles=['a'])")).toBe("'a.b.c'");
    expect(tokens).toEqual([
      { kind: "raw", provider: "p", claims: { sub: "x", roles: ["a"] }, validSeconds: 60 },
    ]);
  });
  test.each([
    ["'p', validity='nonsense'", "ValueError: not enough values to unpack (expected 2, got 1)"],
    ["'p', validity='years=1'", "ValueError: No valid keys to pass to timedelta"],
    ["'p', validity='hours=x'", "ValueError: could not convert string to float: 'x'"],
    ["'unknown'", "OAuth2Provider.DoesNotExist: OAuth2Provider matching query does not exist."],
  ])("ak_create_jwt_raw(%s) raises", async (args, expected) => {
    expect(await answer(`return ak_create_jwt_raw(${args})`)).toBe(expected);
  });
});

test("each helper that was not granted says which capability it needs", async () => {
  const bare = { capabilities: { dns: undefined, policies: undefined, email: undefined, jwt: undefined } };
  const request = { user: { pk: 4 }, http_request: {}, context: {} };
  const messages = await Promise.all(
    [
      "resolve_dns('a')",
      "reverse_dns('1.1.1.1')",
      "ak_call_policy('x')",
      "ak_send_email('a', 's', 'b')",
      "ak_create_jwt(request.user, 'p', [])",
      "ak_create_jwt_raw('p')",
    ].map(
      async (source) => (await under.run(`return ${source}`, { request }, "policy", bare)).error?.message,
    ),
  );
  expect(messages).toEqual(
    [
      ["resolve_dns", "dns"],
      ["reverse_dns", "dns"],
      ["ak_call_policy", "policies"],
      ["ak_send_email", "email"],
      ["ak_create_jwt", "jwt"],
      ["ak_create_jwt_raw", "jwt"],
    ].map(
      ([name, capability]) =>
        `${name} needs the capability "${capability}", which this evaluation was not granted`,
    ),
  );
});
