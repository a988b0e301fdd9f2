// The Inspect view: the trial's devices, events, plan and store, at the moment that is looked at.
import type { JsonObject } from "../../../server/playground/trial-api.ts";
import { language, t } from "../../state.ts";
import type { ShownRow } from "../../trial/replay.ts";
import { state, trial } from "../../trial/trial.ts";
import { useTrial } from "../../trial/use-trial.ts";
import { Tree } from "../expression/tree.tsx";
import { Stepping, ToNow } from "../flow/stepping.tsx";
import { cellText, Table } from "./table.tsx";

const DEVICE = "authentik_stages_authenticator_sms.smsdevice";
const EVENT = "authentik_events.event";
const USER = "authentik_core.user";

const rowsOf = (model: string): readonly ShownRow[] => [...(state.value.rows.get(model)?.values() ?? [])];

/** The view. */
export function InspectView() {
  useTrial();
  return (
    <>
      <p class="help">{t("inspectNote")}</p>
      <Stepping />
      <ToNow />
      <div class="inspect" id="result" tabIndex={-1}>
        <Devices />
        <Events />
        <Plan />
        <Store />
      </div>
    </>
  );
}

function Devices() {
  const users = state.value.rows.get(USER);
  const rows = rowsOf(DEVICE).map(({ pk, name, phone_number, user, confirmed, created, last_used }) => ({
    key: String(pk),
    cells: [
      cellText(name),
      cellText(phone_number),
      cellText(users?.get(Number(user))?.username),
      t(confirmed === true ? "yes" : "no"),
      moment(created),
      moment(last_used),
    ],
  }));
  const columns = ["colName", "colNumber", "colUser", "colConfirmed", "colCreated", "colLastUsed"] as const;
  return (
    <section class="card" aria-labelledby="devices-title">
      <h2 id="devices-title">{t("devices")}</h2>
      {rows.length === 0 ? (
        <p class="help">{t("noRows")}</p>
      ) : (
        <Table label={t("devices")} columns={columns.map((name) => t(name))} rows={rows} />
      )}
    </section>
  );
}

function Events() {
  const rows = rowsOf(EVENT).map(({ pk, created, action, app, user, context }) => ({
    key: String(pk),
    cells: [
      moment(created),
      cellText(action),
      cellText(app),
      cellText((user as JsonObject).username),
      <Tree key="context" value={context ?? null} />,
    ],
  }));
  const columns = ["colTime", "colAction", "colApp", "colUser", "colContext"] as const;
  return (
    <section class="card" aria-labelledby="events-title">
      <h2 id="events-title">{t("events")}</h2>
      {rows.length === 0 ? (
        <p class="help">{t("noRows")}</p>
      ) : (
        <Table label={t("events")} columns={columns.map((name) => t(name))} rows={rows} />
      )}
    </section>
  );
}

function Plan() {
  const { context } = state.value;
  return (
    <section class="card" aria-labelledby="plan-title">
      <h2 id="plan-title">{t("planContext")}</h2>
      {context === null ? <p class="help">{t("noPlan")}</p> : <Tree value={context} />}
    </section>
  );
}

function Store() {
  const models = Object.entries(trial.value?.models ?? {});
  return (
    <section class="card" aria-labelledby="store-title">
      <h2 id="store-title">{t("store")}</h2>
      {models.map(([model, label]) => {
        const rows = rowsOf(model);
        const [first] = rows;
        if (first === undefined) return null;
        const columns = Object.keys(first);
        return (
          <details key={model}>
            <summary>
              {label} <small>({rows.length})</small>
            </summary>
            <Table
              label={label}
              columns={columns}
              rows={rows.map((row) => ({
                key: String(row.pk),
                cells: columns.map((column) => cellText(row[column])),
              }))}
            />
          </details>
        );
      })}
    </section>
  );
}

/** A moment in the page's language and the reader's time zone. */
function moment(value: unknown): string {
  if (typeof value !== "string") return "–";
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: "short", timeStyle: "medium" });
  return format.format(new Date(value));
}
