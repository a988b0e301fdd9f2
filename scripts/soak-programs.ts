// Programs for the soak, each with the one answer that is right, known before it is asked: good ones, bad ones and bombs.
//
// Three sources: what CPython answered to the cases of fixtures/cpython (recorded), the bombs of fixtures/bombs (each says what it
// ends with), and programs written here around a marker that no other request has, so that an answer of somebody else's,
// or anything left by an evaluation before, is seen.
import { readdirSync, readFileSync } from "node:fs";
import type { Capabilities, JsonObject, Limits } from "../engine/index.ts";
import { bombs, steadyLimits } from "../fixtures/bombs/read.ts";
import type { Chance } from "./chance.ts";

/** One request and the answer that it has to get. */
export interface Asked {
  readonly kind: "good" | "bad" | "bomb";
  /** What it is, for a report. */
  readonly name: string;
  readonly source: string;
  readonly context: JsonObject;
  readonly limits: Partial<Limits>;
  /** `repr` of the value or `Type: message`; of a bomb, what fixtures/bombs says. */
  readonly answer: string;
  /** What the user is told besides; of bombs that is not known. */
  readonly messages?: readonly string[];
}

/** No clock has a part in an answer, unless a program is there to be ended by one. */
const CLOCKS = { cpuMs: 30_000, wallMs: 30_000 };

const modules = new URL("../fixtures/cpython/modules/", import.meta.url);
/** What CPython answered: `repr`, or the exception's name and text. */
const recorded: readonly (readonly [source: string, answer: string, module: string])[] = readdirSync(modules)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .flatMap((file) =>
    (JSON.parse(readFileSync(new URL(file, modules), "utf8")) as [string, string][]).map(
      ([source, answer]): [string, string, string] => [source, answer, file.slice(0, -5)],
    ),
  );

/** Repr of a text of letters, digits and blanks. */
const quoted = (text: string): string => `'${text}'`;

interface Written {
  readonly kind: "good" | "bad";
  readonly source: string;
  readonly context?: JsonObject;
  readonly limits?: Partial<Limits>;
  readonly answer: string;
  readonly messages?: readonly string[];
}
/** Made around a marker: letters and digits that no other request has. */
const written: Readonly<Record<string, (marker: string, chance: Chance) => Written>> = {
  "the context it was given": (marker) => ({
    kind: "good",
    source: "return request.context['deep'][1]['marker'], request.user.username, marker",
    context: {
      marker: `${marker}3`,
      request: { user: { pk: 1, username: `${marker}2` }, context: { deep: [0, { marker: `${marker}1` }] } },
    },
    answer: `('${marker}1', '${marker}2', '${marker}3')`,
  }),
  "a program nobody has seen": (marker, chance) => {
    const n = chance.below(1000);
    return {
      kind: "good",
      source: `def ${marker}(n):\n    return n and n + ${marker}(n - 1)\nreturn "${marker}", sum(range(${n})), ${marker}(9)`,
      answer: `('${marker}', ${(n * (n - 1)) / 2}, 45)`,
    };
  },
  "numbers of its context": (_marker, chance) => {
    const numbers = Array.from({ length: 1 + chance.below(40) }, () => chance.below(1000));
    return {
      kind: "good",
      source: "return sum(x * x for x in numbers if x % 2), sorted(numbers)[:3], max(numbers)",
      context: { numbers },
      answer: `(${numbers.reduce((sum, x) => sum + (x % 2) * x * x, 0)}, [${[...numbers]
        .sort((a, b) => a - b)
        .slice(0, 3)
        .join(", ")}], ${Math.max(...numbers)})`,
    };
  },
  "a large number": (_marker, chance) => {
    const [a, b] = [2n + BigInt(chance.below(1000)), 1 + chance.below(400)];
    return {
      kind: "good",
      source: "return str(a ** b)",
      context: { a: Number(a), b },
      answer: quoted(String(a ** BigInt(b))),
    };
  },
  "a regular expression": (marker) => ({
    kind: "good",
    source:
      "import re\nreturn re.sub(r'([a-z]+)(\\d+)', r'\\2 \\1', marker), re.findall(r'(?=(\\d))', marker)",
    context: { marker },
    answer: `(${quoted(marker.replace(/([a-z]+)(\d+)/g, "$2 $1"))}, [${[...marker.matchAll(/\d/g)].map(([d]) => quoted(d)).join(", ")}])`,
  }),
  "a long context": (marker, chance) => {
    const length = 20_000 + chance.below(20_000);
    return {
      kind: "good",
      source: "return len(text), text[-3:], len(rows), rows[-1]['n']",
      context: {
        text: "x".repeat(length) + marker.slice(-3),
        rows: Array.from({ length: 300 }, (_, n) => ({ n })),
      },
      answer: `(${length + 3}, ${quoted(marker.slice(-3))}, 300, 299)`,
    };
  },
  messages: (marker, chance) => {
    const n = chance.below(5);
    return {
      kind: "good",
      source: "for i in range(n):\n    ak_message(f'{marker} {i}')\nreturn n > 2",
      context: { marker, n },
      answer: n > 2 ? "True" : "False",
      messages: Array.from({ length: n }, (_, i) => `${marker} ${i}`),
    };
  },
  "what it leaves behind": (marker) => ({
    kind: "good",
    source:
      "import random, decimal, collections.abc\nglobal leak\nleak = marker\nrandom.seed(marker)\ndecimal.getcontext().prec = 3\n" +
      "class Left: pass\ncollections.abc.Sized.register(Left)\nrequest.context['left'] = marker\nreturn issubclass(Left, collections.abc.Sized)",
    context: { marker, request: { user: { pk: 1, username: "u" }, context: {} } },
    answer: "True",
  }),
  "what others left behind": () => ({
    kind: "good",
    source:
      "import decimal\ntry:\n    leak\nexcept NameError as error:\n    return str(error), decimal.getcontext().prec, request.context, id(object()) % 16",
    context: { request: { user: { pk: 1, username: "u" }, context: {} } },
    answer: `("name 'leak' is not defined", 28, {}, 0)`,
  }),
  "another policy": (marker) => ({
    kind: "good",
    source: "return ak_call_policy(marker).raw_result, marker",
    context: { marker },
    answer: `('${marker} called', '${marker}')`,
  }),
  "a request": (marker) => ({
    kind: "good",
    source: "return requests.post('https://example.com/' + marker, data=marker).text",
    context: { marker },
    answer: quoted(`POST /${marker} ${marker}`),
  }),
  "a missing key": (marker) => ({
    kind: "bad",
    source: "ak_message('before')\nreturn {}[marker]",
    context: { marker },
    answer: `KeyError: '${marker}'`,
    messages: ["before"],
  }),
  "an exception of its own": (marker) => ({
    kind: "bad",
    source: `class E${marker}(Exception): pass\nraise E${marker}("${marker}")`,
    answer: `E${marker}: ${marker}`,
  }),
  "no Python": (marker) => ({
    kind: "bad",
    source: `${marker} = 1\nreturn )`,
    answer: "SyntaxError: unmatched ')' (no Python, line 2)",
  }),
  "too many steps": (_marker, chance) => {
    const steps = 100 + chance.below(10_000);
    return {
      kind: "bad",
      source: "while True: pass",
      limits: { steps },
      answer: `StepLimitExceeded: the expression used more than ${steps} steps`,
    };
  },
  "no end of recursion": (_marker, chance) => ({
    kind: "bad",
    source: "def again(): again()\nagain()",
    limits: { recursion: 20 + chance.below(100) },
    answer: "RecursionError: maximum recursion depth exceeded",
  }),
  "a policy that is not there": (marker) => ({
    kind: "bad",
    source: `return ak_call_policy("missing${marker}")`,
    answer: `ValueError: Policy 'missing${marker}' not found.`,
  }),
};
const kinds = Object.keys(written);

/** The embedder's side: answers with what the programs above know, some of it late. */
export const capabilities: Capabilities = {
  async policies(name) {
    return name.startsWith("missing") ? null : { source: `return "${name} called"` };
  },
  async http({ method, url, body }) {
    await new Promise((settle) => setTimeout(settle, url.length % 20));
    const text = `${method} ${new URL(url).pathname} ${Buffer.from(body ?? "", "base64")}`;
    return {
      status: 200,
      reason: "OK",
      headers: [],
      body: Buffer.from(text).toString("base64"),
      elapsedMs: 1,
    };
  },
};

/**
 * The next request of a client: of two hundred about 120 recorded, 78 written here and two bombs. `marker` is letters and digits
 * that no other request has.
 */
export function nextProgram(chance: Chance, marker: string): Asked {
  const draw = chance.below(200);
  if (draw < 2) {
    const bomb = chance.of(bombs);
    return {
      kind: "bomb",
      name: `${bomb.kind}: ${bomb.name}`,
      source: bomb.source,
      context: { request: { user: { pk: 1, username: "mallory" }, context: {} }, context: {} },
      limits: steadyLimits(bomb),
      answer: bomb.ends,
    };
  }
  if (draw < 122) {
    const [source, answer, module] = chance.of(recorded);
    return { kind: "good", name: module, source, context: {}, limits: CLOCKS, answer, messages: [] };
  }
  const name = chance.of(kinds);
  const made = (written[name] as (typeof written)[string])(marker, chance);
  return { context: {}, messages: [], ...made, name, limits: { ...CLOCKS, ...made.limits } };
}
