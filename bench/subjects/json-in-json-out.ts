// Peers that are a Python in WebAssembly: one function per program, called with a context's JSON, answering with JSON.
import { type Answer, withSubscripts } from "../workloads/workloads.ts";
import { type Subject, type Task, timed } from "./serve.ts";

/** What both runtimes offer. */
export interface Python {
  runPython(code: string): unknown;
  readonly globals: { get(name: string): unknown };
}
type Evaluate = (contextJson: string) => string;

const PRELUDE = `
import json, re
said = []
def ak_message(message): said.append(message)
def regex_match(value, regex): return re.search(regex, value) is not None
def regex_replace(value, regex, repl): return re.sub(regex, repl, value)
`;

/** A subject around such a runtime; compiled once, the best it can do. */
export function jsonInJsonOut(python: Python): Subject {
  python.runPython(PRELUDE);
  let made = 0;
  const prepared = new Map<string, { programs: Evaluate[]; contexts: readonly string[] }>();

  function program(text: string, names: readonly string[]): Evaluate {
    const name = `evaluate_${made++}`;
    const body = withSubscripts(text).replace(/^/gm, "    ");
    python.runPython(`
def body_${name}(${names.join(", ")}):
${body}
def ${name}(text):
    said.clear()
    result = body_${name}(**json.loads(text))
    return json.dumps({"result": result, "messages": said})
`);
    return python.globals.get(name) as Evaluate;
  }

  return {
    prepare({ task }: { task: Task }) {
      const names = Object.keys(JSON.parse(task.contexts[0]) as object);
      const programs = task.sources.map(({ text }) => program(text, names));
      prepared.set(task.name, { programs, contexts: task.contexts });
      return task.contexts.map((context) =>
        programs.map((evaluate) => JSON.parse(evaluate(context)) as Answer),
      );
    },
    time({ name, count }: { name: string; count: number }) {
      const { programs, contexts } = prepared.get(name) as {
        programs: Evaluate[];
        contexts: readonly string[];
      };
      return timed(count, (index) => {
        for (const evaluate of programs) evaluate(contexts[index % contexts.length]);
      });
    },
  };
}
