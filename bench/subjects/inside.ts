// What is left without the way in and out: our compiled programs and hand-written JavaScript in one isolate.
//
// The isolate is a worker's, with the product's guest, realm and flags; only the loop that times is the bench's.
import { fileURLToPath } from "node:url";
import { formatOptions, type Settings } from "../../engine/expressions/options.ts";
import { project, projectionOf, union } from "../../engine/expressions/projection.ts";
import { defaultLimits, type JsonObject } from "../../engine/index.ts";
import { compile } from "../../engine/language/compile.ts";
import { startSandbox } from "../../engine/sandbox/pool.ts";
import type { Answer } from "../workloads/workloads.ts";
import { type Subject, serve, type Task } from "./serve.ts";

const sandbox = startSandbox({
  guestEntry: fileURLToPath(new URL("./inside-guest.ts", import.meta.url)),
  memoryMb: defaultLimits.memoryMb * 2 + 32,
});
await sandbox.ready;

/** The engine's own, but for times: a loop is one request to the worker. */
const limits = { ...defaultLimits, cpuMs: 60_000, wallMs: 60_000, contextBytes: 1 << 26 };
const { steps, cpuMs, memoryMb, outputBytes, recursion } = limits;
const settings = JSON.stringify({ steps, cpuMs, memoryMb, outputBytes, recursion } satisfies Settings);

/** What the engine sends with an evaluation. */
function optionsOf(kind: Task["kind"], track: boolean): string {
  return formatOptions({
    kind,
    now: 1_784_000_000_000,
    seed: null,
    entropy: "5eed".repeat(16),
    sanitize: false,
    repr: false,
    track,
    watch: false,
  });
}

async function run(id: string, code: string, contextJson: string, options: string): Promise<string> {
  const answer = await sandbox.run({ program: { id, code }, contextJson, settings, options, limits });
  if (!answer.ok) throw new Error(`${answer.failure}: ${answer.message}`);
  return answer.outcomeJson;
}
/** Asks the bench's part of the guest. */
function ask(what: "prepare" | "by-hand" | "time", request: object): Promise<string> {
  return run(`bench:${what}`, "() => () => null", JSON.stringify(request), optionsOf("policy", false));
}

function answerOf(outcomeJson: string): Answer {
  const { result, messages, error } = JSON.parse(outcomeJson) as Answer & { error?: { message: string } };
  if (error !== undefined) throw new Error(error.message);
  return { result, messages };
}

const operations: Subject = {
  /** The answers of the hand-written programs; ours must be the same. */
  async prepare({ task }: { task: Task }) {
    const programs = task.sources.map(({ name, text }) => {
      const { code, mutates, reaches } = compile(text);
      const isTracked = task.kind === "policy" && mutates;
      return {
        name,
        id: `${task.kind}:${name}`,
        code,
        options: optionsOf(task.kind, isTracked),
        part: isTracked ? null : projectionOf(task.kind, reaches),
      };
    });
    const part = union(programs.map((program) => program.part));
    const contexts = task.contexts.map((text) => JSON.parse(text) as JsonObject);
    const crossing = contexts.map((context) => project(context, part, Number.POSITIVE_INFINITY, true));
    // What JavaScript by hand would be sent: the same, as JSON.
    const reached = contexts.map((context) => project(context, part));
    const answers: Answer[][] = [];
    for (const [index, context] of task.contexts.entries()) {
      const row: Answer[] = [];
      for (const { name, id, code, options } of programs) {
        const own = answerOf(await run(id, code, context, options));
        for (const text of [context, reached[index]]) {
          const byHand = answerOf(await ask("by-hand", { name, context: text }));
          if (JSON.stringify(own) !== JSON.stringify(byHand))
            throw new Error(`${name}: ${JSON.stringify(own)} is not ${JSON.stringify(byHand)} by hand`);
        }
        row.push(own);
      }
      answers.push(row);
    }
    await ask("prepare", {
      name: task.name,
      whole: task.contexts,
      crossing,
      reached,
      programs: programs.map(({ id, name, options }) => ({ id, name, options })),
    });
    return answers;
  },

  async time({ name, mode, count }: { name: string; mode: string; count: number }) {
    const [program, text] = mode.split(", ");
    const since = performance.now();
    const cpuMs = Number(await ask("time", { name, count, program, text }));
    return { wallMs: performance.now() - since, cpuMs };
  },
};

await serve(operations);
await sandbox.close();
