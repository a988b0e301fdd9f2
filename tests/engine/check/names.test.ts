// Names: unknown ones are errors with a suggestion, those of other sites say where they are, and scopes are CPython's.
import { describe, expect, test } from "vitest";
import { findings } from "./findings.ts";

describe("unknown names", () => {
  test("are errors, with the nearest known name", () => {
    expect(findings("return ak_is_group_menber(request.user, name='x')")).toEqual([
      "1:8-26 error unknown-name: name 'ak_is_group_menber' is not defined → did you mean 'ak_is_group_member'?",
    ]);
    expect(findings("username = 1\nreturn usrname")).toEqual([
      "2:8-15 error unknown-name: name 'usrname' is not defined → did you mean 'username'?",
    ]);
    expect(findings("return zzzzzzzz")).toEqual([
      "1:8-16 error unknown-name: name 'zzzzzzzz' is not defined",
    ]);
  });

  test("are warnings where a NameError would be caught", () => {
    expect(findings("try:\n    return xyzzy_q\nexcept NameError:\n    return False")).toEqual([
      "2:12-19 warning unknown-name: name 'xyzzy_q' is not defined",
    ]);
    expect(findings("try:\n    return xyzzy_q\nexcept:\n    return xyzzy_q")).toEqual([
      "2:12-19 warning unknown-name: name 'xyzzy_q' is not defined",
      "4:12-19 error unknown-name: name 'xyzzy_q' is not defined",
    ]);
    expect(findings("try:\n    return xyzzy_q\nexcept ValueError:\n    return False")[0]).toContain("error");
  });

  test("that CPython has and an expression has not say why", () => {
    const [found] = findings("return open('/etc/passwd').read()");
    expect(found).toMatch(/^1:8-12 error unavailable-name: name 'open' is not defined \(.+\)$/);
  });

  test("that another site has say where", () => {
    expect(findings("return user.is_superuser")).toEqual([
      "1:8-12 error name-of-another-site: name 'user' is not defined ('user' is not available at policies; it is at expressions of prompts, webhook mappings and property mappings)",
    ]);
    expect(findings("ak_message('hello')\nreturn {}", "mapping")).toEqual([
      "1:1-11 error name-of-another-site: name 'ak_message' is not defined ('ak_message' is not available at property mappings; it is at policies)",
    ]);
  });

  test("the embedder's context adds are known", () => {
    expect(findings("return tenant", "policy", ["tenant"])).toEqual([]);
  });
});

describe("scopes are CPython's", () => {
  test.each([
    "def f(a, *b, c=1, **d): return a, b, c, d\nreturn f",
    "return [x + y for x in [1] for y in [x] if y]",
    "return {k: v for k, v in {}.items()}",
    "f = lambda q, r=2: q + r\nreturn f",
    "def outer():\n    def inner(): return later\n    later = 1\n    return inner\nreturn outer",
    "class C:\n    a = 1\n    b = a\n    def m(self): return __class__\nreturn C",
    "try:\n    return 1\nexcept ValueError as e:\n    return e",
    "with object() as (a, [b, *c]):\n    return a, b, c\nreturn 0",
    "match request:\n    case {'a': x, **rest}: return x, rest\n    case [p, *q] | (p, *q): return p, q\n    case str() as s: return s\nreturn 0",
    "return (n := 3) + n",
    "def f():\n    global counter\n    counter = 1\nf()\nreturn counter",
    "for i, (j, k) in []: pass\nelse: i = j = k = 0\nreturn i, j, k",
    "context = context or {}\nrequest = request\nreturn context, request",
    "def gen[T](x: T) -> T: return x\nreturn gen",
    "return f'{request.user!r:>{10}} {[u for u in (1,)]}'",
  ])("%s", (source) => {
    expect(findings(source, "policy").filter((line) => line.includes("name"))).toEqual([]);
  });

  test("a comprehension's first iterable belongs to the scope around it", () => {
    expect(findings("return [x for x in x_values]")).toEqual([
      "1:20-28 error unknown-name: name 'x_values' is not defined",
    ]);
    expect(findings("class C:\n    n = 3\n    a = [i for i in range(n)]\nreturn C")).toEqual([]);
    expect(findings("class C:\n    n = 3\n    a = [n for i in range(3)]\nreturn C")).toEqual([
      "3:10-11 error unknown-name: name 'n' is not defined",
    ]);
  });
});
