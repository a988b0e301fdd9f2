// The timeline: everything that happened, in order; each entry leads back to the moment after it.
import { useEffect, useRef } from "preact/hooks";
import type { JsonObject, RowChange, TrialEntry } from "../../../server/playground/trial-api.ts";
import { language, t } from "../../state.ts";
import { doStep, entries, goTo, isBusy, isPast, step, steps, trial } from "../../trial/trial.ts";
import { Tree } from "../expression/tree.tsx";
import { fateOf, wordsOf } from "./entry-words.ts";
import { Wire } from "./phone.tsx";
import { Stepping } from "./stepping.tsx";

/** How far the clock can be moved on at once, seconds. */
const WAITS = [31, 300, 3_600] as const;

/** The timeline's card. */
export function Timeline() {
  const list = useRef<HTMLOListElement>(null);
  const at = step.value;
  useEffect(() => {
    const box = list.current;
    const here = box?.querySelector<HTMLElement>("[aria-current]")?.parentElement;
    if (box !== null && here) box.scrollTop = here.offsetTop - box.offsetTop - box.clientHeight / 3;
  }, [at, entries.value.length]);
  return (
    <section class="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{t("timeline")}</h2>
      <Stepping />
      <ol class="steps" ref={list}>
        {steps.value.map((entry) => (
          <Entry key={entry.id} entry={entry} isShown={entry.id === at} />
        ))}
      </ol>
      <div class="row">
        {WAITS.map((seconds) => (
          <button
            type="button"
            key={seconds}
            disabled={isBusy.value}
            onClick={() => void doStep("wait", { seconds })}
          >
            {t("waitFor", { duration: durationText(seconds) })}
          </button>
        ))}
      </div>
    </section>
  );
}

function durationText(seconds: number): string {
  const [amount, unit] =
    seconds >= 3_600
      ? [seconds / 3_600, "hour"]
      : seconds >= 60
        ? [seconds / 60, "minute"]
        : [seconds, "second"];
  return new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "long" }).format(amount);
}

function Entry({ entry, isShown }: { entry: TrialEntry; isShown: boolean }) {
  const { title, note, look } = wordsOf(entry);
  const begins = entry.kind === "start" || (entry.kind === "request" && !entry.followed);
  return (
    <li class={begins ? "begins" : undefined}>
      <button
        type="button"
        class={`step ${look}`}
        aria-current={isShown ? "step" : undefined}
        onClick={() => goTo(entry.id)}
      >
        <span class="sign" aria-hidden="true">
          {signs[entry.kind]}
        </span>
        <span>
          <strong>{title}</strong>
          {note !== "" && <small>{note}</small>}
        </span>
      </button>
      {isShown && <Details entry={entry} />}
    </li>
  );
}

const signs: { readonly [kind in TrialEntry["kind"]]: string } = {
  setup: "⛁",
  start: "▶",
  request: "→",
  answer: "←",
  policy: "§",
  decision: "§",
  provider: "✉",
  mode: "⚙",
  wait: "⏱",
  store: "⛁",
  log: "≡",
};

/** What else is known of the entry that is looked at. */
function Details({ entry }: { entry: TrialEntry }) {
  const parts = detailsOf(entry);
  if (parts === null) return null;
  return (
    <details class="details" open={isPast.value}>
      <summary>{t("details")}</summary>
      {parts}
    </details>
  );
}

function detailsOf(entry: TrialEntry) {
  switch (entry.kind) {
    case "setup":
      return entry.warnings.length === 0 ? null : (
        <ul>
          {entry.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      );
    case "answer":
      return entry.challenge === null ? null : <Tree value={entry.challenge} />;
    case "policy": {
      const { steps: count, durationMs, error } = entry;
      const number = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 });
      return (
        <>
          {entry.policy !== null && (
            <p class="help">{t("took", { steps: number.format(count), ms: number.format(durationMs) })}</p>
          )}
          {error !== undefined && <pre>{error.traceback}</pre>}
        </>
      );
    }
    case "provider":
      return <Wire call={entry} />;
    case "store":
      return (
        <ul>
          {entry.changes.map((change) => (
            <Change key={`${change.model} ${change.pk}`} change={change} />
          ))}
        </ul>
      );
    case "log":
      return <Tree value={entry.attributes} />;
  }
  return null;
}

function Change({ change }: { change: RowChange }) {
  const { model, row, fields } = change;
  const shown: JsonObject =
    row === null
      ? {}
      : fields.length === 0
        ? { ...row }
        : Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
  return (
    <li>
      <p class="help">{t(fateOf(change), { model: trial.value?.models[model] ?? model })}</p>
      {row !== null && <Tree value={shown} />}
    </li>
  );
}
