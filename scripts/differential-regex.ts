// Compares our `re` with a live CPython 3.13: its own table of tests, then random patterns and texts.
// node scripts/differential-regex.ts [--python PATH] [--random COUNT] [--seed SEED]
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { createRe2 } from "../engine/regex/re2-host.ts";
import { RegexLimitError } from "../engine/regex/regex.ts";
import { answer, engineOf, type RegexAnswer, type RegexCase } from "../tests/engine/regex/answers.ts";
import { regexCases } from "../tests/engine/regex/arbitraries.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3.13" },
    random: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() & 0xffffff) },
  },
});
const recorder = join(import.meta.dirname, "../fixtures/cpython/record_regex.py");
/** CPython takes as many in about a second. */
const STEPS = 20_000_000;
const TOO_LONG = "too many steps";

interface Row {
  readonly case: RegexCase;
  readonly answer: RegexAnswer;
}

function python(argument: string, input: string): string {
  return execFileSync(values.python, [recorder, argument], { input, encoding: "utf8", maxBuffer: 1 << 30 });
}

function ours(row: RegexCase, without?: ("re2" | "v8")[]): string {
  let left = STEPS;
  const step = (count: number): void => {
    left -= count;
    if (left < 0) throw new RegexLimitError(TOO_LONG);
  };
  try {
    return sorted(answer(row, { re2, step }, without));
  } catch (error) {
    return error instanceof RegexLimitError ? TOO_LONG : String(error);
  }
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : item,
  );
}

function compare(title: string, rows: readonly Row[]): boolean {
  const engines = new Map<string, number>();
  let agreed = 0;
  let shown = 0;
  let tooLong = 0;
  for (const row of rows) {
    const engine = engineOf(row.case) ?? "error";
    engines.set(engine, (engines.get(engine) ?? 0) + 1);
    const expected = sorted(row.answer);
    const wrong = ([[], ["re2"], ["re2", "v8"]] as ("re2" | "v8")[][]).filter((without) => {
      const answered = ours(row.case, without);
      if (answered === TOO_LONG) tooLong++;
      return answered !== expected && answered !== TOO_LONG;
    });
    if (wrong.length === 0) {
      agreed++;
    } else if (shown++ < 12) {
      console.log(`differs (${engine}; without ${wrong.map((w) => w.join("+") || "nothing").join(", ")}):`);
      console.log(`  case     ${JSON.stringify(row.case)}`);
      console.log(`  expected ${expected}`);
      console.log(`  ours     ${ours(row.case, wrong[0])}`);
    }
  }
  const share = [...engines].map(([engine, count]) => `${engine} ${count}`).join(", ");
  console.log(
    `${title}: ${agreed}/${rows.length} agree with every engine (${share}; ${tooLong} stopped by the step limit)`,
  );
  return agreed === rows.length;
}

const re2 = createRe2();
const table = python("--re-tests", "")
  .trim()
  .split("\n")
  .map((line): Row => JSON.parse(line));
let good = compare("test.re_tests", table);

const seed = Number(values.seed);
const cases = fc.sample(regexCases, { numRuns: Number(values.random), seed });
const answers = python("--serve", cases.map((row) => `${JSON.stringify(row)}\n`).join(""))
  .trim()
  .split("\n")
  .map((line): RegexAnswer => JSON.parse(line));
const random = cases
  .map((row, index) => ({ case: row, answer: answers[index] }))
  .filter((row) => row.answer.none === undefined);
console.log(
  `${cases.length - random.length} cases left out: CPython has no answer (a timeout, or an error of its own)`,
);
good = compare(`random (seed ${seed})`, random) && good;
process.exitCode = good ? 0 : 1;
