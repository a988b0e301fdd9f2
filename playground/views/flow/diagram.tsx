// The flow as a diagram: its stages in a line, and between them what decides whether the way leads on.
import type { DiagramPolicy, DiagramStage } from "../../../server/playground/trial-api.ts";
import { t } from "../../state.ts";
import type { StageStatus } from "../../trial/replay.ts";
import { state } from "../../trial/trial.ts";

const statuses = {
  ahead: "statusAhead",
  current: "statusCurrent",
  done: "statusDone",
  skipped: "statusSkipped",
  denied: "statusDenied",
  unreached: "statusUnreached",
} as const satisfies { readonly [status in StageStatus]: string };

/** The diagram's card. */
export function Diagram() {
  const { diagram, ended, isApplicable, isAtInserted, screen, statusOf } = state.value;
  if (diagram === null) return null;
  const isDone = ended && screen?.component === "xak-flow-redirect";
  return (
    <section class="card" aria-labelledby="diagram-title">
      <h2 id="diagram-title">{t("diagram")}</h2>
      <ol class="diagram">
        <li>
          <Edge policies={diagram.policies} mode={diagram.mode} label={t("decidesFlow")} />
          <p class={`node ${isApplicable === false ? "denied" : "done"}`}>
            <strong>{diagram.name}</strong>
            <small>{diagram.slug}</small>
          </p>
        </li>
        {diagram.stages.map((stage) => (
          <Stage key={stage.binding} stage={stage} status={statusOf(stage)} />
        ))}
        {isAtInserted && (
          <li aria-current="step">
            <p class="node current">
              <strong>{t("insertedStage")}</strong>
              <small>{t("statusCurrent")}</small>
            </p>
          </li>
        )}
        <li>
          <p class={`node ${isDone ? "done" : "unreached"}`}>
            <strong>{t("flowEnd")}</strong>
            <small>{t(isDone ? "statusDone" : ended ? "statusUnreached" : "statusAhead")}</small>
          </p>
        </li>
      </ol>
    </section>
  );
}

function Stage({ stage, status }: { stage: DiagramStage; status: StageStatus }) {
  const { name, kind, mode, policies, validation } = stage;
  return (
    <li aria-current={status === "current" ? "step" : undefined}>
      <Edge policies={policies} mode={mode} label={t("decidesStage", { name })} />
      <p class={`node ${status}`}>
        <strong>{name}</strong>
        <small>
          {kind} · {t(statuses[status])}
        </small>
      </p>
      <Edge policies={validation} mode="all" label={t("validates", { name })} />
    </li>
  );
}

/** What decides on the way from one node to the next. */
function Edge({
  policies,
  mode,
  label,
}: {
  policies: readonly DiagramPolicy[];
  mode: "all" | "any";
  label: string;
}) {
  if (policies.length === 0) return null;
  return (
    <div class="edge">
      <ul aria-label={label}>
        {policies.map((policy) => (
          <Policy key={policy.key} policy={policy} />
        ))}
      </ul>
      {policies.length > 1 && <small>{t(mode === "all" ? "modeAll" : "modeAny")}</small>}
    </div>
  );
}

function Policy({ policy: { key, kind, name, negate, enabled } }: { policy: DiagramPolicy }) {
  const verdict = state.value.verdicts.get(key);
  const look = verdict === undefined ? "" : verdict.passing ? "good" : "bad";
  const words = [
    t(verdict === undefined ? "verdictNone" : verdict.passing ? "verdictPassing" : "verdictDenied"),
    ...(negate ? [t("policyNegated")] : []),
    ...(enabled ? [] : [t("policyOff")]),
    ...(verdict?.error === undefined ? [] : [verdict.error.type]),
  ];
  return (
    <li class={`policy ${look}`}>
      <span class="sign" aria-hidden="true">
        {verdict === undefined ? "?" : verdict.passing ? "✓" : "✕"}
      </span>
      <span>
        {kind === "policy" ? name : `${t(kind === "group" ? "kindGroup" : "kindUser")} ${name}`}
        <small> {words.join(", ")}</small>
      </span>
    </li>
  );
}
