// `postern check`: what is wrong with expressions, without running them.
import { type Command, Option } from "commander";
import type { Diagnostic, Site } from "../../engine/index.ts";
import { diagnosticText } from "../diagnostic-text.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { exit, write } from "../io.ts";

interface CheckOptions {
  readonly kind: Site;
  readonly variable: string[];
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** What is checked: a file's expression, one of a blueprint, or how a blueprint's objects fit together. */
interface Subject {
  /** As it is named in texts. */
  readonly name: string;
  readonly source: string;
  /** The label of a blueprint's expression. */
  readonly label?: string;
  readonly diagnostics: readonly Diagnostic[];
  place(diagnostic: Diagnostic): { line: number; column: number } | null;
}

/** Adds `check` to the program. */
export function addCheckCommand(program: Command, host: CommandHost): void {
  const { io } = host;
  program
    .command("check")
    .summary("find mistakes without running")
    .description(
      "Finds syntax errors (CPython 3.13's own), unknown names, modules and attributes, wrong arguments, unreachable code, " +
        "policies that end without an answer, and authentik's traps. A blueprint (.yaml) is checked in all its expressions, and for " +
        "bindings by which a broken policy would skip a login's stage.",
    )
    .argument("<files...>", "expressions or blueprints; - is an expression on stdin")
    .addOption(
      new Option("--kind <kind>", "where the expressions stand")
        .choices(["policy", "mapping", "webhook", "prompt", "expression"])
        .default("policy"),
    )
    .option(
      "--variable <name>",
      "a name that your context adds; repeatable",
      (name, all: string[]) => [...all, name],
      [],
    )
    .option("--strict", "count warnings as errors")
    .option("--json", "print one line of JSON for each expression")
    .addHelpText(
      "after",
      "\nExit code: 0 nothing wrong, or warnings only; 1 an error; 2 a file cannot be read.",
    )
    .action(async (files: string[], options: CheckOptions) => {
      let failed = false;
      for (const file of files) {
        for (const subject of await subjectsOf(file, options, host)) {
          const { diagnostics } = subject;
          const counts = diagnostics.filter(
            ({ severity }) => severity === "error" || options.strict === true,
          );
          failed ||= counts.length > 0;
          await write(io.stdout, options.json ? asJson(subject) : asText(subject));
        }
      }
      host.end(failed ? exit.fail : exit.pass);
    });

  function asText(subject: Subject): string {
    const { name, label, source, diagnostics } = subject;
    if (diagnostics.length === 0) return `${label ?? name}: ${io.color.green("ok")}\n`;
    return diagnostics
      .map(
        (diagnostic) => `${diagnosticText(diagnostic, source, name, io.color, subject.place(diagnostic))}\n`,
      )
      .join("");
  }
  function asJson({ name, label, diagnostics, ...subject }: Subject): string {
    const ok = !diagnostics.some(({ severity }) => severity === "error");
    const placed = diagnostics.map((diagnostic) => ({ ...diagnostic, place: subject.place(diagnostic) }));
    return `${JSON.stringify({ file: name, ...(label === undefined ? {} : { label }), ok, diagnostics: placed })}\n`;
  }
}

async function subjectsOf(
  file: string,
  options: CheckOptions,
  { io, library }: CommandHost,
): Promise<Subject[]> {
  const text = await readInput(file, io);
  const name = file === "-" ? "stdin" : file;
  const diagnose = (source: string, site: Site): Promise<Diagnostic[]> =>
    library.checkExpression(source, { site, variables: options.variable });
  if (!/\.ya?ml$/i.test(file)) {
    const diagnostics = await diagnose(text, options.kind);
    return [{ name, source: text, diagnostics, place: (diagnostic) => diagnostic }];
  }
  const subjects: Subject[] = [];
  for (const { label, source, site, place } of await library.blueprintExpressions(text, name)) {
    subjects.push({
      name,
      label: `${name}: ${label}`,
      source,
      diagnostics: await diagnose(source, site),
      place: ({ line, column }) => place(line, column),
    });
  }
  const bindings = await library.checkBlueprint(text, name);
  if (bindings.length === 0) return subjects;
  const label = `${name}: policy bindings`;
  return [
    ...subjects,
    { name, label, source: text, diagnostics: bindings, place: (diagnostic) => diagnostic },
  ];
}
