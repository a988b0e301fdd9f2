// A guest for the sandbox's tests: each program is a function of (context, options, host, index) whose result is the outcome.

type Program = (context: unknown, options: unknown, host: Host, index: number) => unknown;
interface Host {
  heapUsed(): number;
  cpuMs(): number;
  collectGarbage(): void;
  re2(...args: unknown[]): string;
  call(operation: string, argumentJson: string): string;
  run(id: string): unknown;
  log(text: string): void;
}

const programs = new Map<string, Program>();
let host: Host;

(globalThis as Record<string, unknown>).__postern = {
  boot(given: Host) {
    // `run` calls another program, as a policy calls a policy.
    host = Object.freeze({
      ...given,
      run: Object.freeze((id: string) => programs.get(id)?.({}, {}, host, 0)),
    });
  },
  load(id: string, factory: () => Program) {
    programs.set(id, factory());
  },
  drop(id: string) {
    programs.delete(id);
  },
  evaluate(id: string, contextJson: string, settings: string, optionsJson: string, index: number) {
    const program = programs.get(id);
    if (program === undefined) throw new Error(`no program ${id}`);
    const result = program(JSON.parse(contextJson), JSON.parse(optionsJson), host, index);
    return settings === "raw" ? (result as string) : JSON.stringify(result ?? null);
  },
};
