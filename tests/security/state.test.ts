// Nothing of one evaluation is left for the next: after any others in the same worker a program says what it says alone.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../engine/index.ts";
import { pythonProgram } from "../../testing/python-program/program.ts";
import { everything, type Run, steadyBombs, steadyEngine } from "./answers.ts";

/** Programs that leave behind what they can, or look at what others might have. */
const nosy: readonly string[] = [
  "from decimal import *\ngetcontext().prec = 3\ngetcontext().rounding = ROUND_UP\ngetcontext().traps[Inexact] = True\nreturn str(Decimal(1) / 8)",
  "from decimal import *\nreturn repr(getcontext()), Decimal(1) / 7",
  "import random\nrandom.seed(1)\nreturn random.random(), random.gauss(0, 1)",
  "import random\nreturn random.random(), random.gauss(0, 1), random.getstate()[1][:3]",
  "import secrets, uuid\nreturn secrets.token_hex(4), str(uuid.uuid4())",
  "import time\ntime.sleep(5)\nreturn time.time(), time.monotonic()",
  "import time, datetime\nreturn time.time(), time.monotonic(), str(datetime.datetime.now())",
  "import re\nfor i in range(300): re.compile(f'x{i}')\nreturn re.match('(a)|b', 'a').groups()",
  "import re\nreturn re.match('(a)|b', 'b').span(), re.compile('x7')",
  "return [id(object()) for _ in range(3)], repr(object()), id(int), id(len)",
  "class A: pass\nreturn A.__subclasses__(), [c.__name__ for c in Exception.__subclasses__()], len(object.__subclasses__())",
  "class E(Exception): pass\nclass D(dict): pass\nraise E(D(a=1))",
  "import abc, collections.abc as c\nclass A:\n    pass\nc.Sized.register(A)\nreturn isinstance(A(), c.Sized), abc.get_cache_token()",
  "import collections.abc as c, abc\nclass A:\n    pass\nreturn isinstance(A(), c.Sized), abc.get_cache_token()",
  "from functools import lru_cache\n@lru_cache\ndef f(n): return n\nf(1); f(1)\nreturn f.cache_info()",
  "import enum\nclass F(enum.Flag):\n    A = 1\n    B = 2\nreturn F.A | F.B, ~F.A",
  "import typing\n@typing.overload\ndef f(x: int) -> int: ...\ndef f(x): return x\nreturn typing.get_overloads(f)",
  "from zoneinfo import ZoneInfo\nreturn ZoneInfo('Europe/Berlin') is ZoneInfo('Europe/Berlin'), str(ZoneInfo('Asia/Tokyo'))",
  "from zoneinfo import ZoneInfo\nimport datetime\nreturn str(datetime.datetime(2024, 7, 1, tzinfo=ZoneInfo('Europe/Berlin')))",
  "import locale_that_is_not_there",
  "import json\njson.JSONEncoder.default = None",
  "import string\nstring.ascii_letters = ''\nreturn string.ascii_letters",
  "import math\nmath.pi = 3",
  "int.x = 1",
  "len = 5\nreturn len",
  "return len('abc')",
  "global leak\nleak = 1\nreturn leak",
  "return leak",
  "context['left'] = 1\nrequest.user.attributes['x'].append(2)\nrequest.context['a'][1]['b'] = 9\nreturn request.user.attributes",
  "return context, request.user.attributes, request.context",
  "ak_message('one')\nprint('two')\nak_logger.info('three', x=1)\nak_create_event('four')\nraise ValueError('five')",
  "return True",
  "return ak_call_policy('changes').raw_result, context",
  "return ak_call_policy('raises').messages",
  "ak_message('before')\nreturn ak_call_policy('endless').passing",
  "return ak_call_policy('unknown')",
  "def f(): f()\nf()",
  "def f(n): return n and f(n - 1)\nreturn f(900)",
  "try:\n    def f(): f()\n    f()\nexcept RecursionError as e: return str(e)",
  "try:\n    1 / 0\nexcept ZeroDivisionError:\n    while True: pass",
  "raise",
  "import contextlib\n@contextlib.contextmanager\ndef c():\n    try: yield\n    finally: ak_message('left')\nwith c():\n    while True: pass",
  "def g():\n    try: yield 1\n    finally: ak_message('left')\nx = g()\nnext(x)\nreturn 1",
  "a = []\na.append(a)\nreturn repr(a)",
  "class R:\n    def __repr__(self):\n        while True: pass\nreturn [R()]",
  "return repr([[1]]), repr({'a': [2]})",
  "return sorted([3, 'a'])",
  "import sys_that_is_not",
  "return {2**64 * i for i in range(3)}, {2**70: 1}[2.0**70]",
  "return [0] * 10**9",
  "return hash('a'), hash((1, 'b')), hash(2**61 - 1), {'b', 'a', 1}",
  "import math\nreturn [math.exp(i / 7) for i in range(5)], math.gamma(5.5), math.sin(1e22)",
  "from fractions import Fraction\nfrom statistics import mean, NormalDist\nreturn mean([Fraction(1, 3), 2]), NormalDist(0, 1).samples(2, seed=3)",
  "import datetime\nreturn datetime.datetime.strptime('2024-02-03', '%Y-%m-%d'), datetime.date.today()",
  "import calendar\ncalendar.setfirstweekday(6)\nreturn calendar.month(2024, 2)",
  "import calendar\nreturn calendar.month(2024, 2), calendar.firstweekday()",
  "import warnings_that_is_not",
  "import unicodedata, html\nreturn unicodedata.name('é'), html.unescape('&notit;&amp')",
  "import io\nf = io.StringIO()\nf.write('x')\nreturn f.getvalue()",
  "import copy, dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int = 1\nreturn copy.deepcopy(P([1])), P(2) == P(2)",
  "return 'ß'.upper(), 'İ'.lower(), '%.3f' % 2.5, f'{1e22:g}', format(1234567, ',')",
];

const run: fc.Arbitrary<Run> = fc.record({
  source: fc.oneof(
    { arbitrary: fc.constantFrom(...nosy), weight: 5 },
    { arbitrary: pythonProgram(), weight: 2 },
    { arbitrary: fc.constantFrom(...steadyBombs), weight: 2 },
  ),
  limits: fc.record(
    { steps: fc.integer({ min: 0, max: 3000 }), recursion: fc.integer({ min: 5, max: 300 }) },
    { requiredKeys: [] },
  ),
});

let shared: Engine | undefined;
beforeAll(async () => {
  shared = await steadyEngine();
});
afterAll(() => shared?.close());

/** What a program says in a worker that has run nothing else. */
async function alone(program: Run): Promise<string> {
  const engine = await steadyEngine();
  try {
    return await everything(engine, program);
  } finally {
    await engine.close();
  }
}

test("after any others, a program says what it says alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 12 }), run, async (before, last) => {
      for (const program of before) await everything(shared as Engine, program);
      expect(await everything(shared as Engine, last)).toBe(await alone(last));
    }),
    { numRuns: 30 },
  );
}, 120_000);

test("programs that look for what others left find nothing, whoever came before", async () => {
  const first = new Map<string, string>();
  const engine = await steadyEngine();
  try {
    // In one order, then in the other: each comes before and after every one.
    for (const order of [nosy, nosy.toReversed()]) {
      for (const source of order) {
        const answer = await everything(engine, { source, limits: {} });
        expect(first.get(source) ?? answer, source).toBe(answer);
        first.set(source, answer);
      }
    }
  } finally {
    await engine.close();
  }
}, 60_000);

test("programs that wait behind each other in one worker are as far apart", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 2, maxLength: 20 }), async (programs) => {
      const one: string[] = [];
      for (const program of programs) one.push(await everything(shared as Engine, program));
      expect(await Promise.all(programs.map((program) => everything(shared as Engine, program)))).toEqual(
        one,
      );
    }),
    { numRuns: 30 },
  );
}, 120_000);
