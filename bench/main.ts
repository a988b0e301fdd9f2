// `npm run bench`: measures Postern against its peers and its targets. README.md says how to read it.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPython, installPeers, pinnedVersions } from "./peers.ts";
import { machine, results, resultsText, type Setting, text } from "./report.ts";
import { type Contestant, type Effort, type Times, timeRounds } from "./rounds.ts";
import { firstDifference } from "./same.ts";
import { SubjectProcess } from "./subjects/process.ts";
import { CONTESTANTS, type Measured } from "./targets.ts";
import { type Answer, type Workload, workloads } from "./workloads/workloads.ts";

const USAGE = `npm run bench -- [--only W1,W4] [--quick] [--no-peers] [--python PATH] [--out FILE]

  --only      these workloads alone (W1 … W5), without the figures that belong to none
  --quick     fewer and shorter rounds: under a minute
  --no-peers  Postern and hand-written JavaScript only
  --python    the CPython 3.13 to compare with (default: python3.13, python3)
  --out       where the figures go (default: bench/results.json for a whole run, nowhere for a part or a quick one)
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    "no-peers": { type: "boolean", default: false },
    python: { type: "string" },
    out: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const only = values.only?.split(",").map((name) => name.trim().toUpperCase());
const unknown = only?.filter((name) => !workloads.some((workload) => workload.name === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`bench: no workload ${unknown.join(", ")}\n\n${USAGE}`);
  process.exit(2);
}
const chosen = workloads.filter(({ name }) => only === undefined || only.includes(name));
// Linux moves a thread's CPU time on every few milliseconds, so that timings have to be much longer than that.
const effort: Effort = values.quick
  ? { rounds: 5, batchMs: 40, leadMs: 20, warmUpMs: 100, longWarmUpMs: 500 }
  : { rounds: 21, batchMs: 80, leadMs: 80, warmUpMs: 500, longWarmUpMs: 5000 };

const root = join(import.meta.dirname, "..");
const say = (message: string) => process.stderr.write(`bench: ${message}\n`);
const script = (name: string) => [process.execPath, join(import.meta.dirname, "subjects", name)];

const missing: Record<string, string> = {};
const differing: Record<string, string> = {};
const open: SubjectProcess[] = [];
function start(name: string, command: readonly string[]): SubjectProcess {
  const subject = new SubjectProcess(name, command);
  open.push(subject);
  return subject;
}

/** Everything that takes part, as far as it can be had. */
function contestants(): Contestant[] {
  const c = CONTESTANTS;
  const postern = start("Postern", script("postern.ts"));
  const isolate = start("isolate", script("inside.ts"));
  const made: Contestant[] = [
    { wall: c.postern, cpu: c.posternCpu, subject: postern, mode: "", needsLongWarmUp: true },
    { cpu: c.inside, subject: isolate, mode: "own, whole", needsLongWarmUp: true },
    { cpu: c.byHand, subject: isolate, mode: "by hand, whole", needsLongWarmUp: true },
    { cpu: c.insideCrossing, subject: isolate, mode: "own, crossing", needsLongWarmUp: true },
    { cpu: c.byHandCrossing, subject: isolate, mode: "by hand, crossing", needsLongWarmUp: true },
  ];
  if (values["no-peers"]) return made;

  const python = findPython(values.python);
  if (python === undefined) {
    missing[c.compileExec] = "no CPython 3.13 found (--python PATH names one)";
  } else {
    const cpython = start("CPython", [python, "-I", join(import.meta.dirname, "subjects", "cpython.py")]);
    made.push({ wall: c.compileExec, cpu: c.compileExecCpu, subject: cpython, mode: "compile" });
    made.push({ cpu: c.cachedCpu, subject: cpython, mode: "cached" });
  }
  const installed = installPeers(say);
  const peer = (packageName: string, file: string, names: Readonly<Record<string, string>>) => {
    const [first] = Object.values(names);
    if (!installed.has(packageName)) {
      missing[first] = "not installed";
      return;
    }
    const subject = start(first, script(file));
    for (const [mode, wall] of Object.entries(names)) made.push({ wall, subject, mode });
  };
  peer("@pydantic/monty", "monty.ts", { reused: c.monty, parsed: c.montyParsed });
  peer("@micropython/micropython-webassembly-pyscript", "micropython.ts", { once: c.micropython });
  peer("pyodide", "pyodide.ts", { once: c.pyodide });
  return made;
}

/** Their answers must be the same; another interpreter may not know all of Python. */
const mustAgree = new Set(["Postern", "isolate", "CPython"]);

/** Prepares one workload everywhere, compares the answers, and times it. */
async function measure(workload: Workload, all: readonly Contestant[]): Promise<Times> {
  say(`${workload.name}, ${workload.title}`);
  const task = { ...workload, contexts: workload.contexts.map((context) => JSON.stringify(context)) };
  const ready = new Set<SubjectProcess>();
  let expected: Answer[][] | undefined;
  for (const { subject } of all) {
    const { name } = subject;
    if (ready.has(subject) || `${name}, ${workload.name}` in missing) continue;
    try {
      const answers = await subject.ask<Answer[][]>("prepare", { task });
      expected ??= answers;
      const difference = firstDifference(workload, expected, answers);
      if (difference !== undefined && mustAgree.has(name)) throw new Error(difference);
      if (difference !== undefined) differing[`${name}, ${workload.name}`] = difference;
      ready.add(subject);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (mustAgree.has(name)) throw new Error(`${workload.name}, ${name}: ${reason}`);
      missing[`${name}, ${workload.name}`] = reason;
    }
  }
  return timeRounds(
    all.filter(({ subject }) => ready.has(subject)),
    workload.name,
    effort,
  );
}

function milliseconds(args: readonly string[]): number {
  const since = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status}\n${stderr}`);
  return performance.now() - since;
}

/** The command from start to exit, and Node doing nothing, in turn. */
function startTimes(rounds: number): Measured["start"] {
  const policy = ["fixtures/policies/phone-region.py", "--context", "fixtures/contexts/accepted-phone.yaml"];
  const postern: number[] = [];
  const node: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const ours = milliseconds(["cli/bin.mjs", "eval", ...policy]);
    const nothing = milliseconds(["-e", ""]);
    if (round < 0) continue;
    postern.push(ours);
    node.push(nothing);
  }
  return { postern, node };
}

/** What belongs to no workload. */
async function engineFigures(): Promise<Omit<Measured, "times">> {
  const subject = start("engine", script("engine-figures.ts"));
  const { quick } = values;
  say("one evaluation alone");
  await subject.ask("alone", { count: quick ? 300 : 1000 });
  const alone = await subject.ask<number[]>("alone", { count: quick ? 1000 : 5000 });
  say("compiling");
  const warm = quick ? 1500 : 4000;
  await subject.ask("compile", { from: 0, count: warm });
  const compile = await subject.ask<number[]>("compile", { from: warm, count: quick ? 500 : 2000 });
  say("a thousand policies");
  const memory = await subject.ask<Measured["memory"] | null>("memory", { count: 1000 });
  say("two workers");
  const workers: Record<string, { one: number[]; two: number[] }> = {};
  for (const [name, count] of [
    ["W3", quick ? 400 : 2000],
    ["W4", quick ? 4 : 12],
  ] as const) {
    const runs = { one: [] as number[], two: [] as number[] };
    for (let round = -1; round < (quick ? 3 : 9); round += 1) {
      const one = await subject.ask<number>("workers", { name, workers: 1, count });
      const two = await subject.ask<number>("workers", { name, workers: 2, count });
      if (round < 0) continue;
      runs.one.push(one);
      runs.two.push(two);
    }
    workers[name] = runs;
  }
  await subject.close();
  say("`postern eval` from start to exit");
  return { alone, compile, memory: memory ?? undefined, workers, start: startTimes(quick ? 5 : 25) };
}

async function versions(): Promise<Record<string, string>> {
  const python = open.find(({ name }) => name === "CPython");
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    ...(python === undefined ? {} : { cpython: await python.ask<string>("version") }),
    ...pinnedVersions(),
  };
}

try {
  const all = contestants();
  const times: Record<string, Times> = {};
  for (const workload of chosen) times[workload.name] = await measure(workload, all);
  const known = await versions();
  await Promise.all(open.map((subject) => subject.close()));
  const measured: Measured = { times, ...(only === undefined ? await engineFigures() : {}) };
  const setting: Setting = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    versions: known,
    quick: values.quick,
    missing,
    differing,
  };
  process.stdout.write(`\n${text(measured, setting)}\n`);
  const isWhole = only === undefined && !values.quick && !values["no-peers"];
  const out = values.out ?? (isWhole ? join(import.meta.dirname, "results.json") : undefined);
  if (out !== undefined) writeFileSync(out, resultsText(results(measured, setting)));
} finally {
  await Promise.all(open.map((subject) => subject.close()));
}
