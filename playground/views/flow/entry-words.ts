// What the timeline says about an entry: a title, a line below it, and whether it is good news.
import type {
  PolicyEntry,
  ProviderEntry,
  RowChange,
  TrialEntry,
} from "../../../server/playground/trial-api.ts";
import { t } from "../../state.ts";
import { trial } from "../../trial/trial.ts";
import { errorsOf } from "./response.ts";

/** An entry in words. */
export interface EntryWords {
  readonly title: string;
  readonly note: string;
  readonly look: "good" | "bad" | "";
}

/** The words for an entry. */
export function wordsOf(entry: TrialEntry): EntryWords {
  switch (entry.kind) {
    case "setup":
      return plain(t("entrySetup"), entry.files.join(", "));
    case "start":
      return plain(
        t("entryStart", { flow: entry.slug }),
        t("entryStartedBy", { user: entry.user ?? t("nobody") }),
      );
    case "request":
      return plain(
        t(entry.method === "POST" ? "entryPost" : entry.followed ? "entryFollowed" : "entryGet"),
        entry.response === undefined ? "" : JSON.stringify(entry.response),
      );
    case "answer": {
      const errors = entry.challenge === null ? [] : [...errorsOf(entry.challenge).values()].flat();
      const isRefused = errors.length > 0 || isBadEnd(entry.challenge?.component);
      return {
        title: t("entryAnswer", { status: entry.status }),
        note: [entry.challenge?.component ?? t("entryNextStage"), ...errors].join(" · "),
        look: isRefused ? "bad" : entry.ended ? "good" : "",
      };
    }
    case "policy":
      return {
        title: t("entryPolicy", { name: entry.policy?.name ?? t("entryStatic") }),
        note: [t(entry.passing ? "verdictPassing" : "verdictDenied"), ...policyNotes(entry)].join(" · "),
        look: entry.passing ? "good" : "bad",
      };
    case "provider":
      return {
        title: t("entryProvider", { host: URL.parse(entry.url)?.host ?? entry.url }),
        note: outcome(entry),
        look: entry.message === undefined ? "bad" : "good",
      };
    case "mode":
      return plain(t("gatewayMode"), t(modes[entry.mode]));
    case "wait":
      return plain(t("entryWait"), t("seconds", { seconds: entry.seconds }));
    case "store":
      return plain(t("entryStore"), rowsIn(entry.changes));
    case "log":
      return {
        title: t("entryLog", { level: entry.level }),
        note: entry.event,
        look: levels[entry.level] ?? "",
      };
    case "decision":
      return plain(entry.kind, "");
  }
}

/** How the gateway behaves, by its mode. */
export const modes = {
  accepts: "gatewayAccepts",
  "429": "gateway429",
  "500": "gateway500",
  timeout: "gatewayTimeout",
} as const;

/** What came of a message: the status of the answer, or why there was none. */
export function outcome({ status, problem = "" }: ProviderEntry): string {
  return status === null ? problem : String(status);
}

const levels: { readonly [level: string]: "bad" } = { warning: "bad", error: "bad" };

function plain(title: string, note: string): EntryWords {
  return { title, note, look: "" };
}

function isBadEnd(component: string | undefined): boolean {
  return component === "ak-stage-access-denied" || component === "ak-stage-flow-error";
}

function policyNotes({ error, messages }: PolicyEntry): readonly string[] {
  return error === undefined ? messages : [`${error.type}: ${error.message}`];
}

function rowsIn(changes: readonly RowChange[]): string {
  const fates = changes.map((change) =>
    t(fateOf(change), { model: trial.value?.models[change.model] ?? change.model }),
  );
  return [...new Set(fates)].join(", ");
}

/** What became of a row, as a text. */
export function fateOf({ row, fields }: RowChange): "rowDeleted" | "rowAdded" | "rowChanged" {
  return row === null ? "rowDeleted" : fields.length === 0 ? "rowAdded" : "rowChanged";
}
