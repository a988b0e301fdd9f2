// The page as a link: what it holds goes into the address, and comes back from there.
import { trialExampleList } from "./examples/trials.ts";
import { fromFragment, type Shared, toFragment } from "./link.ts";
import * as state from "./state.ts";
import { t } from "./state.ts";
import * as trial from "./trial/trial.ts";

/** Takes over what the address holds. */
export async function openLink(): Promise<void> {
  let shared: Shared | undefined;
  try {
    shared = await fromFragment(location.hash.slice(1));
  } catch {
    state.notice.value = t("badLink");
  }
  if (shared === undefined) return;
  state.kind.value = shared.kind;
  state.source.value = shared.source;
  state.contextText.value = shared.context;
  state.cases.value = shared.cases;
  state.gateway.value = shared.gateway;
  state.limits.value = shared.limits ?? {};
  state.property.value = shared.property ?? "never-raises";
  state.imported.value = shared.imported ?? [];
  const { flow } = shared;
  if (flow !== undefined) {
    trial.importedBlueprints.value = flow.blueprints;
    const chosen = flow.example === null ? "imported" : trialExampleList[flow.example];
    trial.reopen(chosen ?? trialExampleList[0], { flow: flow.slug, user: flow.user });
  }
  state.view.value = shared.view ?? "expression";
}

/** Puts the whole page into the address, and the address into the clipboard. */
export async function share(): Promise<void> {
  const at = trial.subject.value === "imported" ? -1 : trialExampleList.indexOf(trial.subject.value);
  const shared: Shared = {
    kind: state.kind.value,
    source: state.source.value,
    context: state.contextText.value,
    cases: state.cases.value,
    gateway: state.gateway.value,
    limits: state.limits.value,
    property: state.property.value,
    imported: state.imported.value,
    view: state.view.value,
    flow: {
      example: at < 0 ? null : at,
      blueprints: trial.importedBlueprints.value,
      slug: trial.chosenFlow.value,
      user: trial.chosenUser.value,
    },
  };
  history.replaceState(null, "", `#${await toFragment(shared)}`);
  try {
    await navigator.clipboard.writeText(location.href);
    state.notice.value = t("shared");
  } catch {
    state.notice.value = t("sharedInBar");
  }
}
