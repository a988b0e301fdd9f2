// What an evaluation tells of the text, drawn into the editor: values beside lines, lines that ran, the line of the error.
import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { pythonLanguage } from "@codemirror/lang-python";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import {
  type Extension,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  GutterMarker,
  gutter,
  hoverTooltip,
  WidgetType,
} from "@codemirror/view";
import type { EvaluateAnswer, Finding, KnownName, TraceEvent } from "../../server/playground/api.ts";

/** Names the hover and the completion know. */
export type Names = () => readonly KnownName[];
/** Says how often a line ran, for the gutter. */
export type Counted = (count: number) => string;

const setInsight = StateEffect.define<{ answer: EvaluateAnswer | undefined; counted: Counted }>();

/** What a line's events say at most. */
const LONGEST_NOTE = 120;

/** What an event says beside its line. */
function noteOf(event: TraceEvent): string | undefined {
  switch (event.kind) {
    case "assignment":
      return `${event.name} = ${event.value}`;
    case "branch":
      return `${event.statement} → ${event.taken}`;
    case "call":
      return event.result === null || event.result === "None"
        ? undefined
        : `${event.name}(…) = ${event.result}`;
    case "return":
      return `return ${event.value}`;
    default:
      return undefined;
  }
}

/** The notes beside each line: its last events, without repetitions. */
export function notesByLine(trace: readonly TraceEvent[]): ReadonlyMap<number, string> {
  const notes = new Map<number, string[]>();
  for (const event of trace) {
    const note = noteOf(event);
    if (note === undefined) continue;
    const known = notes.get(event.line) ?? [];
    notes.set(event.line, [...known.filter((each) => each !== note), note].slice(-3));
  }
  return new Map(
    [...notes].map(([line, all]) => {
      const text = all.join("   ");
      return [line, text.length > LONGEST_NOTE ? `${text.slice(0, LONGEST_NOTE)}…` : text];
    }),
  );
}

class Note extends WidgetType {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override eq(other: Note): boolean {
    return other.text === this.text;
  }
  override toDOM(): HTMLElement {
    const note = document.createElement("span");
    note.className = "note";
    note.textContent = this.text;
    return note;
  }
}

class Count extends GutterMarker {
  readonly count: number;
  readonly said: string;
  constructor(count: number, said: string) {
    super();
    this.count = count;
    this.said = said;
  }
  override eq(other: Count): boolean {
    return other.count === this.count && other.said === this.said;
  }
  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = this.count > 0 ? "ran" : "not-ran";
    mark.textContent = this.count === 0 ? "○" : this.count === 1 ? "●" : String(this.count);
    mark.title = this.said;
    return mark;
  }
}

interface Insight {
  readonly marks: DecorationSet;
  readonly counts: RangeSet<GutterMarker>;
}
const NOTHING: Insight = { marks: Decoration.none, counts: RangeSet.empty };

function draw(doc: Text, answer: EvaluateAnswer, counted: Counted): Insight {
  const marks = new RangeSetBuilder<Decoration>();
  const notes = notesByLine(answer.trace);
  const counts = new RangeSetBuilder<GutterMarker>();
  const ran = new Map(answer.lines.map(({ line, count }) => [line, count]));
  for (let number = 1; number <= doc.lines; number += 1) {
    const line = doc.line(number);
    const count = ran.get(number);
    if (count !== undefined) counts.add(line.from, line.from, new Count(count, counted(count)));
    if (answer.error?.line === number)
      marks.add(line.from, line.from, Decoration.line({ class: "error-line" }));
    else if (answer.decided === number)
      marks.add(line.from, line.from, Decoration.line({ class: "decided-line" }));
    const note = notes.get(number);
    if (note !== undefined) {
      marks.add(line.to, line.to, Decoration.widget({ widget: new Note(note), side: 1 }));
    }
  }
  return { marks: marks.finish(), counts: counts.finish() };
}

const insight = StateField.define<Insight>({
  create: () => NOTHING,
  update(value, transaction) {
    let next = transaction.docChanged
      ? { marks: value.marks.map(transaction.changes), counts: value.counts.map(transaction.changes) }
      : value;
    for (const effect of transaction.effects) {
      if (!effect.is(setInsight)) continue;
      const { answer, counted } = effect.value;
      next = answer === undefined ? NOTHING : draw(transaction.state.doc, answer, counted);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

/** Shows what an evaluation of the editor's text told. */
export function showInsight(view: EditorView, answer: EvaluateAnswer | undefined, counted: Counted): void {
  view.dispatch({ effects: setInsight.of({ answer, counted }) });
}

/** An offset of a place; columns count characters, not UTF-16 units. */
function offsetOf(doc: Text, line: number, column: number): number {
  if (line > doc.lines) return doc.length;
  const { from, text } = doc.line(line);
  return from + [...text].slice(0, column - 1).join("").length;
}

/** Underlines findings. */
export function showFindings(view: EditorView, findings: readonly Finding[]): void {
  const { doc } = view.state;
  const diagnostics = findings.map((finding): Diagnostic => {
    const from = offsetOf(doc, finding.line, finding.column);
    const to = Math.max(from, offsetOf(doc, finding.endLine, finding.endColumn));
    const { severity, message, notes, hint } = finding;
    return {
      from,
      to,
      severity,
      message: [message, ...notes, ...(hint === undefined ? [] : [hint])].join("\n"),
    };
  });
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

const signatureOf = ({ name, parameters = "", type }: KnownName): string =>
  parameters === "" ? `${name}: ${type}` : `${name}${parameters} -> ${type}`;

function complete(context: CompletionContext, names: Names): CompletionResult | null {
  const word = context.matchBefore(/\w+/);
  if (word === null && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  if (context.state.sliceDoc(Math.max(0, from - 1), from) === ".") return null;
  return {
    from,
    options: names().map((each) => ({
      label: each.name,
      type: each.parameters === undefined ? "variable" : "function",
      detail: each.parameters ?? each.type,
      info: each.doc,
    })),
    validFor: /^\w*$/,
  };
}

/** The extensions of an expression's editor. */
export function insightful(names: Names): Extension {
  return [
    insight,
    gutter({ class: "coverage", markers: (view) => view.state.field(insight).counts }),
    pythonLanguage.data.of({ autocomplete: (context: CompletionContext) => complete(context, names) }),
    hoverTooltip((view, position) => {
      const word = view.state.wordAt(position);
      if (word === null) return null;
      const text = view.state.sliceDoc(word.from, word.to);
      const known = names().find(({ name }) => name === text);
      if (known === undefined || view.state.sliceDoc(word.from - 1, word.from) === ".") return null;
      return {
        pos: word.from,
        end: word.to,
        create: () => {
          const dom = document.createElement("div");
          dom.className = "hover";
          const head = document.createElement("code");
          head.textContent = signatureOf(known);
          const doc = document.createElement("p");
          doc.textContent = known.doc;
          dom.append(head, doc);
          return { dom };
        },
      };
    }),
  ];
}
