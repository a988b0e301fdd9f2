// `postern check`: what is wrong with expressions, without running them.
import { type Command, Option } from "commander";
import type { Diagnostic, Place, Site, Use } from "../../engine/index.ts";
import { blueprintSubjects, type Subject, subjectText } from "../check-subjects.ts";
import type { CommandHost } from "../host.ts";
import { readInput } from "../input-file.ts";
import { exit, UsageError, write } from "../io.ts";
import { repeated } from "../repeated-option.ts";

interface CheckOptions {
  readonly kind?: Site;
  readonly site: string[];
  readonly variable: string[];
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Adds `check` to the program. */
export function addCheckCommand(program: Command, host: CommandHost): void {
  const { io } = host;
  program
    .command("check")
    .summary("find mistakes without running")
    .description(
      "Finds syntax errors (CPython 3.13's own), unknown names, modules and attributes, wrong arguments, unreachable code, " +
        "policies that end without an answer, context keys that are not there, messages that nobody sees, and authentik's traps. A blueprint (.yaml) is checked in all its expressions, each where it is bound, and for " +
        "bindings by which a broken policy would skip a login's stage, and flows that add an authenticator without a login.",
    )
    .argument("<files...>", "expressions or blueprints; - is an expression on stdin")
    .addOption(
      new Option("--kind <kind>", "where the expressions stand").choices([
        "policy",
        "mapping",
        "webhook",
        "prompt",
        "expression",
      ]),
    )
    .option(
      "--site <place>",
      "where exactly, such as stage-plan or prompt-validation (docs/expressions.md); repeatable",
      repeated,
      [],
    )
    .option("--variable <name>", "a name that your context adds; repeatable", repeated, [])
    .option("--strict", "count warnings as errors")
    .option("--json", "print one line of JSON for each expression")
    .addHelpText(
      "after",
      "\nExit code: 0 nothing wrong, or warnings only; 1 an error; 2 a file cannot be read.",
    )
    .action(async (files: string[], options: CheckOptions) => {
      let failed = false;
      const where = await whereOf(options, host);
      for (const file of files) {
        for (const subject of await subjectsOf(file, where, options.variable, host)) {
          const { diagnostics } = subject;
          const counts = diagnostics.filter(
            ({ severity }) => severity === "error" || options.strict === true,
          );
          failed ||= counts.length > 0;
          await write(io.stdout, options.json ? asJson(subject) : subjectText(subject, io.color));
        }
      }
      host.end(failed ? exit.fail : exit.pass);
    });

  function asJson({ name, label, diagnostics, ...subject }: Subject): string {
    const ok = !diagnostics.some(({ severity }) => severity === "error");
    const placed = diagnostics.map((diagnostic) => ({ ...diagnostic, place: subject.place(diagnostic) }));
    return `${JSON.stringify({ file: name, ...(label === undefined ? {} : { label }), ok, diagnostics: placed })}\n`;
  }
}

/** Where an expression in a file of its own stands. */
interface Where {
  readonly site: Site;
  readonly uses: readonly Use[];
}

/** Throws {@link UsageError} for a place that there is not, and for places of another kind. */
async function whereOf(options: CheckOptions, { library }: CommandHost): Promise<Where> {
  if (options.site.length === 0) return { site: options.kind ?? "policy", uses: [] };
  const { PLACES } = await library.expressionPlaces();
  const entries = options.site.map((given) => {
    const entry = PLACES.find(({ place }) => place === given);
    if (entry !== undefined) return entry;
    const all = PLACES.map(({ place }) => place).join(", ");
    throw new UsageError(`--site ${given}: there is no such site; there are ${all}`);
  });
  const site = options.kind ?? (entries[0] as { site: Site }).site;
  const other = entries.find((entry) => entry.site !== site);
  if (other !== undefined)
    throw new UsageError(`--site ${other.place} is a ${other.site}'s, and this is checked as a ${site}`);
  return { site, uses: entries.map(({ place }): { place: Place } => ({ place })) };
}

async function subjectsOf(
  file: string,
  where: Where,
  variables: readonly string[],
  { io, library }: CommandHost,
): Promise<Subject[]> {
  const text = await readInput(file, io);
  const name = file === "-" ? "stdin" : file;
  const diagnose = (source: string, { site, uses }: Where): Promise<Diagnostic[]> =>
    library.checkExpression(source, { site, uses, variables });
  if (!/\.ya?ml$/i.test(file)) {
    const diagnostics = await diagnose(text, where);
    return [{ name, isExpression: true, source: text, diagnostics, place: (diagnostic) => diagnostic }];
  }
  return await blueprintSubjects(text, name, variables, library);
}
