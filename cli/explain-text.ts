// A trace as a person reads it: the author's lines, and under each what it saw.
import type { Trace, TraceEvent } from "../engine/trace.ts";
import { type Colors, printable } from "./io.ts";

/** Notes under one line at most; the first and the last ones are kept. */
const NOTES = 8;

/** What an event says under its line; undefined where it says nothing of its own. */
function noteOf(event: TraceEvent, color: Colors): string | undefined {
  switch (event.kind) {
    case "line":
      return undefined;
    case "value":
      return `${printable(event.expression)} ${color.dim("is")} ${printable(event.value)}`;
    case "assignment":
      return `${printable(event.name)} ${color.dim("=")} ${printable(event.value)}`;
    case "branch":
      return `${color.cyan("→")} ${event.statement}: ${printable(event.taken)}`;
    case "call": {
      const result =
        event.result === null ? color.red("raised") : `${color.dim("is")} ${printable(event.result)}`;
      return `${printable(event.name)}(${printable(event.arguments.join(", "))}) ${result}`;
    }
    case "regex": {
      const engine = event.engine === "own" ? "our own matcher" : event.engine;
      const why = event.reason === undefined ? "" : ` ${color.dim(`(${printable(event.reason)})`)}`;
      return `${color.dim("pattern")} ${printable(event.pattern)} ${color.dim("by")} ${engine}${why}`;
    }
    case "host-call":
      return `${color.dim("asked")} ${event.operation} ${printable(event.argument)}${color.dim(", answered")} ${printable(event.answer)} ${color.dim(`in ${event.durationMs} ms`)}`;
    case "return":
      return `${color.dim("return")} ${printable(event.value)}`;
  }
}

/** The different notes of each line, with how often each was made. */
function notesByLine(trace: Trace, color: Colors): Map<number, Map<string, number>> {
  const lines = new Map<number, Map<string, number>>();
  for (const event of trace.events) {
    const note = noteOf(event, color);
    if (note === undefined) continue;
    const notes = lines.get(event.line) ?? new Map<string, number>();
    notes.set(note, (notes.get(note) ?? 0) + 1);
    lines.set(event.line, notes);
  }
  return lines;
}

/** The trace of an expression. Ends with a line break. */
export function explainText(trace: Trace, source: string, color: Colors): string {
  const texts = source.replace(/(?:\r\n|\r|\n)$/, "").split(/\r\n|\r|\n/);
  const width = String(texts.length).length;
  const ran = new Map(trace.lines.map((line) => [line.line, line]));
  const notes = notesByLine(trace, color);
  const gutter = color.dim(`${" ".repeat(width + 3)}| `);
  const out: string[] = [];
  for (const [i, text] of texts.entries()) {
    const line = ran.get(i + 1);
    const number = String(i + 1).padStart(width);
    const isSeen = line !== undefined || notes.has(i + 1);
    const shown = isSeen ? printable(text) : color.dim(printable(text));
    const mark = trace.decided === i + 1 ? color.yellow(">") : " ";
    out.push(
      `${mark} ${color.dim(`${number} |`)} ${shown}${line === undefined ? "" : color.dim(costs(line))}`,
    );
    const under = [...(notes.get(i + 1) ?? [])].map(([note, n]) =>
      n === 1 ? note : `${note} ${color.dim(`(${n} times)`)}`,
    );
    const left = under.length - NOTES;
    const kept =
      left > 0
        ? [...under.slice(0, NOTES / 2), color.dim(`… ${left} more …`), ...under.slice(-NOTES / 2)]
        : under;
    for (const note of kept) out.push(`${gutter}    ${note}`);
  }
  if (trace.omitted > 0) {
    out.push(color.yellow(`the trace is cut: ${trace.omitted} events are left out before the last 1000`));
  }
  return `${out.map((line) => line.trimEnd()).join("\n")}\n`;
}

function costs({ count, steps, cpuMs }: Trace["lines"][number]): string {
  const parts = [
    ...(count === 1 ? [] : [`${count} times`]),
    `${steps} ${steps === 1 ? "step" : "steps"}`,
    ...(cpuMs < 0.05 ? [] : [`${cpuMs.toFixed(1)} ms`]),
  ];
  return `   # ${parts.join(", ")}`;
}
