// Cases: inputs that were kept with what they came to; all of them run at every edit.
import { useState } from "preact/hooks";
import type { PlaygroundCase } from "../../../server/playground/api.ts";
import { exportSuite } from "../../server.ts";
import {
  caseAnswers,
  cases,
  context,
  contextText,
  currentExpectation,
  isWaiting,
  keepCase,
  kind,
  notice,
  t,
} from "../../state.ts";

async function download(): Promise<void> {
  try {
    const file = `${kind.value}.py`;
    const text = await exportSuite({ kind: kind.value, file, cases: cases.value });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
    link.download = `${kind.value}.suite.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    notice.value = (error as Error).message;
  }
}

/** The cases' card. */
export function Cases() {
  const [name, setName] = useState("");
  const answers = new Map(caseAnswers.value.map((each) => [each.name, each]));
  const passed = cases.value.filter((each) => answers.get(each.name)?.status === "passed").length;
  const given = context.value;
  return (
    <section class="card" aria-labelledby="cases-title">
      <h2 id="cases-title">
        {t("cases")}
        {cases.value.length > 0 && (
          <small role="status">{t("casesPassed", { passed, all: cases.value.length })}</small>
        )}
      </h2>
      {cases.value.length === 0 && <p class="help">{t("noCases")}</p>}
      <ul class="cases">
        {cases.value.map((each) => (
          <Case key={each.name} each={each} answer={answers.get(each.name)} />
        ))}
      </ul>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (!("value" in given) || isWaiting.value) return;
          keepCase({ name: name.trim(), context: given.value, expect: currentExpectation() });
          setName("");
        }}
      >
        <label class="wide">
          {t("caseName")}
          <input
            value={name}
            required
            maxLength={200}
            pattern=".*\S.*"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <button type="submit">{t("keepCase")}</button>
        <button type="button" disabled={cases.value.length === 0} onClick={() => void download()}>
          {t("exportSuite")}
        </button>
      </form>
    </section>
  );
}

function Case({
  each,
  answer,
}: {
  each: PlaygroundCase;
  answer: { status: "passed" | "failed"; failures: readonly string[] } | undefined;
}) {
  const { name } = each;
  const isPassed = answer?.status === "passed";
  return (
    <li class={answer === undefined ? "" : isPassed ? "good" : "bad"}>
      <span class="sign" aria-hidden="true">
        {answer === undefined ? "…" : isPassed ? "✓" : "✕"}
      </span>
      <button
        type="button"
        class="link"
        aria-label={t("openCase", { name })}
        onClick={() => {
          contextText.value = JSON.stringify(each.context, null, 2);
        }}
      >
        {name}
      </button>
      {answer !== undefined && <small>{isPassed ? t("passed") : t("notPassed")}</small>}
      <button
        type="button"
        class="icon"
        aria-label={t("deleteCase", { name })}
        onClick={() => {
          cases.value = cases.value.filter((other) => other !== each);
        }}
      >
        ✕
      </button>
      {answer !== undefined && answer.failures.length > 0 && (
        <ul>
          {answer.failures.map((failure) => (
            <li key={failure}>{failure}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
