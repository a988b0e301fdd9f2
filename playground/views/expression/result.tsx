// What an expression came to: the verdict in words, messages, value, log, error, request, limits.
import { useSignal } from "@preact/signals";
import type { ChosenLimits, EvaluateAnswer, LimitUse } from "../../../server/playground/api.ts";
import type { MessageName } from "../../messages.ts";
import { answer, findings, isWaiting, kind, language, limits, t } from "../../state.ts";
import { RequestPart } from "./request.tsx";
import { Tree } from "./tree.tsx";

function verdictOf({ ok, passing }: EvaluateAnswer): { word: string; look: "good" | "bad"; sign: string } {
  if (kind.value !== "policy") {
    return ok ? { word: t("value"), look: "good", sign: "✓" } : { word: t("failed"), look: "bad", sign: "!" };
  }
  return passing
    ? { word: t("passing"), look: "good", sign: "✓" }
    : { word: t("denied"), look: "bad", sign: "✕" };
}

/** The result's card. */
export function Result() {
  const came = answer.value;
  return (
    <section
      class="card result"
      id="result"
      tabIndex={-1}
      aria-labelledby="result-title"
      aria-busy={isWaiting.value}
    >
      <h2 id="result-title">{t("result")}</h2>
      {came === undefined ? <p class="help">{t("waiting")}</p> : <Answer came={came} />}
    </section>
  );
}

function Answer({ came }: { came: EvaluateAnswer }) {
  const { word, look, sign } = verdictOf(came);
  const number = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 });
  return (
    <>
      <div class={`verdict ${look}`}>
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        <div>
          <p class="word" role="status">
            {word}
          </p>
          <p>
            {came.error !== undefined
              ? t("deniedByError")
              : came.decided !== null && t("decidedBy", { line: came.decided })}
          </p>
        </div>
        <p class="took">
          {t("took", { steps: number.format(came.steps), ms: number.format(came.durationMs) })}
        </p>
      </div>
      {came.error !== undefined && (
        <div class="error">
          <p>
            <strong>{came.error.type}</strong>
            {came.error.message !== "" && `: ${came.error.message}`}{" "}
            {came.error.line !== undefined && t("inLine", { line: came.error.line })}
          </p>
          <details>
            <summary>{t("traceback")}</summary>
            <pre>{came.error.traceback}</pre>
          </details>
        </div>
      )}
      {came.messages.length > 0 && (
        <>
          <h3>{t("messagesTitle")}</h3>
          <ul class="messages">
            {came.messages.map((message, i) => (
              <li key={`${i} ${message}`}>{message}</li>
            ))}
          </ul>
        </>
      )}
      {came.request !== undefined && <RequestPart request={came.request} />}
      {came.ok && (
        <>
          <h3>{t("payload")}</h3>
          <Tree value={came.result} />
        </>
      )}
      {came.logs.length > 0 && (
        <>
          <h3>{t("logs")}</h3>
          <ul class="logs">
            {came.logs.map(({ level, event, attributes }, i) => (
              <li key={`${i} ${event}`}>
                <span class="level">{level}</span> {event}{" "}
                {Object.entries(attributes).map(([name, value]) => (
                  <code key={name}>
                    {name}={JSON.stringify(value)}
                  </code>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
      {findings.value.length > 0 && (
        <>
          <h3>{t("findings")}</h3>
          <ul class="findings">
            {findings.value.map(({ severity, message, line, column }) => (
              <li key={`${line}:${column} ${message}`} class={severity}>
                {message} {t("inLine", { line })}
              </li>
            ))}
          </ul>
        </>
      )}
      {came.limits.length > 0 && <Limits uses={came.limits} />}
    </>
  );
}

const limitNames: { readonly [limit: string]: MessageName } = {
  steps: "limitSteps",
  cpuMs: "limitCpuMs",
  wallMs: "limitWallMs",
  outputBytes: "limitOutputBytes",
  contextBytes: "limitContextBytes",
};

/** Limits that can be set; what a context may have follows from what it is. */
const settable: ReadonlySet<string> = new Set(["steps", "cpuMs", "wallMs", "outputBytes"]);

/** Sets a limit; without a number, or above the server's, it is the server's. */
function setLimit(limit: string, text: string, most: number): void {
  const { [limit as keyof ChosenLimits]: _before, ...others } = limits.value;
  const given = Math.round(Number(text));
  limits.value = text !== "" && given >= 1 && given < most ? { ...others, [limit]: given } : others;
}

/** What is being typed stays, whatever answer comes meanwhile; it counts when the field is left. */
function LimitField({ limit, name, most }: { limit: string; name: string; most: number }) {
  const typed = useSignal<string | undefined>(undefined);
  return (
    <input
      type="number"
      aria-label={t("setLimit", { limit: name })}
      title={t("setLimit", { limit: name })}
      min={1}
      max={most}
      placeholder={String(most)}
      value={typed.value ?? limits.value[limit as keyof ChosenLimits] ?? ""}
      onInput={({ currentTarget }) => {
        typed.value = currentTarget.value;
      }}
      onChange={({ currentTarget }) => setLimit(limit, currentTarget.value, most)}
      onBlur={() => {
        typed.value = undefined;
      }}
    />
  );
}

function Limits({ uses }: { uses: readonly LimitUse[] }) {
  const number = new Intl.NumberFormat(language.value, { maximumFractionDigits: 0 });
  return (
    <>
      <h3>{t("limits")}</h3>
      <ul class="limits">
        {uses.map(({ limit, used, allowed, most }) => {
          const name = limitNames[limit];
          if (name === undefined) return null;
          const id = `limit-${limit}`;
          const amount = t("limitUse", { used: number.format(used), allowed: number.format(allowed) });
          return (
            <li key={limit}>
              <span id={id}>{t(name)}</span>
              <meter aria-labelledby={id} min={0} max={allowed} high={allowed * 0.8} optimum={0} value={used}>
                {amount}
              </meter>
              <span class="amount">{amount}</span>
              {settable.has(limit) && <LimitField limit={limit} name={t(name)} most={most} />}
            </li>
          );
        })}
      </ul>
    </>
  );
}
