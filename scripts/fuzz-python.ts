// Random programs answered by CPython 3.13 and by Postern: `npm run fuzz:python -- --cases 100000 [--seed N] [--only KIND,…] [--python PATH] [--all]`.
//
// A difference is shrunk and printed with the seed and path that repeat it, and ends the run with 1; with `--all` every
// one is printed as it was generated, and the run goes on. `--record N` writes
// fixtures/cpython/random_programs.json instead, which the tests replay. Without a CPython 3.13 the recorded programs are
// run, and the run says so.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { createEngine, type Engine } from "../engine/index.ts";
import { KINDS, pythonProgram } from "../testing/python-program/program.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string" },
    record: { type: "string" },
    all: { type: "boolean", default: false },
    python: { type: "string" },
  },
});
const only = values.only?.split(",") ?? KINDS;
const unknown = only.filter((kind) => !KINDS.includes(kind));
if (unknown.length > 0) throw new Error(`--only: no ${unknown.join(", ")}; there are ${KINDS.join(", ")}`);
const generated = pythonProgram(only);
const fixtures = new URL("../fixtures/cpython/", import.meta.url);
const recordedFile = new URL("random_programs.json", fixtures);

/** What a program comes to: its value's repr, or its exception; null where a limit ended it. */
type Answer = { repr: string } | { type: string; message: string } | null;

function isPython313(command: string): boolean {
  const run = spawnSync(command, ["-c", "import sys; print(sys.version_info[:2])"], { encoding: "utf8" });
  return run.status === 0 && run.stdout.trim() === "(3, 13)";
}

/** How long a CPython may be silent; it notices after two seconds itself, unless it is in a loop written in C. */
const SILENCE_MS = 6000;
/** A CPython that answers one program after another; one that hangs is replaced, and its program met a limit. */
class Oracle {
  private readonly command: string;
  private child: ChildProcess;
  private timer: NodeJS.Timeout | undefined;
  private readonly waiting: { source: string; settle: (answer: Answer) => void }[] = [];
  constructor(command: string) {
    this.command = command;
    this.child = this.start();
  }
  private start(): ChildProcess {
    const child = spawn(this.command, ["-I", fileURLToPath(new URL("answer_programs.py", fixtures))], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    // What is still being written to one that was killed is asked again.
    child.stdin?.on("error", () => {});
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (child === this.child) this.settle(JSON.parse(line) as Answer);
    });
    return child;
  }
  private settle(answer: Answer): void {
    this.waiting.shift()?.settle(answer);
    this.watch();
  }
  private watch(): void {
    clearTimeout(this.timer);
    if (this.waiting.length > 0) this.timer = setTimeout(() => this.replace(), SILENCE_MS);
  }
  private replace(): void {
    this.child.kill("SIGKILL");
    this.child = this.start();
    this.settle(null);
    for (const { source } of this.waiting) this.ask(source);
  }
  private ask(source: string): void {
    this.child.stdin?.write(`${JSON.stringify(source)}\n`);
  }
  answer(source: string): Promise<Answer> {
    return new Promise((settle) => {
      this.waiting.push({ source, settle });
      if (this.waiting.length === 1) this.watch();
      this.ask(source);
    });
  }
  close(): void {
    clearTimeout(this.timer);
    this.child.kill();
  }
}

const LIMITS = /LimitExceeded$/;
async function ours(engine: Engine, source: string): Promise<Answer> {
  try {
    const outcome = await engine.expression("fuzz", source).run({});
    if (outcome.ok) return { repr: outcome.repr };
    const { type, message, limit } = outcome.error ?? { type: "?", message: "" };
    if (limit === true && LIMITS.test(type)) return null;
    return { type, message };
  } catch (error) {
    return { type: "refused", message: String(error) };
  }
}
const shown = (answer: Answer): string =>
  answer === null ? "(a limit)" : "repr" in answer ? answer.repr : `${answer.type}: ${answer.message}`;
const agree = (a: Answer, b: Answer): boolean => a === null || b === null || shown(a) === shown(b);

const command = [values.python, "python3.13", "python3"].find(
  (name) => name !== undefined && isPython313(name),
);
const engine = await createEngine({ limits: { cpuMs: 3000, wallMs: 6000 } });

/** Replays what was recorded; the number of differences. */
async function replay(): Promise<number> {
  const recorded = JSON.parse(readFileSync(recordedFile, "utf8")) as [source: string, answer: Answer][];
  let differences = 0;
  for (const [source, answer] of recorded) {
    const mine = await ours(engine, source);
    if (agree(mine, answer)) continue;
    differences += 1;
    console.log(`${source}\nCPython: ${shown(answer)}\nPostern: ${shown(mine)}\n`);
  }
  console.log(`${recorded.length} recorded programs, ${differences} differences`);
  return differences;
}

const BATCH = 250;
async function fuzz(oracle: Oracle, cases: number, seed: number): Promise<number> {
  let limits = 0;
  let raised = 0;
  let differences = 0;
  const since = performance.now();
  for (let done = 0; done < cases; done += BATCH) {
    const at = { seed: seed + done, numRuns: Math.min(BATCH, cases - done) };
    const programs = fc.sample(generated, at);
    const answers = await Promise.all(
      programs.map((source) => Promise.all([oracle.answer(source), ours(engine, source)])),
    );
    const first = answers.findIndex(([theirs, mine]) => !agree(theirs, mine));
    if (values.all) {
      for (const [index, [theirs, mine]] of answers.entries()) {
        if (agree(theirs, mine)) continue;
        differences += 1;
        console.log(`A difference (seed ${at.seed}, path ${index}):\n\n${programs[index]}\n`);
        console.log(`CPython: ${shown(theirs)}\nPostern: ${shown(mine)}\n`);
      }
    } else if (first >= 0) {
      const [theirs, mine] = answers[first] as [Answer, Answer];
      console.log(`CPython: ${shown(theirs)}\nPostern: ${shown(mine)}\n`);
      await shrink(oracle, at.seed, first, programs[first] as string);
      return 1;
    }
    for (const [theirs, mine] of answers) {
      if (theirs === null || mine === null) limits += 1;
      else if ("type" in theirs) raised += 1;
    }
    const count = `${done + at.numRuns} programs`;
    if (process.stderr.isTTY) process.stderr.write(`\r${count}`);
    // Where nobody looks on, a line now and then tells how far a run got that was cut off.
    else if (done % (BATCH * 20) === 0) process.stderr.write(`${count}, ${differences} differences\n`);
  }
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  console.log(
    `${cases} programs (seed ${seed}) in ${seconds} s: ${differences || "no"} difference${differences > 1 ? "s" : ""}; ${raised} raised, ${limits} met a limit`,
  );
  return differences > 0 ? 1 : 0;
}
async function shrink(oracle: Oracle, seed: number, run: number, whole: string): Promise<void> {
  const details = await fc.check(
    fc.asyncProperty(generated, async (source) =>
      agree(...((await Promise.all([oracle.answer(source), ours(engine, source)])) as [Answer, Answer])),
    ),
    { seed, path: String(run), numRuns: 1, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
  const source = (details.counterexample?.[0] as string | undefined) ?? whole;
  console.log(`A difference (seed ${seed}, path ${details.counterexamplePath ?? run}):\n\n${source}\n`);
  console.log(
    `CPython: ${shown(await oracle.answer(source))}\nPostern: ${shown(await ours(engine, source))}`,
  );
}

let status: number;
if (command === undefined) {
  console.log("No CPython 3.13 is here: the recorded programs are run instead.");
  status = (await replay()) > 0 ? 1 : 0;
} else {
  const oracle = new Oracle(command);
  if (values.record === undefined) status = await fuzz(oracle, Number(values.cases), Number(values.seed));
  else {
    const sources = fc.sample(generated, { seed: Number(values.seed), numRuns: Number(values.record) });
    const rows = await Promise.all(sources.map(async (source) => [source, await oracle.answer(source)]));
    const kept = rows.filter(([, answer]) => answer !== null);
    writeFileSync(recordedFile, `${JSON.stringify(kept, null, 1)}\n`);
    console.log(`${kept.length} programs recorded (seed ${values.seed})`);
    status = 0;
  }
  oracle.close();
}
await engine.close();
process.exitCode = status;
