// What is left without the way in and out: our compiled programs and hand-written JavaScript in one isolate.
//
// The isolate is a worker's, with the product's guest, realm and flags; only the loop that times is the bench's.
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "../../engine/index.ts";
import { compile } from "../../engine/language/compile.ts";
import { startSandbox } from "../../engine/sandbox/pool.ts";
import type { SandboxRequest } from "../../engine/sandbox/types.ts";
import type { Answer } from "../workloads/workloads.ts";
import { type Subject, serve, type Task } from "./serve.ts";

const sandbox = startSandbox({
  guestEntry: fileURLToPath(new URL("./inside-guest.ts", import.meta.url)),
  memoryMb: defaultLimits.memoryMb * 2 + 32,
});
await sandbox.ready;

/** What the engine sends with an evaluation; the CPU limit is for a whole loop of them. */
const options = {
  steps: defaultLimits.steps,
  cpuMs: 60_000,
  memoryMb: defaultLimits.memoryMb,
  outputBytes: defaultLimits.outputBytes,
  recursion: defaultLimits.recursion,
  now: 1_784_000_000_000,
  entropy: createHash("sha256").update("bench").digest("hex"),
  sanitize: false,
  repr: false,
  track: false,
};
const limits = { ...defaultLimits, cpuMs: 60_000, wallMs: 60_000, contextBytes: 1 << 26 };

type Program = SandboxRequest["program"];
const nothing: Program = { id: "bench", code: "() => () => null" };

async function run(program: Program, kind: string, context: string): Promise<string> {
  const answer = await sandbox.run({
    program,
    kind,
    contextJson: context,
    optionsJson: JSON.stringify(options),
    limits,
  });
  if (!answer.ok) throw new Error(`${answer.failure}: ${answer.message}`);
  return answer.outcomeJson;
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
      const { code } = compile(text);
      return { name, id: `bench-${createHash("sha256").update(code).digest("hex")}`, code };
    });
    const answers: Answer[][] = [];
    for (const context of task.contexts) {
      const row: Answer[] = [];
      for (const { name, id, code } of programs) {
        const own = answerOf(await run({ id, code }, task.kind, context));
        const byHand = answerOf(await run({ ...nothing, id: name }, "bench-plain", context));
        if (JSON.stringify(own) !== JSON.stringify(byHand))
          throw new Error(`${name}: ${JSON.stringify(own)} is not ${JSON.stringify(byHand)} by hand`);
        row.push(byHand);
      }
      answers.push(row);
    }
    await run(
      nothing,
      "bench-prepare",
      JSON.stringify({
        name: task.name,
        kind: task.kind,
        contexts: task.contexts,
        programs: programs.map(({ id, name }) => ({ id, name })),
      }),
    );
    return answers;
  },

  async time(request: { name: string; mode: string; count: number }) {
    return Number(await run(nothing, "bench-time", JSON.stringify(request)));
  },
};

await serve(operations);
await sandbox.close();
