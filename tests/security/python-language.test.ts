// Section 2 of the rules: what an expression can name. Nothing but values of the guest's.
//
// Python's own attributes are there and lead to other guest values (`().__class__`, `__mro__`, `__dict__`); what leads outside in
// CPython does not exist on any value. `fixtures/escapes/` has the tricks one by one; here are the sweeps.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../engine/language/compile.ts";
import { builtins } from "../../engine/python/builtins.ts";
import { moduleNames } from "../../engine/python/module.ts";
import "../../engine/python/library.ts";
import "../../engine/expressions/library.ts";
import { siteNames } from "../../engine/expressions/sites.ts";
import type { JsonObject, JsonValue } from "../../engine/types.ts";
import { engineUnderTest } from "../engine/engine-under-test.ts";
import { guestUnderTest } from "./inside.ts";

const under = engineUnderTest({ limits: { cpuMs: 10_000, wallMs: 15_000 } });
const guest = guestUnderTest();

/** Attributes that lead out of the program in CPython. */
const FORBIDDEN = [
  ...["__subclasses__", "__globals__", "__builtins__", "__code__", "__closure__", "__loader__"],
  ...["__cached__", "__file__", "gi_frame", "gi_code", "cr_frame", "cr_code"],
  ...[
    "ag_frame",
    "ag_code",
    "tb_frame",
    "tb_next",
    "tb_lasti",
    "f_back",
    "f_globals",
    "f_locals",
    "f_builtins",
    "f_code",
  ],
  ...["co_code", "co_consts", "func_globals", "func_code", "im_func", "im_self", "_module", "__import__"],
];
/** Those of pickling: enumerations have one of their own, which answers with guest values. */
const PICKLING = ["__reduce__", "__reduce_ex__"];
/** JavaScript's, which no guest value has either. */
const JAVASCRIPT = [
  "constructor",
  "prototype",
  "__proto__",
  "hasOwnProperty",
  "toString",
  "valueOf",
  "caller",
  "callee",
];

/** Names of an expression: built-ins, helpers and variables. */
const NAMES = [...new Set([...builtins.keys(), ...siteNames.map(({ name }) => name)])];
const MODULES = moduleNames();

describe("P1, P4, P5 from every value, by every attribute, to depth 6", () => {
  /** Walks the guest's values as `getattr` does, and collects what is none of them. */
  const sweep = `
    let PyObject = abi.PyFunction;
    while (Object.getPrototypeOf(PyObject) !== Object.getPrototypeOf(() => {})) PyObject = Object.getPrototypeOf(PyObject);
    const isValue = (value) => value === null || ["boolean", "number", "bigint", "string"].includes(typeof value) || value instanceof PyObject;
    const dir = environment.name("dir");
    const type = environment.name("type");
    const outside = [];
    const forbidden = [];
    const seen = new Set();
    /** How many values of a type have been looked into: methods and numbers without end are made anew at each look. */
    const perType = new Map();
    let level = [];
    const add = (path, value) => {
      if (!isValue(value)) { outside.push(path); return; }
      if (seen.has(value)) return;
      const cls = abi.call1(type, value);
      const known = perType.get(cls) ?? 0;
      const isOfItsOwn = ["type", "ABCMeta", "EnumType", "module"].includes(abi.str(abi.getAttribute(cls, "__name__")));
      if (!isOfItsOwn && known >= 40) return;
      perType.set(cls, known + 1);
      seen.add(value);
      level.push([path, value]);
    };
    const attempt = (path, use) => {
      try { add(path, use()); } catch (error) { add(path + "!", error); }
    };
    for (const name of NAMES) { const value = environment.name(name); if (value !== undefined) add(name, value); }
    for (const name of MODULES) attempt(name, () => abi.importModule(name, false));
    // An object of JavaScript's, to see that one would be seen.
    add("planted", []);
    PROGRAMS;
    let depth = 0;
    for (; level.length > 0 && depth < 6; depth += 1) {
      const now = level;
      level = [];
      for (const [path, value] of now) {
        abi.S.steps = 0;
        abi.S.allocated = 0;
        let names;
        try { names = abi.spread(abi.call1(dir, value)); } catch (error) { add(path + " dir!", error); continue; }
        for (const name of [...names, ...FORBIDDEN, ...JAVASCRIPT, "__class__", "__dict__", "__mro__", "__bases__", "__base__", "__self__", "__func__",
            "__wrapped__", "__traceback__", "__context__", "__cause__", "obj", "name", "args", "value"]) {
          if (typeof name !== "string") continue;
          attempt(path + "." + name, () => {
            const found = abi.getAttribute(value, name);
            // On a type there is the descriptor, which is what says no to its instances.
            const isDescriptor = found instanceof PyObject && /descriptor/.test(found.cls.name);
            if ((FORBIDDEN.includes(name) || JAVASCRIPT.includes(name)) && !isDescriptor) forbidden.push(path + "." + name);
            return found;
          });
        }
      }
    }
    return { outside, forbidden, size: seen.size, depth, types: perType.size };
  `;

  test("there are guest values, and none of the attributes that lead out", async () => {
    // A value of each kind that a program makes: its generators, coroutines, classes, exceptions and views.
    const values =
      "(x for x in [1])|(lambda: 0)|type('X', (), {})()|iter([1])|{1: 2}.items()|memoryview(b'a')|[].append|property(len)|" +
      "super(type('X', (), {}), type('X', (), {})())|classmethod(len)|ValueError('x')|NotImplemented|...|slice(1)|range(3)|" +
      "ExceptionGroup('x', [ValueError()])|zip()|list[int]|object()|frozenset()";
    const bodies = [
      ...values.split("|").map((value) => `return ${value}`),
      "async def f(): pass\nreturn f()",
      "async def f(): yield 1\nreturn f()",
      "def f(): yield 1\nrunning = f()\nnext(running)\nreturn running",
      "class M(type): pass\nclass X(metaclass=M):\n    def method(self): pass\nreturn X().method",
      "try: 1 / 0\nexcept ZeroDivisionError as e: return e.__traceback__",
      "try: (1).real.nothing\nexcept AttributeError as e: return e",
      "try: nothing\nexcept NameError as e: return e",
      "try: {}[1]\nexcept KeyError as e: return e",
      "try: import os\nexcept ImportError as e: return e",
      "try:\n    try: raise ExceptionGroup('x', [ValueError(), TypeError()])\n    except* ValueError: pass\nexcept ExceptionGroup as e: return e",
      "try: requests.get('https://example.org')\nexcept Exception as e: return e",
      "type Alias = int\nreturn Alias",
    ];
    const made = bodies
      .map((body, index) => `attempt("program ${index}", () => (${compile(body).code})(abi)(environment));`)
      .join("\n");
    const { outside, forbidden, size, depth, types } = (await guest.inside(
      sweep
        .replace("PROGRAMS;", () => made)
        .replace(/\bNAMES\b/g, JSON.stringify(NAMES))
        .replace(/\bMODULES\b/g, JSON.stringify(MODULES))
        .replace(/\bFORBIDDEN\b/g, JSON.stringify(FORBIDDEN))
        .replace(/\bJAVASCRIPT\b/g, JSON.stringify(JAVASCRIPT)),
    )) as { outside: string[]; forbidden: string[]; size: number; depth: number; types: number };
    expect(outside).toEqual(["planted"]);
    expect(forbidden).toEqual([]);
    expect({ far: size > 1500, deep: depth, various: types > 90 }).toEqual({
      far: true,
      deep: 6,
      various: true,
    });
  });

  test("every built-in exception that can be raised carries guest values only, and no frame", async () => {
    const source = `
found = []
def walk(error, depth):
    for name in dir(error):
        try: value = getattr(error, name)
        except AttributeError: continue
        if isinstance(value, BaseException) and depth < 3: walk(value, depth + 1)
        if name in ${JSON.stringify(FORBIDDEN)}: found.append((type(error).__name__, name))
    trace = error.__traceback__
    found.extend(("traceback", name) for name in dir(trace) if not name.startswith("__") and hasattr(trace, name))
import builtins
count = 0
for name in dir(builtins):
    kind = getattr(builtins, name)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)): continue
    try:
        try: raise KeyError("context")
        except KeyError:
            if issubclass(kind, BaseExceptionGroup): raise kind("x", [ValueError()])
            if issubclass(kind, UnicodeDecodeError): b"\\xff".decode()
            if issubclass(kind, UnicodeEncodeError): "\\ud800".encode()
            if issubclass(kind, UnicodeTranslateError): raise kind("x", 0, 1, "y")
            raise kind("x")
    except BaseException as error:
        count += 1
        walk(error, 0)
return count, found`;
    const { resultJson, error } = await under.run(source);
    expect(error).toBeUndefined();
    const [count, found] = JSON.parse(resultJson) as [number, unknown[]];
    expect(count).toBeGreaterThan(60);
    expect(found).toEqual([]);
  });
});

describe("P2 every way to an attribute without a dot", () => {
  /** Ways to the attribute `name` of `target`; each has to end like the dot does, with no value. */
  const routes: readonly (readonly [name: string, source: string])[] = [
    ["a dot", "return target.NAME"],
    ["getattr", "return getattr(target, 'NAME')"],
    ["getattr of a name put together", "return getattr(target, 'NAME'[:3] + 'NAME'[3:])"],
    ["a name of a class derived from str", "class S(str): pass\nreturn getattr(target, S('NAME'))"],
    ["object.__getattribute__", "return object.__getattribute__(target, 'NAME')"],
    ["type(target).__getattribute__", "return type(target).__getattribute__(target, 'NAME')"],
    [
      "super()",
      "class X(type(target) if isinstance(target, type) else object):\n    def get(self): return super().NAME\nreturn X.get(target) if False else super(X, X()).NAME",
    ],
    ["vars", "return vars(target)['NAME']"],
    ["__dict__", "return target.__dict__['NAME']"],
    ["the type's __dict__", "return type(target).__dict__['NAME'].__get__(target)"],
    ["operator.attrgetter", "import operator\nreturn operator.attrgetter('NAME')(target)"],
    ["operator.methodcaller", "import operator\nreturn operator.methodcaller('NAME')(target)"],
    ["functools.reduce", "import functools\nreturn functools.reduce(getattr, ['NAME'], target)"],
    ["map", "return list(map(getattr, [target], ['NAME']))[0]"],
    ["str.format", "return '{0.NAME}'.format(target)"],
    ["str.format_map", "return '{t.NAME}'.format_map({'t': target})"],
    ["str.format as a value", "return list(map(str.format, ['{.NAME}'], [target]))[0]"],
    ["a field inside a width", "return '{0:{0.NAME}}'.format(target)"],
    ["string.Formatter", "import string\nreturn string.Formatter().format('{0.NAME}', target)"],
    ["an f-string", "return f'{target.NAME}'"],
    ["a decorator", "@target.NAME\ndef f(): pass\nreturn f"],
    ["a default", "def f(x=target.NAME): return x\nreturn f()"],
    ["a with statement", "with target.NAME as x: return x"],
    [
      "unittest-like mock of __getattr__",
      "class P:\n    def __getattr__(self, name): return getattr(target, name)\nreturn P().NAME",
    ],
  ];
  const targets = [
    "(lambda: 0)",
    "object",
    "(x for x in ())",
    "ValueError().with_traceback(None)",
    "len",
    "ak_message",
    "request",
  ];

  test.each(routes)("%s", async (_name, source) => {
    const reached: string[] = [];
    const programs = targets.flatMap((target) =>
      [...FORBIDDEN, ...PICKLING].map((name) => `target = ${target}\n${source.replaceAll("NAME", name)}`),
    );
    const outcomes = await Promise.all(
      programs.map((program) => under.run(program, { request: {} }, "policy")),
    );
    const kinds = new Set<string>();
    outcomes.forEach(({ ok, error, repr }, index) => {
      if (ok) reached.push(`${programs[index]} is ${repr}`);
      else kinds.add(error?.type ?? "");
    });
    expect(reached).toEqual([]);
    expect([...kinds].filter((kind) => !["AttributeError", "KeyError", "TypeError"].includes(kind))).toEqual(
      [],
    );
  });

  test("class patterns read attributes: none of these", async () => {
    const programs = targets.flatMap((target) =>
      FORBIDDEN.map(
        (name) => `match ${target}:\n    case object(${name}=found): return [found]\nreturn None`,
      ),
    );
    const outcomes = await Promise.all(
      programs.map((program) => under.run(program, { request: {} }, "policy")),
    );
    expect(outcomes.filter(({ repr }) => repr !== "None")).toEqual([]);
    expect(await under.repr("match 1j:\n    case object(real=found): return found")).toBe("0.0");
  });
});

describe("P3 format strings", () => {
  test("name attributes of guest values and indices, as in CPython, and run nothing", async () => {
    expect(await under.repr("return '{0.__class__}'.format(1)")).toBe(`"<class 'int'>"`);
    expect(await under.repr("return '{0[__class__]}'.format({'__class__': 'data'})")).toBe("'data'");
    expect(await under.error("return '{0[__class__]}'.format([1])")).toBe(
      "TypeError: list indices must be integers or slices, not str",
    );
    expect(await under.error("return '{0.real()}'.format(1)")).toBe(
      "AttributeError: 'int' object has no attribute 'real()'",
    );
    expect(await under.error("return '{len}'.format(1)")).toBe("KeyError: 'len'");
  });
});

describe("P6 names that make or load code, or leave the program", () => {
  test.each([
    ...[
      "eval",
      "exec",
      "compile",
      "__import__",
      "open",
      "input",
      "globals",
      "breakpoint",
      "help",
      "exit",
      "quit",
      "license",
      "credits",
      "copyright",
    ],
  ])("%s is absent, and says so", async (name) => {
    expect(await under.error(`return ${name}`)).toBe(
      `NameError: name '${name}' is not defined ('${name}' is not available in an expression)`,
    );
    expect(await under.error(`import builtins\nreturn builtins.${name}`)).toMatch(/^AttributeError: /);
  });

  test.each([
    "__loader__",
    "__spec__",

    "__file__",
    "__package__",
    "reload",
    "execfile",
    "file",
    "unichr",
    "apply",
  ])("%s is absent", async (name) => {
    expect(await under.error(`return ${name}`)).toMatch(/^NameError: /);
  });

  test.each([
    ...[
      "os",
      "sys",
      "subprocess",
      "importlib",
      "ctypes",
      "gc",
      "inspect",
      "marshal",
      "pickle",
      "shelve",
      "socket",
      "signal",
      "threading",
      "multiprocessing",
    ],
    ...[
      "code",
      "codeop",
      "pdb",
      "runpy",
      "pty",
      "posix",
      "nt",
      "_posixsubprocess",
      "_io",
      "shutil",
      "tempfile",
      "pathlib",
      "glob",
      "mmap",
      "asyncio",
      "http.client",
    ],
    ...[
      "sqlite3",
      "webbrowser",
      "atexit",
      "faulthandler",
      "tracemalloc",
      "weakref",
      "js",
      "pyodide",
      "_thread",
      "site",
      "zipimport",
      "pkgutil",
    ],
  ])("import %s fails", async (name) => {
    expect(await under.error(`import ${name}`)).toMatch(/^(ModuleNotFoundError|ImportError): /);
    expect(await under.error(`from ${name} import anything`)).toMatch(/^(ModuleNotFoundError|ImportError): /);
  });

  test("no module takes a new attribute, or gives one up", async () => {
    const taken: string[] = [];
    for (const name of MODULES) {
      const { repr } = await under.run(`import ${name} as module
taken = []
for change in (lambda: setattr(module, "stain", 1), lambda: setattr(module, dir(module)[0], 1), lambda: delattr(module, dir(module)[0]), lambda: module.__dict__.update(stain=1), lambda: vars(module).clear()):
    try: change()
    except (TypeError, AttributeError): continue
    taken.append(hasattr(module, "stain"))
return taken`);
      if (!/^\[(?:False(?:, )?)*\]$/.test(repr)) taken.push(`${name}: ${repr}`);
    }
    expect(MODULES.length).toBeGreaterThan(60);
    expect(taken).toEqual([]);
  });
});

describe("P7 names are folded before they are looked up", () => {
  /** The letters of a name in other alphabets that NFKC folds to it. */
  const alphabets: readonly [name: string, (letter: string) => string][] = [
    ["full-width", (letter) => String.fromCodePoint((letter.codePointAt(0) as number) + 0xfee0)],
    [
      "mathematical bold",
      (letter) => String.fromCodePoint((letter.codePointAt(0) as number) - 0x61 + 0x1d41a),
    ],
    [
      "mathematical script bold",
      (letter) => String.fromCodePoint((letter.codePointAt(0) as number) - 0x61 + 0x1d4ea),
    ],
    [
      "mathematical monospace",
      (letter) => String.fromCodePoint((letter.codePointAt(0) as number) - 0x61 + 0x1d68a),
    ],
  ];
  const disguised = (name: string, letter: (plain: string) => string) => name.replace(/[a-z]/g, letter);

  test.each(alphabets)("%s letters", async (_name, letter) => {
    for (const name of ["eval", "exec", "compile", "open", "input", "globals", "breakpoint"])
      expect(await under.error(`return ${disguised(name, letter)}`)).toContain(
        `name '${name}' is not defined`,
      );
    for (const name of ["__globals__", "__code__", "__closure__", "__builtins__"]) {
      const plain = `AttributeError: 'function' object has no attribute '${name}' (not available in an expression)`;
      expect(await under.error(`return (lambda: 0).${disguised(name, letter)}`)).toBe(plain);
      expect(
        await under.error(`return (lambda: 0).${disguised(name, letter).replace(/(?<=_)_/g, "\uff3f")}`),
      ).toMatch(/^AttributeError|^SyntaxError/);
    }
    // They are folded at all: the same name both ways.
    expect(await under.repr(`${disguised("value", letter)} = 1\nreturn value`)).toBe("1");
  });
});

describe("P8 names and keys that mean something to JavaScript", () => {
  const words = [
    ...[
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "valueOf",
      "hasOwnProperty",
      "isPrototypeOf",
      "__defineGetter__",
      "__lookupSetter__",
    ],
    ...[
      "length",
      "name",
      "arguments",
      "caller",
      "then",
      "toJSON",
      "this",
      "await",
      "eval",
      "undefined",
      "NaN",
      "Infinity",
      "globalThis",
      "Symbol",
      "size",
    ],
  ];

  test("a dictionary of any such keys does as a Map does", async () => {
    const key = fc.oneof(
      fc.constantFrom(...words),
      fc.string({ maxLength: 3 }),
      fc.integer({ min: -3, max: 3 }),
    );
    const command = fc.oneof(
      fc.record({ op: fc.constant("set"), key, value: fc.integer() }),
      fc.record({ op: fc.constant("pop"), key }),
      fc.record({ op: fc.constant("default"), key, value: fc.integer() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
        const model = new Map<string | number, number>();
        for (const each of commands) {
          if (each.op === "pop") model.delete(each.key);
          else if (each.op === "set" || !model.has(each.key))
            model.set(each.key, (each as { value: number }).value);
        }
        const source = `d = {}
for c in commands:
    if c["op"] == "pop": d.pop(c["key"], None)
    elif c["op"] == "set": d[c["key"]] = c["value"]
    else: d.setdefault(c["key"], c["value"])
return [[k, v] for k, v in d.items()], [w for w in words if w in d], len(d)`;
        const { resultJson } = await under.run(source, { commands: commands as JsonValue, words });
        expect(JSON.parse(resultJson)).toEqual([
          [...model],
          words.filter((word) => model.has(word)),
          model.size,
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test.each(words)("a context has no %s unless it was given one", async (word) => {
    const context = { request: { context: {} } };
    expect(await under.error(`return request.context[${JSON.stringify(word)}]`, context)).toBe(
      `KeyError: '${word}'`,
    );
    expect(
      await under.repr(
        `return hasattr(request.context, "${word}x"), request.context.get("${word}")`,
        context,
      ),
    ).toBe("(False, None)");
    const given = JSON.parse(`{"request": {"context": {${JSON.stringify(word)}: 5}}}`) as JsonObject;
    expect(await under.repr(`return request.context[${JSON.stringify(word)}]`, given)).toBe("5");
  });

  test.each(words.filter((word) => word !== "await"))("%s is a name like any other", async (word) => {
    expect(await under.error(`return ${word}`)).toMatch(/^NameError: /);
    const source = `def f(${word}):
    def g(): return ${word} + 1
    return g()
class X: ${word} = 3
x = X()
x.${word} = 4
${word} = 5
return [f(1), X.${word}, x.${word}, ${word}, [${word} for ${word} in (6,)], (lambda ${word}: ${word})(7), f(**{"${word}": 8})]`;
    expect(await under.repr(source)).toBe("[2, 3, 4, 5, [6], 7, 9]");
  });
});

describe("P9 literals cannot leave the literal they stand in", () => {
  /** A text as a Python literal, written in one of several ways. */
  const literal = fc
    .tuple(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            "'",
            '"',
            "\\",
            "`",
            "${",
            "*/",
            "//",
            "-->",
            "\u2028",
            "\u2029",
            "\n",
            "\r",
            "\0",
            "</script>",
            "\ud800",
            "\u00e9",
            "#",
          ),
          fc.string({ unit: "binary", maxLength: 4 }),
        ),
        { maxLength: 12 },
      ),
      fc.constantFrom("escaped", "triple", "f-string", "key", "attribute", "comment", "bytes"),
    )
    .map(([parts, form]) => ({ text: parts.join(""), form }));
  const escaped = (text: string): string =>
    [...text].map((char) => `\\U${(char.codePointAt(0) as number).toString(16).padStart(8, "0")}`).join("");
  /** Safe inside a triple-quoted text, and otherwise as it is. */
  const raw = (text: string): string => text.replace(/["'\\\r\0{}\ud800-\udfff]/g, (char) => escaped(char));

  const forms: Record<string, (text: string) => string> = {
    escaped: (text) => `"${escaped(text)}"`,
    triple: (text) => `"""${raw(text)}"""`,
    "f-string": (text) => `f"""${raw(text)}{""}"""`,
    key: (text) => `list({"""${raw(text)}""": 1})[0]`,
    attribute: (text) => `(setattr(X, """${raw(text)}""", 1), [n for n in vars(X) if n not in known][0])[1]`,
    comment: (text) => `( # ${text.replace(/[\r\n\0\ud800-\udfff]/g, "")}\n"${escaped(text)}")`,
    bytes: (text) =>
      `b"${[...Buffer.from(text.toWellFormed())].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}".decode()`,
  };

  test("whatever they hold, they come out as they went in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(literal, { minLength: 1, maxLength: 5 }), async (literals) => {
        const lines = literals.map(
          ({ text, form }) =>
            `class X: pass\nknown = set(vars(X))\nout.append(${(forms[form] as (text: string) => string)(text)})`,
        );
        const { resultJson, error } = await under.run(`out = []\n${lines.join("\n")}\nreturn out`);
        expect(error).toBeUndefined();
        // The text is indented to be a function's body before it is parsed, as authentik does it: also inside of literals.
        const unindented = (text: string) => text.replaceAll("    ", "");
        expect((JSON.parse(resultJson) as string[]).map(unindented)).toEqual(
          literals.map(({ text, form }) => unindented(form === "bytes" ? text.toWellFormed() : text)),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("program texts of hostile pieces are refused or run, and the engine goes on", async () => {
    const piece = fc.constantFrom(
      ...[
        "'",
        '"',
        "`",
        "\\",
        "$",
        "*/",
        "/*",
        "//",
        "\u2028",
        ";",
        "}",
        "{",
        ")",
        "(",
        "=>",
        "return 1",
        "x",
        "\n",
        "#",
        "f'",
        "{x!r:>{y}}",
        "process",
        "=",
        ":",
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 15 }), async (pieces) => {
        let outcome: { ok: boolean; error?: { type: string } };
        try {
          outcome = await under.run(pieces.join(""));
        } catch (error) {
          expect((error as Error).name).toBe("ExpressionSyntaxError");
          return;
        }
        // `x=x` asks for a variable that has no value yet.
        const expected = ["NameError", "UnboundLocalError", "TypeError", "AttributeError", "ValueError"];
        expect([...expected, undefined]).toContain(outcome.error?.type);
      }),
      { numRuns: 500 },
    );
    expect(await under.repr("return 1")).toBe("1");
  });
});

describe("P10 each policy has its own copy of the context", () => {
  const context: JsonObject = {
    request: {
      user: { pk: 1, username: "marie", attributes: { a: [1] } },
      context: { list: [1], map: { a: 1 } },
    },
  };
  const policies = [
    "request.context['list'].append(2)\nrequest.context['map']['b'] = 2\nreturn [request.context['list'], request.context['map']]",
    "request.context.clear()\nrequest.user.username = 'root'\nrequest.user.attributes['a'].clear()\nreturn [request.context, request.user.username]",
    "return [request.context, request.user.username, request.user.attributes]",
  ];

  test("so that their order does not matter", async () => {
    const alone = await Promise.all(policies.map((source) => under.run(source, context, "policy")));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      for (const index of order) {
        const { resultJson, changes } = await under.run(policies[index] as string, context, "policy");
        expect(resultJson).toBe(alone[index]?.resultJson);
        expect(changes).toEqual(alone[index]?.changes);
      }
    }
    expect(context).toEqual({
      request: {
        user: { pk: 1, username: "marie", attributes: { a: [1] } },
        context: { list: [1], map: { a: 1 } },
      },
    });
    expect(alone[0]?.changes).not.toEqual([]);
  });

  test("and so they have when one crossing carries it for all of them", async () => {
    const { engine } = under;
    const all = policies.map((source, index) => engine.policy(`p${index}`, source));
    const together = await engine.evaluateAll([...all, ...all.toReversed()], context);
    const alone = await Promise.all(all.map((policy) => policy.evaluate(context)));
    const results = (verdicts: typeof alone) => verdicts.map(({ rawResult }) => rawResult);
    expect(results(together)).toEqual([...results(alone), ...results(alone).toReversed()]);
  });
});

describe("P11 limits cannot be caught, and nothing runs after one", () => {
  const bombs: [limit: string, bomb: string][] = [
    ["StepLimitExceeded", "while True: pass"],
    ["MemoryLimitExceeded", "x = 'x' * 10**10"],
    ["OutputLimitExceeded", "while True: print('x' * 1000)"],
  ];
  const indent = (source: string, by = 4) =>
    source
      .split("\n")
      .map((line) => " ".repeat(by) + line)
      .join("\n");
  const wrappings: [how: string, wrap: (bomb: string) => string][] = [
    [
      "a bare except",
      (bomb) => `try:\n${indent(bomb)}\nexcept: ak_message("after")\nak_message("after")\nreturn True`,
    ],
    [
      "except BaseException",
      (bomb) => `try:\n${indent(bomb)}\nexcept BaseException: ak_message("after")\nreturn True`,
    ],
    ["except*", (bomb) => `try:\n${indent(bomb)}\nexcept* BaseException: ak_message("after")\nreturn True`],
    ["finally", (bomb) => `try:\n${indent(bomb)}\nfinally:\n    ak_message("after")\n    return True`],
    [
      "finally in a loop",
      (bomb) =>
        `while True:\n    try:\n${indent(bomb, 8)}\n    finally:\n        ak_create_event("after")\n        continue`,
    ],
    [
      "__exit__",
      (bomb) =>
        `class C:\n    def __enter__(self): pass\n    def __exit__(self, *a):\n        ak_message("after")\n        return True\nwith C():\n${indent(bomb)}\nreturn True`,
    ],
    [
      "contextlib.suppress",
      (bomb) =>
        `import contextlib\nwith contextlib.suppress(BaseException):\n${indent(bomb)}\nak_message("after")\nreturn True`,
    ],
    [
      "contextlib.ExitStack",
      (bomb) =>
        `import contextlib\nwith contextlib.ExitStack() as stack:\n    stack.callback(ak_message, "after")\n${indent(bomb)}`,
    ],
    [
      "a context manager of a generator",
      (bomb) =>
        `import contextlib\n@contextlib.contextmanager\ndef c():\n    try: yield\n    except BaseException: ak_message("after")\nwith c():\n${indent(bomb)}`,
    ],
    [
      "a generator that is closed",
      (bomb) =>
        `def g():\n    try: yield 1\n    finally: ak_message("after")\nrunning = g()\nnext(running)\n${bomb}`,
    ],
    [
      "a generator that bombs",
      (bomb) =>
        `def g():\n    try:\n        yield 1\n${indent(bomb, 8)}\n    finally: ak_message("after")\nreturn list(g())`,
    ],
    [
      "a coroutine",
      (bomb) =>
        `async def f():\n    try:\n${indent(bomb, 8)}\n    finally: ak_message("after")\nf().send(None)`,
    ],
    [
      "a sort key",
      (bomb) =>
        `def key(x):\n${indent(bomb)}\ntry: sorted([1, 2], key=key)\nexcept BaseException: ak_message("after")`,
    ],
    [
      "__getattr__ behind hasattr",
      (bomb) =>
        `class C:\n    def __getattr__(self, name):\n${indent(bomb, 8)}\nreturn hasattr(C(), "x") or ak_message("after")`,
    ],
    ["__del__", (bomb) => `class C:\n    def __del__(self): ak_message("after")\nc = C()\n${bomb}`],
    [
      "__eq__ in a look-up",
      (bomb) =>
        `class C:\n    def __hash__(self): return 1\n    def __eq__(self, other):\n${indent(bomb, 8)}\ntry: {C(): 1}[C()]\nexcept BaseException: ak_message("after")`,
    ],
    [
      "functools.cached_property",
      (bomb) =>
        `import functools\nclass C:\n    @functools.cached_property\n    def p(self):\n${indent(bomb, 8)}\ntry: C().p\nexcept BaseException: ak_message("after")`,
    ],
  ];

  test.each(
    wrappings.flatMap(([how, wrap]) => bombs.map(([limit, bomb]) => [how, limit, wrap(bomb)] as const)),
  )("%s does not outlive %s", async (_how, limit, source) => {
    const outcome = await under.run(source, {}, "policy", {
      limits: { steps: 200_000, outputBytes: 50_000 },
    });
    expect(outcome).toMatchObject({ ok: false, passing: false, error: { type: limit, limit: true } });
    expect(outcome.messages).not.toContain("after");
    expect((outcome as unknown as { events: unknown[] }).events).toEqual([]);
  });

  test("an exception that runs on in its own __str__ is a limit, not an exception", async () => {
    const source = "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E";
    const outcome = await under.run(source, {}, "policy", { limits: { steps: 200_000 } });
    expect(outcome).toMatchObject({
      passing: false,
      error: { type: "StepLimitExceeded", limit: true },
      steps: 200_000,
    });
  });
});

// P12, semantic drift that changes a decision, is what fixtures/cpython/ and its replays are about: answers recorded from CPython
// for operators by types, built-ins, modules and random programs. See fixtures/README.md.
