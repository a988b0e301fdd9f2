// Going back and forth in what happened.
import { t } from "../../state.ts";
import { goBy, goTo, isPast, step, steps } from "../../trial/trial.ts";

/** Back, forward, and where one is. */
export function Stepping() {
  const all = steps.value.length;
  const at = steps.value.findIndex(({ id }) => id === step.value) + 1;
  return (
    <div class="row stepping">
      <button type="button" disabled={at <= 1} onClick={() => goBy(-1)}>
        <span aria-hidden="true">◀ </span>
        {t("stepBack")}
      </button>
      <button type="button" disabled={at >= all} onClick={() => goBy(1)}>
        {t("stepForward")}
        <span aria-hidden="true"> ▶</span>
      </button>
      <p role="status">{t("stepOf", { step: at, all })}</p>
    </div>
  );
}

/** Says that an earlier moment is looked at, and leads back. */
export function ToNow() {
  const last = steps.value.at(-1);
  if (!isPast.value || last === undefined) return null;
  const at = steps.value.findIndex(({ id }) => id === step.value) + 1;
  return (
    <p class="past">
      {t("screenPast", { step: at })}{" "}
      <button type="button" onClick={() => goTo(last.id)}>
        {t("toNow")}
      </button>
    </p>
  );
}
