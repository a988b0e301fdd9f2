// "Find a counterexample": a search with live progress, and what it found as a case.
import { signal } from "@preact/signals";
import type { FuzzLine } from "../../../server/playground/api.ts";
import { fuzz } from "../../server.ts";
import { context, contextText, keepCase, kind, property, source, t } from "../../state.ts";

const RUNS = 1000;
const running = signal<AbortController | undefined>(undefined);
const last = signal<FuzzLine | undefined>(undefined);
const runs = signal(0);

async function search(): Promise<void> {
  const control = new AbortController();
  running.value = control;
  last.value = undefined;
  runs.value = 0;
  const given = context.value;
  const request = {
    kind: kind.value,
    source: source.value,
    property: property.value,
    runs: RUNS,
    ...("value" in given ? { context: given.value } : {}),
  };
  try {
    for await (const line of fuzz(request, control.signal)) {
      if ("runs" in line) runs.value = line.runs;
      last.value = line;
    }
  } catch (error) {
    if (!control.signal.aborted) last.value = { problem: (error as Error).message };
  } finally {
    running.value = undefined;
  }
}

/** The search's card. */
export function Counterexample() {
  const isRunning = running.value !== undefined;
  return (
    <section class="card" aria-labelledby="search-title">
      <h2 id="search-title">{t("counterexample")}</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRunning) running.value?.abort();
          else void search();
        }}
      >
        <label class="wide">
          {t("property")}
          <input
            value={property.value}
            required
            list="properties"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              property.value = currentTarget.value;
            }}
          />
        </label>
        <datalist id="properties">
          {["never-raises", "deterministic", "ignores-whitespace:phone", "denies-when-empty:phone"].map(
            (each) => (
              <option key={each} value={each} />
            ),
          )}
        </datalist>
        <button type="submit">{isRunning ? t("stop") : t("search")}</button>
      </form>
      {isRunning && <progress max={RUNS} value={runs.value} aria-label={t("counterexample")} />}
      <div role="status">
        <Outcome isRunning={isRunning} />
      </div>
    </section>
  );
}

function Outcome({ isRunning }: { isRunning: boolean }) {
  const line = last.value;
  if (isRunning) return <p class="help">{t("searching", { runs: runs.value })}</p>;
  if (line === undefined)
    return runs.value > 0 ? <p class="help">{t("stopped", { runs: runs.value })}</p> : null;
  if ("problem" in line) return <p class="fault">{line.problem}</p>;
  if (!("done" in line)) return <p class="help">{t("stopped", { runs: line.runs })}</p>;
  const { found, why = "" } = line;
  if (found === undefined) return <p>{t("holds", { runs: line.runs })}</p>;
  return (
    <>
      <p class="fault">{t("found", { why })}</p>
      <pre>{JSON.stringify(found.context, null, 2)}</pre>
      <button
        type="button"
        onClick={() => {
          contextText.value = JSON.stringify(found.context, null, 2);
          keepCase(found);
        }}
      >
        {t("keepFound")}
      </button>
    </>
  );
}
