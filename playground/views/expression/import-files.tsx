// Files that are picked or dropped: expressions, blueprints, suites.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { importFiles } from "../../server.ts";
import { cases, contextText, imported, keepCase, kind, notice, source, t } from "../../state.ts";
import { importedBlueprints } from "../../trial/trial.ts";
import { FileButton } from "../file-button.tsx";

async function take(list: FileList | null | undefined): Promise<void> {
  const picked = [...(list ?? [])];
  if (picked.length === 0) return;
  try {
    const files = await Promise.all(
      picked.map(async (file) => ({ name: file.name, text: await file.text() })),
    );
    const came = await importFiles({ files, current: { kind: kind.value, source: source.value } });
    imported.value = came.expressions;
    const blueprints = files.filter(({ name }) => /(?<!\.suite)\.ya?ml$/i.test(name));
    if (blueprints.length > 0) importedBlueprints.value = blueprints;
    const [first] = came.expressions;
    if (first !== undefined) {
      kind.value = first.kind;
      source.value = first.source;
      cases.value = [];
    }
    for (const each of came.cases) keepCase(each);
    const [firstCase] = came.cases;
    if (firstCase !== undefined) contextText.value = JSON.stringify(firstCase.context, null, 2);
    notice.value = t("importedSome", { expressions: came.expressions.length, cases: came.cases.length });
  } catch (error) {
    notice.value = (error as Error).message;
  }
}

/** Opens the browser's own dialog. */
export function ImportButton() {
  return <FileButton accept=".py,.yaml,.yml" label={t("importFiles")} title={t("importHelp")} take={take} />;
}

const isOver = signal(false);

/** Takes files that are dropped anywhere on what is in it. The button does the same without a mouse. */
export function DropFiles({ children }: { children: ComponentChildren }) {
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    isOver.value = true;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button is everybody's
    <div
      class={isOver.value ? "drop over" : "drop"}
      onDragOver={over}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        isOver.value = false;
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        void take(event.dataTransfer.files);
      }}
    >
      {children}
    </div>
  );
}
