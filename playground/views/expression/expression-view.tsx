// The Expression view: an expression and its context on one side, what they come to on the other.

import type { EditorView } from "@codemirror/view";
import { effect, signal } from "@preact/signals";
import type { ContextSchema, KnownName, PlaygroundKind } from "../../../server/playground/api.ts";
import { Editor } from "../../editor/editor.tsx";
import { insightful, showFindings, showInsight } from "../../editor/insight.ts";
import { shaped } from "../../editor/shape.ts";
import { examples } from "../../examples/examples.ts";
import { namesOf, shapeOf } from "../../server.ts";
import {
  answer,
  context,
  contextText,
  findings,
  imported,
  isWaiting,
  kind,
  language,
  showExample,
  source,
  t,
} from "../../state.ts";
import { Cases } from "./cases.tsx";
import { Counterexample } from "./counterexample.tsx";
import { DropFiles, ImportButton } from "./import-files.tsx";
import { Result } from "./result.tsx";

const kinds = {
  policy: "kindPolicy",
  webhook: "kindWebhook",
  mapping: "kindMapping",
  prompt: "kindPrompt",
} as const;

const names = signal<readonly KnownName[]>([]);
const extensions = insightful(() => names.peek());
const shape = signal<ContextSchema | undefined>(undefined);
const typeNames = {
  object: "typeObject",
  array: "typeArray",
  string: "typeString",
  integer: "typeInteger",
  boolean: "typeBoolean",
} as const;
const contextExtensions = shaped(
  () => shape.peek(),
  (type) => t("typeExpected", { type: t(typeNames[type as keyof typeof typeNames] ?? "typeObject") }),
);

/** Has a signal follow the kind. Without an answer there is no completion; the problem is shown by what else is asked. */
function keepForKind<T>(
  of: (kind: PlaygroundKind) => Promise<T>,
  kept: { value: T | undefined },
): () => void {
  return effect(() => {
    of(kind.value).then(
      (known) => {
        kept.value = known;
      },
      () => {},
    );
  });
}

/** Has the editor show what is known of its text. */
function followAnswers(view: EditorView): () => void {
  const ends = [
    effect(() => {
      const came = isWaiting.value ? undefined : answer.value;
      // While the next answer is on its way the last one stays, moved along with the text.
      if (came !== undefined) {
        showInsight(view, came, (count) => (count === 0 ? t("neverRan") : t("ranTimes", { count })));
      }
    }),
    effect(() => showFindings(view, findings.value)),
    keepForKind(namesOf, names),
    keepForKind(shapeOf, shape),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** The view. */
export function ExpressionView() {
  const given = context.value;
  return (
    <DropFiles>
      <div class="toolbar">
        <label>
          {t("example")}
          <select
            value={String(currentExample())}
            onChange={({ currentTarget }) => {
              const example = examples[Number(currentTarget.value)];
              if (example !== undefined) showExample(example);
            }}
          >
            <option value="-1">{t("exampleOwn")}</option>
            {examples.map(({ title }, i) => (
              <option key={title.en} value={i}>
                {title[language.value]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("kind")}
          <select
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value as PlaygroundKind;
            }}
          >
            {(Object.keys(kinds) as PlaygroundKind[]).map((each) => (
              <option key={each} value={each}>
                {t(kinds[each])}
              </option>
            ))}
          </select>
        </label>
        <span class="space" />
        <ImportButton />
      </div>
      <Imported />
      <div class="columns">
        <div class="column">
          <section class="card" aria-labelledby="expression-title">
            <h2 id="expression-title">{t("expression")}</h2>
            <Editor
              language="python"
              text={source}
              label={t("expression")}
              describedBy="expression-help"
              extensions={extensions}
              onMount={followAnswers}
            />
            <p id="expression-help" class="help">
              {t("expressionHelp")}
            </p>
          </section>
          <section class="card" aria-labelledby="context-title">
            <h2 id="context-title">{t("context")}</h2>
            <Editor language="json" text={contextText} label={t("context")} extensions={contextExtensions} />
            {"why" in given && (
              <p class="fault" role="alert">
                {given.why}
              </p>
            )}
          </section>
        </div>
        <div class="column">
          <Result />
          <Cases />
          <Counterexample />
        </div>
      </div>
    </DropFiles>
  );
}

function currentExample(): number {
  return examples.findIndex(
    (each) =>
      each.kind === kind.value &&
      each.source === source.value &&
      JSON.stringify(each.context, null, 2) === contextText.value,
  );
}

function Imported() {
  if (imported.value.length === 0) return null;
  return (
    <section class="card imported" aria-labelledby="imported-title">
      <h2 id="imported-title">{t("imported")}</h2>
      <ul>
        {imported.value.map((each) => (
          <li key={each.label}>
            <button
              type="button"
              aria-pressed={each.source === source.value && each.kind === kind.value}
              onClick={() => {
                kind.value = each.kind;
                source.value = each.source;
              }}
            >
              {each.label} <small>{t(kinds[each.kind])}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
