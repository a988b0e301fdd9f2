// What a check is about, one expression or a blueprint's, and its findings as text.
import type { Diagnostic } from "../engine/index.ts";
import { diagnosticText } from "./diagnostic-text.ts";
import type { Library } from "./host.ts";
import { type Colors, UsageError } from "./io.ts";

/** What is checked: a file's expression, one of a blueprint, or how a blueprint's objects fit together. */
export interface Subject {
  /** As it is named in texts. */
  readonly name: string;
  readonly source: string;
  /** The label of a blueprint's expression. */
  readonly label?: string;
  /** False for a blueprint's bindings. */
  readonly isExpression: boolean;
  readonly diagnostics: readonly Diagnostic[];
  place(diagnostic: Diagnostic): { line: number; column: number } | null;
}

/** The findings as a person reads them, or that there are none. */
export function subjectText(subject: Subject, color: Colors): string {
  const { name, label, source, diagnostics } = subject;
  if (diagnostics.length === 0) return `${label ?? name}: ${color.green("ok")}\n`;
  return diagnostics
    .map((diagnostic) => `${diagnosticText(diagnostic, source, name, color, subject.place(diagnostic))}\n`)
    .join("");
}

/**
 * Every expression of a blueprint checked where it stands, and what its flows come to where that is wrong. Throws
 * {@link UsageError} for what is no blueprint.
 */
export async function blueprintSubjects(
  text: string,
  name: string,
  variables: readonly string[],
  library: Library,
): Promise<Subject[]> {
  try {
    return await readSubjects(text, name, variables, library);
  } catch (error) {
    if (error instanceof Error && error.name === "BlueprintError") throw new UsageError(error.message);
    throw error;
  }
}

async function readSubjects(
  text: string,
  name: string,
  variables: readonly string[],
  library: Library,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const { label, source, site, uses, place } of await library.blueprintExpressions(text, name)) {
    subjects.push({
      name,
      label: `${name}: ${label}`,
      source,
      isExpression: true,
      diagnostics: await library.checkExpression(source, { site, uses, variables }),
      place: ({ line, column }) => place(line, column),
    });
  }
  const flows = await library.checkBlueprint(text, name);
  if (flows.length === 0) return subjects;
  const label = `${name}: flows`;
  return [
    ...subjects,
    {
      name,
      label,
      isExpression: false,
      source: text,
      diagnostics: flows,
      place: (diagnostic) => diagnostic,
    },
  ];
}
