// Mutates Python sources and runs them in process: whatever the text, the answer must be a value, a Python exception, a
// syntax error or a limit. Reports anything else, error texts of JavaScript's, and what takes longer than 1.5 seconds.
//
//   npm run fuzz:sources -- --cases N --seed S     N mutants (default 10000); case i of seed S is always the same text
//   npm run fuzz:sources -- --seed S --only I      prints case I and its outcome
//
// The texts that are mutated come from fixtures/, and from the suite of `$PYTHON` (or `python3.13`) where there is one.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { compile } from "../engine/language/compile.ts";
import { PySyntaxError } from "../engine/language/diagnostics.ts";
import { abi } from "../engine/python/abi.ts";
import "../engine/python/library.ts";
import { builtins } from "../engine/python/builtins.ts";
import { PyException } from "../engine/python/exceptions.ts";
import type { PyValue } from "../engine/python/object.ts";
import { resetOutput } from "../engine/python/output.ts";
import { limit } from "../engine/python/raising.ts";
import { repr, str } from "../engine/python/representation.ts";
import { host, installHost, LimitExceeded, S } from "../engine/python/state.ts";
import { createRe2Callback } from "../engine/regex/re2-host.ts";
import { digest } from "../engine/sandbox/digests.ts";
import { zoneFolders, zoneReader } from "../engine/sandbox/zone-files.ts";
import { Chance } from "./chance.ts";

installHost({ ...host, re2: createRe2Callback(), zone: zoneReader(zoneFolders()), digest });

const HANG_MS = 1500;
const STEPS = 100_000;

// ---- texts ---------------------------------------------------------------------------------------

/** Texts that only a deadline ends, which there is none of here: the tests of the sandbox run them. */
const WITH_DEADLINE = /(?:^|[\\/])(?:bombs|escapes)[\\/]/;

function filesUnder(folder: string, suffix: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(suffix) && !WITH_DEADLINE.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Where the interpreter's own tests are; nothing where there is no such interpreter. */
function suite(): string[] {
  try {
    const code = "import os, test; print(os.path.dirname(test.__file__))";
    const folder = execFileSync(process.env.PYTHON ?? "python3.13", ["-c", code], {
      encoding: "utf8",
    }).trim();
    return readdirSync(folder)
      .filter((name) => /^test_(?:[a-m]|un|w|s[c-y]|pat|pos|raise|with|yield)\w*\.py$/.test(name))
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).size < 300_000);
  } catch {
    return [];
  }
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const margin = Math.min(...indents);
  return lines.map((line) => line.slice(margin)).join("\n");
}

/** Texts that run as they are, and the interpreter's tests, most of which want names that are not there. */
interface Corpus {
  readonly programs: readonly string[];
  readonly tests: readonly string[];
}

function corpus(): Corpus {
  const [programs, tests]: [string[], string[]] = [[], []];
  const root = join(import.meta.dirname, "..", "fixtures");
  for (const path of filesUnder(root, ".py")) {
    const text = readFileSync(path, "utf8");
    const [prelude, ...parts] = text.split(/^# ---- .*\n/m);
    if (parts.length === 0) programs.push(text.slice(0, 4000));
    for (const part of parts) programs.push(`${prelude}${part}`);
  }
  for (const path of suite()) {
    // A method of a test case is about the size of an expression.
    for (const part of readFileSync(path, "utf8")
      .split(/^ {4}def test\w*\(self\):\n/m)
      .slice(1)) {
      const lines =
        part
          .split(/\n(?= {0,4}\S)/)[0]
          ?.split("\n")
          .slice(0, 40) ?? [];
      if (lines.length > 1) tests.push(dedent(lines));
    }
  }
  return { programs, tests };
}

const PIECES = (
  "( ) [ ] { } : , . ; = == := -> * ** / // % @ + - ~ & | ^ << >> < > <= >= != ... \n \t \\ # ' \" ''' f' f\" {x!r} b' r' " +
  "if else elif for while in is not and or lambda yield await async def class return raise try except except* finally with " +
  "as import from global nonlocal del pass break continue match case _ type None True False self super() __class__ " +
  "0 1 -1 2**70 1e400 0x 1_0 1j 10**9 '' b'' [] {} () x y a b *a **k print(x) range(10) int str list dict set object " +
  "[x for x in y] {**x} f'{x}' (yield) (x:=1) not\u00a0in \u00e9 \u{1f600} \u0000 \ud800"
).split(" ");

/** Kinds of tokens of which one may stand for another. */
const KINDS = [/^[\p{L}_]/u, /^[\d(['"]/, /^[-+*/%@&|^<>=!~]/, /^[.,:;]/];

const tokensOf = (text: string): string[] =>
  text.match(/[\p{L}\p{N}_]+|[ \t]+|\n[ \t]*|[^\p{L}\p{N}_\s]|\s/gu) ?? [];

function mutate(text: string, donors: readonly string[], chance: Chance): string {
  const tokens = tokensOf(text);
  const rounds = chance.below(3) > 0 ? 1 : 1 + chance.below(4);
  for (let round = 0; round < rounds; round++) {
    const at = chance.below(tokens.length + 1);
    const many = 1 + chance.below(chance.below(8) === 0 ? 30 : 3);
    switch (chance.below(16)) {
      case 0:
        tokens.splice(at, many);
        break;
      case 1:
        tokens.splice(at, 0, ...tokens.slice(at, at + many));
        break;
      case 2:
        tokens.splice(at, 0, chance.of(PIECES));
        break;
      case 3:
        tokens.splice(at, 1, chance.of(PIECES));
        break;
      case 4: {
        const other = chance.below(tokens.length + 1);
        const [moved] = tokens.splice(other, 1);
        if (moved !== undefined) tokens.splice(at, 0, moved);
        break;
      }
      case 5: {
        const donor = tokensOf(chance.of(donors));
        const from = chance.below(donor.length + 1);
        tokens.splice(at, chance.below(2) * many, ...donor.slice(from, from + 1 + chance.below(20)));
        break;
      }
      case 6: {
        const piece = chance.of(PIECES);
        tokens.splice(at, 0, piece.repeat(1 + chance.below(40)));
        break;
      }
      case 7:
        tokens[at] = (tokens[at] ?? "").slice(1 + chance.below(3));
        break;
      default: {
        // A word, a number or a sign becomes another of its kind: mostly still Python.
        const kind = KINDS.find((pattern) => pattern.test(tokens[at] ?? ""));
        const alike = kind === undefined ? [] : [...tokens, ...PIECES].filter((token) => kind.test(token));
        if (alike.length > 0) tokens.splice(at, 1, chance.of(alike));
      }
    }
  }
  return tokens.join("").slice(0, 20_000);
}

function mutant({ programs, tests }: Corpus, seed: number, index: number): string {
  const chance = new Chance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const donors = tests.length === 0 || chance.below(4) > 0 ? programs : tests;
  return mutate(chance.of(donors), donors, chance);
}

// ---- running -------------------------------------------------------------------------------------

/** Texts that only JavaScript's own errors have. */
const JAVASCRIPT =
  /Cannot (?:read|set|mix|convert) |is not a function|is not a constructor|\[object |Maximum call stack|Invalid (?:string|array|count|typed)|reading '|private (?:field|member)/;

function begin(): void {
  S.steps = 0;
  S.maxSteps = STEPS;
  S.nextTick = 0;
  S.depth = 0;
  S.maxDepth = 400;
  S.allocated = 0;
  S.memoryLimit = 64 * 1048576;
  S.live = true;
  S.handled = null;
  resetOutput(1_000_000);
}

type Main = (
  env: { [kind in "param" | "name" | "global"]: (name: string) => PyValue | undefined },
) => PyValue;

/** The kind of outcome, and what is wrong with it. */
function outcome(source: string): { kind: string; wrong?: string } {
  let code: string;
  try {
    code = compile(source).code;
  } catch (error) {
    if (error instanceof PySyntaxError) {
      return JAVASCRIPT.test(error.message)
        ? { kind: error.type, wrong: error.message }
        : { kind: "syntax error" };
    }
    return { kind: "crash of the compiler", wrong: error instanceof Error ? error.stack : String(error) };
  }
  let factory: (runtime: typeof abi) => Main;
  try {
    factory = new Function(`return ${code}`)() as typeof factory;
  } catch (error) {
    return { kind: "bad code", wrong: String(error) };
  }
  begin();
  try {
    const none = () => undefined;
    const value = factory(abi)({ param: none, global: none, name: (name) => builtins.get(name) });
    const text = repr(value);
    return JAVASCRIPT.test(text) ? { kind: "value", wrong: text.slice(0, 500) } : { kind: "value" };
  } catch (thrown) {
    const error = limit(thrown);
    if (error instanceof PyException) {
      begin();
      let text = "";
      try {
        text = str(error);
      } catch (second) {
        const reason = limit(second);
        if (reason instanceof LimitExceeded && reason.limit === "InternalError") text = reason.message;
      }
      return JAVASCRIPT.test(text)
        ? { kind: "exception", wrong: text.slice(0, 1500) }
        : { kind: "exception" };
    }
    const { limit: name, message } = error as LimitExceeded;
    return name === "InternalError" ? { kind: "internal error", wrong: message } : { kind: "limit" };
  }
}

// ---- threads -------------------------------------------------------------------------------------

interface Task {
  readonly texts: Corpus;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** The case that is being run, and how many have been. */
  readonly progress: Int32Array;
}

function work({ texts, seed, from, to, progress }: Task): void {
  const kinds = new Map<string, number>();
  for (let index = from; index < to; index++) {
    Atomics.store(progress, 0, index);
    const source = mutant(texts, seed, index);
    const begun = performance.now();
    const { kind, wrong } = outcome(source);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const took = performance.now() - begun;
    if (wrong !== undefined) console.log(`── case ${index}: ${kind}: ${wrong}`);
    if (took > HANG_MS) console.log(`── case ${index}: took ${Math.round(took)} ms (${kind})`);
  }
  Atomics.store(progress, 0, to);
  parentPort?.postMessage(kinds);
}

/** Runs cases in threads, one after another: one that hangs is ended and the next begins after its case. */
async function watch(texts: Corpus, seed: number, cases: number): Promise<void> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  for (let from = 0; from < cases; ) {
    Atomics.store(progress, 0, from);
    const data: Task = { texts, seed, from, to: cases, progress };
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    let [last, since] = [from, Date.now()];
    const timer = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now !== last) [last, since] = [now, Date.now()];
      else if (Date.now() - since > HANG_MS * 8) void worker.terminate();
    }, 500);
    await new Promise<void>((resolve) => {
      worker.on("error", (error) =>
        console.log(`── case ${Atomics.load(progress, 0)}: ended the thread: ${error}`),
      );
      worker.on("message", (kinds: Map<string, number>) => console.log(Object.fromEntries(kinds)));
      worker.on("exit", () => resolve());
    });
    clearInterval(timer);
    const reached = Atomics.load(progress, 0);
    if (reached < cases) {
      console.log(`── case ${reached}: hangs, or ended the thread`);
    }
    from = reached + 1;
  }
}

if (!isMainThread) work(workerData as Task);
else {
  const { values } = parseArgs({
    options: { cases: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const texts = corpus();
  if (values.only !== undefined) {
    const source = mutant(texts, seed, Number(values.only));
    console.log(source);
    console.log("──", outcome(source));
  } else {
    const cases = Number(values.cases ?? 10_000);
    console.log(`seed ${seed}, ${cases} cases from ${texts.programs.length + texts.tests.length} texts`);
    const begun = Date.now();
    await watch(texts, seed, cases);
    const seconds = (Date.now() - begun) / 1000;
    console.log(`${cases} cases in ${seconds.toFixed(1)} s, ${Math.round(cases / seconds)} per second`);
  }
}
