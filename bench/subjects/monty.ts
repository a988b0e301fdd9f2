// Monty (`@pydantic/monty`): "reused" parses a program once, "parsed" before every run. Helpers are host functions.
import { type Answer, withSubscripts } from "../workloads/workloads.ts";
import { asJson, type Subject, serve, type Task, timed } from "./serve.ts";

type HostFunction = (...args: string[]) => unknown;
interface Program {
  run(options: { inputs?: object; externalFunctions: Record<string, HostFunction> }): unknown;
}
/** Not a dependency of Postern's, hence named where the type checker does not look. */
const specifier = "@pydantic/monty";
const { Monty } = (await import(specifier)) as {
  Monty: new (code: string, options: { inputs: readonly string[] }) => Program;
};

let messages: string[] = [];
const externalFunctions: Record<string, HostFunction> = {
  ak_message: (message) => {
    messages.push(message);
  },
  regex_match: (value, regex) => new RegExp(regex).test(value),
  regex_replace: (value, regex, replacement) => value.replace(new RegExp(regex, "g"), replacement),
};

interface Prepared {
  readonly programs: readonly { readonly parse: () => Program; readonly reused: Program }[];
  /** Undefined where the program has no inputs: Monty then takes none, not even an empty object. */
  readonly contexts: readonly (object | undefined)[];
}
const prepared = new Map<string, Prepared>();

/** Monty runs a module; the body becomes a function's, and the last expression is the program's value. */
function programText(text: string, names: readonly string[]): string {
  const body = withSubscripts(text).replace(/^/gm, "    ");
  return `def handler(${names.join(", ")}):\n${body}\nhandler(${names.join(", ")})`;
}

function evaluate(program: Program, inputs: object | undefined): Answer {
  messages = [];
  return { result: program.run({ inputs, externalFunctions }), messages };
}

const operations: Subject = {
  prepare({ task }: { task: Task }) {
    const names = Object.keys(JSON.parse(task.contexts[0]) as object);
    const contexts = task.contexts.map((text) =>
      names.length === 0 ? undefined : (JSON.parse(text) as object),
    );
    const programs = task.sources.map(({ text }) => {
      const code = programText(text, names);
      const parse = () => new Monty(code, { inputs: names });
      return { parse, reused: parse() };
    });
    prepared.set(task.name, { programs, contexts });
    return contexts.map((context) =>
      programs.map(({ reused }) => {
        const { result, messages } = evaluate(reused, context);
        return { result: asJson(result), messages };
      }),
    );
  },

  time({ name, mode, count }: { name: string; mode: string; count: number }) {
    const { programs, contexts } = prepared.get(name) as Prepared;
    return timed(count, (index) => {
      const context = contexts[index % contexts.length];
      for (const { parse, reused } of programs) evaluate(mode === "parsed" ? parse() : reused, context);
    });
  },
};

await serve(operations);
