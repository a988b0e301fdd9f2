// The phone that the trial's messages arrive on, and how the gateway before it behaves.
import type { ProviderEntry, ProviderMode } from "../../../server/playground/trial-api.ts";
import { t } from "../../state.ts";
import { doStep, isBusy, isPast, state } from "../../trial/trial.ts";
import { modes, outcome } from "./entry-words.ts";

/** The phone's card. */
export function Phone() {
  const { calls, mode } = state.value;
  return (
    <section class="card" aria-labelledby="phone-title">
      <h2 id="phone-title">{t("phone")}</h2>
      <label>
        {t("gatewayMode")}
        <select
          value={mode}
          disabled={isPast.value || isBusy.value}
          onChange={({ currentTarget }) =>
            void doStep("provider", { mode: currentTarget.value as ProviderMode })
          }
        >
          {(Object.keys(modes) as ProviderMode[]).map((each) => (
            <option key={each} value={each}>
              {t(modes[each])}
            </option>
          ))}
        </select>
      </label>
      {calls.length === 0 && <p class="help">{t("noMessages")}</p>}
      <ol class="inbox" aria-live="polite">
        {calls.map((call, i) => (
          <li key={`${i} ${call.url}`}>
            <Message call={call} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Message({ call }: { call: ProviderEntry }) {
  const { message } = call;
  return (
    <>
      {message === undefined ? (
        <p class="sms lost">{t("notDelivered", { why: outcome(call) })}</p>
      ) : (
        <>
          <p class="sms">{message.text}</p>
          <p class="help">
            {t("messageTo", { to: message.to, from: message.from })}
            <br />
            {t("messageSize", {
              alphabet: message.alphabet,
              units: message.units,
              segments: message.segments,
            })}
            {message.beyond.length > 0 && (
              <>
                <br />
                {t("messageBeyond", { characters: message.beyond.join(" ") })}
              </>
            )}
          </p>
        </>
      )}
      <Wire call={call} />
    </>
  );
}

/** The very bytes that the provider got. */
export function Wire({ call: { wire, url, bodyBytes } }: { call: ProviderEntry }) {
  return (
    <details>
      <summary>{t("wire", { bytes: bodyBytes })}</summary>
      <p class="help">{t("wireUrl", { url })}</p>
      <pre>{wire ?? t("wireNone")}</pre>
    </details>
  );
}
