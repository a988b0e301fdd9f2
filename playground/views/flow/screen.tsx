// The user's screen: the challenge as a client shows it.
import { useEffect, useRef } from "preact/hooks";
import type { JsonObject } from "../../../server/playground/trial-api.ts";
import { t } from "../../state.ts";
import { doStep, entries, isBusy, isPast, state, step } from "../../trial/trial.ts";
import { ChallengeForm } from "./challenge-form.tsx";
import { ToNow } from "./stepping.tsx";

/** The screen's card. */
export function Screen() {
  const { screen, ended, user } = state.value;
  const card = useRef<HTMLElement>(null);
  const hasAnswered = useRef(false);
  const shown = entries.value.findLast(({ kind, id }) => kind === "answer" && id <= step.value)?.id ?? 0;
  const busy = isBusy.value;
  // Who has answered goes on where the next answer is given, also without seeing it.
  useEffect(() => {
    if (busy || !hasAnswered.current) return;
    hasAnswered.current = false;
    const inputs = ".browser :is([aria-invalid=true], input, select, textarea, button)";
    (card.current?.querySelector<HTMLElement>(inputs) ?? card.current)?.focus();
  }, [shown, busy]);
  const respond = (response: JsonObject): void => {
    hasAnswered.current = true;
    void doStep("respond", { response });
  };
  return (
    <section
      class="card"
      id="result"
      ref={card}
      tabIndex={-1}
      aria-labelledby="screen-title"
      aria-busy={busy}
    >
      <h2 id="screen-title">
        {t("screen")}
        <small>{user ?? t("nobody")}</small>
      </h2>
      <ToNow />
      {screen !== null && (
        <fieldset class="browser" disabled={isPast.value || busy}>
          <legend>{titleOf(screen)}</legend>
          <ChallengeForm key={shown} challenge={screen} respond={respond} />
        </fieldset>
      )}
      <div class="row">
        <button
          type="button"
          disabled={ended || isPast.value || busy || screen === null}
          onClick={() => void doStep("look", {})}
        >
          {t("reload")}
        </button>
      </div>
    </section>
  );
}

function titleOf({ flow_info: info, component }: JsonObject): string {
  const title = (info as { readonly title?: string } | undefined)?.title;
  return title ?? String(component);
}
